/* What tiles of the integer forms have in common for AVX2: 6 rows of x times 16 columns of a panel. How a
 * group is multiplied is the form's own. */
#ifndef QUILL_KERNELS_TILE_AVX2_H
#define QUILL_KERNELS_TILE_AVX2_H

#include <assert.h>
#include <immintrin.h>
#include <stddef.h>
#include <string.h>

#define MR 6
#define NR                                                                                                   \
    16 /* 6 x 2 sums, 2 of the panel, 1 of x and, where there is one, 1 product fill the 16 registers */

static inline __m256i load(const void *p)
{
    return _mm256_load_si256(p);
}

/* One row's four bytes everywhere. */
static inline __m256 broadcast(const unsigned char *p)
{
    return _mm256_broadcast_ss((const float *)(const void *)p);
}

/* Rows that are missing repeat the last one and are not stored. */
static inline void start_tile(const void *x, size_t x_stride, size_t m, size_t n,
                              const unsigned char *(*rows)[MR], __m256 (*sum)[MR][2])
{
    assert(m >= 1 && m <= MR && n <= NR);
    for (size_t i = 0; i < MR; i++) {
        (*rows)[i] = (const unsigned char *)x + (i < m ? i : m - 1) * x_stride;
        (*sum)[i][0] = (*sum)[i][1] = _mm256_setzero_ps();
    }
}

/* sum += a group's products, times its scales: that of each row of x, at this offset, and those of the panel.
 */
static inline void add_scaled(const __m256i part[MR][2], const unsigned char *const rows[MR], size_t at,
                              const unsigned char *w_scales, __m256 sum[MR][2])
{
    const __m256 s0 = _mm256_castsi256_ps(load(w_scales)), s1 = _mm256_castsi256_ps(load(w_scales + 32));

#pragma GCC unroll 6
    for (int i = 0; i < MR; i++) {
        const __m256 s = broadcast(rows[i] + at);
        sum[i][0] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(part[i][0]), _mm256_mul_ps(s, s0), sum[i][0]);
        sum[i][1] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(part[i][1]), _mm256_mul_ps(s, s1), sum[i][1]);
    }
}

static inline void store_tile(const __m256 (*sum)[MR][2], size_t m, float *y, size_t ldy, size_t n)
{
    for (size_t i = 0; i < m; i++) {
        if (n == NR) {
            _mm256_storeu_ps(y + i * ldy, (*sum)[i][0]);
            _mm256_storeu_ps(y + i * ldy + 8, (*sum)[i][1]);
        } else {
            float row[NR];
            _mm256_storeu_ps(row, (*sum)[i][0]);
            _mm256_storeu_ps(row + 8, (*sum)[i][1]);
            memcpy(y + i * ldy, row, n * sizeof *y);
        }
    }
}

#endif
