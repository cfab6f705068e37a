/* Byte GEMM for AMX. */
#include "kernels/gemm-i8-avx512.h"
#include "kernels/rows.h"
#include "kernels/tiles-amx.h"

#define MR 16
#define NR 64

/* Tiles by number, which instructions have in their name: rows of x, quads of a panel (two, so that one is
 * read while the other is multiplied), and products with 16 columns each. */
#define X 0
#define W0 1
#define W1 2
#define FIRST 3
#define SECOND 4
#define THIRD 5
#define FOURTH 6

static void pack_w(const float *rows, size_t ld, size_t n_rows, size_t k, void *panel)
{
    assert(n_rows <= NR);
    pack_panel(rows, ld, n_rows, k, panel, NR);
}

/* The products of a group of the rows in X with a panel. All four are on their way before the first is
 * stored: an instruction takes 52 cycles, of which it keeps the unit busy for 16. (Rows that begin like each
 * other are one row read again: a stride of 0.) */
static inline void multiply(const unsigned char *group, int32_t to[NR / COLUMNS][MR][COLUMNS])
{
    const unsigned char *begins = group + begins_at(NR);

    _tile_loadd(FIRST, begins, 0);
    _tile_loadd(W0, group, 4 * NR);
    _tile_dpbusd(FIRST, X, W0);
    _tile_loadd(SECOND, begins + 64, 0);
    _tile_loadd(W1, group + 64, 4 * NR);
    _tile_dpbusd(SECOND, X, W1);
    _tile_loadd(THIRD, begins + 128, 0);
    _tile_loadd(W0, group + 128, 4 * NR);
    _tile_dpbusd(THIRD, X, W0);
    _tile_loadd(FOURTH, begins + 192, 0);
    _tile_loadd(W1, group + 192, 4 * NR);
    _tile_dpbusd(FOURTH, X, W1);
    _tile_stored(FIRST, to[0], COLUMNS * sizeof(int32_t));
    _tile_stored(SECOND, to[1], COLUMNS * sizeof(int32_t));
    _tile_stored(THIRD, to[2], COLUMNS * sizeof(int32_t));
    _tile_stored(FOURTH, to[3], COLUMNS * sizeof(int32_t));
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

/* A group of m rows of x into X; those that are missing are zero. */
static inline void load_x(const unsigned char *rows, size_t x_stride, size_t m, unsigned char few[MR][GROUP])
{
    if (m == MR) {
        _tile_loadd(X, rows, x_stride);
        return;
    }
    for (size_t i = 0; i < m; i++)
        memcpy(few[i], rows + i * x_stride, GROUP);
    memory_barrier();
    _tile_loadd(X, few, GROUP);
}

/* Rows that are missing are zero and are not stored. A group's products are added up while tiles multiply the
 * next one. */
static void tile(const void *x, size_t x_stride, size_t m, const void *panel, size_t k, float *y, size_t ldy,
                 size_t n)
{
    _Alignas(64) float sum[MR * NR] = {0.0f};
    _Alignas(64) int32_t products[2][NR / COLUMNS][MR][COLUMNS];
    _Alignas(64) unsigned char few[MR][GROUP];
    const unsigned char *group = panel, *rows = x, *x_scales = rows + n_groups(k) * GROUP;

    assert(m >= 1 && m <= MR && n >= 1 && n <= NR);
    if (m < MR)
        memset(few, 0, sizeof few);
    memory_barrier();
    load_x(rows, x_stride, m, few);
    multiply(group, products[0]);
    for (size_t g = 0; g < n_groups(k); g++, group += group_bytes(NR), x_scales += sizeof(float)) {
        const float *w_scales = (const float *)(const void *)(group + scales_at(NR));

        if (g + 1 < n_groups(k)) {
            load_x(rows + (g + 1) * GROUP, x_stride, m, few);
            multiply(group + group_bytes(NR), products[(g + 1) % 2]);
        }
        for (size_t j = 0; j < NR / COLUMNS; j++)
            add_scaled(products[g % 2][j], x_scales, x_stride, m, w_scales + j * COLUMNS, sum + j * COLUMNS);
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
