/* Packing for the integer GEMM of AVX2. */
#ifndef QUILL_KERNELS_GEMM_I16_AVX2_H
#define QUILL_KERNELS_GEMM_I16_AVX2_H

#include <immintrin.h>

#include "kernels/gemm-i16.h"
#include "kernels/transpose-avx2.h"

typedef int16_t element;
static inline void store_group(element *to, const __m256i q[4])
{
    for (int i = 0; i < 4; i++)
        _mm256_storeu_si256((__m256i *)(void *)(to + 16 * i), q[i]);
}

#include "kernels/pack-avx2.h"

/* nr % 8 == 0. */
static inline void pack_panel(const float *rows, size_t ld, size_t n_rows, size_t k, unsigned char *group,
                              size_t nr)
{
    for (size_t i = 0; i < k; i += GROUP, group += group_bytes(nr)) {
        int32_t *pairs = (int32_t *)(void *)group; /* [GROUP / 2][nr] */
        float *scales = (float *)(void *)(pairs + GROUP / 2 * nr);

        for (size_t j = 0; j < nr; j += 8) {
            float q[8][GROUP / 2]; /* pairs of int16, which are only moved */

            for (size_t row = 0; row < 8; row++) {
                __m256 v[VECTORS];
                __m256i packed[VECTORS / 2];

                load_group(rows + (j + row < n_rows ? j + row : 0) * ld + i,
                           j + row >= n_rows ? 0
                           : k - i < GROUP   ? k - i
                                             : GROUP,
                           v);
                scales[j + row] = quantize(v, W_MAX, packed);
                for (int l = 0; l < VECTORS / 2; l++)
                    _mm256_storeu_ps(q[row] + 8 * l, _mm256_castsi256_ps(packed[l]));
            }
            for (size_t l = 0; l < GROUP / 2; l += 8)
                transpose_8x8(q[0] + l, GROUP / 2, (float *)(void *)(pairs + l * nr + j), nr);
        }
    }
}

#endif
