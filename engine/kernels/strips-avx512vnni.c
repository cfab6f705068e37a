/* Strips with AVX-512 VNNI: a vector has four weights of each of sixteen rows, and a lane of the sum is a
 * row. Layout: kernels/strips.h. */
#include <immintrin.h>
#include <string.h>

#include "kernels/rows.h"
#include "kernels/strips.h"
#include "quant/blocks.h"

enum { MOST_X = 5 }; /* rows of x that weights are unpacked for at a time: five beams are usual */
#define AHEAD 4096   /* bytes that weights are asked for before they are used */

/* What a type's weights are: d q + m, or d (q - zero). */
struct kind {
    bool has_min, has_fifth, bytes;
    float zero;
};

struct strip {
    const unsigned char *d, *m, *fifth, *q;
};

static inline __m512 halves(const unsigned char *p)
{
    return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(const void *)p));
}

/* Four bytes of x for every row. */
static inline __m512i four_of(const unsigned char *x)
{
    int32_t four;

    memcpy(&four, x, sizeof four);
    return _mm512_set1_epi32(four);
}

static inline __m512i with_fifth(__m512i nibbles, const unsigned char *mask)
{
    uint64_t bits;

    memcpy(&bits, mask, sizeof bits);
    return _mm512_mask_add_epi8(nibbles, bits, nibbles, _mm512_set1_epi8(16));
}

/* sum[i] += the products of a block with m rows of x, in two sums that do not wait for one another. */
static inline __attribute__((always_inline)) void add_block(struct kind kind, const unsigned char *q,
                                                            const unsigned char *fifth,
                                                            const unsigned char *x, size_t x_stride, int m,
                                                            __m512i (*sum)[2])
{
    const __m512i low = _mm512_set1_epi8(15);

#pragma GCC unroll 4
    for (size_t g = 0; g < 4; g++) {
        __m512i a = _mm512_loadu_si512(q + g * 64), b;

        _mm_prefetch((const char *)q + AHEAD + g * 64, _MM_HINT_T0);
        if (kind.bytes) {
            _mm_prefetch((const char *)q + AHEAD + (4 + g) * 64, _MM_HINT_T0);
            b = _mm512_loadu_si512(q + (4 + g) * 64);
        } else {
            b = _mm512_and_si512(_mm512_srli_epi16(a, 4), low);
            a = _mm512_and_si512(a, low);
        }
        if (kind.has_fifth) {
            a = with_fifth(a, fifth + g * 8);
            b = with_fifth(b, fifth + (4 + g) * 8);
        }
#pragma GCC unroll MOST_X
        for (int i = 0; i < m; i++) {
            const unsigned char *v = x + (size_t)i * x_stride + 4 * g;

            sum[i][0] = _mm512_dpbusd_epi32(sum[i][0], a, four_of(v));
            sum[i][1] = _mm512_dpbusd_epi32(sum[i][1], b, four_of(v + QUILL_QK / 2));
        }
    }
}

