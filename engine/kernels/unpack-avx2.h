/* Weights as bytes in AVX2 registers, 32 at a time. Layouts: quant/blocks.h. All loads are unaligned and stay
 * within the block. */
#ifndef QUILL_KERNELS_UNPACK_AVX2_H
#define QUILL_KERNELS_UNPACK_AVX2_H

#include <immintrin.h>
#include <stddef.h>
#include <string.h>

#include "quant/blocks.h"

static inline __m128i load_16(const void *p)
{
    return _mm_loadu_si128(p);
}

static inline __m256i load_32(const void *p)
{
    return _mm256_loadu_si256(p);
}

/* Nibbles of 16 bytes: low ones are bytes 0..15, high ones 16..31. */
static inline __m256i nibbles(const uint8_t *qs)
{
    const __m128i bytes = load_16(qs);

    return _mm256_and_si256(_mm256_set_m128i(_mm_srli_epi16(bytes, 4), bytes), _mm256_set1_epi8(0xf));
}

/* 0x10 in each byte of nibbles where the same byte of from has the bit. */
static inline __m256i with_bits(__m256i nibbles, __m256i from, __m256i bit)
{
    const __m256i fifth = _mm256_set1_epi8(0x10);

#if defined(__AVX512VL__) && defined(__AVX512BW__)
    return _mm256_mask_add_epi8(nibbles, _mm256_test_epi8_mask(from, bit), nibbles, fifth);
#else
    return _mm256_or_si256(nibbles,
                           _mm256_and_si256(_mm256_cmpeq_epi8(_mm256_and_si256(from, bit), bit), fifth));
#endif
}

/* 0x10 in byte j of nibbles where bit j of the four bytes at qh is set. */
static inline __m256i with_fifth_bits(__m256i nibbles, const uint8_t *qh)
{
    uint32_t bits;

    memcpy(&bits, qh, sizeof bits);
#if defined(__AVX512VL__) && defined(__AVX512BW__)
    return _mm256_mask_add_epi8(nibbles, bits, nibbles, _mm256_set1_epi8(0x10));
#else
    const __m256i spread =
        _mm256_setr_epi64x(0x0000000000000000, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303);

    return with_bits(nibbles, _mm256_shuffle_epi8(_mm256_set1_epi32((int)bits), spread),
                     _mm256_set1_epi64x((long long)0x8040201008040201));
#endif
}

#endif
