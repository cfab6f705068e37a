/* Dot products of few rows for AVX2, and for the instruction sets that multiply and add bytes in one go: each
 * of them includes this and calls fill_dots. Weights are unpacked to bytes in registers, 32 at a time, and
 * multiplied with the int8 of x; blocks of either side have their own scale, so every 32 products a sum of
 * integers becomes float. Layouts: quant/blocks.h; results: kernels.h. */
#ifndef QUILL_KERNELS_DOT_AVX2_H
#define QUILL_KERNELS_DOT_AVX2_H

#include <assert.h>
#include <stdbool.h>

#include "kernels/rows.h"
#include "kernels/unpack-avx2.h"

#define CHUNK 8 /* blocks of 32 whose scales are made together: a block of the K types */
/* Bytes that weights are asked for before they are used: the processor's own prefetch stops at the end of a
 * page, and every page is a new one. */
#define AHEAD 2048
#define ROWS 4       /* rows of weights whose sums are finished together */
enum { MOST_X = 5 }; /* rows of x that weights are unpacked for at a time: five beams are usual */

/* ---- sums ------------------------------------------------------------------------------------------- */

/* Instructions for bytes take any; without them pairs of products must stay within int16. */
#if (defined(__AVX512VNNI__) && defined(__AVX512VL__)) || defined(__AVXVNNI__)
#define TAKES_ALL_BYTES 1
#else
#define TAKES_ALL_BYTES 0
#endif

/* Eight sums of four products each: u unsigned, s signed. Unless all bytes are taken, u <= 63 and |s| <= 127,
 * or both <= 128 and 127. */
static inline __m256i sum_products(__m256i u, __m256i s)
{
#if defined(__AVX512VNNI__) && defined(__AVX512VL__)
    return _mm256_dpbusd_epi32(_mm256_setzero_si256(), u, s);
#elif defined(__AVXVNNI__)
    return _mm256_dpbusd_avx_epi32(_mm256_setzero_si256(), u, s);
#else
    return _mm256_madd_epi16(_mm256_maddubs_epi16(u, s), _mm256_set1_epi16(1));
#endif
}

/* The sum of each of four vectors. */
static inline __m128 sum_lanes(const __m256 v[ROWS])
{
    const __m256 s = _mm256_hadd_ps(_mm256_hadd_ps(v[0], v[1]), _mm256_hadd_ps(v[2], v[3]));

    return _mm_add_ps(_mm256_castps256_ps128(s), _mm256_extractf128_ps(s, 1));
}

/* y[0..n) = s */
static inline void store_sums(float *y, __m128 s, size_t n)
{
    if (n == ROWS) {
        _mm_storeu_ps(y, s);
    } else {
        float four[ROWS];
        _mm_storeu_ps(four, s);
        memcpy(y, four, n * sizeof *y);
    }
}

/* ---- types ------------------------------------------------------------------------------------------ */

/* Scales and offsets of the blocks of a chunk: weight = d q + m. q6_K has a scale for each half of a block:
 * d of the first halves, m of the second. Beyond the count they are zero. */
struct scales {
    __m256 d, m;
};

/* A type: the bytes of block j of the chunk at p, and the chunk's scales. */
typedef __m256i unpack_fn(const uint8_t *p, size_t j);
typedef struct scales scales_fn(const uint8_t *p, size_t count);

static inline short half_bits_at(const uint8_t *p)
{
    short h;

    memcpy(&h, p, sizeof h);
    return h;
}

static inline int pair_bits_at(const uint8_t *p)
{
    int pair;

    memcpy(&pair, p, sizeof pair);
    return pair;
}

/* The half float that each of the blocks begins with. The usual counts are put together in registers: what is
 * stored in parts and then loaded as a whole makes the load wait. */
