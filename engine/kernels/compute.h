/* Matrix steps over the pool: what encoder and decoder are written in. Matrices are row-major; sizes are in
 * elements and strides in bytes. Nothing allocates. Results are bit-identical for every number of threads.
 *
 * There are two kinds of product, after what limits them. Where hundreds of rows pass by (the encoder) it is
 * arithmetic: rows are packed once in the form of a struct quill_gemm, weights just before they pass by.
 * Where a token or a few pass by (the decoder) it is reading the weights: they are used as they lie in the
 * file, or in strips (kernels/strips.h) that were made of them once. */
#ifndef QUILL_KERNELS_COMPUTE_H
#define QUILL_KERNELS_COMPUTE_H

#include "base/arena.h"
#include "base/pool.h"
#include "base/trace.h"
#include "kernels/kernels.h"

/* Weights of a linear layer, [rows = outputs, cols = inputs], as they lie in the file or in an arena. */
struct quill_matrix {
    enum quill_type type;
    size_t rows, cols;
    const void *data; /* borrowed, any alignment; rows * cols / block_len * block_bytes */
    const void
        *strips; /* borrowed; the same in strips, for kernels that multiply those; NULL: there are none */
};

/* out [w->cols] = row i. */
void quill_matrix_row(const struct quill_kernels *kernels, const struct quill_matrix *w, size_t i,
                      float *out);

struct quill_compute {
    struct quill_kernels kernels;
    struct quill_pool *pool; /* borrowed */
    unsigned char *scratch;  /* borrowed; n_threads x scratch_bytes, 64-byte aligned */
    size_t scratch_bytes;
    unsigned char *panels; /* borrowed; of all workers, 64-byte aligned: packed weights of a product */
    size_t panels_bytes;   /* see quill_compute_panels_bytes */
    unsigned char *work;   /* borrowed; quill_model_work_bytes, 64-byte aligned: what one step of encoder or
                            * decoder needs until it ends */
    struct quill_trace *trace; /* borrowed; NULL: nobody asks where time goes */
};

/* Scratch of one worker for layers up to max_cols inputs, attention over max_keys keys, and rows of
 * max_state. */
size_t quill_compute_scratch_bytes(const struct quill_kernels *kernels, size_t max_cols, size_t max_keys,
                                   size_t max_state);

/* What panels need for layers up to max_cols inputs if they are to be of some number of bytes, but at least
 * as many as a product can do with; and of how many they are best: most matrices of the small models, and
 * still in a second-level cache of 2 MiB, which is what was measured. */
#define QUILL_PANELS_BYTES (3u << 19)
size_t quill_compute_panels_bytes(const struct quill_kernels *kernels, size_t max_cols, size_t bytes);

/* ---- where results go ------------------------------------------------------------------------------- */

enum quill_store {
    QUILL_STORE_F32,
    QUILL_STORE_F16,
    QUILL_STORE_ADD,    /* added to the float32 that are there */
    QUILL_STORE_PACKED, /* rows in the form of the struct quill_gemm that multiplies; not for quill_dot_linear
                         */
};
struct quill_target {
    void *y;
    size_t stride; /* bytes from row to row */
    enum quill_store store;
    bool gelu; /* of the result, before it is stored */
};

/* ---- many rows -------------------------------------------------------------------------------------- */

/* packed [m] rows of k in the form of gemm; x [m, k] float32 (stride in bytes; rows may overlap, as in a
 * convolution). */
void quill_pack_rows(const struct quill_compute *c, const struct quill_gemm *gemm, const float *x,
                     size_t x_stride, size_t m, size_t k, void *packed);

/* The same of the layer norm of the rows of x [m, n]. */
void quill_pack_norm(const struct quill_compute *c, const struct quill_gemm *gemm, const float *x,
                     const float *gamma, const float *beta, size_t m, size_t n, void *packed);

/* target [m, w->rows] = x W^T + bias; x: m packed rows of w->cols; bias [w->rows] or NULL. */
void quill_gemm_linear(const struct quill_compute *c, const struct quill_gemm *gemm,
                       const struct quill_matrix *w, const float *bias, const void *x, size_t m,
                       const struct quill_target *target);

