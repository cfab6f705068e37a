/* What strips of every instruction set share: the types there are, and their functions of the table, made of
 * the instruction set's own dot_strip. */
#ifndef QUILL_KERNELS_STRIPS_TYPES_H
#define QUILL_KERNELS_STRIPS_TYPES_H

#include "kernels/rows.h"
#include "kernels/strips.h"
#include "quant/blocks.h"

enum { MOST_X = 5 }; /* rows of x that weights are unpacked for at a time: five beams are usual */
#define AHEAD 4096   /* bytes that weights are asked for before they are used */

/* What a type's weights are: d q + m, or d (q - zero); of the K types d scale q - m minimum. */
struct kind {
    bool is_k, has_min, has_fifth, bytes;
    float zero;
};

struct strip {
    const unsigned char *d, *m, *scales, *fifth, *q;
};

/* Where a block's d and m lie: super-blocks share them. */
static inline size_t halves_at(struct kind kind, size_t block)
{
    return block / (kind.is_k ? QUILL_QK_K / QUILL_QK : 1) * 32;
}

/* y [m, QUILL_STRIP_ROWS] = a strip times m <= MOST_X rows of x; kind and m are constants after inlining. */
static inline __attribute__((always_inline)) void dot_strip(struct kind kind, struct strip s, size_t k,
                                                            const unsigned char *x, size_t x_stride, int m,
                                                            float *y, size_t ldy);

static inline __attribute__((always_inline)) void dot_strips(enum quill_type type, struct kind kind,
                                                             const unsigned char *strips, size_t n_strips,
                                                             size_t k, const unsigned char *x,
                                                             size_t x_stride, int m, float *y, size_t ldy)
{
    const struct quill_strip_parts parts = quill_strip_parts(type, k);
    const size_t bytes = quill_strip_bytes(type, k);

    for (size_t j = 0; j < n_strips; j++, strips += bytes) {
        const struct strip s = {strips, strips + parts.m, strips + parts.scales, strips + parts.fifth,
                                strips + parts.q};
        dot_strip(kind, s, k, x, x_stride, m, y + j * QUILL_STRIP_ROWS, ldy);
    }
}

/* The table's function for one type. */
#define STRIPS(m) dot_strips(type, kind, strips, n_strips, k, v, x_stride, m, y, ldy)
#define STRIP_TYPE(name, id, ...)                                                                            \
    static void dot_##name(const void *strips, size_t n_strips, size_t k, const void *x, size_t x_stride,    \
                           size_t m, float *y, size_t ldy)                                                   \
    {                                                                                                        \
        const enum quill_type type = id;                                                                     \
        const struct kind kind = {__VA_ARGS__};                                                              \
        const unsigned char *v = x;                                                                          \
                                                                                                             \
        for (; m > MOST_X; m -= 4, v += 4 * x_stride, y += 4 * ldy)                                          \
            STRIPS(4);                                                                                       \
        if (m == 5)                                                                                          \
            STRIPS(5);                                                                                       \
        else if (m == 4)                                                                                     \
            STRIPS(4);                                                                                       \
        else if (m == 3)                                                                                     \
            STRIPS(3);                                                                                       \
        else if (m == 2)                                                                                     \
            STRIPS(2);                                                                                       \
        else if (m == 1)                                                                                     \
            STRIPS(1);                                                                                       \
    }

STRIP_TYPE(q4_0, QUILL_Q4_0, .zero = 8.0f)
STRIP_TYPE(q4_1, QUILL_Q4_1, .has_min = true)
STRIP_TYPE(q5_0, QUILL_Q5_0, .has_fifth = true, .zero = 16.0f)
STRIP_TYPE(q5_1, QUILL_Q5_1, .has_min = true, .has_fifth = true)
STRIP_TYPE(q4_k, QUILL_Q4_K, .is_k = true, .has_min = true)
STRIP_TYPE(q5_k, QUILL_Q5_K, .is_k = true, .has_min = true, .has_fifth = true)
STRIP_TYPE(q8_0, QUILL_Q8_0, .bytes = true, .zero = 128.0f)

static inline void fill_strips(struct quill_kernels *out)
{
    out->strips[QUILL_Q4_0] = dot_q4_0;
    out->strips[QUILL_Q4_1] = dot_q4_1;
    out->strips[QUILL_Q5_0] = dot_q5_0;
    out->strips[QUILL_Q5_1] = dot_q5_1;
    out->strips[QUILL_Q4_K] = dot_q4_k;
    out->strips[QUILL_Q5_K] = dot_q5_k;
    out->strips[QUILL_Q8_0] = dot_q8_0;
}

#undef STRIP_TYPE
#undef STRIPS
#endif
