/* Expansion of plain weight blocks for AVX-512; bit-equal to quill_dequantize_row. Layouts: quant/blocks.h.
 * (The K types stay with AVX2.) */
#include <assert.h>
#include <immintrin.h>
#include <stddef.h>
#include <string.h>

#include "kernels/rows.h"
#include "quant/blocks.h"

static inline __m512 half_at(const uint8_t *p)
{
    uint16_t h;

    memcpy(&h, p, sizeof h);
    return _mm512_set1_ps(_cvtsh_ss(h));
}

static inline __m512i sixteen(const uint8_t *p)
{
    return _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(const void *)p));
}

static inline __m512i fifth_bit(__m512i q, const uint8_t *qh)
{
    uint16_t bits;

    memcpy(&bits, qh, sizeof bits);
    return _mm512_mask_or_epi32(q, bits, q, _mm512_set1_epi32(0x10));
}

static inline __m512i low_nibbles(__m512i bytes)
{
    return _mm512_and_si512(bytes, _mm512_set1_epi32(0xf));
}

static inline void store_scaled(float *dst, __m512i q, int zero, __m512 d)
{
    _mm512_storeu_ps(dst, _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_sub_epi32(q, _mm512_set1_epi32(zero))), d));
}

/* Rounded twice like the reference. */
static inline void store_affine(float *dst, __m512i q, __m512 d, __m512 m)
{
    _mm512_storeu_ps(dst, _mm512_add_ps(_mm512_mul_ps(_mm512_cvtepi32_ps(q), d), m));
}

static void from_f16(const void *src, float *dst, size_t n)
{
    const uint8_t *p = src;

    for (size_t i = 0; i < n; i += 16) {
        const __mmask16 lanes = n - i >= 16 ? (__mmask16)0xffff : (__mmask16)((1u << (n - i)) - 1);
        _mm512_mask_storeu_ps(dst + i, lanes, _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(lanes, p + 2 * i)));
    }
}

static void from_q4_0(const void *src, float *dst, size_t n)
{
    const uint8_t *p = src;

    assert(n % QUILL_QK == 0);
    for (size_t i = 0; i < n; i += QUILL_QK, p += sizeof(struct quill_q4_0)) {
        const __m512i bytes = sixteen(p + offsetof(struct quill_q4_0, qs));
        const __m512 d = half_at(p);
        store_scaled(dst + i, low_nibbles(bytes), 8, d);
        store_scaled(dst + i + 16, _mm512_srli_epi32(bytes, 4), 8, d);
    }
}

static void from_q4_1(const void *src, float *dst, size_t n)
{
    const uint8_t *p = src;

    assert(n % QUILL_QK == 0);
    for (size_t i = 0; i < n; i += QUILL_QK, p += sizeof(struct quill_q4_1)) {
        const __m512i bytes = sixteen(p + offsetof(struct quill_q4_1, qs));
        const __m512 d = half_at(p), m = half_at(p + offsetof(struct quill_q4_1, m));
        store_affine(dst + i, low_nibbles(bytes), d, m);
        store_affine(dst + i + 16, _mm512_srli_epi32(bytes, 4), d, m);
    }
}

static void from_q5_0(const void *src, float *dst, size_t n)
{
    const uint8_t *p = src;

    assert(n % QUILL_QK == 0);
    for (size_t i = 0; i < n; i += QUILL_QK, p += sizeof(struct quill_q5_0)) {
        const uint8_t *qh = p + offsetof(struct quill_q5_0, qh);
        const __m512i bytes = sixteen(p + offsetof(struct quill_q5_0, qs));
        const __m512 d = half_at(p);
        store_scaled(dst + i, fifth_bit(low_nibbles(bytes), qh), 16, d);
        store_scaled(dst + i + 16, fifth_bit(_mm512_srli_epi32(bytes, 4), qh + 2), 16, d);
    }
}

static void from_q5_1(const void *src, float *dst, size_t n)
{
    const uint8_t *p = src;

    assert(n % QUILL_QK == 0);
    for (size_t i = 0; i < n; i += QUILL_QK, p += sizeof(struct quill_q5_1)) {
        const uint8_t *qh = p + offsetof(struct quill_q5_1, qh);
        const __m512i bytes = sixteen(p + offsetof(struct quill_q5_1, qs));
        const __m512 d = half_at(p), m = half_at(p + offsetof(struct quill_q5_1, m));
        store_affine(dst + i, fifth_bit(low_nibbles(bytes), qh), d, m);
        store_affine(dst + i + 16, fifth_bit(_mm512_srli_epi32(bytes, 4), qh + 2), d, m);
    }
}

static void from_q8_0(const void *src, float *dst, size_t n)
{
    const uint8_t *p = src;

    assert(n % QUILL_QK == 0);
    for (size_t i = 0; i < n; i += QUILL_QK, p += sizeof(struct quill_q8_0)) {
        const uint8_t *qs = p + offsetof(struct quill_q8_0, qs);
        const __m512 d = half_at(p);
        for (size_t j = 0; j < QUILL_QK; j += 16) {
            const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(qs + j));
            store_scaled(dst + i + j, _mm512_cvtepi8_epi32(bytes), 0, d);
        }
    }
}

void quill_kernels_dequant_avx512(struct quill_kernels *out)
{
    out->dequantize[QUILL_F16] = from_f16;
    out->dequantize[QUILL_Q4_0] = from_q4_0;
    out->dequantize[QUILL_Q4_1] = from_q4_1;
    out->dequantize[QUILL_Q5_0] = from_q5_0;
    out->dequantize[QUILL_Q5_1] = from_q5_1;
    out->dequantize[QUILL_Q8_0] = from_q8_0;
}
