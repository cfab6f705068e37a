/* Packing for the byte GEMM of every instruction set that has AVX-512. */
#ifndef QUILL_KERNELS_GEMM_I8_AVX512_H
#define QUILL_KERNELS_GEMM_I8_AVX512_H

#include <immintrin.h>

#include "kernels/gemm-i8.h"
#include "kernels/transpose-avx2.h"

typedef uint8_t element;
static inline void store_numbers(element *to, __m512i q)
{
    const __m128i zero = _mm_set1_epi8((char)X_ZERO);

    /* To add 128 to a signed byte is to turn its sign over. */
    _mm_storeu_si128((__m128i *)(void *)to, _mm_xor_si128(_mm512_cvtepi32_epi8(q), zero));
}

#include "kernels/pack-avx512.h"

/* 8 rows of a group, from column j of the panel on. */
static inline void pack_rows_of_group(const float *rows, size_t ld, size_t n_rows, size_t n,
                                      unsigned char *group, size_t nr, size_t j)
{
    int32_t *begins = (int32_t *)(void *)(group + begins_at(nr));
    float *scales = (float *)(void *)(group + scales_at(nr)), *quads = (float *)(void *)group;
    float bytes[8][GROUP / 4]; /* quads of int8, which are only moved */

    for (size_t row = 0; row < 8; row++) {
        const bool there = j + row < n_rows;
        __m512i q[VECTORS], sum = _mm512_setzero_si512();
        __m512 v[VECTORS];

        load_group(rows + (there ? j + row : 0) * ld, there ? n : 0, 0.0f, v);
        scales[j + row] = quantize(v, W_MAX, q);
        for (int l = 0; l < VECTORS; l++) {
            sum = _mm512_add_epi32(sum, q[l]);
            _mm_storeu_si128((__m128i *)(void *)(bytes[row] + 4 * l), _mm512_cvtepi32_epi8(q[l]));
        }
        begins[j + row] = -X_ZERO * _mm512_reduce_add_epi32(sum);
    }
    for (size_t l = 0; l < GROUP / 4; l += 8)
        transpose_8x8(bytes[0] + l, GROUP / 4, quads + l * nr + j, nr);
}

/* nr % 8 == 0. */
static inline void pack_panel(const float *rows, size_t ld, size_t n_rows, size_t k, unsigned char *group,
                              size_t nr)
{
    for (size_t i = 0; i < k; i += GROUP, group += group_bytes(nr))
        for (size_t j = 0; j < nr; j += 8)
            pack_rows_of_group(rows + i, ld, n_rows, k - i < GROUP ? k - i : GROUP, group, nr, j);
}

#endif
