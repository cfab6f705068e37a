/* Portable expansion of weights: the reference conversions, one table entry per type. */
#include "kernels/rows.h"

#define ROW(name, type)                                                                                      \
    static void name(const void *src, float *dst, size_t n)                                                  \
    {                                                                                                        \
        quill_dequantize_row(type, src, dst, n);                                                             \
    }

ROW(from_f32, QUILL_F32)
ROW(from_f16, QUILL_F16)
ROW(from_q4_0, QUILL_Q4_0)
ROW(from_q4_1, QUILL_Q4_1)
ROW(from_q5_0, QUILL_Q5_0)
ROW(from_q5_1, QUILL_Q5_1)
ROW(from_q8_0, QUILL_Q8_0)
ROW(from_q4_k, QUILL_Q4_K)
ROW(from_q5_k, QUILL_Q5_K)
ROW(from_q6_k, QUILL_Q6_K)

void quill_kernels_dequant_c(struct quill_kernels *out)
{
    out->dequantize[QUILL_F32] = from_f32;
    out->dequantize[QUILL_F16] = from_f16;
    out->dequantize[QUILL_Q4_0] = from_q4_0;
    out->dequantize[QUILL_Q4_1] = from_q4_1;
    out->dequantize[QUILL_Q5_0] = from_q5_0;
    out->dequantize[QUILL_Q5_1] = from_q5_1;
    out->dequantize[QUILL_Q8_0] = from_q8_0;
    out->dequantize[QUILL_Q4_K] = from_q4_k;
    out->dequantize[QUILL_Q5_K] = from_q5_k;
    out->dequantize[QUILL_Q6_K] = from_q6_k;
}
