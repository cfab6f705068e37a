/* Walks over plain weight blocks (q4_0 .. q8_0) with the half floats of eight of them converted together: one
 * at a time, that costs as much as all the rest. Included by the expansion of each instruction set that has
 * AVX2. */
#ifndef QUILL_KERNELS_EXPAND_AVX2_H
#define QUILL_KERNELS_EXPAND_AVX2_H

#include <assert.h>
#include <immintrin.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "quant/blocks.h"

#define SCALES 8

/* out[i] = the half float at p + i * stride, i < n <= SCALES. They are left in memory, which broadcasts for
 * free. */
static inline void convert_scales(const uint8_t *p, size_t stride, size_t n, float out[SCALES])
{
    uint64_t words[2] = {0};

    for (size_t i = 0; i < n; i++) {
        uint16_t h;
        memcpy(&h, p + i * stride, sizeof h);
        words[i / 4] |= (uint64_t)h << (16 * (i % 4));
    }
    _mm256_storeu_ps(out, _mm256_cvtph_ps(_mm_set_epi64x((long long)words[1], (long long)words[0])));
}

/* Writes the 32 weights of the block at p with scale d and offset m. */
typedef void expand_block(const uint8_t *p, float d, float m, float *dst);

/* d is the first half float of every plain block and m, if there is one, the second. */
static inline __attribute__((always_inline)) void
expand_blocks(const uint8_t *p, size_t block_bytes, bool has_m, expand_block *block, float *dst, size_t n)
{
    float d[SCALES], m[SCALES] = {0};

    assert(n % QUILL_QK == 0);
    for (size_t left = n / QUILL_QK; left > 0;) {
        const size_t count = left < SCALES ? left : SCALES;
        if (count == SCALES) { /* a constant, so that the loop unrolls */
            convert_scales(p, block_bytes, SCALES, d);
            if (has_m)
                convert_scales(p + sizeof(uint16_t), block_bytes, SCALES, m);
        } else {
            convert_scales(p, block_bytes, count, d);
            if (has_m)
                convert_scales(p + sizeof(uint16_t), block_bytes, count, m);
        }
        for (size_t i = 0; i < count; i++, p += block_bytes, dst += QUILL_QK)
            block(p, d[i], m[i], dst);
        left -= count;
    }
}

/* The table's function for one type, from what expands one block of it. */
#define EXPAND_ROW(name, block_type, has_m)                                                                  \
    static void from_##name(const void *src, float *dst, size_t n)                                           \
    {                                                                                                        \
        expand_blocks(src, sizeof(struct block_type), has_m, expand_##name, dst, n);                         \
    }

#endif
