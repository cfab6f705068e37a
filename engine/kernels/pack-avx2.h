/* Rows of x of the integer forms, for AVX2: quantized groups of 64 in registers. What includes this has
 * included its form's header and said how a group is stored, of which it gets 16 numbers to a vector as
 * int16: typedef ... element; static inline void store_group(element *to, const __m256i q[4]); */
#ifndef QUILL_KERNELS_PACK_AVX2_H
#define QUILL_KERNELS_PACK_AVX2_H

#include <assert.h>
#include <immintrin.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "kernels/exp-avx2.h"

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

/* Sixteen numbers as int16. (The pack works on halves: they are put in order again.) */
static inline __m256i narrow(__m256i low, __m256i high)
{
    return _mm256_permute4x64_epi64(_mm256_packs_epi32(low, high), 0xd8);
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

        q[i] = narrow(low, high);
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
    element *to = row;
    float *scales = (float *)(void *)(to + n_groups(k) * GROUP);

    assert(first % GROUP == 0);
    for (size_t i = 0; i < n; i += GROUP) {
        __m256 v[VECTORS];
        __m256i q[VECTORS / 2];

        load_group(x + i, n - i < GROUP ? n - i : GROUP, v);
        scales[(first + i) / GROUP] = quantize(v, X_MAX, q);
        store_group(to + first + i, q);
    }
}

/* The largest of a group's numbers; -INFINITY if there are but NaN. */
static inline float largest(const __m256 v[VECTORS])
{
    __m256 max = _mm256_set1_ps(-INFINITY);

    for (int i = 0; i < VECTORS; i++)
        max = _mm256_max_ps(v[i], max);
    __m128 m = _mm_max_ps(_mm256_castps256_ps128(max), _mm256_extractf128_ps(max, 1));
    m = _mm_max_ps(m, _mm_movehl_ps(m, m));
    return _mm_cvtss_f32(_mm_max_ss(m, _mm_movehdup_ps(m)));
}

/* Numbers behind the last are as good as impossible. */
static inline void load_scores(const float *x, size_t n, __m256 v[VECTORS])
{
    float padded[GROUP];

    if (n < GROUP) {
        for (size_t i = 0; i < GROUP; i++)
            padded[i] = i < n ? x[i] : -INFINITY;
        x = padded;
    }
    for (int i = 0; i < VECTORS; i++)
        v[i] = _mm256_loadu_ps(x + 8 * i);
}

/* Each group becomes powers of two of its distance to its own maximum, of which X_MAX is the largest: the
 * distance is taken a rounding longer than it is, or the maximum's own could come out above 0. Its scale says
 * how far the maximum lies below the row's. The sum is that of the integers, so that what the values are
 * mixed with adds up to one. */
static float soften(const float *x, size_t n, void *row)
{
    element *to = row;
    float *scales = (float *)(void *)(to + n_groups(n) * GROUP);
    const __m256 log2e = _mm256_set1_ps(EXP_LOG2E);
    float max = -INFINITY, sum = 0.0f;

    for (size_t g = 0; g < n_groups(n); g++) {
        const size_t count = n - g * GROUP < GROUP ? n - g * GROUP : GROUP;
        __m256i total = _mm256_setzero_si256(), q[VECTORS / 2];
        __m256 v[VECTORS];

        load_scores(x + g * GROUP, count, v);
        const float top = largest(v), power = top * EXP_LOG2E;
        const __m256 shift = _mm256_set1_ps(-power - fabsf(power) * 0x1p-23f);
        for (int j = 0; j < VECTORS / 2; j++) {
            __m256i part[2];
            for (int i = 0; i < 2; i++)
                part[i] = _mm256_cvtps_epi32(_mm256_mul_ps(
                    exp2_vector(_mm256_fmadd_ps(v[2 * j + i], log2e, shift)), _mm256_set1_ps(X_MAX)));
            total = _mm256_add_epi32(total, _mm256_add_epi32(part[0], part[1]));
            q[j] = narrow(part[0], part[1]);
        }
        store_group(to + g * GROUP, q);
        __m128i t = _mm_add_epi32(_mm256_castsi256_si128(total), _mm256_extracti128_si256(total, 1));
        t = _mm_add_epi32(t, _mm_shuffle_epi32(t, 0x4e));
        t = _mm_add_epi32(t, _mm_shuffle_epi32(t, 0xb1));
        /* The sum so far is relative to the maximum so far. */
        if (top > max) {
            sum *= expf(max - top);
            max = top;
        }
        sum += expf(top - max) * (float)_mm_cvtsi128_si32(t);
        scales[g] = top;
    }
    for (size_t g = 0; g < n_groups(n); g++)
        scales[g] = expf(scales[g] - max) * (1.0f / X_MAX);
    return X_MAX / sum;
}

#endif