/* Attention of n rows among themselves: out row i, head h = softmax(scale q_i,h . k_j,h) v_j,h with scale =
 * 1/sqrt(head_dim), for each head. Head h of row i of q, k, v begins h * head_dim elements after i * stride
 * bytes. The scores of a few rows at a time are all that exists of the n x n. */
struct quill_window_attention {
    const void *q, *k, *v;
    enum quill_type type; /* of q, k, v: f32 or f16 */
    size_t stride;
    size_t n, n_head, head_dim;
    void *panels;                      /* [quill_attend_panels_bytes], 64-byte aligned: working memory */
    void *out;                         /* n packed rows of n_head * head_dim, for the product that follows */
    const struct quill_gemm *out_gemm; /* their form */
};
size_t quill_attend_panels_bytes(const struct quill_gemm *gemm, size_t n, size_t n_head, size_t head_dim);
void quill_attend_window(const struct quill_compute *c, const struct quill_gemm *gemm,
                         const struct quill_window_attention *a);

/* ---- few rows --------------------------------------------------------------------------------------- */

/* y [m, n] = layer norm of the rows of x. y may be x. */
void quill_norm_rows(const struct quill_compute *c, const float *x, const float *gamma, const float *beta,
                     float *y, size_t m, size_t n);

/* target [m, w->rows] = x W^T + bias; x [m, w->cols] float32. rows: working memory of m *
 * quill_dot_row_bytes(w->type, w->cols) bytes, for quantized weights. A row of the result does not depend on
 * the rows beside it, so tokens fed together give the same bits as one by one. */
void quill_dot_linear(const struct quill_compute *c, const struct quill_matrix *w, const float *bias,
                      const float *x, size_t m, void *rows, const struct quill_target *target);

/* What the rows of a cache are. */
enum quill_cache_form {
    QUILL_CACHE_F32,
    QUILL_CACHE_F16,  /* what lies beyond the largest half float, 65504, becomes that; NaN stays */
    QUILL_CACHE_INT8, /* with a scale for each row: see struct quill_kernels */
    QUILL_CACHE_FORMS,
};

/* Keys or values of a layer, in pages of page_len positions. A page has them by heads: row i of head h is
 * what its position i has for it. */
struct quill_cache {
    enum quill_cache_form form;
    size_t n_head, head_dim, page_len;
    void *rows;         /* borrowed; of page 0: [n_head, page_len] rows of quill_cache_row_bytes */
    size_t page_bytes;  /* from a page's rows to those of the next */
    float *scales;      /* borrowed; of page 0: [n_head, page_len] of int8 rows; unused otherwise */
    size_t page_scales; /* from a page's scales to those of the next */
};
size_t quill_cache_row_bytes(enum quill_cache_form form, size_t head_dim);
/* Of a row's scale; 0: it has none. */
static inline size_t quill_cache_scale_bytes(enum quill_cache_form form)
{
    return form == QUILL_CACHE_INT8 ? sizeof(float) : 0;
}

/* Positions first .. first + n of a page = the rows of x [n, n_head * head_dim]. */
void quill_cache_store(const struct quill_compute *c, const struct quill_cache *cache, size_t page,
                       size_t first, const float *x, size_t n);

/* What a query looks at: n_key positions, of which pages[0] has the first page_len, pages[1] the next, and so
 * on. */
struct quill_cache_view {
    const uint32_t *pages; /* borrowed */
    size_t n_key;          /* >= 1 */
};

/* Attention of few queries over a cache: out row i, head h = softmax(scale q_i,h . k_j,h) v_j,h over the keys
 * j of its view. A row does not depend on the rows beside it, nor on which pages it is that its view has. */
struct quill_cache_attention {
    const float *q;                       /* [n_query, n_head * head_dim] */
    const struct quill_cache *k, *v;      /* of the same shape */
    float *out;                           /* [n_query, n_head * head_dim]; not q */
    const struct quill_cache_view *views; /* [n_query] */
    size_t n_query;
};
void quill_attend_cache(const struct quill_compute *c, const struct quill_cache_attention *a);

/* How the queries share out the attention of one head among the first n_key keys of their views, which have
 * no fewer: weights [n_query, n_key], row i = softmax(scale q_i,head . k_j,head). a->out is not touched. */
void quill_attend_weights(const struct quill_compute *c, const struct quill_cache_attention *a, size_t head,
                          size_t n_key, float *weights);

#endif
