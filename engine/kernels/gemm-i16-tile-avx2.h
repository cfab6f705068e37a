/* Integer GEMM for AVX2, and for the instruction sets that multiply and add in one go: each of them includes
 * this and calls fill_gemm_i16. */
#ifndef QUILL_KERNELS_GEMM_I16_TILE_AVX2_H
#define QUILL_KERNELS_GEMM_I16_TILE_AVX2_H

#include "kernels/gemm-i16-avx2.h"
#include "kernels/rows.h"
#include "kernels/tile-avx2.h"
#include "kernels/vnni.h"

static void pack_w(const float *rows, size_t ld, size_t n_rows, size_t k, void *panel)
{
    assert(n_rows <= NR);
    pack_panel(rows, ld, n_rows, k, panel, NR);
}

/* sum += products of a and b, added in pairs. Left to itself, GCC 12 makes all the products first and has no
 * registers left for the sums. */
static inline __m256i multiply_add(__m256i sum, __m256i a, __m256i b)
{
#ifdef __AVXVNNI__
    return add_shorts_256(sum, a, b);
#elif defined(QUILL_NO_ASM) /* emulated instructions: tests/kernels/emulate */
    return _mm256_add_epi32(sum, _mm256_madd_epi16(a, b));
#else
    __m256i products;

    __asm__("vpmaddwd %2, %3, %1\n\tvpaddd %1, %0, %0" : "+x"(sum), "=&x"(products) : "x"(a), "x"(b));
    return sum;
#endif
}

static void tile(const void *x, size_t x_stride, size_t m, const void *panel, size_t k, float *y, size_t ldy,
                 size_t n)
{
    const unsigned char *rows[MR], *group = panel;
    const size_t scales_at = n_groups(k) * GROUP * sizeof(int16_t);
    __m256 sum[MR][2];

    start_tile(x, x_stride, m, n, &rows, &sum);
    for (size_t g = 0; g < n_groups(k); g++) {
        __m256i part[MR][2];

#pragma GCC unroll 6
        for (int i = 0; i < MR; i++)
            part[i][0] = part[i][1] = _mm256_setzero_si256();
        for (size_t l = 0; l < GROUP / 2; l++, group += NR * sizeof(int32_t)) {
            const __m256i b0 = load(group), b1 = load(group + 32);
            const size_t at = (g * GROUP + 2 * l) * sizeof(int16_t);
#pragma GCC unroll 6
            for (int i = 0; i < MR; i++) {
                const __m256i a = _mm256_castps_si256(broadcast(rows[i] + at));
                part[i][0] = multiply_add(part[i][0], a, b0);
                part[i][1] = multiply_add(part[i][1], a, b1);
            }
        }
        add_scaled(part, rows, scales_at + g * sizeof(float), group, sum);
        group += NR * sizeof(float);
    }
    store_tile(&sum, m, y, ldy, n);
}

static inline void fill_gemm_i16(struct quill_kernels *out)
{
    struct quill_gemm *gemm = &out->gemm[QUILL_GEMM_I16];

    gemm->mr = MR;
    gemm->nr = NR;
    gemm->pack_x = pack_x;
    gemm->pack_w = pack_w;
    gemm->tile = tile;
    gemm->soften = soften;
}

#endif
