/* What the integer forms of the product share: numbers in groups of 64 that have one scale. */
#ifndef QUILL_KERNELS_GEMM_INT_H
#define QUILL_KERNELS_GEMM_INT_H

#include <stddef.h>
#include <stdint.h>

#define GROUP 64
/* Groups that are smaller throughout are taken as zero: the inverse of their scale would overflow. */
#define SMALLEST 1e-30f

static inline size_t n_groups(size_t k)
{
    return (k + GROUP - 1) / GROUP;
}

#endif