static inline __m256 first_halves(const uint8_t *p, size_t stride, size_t count)
{
    if (count == CHUNK)
        return _mm256_cvtph_ps(_mm_setr_epi16(half_bits_at(p), half_bits_at(p + stride),
                                              half_bits_at(p + 2 * stride), half_bits_at(p + 3 * stride),
                                              half_bits_at(p + 4 * stride), half_bits_at(p + 5 * stride),
                                              half_bits_at(p + 6 * stride), half_bits_at(p + 7 * stride)));
    if (count == CHUNK / 2)
        return _mm256_cvtph_ps(_mm_setr_epi16(half_bits_at(p), half_bits_at(p + stride),
                                              half_bits_at(p + 2 * stride), half_bits_at(p + 3 * stride), 0,
                                              0, 0, 0));
    short h[CHUNK] = {0};
    for (size_t i = 0; i < count; i++)
        h[i] = half_bits_at(p + i * stride);
    return _mm256_cvtph_ps(load_16(h));
}

static inline __m128i four_pairs(const uint8_t *p, size_t stride)
{
    return _mm_setr_epi32(pair_bits_at(p), pair_bits_at(p + stride), pair_bits_at(p + 2 * stride),
                          pair_bits_at(p + 3 * stride));
}

/* The two half floats that each of the blocks begins with. */
static inline struct scales both_halves(const uint8_t *p, size_t stride, size_t count)
{
    const __m128i in_order = _mm_setr_epi8(0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15);
    __m128i low, high = _mm_setzero_si128();

    if (count == CHUNK || count == CHUNK / 2) {
        low = four_pairs(p, stride);
        if (count == CHUNK)
            high = four_pairs(p + 4 * stride, stride);
    } else {
        int pairs[CHUNK] = {0};
        for (size_t i = 0; i < count; i++)
            pairs[i] = pair_bits_at(p + i * stride);
        low = load_16(pairs);
        high = load_16(pairs + 4);
    }
    low = _mm_shuffle_epi8(low, in_order);
    high = _mm_shuffle_epi8(high, in_order);
    return (struct scales){_mm256_cvtph_ps(_mm_unpacklo_epi64(low, high)),
                           _mm256_cvtph_ps(_mm_unpackhi_epi64(low, high))};
}

static inline struct scales centred(__m256 d, float zero)
{
    return (struct scales){d, _mm256_mul_ps(d, _mm256_set1_ps(-zero))};
}

static inline __m256i unpack_q4_0(const uint8_t *p, size_t j)
{
    return nibbles(p + j * sizeof(struct quill_q4_0) + offsetof(struct quill_q4_0, qs));
}
static inline struct scales scales_q4_0(const uint8_t *p, size_t count)
{
    return centred(first_halves(p, sizeof(struct quill_q4_0), count), 8.0f);
}

static inline __m256i unpack_q4_1(const uint8_t *p, size_t j)
{
    return nibbles(p + j * sizeof(struct quill_q4_1) + offsetof(struct quill_q4_1, qs));
}
static inline struct scales scales_q4_1(const uint8_t *p, size_t count)
{
    return both_halves(p, sizeof(struct quill_q4_1), count);
}

static inline __m256i unpack_q5_0(const uint8_t *p, size_t j)
{
    p += j * sizeof(struct quill_q5_0);
    return with_fifth_bits(nibbles(p + offsetof(struct quill_q5_0, qs)), p + offsetof(struct quill_q5_0, qh));
}
static inline struct scales scales_q5_0(const uint8_t *p, size_t count)
{
    return centred(first_halves(p, sizeof(struct quill_q5_0), count), 16.0f);
}

static inline __m256i unpack_q5_1(const uint8_t *p, size_t j)
{
    p += j * sizeof(struct quill_q5_1);
    return with_fifth_bits(nibbles(p + offsetof(struct quill_q5_1, qs)), p + offsetof(struct quill_q5_1, qh));
}
static inline struct scales scales_q5_1(const uint8_t *p, size_t count)
{
    return both_halves(p, sizeof(struct quill_q5_1), count);
}

static inline __m256i unpack_q8_0(const uint8_t *p, size_t j)
{
    return load_32(p + j * sizeof(struct quill_q8_0) + offsetof(struct quill_q8_0, qs));
}
static inline struct scales scales_q8_0(const uint8_t *p, size_t count)
{
    return (struct scales){first_halves(p, sizeof(struct quill_q8_0), count), _mm256_setzero_ps()};
}

