/* Integer GEMM for AVX2, and for the instruction sets that multiply and add in one go: each of them includes
 * this and calls fill_gemm_i16. */
#ifndef QUILL_KERNELS_GEMM_I16_TILE_AVX2_H
#define QUILL_KERNELS_GEMM_I16_TILE_AVX2_H

#include "kernels/gemm-i16-avx2.h"
#include "kernels/rows.h"

#define MR 6
#define NR 16 /* 6 x 2 sums, 2 of the panel, 1 of x and 1 product fill the 16 registers */

static void pack_w(const float *rows, size_t ld, size_t n_rows, size_t k, void *panel)
{
    assert(n_rows <= NR);
    pack_panel(rows, ld, n_rows, k, panel, NR);
}

static inline __m256i load(const void *p)
{
    return _mm256_load_si256(p);
}

/* sum += products of a and b, added in pairs. Left to itself, GCC 12 makes all the products first and has no
 * registers left for the sums. */
static inline __m256i multiply_add(__m256i sum, __m256i a, __m256i b)
{
#ifdef __AVXVNNI__
    return _mm256_dpwssd_avx_epi32(sum, a, b);
#elif defined(QUILL_NO_ASM) /* emulated instructions: tests/kernels/emulate */
    return _mm256_add_epi32(sum, _mm256_madd_epi16(a, b));
#else
    __m256i products;

    __asm__("vpmaddwd %2, %3, %1\n\tvpaddd %1, %0, %0" : "+x"(sum), "=&x"(products) : "x"(a), "x"(b));
    return sum;
#endif
}

/* Rows that are missing repeat the last one and are not stored. */
static void tile(const void *x, size_t x_stride, size_t m, const void *panel, size_t k, float *y, size_t ldy,
                 size_t n)
{
    const unsigned char *rows[MR], *group = panel;
    const size_t scales_at = n_groups(k) * GROUP * sizeof(int16_t);
    __m256 sum[MR][2];

    assert(m >= 1 && m <= MR && n <= NR);
    for (size_t i = 0; i < MR; i++) {
        rows[i] = (const unsigned char *)x + (i < m ? i : m - 1) * x_stride;
        sum[i][0] = sum[i][1] = _mm256_setzero_ps();
    }
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
                const __m256i a =
                    _mm256_castps_si256(_mm256_broadcast_ss((const float *)(const void *)(rows[i] + at)));
                part[i][0] = multiply_add(part[i][0], a, b0);
                part[i][1] = multiply_add(part[i][1], a, b1);
            }
        }
        const __m256 s0 = _mm256_castsi256_ps(load(group)), s1 = _mm256_castsi256_ps(load(group + 32));
        group += NR * sizeof(float);
#pragma GCC unroll 6
        for (int i = 0; i < MR; i++) {
            const __m256 s =
                _mm256_broadcast_ss((const float *)(const void *)(rows[i] + scales_at + g * sizeof(float)));
            sum[i][0] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(part[i][0]), _mm256_mul_ps(s, s0), sum[i][0]);
            sum[i][1] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(part[i][1]), _mm256_mul_ps(s, s1), sum[i][1]);
        }
    }
    for (size_t i = 0; i < m; i++) {
        if (n == NR) {
            _mm256_storeu_ps(y + i * ldy, sum[i][0]);
            _mm256_storeu_ps(y + i * ldy + 8, sum[i][1]);
        } else {
            float row[NR];
            _mm256_storeu_ps(row, sum[i][0]);
            _mm256_storeu_ps(row + 8, sum[i][1]);
            memcpy(y + i * ldy, row, n * sizeof *y);
        }
    }
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
