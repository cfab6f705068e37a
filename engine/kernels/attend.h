/* What linear.c and attend.c share. */
#ifndef QUILL_KERNELS_ATTEND_H
#define QUILL_KERNELS_ATTEND_H

#include "kernels/compute.h"

/* Rows of x, or queries, that pass by a panel together: a multiple of every level's mr. */
#define QUILL_ATTEND_ROWS 24

/* Scratch of one worker in both kinds of attention, part of quill_compute_scratch_bytes. */
size_t quill_attend_scratch_bytes(const struct quill_gemm *gemm, size_t max_keys, size_t max_state);

#endif
