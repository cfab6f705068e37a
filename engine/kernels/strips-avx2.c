/* Strips for AVX2. */
#include "kernels/strips-avx2.h"

void quill_kernels_strips_avx2(struct quill_kernels *out)
{
    fill_strips(out);
}
