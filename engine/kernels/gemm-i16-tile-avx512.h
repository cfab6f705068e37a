/* Integer GEMM for AVX-512, without and with the instruction that multiplies and adds in one go: each
 * includes this and calls fill_gemm_i16. */
#ifndef QUILL_KERNELS_GEMM_I16_TILE_AVX512_H
#define QUILL_KERNELS_GEMM_I16_TILE_AVX512_H

#include "kernels/gemm-i16-avx512.h"
#include "kernels/rows.h"

#define MR 12
#define NR 32 /* 12 x 2 sums, 2 of the panel, 1 of x and 1 product of 32 registers */

static void pack_w(const float *rows, size_t ld, size_t n_rows, size_t k, void *panel)
{
    unsigned char *group = panel;

    assert(n_rows <= NR);
    for (size_t i = 0; i < k; i += GROUP, group += group_bytes(NR)) {
        float *pairs = (float *)(void *)group; /* [GROUP / 2][NR], which are only moved */
        float *scales = pairs + GROUP / 2 * NR;

        for (size_t j = 0; j < NR; j += 8) {
            float moved[8][GROUP / 2];

            for (size_t row = 0; row < 8; row++) {
                const bool there = j + row < n_rows;
                scales[j + row] = quantize_row(rows + (there ? j + row : 0) * ld + i,
                                               !there          ? 0
                                               : k - i < GROUP ? k - i
                                                               : GROUP,
                                               (int16_t *)moved[row]);
            }
            for (size_t l = 0; l < GROUP / 2; l += 8)
                transpose_8x8(moved[0] + l, GROUP / 2, pairs + l * NR + j, NR);
        }
    }
}

/* sum += products of a and b, added in pairs. (Why assembler: gemm-i16-tile-avx2.h.) */
static inline __m512i multiply_add(__m512i sum, __m512i a, __m512i b)
{
#ifdef __AVX512VNNI__
    return _mm512_dpwssd_epi32(sum, a, b);
#elif defined(QUILL_NO_ASM) /* emulated instructions: tests/kernels/emulate */
    return _mm512_add_epi32(sum, _mm512_madd_epi16(a, b));
#else
    __m512i products;

    __asm__("vpmaddwd %2, %3, %1\n\tvpaddd %1, %0, %0" : "+v"(sum), "=&v"(products) : "v"(a), "v"(b));
    return sum;
#endif
}

static inline __m512 load_floats(const void *p)
{
    return _mm512_load_ps(p);
}

/* Rows that are missing repeat the last one and are not stored. */
static void tile(const void *x, size_t x_stride, size_t m, const void *panel, size_t k, float *y, size_t ldy,
                 size_t n)
{
    const unsigned char *rows[MR], *group = panel;
    const size_t scales_at = n_groups(k) * GROUP * sizeof(int16_t);
    const __mmask16 low = n >= 16 ? (__mmask16)0xffff : (__mmask16)((1u << n) - 1);
    const __mmask16 high = n <= 16 ? (__mmask16)0 : (__mmask16)((1u << (n - 16)) - 1);
    __m512 sum[MR][2];

    assert(m >= 1 && m <= MR && n <= NR);
    for (size_t i = 0; i < MR; i++) {
        rows[i] = (const unsigned char *)x + (i < m ? i : m - 1) * x_stride;
        sum[i][0] = sum[i][1] = _mm512_setzero_ps();
    }
    for (size_t g = 0; g < n_groups(k); g++) {
        __m512i part[MR][2];

#pragma GCC unroll 12
        for (int i = 0; i < MR; i++)
            part[i][0] = part[i][1] = _mm512_setzero_si512();
        for (size_t l = 0; l < GROUP / 2; l++, group += NR * sizeof(int32_t)) {
            const __m512i b0 = _mm512_load_si512(group), b1 = _mm512_load_si512(group + 64);
            const size_t at = (g * GROUP + 2 * l) * sizeof(int16_t);
#pragma GCC unroll 12
            for (int i = 0; i < MR; i++) {
                int32_t pair;
                memcpy(&pair, rows[i] + at, sizeof pair);
                const __m512i a = _mm512_set1_epi32(pair);
                part[i][0] = multiply_add(part[i][0], a, b0);
                part[i][1] = multiply_add(part[i][1], a, b1);
            }
        }
        const __m512 s0 = load_floats(group), s1 = load_floats(group + 64);
        group += NR * sizeof(float);
#pragma GCC unroll 12
        for (int i = 0; i < MR; i++) {
            float scale;
            memcpy(&scale, rows[i] + scales_at + g * sizeof scale, sizeof scale);
            const __m512 s = _mm512_set1_ps(scale);
            sum[i][0] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(part[i][0]), _mm512_mul_ps(s, s0), sum[i][0]);
            sum[i][1] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(part[i][1]), _mm512_mul_ps(s, s1), sum[i][1]);
        }
    }
    for (size_t i = 0; i < m; i++) {
        _mm512_mask_storeu_ps(y + i * ldy, low, sum[i][0]);
        _mm512_mask_storeu_ps(y + i * ldy + 16, high, sum[i][1]);
    }
}

static inline void fill_gemm_i16(struct quill_kernels *out)
{
    struct quill_gemm *gemm = &out->gemm[QUILL_GEMM_I16];

    gemm->mr = MR;
    gemm->nr = NR;
    gemm->pack_x = pack_x;
    gemm->pack_w = pack_w;
    gemm->tile = tile;
    gemm->soften = soften;
}

#endif
