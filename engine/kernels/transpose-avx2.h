/* Packs rows [n_rows, k] into a panel [k][nr]: 8 x 8 pieces are transposed in registers. nr % 8 == 0; panel
 * columns beyond n_rows become zero. Included by the GEMM of each instruction set that has AVX2. */
#ifndef QUILL_KERNELS_TRANSPOSE_AVX2_H
#define QUILL_KERNELS_TRANSPOSE_AVX2_H

#include <immintrin.h>
#include <stddef.h>

static inline void transpose_8x8(const float *rows, size_t ld, float *out, size_t ld_out)
{
    __m256 a[8], b[8];

    for (int i = 0; i < 8; i++)
        a[i] = _mm256_loadu_ps(rows + (size_t)i * ld);
    for (int i = 0; i < 8; i += 2) {
        b[i] = _mm256_unpacklo_ps(a[i], a[i + 1]);
        b[i + 1] = _mm256_unpackhi_ps(a[i], a[i + 1]);
    }
    for (int i = 0; i < 8; i += 4) {
        a[i] = _mm256_shuffle_ps(b[i], b[i + 2], 0x44);
        a[i + 1] = _mm256_shuffle_ps(b[i], b[i + 2], 0xee);
        a[i + 2] = _mm256_shuffle_ps(b[i + 1], b[i + 3], 0x44);
        a[i + 3] = _mm256_shuffle_ps(b[i + 1], b[i + 3], 0xee);
    }
    for (int i = 0; i < 4; i++) {
        _mm256_storeu_ps(out + (size_t)i * ld_out, _mm256_permute2f128_ps(a[i], a[i + 4], 0x20));
        _mm256_storeu_ps(out + (size_t)(i + 4) * ld_out, _mm256_permute2f128_ps(a[i], a[i + 4], 0x31));
    }
}

static inline void pack_rows(const float *rows, size_t ld, size_t n_rows, size_t k, float *panel, size_t nr)
{
    for (size_t j = 0; j < nr; j += 8) {
        size_t i = 0;
        if (j + 8 <= n_rows)
            for (; i + 8 <= k; i += 8)
                transpose_8x8(rows + j * ld + i, ld, panel + i * nr + j, nr);
        for (; i < k; i++)
            for (size_t row = j; row < j + 8; row++)
                panel[i * nr + row] = row < n_rows ? rows[row * ld + i] : 0.0f;
    }
}

#endif
