/* What the integer GEMM of every instruction set shares: its numbers and the order of its panels.
 *
 * A row of x: k int16, padded to a multiple of the group, then the scale of each group.
 * A panel: for each group 32 pairs of [nr][2] int16 (the two numbers that one multiply-add instruction adds
 * up lie side by side), then the nr scales of the group. A number is q * scale; |q| is at most X_MAX or
 * W_MAX, so that a group's sum of products stays within int32: 64 * 8191 * 4095 < 2^31. */
#ifndef QUILL_KERNELS_GEMM_I16_H
#define QUILL_KERNELS_GEMM_I16_H

#include "kernels/gemm-int.h"

#define X_MAX 8191
#define W_MAX 4095

_Static_assert((int64_t)GROUP *X_MAX *W_MAX <= INT32_MAX, "a group's sum fits int32");

/* Bytes of one group in a panel. */
static inline size_t group_bytes(size_t nr)
{
    return nr * (GROUP * sizeof(int16_t) + sizeof(float));
}

#endif
