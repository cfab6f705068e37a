/* Vector kernels for NEON. Remainders go through the same arithmetic, padded. */
#include <arm_neon.h>
#include <math.h>
#include <string.h>

#include "kernels/exp-neon.h"
#include "kernels/rows.h"

#define NORM_EPSILON 1e-5f

/* n < 4 numbers, `rest` behind them. */
static inline float32x4_t load_rest(const float *x, size_t n, float rest)
{
    float four[4] = {rest, rest, rest, rest};

    memcpy(four, x, n * sizeof *x);
    return vld1q_f32(four);
}

static inline void store_rest(float *x, float32x4_t v, size_t n)
{
    float four[4];

    vst1q_f32(four, v);
    memcpy(x, four, n * sizeof *x);
}

static void add(float *y, const float *x, size_t n)
{
    size_t i = 0;

    for (; i + 4 <= n; i += 4)
        vst1q_f32(y + i, vaddq_f32(vld1q_f32(y + i), vld1q_f32(x + i)));
    for (; i < n; i++)
        y[i] += x[i];
}

/* x Phi(x) with Phi(-|x|) = erfc(|x| / sqrt 2) / 2. */
static inline float32x4_t gelu_vector(float32x4_t x)
{
    const float32x4_t one = vdupq_n_f32(1.0f), z = vmulq_n_f32(vabsq_f32(x), (float)M_SQRT1_2);
    const float32x4_t t = vdivq_f32(one, vfmaq_f32(one, z, vdupq_n_f32(ERFC_P)));
    const float32x4_t power = vmulq_n_f32(vmulq_f32(x, x), -0.5f * EXP_LOG2E);
    /* Where the power is at its end nothing is left: a denormal would be, and be slow from then on. */
    const uint32x4_t dead = vcleq_f32(power, vdupq_n_f32(EXP2_LOWEST));
    const float32x4_t e = vreinterpretq_f32_u32(vbicq_u32(vreinterpretq_u32_f32(exp2_vector(power)), dead));
    float32x4_t q = vfmaq_f32(vdupq_n_f32(ERFC_Q4), vdupq_n_f32(ERFC_Q5), t);
    q = vfmaq_f32(vdupq_n_f32(ERFC_Q3), q, t);
    q = vfmaq_f32(vdupq_n_f32(ERFC_Q2), q, t);
    q = vfmaq_f32(vdupq_n_f32(ERFC_Q1), q, t);
    q = vfmaq_f32(vdupq_n_f32(ERFC_Q0), q, t);
    const float32x4_t half_erfc = vmulq_n_f32(vmulq_f32(vmulq_f32(q, t), e), 0.5f);
    const float32x4_t below = vmulq_f32(x, half_erfc);
    return vbslq_f32(vcltzq_f32(x), below, vsubq_f32(x, below));
}

static void gelu(float *x, size_t n)
{
    size_t i = 0;

    for (; i + 4 <= n; i += 4)
        vst1q_f32(x + i, gelu_vector(vld1q_f32(x + i)));
    if (i < n)
        store_rest(x + i, gelu_vector(load_rest(x + i, n - i, 0.0f)), n - i);
}

static float maximum(const float *x, size_t n)
{
    float32x4_t max = vdupq_n_f32(-INFINITY);
    size_t i = 0;

    for (; i + 4 <= n; i += 4)
        max = vmaxnmq_f32(vld1q_f32(x + i), max); /* passes over NaN */
    if (i < n)
        max = vmaxnmq_f32(load_rest(x + i, n - i, -INFINITY), max);
    return vmaxnmvq_f32(max);
}

/* Stores exp(x - max) to e, unless that is NULL, and returns the sum. */
static inline __attribute__((always_inline)) float exp_sum(const float *x, size_t n, float max, float *e)
{
    const float32x4_t shift = vdupq_n_f32(max);
    float32x4_t sum = vdupq_n_f32(0.0f);
    size_t i = 0;

    for (; i + 4 <= n; i += 4) {
        const float32x4_t v = exp_vector(vsubq_f32(vld1q_f32(x + i), shift));
        if (e)
            vst1q_f32(e + i, v);
        sum = vaddq_f32(sum, v);
    }
    if (i < n) {
        const float32x4_t v = exp_vector(vsubq_f32(load_rest(x + i, n - i, -INFINITY), shift));
        if (e)
            store_rest(e + i, v, n - i);
        sum = vaddq_f32(sum, v);
    }
    return vaddvq_f32(sum);
}

static void softmax(float *x, size_t n)
{
    const float max = maximum(x, n);
    size_t i = 0;

    if (max == -INFINITY) {
        for (; i < n; i++)
            x[i] = 0.0f;
        return;
    }
    const float total = exp_sum(x, n, max, x), scale = total > 0.0f ? 1.0f / total : 0.0f;
    for (; i + 4 <= n; i += 4)
        vst1q_f32(x + i, vmulq_n_f32(vld1q_f32(x + i), scale));
    for (; i < n; i++)
        x[i] *= scale;
}

static float log_sum_exp(const float *x, size_t n)
{
    const float max = maximum(x, n);

    return max == -INFINITY ? max : max + logf(exp_sum(x, n, max, NULL));
}

static void layer_norm(const float *x, const float *gamma, const float *beta, float *y, size_t n)
{
    const size_t whole = n / 4 * 4;
    float32x4_t sums = vdupq_n_f32(0.0f), squares = vdupq_n_f32(0.0f);

    if (n == 0)
        return;
    for (size_t i = 0; i < whole; i += 4)
        sums = vaddq_f32(sums, vld1q_f32(x + i));
    float sum = vaddvq_f32(sums);
    for (size_t i = whole; i < n; i++)
        sum += x[i];
    const float mean = sum / (float)n;
    for (size_t i = 0; i < whole; i += 4) {
        const float32x4_t centred = vsubq_f32(vld1q_f32(x + i), vdupq_n_f32(mean));
        squares = vfmaq_f32(squares, centred, centred);
    }
    float square = vaddvq_f32(squares);
    for (size_t i = whole; i < n; i++)
        square += (x[i] - mean) * (x[i] - mean);
    const float scale = 1.0f / sqrtf(square / (float)n + NORM_EPSILON);
    for (size_t i = 0; i < whole; i += 4) {
        const float32x4_t unit = vmulq_n_f32(vsubq_f32(vld1q_f32(x + i), vdupq_n_f32(mean)), scale);
        vst1q_f32(y + i, vfmaq_f32(vld1q_f32(beta + i), unit, vld1q_f32(gamma + i)));
    }
    for (size_t i = whole; i < n; i++)
        y[i] = (x[i] - mean) * scale * gamma[i] + beta[i];
}

static void to_f16(const float *x, uint16_t *y, size_t n)
{
    size_t i = 0;

    for (; i + 4 <= n; i += 4)
        vst1_u16(y + i, vreinterpret_u16_f16(vcvt_f16_f32(vld1q_f32(x + i))));
    for (; i < n; i++) {
        const __fp16 h = (__fp16)x[i];
        memcpy(y + i, &h, sizeof h);
    }
}

#include "kernels/vec-table.h"

void quill_kernels_vec_neon(struct quill_kernels *out)
{
    out->to_f16 = to_f16;
    fill_vec(out);
}
