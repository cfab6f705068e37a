/* Byte GEMM for AMX. */
#include "kernels/gemm-i8-avx512.h"
#include "kernels/rows.h"
#include "kernels/tiles-amx.h"

#define MR 16
#define NR 64

/* Tiles by number, which instructions have in their name: rows of x, a panel's quads, and their product. */
#define X 0
#define W 1
#define SUM 2

static void pack_w(const float *rows, size_t ld, size_t n_rows, size_t k, void *panel)
{
    assert(n_rows <= NR);
    pack_panel(rows, ld, n_rows, k, panel, NR);
}

/* One group of the rows in X with 16 columns from j of a panel. (Rows that begin like each other are one row
 * read again: a stride of 0.) */
static inline void multiply(const unsigned char *group, size_t j, int32_t to[MR][COLUMNS])
{
    _tile_loadd(SUM, group + begins_at(NR) + j * sizeof(int32_t), 0);
    _tile_loadd(W, group + 4 * j, 4 * NR);
    _tile_dpbusd(SUM, X, W);
    _tile_stored(SUM, to, COLUMNS * sizeof(int32_t));
}

/* Products into the sums they belong to, [m] rows of which NR apart, in the order of the groups. */
static inline void add_scaled(const int32_t products[MR][COLUMNS], const unsigned char *x_scales,
                              size_t x_stride, size_t m, const float *w_scales, float *sum)
{
    const __m512 w_scale = _mm512_load_ps(w_scales);

    for (size_t i = 0; i < m; i++) {
        float x_scale;

        memcpy(&x_scale, x_scales + i * x_stride, sizeof x_scale);
        _mm512_store_ps(sum + i * NR, _mm512_fmadd_ps(_mm512_cvtepi32_ps(_mm512_load_si512(products[i])),
                                                      _mm512_mul_ps(_mm512_set1_ps(x_scale), w_scale),
                                                      _mm512_load_ps(sum + i * NR)));
    }
}

/* Rows that are missing are zero and are not stored. */
static void tile(const void *x, size_t x_stride, size_t m, const void *panel, size_t k, float *y, size_t ldy,
                 size_t n)
{
    _Alignas(64) float sum[MR * NR] = {0.0f};
    _Alignas(64) int32_t products[2][MR][COLUMNS];
    _Alignas(64) unsigned char few[MR][GROUP];
    const unsigned char *group = panel, *rows = x, *x_scales = rows + n_groups(k) * GROUP;
    const size_t n_columns = (n + COLUMNS - 1) / COLUMNS * COLUMNS;

    assert(m >= 1 && m <= MR && n >= 1 && n <= NR);
    if (m < MR)
        memset(few, 0, sizeof few);
    for (size_t g = 0; g < n_groups(k); g++, group += group_bytes(NR), x_scales += sizeof(float)) {
        const float *w_scales = (const float *)(const void *)(group + scales_at(NR));

        for (size_t i = 0; m < MR && i < m; i++)
            memcpy(few[i], rows + i * x_stride + g * GROUP, GROUP);
        memory_barrier();
        if (m < MR)
            _tile_loadd(X, few, GROUP);
        else
            _tile_loadd(X, rows + g * GROUP, x_stride);
        /* The products of 16 columns are added up while tiles multiply the next ones. */
        multiply(group, 0, products[0]);
        for (size_t j = 0; j < n_columns; j += COLUMNS) {
            const size_t next = j + COLUMNS;

            if (next < n_columns)
                multiply(group, next, products[next / COLUMNS % 2]);
            add_scaled(products[j / COLUMNS % 2], x_scales, x_stride, m, w_scales + j, sum + j);
        }
    }
    for (size_t i = 0; i < m; i++)
        memcpy(y + i * ldy, sum + i * NR, n * sizeof *y);
}

void quill_kernels_gemm_i8_amx(struct quill_kernels *out)
{
    struct quill_gemm *gemm = &out->gemm[QUILL_GEMM_I8];

    gemm->mr = MR;
    gemm->nr = NR;
    gemm->enter = enter;
    gemm->leave = leave;
    gemm->pack_x = pack_x;
    gemm->pack_w = pack_w;
    gemm->tile = tile;
    gemm->soften = soften;
}
