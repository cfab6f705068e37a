/* Byte GEMM for AVX-512 VNNI. */
#include "kernels/gemm-i8-avx512.h"
#include "kernels/rows.h"

#define MR 12
#define NR 32 /* 12 x 2 sums, 2 of the panel and 1 of x of 32 registers */

static void pack_w(const float *rows, size_t ld, size_t n_rows, size_t k, void *panel)
{
    assert(n_rows <= NR);
    pack_panel(rows, ld, n_rows, k, panel, NR);
}

/* Rows that are missing repeat the last one and are not stored. */
static void tile(const void *x, size_t x_stride, size_t m, const void *panel, size_t k, float *y, size_t ldy,
                 size_t n)
{
    const unsigned char *rows[MR], *group = panel;
    const size_t x_scales_at = n_groups(k) * GROUP;
    const __mmask16 low = n >= 16 ? (__mmask16)0xffff : (__mmask16)((1u << n) - 1);
    const __mmask16 high = n <= 16 ? (__mmask16)0 : (__mmask16)((1u << (n - 16)) - 1);
    __m512 sum[MR][2];

    assert(m >= 1 && m <= MR && n <= NR);
    for (size_t i = 0; i < MR; i++) {
        rows[i] = (const unsigned char *)x + (i < m ? i : m - 1) * x_stride;
        sum[i][0] = sum[i][1] = _mm512_setzero_ps();
    }
    for (size_t g = 0; g < n_groups(k); g++, group += group_bytes(NR)) {
        const unsigned char *quads = group, *begins = group + begins_at(NR);
        const float *w_scales = (const float *)(const void *)(group + scales_at(NR));
        __m512i part[MR][2];

#pragma GCC unroll 12
        for (int i = 0; i < MR; i++) {
            part[i][0] = _mm512_load_si512(begins);
            part[i][1] = _mm512_load_si512(begins + 64);
        }
        for (size_t l = 0; l < GROUP; l += 4, quads += NR * 4) {
            const __m512i b0 = _mm512_load_si512(quads), b1 = _mm512_load_si512(quads + 64);
#pragma GCC unroll 12
            for (int i = 0; i < MR; i++) {
                int32_t quad;
                memcpy(&quad, rows[i] + g * GROUP + l, sizeof quad);
                const __m512i a = _mm512_set1_epi32(quad);
                part[i][0] = _mm512_dpbusd_epi32(part[i][0], a, b0);
                part[i][1] = _mm512_dpbusd_epi32(part[i][1], a, b1);
            }
        }
        const __m512 s0 = _mm512_load_ps(w_scales), s1 = _mm512_load_ps(w_scales + 16);
#pragma GCC unroll 12
        for (int i = 0; i < MR; i++) {
            float scale;
            memcpy(&scale, rows[i] + x_scales_at + g * sizeof scale, sizeof scale);
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

void quill_kernels_gemm_i8_avx512vnni(struct quill_kernels *out)
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
