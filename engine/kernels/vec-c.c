/* Portable vector kernels. Sums are kept in double: this is the reference. */
#include <math.h>
#include <string.h>

#include "kernels/rows.h"

#define NORM_EPSILON 1e-5f /* of torch.nn.LayerNorm */

static void add(float *y, const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] += x[i];
}

static void gelu(float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = 0.5f * x[i] * (1.0f + erff(x[i] * (float)M_SQRT1_2));
}

static float maximum(const float *x, size_t n)
{
    float max = -INFINITY;

    for (size_t i = 0; i < n; i++)
        max = x[i] > max ? x[i] : max;
    return max;
}

static void softmax(float *x, size_t n)
{
    const float max = maximum(x, n);
    double sum = 0.0;

    for (size_t i = 0; i < n; i++) {
        x[i] = max == -INFINITY ? 0.0f : expf(x[i] - max);
        sum += x[i];
    }
    const float scale = sum > 0.0 ? (float)(1.0 / sum) : 0.0f;
    for (size_t i = 0; i < n; i++)
        x[i] *= scale;
}

static float log_sum_exp(const float *x, size_t n)
{
    const float max = maximum(x, n);
    double sum = 0.0;

    if (max == -INFINITY)
        return max;
    for (size_t i = 0; i < n; i++)
        sum += expf(x[i] - max);
    return max + (float)log(sum);
}

static void layer_norm(const float *x, const float *gamma, const float *beta, float *y, size_t n)
{
    double sum = 0.0, squares = 0.0;

    if (n == 0)
        return;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    const float mean = (float)(sum / (double)n);
    for (size_t i = 0; i < n; i++)
        squares += (double)(x[i] - mean) * (x[i] - mean);
    const float scale = 1.0f / sqrtf((float)(squares / (double)n) + NORM_EPSILON);
    for (size_t i = 0; i < n; i++)
        y[i] = (x[i] - mean) * scale * gamma[i] + beta[i];
}

static void to_f16(const float *x, uint16_t *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = quill_f32_to_f16(x[i]);
}

#include "kernels/vec-table.h"

void quill_kernels_vec_c(struct quill_kernels *out)
{
    out->to_f16 = to_f16;
    fill_vec(out);
}
