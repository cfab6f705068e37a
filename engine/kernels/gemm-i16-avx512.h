/* Packing for the integer GEMM of every instruction set that has AVX-512. */
#ifndef QUILL_KERNELS_GEMM_I16_AVX512_H
#define QUILL_KERNELS_GEMM_I16_AVX512_H

#include <immintrin.h>

#include "kernels/gemm-i16.h"
#include "kernels/transpose-avx2.h"

typedef int16_t element;
static inline void store_group(element *to, const __m512i q[GROUP / 16])
{
    for (int i = 0; i < GROUP / 16; i++)
        _mm256_storeu_si256((__m256i *)(void *)(to + 16 * i), _mm512_cvtepi32_epi16(q[i]));
}

static inline __m512 group_sums(const element *group)
{
    const __m512i ones = _mm512_set1_epi16(1);
    __m512i sum = _mm512_madd_epi16(_mm512_loadu_si512(group), ones);

    return _mm512_cvtepi32_ps(_mm512_add_epi32(sum, _mm512_madd_epi16(_mm512_loadu_si512(group + 32), ones)));
}

#include "kernels/pack-avx512.h"

/* n <= GROUP numbers of a row as int16; returns their scale. */
static inline float quantize_row(const float *row, size_t n, int16_t to[GROUP])
{
    __m512 v[VECTORS];
    __m512i q[VECTORS];

    load_group(row, n, 0.0f, v);
    const float scale = quantize(v, W_MAX, q);
    store_group(to, q);
    return scale;
}

#endif
