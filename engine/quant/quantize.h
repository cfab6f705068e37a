/* What the quantisers share. Each tries two ways and keeps the one whose squared error is smaller:
 *   plain   steps as wide as the range of a block asks for, rounded so that nothing is cut off;
 *   fitted  the best of several step widths around that one, each corrected by least squares for the numbers
 *           that it gives (quantize-fit.c). */
#ifndef QUILL_QUANT_QUANTIZE_H
#define QUILL_QUANT_QUANTIZE_H

#include "quant/types.h"

#include <math.h>

/* One super-block: x[QUILL_QK_K] to a struct quill_q4_k, _q5_k, _q6_k at any alignment. */
void quill_quantize_q4_k(const float *x, void *dst);
void quill_quantize_q5_k(const float *x, void *dst);
void quill_quantize_q6_k(const float *x, void *dst);

/* Step and m for x[n] ~ step q + m, q in 0..n_steps, with the least squared error that was found; m is at
 * most `highest`. n: a multiple of QUILL_FIT_LANES. */
void quill_fit_step_and_min(const float *x, size_t n, int n_steps, float highest, float *step, float *m);

/* Step for x[n] ~ step q, q in -half..half - 1, as above; 0 for zeros. Its sign is free. */
float quill_fit_step(const float *x, size_t n, int half);

#define QUILL_FIT_LANES 8 /* independent sums, which compilers may keep in vector registers */

static inline float sum_lanes(const float lane[QUILL_FIT_LANES])
{
    float sum = 0;

    for (int i = 0; i < QUILL_FIT_LANES; i++)
        sum += lane[i];
    return sum;
}

/* Nearest integer within 0..max; 0 for NaN. */
static inline int nearest(float x, float max)
{
    x = x > 0 ? x : 0;
    x = x < max ? x : max;
    return (int)(x + 0.5f);
}

/* The half float next to f on the side away from zero, at most the largest finite one. */
static inline uint16_t f16_away(float f)
{
    uint16_t h = quill_f32_to_f16(f);

    if (fabsf(quill_f16_to_f32(h)) < fabsf(f))
        h++;
    if ((h & 0x7fff) >= 0x7c00)
        h = (uint16_t)((h & 0x8000) | 0x7bff);
    return h;
}

/* Nearest integer within lo..hi; lo for NaN. */
static inline int round_to(float x, int lo, int hi)
{
    if (!(x > (float)lo))
        return lo;
    return x >= (float)hi ? hi : (int)lrintf(x);
}

static inline float inverse(float x)
{
    return x != 0 ? 1 / x : 0;
}

/* The value of largest magnitude, with its sign. */
static inline float extreme(const float *x, size_t n)
{
    float most = 0;

    for (size_t i = 0; i < n; i++)
        if (fabsf(x[i]) > fabsf(most))
            most = x[i];
    return most;
}

static inline void range(const float *x, size_t n, float *min, float *max)
{
    *min = *max = x[0];
    for (size_t i = 1; i < n; i++) {
        if (x[i] < *min)
            *min = x[i];
        if (x[i] > *max)
            *max = x[i];
    }
}

#endif