static inline __m256 bytes_to_floats(__m128i bytes)
{
    return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(bytes));
}

static inline struct scales scales_k45(const uint8_t *p, size_t count)
{
    const __m128i six = _mm_set1_epi8(0x3f), four = _mm_set1_epi8(0xf), top_two = _mm_set1_epi8(0x30);
    const __m128 d = _mm_cvtph_ps(_mm_cvtsi32_si128(pair_bits_at(p)));
    const __m128 minus_d_min = _mm_xor_ps(_mm_movehdup_ps(d), _mm_set1_ps(-0.0f));

    (void)count; /* always all */
    /* Four scales, four mins, four nibbles of the other four scales below those of the other mins. */
    const __m128i bytes = load_16(p + offsetof(struct quill_q4_k, scales));
    const __m128i first = _mm_and_si128(bytes, six);
    const __m128i top = _mm_and_si128(_mm_srli_epi16(bytes, 2), top_two);
    const __m128i low = _mm_and_si128(bytes, four), high = _mm_and_si128(_mm_srli_epi16(bytes, 4), four);
    const __m128i nibbles = _mm_unpackhi_epi32(low, high); /* of scales, of mins */
    const __m128i rest = _mm_or_si128(nibbles, top);
    const __m128i all = _mm_unpacklo_epi32(first, rest); /* scales, mins */

    return (struct scales){
        _mm256_mul_ps(bytes_to_floats(all), _mm256_broadcastss_ps(d)),
        _mm256_mul_ps(bytes_to_floats(_mm_srli_si128(all, 8)), _mm256_broadcastss_ps(minus_d_min))};
}

static inline __m256i nibbles_k(const uint8_t *p, size_t j)
{
    const __m256i bytes = load_32(p + j / 2 * 32);

    return _mm256_and_si256(j % 2 ? _mm256_srli_epi16(bytes, 4) : bytes, _mm256_set1_epi8(0xf));
}

static inline __m256i unpack_q4_k(const uint8_t *p, size_t j)
{
    return nibbles_k(p + offsetof(struct quill_q4_k, qs), j);
}

static inline __m256i unpack_q5_k(const uint8_t *p, size_t j)
{
    const __m256i high = load_32(p + offsetof(struct quill_q5_k, qh));
    const __m256i bit = _mm256_set1_epi8((char)(1u << j));

    return with_bits(nibbles_k(p + offsetof(struct quill_q5_k, qs), j), high, bit);
}

static inline __m256i unpack_q6_k(const uint8_t *p, size_t j)
{
    const size_t half = j / 4, r = j % 4;
    const __m256i low = load_32(p + 64 * half + 32 * (r % 2));
    const __m256i high = load_32(p + offsetof(struct quill_q6_k, qh) + 32 * half);
    const __m256i nibble = _mm256_and_si256(r / 2 ? _mm256_srli_epi16(low, 4) : low, _mm256_set1_epi8(0xf));
    const __m256i two =
        _mm256_and_si256(_mm256_srl_epi16(high, _mm_cvtsi32_si128((int)(2 * r))), _mm256_set1_epi8(3));

    return _mm256_sub_epi8(_mm256_or_si256(nibble, _mm256_slli_epi16(two, 4)), _mm256_set1_epi8(32));
}
static inline struct scales scales_q6_k(const uint8_t *p, size_t count)
{
    const __m128i halves_in_order = _mm_setr_epi8(0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15);
    const __m128i s = _mm_shuffle_epi8(load_16(p + offsetof(struct quill_q6_k, scales)), halves_in_order);
    uint16_t d;

    memcpy(&d, p + offsetof(struct quill_q6_k, d), sizeof d);
    const __m256 factor = _mm256_set1_ps(_cvtsh_ss(d));
    return (struct scales){
        _mm256_mul_ps(factor, _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(s))),
        _mm256_mul_ps(factor, _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_srli_si128(s, 8))))};
}

/* ---- quantized rows --------------------------------------------------------------------------------- */

