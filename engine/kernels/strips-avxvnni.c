/* Strips for AVX-VNNI. */
#include "kernels/strips-avx2.h"

void quill_kernels_strips_avxvnni(struct quill_kernels *out)
{
    fill_strips(out);
}
