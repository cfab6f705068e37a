/* Rows of int8, as key/value caches hold them, with AVX-512 VNNI: sixteen keys at a time, whose sums become
 * the lanes of one vector; and values as vectors of sixteen columns. */
#include <immintrin.h>

#include "kernels/rows.h"

#define ROWS 16
#define WIDTH 64   /* bytes of a vector */
#define AHEAD 2048 /* bytes that rows are asked for before they are used: they are read once a token */

/* The lanes of a vector that row bytes at + 0..63 have. */
static inline __mmask64 within(size_t at, size_t n8)
{
    return n8 - at >= WIDTH ? ~(__mmask64)0 : ((__mmask64)1 << (n8 - at)) - 1;
}

/* The products of a row as sixteen sums. vpdpbusd takes one side without a sign, so a row counts 128 more:
 * `less` is what that is too much. */
static inline __attribute__((always_inline)) __m512i products(const int8_t *x, const int8_t *row, size_t n8,
                                                              __m512i less)
{
    const __m512i sign = _mm512_set1_epi8(-128);

    for (size_t at = 0; at < n8; at += WIDTH) {
        const __mmask64 lanes = within(at, n8);

        _mm_prefetch((const char *)row + at + AHEAD, _MM_HINT_T0);
        less = _mm512_dpbusd_epi32(less, _mm512_xor_si512(_mm512_maskz_loadu_epi8(lanes, row + at), sign),
                                   _mm512_maskz_loadu_epi8(lanes, x + at));
    }
    return less;
}

/* Minus 128 times x, as sums that lie like those of `products`. */
static inline __attribute__((always_inline)) __m512i too_much(const int8_t *x, size_t n8)
{
    __m512i sum = _mm512_setzero_si512();

    for (size_t at = 0; at < n8; at += WIDTH)
        sum =
            _mm512_dpbusd_epi32(sum, _mm512_set1_epi8(-128), _mm512_maskz_loadu_epi8(within(at, n8), x + at));
    return _mm512_sub_epi32(_mm512_setzero_si512(), sum);
}

/* Of each four lanes of a and of b their sums by twos: a's in lanes 0 and 1, b's in 2 and 3. */
static inline __m512i halve(__m512i a, __m512i b)
{
    return _mm512_add_epi32(_mm512_castps_si512(_mm512_shuffle_ps(
                                _mm512_castsi512_ps(a), _mm512_castsi512_ps(b), _MM_SHUFFLE(2, 0, 2, 0))),
                            _mm512_castps_si512(_mm512_shuffle_ps(
                                _mm512_castsi512_ps(a), _mm512_castsi512_ps(b), _MM_SHUFFLE(3, 1, 3, 1))));
}

/* Quarters of a, then of b, added by twos. */
static inline __m512i halve_quarters(__m512i a, __m512i b)
{
    return _mm512_add_epi32(_mm512_shuffle_i32x4(a, b, _MM_SHUFFLE(2, 0, 2, 0)),
                            _mm512_shuffle_i32x4(a, b, _MM_SHUFFLE(3, 1, 3, 1)));
}

/* Lane i: the sum of the lanes of part[i]. */
static inline __attribute__((always_inline)) __m512i sums_of(__m512i part[ROWS])
{
    __m512i four[4];

#pragma GCC unroll 4
    for (int i = 0; i < 4; i++)
        four[i] = halve(halve(part[4 * i], part[4 * i + 1]), halve(part[4 * i + 2], part[4 * i + 3]));
    return halve_quarters(halve_quarters(four[0], four[1]), halve_quarters(four[2], four[3]));
}

static inline __attribute__((always_inline)) void dot_rows(const int8_t *x, float x_scale, const int8_t *rows,
                                                           const float *scales, size_t n_rows, size_t n8,
                                                           float *y)
{
    const __m512i less = too_much(x, n8);

    for (size_t first = 0; first < n_rows; first += ROWS) {
        const size_t n = n_rows - first < ROWS ? n_rows - first : ROWS;
        const __mmask16 lanes = (__mmask16)(0xffff >> (ROWS - n));
        __m512i part[ROWS];

#pragma GCC unroll 16
        for (size_t i = 0; i < ROWS; i++)
            part[i] = products(x, rows + (first + (i < n ? i : n - 1)) * n8, n8, less);
        const __m512 scale =
            _mm512_mul_ps(_mm512_set1_ps(x_scale), _mm512_maskz_loadu_ps(lanes, scales + first));
        _mm512_mask_storeu_ps(y + first, lanes, _mm512_mul_ps(_mm512_cvtepi32_ps(sums_of(part)), scale));
    }
}

static void dot_int8(const int8_t *x, float x_scale, const int8_t *rows, const float *scales, size_t n_rows,
                     size_t n8, float *y)
{
    if (n8 == WIDTH) /* of every Whisper model */
        dot_rows(x, x_scale, rows, scales, n_rows, WIDTH, y);
    else
        dot_rows(x, x_scale, rows, scales, n_rows, n8, y);
}

/* n_vectors sixteens of columns from `at`. */
static inline __attribute__((always_inline)) void mix(const float *a, const int8_t *rows, const float *scales,
                                                      size_t n_rows, size_t n8, size_t at, int n_vectors,
                                                      float *y)
{
    __m512 sum[4];

#pragma GCC unroll 4
    for (int v = 0; v < n_vectors; v++)
        sum[v] = _mm512_setzero_ps();
    for (size_t i = 0; i < n_rows; i++) {
        const __m512 factor = _mm512_set1_ps(a[i] * scales[i]);
        const int8_t *row = rows + i * n8 + at;

        _mm_prefetch((const char *)row + AHEAD, _MM_HINT_T0);
#pragma GCC unroll 4
        for (int v = 0; v < n_vectors; v++) {
            const __m128i q = _mm_loadu_si128((const __m128i *)(const void *)(row + 16 * v));
            sum[v] = _mm512_fmadd_ps(factor, _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(q)), sum[v]);
        }
    }
#pragma GCC unroll 4
    for (int v = 0; v < n_vectors; v++)
        _mm512_storeu_ps(y + at + 16 * v, sum[v]);
}

static void sum_int8(const float *a, const int8_t *rows, const float *scales, size_t n_rows, size_t n8,
                     float *y)
{
    size_t j = 0;

    if (n8 == WIDTH) {
        mix(a, rows, scales, n_rows, WIDTH, 0, 4, y);
        return;
    }
    for (; j + WIDTH <= n8; j += WIDTH)
        mix(a, rows, scales, n_rows, n8, j, 4, y);
    if (j < n8)
        mix(a, rows, scales, n_rows, n8, j, 2, y);
}

void quill_kernels_cache_avx512vnni(struct quill_kernels *out)
{
    out->dot_int8 = dot_int8;
    out->sum_int8 = sum_int8;
}
