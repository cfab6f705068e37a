/* Byte GEMM for AVX-VNNI. */
#include <immintrin.h>

#include "kernels/gemm-i8.h"
#include "kernels/rows.h"
#include "kernels/tile-avx2.h"
#include "kernels/transpose-avx2.h"
#include "kernels/vnni.h"

/* 64 numbers of int16 as bytes. (The pack works on halves: they are put in order again.) */
static inline void narrow_group(const __m256i q[4], __m256i bytes[2])
{
    for (int i = 0; i < 2; i++)
        bytes[i] = _mm256_permute4x64_epi64(_mm256_packs_epi16(q[2 * i], q[2 * i + 1]), 0xd8);
}

typedef uint8_t element;
static inline void store_group(element *to, const __m256i q[4])
{
    const __m256i zero = _mm256_set1_epi8((char)X_ZERO);
    __m256i bytes[2];

    /* To add 128 to a signed byte is to turn its sign over. */
    narrow_group(q, bytes);
    for (int i = 0; i < 2; i++)
        _mm256_storeu_si256((__m256i *)(void *)(to + 32 * i), _mm256_xor_si256(bytes[i], zero));
}

#include "kernels/pack-avx2.h"

static inline int32_t sum_of_group(const __m256i q[4])
{
    const __m256i ones = _mm256_set1_epi16(1);
    __m256i sum = _mm256_setzero_si256();

    for (int i = 0; i < 4; i++)
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(q[i], ones));
    __m128i s = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0x4e));
    s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0xb1));
    return _mm_cvtsi128_si32(s);
}

/* 8 rows of a group of n numbers, from column j of the panel on. */
static void pack_rows_of_group(const float *rows, size_t ld, size_t n_rows, size_t n, unsigned char *group,
                               size_t j)
{
    int32_t *begins = (int32_t *)(void *)(group + begins_at(NR));
    float *scales = (float *)(void *)(group + scales_at(NR)), *quads = (float *)(void *)group;
    float moved[8][GROUP / 4]; /* quads of int8 */

    for (size_t row = 0; row < 8; row++) {
        const bool there = j + row < n_rows;
        __m256 v[VECTORS];
        __m256i q[VECTORS / 2], bytes[2];

        load_group(rows + (there ? j + row : 0) * ld, there ? n : 0, v);
        scales[j + row] = quantize(v, W_MAX, q);
        begins[j + row] = -X_ZERO * sum_of_group(q);
        narrow_group(q, bytes);
        for (int l = 0; l < 2; l++)
            _mm256_storeu_ps(moved[row] + 8 * l, _mm256_castsi256_ps(bytes[l]));
    }
    for (size_t l = 0; l < GROUP / 4; l += 8)
        transpose_8x8(moved[0] + l, GROUP / 4, quads + l * NR + j, NR);
}

static void pack_w(const float *rows, size_t ld, size_t n_rows, size_t k, void *panel)
{
    unsigned char *group = panel;

    assert(n_rows <= NR);
    for (size_t i = 0; i < k; i += GROUP, group += group_bytes(NR))
        for (size_t j = 0; j < NR; j += 8)
            pack_rows_of_group(rows + i, ld, n_rows, k - i < GROUP ? k - i : GROUP, group, j);
}

static void tile(const void *x, size_t x_stride, size_t m, const void *panel, size_t k, float *y, size_t ldy,
                 size_t n)
{
    const unsigned char *rows[MR], *group = panel;
    const size_t x_scales_at = n_groups(k) * GROUP;
    __m256 sum[MR][2];

    start_tile(x, x_stride, m, n, &rows, &sum);
    for (size_t g = 0; g < n_groups(k); g++, group += group_bytes(NR)) {
        const unsigned char *quads = group, *begins = group + begins_at(NR);
        __m256i part[MR][2];

#pragma GCC unroll 6
        for (int i = 0; i < MR; i++) {
            part[i][0] = load(begins);
            part[i][1] = load(begins + 32);
        }
        for (size_t l = 0; l < GROUP; l += 4, quads += NR * 4) {
            const __m256i b0 = load(quads), b1 = load(quads + 32);
#pragma GCC unroll 6
            for (int i = 0; i < MR; i++) {
                const __m256i a = _mm256_castps_si256(broadcast(rows[i] + g * GROUP + l));
                part[i][0] = add_bytes_256(part[i][0], a, b0);
                part[i][1] = add_bytes_256(part[i][1], a, b1);
            }
        }
        add_scaled(part, rows, x_scales_at + g * sizeof(float), group + scales_at(NR), sum);
    }
    store_tile(&sum, m, y, ldy, n);
}

void quill_kernels_gemm_i8_avxvnni(struct quill_kernels *out)
{
    struct quill_gemm *gemm = &out->gemm[QUILL_GEMM_I8];

    gemm->mr = MR;
    gemm->nr = NR;
    gemm->pack_x = pack_x;
    gemm->pack_w = pack_w;
    gemm->tile = tile;
    gemm->soften = soften;
    out->coarse_form = QUILL_GEMM_I8;
}
