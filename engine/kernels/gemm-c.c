/* Portable GEMM and GEMV: what every other level is compared with. Built with -ffp-contract=off. */
#include <assert.h>
#include <string.h>

#include "kernels/rows.h"

#define MR 4
#define NR 8
#define LANES 8 /* partial sums of a dot product: element k goes to sum k % LANES */

static void pack(const float *rows, size_t ld, size_t n_rows, size_t k, float *panel)
{
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

static void tile(const float *x, size_t ldx, size_t m, const float *panel, size_t k, float *y, size_t ldy,
                 size_t n)
{
    assert(m <= MR && n <= NR);
    if (m == MR) {
        tile_rows(x, ldx, MR, panel, k, y, ldy, n);
        return;
    }
    for (size_t i = 0; i < m; i++)
        tile_rows(x + i * ldx, ldx, 1, panel, k, y + i * ldy, ldy, n);
}

static float dot(const float *a, const float *b, size_t n)
{
    float sum[LANES] = {0}, total = 0.0f;
    size_t i = 0;

    for (; i + LANES <= n; i += LANES)
        for (size_t j = 0; j < LANES; j++)
            sum[j] += a[i + j] * b[i + j];
    for (size_t j = 0; i + j < n; j++)
        sum[j] += a[i + j] * b[i + j];
    for (size_t j = 0; j < LANES; j++)
        total += sum[j];
    return total;
}

static void dot_rows(const float *x, const float *rows, size_t ld, size_t n_rows, size_t k, float *y)
{
    for (size_t i = 0; i < n_rows; i++)
        y[i] = dot(x, rows + i * ld, k);
}

static void sum_rows(const float *a, const float *rows, size_t ld, size_t n_rows, float *y, size_t n)
{
    for (size_t j = 0; j < n; j++)
        y[j] = 0.0f;
    for (size_t i = 0; i < n_rows; i++)
        for (size_t j = 0; j < n; j++)
            y[j] += a[i] * rows[i * ld + j];
}

void quill_kernels_gemm_c(struct quill_kernels *out)
{
    out->gemm.mr = MR;
    out->gemm.nr = NR;
    out->gemm.pack = pack;
    out->gemm.tile = tile;
    out->dot_rows = dot_rows;
    out->sum_rows = sum_rows;
}
