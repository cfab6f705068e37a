/* Portable byte GEMM: what every other level is compared with. */
#include <assert.h>
#include <string.h>

#include "kernels/gemm-i8.h"
#include "kernels/rows.h"

typedef uint8_t element;
static inline element stored(int q)
{
    return (element)(q + X_ZERO);
}
static inline int number(element e)
{
    return e - X_ZERO;
}

#include "kernels/pack-c.h"

#define MR 4
#define NR 8

static void pack_w(const float *rows, size_t ld, size_t n_rows, size_t k, void *panel)
{
    unsigned char *group = panel;

    assert(n_rows <= NR);
    for (size_t i = 0; i < k; i += GROUP, group += group_bytes(NR)) {
        int8_t *quads = (int8_t *)group;
        int16_t q[GROUP] = {0};
        int32_t *begins = (int32_t *)(void *)(group + begins_at(NR));
        float *scales = (float *)(void *)(group + scales_at(NR));

        for (size_t j = 0; j < NR; j++) {
            int32_t sum = 0;

            if (j < n_rows)
                scales[j] = quantize(rows + j * ld + i, smaller(GROUP, k - i), W_MAX, q);
            else
                scales[j] = 0.0f, memset(q, 0, sizeof q);
            for (size_t l = 0; l < GROUP; l++) {
                quads[l / 4 * 4 * NR + 4 * j + l % 4] = (int8_t)q[l];
                sum += q[l];
            }
            begins[j] = -X_ZERO * sum;
        }
    }
}

/* Rows that are missing repeat the last one and are not stored. */
static void tile(const void *x, size_t x_stride, size_t m, const void *panel, size_t k, float *y, size_t ldy,
                 size_t n)
{
    const unsigned char *group = panel;
    float sum[MR][NR] = {{0}};

    assert(m >= 1 && m <= MR && n <= NR);
    for (size_t g = 0; g < n_groups(k); g++, group += group_bytes(NR)) {
        const int8_t *quads = (const int8_t *)group;
        const int32_t *begins = (const int32_t *)(const void *)(group + begins_at(NR));
        const float *w_scales = (const float *)(const void *)(group + scales_at(NR));

        for (size_t i = 0; i < MR; i++) {
            const uint8_t *row = (const uint8_t *)x + (i < m ? i : m - 1) * x_stride;
            const float *x_scales = (const float *)(const void *)(row + n_groups(k) * GROUP);
            int32_t part[NR];

            memcpy(part, begins, sizeof part);
            for (size_t l = 0; l < GROUP; l++)
                for (size_t j = 0; j < NR; j++)
                    part[j] += row[g * GROUP + l] * quads[l / 4 * 4 * NR + 4 * j + l % 4];
            for (size_t j = 0; j < NR; j++)
                sum[i][j] += (float)part[j] * (x_scales[g] * w_scales[j]);
        }
    }
    for (size_t i = 0; i < m; i++)
        memcpy(y + i * ldy, sum[i], n * sizeof *y);
}

void quill_kernels_gemm_i8_c(struct quill_kernels *out)
{
    out->gemm[QUILL_GEMM_I8] = (struct quill_gemm){
        .mr = MR,
        .nr = NR,
        .group = GROUP,
        .element_bytes = sizeof(int8_t),
        .scale_bytes = sizeof(float),
        .begin_bytes = sizeof(int32_t),
        .pack_x = pack_x,
        .pack_w = pack_w,
        .tile = tile,
        .soften = soften,
    };
}
