/* Integer GEMM for AVX-512, without and with the instruction that multiplies and adds in one go: each
 * includes this and calls fill_gemm_i16. */
#ifndef QUILL_KERNELS_GEMM_I16_TILE_AVX512_H
#define QUILL_KERNELS_GEMM_I16_TILE_AVX512_H

#include "kernels/gemm-i16-avx512.h"
#include "kernels/rows.h"
#include "kernels/tile-avx512.h"
#include "kernels/vnni.h"

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
    return add_shorts_512(sum, a, b);
#elif defined(QUILL_NO_ASM) /* emulated instructions: tests/kernels/emulate */
    return _mm512_add_epi32(sum, _mm512_madd_epi16(a, b));
#else
    __m512i products;

    __asm__("vpmaddwd %2, %3, %1\n\tvpaddd %1, %0, %0" : "+v"(sum), "=&v"(products) : "v"(a), "v"(b));
    return sum;
#endif
}

static void tile(const void *x, size_t x_stride, size_t m, const void *panel, size_t k, float *y, size_t ldy,
                 size_t n)
{
    const unsigned char *rows[MR], *group = panel;
    const size_t scales_at = n_groups(k) * GROUP * sizeof(int16_t);
    __m512 sum[MR][2];

    start_tile(x, x_stride, m, n, &rows, &sum);
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
                const __m512i a = broadcast(rows[i] + at);
                part[i][0] = multiply_add(part[i][0], a, b0);
                part[i][1] = multiply_add(part[i][1], a, b1);
            }
        }
        add_scaled(part, rows, scales_at + g * sizeof(float), group, sum);
        group += NR * sizeof(float);
    }
    store_tile(&sum, m, y, ldy, n);
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
