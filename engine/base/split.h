/* The planning function: whether and how a step is worth splitting. Pure; tested by its numbers. */
#ifndef QUILL_BASE_SPLIT_H
#define QUILL_BASE_SPLIT_H

#include <stddef.h>

struct quill_split {
    unsigned n_tasks;    /* >= 1 when there is anything to do */
    size_t per_task;     /* items (rows, heads) of a task; the last may have fewer */
};

/* Output rows of a product, in units of `granule` rows that must stay together; cost_per_row in
 * multiply-adds (the inner length times the number of right-hand rows). */
struct quill_split quill_split_rows(size_t n_rows, size_t granule, size_t cost_per_row, unsigned n_threads);

/* A product of many rows on both sides: tasks share out rows of x, so that each of those is read by one thread,
 * and, where there are too few for the threads, rows of the weights as well. */
struct quill_grid {
    unsigned n_across, n_down; /* tasks over rows of the weights, and over rows of x; >= 1 when there is work */
    size_t rows_per_task;      /* a multiple of granule */
    size_t m_per_task;         /* a multiple of m_granule */
};
struct quill_grid quill_split_grid(size_t n_rows, size_t granule, size_t m, size_t m_granule, size_t n_cols,
                                   unsigned n_threads);

/* Attention heads. One query row: only with many heads and long keys; many rows: heads are grouped so that
 * each thread gets few, large tasks. */
struct quill_split quill_split_heads(size_t n_heads, size_t n_query, size_t n_key, size_t head_dim,
                                     unsigned n_threads);

#endif
