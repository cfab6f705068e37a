/* Vector kernels for AVX2 and FMA. Remainders go through the same arithmetic, masked. */
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "kernels/exp-avx2.h"
#include "kernels/rows.h"

#define NORM_EPSILON 1e-5f

static inline __m256i first_lanes(size_t n)
{
    static const int32_t lanes[16] = {-1, -1, -1, -1, -1, -1, -1, -1};

    return _mm256_loadu_si256((const __m256i *)(const void *)(lanes + 8 - (n < 8 ? n : 8)));
}

static inline float sum_lanes(__m256 v)
{
    __m128 s = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));

    s = _mm_add_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}

static void add(float *y, const float *x, size_t n)
{
    size_t i = 0;

    for (; i + 8 <= n; i += 8)
        _mm256_storeu_ps(y + i, _mm256_add_ps(_mm256_loadu_ps(y + i), _mm256_loadu_ps(x + i)));
    for (; i < n; i++)
        y[i] += x[i];
}

/* x Phi(x) with Phi(-|x|) = erfc(|x| / sqrt 2) / 2. */
static inline __m256 gelu_vector(__m256 x)
{
    const __m256 z =
        _mm256_mul_ps(_mm256_andnot_ps(_mm256_set1_ps(-0.0f), x), _mm256_set1_ps((float)M_SQRT1_2));
    const __m256 t =
        _mm256_div_ps(_mm256_set1_ps(1.0f), _mm256_fmadd_ps(z, _mm256_set1_ps(ERFC_P), _mm256_set1_ps(1.0f)));
    const __m256 power = _mm256_mul_ps(_mm256_mul_ps(x, x), _mm256_set1_ps(-0.5f * EXP_LOG2E));
    /* Where the power is at its end nothing is left: a denormal would be, and be slow from then on. */
    const __m256 e =
        _mm256_and_ps(exp2_vector(power), _mm256_cmp_ps(power, _mm256_set1_ps(EXP2_LOWEST), _CMP_NLE_UQ));
    __m256 q = _mm256_fmadd_ps(_mm256_set1_ps(ERFC_Q5), t, _mm256_set1_ps(ERFC_Q4));
    q = _mm256_fmadd_ps(q, t, _mm256_set1_ps(ERFC_Q3));
    q = _mm256_fmadd_ps(q, t, _mm256_set1_ps(ERFC_Q2));
    q = _mm256_fmadd_ps(q, t, _mm256_set1_ps(ERFC_Q1));
    q = _mm256_fmadd_ps(q, t, _mm256_set1_ps(ERFC_Q0));
    const __m256 half_erfc = _mm256_mul_ps(_mm256_mul_ps(_mm256_mul_ps(q, t), e), _mm256_set1_ps(0.5f));
    const __m256 below = _mm256_mul_ps(x, half_erfc);
    return _mm256_blendv_ps(_mm256_sub_ps(x, below), below, x);
}

static void gelu(float *x, size_t n)
{
    size_t i = 0;

    for (; i + 8 <= n; i += 8)
        _mm256_storeu_ps(x + i, gelu_vector(_mm256_loadu_ps(x + i)));
    if (i < n) {
        const __m256i lanes = first_lanes(n - i);
        _mm256_maskstore_ps(x + i, lanes, gelu_vector(_mm256_maskload_ps(x + i, lanes)));
    }
}

static float maximum(const float *x, size_t n)
{
    __m256 max = _mm256_set1_ps(-INFINITY);
    float lanes[8], result = -INFINITY;
    size_t i = 0;

    for (; i + 8 <= n; i += 8)
        max = _mm256_max_ps(_mm256_loadu_ps(x + i), max); /* in this order NaN is passed over */
    _mm256_storeu_ps(lanes, max);
    for (size_t j = 0; j < 8; j++)
        result = lanes[j] > result ? lanes[j] : result;
    for (; i < n; i++)
        result = x[i] > result ? x[i] : result;
    return result;
}

