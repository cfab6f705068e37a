/* What the byte form of the product shares on every instruction set: its numbers and the order of its panels.
 *
 * A number is q * scale with |q| <= 127. Instructions multiply unsigned bytes with signed ones, so x is
 * stored as q + 128.
 *
 * A row of x: k bytes, padded with X_ZERO to a multiple of the group, then the scale of each group.
 * A panel: for each group 16 quads of [nr][4] int8 (the four numbers that one instruction multiplies and adds
 * up lie side by side), then for each of its nr rows what a sum begins with, -128 times the sum of the
 * group's numbers, as int32, then the nr scales of the group. */
#ifndef QUILL_KERNELS_GEMM_I8_H
#define QUILL_KERNELS_GEMM_I8_H

#include "kernels/gemm-int.h"

#define X_MAX 127
#define W_MAX 127
#define X_ZERO 128

/* Bytes of one group in a panel, and where in it sums' beginnings and scales lie. */
static inline size_t begins_at(size_t nr)
{
    return nr * GROUP;
}
static inline size_t scales_at(size_t nr)
{
    return begins_at(nr) + nr * sizeof(int32_t);
}
static inline size_t group_bytes(size_t nr)
{
    return scales_at(nr) + nr * sizeof(float);
}

#endif
