/* Packing for the integer GEMM of every instruction set that has AVX-512. */
#ifndef QUILL_KERNELS_GEMM_I16_AVX512_H
#define QUILL_KERNELS_GEMM_I16_AVX512_H

#include <immintrin.h>

#include "kernels/gemm-i16.h"
#include "kernels/transpose-avx2.h"

typedef int16_t element;
static inline void store_numbers(element *to, __m512i q)
{
    _mm256_storeu_si256((__m256i *)(void *)to, _mm512_cvtepi32_epi16(q));
}

#include "kernels/pack-avx512.h"

/* n <= GROUP numbers of a row as int16; returns their scale. */
static inline float quantize_row(const float *row, size_t n, int16_t to[GROUP])
{
    __m512 v[VECTORS];
    __m512i q[VECTORS];

    load_group(row, n, 0.0f, v);
    const float scale = quantize(v, W_MAX, q);
    for (int i = 0; i < VECTORS; i++)
        store_numbers(to + 16 * i, q[i]);
    return scale;
}

#endif
