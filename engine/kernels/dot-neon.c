/* Dot products of few rows for NEON: the quantized types from dot-neon.h, and the float ones. */
#include "kernels/dot-neon.h"

#include <assert.h>
#include <math.h>

#define FLOAT_ROWS 8 /* rows whose sums overlap: the additions of one take too long to wait for */

/* Four numbers from l on; of the first n < 4 of them, zeros behind. */
typedef float32x4_t load_floats(const uint8_t *row, size_t l);
typedef float32x4_t load_rest(const uint8_t *row, size_t l, size_t n);

static inline float32x4_t load_f32(const uint8_t *row, size_t l)
{
    return vld1q_f32((const float *)(const void *)row + l);
}
static inline float32x4_t rest_f32(const uint8_t *row, size_t l, size_t n)
{
    float four[4] = {0};

    memcpy(four, row + 4 * l, n * sizeof *four);
    return vld1q_f32(four);
}
static inline float32x4_t load_f16(const uint8_t *row, size_t l)
{
    uint16_t h[4];

    memcpy(h, row + 2 * l, sizeof h);
    return halves_to_floats(h);
}
static inline float32x4_t rest_f16(const uint8_t *row, size_t l, size_t n)
{
    uint16_t h[4] = {0};

    memcpy(h, row + 2 * l, n * sizeof *h);
    return halves_to_floats(h);
}

/* Eight rows with one row of x; missing rows repeat the last. */
static inline __attribute__((always_inline)) void dot_one(load_floats *load, load_rest *rest,
                                                          const uint8_t *rows, size_t stride, size_t n_rows,
                                                          size_t k, const uint8_t *x, float *y)
{
    for (size_t first = 0; first < n_rows; first += FLOAT_ROWS) {
        const size_t n = n_rows - first < FLOAT_ROWS ? n_rows - first : FLOAT_ROWS;
        const uint8_t *row[FLOAT_ROWS];
        float32x4_t sum[FLOAT_ROWS];
        size_t l = 0;

        for (size_t i = 0; i < FLOAT_ROWS; i++) {
            row[i] = rows + (first + (i < n ? i : n - 1)) * stride;
            sum[i] = vdupq_n_f32(0.0f);
        }
        for (; l + 4 <= k; l += 4) {
            const float32x4_t a = load_f32(x, l);
#pragma GCC unroll 8
            for (int i = 0; i < FLOAT_ROWS; i++)
                sum[i] = vfmaq_f32(sum[i], a, load(row[i], l));
        }
        if (l < k) {
            const float32x4_t a = rest_f32(x, l, k - l);
            for (int i = 0; i < FLOAT_ROWS; i++)
                sum[i] = vfmaq_f32(sum[i], a, rest(row[i], l, k - l));
        }
        store_sums(y + first, sum_lanes(sum), n < ROWS ? n : ROWS);
        if (n > ROWS)
            store_sums(y + first + ROWS, sum_lanes(sum + ROWS), n - ROWS);
    }
}

static void dot_f32(const void *rows, size_t stride, size_t n_rows, size_t k, const void *x, size_t x_stride,
                    size_t m, float *y, size_t ldy)
{
    for (size_t i = 0; i < m; i++)
        dot_one(load_f32, rest_f32, rows, stride, n_rows, k, (const uint8_t *)x + i * x_stride, y + i * ldy);
}

static void dot_f16(const void *rows, size_t stride, size_t n_rows, size_t k, const void *x, size_t x_stride,
                    size_t m, float *y, size_t ldy)
{
    for (size_t i = 0; i < m; i++)
        dot_one(load_f16, rest_f16, rows, stride, n_rows, k, (const uint8_t *)x + i * x_stride, y + i * ldy);
}

/* Magnitudes compare like the integers of their bits, in which NaN is the largest. */
static float magnitude(const float32x4_t v[8])
{
    int32x4_t max = vdupq_n_s32(0);
    int32_t bits;
    float result;

    for (int i = 0; i < 8; i++)
        max = vmaxq_s32(max, vreinterpretq_s32_f32(vabsq_f32(v[i])));
    bits = vmaxvq_s32(max);
    memcpy(&result, &bits, sizeof result);
    return result;
}

