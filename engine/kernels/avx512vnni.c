/* AVX-512 VNNI: the integer kernels of AVX-512 and AVX2 with one instruction for product and sum. */
#include "kernels/dot-avx2.h"
#include "kernels/gemm-i16-tile-avx512.h"

void quill_kernels_avx512vnni(struct quill_kernels *out)
{
    fill_gemm_i16(out);
    fill_dots(out);
}
