/* Rows of x of the integer forms, for AVX-512. What includes this has included its form's header and said
 * what a row's element is, how those of a group are stored, and what they add up to, in any number of lanes:
 *     typedef ... element;
 *     static inline void store_group(element *to, const __m512i q[GROUP / 16]);
 *     static inline __m512 group_sums(const element *group); */
#ifndef QUILL_KERNELS_PACK_AVX512_H
#define QUILL_KERNELS_PACK_AVX512_H

#include <assert.h>
#include <immintrin.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "kernels/approx.h"

#define VECTORS (GROUP / 16)

/* n numbers, at most GROUP of them, and `rest` behind them. */
static inline void load_group(const float *x, size_t n, float rest, __m512 v[VECTORS])
{
    for (size_t i = 0; i < VECTORS; i++) {
        const size_t there = n > 16 * i ? n - 16 * i : 0;
        const __mmask16 lanes = there >= 16 ? (__mmask16)0xffff : (__mmask16)((1u << there) - 1);

        v[i] = there ? _mm512_mask_loadu_ps(_mm512_set1_ps(rest), lanes, x + 16 * i) : _mm512_set1_ps(rest);
    }
}

/* Magnitudes compare like the integers of their bits, in which NaN is the largest. */
static inline float magnitude(const __m512 v[VECTORS])
{
    const __m512i magnitude_bits = _mm512_set1_epi32(0x7fffffff);
    __m512i max = _mm512_setzero_si512();
    int32_t bits;
    float result;

    for (int i = 0; i < VECTORS; i++)
        max = _mm512_max_epi32(max, _mm512_and_si512(_mm512_castps_si512(v[i]), magnitude_bits));
    bits = _mm512_reduce_max_epi32(max);
    memcpy(&result, &bits, sizeof result);
    return result;
}

/* q = the numbers of v as integers of at most `limit`, all zero where one of them is none; returns their
 * scale. */
static inline float quantize(const __m512 v[VECTORS], float limit, __m512i q[VECTORS])
{
    const float max = magnitude(v);

    if (!(max >= SMALLEST && max < INFINITY)) {
        for (int i = 0; i < VECTORS; i++)
            q[i] = _mm512_setzero_si512();
        return max < SMALLEST ? 0.0f : NAN;
    }
    const __m512 inverse = _mm512_set1_ps(limit / max);
    for (int i = 0; i < VECTORS; i++)
        q[i] = _mm512_cvtps_epi32(_mm512_mul_ps(v[i], inverse));
    return max / limit;
}

static void pack_x(const float *x, size_t first, size_t n, size_t k, void *row)
{
    element *to = row;
    float *scales = (float *)(void *)(to + n_groups(k) * GROUP);

    assert(first % GROUP == 0);
    for (size_t i = 0; i < n; i += GROUP) {
        __m512 v[VECTORS];
        __m512i q[VECTORS];

        load_group(x + i, n - i < GROUP ? n - i : GROUP, 0.0f, v);
        scales[(first + i) / GROUP] = quantize(v, X_MAX, q);
        store_group(to + first + i, q);
    }
}

/* 2^t, t <= 0; below EXP2_LOWEST, and of NaN, the smallest. */
static inline __m512 exp2_vector(__m512 t)
{
    t = _mm512_max_ps(t, _mm512_set1_ps(EXP2_LOWEST));
    const __m512 n = _mm512_roundscale_ps(t, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    const __m512 f = _mm512_sub_ps(t, n);
    __m512 p = _mm512_fmadd_ps(_mm512_set1_ps(EXP2_P5), f, _mm512_set1_ps(EXP2_P4));
    p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(EXP2_P3));
    p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(EXP2_P2));
    p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(EXP2_P1));
    p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(EXP2_P0));
    return _mm512_scalef_ps(p, n);
}

/* A group becomes powers of two of its distance to its own maximum, which is returned and becomes X_MAX: the
 * distance is taken a rounding longer than it is, or that of the maximum could come out above 0. */
static inline float soften_group(const float *x, size_t n, element *to)
{
    const __m512 log2e = _mm512_set1_ps(EXP_LOG2E), limit = _mm512_set1_ps(X_MAX);
    __m512 v[VECTORS], largest = _mm512_set1_ps(-INFINITY);
    __m512i q[VECTORS];

    load_group(x, n, -INFINITY, v);   /* behind the last: as good as impossible */
    for (int j = 0; j < VECTORS; j++) /* in this order NaN is passed over */
        largest = _mm512_max_ps(v[j], largest);
    const float top = _mm512_reduce_max_ps(largest), power = top * EXP_LOG2E;
    const __m512 shift = _mm512_set1_ps(-power - fabsf(power) * 0x1p-23f);
    for (int j = 0; j < VECTORS; j++)
        q[j] = _mm512_cvtps_epi32(_mm512_mul_ps(exp2_vector(_mm512_fmadd_ps(v[j], log2e, shift)), limit));
    store_group(to, q);
    return top;
}

/* The maxima of n groups -> the scales that their distances to the row's make of them; returns the latter. */
static inline float soften_scales(float *scales, size_t n)
{
    float max = -INFINITY;

    for (size_t g = 0; g < n; g++)
        max = scales[g] > max ? scales[g] : max;
    for (size_t g = 0; g < n; g += 16) {
        const __mmask16 lanes = n - g >= 16 ? (__mmask16)0xffff : (__mmask16)((1u << (n - g)) - 1);
        const __m512 below = _mm512_sub_ps(_mm512_maskz_loadu_ps(lanes, scales + g), _mm512_set1_ps(max));
        const __m512 powers = exp2_vector(_mm512_mul_ps(below, _mm512_set1_ps(EXP_LOG2E)));

        _mm512_mask_storeu_ps(scales + g, lanes, _mm512_mul_ps(powers, _mm512_set1_ps(1.0f / X_MAX)));
    }
    return max;
}

/* Each group has its own maximum, so that small weights keep their precision. The sum is that of the
 * integers, so that what the values are mixed with adds up to one. */
static float soften(const float *x, size_t n, void *row)
{
    element *to = row;
    float *scales = (float *)(void *)(to + n_groups(n) * GROUP);
    __m512 sum = _mm512_setzero_ps();

    for (size_t g = 0; g < n_groups(n); g++)
        scales[g] =
            soften_group(x + g * GROUP, n - g * GROUP < GROUP ? n - g * GROUP : GROUP, to + g * GROUP);
    if (isinf(soften_scales(scales, n_groups(n))))
        return NAN; /* nobody has a share beside an infinite score, or if all are NaN */
    for (size_t g = 0; g < n_groups(n); g++)
        sum = _mm512_fmadd_ps(group_sums(to + g * GROUP), _mm512_set1_ps(scales[g]), sum);
    return 1.0f / _mm512_reduce_add_ps(sum);
}

#endif
