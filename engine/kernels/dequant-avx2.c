/* Expansion of weights for AVX2 and F16C; bit-equal to quill_dequantize_row. Blocks are read where they lie:
 * all loads are unaligned and stay within the block. Layouts: quant/blocks.h. */
#include <assert.h>

#include "kernels/expand-avx2.h"
#include "kernels/rows.h"
#include "kernels/unpack-avx2.h"

static inline float half_at(const uint8_t *p)
{
    uint16_t h;

    memcpy(&h, p, sizeof h);
    return _cvtsh_ss(h);
}

/* The eight signed bytes at byte 8 * i of q as floats. */
static inline __m256 eight_floats(__m256i q, int i)
{
    const __m128i half = i < 2 ? _mm256_castsi256_si128(q) : _mm256_extracti128_si256(q, 1);

    return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(i % 2 ? _mm_srli_si128(half, 8) : half));
}

/* dst[0..32) = d q */
static inline void store_scaled(float *dst, __m256i q, float d)
{
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++)
        _mm256_storeu_ps(dst + 8 * i, _mm256_mul_ps(eight_floats(q, i), _mm256_set1_ps(d)));
}

/* dst[0..32) = d q + m, rounded twice like the reference */
static inline void store_affine(float *dst, __m256i q, float d, float m)
{
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++)
        _mm256_storeu_ps(dst + 8 * i, _mm256_add_ps(_mm256_mul_ps(eight_floats(q, i), _mm256_set1_ps(d)),
                                                    _mm256_set1_ps(m)));
}

static void from_f16(const void *src, float *dst, size_t n)
{
    const uint8_t *p = src;
    size_t i = 0;

    for (; i + 8 <= n; i += 8)
        _mm256_storeu_ps(dst + i, _mm256_cvtph_ps(load_16(p + 2 * i)));
    for (; i < n; i++)
        dst[i] = half_at(p + 2 * i);
}

static inline void expand_q4_0(const uint8_t *p, float d, float m, float *dst)
{
    store_scaled(dst, _mm256_sub_epi8(nibbles(p + offsetof(struct quill_q4_0, qs)), _mm256_set1_epi8(8)), d);
}

static inline void expand_q4_1(const uint8_t *p, float d, float m, float *dst)
{
    store_affine(dst, nibbles(p + offsetof(struct quill_q4_1, qs)), d, m);
}

static inline void expand_q5_0(const uint8_t *p, float d, float m, float *dst)
{
    const __m256i q =
        with_fifth_bits(nibbles(p + offsetof(struct quill_q5_0, qs)), p + offsetof(struct quill_q5_0, qh));

    store_scaled(dst, _mm256_sub_epi8(q, _mm256_set1_epi8(16)), d);
}

static inline void expand_q5_1(const uint8_t *p, float d, float m, float *dst)
{
    store_affine(
        dst,
        with_fifth_bits(nibbles(p + offsetof(struct quill_q5_1, qs)), p + offsetof(struct quill_q5_1, qh)), d,
        m);
}

static inline void expand_q8_0(const uint8_t *p, float d, float m, float *dst)
{
    store_scaled(dst, load_32(p + offsetof(struct quill_q8_0, qs)), d);
}

EXPAND_ROW(q4_0, quill_q4_0)
EXPAND_ROW(q4_1, quill_q4_1)
EXPAND_ROW(q5_0, quill_q5_0)
EXPAND_ROW(q5_1, quill_q5_1)
EXPAND_ROW(q8_0, quill_q8_0)

/* The eight scales (bytes 0..7) and mins (bytes 8..15) of a q4_K or q5_K block. */
static inline void scales_and_mins(const uint8_t scales[12], uint8_t out[16])
{
    uint32_t a, b, c;

    memcpy(&a, scales, 4);
    memcpy(&b, scales + 4, 4);
    memcpy(&c, scales + 8, 4);
    const uint32_t words[4] = {
        a & 0x3f3f3f3f,
        (c & 0x0f0f0f0f) | (a >> 6 & 0x03030303) << 4,
        b & 0x3f3f3f3f,
        (c >> 4 & 0x0f0f0f0f) | (b >> 6 & 0x03030303) << 4,
    };
    memcpy(out, words, sizeof words);
}

