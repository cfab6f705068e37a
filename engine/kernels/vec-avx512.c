/* Vector kernels for AVX-512. Remainders go through the same arithmetic, masked. */
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "kernels/approx.h"
#include "kernels/rows.h"

#define NORM_EPSILON 1e-5f

static inline __mmask16 first_lanes(size_t n)
{
    return n >= 16 ? (__mmask16)0xffff : (__mmask16)((1u << n) - 1);
}

/* x <= 0; NaN stays NaN. Relative error 2e-7. */
static inline __m512 exp_vector(__m512 x)
{
    const __m512 lowest = _mm512_set1_ps(EXP_LOWEST);
    const __mmask16 alive = _mm512_cmp_ps_mask(x, lowest, _CMP_NLT_UQ);
    const __m512 clamped = _mm512_max_ps(lowest, x); /* in this order NaN passes */
    const __m512 n = _mm512_roundscale_ps(_mm512_mul_ps(clamped, _mm512_set1_ps(EXP_LOG2E)),
                                          _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    __m512 r = _mm512_fnmadd_ps(n, _mm512_set1_ps(EXP_LN2_HIGH), clamped);
    r = _mm512_fnmadd_ps(n, _mm512_set1_ps(EXP_LN2_LOW), r);
    __m512 p = _mm512_fmadd_ps(_mm512_set1_ps(EXP_P4), r, _mm512_set1_ps(EXP_P3));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(EXP_P2));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(EXP_P1));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(EXP_P0));
    p = _mm512_fmadd_ps(_mm512_mul_ps(r, r), p, _mm512_add_ps(r, _mm512_set1_ps(1.0f)));
    return _mm512_maskz_scalef_ps(alive, p, n);
}

static void add(float *y, const float *x, size_t n)
{
    for (size_t i = 0; i < n; i += 16) {
        const __mmask16 lanes = first_lanes(n - i);
        _mm512_mask_storeu_ps(
            y + i, lanes,
            _mm512_add_ps(_mm512_maskz_loadu_ps(lanes, y + i), _mm512_maskz_loadu_ps(lanes, x + i)));
    }
}

/* x Phi(x) with Phi(-|x|) = erfc(|x| / sqrt 2) / 2. */
static inline __m512 gelu_vector(__m512 x)
{
    const __m512 z = _mm512_mul_ps(_mm512_abs_ps(x), _mm512_set1_ps((float)M_SQRT1_2));
    const __m512 t =
        _mm512_div_ps(_mm512_set1_ps(1.0f), _mm512_fmadd_ps(z, _mm512_set1_ps(ERFC_P), _mm512_set1_ps(1.0f)));
    const __m512 e = exp_vector(_mm512_mul_ps(_mm512_mul_ps(x, x), _mm512_set1_ps(-0.5f)));
    __m512 q = _mm512_fmadd_ps(_mm512_set1_ps(ERFC_Q5), t, _mm512_set1_ps(ERFC_Q4));
    q = _mm512_fmadd_ps(q, t, _mm512_set1_ps(ERFC_Q3));
    q = _mm512_fmadd_ps(q, t, _mm512_set1_ps(ERFC_Q2));
    q = _mm512_fmadd_ps(q, t, _mm512_set1_ps(ERFC_Q1));
    q = _mm512_fmadd_ps(q, t, _mm512_set1_ps(ERFC_Q0));
    const __m512 half_erfc = _mm512_mul_ps(_mm512_mul_ps(_mm512_mul_ps(q, t), e), _mm512_set1_ps(0.5f));
    const __m512 below = _mm512_mul_ps(x, half_erfc);
    return _mm512_mask_sub_ps(below, _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_NLT_UQ), x, below);
}

static void gelu(float *x, size_t n)
{
    for (size_t i = 0; i < n; i += 16) {
        const __mmask16 lanes = first_lanes(n - i);
        _mm512_mask_storeu_ps(x + i, lanes, gelu_vector(_mm512_maskz_loadu_ps(lanes, x + i)));
    }
}

