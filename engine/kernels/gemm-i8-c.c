/* Portable byte GEMM: what every other level is compared with. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "kernels/gemm-i8.h"
#include "kernels/pack-c.h"
#include "kernels/rows.h"

#define MR 4
#define NR 8

static float pack_group(const float *x, size_t n, uint8_t *to)
{
    int16_t q[GROUP];
    const float scale = quantize(x, n, X_MAX, q);

    for (size_t i = 0; i < GROUP; i++)
        to[i] = (uint8_t)(q[i] + X_ZERO);
    return scale;
}

static void pack_x(const float *x, size_t first, size_t n, size_t k, void *row)
{
    uint8_t *to = row;
    float *scales = (float *)(void *)(to + n_groups(k) * GROUP);

    assert(first % GROUP == 0);
    for (size_t i = 0; i < n; i += GROUP)
        scales[(first + i) / GROUP] = pack_group(x + i, smaller(GROUP, n - i), to + first + i);
}

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

/* Each group has its own maximum, so that small weights keep their precision. */
static float soften(const float *x, size_t n, void *row)
{
    uint8_t *to = row;
    float *scales = (float *)(void *)(to + n_groups(n) * GROUP);
    float max = -INFINITY;
    double sum = 0.0;

    for (size_t i = 0; i < n; i++)
        max = x[i] > max ? x[i] : max;
    for (size_t i = 0; i < n; i += GROUP) {
        const size_t count = smaller(GROUP, n - i);
        float e[GROUP], *scale = &scales[i / GROUP];

        for (size_t j = 0; j < count; j++)
            e[j] = expf(x[i + j] - max);
        *scale = pack_group(e, count, to + i);
        for (size_t j = 0; j < count; j++)
            sum += (double)(*scale * (float)(to[i + j] - X_ZERO));
    }
    return (float)(1.0 / sum);
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
