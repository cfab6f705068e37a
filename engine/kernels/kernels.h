/* The table of kernels. The portable C row is assigned first, then each instruction set that both the
 * machine and the mask allow overwrites what it does better. One file = one family x one instruction set. */
#ifndef QUILL_KERNELS_KERNELS_H
#define QUILL_KERNELS_KERNELS_H

#include "quant/types.h"
#include "quill.h"

struct quill_kernels {
    const char *level; /* "c", "avx2", "avx512": the highest that contributed */

    /* dst[0..n) = the n weights at src. n % block_len == 0; src at any alignment. */
    void (*dequantize[QUILL_TYPE_COUNT])(const void *src, float *dst, size_t n);

    /* Float GEMM, as one unit that cannot be mixed: nr rows of W are packed into a panel, then multiplied
     * with mr rows of x at a time. Every output element is the sum over k in ascending order whatever the
     * tile it falls in, so results do not depend on how work was split.
     *   panel: [k][nr], 64-byte aligned; rows beyond n_rows are zero.
     *   tile:  y[i * ldy + j] = sum_k x[i * ldx + k] * panel[k][j], i < m <= mr, j < n <= nr. */
    struct {
        size_t mr, nr;
        void (*pack)(const float *rows, size_t ld, size_t n_rows, size_t k, float *panel);
        void (*tile)(const float *x, size_t ldx, size_t m, const float *panel, size_t k, float *y, size_t ldy,
                     size_t n);
    } gemm;

    /* GEMV over float rows: y[i] = sum_k x[k] * rows[i * ld + k], i < n_rows. The sum of a row is the same
     * whichever rows it is computed with. */
    void (*dot_rows)(const float *x, const float *rows, size_t ld, size_t n_rows, size_t k, float *y);

    /* Mix of float rows: y[j] = sum_i a[i] * rows[i * ld + j], j < n, i ascending; 0 when n_rows is 0. */
    void (*sum_rows)(const float *a, const float *rows, size_t ld, size_t n_rows, float *y, size_t n);

    /* Vector kernels; pointers at any float's alignment, n >= 0. An element of add and gelu has the same
     * result wherever it lies in the vector. softmax and log_sum_exp take -INFINITY as "impossible"; of
     * nothing but impossible values the softmax is all 0 and the log-sum -INFINITY. */
    void (*add)(float *y, const float *x, size_t n); /* y += x */
    void (*gelu)(float *x, size_t n);                /* x = x/2 (1 + erf(x/sqrt 2)) */
    void (*softmax)(float *x, size_t n);             /* in place */
    float (*log_sum_exp)(const float *x, size_t n);
    void (*layer_norm)(const float *x, const float *gamma, const float *beta, float *y,
                       size_t n); /* eps 1e-5 */
};

/* Fills the table for the machine's flags & mask. AVX-512 needs AVX2 allowed too. */
void quill_kernels_init(struct quill_kernels *out, uint32_t cpu_mask);

#endif
