/* Integer GEMM for AMX, whose tiles multiply bytes: 13 and 14 bits are two bytes each, so a product is four.
 *
 *   x = 128 xh + xl,  w = 128 wh + wl,  0 <= xl, wl < 128
 *   x w = 128 (128 xh wh + xh wl + xl wh) + xl wl
 *
 * Sums of a group are the integers that every other level computes. A panel: for each group and each 16 of
 * its nr rows, two halves, high and low, of 16 quads of [16][4] int8 (the order in which a tile wants the
 * right-hand side), then the nr scales of the group. */
#include "kernels/gemm-i16-avx512.h"
#include "kernels/rows.h"
#include "kernels/tiles-amx.h"

#define MR 16
#define NR 64
#define HALF (16 * COLUMNS * 4) /* bytes of a tile */

/* Tiles by number, which instructions have in their name: a row of x in halves, a panel's halves, and the
 * sums of their products. */
#define XH 0
#define XL 1
#define WH 2
#define WL 3
#define HIGH 4
#define MIDDLE 5
#define LOW 6

/* 64 int16 -> their halves. (Stores of 64 bytes, which is what a tile's row reads: from two smaller ones it
 * would have to wait until they are in the cache.) */
static inline void split(__m512i q0, __m512i q1, void *high, void *low)
{
    const __m512i seven_bits = _mm512_set1_epi16(127), order = _mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7);
    const __m512i h = _mm512_packs_epi16(_mm512_srai_epi16(q0, 7), _mm512_srai_epi16(q1, 7));
    const __m512i l = _mm512_packs_epi16(_mm512_and_si512(q0, seven_bits), _mm512_and_si512(q1, seven_bits));

    /* The pack works on quarters: put them in order again. */
    _mm512_storeu_si512(high, _mm512_permutexvar_epi64(order, h));
    _mm512_storeu_si512(low, _mm512_permutexvar_epi64(order, l));
}

/* One group of 16 rows: [16] quads of every row -> quads of [16]. */
static inline void transpose_quads(float q[COLUMNS][16], void *to)
{
    for (size_t row = 0; row < COLUMNS; row += 8)
        for (size_t l = 0; l < 16; l += 8)
            transpose_8x8(q[row] + l, 16, (float *)to + l * COLUMNS + row, COLUMNS);
}

static void pack_w(const float *rows, size_t ld, size_t n_rows, size_t k, void *panel)
{
    unsigned char *group = panel;

    assert(n_rows <= NR);
    for (size_t i = 0; i < k; i += GROUP, group += group_bytes(NR)) {
        float *scales = (float *)(void *)(group + GROUP * NR * sizeof(int16_t));

        for (size_t j = 0; j < NR; j += COLUMNS) {
            float high[COLUMNS][16], low[COLUMNS][16]; /* quads of bytes, which are only moved */

            for (size_t row = 0; row < COLUMNS; row++) {
                const bool there = j + row < n_rows;
                int16_t q[GROUP];

                scales[j + row] = quantize_row(rows + (there ? j + row : 0) * ld + i,
                                               !there          ? 0
                                               : k - i < GROUP ? k - i
                                                               : GROUP,
                                               q);
                split(_mm512_loadu_si512(q), _mm512_loadu_si512(q + 32), high[row], low[row]);
            }
            transpose_quads(high, group + 2 * j / COLUMNS * HALF);
            transpose_quads(low, group + (2 * j / COLUMNS + 1) * HALF);
        }
    }
}

/* One group of m rows of x in halves. */
struct halves {
    unsigned char high[MR][GROUP], low[MR][GROUP];
};
static inline void split_rows(const unsigned char *x, size_t x_stride, size_t m, struct halves *to)
{
    for (size_t i = 0; i < m; i++, x += x_stride)
        split(_mm512_loadu_si512(x), _mm512_loadu_si512(x + 64), to->high[i], to->low[i]);
}

