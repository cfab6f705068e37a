/* The table of kernels. The portable C row is assigned first, then each instruction set that both the
 * machine and the mask allow overwrites what it does better. One file = one family x one instruction set. */
#ifndef QUILL_KERNELS_KERNELS_H
#define QUILL_KERNELS_KERNELS_H

#include "kernels/peak.h"
#include "quant/types.h"
#include "quill.h"

/* A matrix product with many rows on both sides, as one unit that cannot be mixed: it has its own form for
 * rows of x and for panels of nr rows of W, and a tile that multiplies mr rows of x with one panel. Every
 * element of the product is computed in the same order whatever the tile it falls in, so results do not
 * depend on how work was split.
 *
 * In every form the k numbers of a row are padded with zeros to a multiple of `group`; a group shares one
 * scale, if the form has scales. */
struct quill_gemm {
    size_t mr, nr;        /* nr divides QUILL_GEMM_CHUNK */
    size_t group;         /* divides QUILL_GEMM_CHUNK */
    size_t element_bytes; /* of a number in either form */
    size_t scale_bytes;   /* of a group's scale; 0: none */
    size_t begin_bytes;   /* of what the sum of a group of W begins with, besides; 0: nothing */

    /* What a thread calls before and after its tiles (quill_gemm_enter, quill_gemm_leave); NULL: nothing. */
    void (*enter)(void), (*leave)(void);

    /* Elements [first, first + n) of a row of k; first is a multiple of group, and n is too unless the row
     * ends there. row: 4-byte aligned. A group with an infinity or a NaN becomes NaN as a whole. */
    void (*pack_x)(const float *x, size_t first, size_t n, size_t k, void *row);
    /* n_rows <= nr rows of k numbers; missing rows count as zero. panel: 64-byte aligned. */
    void (*pack_w)(const float *rows, size_t ld, size_t n_rows, size_t k, void *panel);
    /* y[i * ldy + j] = sum over k of x row i times panel row j; 1 <= m <= mr, n <= nr. x_stride in bytes. */
    void (*tile)(const void *x, size_t x_stride, size_t m, const void *panel, size_t k, float *y, size_t ldy,
                 size_t n);
    /* Packs exp(x) of n >= 1 numbers, up to a common factor that keeps it in range, and returns one over the
     * sum of what was packed. */
    float (*soften)(const float *x, size_t n, void *row);
};
#define QUILL_GEMM_CHUNK 64

enum quill_gemm_form {
    QUILL_GEMM_F32, /* float32 products and sums: for models whose weights are */
    QUILL_GEMM_I16, /* integers of 13 bits (W) and 14 bits (x) with a scale for every 64, products and sums of
                     * a group exact in int32: as good as half floats, at the speed of integers */
    QUILL_GEMM_I8,  /* bytes with a scale for every 64, sums likewise: where what is multiplied may lose as
                     * much as q8_0 does, and instructions for bytes make it faster */
    QUILL_GEMM_FORMS,
};

static inline void quill_gemm_enter(const struct quill_gemm *g)
{
    if (g->enter)
        g->enter();
}
static inline void quill_gemm_leave(const struct quill_gemm *g)
{
    if (g->leave)
        g->leave();
}

static inline size_t quill_gemm_padded(const struct quill_gemm *g, size_t k)
{
    return (k + g->group - 1) / g->group * g->group;
}
/* Bytes of a packed row of x, and of a panel divided by nr. */
static inline size_t quill_gemm_row_bytes(const struct quill_gemm *g, size_t k)
{
    const size_t padded = quill_gemm_padded(g, k);

    return padded * g->element_bytes + padded / g->group * g->scale_bytes;
}
static inline size_t quill_gemm_panel_bytes(const struct quill_gemm *g, size_t k)
{
    return g->nr * (quill_gemm_row_bytes(g, k) + quill_gemm_padded(g, k) / g->group * g->begin_bytes);
}

/* Rows of x as dot products with quantized weights take them: k bytes of int8, then for each block of 32 (of
 * as many as make a multiple of 8; those beyond k are zero) its scale d = max |x| / 127, then for each block
 * d times the sum of its int8, both float32. Float weights take float32 rows. */
