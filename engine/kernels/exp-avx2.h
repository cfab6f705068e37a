/* Exponentials of eight numbers, for the kernels of every instruction set that has AVX2. */
#ifndef QUILL_KERNELS_EXP_AVX2_H
#define QUILL_KERNELS_EXP_AVX2_H

#include <immintrin.h>

#include "kernels/approx.h"

/* x <= 0; NaN stays NaN. Relative error 2e-7. */
static inline __m256 exp_vector(__m256 x)
{
    const __m256 lowest = _mm256_set1_ps(EXP_LOWEST);
    const __m256 alive = _mm256_cmp_ps(x, lowest, _CMP_NLT_UQ);
    const __m256 clamped = _mm256_max_ps(lowest, x); /* in this order NaN passes */
    const __m256 n = _mm256_round_ps(_mm256_mul_ps(clamped, _mm256_set1_ps(EXP_LOG2E)),
                                     _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    __m256 r = _mm256_fnmadd_ps(n, _mm256_set1_ps(EXP_LN2_HIGH), clamped);
    r = _mm256_fnmadd_ps(n, _mm256_set1_ps(EXP_LN2_LOW), r);
    __m256 p = _mm256_fmadd_ps(_mm256_set1_ps(EXP_P4), r, _mm256_set1_ps(EXP_P3));
    p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(EXP_P2));
    p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(EXP_P1));
    p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(EXP_P0));
    p = _mm256_fmadd_ps(_mm256_mul_ps(r, r), p, _mm256_add_ps(r, _mm256_set1_ps(1.0f)));
    const __m256i power =
        _mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127)), 23);
    return _mm256_and_ps(_mm256_mul_ps(p, _mm256_castsi256_ps(power)), alive);
}

/* 2^t, t <= 0; below EXP2_LOWEST, and of NaN, the smallest. Half of the work of exp_vector, for whoever has t
 * anyway. */
static inline __m256 exp2_vector(__m256 t)
{
    t = _mm256_max_ps(t, _mm256_set1_ps(EXP2_LOWEST));
    const __m256 n = _mm256_round_ps(t, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    const __m256 f = _mm256_sub_ps(t, n);
    __m256 p = _mm256_fmadd_ps(_mm256_set1_ps(EXP2_P5), f, _mm256_set1_ps(EXP2_P4));
    p = _mm256_fmadd_ps(p, f, _mm256_set1_ps(EXP2_P3));
    p = _mm256_fmadd_ps(p, f, _mm256_set1_ps(EXP2_P2));
    p = _mm256_fmadd_ps(p, f, _mm256_set1_ps(EXP2_P1));
    p = _mm256_fmadd_ps(p, f, _mm256_set1_ps(EXP2_P0));
    return _mm256_castsi256_ps(
        _mm256_add_epi32(_mm256_castps_si256(p), _mm256_slli_epi32(_mm256_cvtps_epi32(n), 23)));
}

#endif
