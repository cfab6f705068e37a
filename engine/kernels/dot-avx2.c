/* Dot products of few rows for AVX2: the quantized types from dot-avx2.h, and the float ones. */
#include "kernels/dot-avx2.h"

#include <math.h>
#include <stdbool.h>

#define FLOAT_ROWS 8 /* rows whose sums overlap: the additions of one take too long to wait for */

static __m256i first_lanes(size_t n)
{
    static const int32_t lanes[16] = {-1, -1, -1, -1, -1, -1, -1, -1};

    return _mm256_loadu_si256((const __m256i *)(const void *)(lanes + 8 - n));
}

typedef __m256 load_floats(const uint8_t *row, size_t l);
/* The first n < 8 from there, zeros behind them. */
typedef __m256 load_rest(const uint8_t *row, size_t l, size_t n);

static inline __m256 load_f32(const uint8_t *row, size_t l)
{
    return _mm256_loadu_ps((const float *)(const void *)row + l);
}
static inline __m256 rest_f32(const uint8_t *row, size_t l, size_t n)
{
    return _mm256_maskload_ps((const float *)(const void *)row + l, first_lanes(n));
}
static inline __m256 load_f16(const uint8_t *row, size_t l)
{
    return _mm256_cvtph_ps(load_16(row + 2 * l));
}
static inline __m256 rest_f16(const uint8_t *row, size_t l, size_t n)
{
    uint16_t h[8] = {0};

    memcpy(h, row + 2 * l, n * sizeof *h);
    return _mm256_cvtph_ps(load_16(h));
}

