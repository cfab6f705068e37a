/* Rows of x of the integer forms, portably. What includes this has included its form's header and said how a
 * number is stored: typedef ... element; static inline element stored(int q); static inline int
 * number(element e); */
#ifndef QUILL_KERNELS_PACK_C_H
#define QUILL_KERNELS_PACK_C_H

#include <assert.h>
#include <math.h>
#include <string.h>

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

static float pack_group(const float *x, size_t n, element *to)
{
    int16_t q[GROUP];
    const float scale = quantize(x, n, X_MAX, q);

    for (size_t i = 0; i < GROUP; i++)
        to[i] = stored(q[i]);
    return scale;
}

static void pack_x(const float *x, size_t first, size_t n, size_t k, void *row)
{
    element *to = row;
    float *scales = (float *)(void *)(to + n_groups(k) * GROUP);

    assert(first % GROUP == 0);
    for (size_t i = 0; i < n; i += GROUP)
        scales[(first + i) / GROUP] = pack_group(x + i, smaller(GROUP, n - i), to + first + i);
}

/* Each group has its own maximum, so that small weights keep their precision. */
static float soften(const float *x, size_t n, void *row)
{
    element *to = row;
    float *scales = (float *)(void *)(to + n_groups(n) * GROUP);
    float max = -INFINITY;
    double sum = 0.0;

    for (size_t i = 0; i < n; i++)
        max = x[i] > max ? x[i] : max;
    for (size_t i = 0; i < n; i += GROUP) {
        const size_t count = smaller(GROUP, n - i);
        float e[GROUP], *scale = &scales[i / GROUP];

        for (size_t j = 0; j < count; j++)
            e[j] = expf(x[i + j] - max);
        *scale = pack_group(e, count, to + i);
        for (size_t j = 0; j < count; j++)
            sum += (double)(*scale * (float)number(to[i + j]));
    }
    return (float)(1.0 / sum);
}

#endif