enum kind {
    AFFINE,    /* q unsigned, weight = d q + m */
    SCALED,    /* q signed, weight = d q */
    TWO_SCALES /* q signed, a scale for each half of a block */
};

#define SIGN 128.0f /* what a signed byte with its sign bit flipped has too much as an unsigned one */

/* Whether weights are multiplied as unsigned bytes, and an offset puts right what they are not. */
static inline __attribute__((always_inline)) bool has_offset(enum kind kind)
{
    return kind == AFFINE || (kind == SCALED && TAKES_ALL_BYTES);
}

/* One row of weights with m rows of x, m a constant after inlining; sum[i * ROWS] is to be added up. */
static inline __attribute__((always_inline)) void dot_row(unpack_fn *unpack, scales_fn *scales,
                                                          enum kind kind, size_t chunk_bytes,
                                                          const uint8_t *p, size_t k, const uint8_t *x,
                                                          size_t x_stride, int m, __m256 *sum)
{
    const size_t n_blocks = k / QUILL_QK;
    __m256 total[MOST_X], offsets[MOST_X];

#pragma GCC unroll MOST_X
    for (int i = 0; i < m; i++)
        total[i] = offsets[i] = _mm256_setzero_ps();
    for (size_t first = 0; first < n_blocks; first += CHUNK, p += chunk_bytes) {
        const size_t count = n_blocks - first < CHUNK ? n_blocks - first : CHUNK;
        /* A constant where it can be one, so that it unrolls. */
        const struct scales s = count == CHUNK       ? scales(p, CHUNK)
                                : count == CHUNK / 2 ? scales(p, CHUNK / 2)
                                                     : scales(p, count);
        const __m256 offset = kind == SCALED ? _mm256_mul_ps(s.d, _mm256_set1_ps(-SIGN)) : s.m;
        float d[MOST_X][CHUNK], d2[MOST_X][CHUNK];

        for (size_t at = 0; at < chunk_bytes; at += 64)
            _mm_prefetch((const char *)p + AHEAD + at, _MM_HINT_T0);
#pragma GCC unroll MOST_X
        for (int i = 0; i < m; i++) {
            const float *x_d = (const float *)(const void *)(x + (size_t)i * x_stride + k) + first;
            const __m256 x_scales = _mm256_loadu_ps(x_d);

            _mm256_storeu_ps(d[i], _mm256_mul_ps(s.d, x_scales));
            if (has_offset(kind))
                offsets[i] = _mm256_fmadd_ps(offset, _mm256_loadu_ps(x_d + quill_dot_blocks(k)), offsets[i]);
            if (kind == TWO_SCALES)
                _mm256_storeu_ps(d2[i], _mm256_mul_ps(s.m, x_scales));
        }
#pragma GCC unroll 8
        for (size_t j = 0; j < CHUNK; j++) {
            if (j >= count)
                break;
            const __m256i bytes = unpack(p, j);
            const __m256i q =
                kind == SCALED && TAKES_ALL_BYTES ? _mm256_xor_si256(bytes, _mm256_set1_epi8(-128)) : bytes;
            /* x never is -128, whose sign cannot change; a weight may be. */
            const __m256i magnitudes = _mm256_sign_epi8(q, q);
#pragma GCC unroll MOST_X
            for (int i = 0; i < m; i++) {
                const __m256i v = load_32(x + (size_t)i * x_stride + (first + j) * QUILL_QK);
                const __m256i products =
                    has_offset(kind) ? sum_products(q, v) : sum_products(magnitudes, _mm256_sign_epi8(v, q));
                const __m256 scale = kind == TWO_SCALES ? _mm256_set_m128(_mm_broadcast_ss(&d2[i][j]),
                                                                          _mm_broadcast_ss(&d[i][j]))
                                                        : _mm256_broadcast_ss(&d[i][j]);
                total[i] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(products), scale, total[i]);
            }
        }
    }
#pragma GCC unroll MOST_X
    for (int i = 0; i < m; i++)
        sum[i * ROWS] = has_offset(kind) ? _mm256_add_ps(total[i], offsets[i]) : total[i];
}

#define DOT_SUM __m256
#include "kernels/dot-types.h"

#endif