static void from_q4_k(const void *src, float *dst, size_t n)
{
    const uint8_t *p = src;

    assert(n % QUILL_QK_K == 0);
    for (size_t i = 0; i < n; i += QUILL_QK_K, p += sizeof(struct quill_q4_k)) {
        const float d = half_at(p), dmin = half_at(p + offsetof(struct quill_q4_k, dmin));
        uint8_t sm[16];

        scales_and_mins(p + offsetof(struct quill_q4_k, scales), sm);
        for (size_t j = 0; j < 8; j++) {
            const __m256i bytes = load_32(p + offsetof(struct quill_q4_k, qs) + j / 2 * 32);
            const __m256i q =
                _mm256_and_si256(j % 2 ? _mm256_srli_epi16(bytes, 4) : bytes, _mm256_set1_epi8(0xf));
            store_affine(dst + i + 32 * j, q, d * (float)sm[j], -(dmin * (float)sm[8 + j]));
        }
    }
}

static void from_q5_k(const void *src, float *dst, size_t n)
{
    const uint8_t *p = src;

    assert(n % QUILL_QK_K == 0);
    for (size_t i = 0; i < n; i += QUILL_QK_K, p += sizeof(struct quill_q5_k)) {
        const float d = half_at(p), dmin = half_at(p + offsetof(struct quill_q5_k, dmin));
        const __m256i high = load_32(p + offsetof(struct quill_q5_k, qh));
        uint8_t sm[16];

        scales_and_mins(p + offsetof(struct quill_q5_k, scales), sm);
        for (size_t j = 0; j < 8; j++) {
            const __m256i bytes = load_32(p + offsetof(struct quill_q5_k, qs) + j / 2 * 32);
            const __m256i bit = _mm256_set1_epi8((char)(1u << j));
            const __m256i fifth =
                _mm256_and_si256(_mm256_cmpeq_epi8(_mm256_and_si256(high, bit), bit), _mm256_set1_epi8(0x10));
            const __m256i q =
                _mm256_and_si256(j % 2 ? _mm256_srli_epi16(bytes, 4) : bytes, _mm256_set1_epi8(0xf));
            store_affine(dst + i + 32 * j, _mm256_or_si256(q, fifth), d * (float)sm[j],
                         -(dmin * (float)sm[8 + j]));
        }
    }
}

static void from_q6_k(const void *src, float *dst, size_t n)
{
    const uint8_t *p = src;

    assert(n % QUILL_QK_K == 0);
    for (size_t i = 0; i < n; i += QUILL_QK_K, p += sizeof(struct quill_q6_k)) {
        const float d = half_at(p + offsetof(struct quill_q6_k, d));
        const int8_t *scales = (const int8_t *)(p + offsetof(struct quill_q6_k, scales));

        for (size_t j = 0; j < 8; j++) {
            const size_t half = j / 4, r = j % 4;
            const __m256i low = load_32(p + 64 * half + 32 * (r % 2));
            const __m256i high = load_32(p + offsetof(struct quill_q6_k, qh) + 32 * half);
            const __m256i nibble =
                _mm256_and_si256(r / 2 ? _mm256_srli_epi16(low, 4) : low, _mm256_set1_epi8(0xf));
            const __m256i two = _mm256_and_si256(_mm256_srl_epi16(high, _mm_cvtsi32_si128((int)(2 * r))),
                                                 _mm256_set1_epi8(3));
            const __m256i q =
                _mm256_sub_epi8(_mm256_or_si256(nibble, _mm256_slli_epi16(two, 4)), _mm256_set1_epi8(32));
#pragma GCC unroll 4
            for (int v = 0; v < 4; v++)
                _mm256_storeu_ps(dst + i + 32 * j + 8 * (size_t)v,
                                 _mm256_mul_ps(_mm256_set1_ps(d * (float)scales[2 * j + (size_t)v / 2]),
                                               eight_floats(q, v)));
        }
    }
}

void quill_kernels_dequant_avx2(struct quill_kernels *out)
{
    out->dequantize[QUILL_F16] = from_f16;
    out->dequantize[QUILL_Q4_0] = from_q4_0;
    out->dequantize[QUILL_Q4_1] = from_q4_1;
    out->dequantize[QUILL_Q5_0] = from_q5_0;
    out->dequantize[QUILL_Q5_1] = from_q5_1;
    out->dequantize[QUILL_Q8_0] = from_q8_0;
    out->dequantize[QUILL_Q4_K] = from_q4_k;
    out->dequantize[QUILL_Q5_K] = from_q5_k;
    out->dequantize[QUILL_Q6_K] = from_q6_k;
}