/* One strip with m rows of x, m a constant after inlining. */
static inline __attribute__((always_inline)) void dot_strip(struct kind kind, struct strip s, size_t k,
                                                            const unsigned char *x, size_t x_stride, int m,
                                                            float *y, size_t ldy)
{
    const size_t q_bytes = kind.bytes ? 512 : 256, n_padded = quill_dot_blocks(k);
    __m512 total[MOST_X], offset[MOST_X];

#pragma GCC unroll MOST_X
    for (int i = 0; i < m; i++)
        total[i] = offset[i] = _mm512_setzero_ps();
    for (size_t b = 0; b < k / QUILL_QK; b++) {
        const __m512 d = halves(s.d + b * 32), min = kind.has_min ? halves(s.m + b * 32) : d;
        __m512i sum[MOST_X][2];

#pragma GCC unroll MOST_X
        for (int i = 0; i < m; i++)
            sum[i][0] = sum[i][1] = _mm512_setzero_si512();
        add_block(kind, s.q + b * q_bytes, s.fifth + b * 64, x + b * QUILL_QK, x_stride, m, sum);
#pragma GCC unroll MOST_X
        for (int i = 0; i < m; i++) {
            const float *scales = (const float *)(const void *)(x + (size_t)i * x_stride + k) + b;
            const __m512 products = _mm512_cvtepi32_ps(_mm512_add_epi32(sum[i][0], sum[i][1]));

            total[i] = _mm512_fmadd_ps(_mm512_mul_ps(d, _mm512_set1_ps(scales[0])), products, total[i]);
            offset[i] = _mm512_fmadd_ps(min, _mm512_set1_ps(scales[n_padded]), offset[i]);
        }
    }
#pragma GCC unroll MOST_X
    for (int i = 0; i < m; i++) {
        const __m512 rest = kind.has_min ? offset[i] : _mm512_mul_ps(offset[i], _mm512_set1_ps(-kind.zero));
        _mm512_storeu_ps(y + (size_t)i * ldy, _mm512_add_ps(total[i], rest));
    }
}

static inline __attribute__((always_inline)) void dot_strips(enum quill_type type, struct kind kind,
                                                             const unsigned char *strips, size_t n_strips,
                                                             size_t k, const unsigned char *x,
                                                             size_t x_stride, int m, float *y, size_t ldy)
{
    const struct quill_strip_parts parts = quill_strip_parts(type, k);
    const size_t bytes = quill_strip_bytes(type, k);

    for (size_t j = 0; j < n_strips; j++, strips += bytes) {
        const struct strip s = {strips, strips + parts.m, strips + parts.fifth, strips + parts.q};
        dot_strip(kind, s, k, x, x_stride, m, y + j * QUILL_STRIP_ROWS, ldy);
    }
}

/* The table's function for one type. */
#define STRIPS(m) dot_strips(type, kind, strips, n_strips, k, v, x_stride, m, y, ldy)
#define STRIP_TYPE(name, id, ...)                                                                            \
    static void dot_##name(const void *strips, size_t n_strips, size_t k, const void *x, size_t x_stride,    \
                           size_t m, float *y, size_t ldy)                                                   \
    {                                                                                                        \
        const enum quill_type type = id;                                                                     \
        const struct kind kind = {__VA_ARGS__};                                                              \
        const unsigned char *v = x;                                                                          \
                                                                                                             \
        for (; m > MOST_X; m -= 4, v += 4 * x_stride, y += 4 * ldy)                                          \
            STRIPS(4);                                                                                       \
        if (m == 5)                                                                                          \
            STRIPS(5);                                                                                       \
        else if (m == 4)                                                                                     \
            STRIPS(4);                                                                                       \
        else if (m == 3)                                                                                     \
            STRIPS(3);                                                                                       \
        else if (m == 2)                                                                                     \
            STRIPS(2);                                                                                       \
        else if (m == 1)                                                                                     \
            STRIPS(1);                                                                                       \
    }

STRIP_TYPE(q4_0, QUILL_Q4_0, .zero = 8.0f)
STRIP_TYPE(q4_1, QUILL_Q4_1, .has_min = true)
STRIP_TYPE(q5_0, QUILL_Q5_0, .has_fifth = true, .zero = 16.0f)
STRIP_TYPE(q5_1, QUILL_Q5_1, .has_min = true, .has_fifth = true)
STRIP_TYPE(q8_0, QUILL_Q8_0, .bytes = true, .zero = 128.0f)

void quill_kernels_strips_avx512vnni(struct quill_kernels *out)
{
    out->strips[QUILL_Q4_0] = dot_q4_0;
    out->strips[QUILL_Q4_1] = dot_q4_1;
    out->strips[QUILL_Q5_0] = dot_q5_0;
    out->strips[QUILL_Q5_1] = dot_q5_1;
    out->strips[QUILL_Q8_0] = dot_q8_0;
}
