/* Float GEMM for NEON. */
#include <arm_neon.h>
#include <assert.h>
#include <string.h>

#include "kernels/rows.h"
#include "kernels/transpose-neon.h"

#define MR 8
#define NR 8 /* 8 x 2 sums, 8 of x and 2 of the panel: 26 of 32 registers */

static void pack_w(const float *rows, size_t ld, size_t n_rows, size_t k, void *out)
{
    float *panel = out;

    assert(n_rows <= NR);
    for (size_t j = 0; j < NR; j += 4) {
        size_t i = 0;
        if (j + 4 <= n_rows)
            for (; i + 4 <= k; i += 4)
                transpose_4x4((const uint32_t *)(const void *)(rows + j * ld + i), ld,
                              (uint32_t *)(void *)(panel + i * NR + j), NR);
        for (; i < k; i++)
            for (size_t row = j; row < j + 4; row++)
                panel[i * NR + row] = row < n_rows ? rows[row * ld + i] : 0.0f;
    }
}

/* Number l + lane of the panel with that of each row of x: a lane must be written out as a constant. */
#define STEP(lane)                                                                                           \
    do {                                                                                                     \
        const float32x4_t b0 = vld1q_f32(panel + (lane)*NR), b1 = vld1q_f32(panel + (lane)*NR + 4);          \
        _Pragma("GCC unroll 8") for (int i = 0; i < MR; i++)                                                 \
        {                                                                                                    \
            sum[i][0] = vfmaq_laneq_f32(sum[i][0], b0, a[i], lane);                                          \
            sum[i][1] = vfmaq_laneq_f32(sum[i][1], b1, a[i], lane);                                          \
        }                                                                                                    \
    } while (0)

/* Rows that are missing repeat the last one and are not stored. */
static void tile(const void *x, size_t x_stride, size_t m, const void *panel_start, size_t k, float *y,
                 size_t ldy, size_t n)
{
    const float *rows[MR], *panel = panel_start;
    float32x4_t sum[MR][2];
    size_t l = 0;

    assert(m >= 1 && m <= MR && n <= NR);
    for (size_t i = 0; i < MR; i++) {
        rows[i] = (const float *)(const void *)((const unsigned char *)x + (i < m ? i : m - 1) * x_stride);
        sum[i][0] = sum[i][1] = vdupq_n_f32(0.0f);
    }
    for (; l + 4 <= k; l += 4, panel += 4 * NR) {
        float32x4_t a[MR];
#pragma GCC unroll 8
        for (int i = 0; i < MR; i++)
            a[i] = vld1q_f32(rows[i] + l);
        STEP(0);
        STEP(1);
        STEP(2);
        STEP(3);
    }
    for (; l < k; l++, panel += NR) {
        const float32x4_t b0 = vld1q_f32(panel), b1 = vld1q_f32(panel + 4);
#pragma GCC unroll 8
        for (int i = 0; i < MR; i++) {
            sum[i][0] = vfmaq_n_f32(sum[i][0], b0, rows[i][l]);
            sum[i][1] = vfmaq_n_f32(sum[i][1], b1, rows[i][l]);
        }
    }
    for (size_t i = 0; i < m; i++) {
        float row[NR];
        vst1q_f32(row, sum[i][0]);
        vst1q_f32(row + 4, sum[i][1]);
        memcpy(y + i * ldy, row, n * sizeof *y);
    }
}

void quill_kernels_gemm_f32_neon(struct quill_kernels *out)
{
    struct quill_gemm *gemm = &out->gemm[QUILL_GEMM_F32];

    gemm->mr = MR;
    gemm->nr = NR;
    gemm->pack_w = pack_w;
    gemm->tile = tile;
}
