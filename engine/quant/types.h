/* Tensor element types of ggml files and their block layouts.
 * Source of the layouts: the ggml library's block_* structures (ggml-common.h) and type numbers (ggml.h). */
#ifndef QUILL_QUANT_TYPES_H
#define QUILL_QUANT_TYPES_H

#include <stddef.h>
#include <stdint.h>

/* Values are ours and dense (table indices); the number in files is in the traits. */
enum quill_type {
    QUILL_F32,
    QUILL_F16,
    QUILL_Q4_0,
    QUILL_Q4_1,
    QUILL_Q5_0,
    QUILL_Q5_1,
    QUILL_Q8_0,
    QUILL_Q4_K,
    QUILL_Q5_K,
    QUILL_Q6_K,
    QUILL_TYPE_COUNT,
};

struct quill_type_traits {
    const char *name;     /* "q5_1" */
    uint32_t file_id;     /* number in ggml files */
    size_t block_len;     /* elements of a block */
    size_t block_bytes;
};
const struct quill_type_traits *quill_type_traits(enum quill_type type);

/* The type with this number in a file; QUILL_TYPE_COUNT when there is none. */
enum quill_type quill_type_from_file(uint32_t file_id);

/* Reference conversions, portable C. n % block_len == 0; weights at any alignment. */
void quill_dequantize_row(enum quill_type type, const void *src, float *dst, size_t n);
void quill_quantize_row(enum quill_type type, const float *src, void *dst, size_t n);

float quill_f16_to_f32(uint16_t h);
uint16_t quill_f32_to_f16(float f); /* round to nearest even */

#endif
