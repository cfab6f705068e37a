/* Strips with AVX-512 VNNI: a vector has four weights of each of sixteen rows, and a lane of the sum is a
 * row. Layout: kernels/strips.h. */
#include <immintrin.h>
#include <string.h>

#include "kernels/strips-types.h"

static inline __m512 halves(const unsigned char *p)
{
    return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(const void *)p));
}

static inline __m512 bytes_of(const unsigned char *p)
{
    return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(const void *)p)));
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
        const size_t at = halves_at(kind, b);
        __m512 d = halves(s.d + at), min = kind.has_min ? halves(s.m + at) : d;
        __m512i sum[MOST_X][2];

        if (kind.is_k) {
            d = _mm512_mul_ps(d, bytes_of(s.scales + b * 32));
            min = _mm512_mul_ps(min, bytes_of(s.scales + b * 32 + 16));
        }
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
        const float factor = kind.is_k ? -1.0f : kind.has_min ? 1.0f : -kind.zero;
        const __m512 rest = _mm512_mul_ps(offset[i], _mm512_set1_ps(factor));
        _mm512_storeu_ps(y + (size_t)i * ldy, _mm512_add_ps(total[i], rest));
    }
}

void quill_kernels_strips_avx512vnni(struct quill_kernels *out)
{
    fill_strips(out);
}