#define QUILL_DOT_SMALLEST 1e-30f /* blocks and int8 rows that are smaller throughout are taken as zero */
static inline size_t quill_dot_blocks(size_t k)
{
    return (k / 32 + 7) / 8 * 8;
}
static inline size_t quill_dot_row_bytes(enum quill_type type, size_t k)
{
    return type == QUILL_F32 || type == QUILL_F16 ? k * sizeof(float)
                                                  : k + 2 * quill_dot_blocks(k) * sizeof(float);
}

static inline size_t quill_int8_padded(size_t n)
{
    return (n + 31) / 32 * 32;
}

struct quill_kernels {
    const char *level; /* "c", "avx2", ...: the highest that contributed */

    /* dst[0..n) = the n weights at src. n % block_len == 0; src at any alignment. */
    void (*dequantize[QUILL_TYPE_COUNT])(const void *src, float *dst, size_t n);
    /* y[0..n) = x, rounded to nearest even. */
    void (*to_f16)(const float *x, uint16_t *y, size_t n);

    struct quill_gemm gemm[QUILL_GEMM_FORMS];
    enum quill_gemm_form coarse_form; /* the fastest that loses no more than bytes do */
    struct quill_peak peak[QUILL_PEAKS];

    /* Dot products of few rows of x with weights as they lie in the file:
     *   y[i * ldy + j] = x row i . weight row j,  i < m, j < n_rows;
     * row j begins at rows + j * stride bytes, row i at x + i * x_stride (4-byte aligned). k is a multiple of
     * the type's block. An element is the same whichever rows it is computed with. */
    void (*dot[QUILL_TYPE_COUNT])(const void *rows, size_t stride, size_t n_rows, size_t k, const void *x,
                                  size_t x_stride, size_t m, float *y, size_t ldy);
    /* The same of weights in strips (kernels/strips.h): y [m, n_strips * QUILL_STRIP_ROWS]. NULL where `dot`
     * of rows does as well, and of types that there are no strips of. */
    void (*strips[QUILL_TYPE_COUNT])(const void *strips, size_t n_strips, size_t k, const void *x,
                                     size_t x_stride, size_t m, float *y, size_t ldy);
    /* Makes the row that the quantized types' dot and strips take. k % 32 == 0. A block with an infinity or a
     * NaN becomes NaN as a whole. */
    void (*pack_dot)(const float *x, size_t k, void *row);

    /* Mix of rows of float32 or half floats: y[j] = sum_i a[i] * row_i[j], j < n, i ascending; 0 when n_rows
     * is 0. Rows lie at any alignment of their elements, stride bytes apart. */
    void (*sum[QUILL_F16 + 1])(const float *a, const void *rows, size_t stride, size_t n_rows, float *y,
                               size_t n);

    /* Rows of int8 with one scale each, as key/value caches hold them: n numbers, padded with zeros to n8 =
     * quill_int8_padded(n). The number is q * scale, |q| <= 127. Rows lie one behind the other, at any
     * address. pack_int8: returns the scale; a row with an infinity or a NaN gets the scale NaN. dot_int8:
     * y[i] = (x row) . (row i), i < n_rows: exact in integers, then scaled. sum_int8:  y[j] = sum_i a[i] *
     * row_i[j], j < n8, i ascending. */
    float (*pack_int8)(const float *x, size_t n, int8_t *row);
    void (*dot_int8)(const int8_t *x, float x_scale, const int8_t *rows, const float *scales, size_t n_rows,
                     size_t n8, float *y);
    void (*sum_int8)(const float *a, const int8_t *rows, const float *scales, size_t n_rows, size_t n8,
                     float *y);

    /* Vector kernels; pointers at any float's alignment, n >= 0. An element of add and gelu has the same
     * result wherever it lies in the vector. maximum passes over NaN and is -INFINITY of nothing; softmax and
     * log_sum_exp take -INFINITY as "impossible"; of nothing but impossible values the softmax is all 0 and
     * the log-sum -INFINITY. */
    void (*add)(float *y, const float *x, size_t n); /* y += x */
    void (*gelu)(float *x, size_t n);                /* x = x/2 (1 + erf(x/sqrt 2)) */
    float (*maximum)(const float *x, size_t n);
    void (*softmax)(float *x, size_t n); /* in place */
    float (*log_sum_exp)(const float *x, size_t n);
    void (*layer_norm)(const float *x, const float *gamma, const float *beta, float *y,
                       size_t n); /* eps 1e-5 */
};

/* Fills the table for the machine's flags & mask: see quill_kernel_levels. */
void quill_kernels_init(struct quill_kernels *out, uint32_t cpu_mask);

#endif
