/* Bare instructions of AVX-512. */
#include <immintrin.h>

#include "kernels/peak-loop.h"

#define ADD_FLOATS(sum, a, b) _mm512_fmadd_ps(a, b, sum)

/* Left to itself, GCC 12 adds the sum to the products and moves the outcome to where the sum was. */
static inline __m512i add_i16(__m512i sum, __m512i a, __m512i b)
{
#ifdef QUILL_NO_ASM /* emulated instructions: tests/kernels/emulate */
    return _mm512_add_epi32(sum, _mm512_madd_epi16(a, b));
#else
    __m512i products;

    __asm__("vpmaddwd %2, %3, %1\n\tvpaddd %1, %0, %0" : "+v"(sum), "=&v"(products) : "v"(a), "v"(b));
    return sum;
#endif
}

PEAK_LOOP(run_f32, __m512, float, __m512, float, ADD_FLOATS)
PEAK_LOOP(run_i16, __m512i, int32_t, __m512i, int16_t, add_i16)

void quill_kernels_peak_avx512(struct quill_kernels *out)
{
    out->peak[QUILL_PEAK_F32] = PEAK("vfmadd231ps", run_f32, __m512, float);
    out->peak[QUILL_PEAK_I16] = PEAK("vpmaddwd, vpaddd", run_i16, __m512i, int16_t);
}
