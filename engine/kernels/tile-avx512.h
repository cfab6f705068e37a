/* What tiles of the integer forms have in common for AVX-512: 12 rows of x times 32 columns of a panel. How a
 * group is multiplied is the form's own. */
#ifndef QUILL_KERNELS_TILE_AVX512_H
#define QUILL_KERNELS_TILE_AVX512_H

#include <assert.h>
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define MR 12
#define NR 32 /* 12 x 2 sums, 2 of the panel, 1 of x and, where there is one, 1 product of 32 registers */

/* Rows that are missing repeat the last one and are not stored. */
static inline void start_tile(const void *x, size_t x_stride, size_t m, size_t n,
                              const unsigned char *(*rows)[MR], __m512 (*sum)[MR][2])
{
    assert(m >= 1 && m <= MR && n <= NR);
    for (size_t i = 0; i < MR; i++) {
        (*rows)[i] = (const unsigned char *)x + (i < m ? i : m - 1) * x_stride;
        (*sum)[i][0] = (*sum)[i][1] = _mm512_setzero_ps();
    }
}

/* One row's four bytes everywhere. */
static inline __m512i broadcast(const unsigned char *p)
{
    int32_t bytes;

    memcpy(&bytes, p, sizeof bytes);
    return _mm512_set1_epi32(bytes);
}

/* sum += a group's products, times its scales: that of each row of x, at this offset, and those of the panel.
 */
static inline void add_scaled(const __m512i part[MR][2], const unsigned char *const rows[MR], size_t at,
                              const void *w_scales, __m512 sum[MR][2])
{
    const float *w = w_scales;
    const __m512 s0 = _mm512_load_ps(w), s1 = _mm512_load_ps(w + 16);

#pragma GCC unroll 12
    for (int i = 0; i < MR; i++) {
        float scale;
        memcpy(&scale, rows[i] + at, sizeof scale);
        const __m512 s = _mm512_set1_ps(scale);
        sum[i][0] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(part[i][0]), _mm512_mul_ps(s, s0), sum[i][0]);
        sum[i][1] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(part[i][1]), _mm512_mul_ps(s, s1), sum[i][1]);
    }
}

static inline void store_tile(const __m512 (*sum)[MR][2], size_t m, float *y, size_t ldy, size_t n)
{
    const __mmask16 low = n >= 16 ? (__mmask16)0xffff : (__mmask16)((1u << n) - 1);
    const __mmask16 high = n <= 16 ? (__mmask16)0 : (__mmask16)((1u << (n - 16)) - 1);

    for (size_t i = 0; i < m; i++) {
        _mm512_mask_storeu_ps(y + i * ldy, low, (*sum)[i][0]);
        _mm512_mask_storeu_ps(y + i * ldy + 16, high, (*sum)[i][1]);
    }
}

#endif
