/* What lies in packed rows and panels of every form, as numbers. The layouts of the integer forms are those of
 * kernels/gemm-i16.h and gemm-i8.h, that of the float form [k] and [k][nr]; test-gemm.c holds the tiles against
 * them. */
#ifndef PACKED_H
#define PACKED_H

#include "check.h"

/* Largest integers of an integer form, and the largest magnitude of a group that is taken as zero. */
int packed_x_max (const struct quill_gemm *gemm);
int packed_w_max (const struct quill_gemm *gemm);
#define PACKED_SMALLEST 1e-30f

/* x[0..k) = the numbers of a packed row; what pads it is checked to be zero. */
void packed_row (const struct quill_gemm *gemm, const void *row, size_t k, double *x);
/* The same of row j of a panel. */
void packed_panel_row (const struct quill_gemm *gemm, const void *panel, size_t k, size_t j, double *w);

/* Scales of group g; 0 in a form without. */
float packed_scale (const struct quill_gemm *gemm, const void *row, size_t k, size_t g);
float packed_panel_scale (const struct quill_gemm *gemm, const void *panel, size_t j, size_t g);

/* Row of x, or row of a panel of its own, as packed by `gemm`: what takes part in a product. */
void packed_x (const struct quill_gemm *gemm, const float *x, size_t k, double *out);
void packed_w (const struct quill_gemm *gemm, const float *w, size_t k, double *out);

/* The product of k packed numbers as a tile makes it. Floats: see check_sum, both within max. Integers: the
 * sum of a group is exact; rounded are its conversion, the product of its scales, their product (by half an
 * eps of the group's share each), and each of the additions (by half an eps of at most all shares). */
void packed_check_product (const struct quill_gemm *gemm, float value, const double *x, const double *w,
                           size_t k, double max);

#endif