static void softmax(float *x, size_t n)
{
    const float max = maximum(x, n);
    const __m256 shift = _mm256_set1_ps(max);
    __m256 sum = _mm256_setzero_ps();
    size_t i = 0;

    if (max == -INFINITY) {
        for (; i < n; i++)
            x[i] = 0.0f;
        return;
    }
    for (; i + 8 <= n; i += 8) {
        const __m256 e = exp_vector(_mm256_sub_ps(_mm256_loadu_ps(x + i), shift));
        _mm256_storeu_ps(x + i, e);
        sum = _mm256_add_ps(sum, e);
    }
    const __m256i lanes = first_lanes(n - i);
    const __m256 e = exp_vector(_mm256_sub_ps(_mm256_maskload_ps(x + i, lanes), shift));
    const __m256 last = _mm256_and_ps(e, _mm256_castsi256_ps(lanes));
    const float total = sum_lanes(_mm256_add_ps(sum, last));
    const __m256 scale = _mm256_set1_ps(total > 0.0f ? 1.0f / total : 0.0f);

    _mm256_maskstore_ps(x + i, lanes, _mm256_mul_ps(last, scale));
    for (i = 0; i + 8 <= n; i += 8)
        _mm256_storeu_ps(x + i, _mm256_mul_ps(_mm256_loadu_ps(x + i), scale));
}

static float log_sum_exp(const float *x, size_t n)
{
    const float max = maximum(x, n);
    const __m256 shift = _mm256_set1_ps(max);
    __m256 sum = _mm256_setzero_ps();
    size_t i = 0;

    if (max == -INFINITY)
        return max;
    for (; i + 8 <= n; i += 8)
        sum = _mm256_add_ps(sum, exp_vector(_mm256_sub_ps(_mm256_loadu_ps(x + i), shift)));
    const __m256i lanes = first_lanes(n - i);
    const __m256 e = exp_vector(_mm256_sub_ps(_mm256_maskload_ps(x + i, lanes), shift));
    return max + logf(sum_lanes(_mm256_add_ps(sum, _mm256_and_ps(e, _mm256_castsi256_ps(lanes)))));
}

static void layer_norm(const float *x, const float *gamma, const float *beta, float *y, size_t n)
{
    const size_t whole = n / 8 * 8;
    const __m256i lanes = first_lanes(n - whole);
    const __m256 last = _mm256_maskload_ps(x + whole, lanes);
    __m256 sum = last, squares;

    if (n == 0)
        return;
    for (size_t i = 0; i < whole; i += 8)
        sum = _mm256_add_ps(sum, _mm256_loadu_ps(x + i));
    const __m256 mean = _mm256_set1_ps(sum_lanes(sum) / (float)n);
    const __m256 last_centred = _mm256_and_ps(_mm256_sub_ps(last, mean), _mm256_castsi256_ps(lanes));
    squares = _mm256_mul_ps(last_centred, last_centred);
    for (size_t i = 0; i < whole; i += 8) {
        const __m256 centred = _mm256_sub_ps(_mm256_loadu_ps(x + i), mean);
        squares = _mm256_fmadd_ps(centred, centred, squares);
    }
    const __m256 scale = _mm256_set1_ps(1.0f / sqrtf(sum_lanes(squares) / (float)n + NORM_EPSILON));
    for (size_t i = 0; i < whole; i += 8) {
        const __m256 unit = _mm256_mul_ps(_mm256_sub_ps(_mm256_loadu_ps(x + i), mean), scale);
        _mm256_storeu_ps(y + i, _mm256_fmadd_ps(unit, _mm256_loadu_ps(gamma + i), _mm256_loadu_ps(beta + i)));
    }
    _mm256_maskstore_ps(y + whole, lanes,
                        _mm256_fmadd_ps(_mm256_mul_ps(last_centred, scale),
                                        _mm256_maskload_ps(gamma + whole, lanes),
                                        _mm256_maskload_ps(beta + whole, lanes)));
}

static void to_f16(const float *x, uint16_t *y, size_t n)
{
    size_t i = 0;

    for (; i + 8 <= n; i += 8)
        _mm_storeu_si128((__m128i *)(void *)(y + i),
                         _mm256_cvtps_ph(_mm256_loadu_ps(x + i), _MM_FROUND_TO_NEAREST_INT));
    for (; i < n; i++)
        y[i] = _cvtss_sh(x[i], _MM_FROUND_TO_NEAREST_INT);
}

#include "kernels/vec-table.h"

void quill_kernels_vec_avx2(struct quill_kernels *out)
{
    out->to_f16 = to_f16;
    fill_vec(out);
}
