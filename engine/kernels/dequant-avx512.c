/* Expansion of plain weight blocks for AVX-512; bit-equal to quill_dequantize_row. Layouts: quant/blocks.h.
 * (The K types stay with AVX2.) */
#include <immintrin.h>
#include <stddef.h>
#include <string.h>

#include "kernels/expand-avx2.h"
#include "kernels/rows.h"

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

static inline void store_scaled(float *dst, __m512i q, int zero, float d)
{
    _mm512_storeu_ps(dst, _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_sub_epi32(q, _mm512_set1_epi32(zero))),
                                        _mm512_set1_ps(d)));
}

/* Rounded twice like the reference. */
static inline void store_affine(float *dst, __m512i q, float d, float m)
{
    _mm512_storeu_ps(
        dst, _mm512_add_ps(_mm512_mul_ps(_mm512_cvtepi32_ps(q), _mm512_set1_ps(d)), _mm512_set1_ps(m)));
}

static void from_f16(const void *src, float *dst, size_t n)
{
    const uint8_t *p = src;

    for (size_t i = 0; i < n; i += 16) {
        const __mmask16 lanes = n - i >= 16 ? (__mmask16)0xffff : (__mmask16)((1u << (n - i)) - 1);
        _mm512_mask_storeu_ps(dst + i, lanes, _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(lanes, p + 2 * i)));
    }
}

static inline void expand_q4_0(const uint8_t *p, float d, float m, float *dst)
{
    const __m512i bytes = sixteen(p + offsetof(struct quill_q4_0, qs));

    store_scaled(dst, low_nibbles(bytes), 8, d);
    store_scaled(dst + 16, _mm512_srli_epi32(bytes, 4), 8, d);
}

static inline void expand_q4_1(const uint8_t *p, float d, float m, float *dst)
{
    const __m512i bytes = sixteen(p + offsetof(struct quill_q4_1, qs));

    store_affine(dst, low_nibbles(bytes), d, m);
    store_affine(dst + 16, _mm512_srli_epi32(bytes, 4), d, m);
}

static inline void expand_q5_0(const uint8_t *p, float d, float m, float *dst)
{
    const uint8_t *qh = p + offsetof(struct quill_q5_0, qh);
    const __m512i bytes = sixteen(p + offsetof(struct quill_q5_0, qs));

    store_scaled(dst, fifth_bit(low_nibbles(bytes), qh), 16, d);
    store_scaled(dst + 16, fifth_bit(_mm512_srli_epi32(bytes, 4), qh + 2), 16, d);
}

static inline void expand_q5_1(const uint8_t *p, float d, float m, float *dst)
{
    const uint8_t *qh = p + offsetof(struct quill_q5_1, qh);
    const __m512i bytes = sixteen(p + offsetof(struct quill_q5_1, qs));

    store_affine(dst, fifth_bit(low_nibbles(bytes), qh), d, m);
    store_affine(dst + 16, fifth_bit(_mm512_srli_epi32(bytes, 4), qh + 2), d, m);
}

static inline void expand_q8_0(const uint8_t *p, float d, float m, float *dst)
{
    const uint8_t *qs = p + offsetof(struct quill_q8_0, qs);

    for (size_t j = 0; j < QUILL_QK; j += 16)
        store_scaled(dst + j, _mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)(const void *)(qs + j))),
                     0, d);
}

EXPAND_ROW(q4_0, quill_q4_0)
EXPAND_ROW(q4_1, quill_q4_1)
EXPAND_ROW(q5_0, quill_q5_0)
EXPAND_ROW(q5_1, quill_q5_1)
EXPAND_ROW(q8_0, quill_q8_0)

void quill_kernels_dequant_avx512(struct quill_kernels *out)
{
    out->dequantize[QUILL_F16] = from_f16;
    out->dequantize[QUILL_Q4_0] = from_q4_0;
    out->dequantize[QUILL_Q4_1] = from_q4_1;
    out->dequantize[QUILL_Q5_0] = from_q5_0;
    out->dequantize[QUILL_Q5_1] = from_q5_1;
    out->dequantize[QUILL_Q8_0] = from_q8_0;
}
