/* Walks over plain weight blocks (q4_0 .. q8_0) with the half floats of eight of them converted together: one
 * at a time, that costs as much as all the rest. Included by the expansion of each instruction set that has
 * AVX2. */
#ifndef QUILL_KERNELS_EXPAND_AVX2_H
#define QUILL_KERNELS_EXPAND_AVX2_H

#include <assert.h>
#include <immintrin.h>
#include <stddef.h>
#include <string.h>

#include "quant/blocks.h"

#define SCALES 8

/* The two half floats at p + i * stride, i < n <= SCALES, as out[2 * i] and out[2 * i + 1]. They are left in
 * memory, which broadcasts for free. */
static inline void convert_scales(const uint8_t *p, size_t stride, size_t n, float out[2 * SCALES])
{
    uint64_t words[SCALES / 2] = {0};

    for (size_t i = 0; i < n; i++) {
        uint32_t pair;
        memcpy(&pair, p + i * stride, sizeof pair);
        words[i / 2] |= (uint64_t)pair << (32 * (i % 2));
    }
    _mm256_storeu_ps(out, _mm256_cvtph_ps(_mm_set_epi64x((long long)words[1], (long long)words[0])));
    _mm256_storeu_ps(out + 8, _mm256_cvtph_ps(_mm_set_epi64x((long long)words[3], (long long)words[2])));
}

/* Writes the 32 weights of the block at p with scale d and offset m. */
typedef void expand_block(const uint8_t *p, float d, float m, float *dst);

/* d is the first half float of every plain block. m is the next two bytes: the second, or what nobody asks
 * for. */
static inline __attribute__((always_inline)) void expand_blocks(const uint8_t *p, size_t block_bytes,
                                                                expand_block *block, float *dst, size_t n)
{
    float scales[2 * SCALES];

    assert(n % QUILL_QK == 0);
    for (size_t left = n / QUILL_QK; left > 0;) {
        const size_t count = left < SCALES ? left : SCALES;
        if (count == SCALES)
            convert_scales(p, block_bytes, SCALES, scales); /* a constant, so that it unrolls */
        else
            convert_scales(p, block_bytes, count, scales);
        for (size_t i = 0; i < count; i++, p += block_bytes, dst += QUILL_QK)
            block(p, scales[2 * i], scales[2 * i + 1], dst);
        left -= count;
    }
}

/* The table's function for one type, from what expands one block of it. */
#define EXPAND_ROW(name, block_type)                                                                         \
    static void from_##name(const void *src, float *dst, size_t n)                                           \
    {                                                                                                        \
        expand_blocks(src, sizeof(struct block_type), expand_##name, dst, n);                                \
    }

#endif
