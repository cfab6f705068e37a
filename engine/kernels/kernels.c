#include "kernels/kernels.h"

#include "kernels/rows.h"

typedef void fill_fn(struct quill_kernels *out);

/* Lowest first. A level is filled in when all of its mask is allowed; the name is that of the last. */
static const struct level {
    struct quill_kernel_level level;
    fill_fn *fill[8];
} levels[] = {
    {{"c", 0},
     {quill_kernels_gemm_f32_c, quill_kernels_gemm_i16_c, quill_kernels_gemm_i8_c, quill_kernels_dot_c,
      quill_kernels_vec_c, quill_kernels_dequant_c, quill_kernels_peak_c}},
#ifdef QUILL_KERNELS_X86
    {{"avx2", QUILL_CPU_AVX2},
     {quill_kernels_gemm_f32_avx2, quill_kernels_gemm_i16_avx2, quill_kernels_dot_avx2,
      quill_kernels_strips_avx2, quill_kernels_vec_avx2, quill_kernels_dequant_avx2,
      quill_kernels_peak_avx2}},
    {{"avxvnni", QUILL_CPU_AVX2 | QUILL_CPU_AVXVNNI},
     {quill_kernels_avxvnni, quill_kernels_strips_avxvnni, quill_kernels_gemm_i8_avxvnni,
      quill_kernels_peak_avxvnni}},
    {{"avx512", QUILL_CPU_AVX2 | QUILL_CPU_AVX512},
     {quill_kernels_gemm_f32_avx512, quill_kernels_gemm_i16_avx512, quill_kernels_vec_avx512,
      quill_kernels_dequant_avx512, quill_kernels_peak_avx512}},
    {{"avx512vnni", QUILL_CPU_AVX2 | QUILL_CPU_AVX512 | QUILL_CPU_AVX512VNNI},
     {quill_kernels_avx512vnni, quill_kernels_cache_avx512vnni, quill_kernels_strips_avx512vnni,
      quill_kernels_gemm_i8_avx512vnni, quill_kernels_peak_avx512vnni}},
    {{"amx", QUILL_CPU_AVX2 | QUILL_CPU_AVX512 | QUILL_CPU_AVX512VNNI | QUILL_CPU_AMX},
     {quill_kernels_gemm_i16_amx, quill_kernels_gemm_i8_amx, quill_kernels_peak_amx}},
#endif
#ifdef QUILL_KERNELS_AARCH64
    {{"neon", QUILL_CPU_NEON},
     {quill_kernels_gemm_f32_neon, quill_kernels_gemm_i16_neon, quill_kernels_dot_neon,
      quill_kernels_vec_neon, quill_kernels_dequant_neon, quill_kernels_peak_neon}},
    {{"dotprod", QUILL_CPU_NEON | QUILL_CPU_DOTPROD},
     {quill_kernels_dot_dotprod, quill_kernels_peak_dotprod}},
#endif
};

void quill_kernels_init(struct quill_kernels *out, uint32_t cpu_mask)
{
    const uint32_t flags = quill_cpu_flags() & cpu_mask;

    *out = (struct quill_kernels){0};
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        if (levels[i].level.mask & ~flags)
            continue;
        out->level = levels[i].level.name;
        for (fill_fn *const *fill = levels[i].fill; *fill; fill++)
            (*fill)(out);
    }
}

unsigned quill_kernel_levels(struct quill_kernel_level *out, unsigned max)
{
    const uint32_t flags = quill_cpu_flags();
    unsigned n = 0;

    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if ((levels[i].level.mask & ~flags) == 0) {
            if (n < max)
                out[n] = levels[i].level;
            n++;
        }
    return n;
}
