/* The bare instructions that matrix products are made of, on registers alone: what no kernel of a level can
 * exceed. */
#ifndef QUILL_KERNELS_PEAK_H
#define QUILL_KERNELS_PEAK_H

#include <stddef.h>

/* One for each enum quill_gemm_form. */
enum quill_peak_kind {
    QUILL_PEAK_F32,
    QUILL_PEAK_I16, /* products of int16, added up in int32 */
    QUILL_PEAK_I8,  /* products of uint8 and int8, or of two int8, likewise */
    QUILL_PEAKS,
};

struct quill_peak {
    const char
        *instruction; /* one for products and sums, or "A, B"; static; NULL: the level has none of its own */
    size_t products;  /* of a round */
    /* n rounds in which each product is x * y; 0 <= x <= 127, |y| <= 127. Returns the sum of all, which is
     * exact as long as n * |x * y| stays below 2^22. */
    double (*run)(size_t n, int x, int y);
};

struct quill_kernels;

void quill_kernels_peak_c(struct quill_kernels *out);
void quill_kernels_peak_avx2(struct quill_kernels *out);
void quill_kernels_peak_avxvnni(struct quill_kernels *out);
void quill_kernels_peak_avx512(struct quill_kernels *out);
void quill_kernels_peak_avx512vnni(struct quill_kernels *out);
void quill_kernels_peak_amx(struct quill_kernels *out);
void quill_kernels_peak_neon(struct quill_kernels *out);
void quill_kernels_peak_dotprod(struct quill_kernels *out);

#endif
