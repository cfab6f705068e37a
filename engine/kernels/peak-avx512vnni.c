/* Bare instructions of AVX-512 VNNI. */
#include <immintrin.h>

#include "kernels/peak-loop.h"

PEAK_LOOP(run_i16, __m512i, int32_t, __m512i, int16_t, _mm512_dpwssd_epi32)
PEAK_LOOP(run_i8, __m512i, int32_t, __m512i, int8_t, _mm512_dpbusd_epi32)

void quill_kernels_peak_avx512vnni(struct quill_kernels *out)
{
    out->peak[QUILL_PEAK_I16] = PEAK("vpdpwssd", run_i16, __m512i, int16_t);
    out->peak[QUILL_PEAK_I8] = PEAK("vpdpbusd", run_i8, __m512i, int8_t);
}
