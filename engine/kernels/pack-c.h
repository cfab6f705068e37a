/* Groups of the integer forms, portably. */
#ifndef QUILL_KERNELS_PACK_C_H
#define QUILL_KERNELS_PACK_C_H

#include <math.h>
#include <string.h>

#include "kernels/gemm-int.h"

/* The largest magnitude of n numbers; NaN if one of them is. */
static inline float magnitude(const float *x, size_t n)
{
    float max = 0.0f;

    for (size_t i = 0; i < n; i++) {
        const float a = fabsf(x[i]);
        max = a > max || isnan(a) ? a : max;
    }
    return max;
}

/* q[0..GROUP) from n <= GROUP numbers, the rest zero; returns the scale. */
static inline float quantize(const float *x, size_t n, int limit, int16_t q[GROUP])
{
    const float max = magnitude(x, n);

    memset(q, 0, GROUP * sizeof *q);
    if (!(max < INFINITY))
        return NAN;
    if (max < SMALLEST)
        return 0.0f;
    for (size_t i = 0; i < n; i++)
        q[i] = (int16_t)lrintf(x[i] * ((float)limit / max));
    return max / (float)limit;
}

static inline size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

#endif
