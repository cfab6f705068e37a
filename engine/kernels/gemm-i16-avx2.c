/* Integer GEMM for AVX2. */
#include "kernels/gemm-i16-tile-avx2.h"

void quill_kernels_gemm_i16_avx2(struct quill_kernels *out)
{
    fill_gemm_i16(out);
}