static float maximum(const float *x, size_t n)
{
    const __m512 lowest = _mm512_set1_ps(-INFINITY);
    __m512 max = lowest;

    for (size_t i = 0; i < n; i += 16) /* operands in this order: NaN is passed over */
        max = _mm512_max_ps(_mm512_mask_loadu_ps(lowest, first_lanes(n - i), x + i), max);
    return _mm512_reduce_max_ps(max);
}

static void softmax(float *x, size_t n)
{
    const float max = maximum(x, n);
    const __m512 shift = _mm512_set1_ps(max);
    __m512 sum = _mm512_setzero_ps();

    if (max == -INFINITY) {
        for (size_t i = 0; i < n; i++)
            x[i] = 0.0f;
        return;
    }
    for (size_t i = 0; i < n; i += 16) {
        const __mmask16 lanes = first_lanes(n - i);
        const __m512 e = exp_vector(_mm512_sub_ps(_mm512_maskz_loadu_ps(lanes, x + i), shift));
        _mm512_mask_storeu_ps(x + i, lanes, e);
        sum = _mm512_mask_add_ps(sum, lanes, sum, e);
    }
    const float total = _mm512_reduce_add_ps(sum);
    const __m512 scale = _mm512_set1_ps(total > 0.0f ? 1.0f / total : 0.0f);
    for (size_t i = 0; i < n; i += 16) {
        const __mmask16 lanes = first_lanes(n - i);
        _mm512_mask_storeu_ps(x + i, lanes, _mm512_mul_ps(_mm512_maskz_loadu_ps(lanes, x + i), scale));
    }
}

static float log_sum_exp(const float *x, size_t n)
{
    const float max = maximum(x, n);
    const __m512 shift = _mm512_set1_ps(max);
    __m512 sum = _mm512_setzero_ps();

    if (max == -INFINITY)
        return max;
    for (size_t i = 0; i < n; i += 16) {
        const __mmask16 lanes = first_lanes(n - i);
        const __m512 e = exp_vector(_mm512_sub_ps(_mm512_maskz_loadu_ps(lanes, x + i), shift));
        sum = _mm512_mask_add_ps(sum, lanes, sum, e);
    }
    return max + logf(_mm512_reduce_add_ps(sum));
}

static void layer_norm(const float *x, const float *gamma, const float *beta, float *y, size_t n)
{
    __m512 sum = _mm512_setzero_ps(), squares = _mm512_setzero_ps();

    if (n == 0)
        return;
    for (size_t i = 0; i < n; i += 16)
        sum = _mm512_add_ps(sum, _mm512_maskz_loadu_ps(first_lanes(n - i), x + i));
    const __m512 mean = _mm512_set1_ps(_mm512_reduce_add_ps(sum) / (float)n);
    for (size_t i = 0; i < n; i += 16) {
        const __mmask16 lanes = first_lanes(n - i);
        const __m512 centred = _mm512_maskz_sub_ps(lanes, _mm512_maskz_loadu_ps(lanes, x + i), mean);
        squares = _mm512_fmadd_ps(centred, centred, squares);
    }
    const __m512 scale =
        _mm512_set1_ps(1.0f / sqrtf(_mm512_reduce_add_ps(squares) / (float)n + NORM_EPSILON));
    for (size_t i = 0; i < n; i += 16) {
        const __mmask16 lanes = first_lanes(n - i);
        const __m512 unit = _mm512_mul_ps(_mm512_sub_ps(_mm512_maskz_loadu_ps(lanes, x + i), mean), scale);
        _mm512_mask_storeu_ps(y + i, lanes,
                              _mm512_fmadd_ps(unit, _mm512_maskz_loadu_ps(lanes, gamma + i),
                                              _mm512_maskz_loadu_ps(lanes, beta + i)));
    }
}

#include "kernels/vec-table.h"

void quill_kernels_vec_avx512(struct quill_kernels *out)
{
    fill_vec(out);
}