static void pack_dot(const float *x, size_t k, void *row)
{
    int8_t *q = row;
    float *d = (float *)(void *)(q + k), *sums = d + quill_dot_blocks(k);

    assert(k % 32 == 0);
    memset(d, 0, 2 * quill_dot_blocks(k) * sizeof *d);
    for (size_t b = 0; b < k / 32; b++, x += 32, q += 32) {
        float32x4_t v[8];
        int16x8_t n[4];

        for (int i = 0; i < 8; i++)
            v[i] = vld1q_f32(x + 4 * i);
        const float max = magnitude(v);
        const bool none = !(max >= QUILL_DOT_SMALLEST && max < INFINITY);
        const float inverse = none ? 0.0f : 127.0f / max;
        for (int i = 0; i < 4; i++)
            n[i] = vcombine_s16(vqmovn_s32(vcvtnq_s32_f32(vmulq_n_f32(v[2 * i], inverse))),
                                vqmovn_s32(vcvtnq_s32_f32(vmulq_n_f32(v[2 * i + 1], inverse))));
        vst1q_s8(q, vcombine_s8(vqmovn_s16(n[0]), vqmovn_s16(n[1])));
        vst1q_s8(q + 16, vcombine_s8(vqmovn_s16(n[2]), vqmovn_s16(n[3])));
        d[b] = max < INFINITY ? (none ? 0.0f : max / 127.0f) : NAN;
        sums[b] = d[b] * (float)vaddvq_s16(vaddq_s16(vaddq_s16(n[0], n[1]), vaddq_s16(n[2], n[3])));
    }
}

/* n_vectors times four columns of each row at a time, a constant after inlining. */
static inline __attribute__((always_inline)) void mix(load_floats *load, const float *a, const uint8_t *rows,
                                                      size_t stride, size_t n_rows, size_t at, int n_vectors,
                                                      float *y)
{
    float32x4_t sum[16];

#pragma GCC unroll 16
    for (int v = 0; v < n_vectors; v++)
        sum[v] = vdupq_n_f32(0.0f);
    for (size_t i = 0; i < n_rows; i++) {
#pragma GCC unroll 16
        for (int v = 0; v < n_vectors; v++)
            sum[v] = vfmaq_n_f32(sum[v], load(rows + i * stride, at + 4 * (size_t)v), a[i]);
    }
#pragma GCC unroll 16
    for (int v = 0; v < n_vectors; v++)
        vst1q_f32(y + at + 4 * v, sum[v]);
}

static inline __attribute__((always_inline)) void sum_rows(load_floats *load, load_rest *rest, const float *a,
                                                           const uint8_t *rows, size_t stride, size_t n_rows,
                                                           float *y, size_t n)
{
    size_t j = 0;

    for (; j + 64 <= n; j += 64)
        mix(load, a, rows, stride, n_rows, j, 16, y);
    for (; j + 4 <= n; j += 4)
        mix(load, a, rows, stride, n_rows, j, 1, y);
    if (j < n) {
        float32x4_t sum = vdupq_n_f32(0.0f);
        for (size_t i = 0; i < n_rows; i++)
            sum = vfmaq_n_f32(sum, rest(rows + i * stride, j, n - j), a[i]);
        store_sums(y + j, sum, n - j);
    }
}

static void sum_f32(const float *a, const void *rows, size_t stride, size_t n_rows, float *y, size_t n)
{
    sum_rows(load_f32, rest_f32, a, rows, stride, n_rows, y, n);
}

static void sum_f16(const float *a, const void *rows, size_t stride, size_t n_rows, float *y, size_t n)
{
    sum_rows(load_f16, rest_f16, a, rows, stride, n_rows, y, n);
}

void quill_kernels_dot_neon(struct quill_kernels *out)
{
    fill_dots(out);
    out->dot[QUILL_F32] = dot_f32;
    out->dot[QUILL_F16] = dot_f16;
    out->pack_dot = pack_dot;
    out->sum[QUILL_F32] = sum_f32;
    out->sum[QUILL_F16] = sum_f16;
}
