/* Integer GEMM for AVX-512. */
#include "kernels/gemm-i16-tile-avx512.h"

void quill_kernels_gemm_i16_avx512(struct quill_kernels *out)
{
    fill_gemm_i16(out);
}