/* Eight rows with one row of x; missing rows repeat the last. */
static inline __attribute__((always_inline)) void dot_one(load_floats *load, load_rest *rest,
                                                          size_t element_bytes, const uint8_t *rows,
                                                          size_t stride, size_t n_rows, size_t k,
                                                          const uint8_t *x, float *y)
{
    for (size_t first = 0; first < n_rows; first += FLOAT_ROWS) {
        const size_t n = n_rows - first < FLOAT_ROWS ? n_rows - first : FLOAT_ROWS;
        const uint8_t *row[FLOAT_ROWS];
        __m256 sum[FLOAT_ROWS];
        size_t l = 0;

        for (size_t i = 0; i < FLOAT_ROWS; i++) {
            row[i] = rows + (first + (i < n ? i : n - 1)) * stride;
            sum[i] = _mm256_setzero_ps();
        }
        for (; l + 8 <= k; l += 8) {
            const __m256 a = load_f32(x, l);
            /* The next eight rows, of which this step will read one vector each: see AHEAD. */
            if (l % 32 == 0)
                for (size_t i = 0; i < FLOAT_ROWS; i++)
                    _mm_prefetch((const char *)row[i] + FLOAT_ROWS * stride + l * element_bytes, _MM_HINT_T0);
#pragma GCC unroll 8
            for (int i = 0; i < FLOAT_ROWS; i++)
                sum[i] = _mm256_fmadd_ps(a, load(row[i], l), sum[i]);
        }
        if (l < k) {
            const __m256 a = rest_f32(x, l, k - l);
            for (int i = 0; i < FLOAT_ROWS; i++)
                sum[i] = _mm256_fmadd_ps(a, rest(row[i], l, k - l), sum[i]);
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
        dot_one(load_f32, rest_f32, sizeof(float), rows, stride, n_rows, k, (const uint8_t *)x + i * x_stride,
                y + i * ldy);
}

static void dot_f16(const void *rows, size_t stride, size_t n_rows, size_t k, const void *x, size_t x_stride,
                    size_t m, float *y, size_t ldy)
{
    for (size_t i = 0; i < m; i++)
        dot_one(load_f16, rest_f16, sizeof(uint16_t), rows, stride, n_rows, k,
                (const uint8_t *)x + i * x_stride, y + i * ldy);
}

/* Magnitudes compare like the integers of their bits, in which NaN is the largest. */
static inline float largest_lane(__m256i max)
{
    int32_t lane;
    float result;

    __m128i m = _mm_max_epi32(_mm256_castsi256_si128(max), _mm256_extracti128_si256(max, 1));
    m = _mm_max_epi32(m, _mm_shuffle_epi32(m, 0x4e));
    m = _mm_max_epi32(m, _mm_shuffle_epi32(m, 0xb1));
    lane = _mm_cvtsi128_si32(m);
    memcpy(&result, &lane, sizeof result);
    return result;
}

static inline float magnitude(const __m256 v[4])
{
    const __m256i bits = _mm256_set1_epi32(0x7fffffff);
    __m256i max = _mm256_setzero_si256();

    for (int i = 0; i < 4; i++)
        max = _mm256_max_epi32(max, _mm256_and_si256(_mm256_castps_si256(v[i]), bits));
    return largest_lane(max);
}

static void pack_dot(const float *x, size_t k, void *row)
{
    const __m256i in_order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    uint8_t *q = row;
    float *d = (float *)(void *)(q + k), *sums = d + quill_dot_blocks(k);

    assert(k % 32 == 0);
    memset(d, 0, 2 * quill_dot_blocks(k) * sizeof *d);
    for (size_t b = 0; b < k / 32; b++, x += 32, q += 32) {
        __m256 v[4];
        __m256i n[4], total;

        for (int i = 0; i < 4; i++)
            v[i] = _mm256_loadu_ps(x + 8 * i);
        const float max = magnitude(v);
        const bool none = !(max >= QUILL_DOT_SMALLEST && max < INFINITY);
        const __m256 inverse = _mm256_set1_ps(none ? 0.0f : 127.0f / max);
        for (int i = 0; i < 4; i++)
            n[i] = _mm256_cvtps_epi32(_mm256_mul_ps(v[i], inverse));
        total = _mm256_add_epi32(_mm256_add_epi32(n[0], n[1]), _mm256_add_epi32(n[2], n[3]));
        __m128i t = _mm_add_epi32(_mm256_castsi256_si128(total), _mm256_extracti128_si256(total, 1));
        t = _mm_add_epi32(t, _mm_shuffle_epi32(t, 0x4e));
        t = _mm_add_epi32(t, _mm_shuffle_epi32(t, 0xb1));
        const __m256i bytes =
            _mm256_packs_epi16(_mm256_packs_epi32(n[0], n[1]), _mm256_packs_epi32(n[2], n[3]));
        _mm256_storeu_si256((__m256i *)(void *)q, _mm256_permutevar8x32_epi32(bytes, in_order));
        d[b] = max < INFINITY ? (none ? 0.0f : max / 127.0f) : NAN;
        sums[b] = d[b] * (float)_mm_cvtsi128_si32(t);
    }
}

/* n columns of each row at a time, n / 8 a constant after inlining. */
static inline __attribute__((always_inline)) void mix(load_floats *load, const float *a, const uint8_t *rows,
                                                      size_t stride, size_t n_rows, size_t at, int n_vectors,
                                                      float *y)
{
    __m256 sum[8];

#pragma GCC unroll 8
    for (int v = 0; v < n_vectors; v++)
        sum[v] = _mm256_setzero_ps();
    for (size_t i = 0; i < n_rows; i++) {
        const __m256 factor = _mm256_broadcast_ss(a + i);
#pragma GCC unroll 8
        for (int v = 0; v < n_vectors; v++)
            sum[v] = _mm256_fmadd_ps(factor, load(rows + i * stride, at + 8 * (size_t)v), sum[v]);
    }
#pragma GCC unroll 8
    for (int v = 0; v < n_vectors; v++)
        _mm256_storeu_ps(y + at + 8 * v, sum[v]);
}

static inline __attribute__((always_inline)) void sum_rows(load_floats *load, load_rest *rest, const float *a,
                                                           const uint8_t *rows, size_t stride, size_t n_rows,
                                                           float *y, size_t n)
{
    size_t j = 0;

    for (; j + 64 <= n; j += 64)
        mix(load, a, rows, stride, n_rows, j, 8, y);
    for (; j + 8 <= n; j += 8)
        mix(load, a, rows, stride, n_rows, j, 1, y);
    if (j < n) {
        __m256 sum = _mm256_setzero_ps();
        for (size_t i = 0; i < n_rows; i++)
            sum = _mm256_fmadd_ps(_mm256_broadcast_ss(a + i), rest(rows + i * stride, j, n - j), sum);
        _mm256_maskstore_ps(y + j, first_lanes(n - j), sum);
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

/* The largest magnitude of n numbers; NaN if one of them is. */
static float largest_magnitude(const float *x, size_t n)
{
    const __m256i bits = _mm256_set1_epi32(0x7fffffff);
    __m256i max = _mm256_setzero_si256();
    size_t i = 0;

    for (; i + 8 <= n; i += 8)
        max = _mm256_max_epi32(max, _mm256_and_si256(_mm256_castps_si256(_mm256_loadu_ps(x + i)), bits));
    if (i < n)
        max = _mm256_max_epi32(
            max, _mm256_and_si256(_mm256_castps_si256(_mm256_maskload_ps(x + i, first_lanes(n - i))), bits));
    return largest_lane(max);
}

static float pack_int8(const float *x, size_t n, int8_t *row)
{
    const __m256i in_order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    const float max = largest_magnitude(x, n);
    const bool none = !(max >= QUILL_DOT_SMALLEST && max < INFINITY);
    const __m256 inverse = _mm256_set1_ps(none ? 0.0f : 127.0f / max);

    for (size_t i = 0; i < n; i += 32) {
        float padded[32] = {0};
        const float *from = x + i;
        __m256i q[4];

        if (n - i < 32) {
            memcpy(padded, from, (n - i) * sizeof *from);
            from = padded;
        }
        for (int v = 0; v < 4; v++)
            q[v] = _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_loadu_ps(from + 8 * v), inverse));
        const __m256i bytes =
            _mm256_packs_epi16(_mm256_packs_epi32(q[0], q[1]), _mm256_packs_epi32(q[2], q[3]));
        _mm256_storeu_si256((__m256i *)(void *)(row + i), _mm256_permutevar8x32_epi32(bytes, in_order));
    }
    return max < INFINITY ? (none ? 0.0f : max / 127.0f) : NAN;
}

/* The products of a row as eight sums. n8 is a constant after inlining where it is the usual one. */
static inline __attribute__((always_inline)) __m256i int8_products(const int8_t *x, const int8_t *row,
                                                                   size_t n8)
{
    __m256i sum = _mm256_setzero_si256();

    for (size_t l = 0; l < n8; l += 32) {
        const __m256i v = load_32(x + l);
        sum = _mm256_add_epi32(sum,
                               sum_products(_mm256_sign_epi8(v, v), _mm256_sign_epi8(load_32(row + l), v)));
    }
    return sum;
}

static inline __attribute__((always_inline)) void dot_int8_rows(const int8_t *x, float x_scale,
                                                                const int8_t *rows, const float *scales,
                                                                size_t n_rows, size_t n8, float *y)
{
    for (size_t first = 0; first < n_rows; first += ROWS) {
        const size_t n = n_rows - first < ROWS ? n_rows - first : ROWS;
        __m256i part[ROWS];
        float s[ROWS];

        for (size_t i = 0; i < ROWS; i++)
            part[i] = int8_products(x, rows + (first + (i < n ? i : n - 1)) * n8, n8);
        const __m256i pairs =
            _mm256_hadd_epi32(_mm256_hadd_epi32(part[0], part[1]), _mm256_hadd_epi32(part[2], part[3]));
        const __m128i total =
            _mm_add_epi32(_mm256_castsi256_si128(pairs), _mm256_extracti128_si256(pairs, 1));
        for (size_t i = 0; i < ROWS; i++)
            s[i] = scales[first + (i < n ? i : n - 1)];
        store_sums(y + first,
                   _mm_mul_ps(_mm_cvtepi32_ps(total), _mm_mul_ps(_mm_set1_ps(x_scale), _mm_loadu_ps(s))), n);
    }
}

static void dot_int8(const int8_t *x, float x_scale, const int8_t *rows, const float *scales, size_t n_rows,
                     size_t n8, float *y)
{
    if (n8 == 64)
        dot_int8_rows(x, x_scale, rows, scales, n_rows, 64, y);
    else
        dot_int8_rows(x, x_scale, rows, scales, n_rows, n8, y);
}

/* n_vectors eights of columns from `at`. */
static inline __attribute__((always_inline)) void mix_int8(const float *a, const int8_t *rows,
                                                           const float *scales, size_t n_rows, size_t n8,
                                                           size_t at, int n_vectors, float *y)
{
    __m256 sum[8];

#pragma GCC unroll 8
    for (int v = 0; v < n_vectors; v++)
        sum[v] = _mm256_setzero_ps();
    for (size_t i = 0; i < n_rows; i++) {
        const __m256 factor = _mm256_set1_ps(a[i] * scales[i]);
        const int8_t *row = rows + i * n8 + at;
#pragma GCC unroll 8
        for (int v = 0; v < n_vectors; v++)
            sum[v] = _mm256_fmadd_ps(factor,
                                     _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(
                                         _mm_loadl_epi64((const __m128i *)(const void *)(row + 8 * v)))),
                                     sum[v]);
    }
#pragma GCC unroll 8
    for (int v = 0; v < n_vectors; v++)
        _mm256_storeu_ps(y + at + 8 * v, sum[v]);
}

static void sum_int8(const float *a, const int8_t *rows, const float *scales, size_t n_rows, size_t n8,
                     float *y)
{
    size_t j = 0;

    for (; j + 64 <= n8; j += 64)
        mix_int8(a, rows, scales, n_rows, n8, j, 8, y);
    if (j < n8)
        mix_int8(a, rows, scales, n_rows, n8, j, 4, y);
}

void quill_kernels_dot_avx2(struct quill_kernels *out)
{
    fill_dots(out);
    out->dot[QUILL_F32] = dot_f32;
    out->dot[QUILL_F16] = dot_f16;
    out->pack_dot = pack_dot;
    out->sum[QUILL_F32] = sum_f32;
    out->sum[QUILL_F16] = sum_f16;
    out->pack_int8 = pack_int8;
    out->dot_int8 = dot_int8;
    out->sum_int8 = sum_int8;
}
