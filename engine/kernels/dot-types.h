/* The table's functions for the quantized types, on instruction sets that unpack them in registers. What
 * includes this has said how one is made, DOT_TYPE(name, kind, chunk_bytes), and what kinds there are. */
#ifndef QUILL_KERNELS_DOT_TYPES_H
#define QUILL_KERNELS_DOT_TYPES_H

#include "kernels/kernels.h"

#define scales_q4_k scales_k45
#define scales_q5_k scales_k45

DOT_TYPE(q4_0, AFFINE, CHUNK * sizeof(struct quill_q4_0))
DOT_TYPE(q4_1, AFFINE, CHUNK * sizeof(struct quill_q4_1))
DOT_TYPE(q5_0, AFFINE, CHUNK * sizeof(struct quill_q5_0))
DOT_TYPE(q5_1, AFFINE, CHUNK * sizeof(struct quill_q5_1))
DOT_TYPE(q8_0, SCALED, CHUNK * sizeof(struct quill_q8_0))
DOT_TYPE(q4_k, AFFINE, sizeof(struct quill_q4_k))
DOT_TYPE(q5_k, AFFINE, sizeof(struct quill_q5_k))
DOT_TYPE(q6_k, TWO_SCALES, sizeof(struct quill_q6_k))

static inline void fill_dots(struct quill_kernels *out)
{
    out->dot[QUILL_Q4_0] = dot_q4_0;
    out->dot[QUILL_Q4_1] = dot_q4_1;
    out->dot[QUILL_Q5_0] = dot_q5_0;
    out->dot[QUILL_Q5_1] = dot_q5_1;
    out->dot[QUILL_Q8_0] = dot_q8_0;
    out->dot[QUILL_Q4_K] = dot_q4_k;
    out->dot[QUILL_Q5_K] = dot_q5_k;
    out->dot[QUILL_Q6_K] = dot_q6_k;
}

#endif
