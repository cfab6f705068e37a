/* Portable float GEMM: what every other level is compared with. Built with -ffp-contract=off. */
#include <assert.h>
#include <string.h>

#include "kernels/rows.h"

#define MR 4
#define NR 8

static void pack_x(const float *x, size_t first, size_t n, size_t k, void *row)
{
    memcpy((float *)row + first, x, n * sizeof *x);
}

static void pack_w(const float *rows, size_t ld, size_t n_rows, size_t k, void *out)
{
    float *panel = out;

    assert(n_rows <= NR);
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j < NR; j++)
            panel[i * NR + j] = j < n_rows ? rows[j * ld + i] : 0.0f;
}

/* GCC's and Clang's vector extension, which every processor has an answer to: left to itself, GCC makes a
 * tile five times slower. */
typedef float four __attribute__((vector_size(16)));

static inline four load(const float *p)
{
    four v;

    memcpy(&v, p, sizeof v);
    return v;
}

/* m is a constant after inlining, so that the sums live in registers. */
static inline __attribute__((always_inline)) void
tile_rows(const float *x, size_t ldx, size_t m, const float *panel, size_t k, float *y, size_t ldy, size_t n)
{
    four sum[MR][NR / 4] = {{{0}}};

    for (size_t l = 0; l < k; l++, panel += NR) {
        const four b0 = load(panel), b1 = load(panel + 4);
        for (size_t i = 0; i < m; i++) {
            sum[i][0] += x[i * ldx + l] * b0;
            sum[i][1] += x[i * ldx + l] * b1;
        }
    }
    for (size_t i = 0; i < m; i++)
        memcpy(y + i * ldy, sum[i], n * sizeof *y);
}

static void tile(const void *x_rows, size_t x_stride, size_t m, const void *panel, size_t k, float *y,
                 size_t ldy, size_t n)
{
    const float *x = x_rows;
    const size_t ldx = x_stride / sizeof *x;

    assert(m <= MR && n <= NR);
    if (m == MR) {
        tile_rows(x, ldx, MR, panel, k, y, ldy, n);
        return;
    }
    for (size_t i = 0; i < m; i++)
        tile_rows(x + i * ldx, ldx, 1, panel, k, y + i * ldy, ldy, n);
}

void quill_kernels_gemm_f32_c(struct quill_kernels *out)
{
    struct quill_gemm *gemm = &out->gemm[QUILL_GEMM_F32];

    gemm->mr = MR;
    gemm->nr = NR;
    gemm->group = 1;
    gemm->element_bytes = sizeof(float);
    gemm->scale_bytes = 0;
    gemm->pack_x = pack_x;
    gemm->pack_w = pack_w;
    gemm->tile = tile;
}
