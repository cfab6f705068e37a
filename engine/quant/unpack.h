/* Quantized weights by blocks of 32, as integers: what dot products of integers work on. Portable; the layouts
 * are explained in blocks.h. */
#ifndef QUILL_QUANT_UNPACK_H
#define QUILL_QUANT_UNPACK_H

#include "quant/types.h"

/* Weight j is d[j / 16] * q[j] + m. */
struct quill_block32 {
    int8_t q[32];
    float d[2], m;
};

/* Block i of a row of quantized weights. */
void quill_unpack_block(enum quill_type type, const void *row, size_t i, struct quill_block32 *out);

#endif
