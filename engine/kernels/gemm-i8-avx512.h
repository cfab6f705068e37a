/* Packing for the byte GEMM of every instruction set that has AVX-512. */
#ifndef QUILL_KERNELS_GEMM_I8_AVX512_H
#define QUILL_KERNELS_GEMM_I8_AVX512_H

#include <immintrin.h>

#include "kernels/gemm-i8.h"
#include "kernels/transpose-avx2.h"

typedef uint8_t element;

/* 64 numbers as bytes. (Packing works on quarters: they are put in order again.) */
static inline __m512i narrow_group(const __m512i q[GROUP / 16])
{
    const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);

    return _mm512_permutexvar_epi32(
        order, _mm512_packs_epi16(_mm512_packs_epi32(q[0], q[1]), _mm512_packs_epi32(q[2], q[3])));
}

/* To add 128 to a signed byte is to turn its sign over. */
static inline void store_group(element *to, const __m512i q[GROUP / 16])
{
    _mm512_storeu_si512(to, _mm512_xor_si512(narrow_group(q), _mm512_set1_epi8((char)X_ZERO)));
}

static inline __m512 group_sums(const element *group)
{
    const __m512i q = _mm512_xor_si512(_mm512_loadu_si512(group), _mm512_set1_epi8((char)X_ZERO));

    /* Of numbers that are not negative. */
    return _mm512_cvtepi32_ps(_mm512_sad_epu8(q, _mm512_setzero_si512()));
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
        for (int l = 0; l < VECTORS; l++)
            sum = _mm512_add_epi32(sum, q[l]);
        _mm512_storeu_si512(bytes[row], narrow_group(q));
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
