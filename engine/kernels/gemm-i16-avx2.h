/* Packing for the integer GEMM of every instruction set that has AVX2: quantized groups of 64 in registers. */
#ifndef QUILL_KERNELS_GEMM_I16_AVX2_H
#define QUILL_KERNELS_GEMM_I16_AVX2_H

#include <assert.h>
#include <immintrin.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "kernels/gemm-i16.h"
#include "kernels/transpose-avx2.h"

#define VECTORS (GROUP / 8)

/* Magnitudes compare like the integers of their bits, in which NaN is the largest. */
static inline float magnitude(const __m256 v[VECTORS])
{
    const __m256i magnitude_bits = _mm256_set1_epi32(0x7fffffff);
    __m256i max = _mm256_setzero_si256();
    int32_t bits;
    float result;

    for (int i = 0; i < VECTORS; i++)
        max = _mm256_max_epi32(max, _mm256_and_si256(_mm256_castps_si256(v[i]), magnitude_bits));
    __m128i m = _mm_max_epi32(_mm256_castsi256_si128(max), _mm256_extracti128_si256(max, 1));
    m = _mm_max_epi32(m, _mm_shuffle_epi32(m, 0x4e));
    m = _mm_max_epi32(m, _mm_shuffle_epi32(m, 0xb1));
    bits = _mm_cvtsi128_si32(m);
    memcpy(&result, &bits, sizeof result);
    return result;
}

/* q[0..4) = the 64 numbers of v, 16 to a vector, as integers of at most `limit`; returns their scale. */
static inline float quantize(const __m256 v[VECTORS], float limit, __m256i q[VECTORS / 2])
{
    const float max = magnitude(v);
    const bool none = !(max >= SMALLEST && max < INFINITY);
    const __m256 inverse = _mm256_set1_ps(none ? 0.0f : limit / max);

    for (int i = 0; i < VECTORS / 2; i++) {
        const __m256i low = _mm256_cvtps_epi32(_mm256_mul_ps(v[2 * i], inverse));
        const __m256i high = _mm256_cvtps_epi32(_mm256_mul_ps(v[2 * i + 1], inverse));

        /* The pack works on halves: put them in order again. */
        q[i] = _mm256_permute4x64_epi64(_mm256_packs_epi32(low, high), 0xd8);
    }
    return max < INFINITY ? (none ? 0.0f : max / limit) : NAN;
}

/* n <= GROUP numbers, zeros behind them. */
static inline void load_group(const float *x, size_t n, __m256 v[VECTORS])
{
    float padded[GROUP] = {0};

    if (n < GROUP) {
        memcpy(padded, x, n * sizeof *x);
        x = padded;
    }
    for (int i = 0; i < VECTORS; i++)
        v[i] = _mm256_loadu_ps(x + 8 * i);
}

static void pack_x(const float *x, size_t first, size_t n, size_t k, void *row)
{
    int16_t *to = row;
    float *scales = (float *)(void *)(to + n_groups(k) * GROUP);

    assert(first % GROUP == 0);
    for (size_t i = 0; i < n; i += GROUP) {
        __m256 v[VECTORS];
        __m256i q[VECTORS / 2];

        load_group(x + i, n - i < GROUP ? n - i : GROUP, v);
        scales[(first + i) / GROUP] = quantize(v, X_MAX, q);
        for (int j = 0; j < VECTORS / 2; j++)
            _mm256_storeu_si256((__m256i *)(void *)(to + first + i + 16 * j), q[j]);
    }
}

/* nr % 8 == 0. */
static inline void pack_panel(const float *rows, size_t ld, size_t n_rows, size_t k, unsigned char *group,
                              size_t nr)
{
    for (size_t i = 0; i < k; i += GROUP, group += group_bytes(nr)) {
        int32_t *pairs = (int32_t *)(void *)group; /* [GROUP / 2][nr] */
        float *scales = (float *)(void *)(pairs + GROUP / 2 * nr);

        for (size_t j = 0; j < nr; j += 8) {
            float q[8][GROUP / 2]; /* pairs of int16, which are only moved */

            for (size_t row = 0; row < 8; row++) {
                __m256 v[VECTORS];
                __m256i packed[VECTORS / 2];

                load_group(rows + (j + row < n_rows ? j + row : 0) * ld + i,
                           j + row >= n_rows ? 0 : k - i < GROUP ? k - i : GROUP, v);
                scales[j + row] = quantize(v, W_MAX, packed);
                for (int l = 0; l < VECTORS / 2; l++)
                    _mm256_storeu_ps(q[row] + 8 * l, _mm256_castsi256_ps(packed[l]));
            }
            for (size_t l = 0; l < GROUP / 2; l += 8)
                transpose_8x8(q[0] + l, GROUP / 2, (float *)(void *)(pairs + l * nr + j), nr);
        }
    }
}

#endif
