/* Portable dot products of few rows: what every other level is compared with. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "kernels/rows.h"
#include "quant/unpack.h"

#define LANES 8 /* partial sums of a float dot product: element k goes to sum k % LANES */

/* Weights lie at any alignment in a file. */
static float float_at(const void *floats, size_t i)
{
    float f;

    memcpy(&f, (const unsigned char *)floats + i * sizeof f, sizeof f);
    return f;
}

static float dot_floats(const float *a, const void *b, size_t n)
{
    float sum[LANES] = {0}, total = 0.0f;
    size_t i = 0;

    for (; i + LANES <= n; i += LANES)
        for (size_t j = 0; j < LANES; j++)
            sum[j] += a[i + j] * float_at(b, i + j);
    for (size_t j = 0; i + j < n; j++)
        sum[j] += a[i + j] * float_at(b, i + j);
    for (size_t j = 0; j < LANES; j++)
        total += sum[j];
    return total;
}

static const float *float_row(const void *x, size_t stride, size_t i)
{
    return (const float *)(const void *)((const unsigned char *)x + i * stride);
}

static void dot_f32(const void *rows, size_t stride, size_t n_rows, size_t k, const void *x, size_t x_stride,
                    size_t m, float *y, size_t ldy)
{
    for (size_t j = 0; j < n_rows; j++)
        for (size_t i = 0; i < m; i++)
            y[i * ldy + j] =
                dot_floats(float_row(x, x_stride, i), (const unsigned char *)rows + j * stride, k);
}

static void dot_f16(const void *rows, size_t stride, size_t n_rows, size_t k, const void *x, size_t x_stride,
                    size_t m, float *y, size_t ldy)
{
    enum { PIECE = 64 };
    float w[PIECE];

    for (size_t j = 0; j < n_rows; j++) {
        const unsigned char *row = (const unsigned char *)rows + j * stride;

        for (size_t i = 0; i < m; i++)
            y[i * ldy + j] = 0.0f;
        for (size_t l = 0; l < k; l += PIECE) {
            const size_t n = k - l < PIECE ? k - l : PIECE;

            quill_dequantize_row(QUILL_F16, row + 2 * l, w, n);
            for (size_t i = 0; i < m; i++)
                y[i * ldy + j] += dot_floats(float_row(x, x_stride, i) + l, w, n);
        }
    }
}

static int32_t dot_ints(const int8_t *a, const int8_t *b, size_t n)
{
    int32_t sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

static void dot_blocks(enum quill_type type, const void *rows, size_t stride, size_t n_rows, size_t k,
                       const void *x, size_t x_stride, size_t m, float *y, size_t ldy)
{
    for (size_t j = 0; j < n_rows; j++) {
        for (size_t i = 0; i < m; i++)
            y[i * ldy + j] = 0.0f;
        for (size_t b = 0; b < k / 32; b++) {
            struct quill_block32 w;

            quill_unpack_block(type, (const unsigned char *)rows + j * stride, b, &w);
            for (size_t i = 0; i < m; i++) {
                const int8_t *q = (const int8_t *)x + i * x_stride;
                const float *d = (const float *)(const void *)(q + k), *sums = d + quill_dot_blocks(k);

                y[i * ldy + j] += d[b] * (w.d[0] * (float)dot_ints(w.q, q + 32 * b, 16) +
                                          w.d[1] * (float)dot_ints(w.q + 16, q + 32 * b + 16, 16)) +
                                  w.m * sums[b];
            }
        }
    }
}

#define ROW(name, type)                                                                                      \
    static void dot_##name(const void *rows, size_t stride, size_t n_rows, size_t k, const void *x,          \
                           size_t x_stride, size_t m, float *y, size_t ldy)                                  \
    {                                                                                                        \
        dot_blocks(type, rows, stride, n_rows, k, x, x_stride, m, y, ldy);                                   \
    }

ROW(q4_0, QUILL_Q4_0)
ROW(q4_1, QUILL_Q4_1)
ROW(q5_0, QUILL_Q5_0)
ROW(q5_1, QUILL_Q5_1)
ROW(q8_0, QUILL_Q8_0)
ROW(q4_k, QUILL_Q4_K)
ROW(q5_k, QUILL_Q5_K)
ROW(q6_k, QUILL_Q6_K)

