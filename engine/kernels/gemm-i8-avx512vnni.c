/* Byte GEMM for AVX-512 VNNI. */
#include "kernels/gemm-i8-avx512.h"
#include "kernels/rows.h"
#include "kernels/tile-avx512.h"
#include "kernels/vnni.h"

static void pack_w(const float *rows, size_t ld, size_t n_rows, size_t k, void *panel)
{
    assert(n_rows <= NR);
    pack_panel(rows, ld, n_rows, k, panel, NR);
}

static void tile(const void *x, size_t x_stride, size_t m, const void *panel, size_t k, float *y, size_t ldy,
                 size_t n)
{
    const unsigned char *rows[MR], *group = panel;
    const size_t x_scales_at = n_groups(k) * GROUP;
    __m512 sum[MR][2];

    start_tile(x, x_stride, m, n, &rows, &sum);
    for (size_t g = 0; g < n_groups(k); g++, group += group_bytes(NR)) {
        const unsigned char *quads = group, *begins = group + begins_at(NR);
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
                const __m512i a = broadcast(rows[i] + g * GROUP + l);
                part[i][0] = add_bytes_512(part[i][0], a, b0);
                part[i][1] = add_bytes_512(part[i][1], a, b1);
            }
        }
        add_scaled(part, rows, x_scales_at + g * sizeof(float), group + scales_at(NR), sum);
    }
    store_tile(&sum, m, y, ldy, n);
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
