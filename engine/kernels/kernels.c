#include "kernels/kernels.h"

#include "kernels/rows.h"

void quill_kernels_init(struct quill_kernels *out, uint32_t cpu_mask)
{
    *out = (struct quill_kernels){.level = "c"};
    quill_kernels_gemm_c(out);
    quill_kernels_vec_c(out);
    quill_kernels_dequant_c(out);
#ifdef QUILL_KERNELS_X86
    const uint32_t flags = quill_cpu_flags() & cpu_mask;

    if (flags & QUILL_CPU_AVX2) {
        out->level = "avx2";
        quill_kernels_gemm_avx2(out);
        quill_kernels_vec_avx2(out);
        quill_kernels_dequant_avx2(out);
    }
    if (flags & QUILL_CPU_AVX2 && flags & QUILL_CPU_AVX512) { /* fills up what AVX2 has left */
        out->level = "avx512";
        quill_kernels_gemm_avx512(out);
        quill_kernels_vec_avx512(out);
        quill_kernels_dequant_avx512(out);
    }
#endif
}

/* What quill_kernels_init tells apart, lowest first: a row's mask gives this level where the machine has all of it. */
static const struct quill_kernel_level levels[] = {
    {"c", 0},
#ifdef QUILL_KERNELS_X86
    {"avx2", QUILL_CPU_AVX2},
    {"avx512", QUILL_CPU_AVX2 | QUILL_CPU_AVX512},
#endif
};

unsigned quill_kernel_levels(struct quill_kernel_level *out, unsigned max)
{
    const uint32_t flags = quill_cpu_flags();
    unsigned n = 0;

    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if ((levels[i].mask & ~flags) == 0) {
            if (n < max)
                out[n] = levels[i];
            n++;
        }
    return n;
}
