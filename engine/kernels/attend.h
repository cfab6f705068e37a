/* Scratch of one worker in quill_attend, part of quill_compute_scratch_bytes. */
#ifndef QUILL_KERNELS_ATTEND_H
#define QUILL_KERNELS_ATTEND_H

#include "kernels/compute.h"

size_t quill_attend_scratch_bytes(const struct quill_kernels *kernels, size_t max_keys, size_t head_dim);

#endif
