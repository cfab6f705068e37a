/* Bare instructions of AVX2 and FMA. */
#include <immintrin.h>

#include "kernels/peak-loop.h"

#define ADD_FLOATS(sum, a, b) _mm256_fmadd_ps(a, b, sum)
#define ADD_I16(sum, a, b) _mm256_add_epi32(sum, _mm256_madd_epi16(a, b))
PEAK_LOOP(run_f32, __m256, float, __m256, float, ADD_FLOATS)
PEAK_LOOP(run_i16, __m256i, int32_t, __m256i, int16_t, ADD_I16)

void quill_kernels_peak_avx2(struct quill_kernels *out)
{
    out->peak[QUILL_PEAK_F32] = PEAK("vfmadd231ps", run_f32, __m256, float);
    out->peak[QUILL_PEAK_I16] = PEAK("vpmaddwd, vpaddd", run_i16, __m256i, int16_t);
}
