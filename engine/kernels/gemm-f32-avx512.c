/* Float GEMM for AVX-512. */
#include <assert.h>
#include <immintrin.h>

#include "kernels/rows.h"
#include "kernels/transpose-avx2.h"

#define MR 12
#define NR 32 /* 12 x 2 sums and 2 of the panel; x is broadcast from memory. Heads of 64 are two panels. */

static void pack_w(const float *rows, size_t ld, size_t n_rows, size_t k, void *panel)
{
    assert(n_rows <= NR);
    pack_rows(rows, ld, n_rows, k, panel, NR);
}

static __mmask16 first_lanes(size_t n)
{
    return n >= 16 ? (__mmask16)0xffff : (__mmask16)((1u << n) - 1);
}

/* m is a constant after inlining, so that the sums live in registers. */
static inline __attribute__((always_inline)) void
tile_rows(const float *x, size_t ldx, int m, const float *panel, size_t k, float *y, size_t ldy, size_t n)
{
    const __mmask16 low = first_lanes(n), high = first_lanes(n > 16 ? n - 16 : 0);
    __m512 sum[MR][2];

#pragma GCC unroll 12
    for (int i = 0; i < m; i++)
        sum[i][0] = sum[i][1] = _mm512_setzero_ps();
    for (size_t l = 0; l < k; l++, panel += NR) {
        const __m512 b0 = _mm512_load_ps(panel), b1 = _mm512_load_ps(panel + 16);
#pragma GCC unroll 12
        for (int i = 0; i < m; i++) {
            const __m512 a = _mm512_set1_ps(x[(size_t)i * ldx + l]);
            sum[i][0] = _mm512_fmadd_ps(a, b0, sum[i][0]);
            sum[i][1] = _mm512_fmadd_ps(a, b1, sum[i][1]);
        }
    }
#pragma GCC unroll 12
    for (int i = 0; i < m; i++) {
        _mm512_mask_storeu_ps(y + (size_t)i * ldy, low, sum[i][0]);
        _mm512_mask_storeu_ps(y + (size_t)i * ldy + 16, high, sum[i][1]);
    }
}

#define CASE(m)                                                                                              \
    case m:                                                                                                  \
        tile_rows(x, ldx, m, panel, k, y, ldy, n);                                                           \
        break

static void tile(const void *x_rows, size_t x_stride, size_t m, const void *panel, size_t k, float *y,
                 size_t ldy, size_t n)
{
    const float *x = x_rows;
    const size_t ldx = x_stride / sizeof *x;

    assert(m <= MR && n <= NR);
    switch (m) {
        CASE(12);
        CASE(11);
        CASE(10);
        CASE(9);
        CASE(8);
        CASE(7);
        CASE(6);
        CASE(5);
        CASE(4);
        CASE(3);
        CASE(2);
        CASE(1);
    default:
        break;
    }
}

void quill_kernels_gemm_f32_avx512(struct quill_kernels *out)
{
    struct quill_gemm *gemm = &out->gemm[QUILL_GEMM_F32];

    gemm->mr = MR;
    gemm->nr = NR;
    gemm->pack_w = pack_w;
    gemm->tile = tile;
}
