/* Matrix steps over the pool: what encoder and decoder are written in. All sizes are in elements, all
 * matrices row-major; [m, k] with leading dimension ld means row i starts at i * ld. Nothing allocates. */
#ifndef QUILL_KERNELS_COMPUTE_H
#define QUILL_KERNELS_COMPUTE_H

#include "base/arena.h"
#include "base/pool.h"
#include "kernels/kernels.h"

/* Weights of a linear layer, [rows = outputs, cols = inputs], as they lie in the file or in an arena. */
struct quill_matrix {
    enum quill_type type;
    size_t rows, cols;
    const void *data; /* borrowed, any alignment; rows * cols / block_len * block_bytes */
};

struct quill_compute {
    struct quill_kernels kernels;
    struct quill_pool *pool; /* borrowed */
    unsigned char *scratch;  /* borrowed; n_threads x scratch_bytes, 64-byte aligned */
    size_t scratch_bytes;
};

/* Scratch of one worker for layers up to max_cols inputs and attention over max_keys keys. */
size_t quill_compute_scratch_bytes(const struct quill_kernels *kernels, size_t max_cols, size_t max_keys,
                                   size_t head_dim);

enum quill_epilogue {
    QUILL_STORE, /* y = x W^T + bias */
    QUILL_GELU,  /* y = gelu(x W^T + bias) */
    QUILL_ADD,   /* y += x W^T + bias */
};

/* x [m, w->cols] (ldx; rows may overlap, as in a convolution), y [m, w->rows] (ldy), bias [w->rows] or NULL.
 * Up to three rows of x take the GEMV path. Each element is one sum over the columns, in an order that the
 * shape and the level decide alone: bit-identical for every number of threads. */
void quill_linear(const struct quill_compute *c, const struct quill_matrix *w, const float *bias,
                  const float *x, size_t ldx, size_t m, float *y, size_t ldy, enum quill_epilogue epilogue);

/* y [m, n] = layer norm of the rows of x. y may be x. */
void quill_norm_rows(const struct quill_compute *c, const float *x, const float *gamma, const float *beta,
                     float *y, size_t m, size_t n);

/* out[i, h*d..] = softmax(scale q_i,h . k_j,h) v_j,h, scale = 1/sqrt(head_dim), for every head h.
 * Element (row i, head h) of q starts at q + i * ldq + h * head_dim; likewise k, v, out.
 * causal: query i sees keys j <= n_key - n_query + i. */
struct quill_attention {
    const float *q, *k, *v;
    float *out;
    size_t ldq, ldk, ldv, ldo;
    size_t n_query, n_key, n_head, head_dim;
    bool causal;
};
void quill_attend(const struct quill_compute *c, const struct quill_attention *a);

#endif
