/* Bare instructions of the portable level, whose products are GCC's and Clang's vectors; on x86-64 SSE2. */
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "kernels/peak-loop.h"

typedef float four __attribute__((vector_size(16)));

#define ADD_FLOATS(sum, a, b) ((sum) + (a) * (b))
PEAK_LOOP(run_f32, four, float, four, float, ADD_FLOATS)

#ifdef __SSE2__
#define ADD_INTEGERS(sum, a, b) _mm_add_epi32(sum, _mm_madd_epi16(a, b))
PEAK_LOOP(run_i16, __m128i, int32_t, __m128i, int16_t, ADD_INTEGERS)
#define INTEGERS PEAK("pmaddwd, paddd", run_i16, __m128i, int16_t)
#else
typedef int32_t four_integers __attribute__((vector_size(16)));

#define ADD_INTEGERS(sum, a, b) ((sum) + (a) * (b))
PEAK_LOOP(run_i16, four_integers, int32_t, four_integers, int32_t, ADD_INTEGERS)
#define INTEGERS PEAK("multiply, add (integers)", run_i16, four_integers, int32_t)
#endif

void quill_kernels_peak_c(struct quill_kernels *out)
{
    out->peak[QUILL_PEAK_F32] = PEAK("multiply, add", run_f32, four, float);
    out->peak[QUILL_PEAK_I16] = INTEGERS;
}