static void pack_dot(const float *x, size_t k, void *row)
{
    int8_t *q = row;
    float *d = (float *)(void *)(q + k), *sums = d + quill_dot_blocks(k);

    assert(k % 32 == 0);
    memset(d, 0, 2 * quill_dot_blocks(k) * sizeof *d);
    for (size_t b = 0; b < k / 32; b++, x += 32, q += 32) {
        float max = 0.0f;
        int sum = 0;

        for (size_t i = 0; i < 32; i++)
            max = fabsf(x[i]) > max || isnan(x[i]) ? fabsf(x[i]) : max;
        memset(q, 0, 32);
        if (max >= QUILL_DOT_SMALLEST && max < INFINITY) {
            for (size_t i = 0; i < 32; i++) {
                q[i] = (int8_t)lrintf(x[i] * (127.0f / max));
                sum += q[i];
            }
            d[b] = max / 127.0f;
        } else {
            d[b] = max < INFINITY ? 0.0f : NAN;
        }
        sums[b] = d[b] * (float)sum;
    }
}

static void sum_f32(const float *a, const void *rows, size_t stride, size_t n_rows, float *y, size_t n)
{
    memset(y, 0, n * sizeof *y);
    for (size_t i = 0; i < n_rows; i++)
        for (size_t j = 0; j < n; j++)
            y[j] += a[i] * float_row(rows, stride, i)[j];
}

static void sum_f16(const float *a, const void *rows, size_t stride, size_t n_rows, float *y, size_t n)
{
    memset(y, 0, n * sizeof *y);
    for (size_t i = 0; i < n_rows; i++) {
        const uint16_t *row = (const uint16_t *)(const void *)((const unsigned char *)rows + i * stride);

        for (size_t j = 0; j < n; j++)
            y[j] += a[i] * quill_f16_to_f32(row[j]);
    }
}

static float pack_int8(const float *x, size_t n, int8_t *row)
{
    float max = 0.0f;

    memset(row, 0, quill_int8_padded(n));
    for (size_t i = 0; i < n; i++)
        max = fabsf(x[i]) > max || isnan(x[i]) ? fabsf(x[i]) : max;
    if (!(max < INFINITY))
        return NAN;
    if (max < QUILL_DOT_SMALLEST)
        return 0.0f;
    for (size_t i = 0; i < n; i++)
        row[i] = (int8_t)lrintf(x[i] * (127.0f / max));
    return max / 127.0f;
}

static void dot_int8(const int8_t *x, float x_scale, const int8_t *rows, const float *scales, size_t n_rows,
                     size_t n8, float *y)
{
    for (size_t i = 0; i < n_rows; i++)
        y[i] = (float)dot_ints(x, rows + i * n8, n8) * (x_scale * scales[i]);
}

static void sum_int8(const float *a, const int8_t *rows, const float *scales, size_t n_rows, size_t n8,
                     float *y)
{
    memset(y, 0, n8 * sizeof *y);
    for (size_t i = 0; i < n_rows; i++)
        for (size_t j = 0; j < n8; j++)
            y[j] += a[i] * scales[i] * (float)rows[i * n8 + j];
}

void quill_kernels_dot_c(struct quill_kernels *out)
{
    out->dot[QUILL_F32] = dot_f32;
    out->dot[QUILL_F16] = dot_f16;
    out->dot[QUILL_Q4_0] = dot_q4_0;
    out->dot[QUILL_Q4_1] = dot_q4_1;
    out->dot[QUILL_Q5_0] = dot_q5_0;
    out->dot[QUILL_Q5_1] = dot_q5_1;
    out->dot[QUILL_Q8_0] = dot_q8_0;
    out->dot[QUILL_Q4_K] = dot_q4_k;
    out->dot[QUILL_Q5_K] = dot_q5_k;
    out->dot[QUILL_Q6_K] = dot_q6_k;
    out->pack_dot = pack_dot;
    out->sum[QUILL_F32] = sum_f32;
    out->sum[QUILL_F16] = sum_f16;
    out->pack_int8 = pack_int8;
    out->dot_int8 = dot_int8;
    out->sum_int8 = sum_int8;
}
