/* What linear.c and attend.c share. */
#ifndef QUILL_KERNELS_ATTEND_H
#define QUILL_KERNELS_ATTEND_H

#include "kernels/compute.h"

/* Rows of x, or queries, that pass by a panel together: whole tiles, and the more of them the oftener what was
 * read is used, until they leave the first-level cache. */
#define QUILL_ROWS_AT_ONCE 24
#define QUILL_MAX_ROWS_AT_ONCE 32
static inline size_t quill_rows_at_once(const struct quill_gemm *gemm)
{
    return (QUILL_ROWS_AT_ONCE + gemm->mr - 1) / gemm->mr * gemm->mr;
}

/* Scratch of one worker in both kinds of attention, part of quill_compute_scratch_bytes. */
size_t quill_attend_scratch_bytes(const struct quill_gemm *gemm, size_t max_keys, size_t max_state);

#endif
