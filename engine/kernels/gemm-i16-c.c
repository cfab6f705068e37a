/* Portable integer GEMM: what every other level is compared with. */
#include <assert.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "kernels/gemm-i16.h"
#include "kernels/rows.h"

typedef int16_t element;
static inline element stored(int q)
{
    return (element)q;
}
static inline int number(element e)
{
    return e;
}

#include "kernels/pack-c.h"

#define MR 4
#define NR 8

static void pack_w(const float *rows, size_t ld, size_t n_rows, size_t k, void *panel)
{
    unsigned char *group = panel;

    assert(n_rows <= NR);
    for (size_t i = 0; i < k; i += GROUP, group += group_bytes(NR)) {
        int16_t *pairs = (int16_t *)(void *)group, q[GROUP] = {0};
        float *scales = (float *)(void *)(pairs + GROUP * NR);

        for (size_t j = 0; j < NR; j++) {
            scales[j] = j < n_rows ? quantize(rows + j * ld + i, smaller(GROUP, k - i), W_MAX, q) : 0.0f;
            for (size_t l = 0; l < GROUP; l++)
                pairs[l / 2 * 2 * NR + 2 * j + l % 2] = j < n_rows ? q[l] : 0;
        }
    }
}

/* part[i][j] = sum over a group of row i of x times column j of the panel. */
#ifdef __SSE2__ /* all of x86-64: GCC 12 does not find the instruction in the loop below, which is ten times \
                   slower */
static inline void multiply_group(const int16_t *const q[MR], const int16_t *pairs, int32_t part[MR][NR])
{
    __m128i sum[MR][2];

    for (int i = 0; i < MR; i++)
        sum[i][0] = sum[i][1] = _mm_setzero_si128();
    for (size_t l = 0; l < GROUP / 2; l++, pairs += 2 * NR) {
        const __m128i b0 = _mm_loadu_si128((const __m128i *)(const void *)pairs);
        const __m128i b1 = _mm_loadu_si128((const __m128i *)(const void *)(pairs + NR));
#pragma GCC unroll 4
        for (int i = 0; i < MR; i++) {
            int32_t pair;
            memcpy(&pair, q[i] + 2 * l, sizeof pair);
            const __m128i a = _mm_set1_epi32(pair);
            sum[i][0] = _mm_add_epi32(sum[i][0], _mm_madd_epi16(a, b0));
            sum[i][1] = _mm_add_epi32(sum[i][1], _mm_madd_epi16(a, b1));
        }
    }
    memcpy(part, sum, sizeof sum);
}
#else
static inline void multiply_group(const int16_t *const q[MR], const int16_t *pairs, int32_t part[MR][NR])
{
    memset(part, 0, MR * sizeof *part);
    for (size_t l = 0; l < GROUP / 2; l++)
        for (size_t i = 0; i < MR; i++)
            for (size_t j = 0; j < NR; j++)
                part[i][j] +=
                    q[i][2 * l] * pairs[(l * NR + j) * 2] + q[i][2 * l + 1] * pairs[(l * NR + j) * 2 + 1];
}
#endif

/* Rows that are missing repeat the last one and are not stored. */
static void tile(const void *x, size_t x_stride, size_t m, const void *panel, size_t k, float *y, size_t ldy,
                 size_t n)
{
    const int16_t *q[MR];
    const float *scales[MR];
    const unsigned char *group = panel;
    float sum[MR][NR] = {{0}};

    assert(m >= 1 && m <= MR && n <= NR);
    for (size_t i = 0; i < MR; i++) {
        q[i] = (const int16_t *)(const void *)((const unsigned char *)x + (i < m ? i : m - 1) * x_stride);
        scales[i] = (const float *)(const void *)(q[i] + n_groups(k) * GROUP);
    }
    for (size_t g = 0; g < n_groups(k); g++, group += group_bytes(NR)) {
        const int16_t *pairs = (const int16_t *)(const void *)group;
        const float *w_scales = (const float *)(const void *)(pairs + GROUP * NR);
        int32_t part[MR][NR];

        multiply_group(q, pairs, part);
        for (size_t i = 0; i < MR; i++) {
            for (size_t j = 0; j < NR; j++)
                sum[i][j] += (float)part[i][j] * (scales[i][g] * w_scales[j]);
            q[i] += GROUP;
        }
    }
    for (size_t i = 0; i < m; i++)
        memcpy(y + i * ldy, sum[i], n * sizeof *y);
}

void quill_kernels_gemm_i16_c(struct quill_kernels *out)
{
    out->coarse_form = QUILL_GEMM_I16;
    out->gemm[QUILL_GEMM_I16] = (struct quill_gemm){
        .mr = MR,
        .nr = NR,
        .group = GROUP,
        .element_bytes = sizeof(int16_t),
        .scale_bytes = sizeof(float),
        .pack_x = pack_x,
        .pack_w = pack_w,
        .tile = tile,
        .soften = soften,
    };
}
