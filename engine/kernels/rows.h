/* Rows of the table: each function assigns the kernels of one family for one instruction set. */
#ifndef QUILL_KERNELS_ROWS_H
#define QUILL_KERNELS_ROWS_H

#include "kernels/kernels.h"

void quill_kernels_gemm_f32_c(struct quill_kernels *out);
void quill_kernels_gemm_i16_c(struct quill_kernels *out);
void quill_kernels_gemm_i8_c(struct quill_kernels *out);
void quill_kernels_dot_c(struct quill_kernels *out);
void quill_kernels_vec_c(struct quill_kernels *out);
void quill_kernels_dequant_c(struct quill_kernels *out);

/* Only on x86-64, and only to be called when the machine has the instructions; those of a later level
 * overwrite some of what an earlier one has assigned. */
void quill_kernels_gemm_f32_avx2(struct quill_kernels *out);
void quill_kernels_gemm_i16_avx2(struct quill_kernels *out);
void quill_kernels_dot_avx2(struct quill_kernels *out);
void quill_kernels_vec_avx2(struct quill_kernels *out);
void quill_kernels_dequant_avx2(struct quill_kernels *out);
void quill_kernels_strips_avx2(struct quill_kernels *out);
void quill_kernels_avxvnni(struct quill_kernels *out);
void quill_kernels_strips_avxvnni(struct quill_kernels *out);
void quill_kernels_gemm_i8_avxvnni(struct quill_kernels *out);
void quill_kernels_gemm_i16_avx512(struct quill_kernels *out);
void quill_kernels_gemm_f32_avx512(struct quill_kernels *out);
void quill_kernels_vec_avx512(struct quill_kernels *out);
void quill_kernels_dequant_avx512(struct quill_kernels *out);
void quill_kernels_avx512vnni(struct quill_kernels *out);
void quill_kernels_cache_avx512vnni(struct quill_kernels *out);
void quill_kernels_strips_avx512vnni(struct quill_kernels *out);
void quill_kernels_gemm_i8_avx512vnni(struct quill_kernels *out);
void quill_kernels_gemm_i16_amx(struct quill_kernels *out);
void quill_kernels_gemm_i8_amx(struct quill_kernels *out);

/* Only on aarch64, likewise. */
void quill_kernels_gemm_f32_neon(struct quill_kernels *out);
void quill_kernels_gemm_i16_neon(struct quill_kernels *out);
void quill_kernels_dot_neon(struct quill_kernels *out);
void quill_kernels_vec_neon(struct quill_kernels *out);
void quill_kernels_dequant_neon(struct quill_kernels *out);
void quill_kernels_dot_dotprod(struct quill_kernels *out);

#endif