/* The products of one group's rows, that are in XH and XL, with 16 of a panel. */
struct products {
    int32_t high[MR][COLUMNS], middle[MR][COLUMNS], low[MR][COLUMNS];
};
static inline void multiply(const unsigned char *w, struct products *to)
{
    _tile_zero(HIGH);
    _tile_zero(MIDDLE);
    _tile_zero(LOW);
    _tile_loadd(WH, w, 64);
    _tile_dpbssd(HIGH, XH, WH);
    _tile_dpbusd(MIDDLE, XL, WH);
    _tile_loadd(WL, w + HALF, 64);
    _tile_dpbsud(MIDDLE, XH, WL);
    _tile_dpbuud(LOW, XL, WL);
    _tile_stored(HIGH, to->high, 64);
    _tile_stored(MIDDLE, to->middle, 64);
    _tile_stored(LOW, to->low, 64);
}

/* Products into the sums they belong to, [m] rows of which NR apart, in the order of the groups. */
static inline void add_scaled(const struct products *p, const unsigned char *x_scales, size_t x_stride,
                              size_t m, const float *w_scales, float *sum)
{
    const __m512 w_scale = _mm512_loadu_ps(w_scales);

    for (size_t i = 0; i < m; i++) {
        const __m512i middle = _mm512_add_epi32(_mm512_slli_epi32(_mm512_load_si512(p->high[i]), 7),
                                                _mm512_load_si512(p->middle[i]));
        const __m512i all = _mm512_add_epi32(_mm512_slli_epi32(middle, 7), _mm512_load_si512(p->low[i]));
        float x_scale;

        memcpy(&x_scale, x_scales + i * x_stride, sizeof x_scale);
        _mm512_store_ps(sum + i * NR, _mm512_fmadd_ps(_mm512_cvtepi32_ps(all),
                                                      _mm512_mul_ps(_mm512_set1_ps(x_scale), w_scale),
                                                      _mm512_load_ps(sum + i * NR)));
    }
}

/* Rows that are missing are zero and are not stored. */
static void tile(const void *x, size_t x_stride, size_t m, const void *panel, size_t k, float *y, size_t ldy,
                 size_t n)
{
    _Alignas(64) float sum[MR * NR] = {0.0f};
    _Alignas(64) struct products products[2];
    _Alignas(64) struct halves halves;
    const unsigned char *group = panel, *rows = x, *scales = rows + n_groups(k) * GROUP * sizeof(int16_t);
    const size_t n_blocks = (n + COLUMNS - 1) / COLUMNS;

    assert(m >= 1 && m <= MR && n >= 1 && n <= NR);
    if (m < MR)
        memset(&halves, 0, sizeof halves);
    for (size_t g = 0; g < n_groups(k); g++, group += group_bytes(NR), rows += GROUP * sizeof(int16_t)) {
        const float *w_scales = (const float *)(const void *)(group + GROUP * NR * sizeof(int16_t));

        split_rows(rows, x_stride, m, &halves);
        memory_barrier();
        _tile_loadd(XH, halves.high, GROUP);
        _tile_loadd(XL, halves.low, GROUP);
        /* The products of a block are added up while tiles multiply the next one. */
        multiply(group, &products[0]);
        for (size_t b = 0; b < n_blocks; b++) {
            if (b + 1 < n_blocks)
                multiply(group + 2 * (b + 1) * HALF, &products[(b + 1) % 2]);
            add_scaled(&products[b % 2], scales + g * sizeof(float), x_stride, m, w_scales + b * COLUMNS,
                       sum + b * COLUMNS);
        }
    }
    for (size_t i = 0; i < m; i++)
        memcpy(y + i * ldy, sum + i * NR, n * sizeof *y);
}

void quill_kernels_gemm_i16_amx(struct quill_kernels *out)
{
    struct quill_gemm *gemm = &out->gemm[QUILL_GEMM_I16];

    gemm->mr = MR;
    gemm->nr = NR;
    gemm->enter = enter;
    gemm->leave = leave;
    gemm->pack_x = pack_x;
    gemm->pack_w = pack_w;
    gemm->tile = tile;
    gemm->soften = soften;
}
