#include "kernels/kernels.h"

#include "kernels/rows.h"

void quill_kernels_init(struct quill_kernels *out, uint32_t cpu_mask)
{
    *out = (struct quill_kernels){.level = "c"};
    quill_kernels_gemm_c(out);
    quill_kernels_vec_c(out);
    quill_kernels_dequant_c(out);
}
