/* Bare instructions of AVX-VNNI. */
#include <immintrin.h>

#include "kernels/peak-loop.h"

PEAK_LOOP(run_i16, __m256i, int32_t, __m256i, int16_t, _mm256_dpwssd_avx_epi32)
PEAK_LOOP(run_i8, __m256i, int32_t, __m256i, int8_t, _mm256_dpbusd_avx_epi32)

void quill_kernels_peak_avxvnni(struct quill_kernels *out)
{
    out->peak[QUILL_PEAK_I16] = PEAK("vpdpwssd", run_i16, __m256i, int16_t);
    out->peak[QUILL_PEAK_I8] = PEAK("vpdpbusd", run_i8, __m256i, int8_t);
}
