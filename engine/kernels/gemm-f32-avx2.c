/* Float GEMM for AVX2 and FMA. */
#include <assert.h>
#include <immintrin.h>
#include <string.h>

#include "kernels/rows.h"
#include "kernels/transpose-avx2.h"

#define MR 6
#define NR 16 /* 6 x 2 sums, 2 of the panel and 1 of x fill 15 of 16 registers */

static void pack_w(const float *rows, size_t ld, size_t n_rows, size_t k, void *panel)
{
    assert(n_rows <= NR);
    pack_rows(rows, ld, n_rows, k, panel, NR);
}

/* m is a constant after inlining, so that the sums live in registers. */
static inline __attribute__((always_inline)) void
tile_rows(const float *x, size_t ldx, int m, const float *panel, size_t k, float *y, size_t ldy, size_t n)
{
    __m256 sum[MR][2];

#pragma GCC unroll 6
    for (int i = 0; i < m; i++)
        sum[i][0] = sum[i][1] = _mm256_setzero_ps();
    for (size_t l = 0; l < k; l++, panel += NR) {
        const __m256 b0 = _mm256_load_ps(panel), b1 = _mm256_load_ps(panel + 8);
#pragma GCC unroll 6
        for (int i = 0; i < m; i++) {
            const __m256 a = _mm256_broadcast_ss(x + (size_t)i * ldx + l);
            sum[i][0] = _mm256_fmadd_ps(a, b0, sum[i][0]);
            sum[i][1] = _mm256_fmadd_ps(a, b1, sum[i][1]);
        }
    }
#pragma GCC unroll 6
    for (int i = 0; i < m; i++) {
        if (n == NR) {
            _mm256_storeu_ps(y + (size_t)i * ldy, sum[i][0]);
            _mm256_storeu_ps(y + (size_t)i * ldy + 8, sum[i][1]);
        } else {
            float row[NR];
            _mm256_storeu_ps(row, sum[i][0]);
            _mm256_storeu_ps(row + 8, sum[i][1]);
            memcpy(y + (size_t)i * ldy, row, n * sizeof *y);
        }
    }
}

static void tile(const void *x_rows, size_t x_stride, size_t m, const void *panel, size_t k, float *y,
                 size_t ldy, size_t n)
{
    const float *x = x_rows;
    const size_t ldx = x_stride / sizeof *x;

    assert(m <= MR && n <= NR);
    switch (m) {
    case 6:
        tile_rows(x, ldx, 6, panel, k, y, ldy, n);
        break;
    case 5:
        tile_rows(x, ldx, 5, panel, k, y, ldy, n);
        break;
    case 4:
        tile_rows(x, ldx, 4, panel, k, y, ldy, n);
        break;
    case 3:
        tile_rows(x, ldx, 3, panel, k, y, ldy, n);
        break;
    case 2:
        tile_rows(x, ldx, 2, panel, k, y, ldy, n);
        break;
    case 1:
        tile_rows(x, ldx, 1, panel, k, y, ldy, n);
        break;
    default:
        break;
    }
}

void quill_kernels_gemm_f32_avx2(struct quill_kernels *out)
{
    struct quill_gemm *gemm = &out->gemm[QUILL_GEMM_F32];

    gemm->mr = MR;
    gemm->nr = NR;
    gemm->pack_w = pack_w;
    gemm->tile = tile;
}
