/* AVX-VNNI: the integer kernels of AVX2 with one instruction for product and sum. */
#include "kernels/dot-avx2.h"
#include "kernels/gemm-i16-tile-avx2.h"

void quill_kernels_avxvnni(struct quill_kernels *out)
{
    fill_gemm_i16(out);
    fill_dots(out);
}
