/* Strips with AVX2, and with AVX-VNNI, which multiplies and adds bytes in one go: a vector has four weights
 * of each of eight rows, half a strip, and a lane of the sum is a row. Layout: kernels/strips.h. */
#ifndef QUILL_KERNELS_STRIPS_AVX2_H
#define QUILL_KERNELS_STRIPS_AVX2_H

#include <immintrin.h>
#include <string.h>

#include "kernels/strips-types.h"
#include "kernels/vnni.h"

static inline __m256i load(const unsigned char *p)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

static inline __m256 halves(const unsigned char *p)
{
    return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(const void *)p));
}

static inline __m256 bytes_of(const unsigned char *p)
{
    return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)p)));
}

/* Four bytes of x for every row. */
static inline __m256i four_of(const unsigned char *x)
{
    int32_t four;

    memcpy(&four, x, sizeof four);
    return _mm256_set1_epi32(four);
}

/* Bit i of 32 is bit 4 of byte i. */
static inline __m256i with_fifth(__m256i nibbles, const unsigned char *mask)
{
    const __m256i which = _mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303);
    const __m256i bit = _mm256_set1_epi64x((long long)0x8040201008040201);
    const __m256i set = _mm256_and_si256(_mm256_shuffle_epi8(four_of(mask), which), bit);

    return _mm256_or_si256(nibbles, _mm256_and_si256(_mm256_cmpeq_epi8(set, bit), _mm256_set1_epi8(16)));
}

/* Sums of products so far: without the one instruction, pairs of products of less than six bits, of which
 * eight stay within int16. */
struct sums {
    __m256i four, pairs[2];
};

static inline struct sums no_sums(void)
{
    const __m256i zero = _mm256_setzero_si256();

    return (struct sums){zero, {zero, zero}};
}

static inline void add_products(struct kind kind, struct sums *sums, __m256i w, __m256i x, int which)
{
#ifdef __AVXVNNI__
    (void)kind, (void)which;
    sums->four = add_bytes_256(sums->four, w, x);
#else
    const __m256i ones = _mm256_set1_epi16(1);

    if (kind.bytes) { /* signs go over to x: both are at most 128 then */
        const __m256i q = _mm256_xor_si256(w, _mm256_set1_epi8((char)0x80));
        const __m256i pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(q), _mm256_sign_epi8(x, q));
        sums->four = _mm256_add_epi32(sums->four, _mm256_madd_epi16(pairs, ones));
    } else {
        sums->pairs[which] = _mm256_add_epi16(sums->pairs[which], _mm256_maddubs_epi16(w, x));
    }
#endif
}

static inline __m256 total_of(struct kind kind, const struct sums *sums)
{
#ifndef __AVXVNNI__
    if (!kind.bytes) {
        const __m256i ones = _mm256_set1_epi16(1);
        return _mm256_cvtepi32_ps(_mm256_add_epi32(_mm256_madd_epi16(sums->pairs[0], ones),
                                                   _mm256_madd_epi16(sums->pairs[1], ones)));
    }
#else
    (void)kind;
#endif
    return _mm256_cvtepi32_ps(sums->four);
}

/* What is taken off the weights of a type: bytes multiply with their sign where that is how it is done. */
static inline float zero_of(struct kind kind)
{
#ifndef __AVXVNNI__
    if (kind.bytes)
        return 0.0f;
#endif
    return kind.zero;
}

/* Half of a block's rows: products with m rows of x. */
static inline __attribute__((always_inline)) void add_half(struct kind kind, const unsigned char *q,
                                                           const unsigned char *fifth, const unsigned char *x,
                                                           size_t x_stride, int m, struct sums *sums)
{
    const __m256i low = _mm256_set1_epi8(15);

#pragma GCC unroll 4
    for (size_t g = 0; g < 4; g++) {
        __m256i a = load(q + g * 64), b;

        if (kind.bytes) {
            b = load(q + (4 + g) * 64);
        } else {
            b = _mm256_and_si256(_mm256_srli_epi16(a, 4), low);
            a = _mm256_and_si256(a, low);
        }
        if (kind.has_fifth) {
            a = with_fifth(a, fifth + g * 8);
            b = with_fifth(b, fifth + (4 + g) * 8);
        }
#pragma GCC unroll MOST_X
        for (int i = 0; i < m; i++) {
            const unsigned char *v = x + (size_t)i * x_stride + 4 * g;

            add_products(kind, &sums[i], a, four_of(v), 0);
            add_products(kind, &sums[i], b, four_of(v + QUILL_QK / 2), 1);
        }
    }
}

static inline __attribute__((always_inline)) void dot_strip(struct kind kind, struct strip s, size_t k,
                                                            const unsigned char *x, size_t x_stride, int m,
                                                            float *y, size_t ldy)
{
    const size_t q_bytes = kind.bytes ? 512 : 256, n_padded = quill_dot_blocks(k);
    __m256 total[2][MOST_X];

#pragma GCC unroll MOST_X
    for (int i = 0; i < m; i++)
        total[0][i] = total[1][i] = _mm256_setzero_ps();
    for (size_t b = 0; b < k / QUILL_QK; b++) {
        for (size_t at = 0; at < q_bytes; at += 64)
            _mm_prefetch((const char *)s.q + b * q_bytes + AHEAD + at, _MM_HINT_T0);
#pragma GCC unroll 2
        for (size_t half = 0; half < 2; half++) {
            const size_t at = halves_at(kind, b) + half * 16;
            __m256 d = halves(s.d + at), min = kind.has_min ? halves(s.m + at) : d;
            struct sums sums[MOST_X];

            if (kind.is_k) {
                d = _mm256_mul_ps(d, bytes_of(s.scales + b * 32 + half * 8));
                min = _mm256_mul_ps(min, bytes_of(s.scales + b * 32 + 16 + half * 8));
            }

#pragma GCC unroll MOST_X
            for (int i = 0; i < m; i++)
                sums[i] = no_sums();
            add_half(kind, s.q + b * q_bytes + half * 32, s.fifth + b * 64 + half * 4, x + b * QUILL_QK,
                     x_stride, m, sums);
#pragma GCC unroll MOST_X
            for (int i = 0; i < m; i++) {
                const float *scales = (const float *)(const void *)(x + (size_t)i * x_stride + k) + b;
                const __m256 scale = _mm256_set1_ps(scales[0]), of_all = _mm256_set1_ps(scales[n_padded]);
                __m256 *to = &total[half][i];

                *to = _mm256_fmadd_ps(_mm256_mul_ps(d, scale), total_of(kind, &sums[i]), *to);
                if (kind.is_k)
                    *to = _mm256_fnmadd_ps(min, of_all, *to);
                else if (kind.has_min)
                    *to = _mm256_fmadd_ps(min, of_all, *to);
                else if (zero_of(kind) != 0.0f)
                    *to = _mm256_fmadd_ps(_mm256_mul_ps(d, _mm256_set1_ps(-zero_of(kind))), of_all, *to);
            }
        }
    }
#pragma GCC unroll MOST_X
    for (int i = 0; i < m; i++) {
        _mm256_storeu_ps(y + (size_t)i * ldy, total[0][i]);
        _mm256_storeu_ps(y + (size_t)i * ldy + 8, total[1][i]);
    }
}

#endif
