/* The table's functions for the quantized types, on instruction sets that unpack them in registers. What
 * includes this has said how many rows of weights are finished together and how, ROWS, sum_lanes and
 * store_sums; how products of one row are summed, dot_row, in vectors of DOT_SUM, with up to MOST_X rows of x; how
 * blocks are unpacked, unpack_TYPE and scales_TYPE; and what kinds of blocks there are. */
#ifndef QUILL_KERNELS_DOT_TYPES_H
#define QUILL_KERNELS_DOT_TYPES_H

#include "kernels/kernels.h"

/* m rows of x, a constant after inlining; missing rows of weights repeat the last. */
static inline __attribute__((always_inline)) void dot_rows(unpack_fn *unpack, scales_fn *scales,
                                                           enum kind kind, size_t chunk_bytes,
                                                           const uint8_t *rows, size_t stride, size_t n_rows,
                                                           size_t k, const uint8_t *x, size_t x_stride, int m,
                                                           float *y, size_t ldy)
{
    for (size_t first = 0; first < n_rows; first += ROWS) {
        const size_t n = n_rows - first < ROWS ? n_rows - first : ROWS;
        DOT_SUM sum[MOST_X * ROWS];

        for (size_t j = 0; j < ROWS; j++)
            dot_row(unpack, scales, kind, chunk_bytes, rows + (first + (j < n ? j : n - 1)) * stride, k, x,
                    x_stride, m, sum + j);
        for (int i = 0; i < m; i++)
            store_sums(y + (size_t)i * ldy + first, sum_lanes(sum + i * ROWS), n);
    }
}

/* The table's function for one type. Weights are unpacked once for up to five rows of x, which beams are. */
#define DOT_ROWS(name, kind, chunk_bytes, n_x)                                                               \
    dot_rows(unpack_##name, scales_##name, kind, chunk_bytes, rows, stride, n_rows, k, v, x_stride, n_x, y,  \
             ldy)
#define DOT_TYPE(name, kind, chunk_bytes)                                                                    \
    static void dot_##name(const void *rows, size_t stride, size_t n_rows, size_t k, const void *x,          \
                           size_t x_stride, size_t m, float *y, size_t ldy)                                  \
    {                                                                                                        \
        const uint8_t *v = x;                                                                                \
                                                                                                             \
        for (; m > MOST_X; m -= 4, v += 4 * x_stride, y += 4 * ldy)                                          \
            DOT_ROWS(name, kind, chunk_bytes, 4);                                                            \
        if (m == 5)                                                                                          \
            DOT_ROWS(name, kind, chunk_bytes, 5);                                                            \
        else if (m == 4)                                                                                     \
            DOT_ROWS(name, kind, chunk_bytes, 4);                                                            \
        else if (m == 3)                                                                                     \
            DOT_ROWS(name, kind, chunk_bytes, 3);                                                            \
        else if (m == 2)                                                                                     \
            DOT_ROWS(name, kind, chunk_bytes, 2);                                                            \
        else if (m == 1)                                                                                     \
            DOT_ROWS(name, kind, chunk_bytes, 1);                                                            \
    }

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
