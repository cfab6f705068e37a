/* Integer GEMM for NEON. The panel's pairs are parted again by the load, and each half is multiplied with a
 * lane of x, which adds up in int32. */
#include <arm_neon.h>
#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "kernels/exp-neon.h"
#include "kernels/gemm-i16.h"
#include "kernels/rows.h"
#include "kernels/transpose-neon.h"

#define MR 8
#define NR 8 /* 8 x 2 sums, 8 of x and 2 of the panel: 26 of 32 registers */
#define VECTORS (GROUP / 4)

/* Magnitudes compare like the integers of their bits, in which NaN is the largest. */
static inline float magnitude(const float32x4_t v[VECTORS])
{
    int32x4_t max = vdupq_n_s32(0);
    int32_t bits;
    float result;

    for (int i = 0; i < VECTORS; i++)
        max = vmaxq_s32(max, vreinterpretq_s32_f32(vabsq_f32(v[i])));
    bits = vmaxvq_s32(max);
    memcpy(&result, &bits, sizeof result);
    return result;
}

/* q[0..GROUP) = the numbers of v as integers of at most `limit`; returns their scale. */
static inline float quantize(const float32x4_t v[VECTORS], float limit, int16_t q[GROUP])
{
    const float max = magnitude(v);
    const bool none = !(max >= SMALLEST && max < INFINITY);
    const float inverse = none ? 0.0f : limit / max;

    for (int i = 0; i < VECTORS; i += 2) {
        const int32x4_t low = vcvtnq_s32_f32(vmulq_n_f32(v[i], inverse));
        const int32x4_t high = vcvtnq_s32_f32(vmulq_n_f32(v[i + 1], inverse));

        vst1q_s16(q + 4 * i, vcombine_s16(vqmovn_s32(low), vqmovn_s32(high)));
    }
    return max < INFINITY ? (none ? 0.0f : max / limit) : NAN;
}

/* n <= GROUP numbers, `rest` behind them. */
static inline void load_group(const float *x, size_t n, float rest, float32x4_t v[VECTORS])
{
    float padded[GROUP];

    if (n < GROUP) {
        for (size_t i = 0; i < GROUP; i++)
            padded[i] = i < n ? x[i] : rest;
        x = padded;
    }
    for (int i = 0; i < VECTORS; i++)
        v[i] = vld1q_f32(x + 4 * i);
}

static void pack_x(const float *x, size_t first, size_t n, size_t k, void *row)
{
    int16_t *to = row;
    float *scales = (float *)(void *)(to + n_groups(k) * GROUP);

    assert(first % GROUP == 0);
    for (size_t i = 0; i < n; i += GROUP) {
        float32x4_t v[VECTORS];

        load_group(x + i, n - i < GROUP ? n - i : GROUP, 0.0f, v);
        scales[(first + i) / GROUP] = quantize(v, X_MAX, to + first + i);
    }
}

static void pack_w(const float *rows, size_t ld, size_t n_rows, size_t k, void *panel)
{
    unsigned char *group = panel;

    assert(n_rows <= NR);
    for (size_t i = 0; i < k; i += GROUP, group += group_bytes(NR)) {
        uint32_t *pairs = (uint32_t *)(void *)group; /* [GROUP / 2][NR] */
        float *scales = (float *)(void *)(pairs + GROUP / 2 * NR);
        uint32_t q[NR][GROUP / 2]; /* pairs of int16, which are only moved */

        for (size_t j = 0; j < NR; j++) {
            float32x4_t v[VECTORS];
            int16_t row[GROUP];

            load_group(rows + (j < n_rows ? j : 0) * ld + i,
                       j >= n_rows     ? 0
                       : k - i < GROUP ? k - i
                                       : GROUP,
                       0.0f, v);
            scales[j] = quantize(v, W_MAX, row);
            memcpy(q[j], row, sizeof row);
        }
        for (size_t l = 0; l < GROUP / 2; l += 4)
            for (size_t j = 0; j < NR; j += 4)
                transpose_4x4(q[j] + l, GROUP / 2, pairs + l * NR + j, NR);
    }
}

/* Numbers 2 pair and 2 pair + 1 of the eight at hand: lanes must be written out as constants. */
#define STEP(pair)                                                                                           \
    do {                                                                                                     \
        const int16x8x2_t b = vld2q_s16((const int16_t *)(const void *)group + (pair)*2 * NR);               \
        _Pragma("GCC unroll 8") for (int i = 0; i < MR; i++)                                                 \
        {                                                                                                    \
            part[i][0] = vmlal_laneq_s16(part[i][0], vget_low_s16(b.val[0]), a[i], 2 * (pair));              \
            part[i][1] = vmlal_high_laneq_s16(part[i][1], b.val[0], a[i], 2 * (pair));                       \
            part[i][0] = vmlal_laneq_s16(part[i][0], vget_low_s16(b.val[1]), a[i], 2 * (pair) + 1);          \
            part[i][1] = vmlal_high_laneq_s16(part[i][1], b.val[1], a[i], 2 * (pair) + 1);                   \
        }                                                                                                    \
    } while (0)

/* Rows that are missing repeat the last one and are not stored. */
static void tile(const void *x, size_t x_stride, size_t m, const void *panel, size_t k, float *y, size_t ldy,
                 size_t n)
{
    const unsigned char *group = panel;
    const int16_t *rows[MR];
    float32x4_t sum[MR][2];

    assert(m >= 1 && m <= MR && n <= NR);
    for (size_t i = 0; i < MR; i++) {
        rows[i] = (const int16_t *)(const void *)((const unsigned char *)x + (i < m ? i : m - 1) * x_stride);
        sum[i][0] = sum[i][1] = vdupq_n_f32(0.0f);
    }
    for (size_t g = 0; g < n_groups(k); g++) {
        int32x4_t part[MR][2];

#pragma GCC unroll 8
        for (int i = 0; i < MR; i++)
            part[i][0] = part[i][1] = vdupq_n_s32(0);
        for (size_t l = 0; l < GROUP; l += 8, group += 8 * NR * sizeof(int16_t)) {
            int16x8_t a[MR];
#pragma GCC unroll 8
            for (int i = 0; i < MR; i++)
                a[i] = vld1q_s16(rows[i] + g * GROUP + l);
            STEP(0);
            STEP(1);
            STEP(2);
            STEP(3);
        }
        const float *w_scales = (const float *)(const void *)group;
        const float32x4_t s0 = vld1q_f32(w_scales), s1 = vld1q_f32(w_scales + 4);
        group += NR * sizeof(float);
#pragma GCC unroll 8
        for (int i = 0; i < MR; i++) {
            const float s = ((const float *)(const void *)(rows[i] + n_groups(k) * GROUP))[g];
            sum[i][0] = vfmaq_f32(sum[i][0], vcvtq_f32_s32(part[i][0]), vmulq_n_f32(s0, s));
            sum[i][1] = vfmaq_f32(sum[i][1], vcvtq_f32_s32(part[i][1]), vmulq_n_f32(s1, s));
        }
    }
    for (size_t i = 0; i < m; i++) {
        float row[NR];
        vst1q_f32(row, sum[i][0]);
        vst1q_f32(row + 4, sum[i][1]);
        memcpy(y + i * ldy, row, n * sizeof *y);
    }
}

/* As soften of gemm-i16-tile-avx2.h: powers of two of the distance to the group's own maximum, taken a
 * rounding longer than it is. */
static float soften(const float *x, size_t n, void *row)
{
    int16_t *to = row;
    float *scales = (float *)(void *)(to + n_groups(n) * GROUP);
    const float32x4_t log2e = vdupq_n_f32(EXP_LOG2E);
    float max = -INFINITY, sum = 0.0f;

    for (size_t g = 0; g < n_groups(n); g++) {
        const size_t count = n - g * GROUP < GROUP ? n - g * GROUP : GROUP;
        float32x4_t v[VECTORS], largest = vdupq_n_f32(-INFINITY);
        int32x4_t total = vdupq_n_s32(0);

        load_group(x + g * GROUP, count, -INFINITY, v);
        for (int j = 0; j < VECTORS; j++)
            largest = vmaxnmq_f32(largest, v[j]); /* passes over NaN */
        const float top = vmaxnmvq_f32(largest), power = top * EXP_LOG2E;
        const float32x4_t shift = vdupq_n_f32(-power - fabsf(power) * 0x1p-23f);
        for (int j = 0; j < VECTORS; j += 2) {
            int32x4_t q[2];
            for (int i = 0; i < 2; i++)
                q[i] = vcvtnq_s32_f32(vmulq_n_f32(exp2_vector(vfmaq_f32(shift, v[j + i], log2e)), X_MAX));
            total = vaddq_s32(total, vaddq_s32(q[0], q[1]));
            vst1q_s16(to + g * GROUP + 4 * j, vcombine_s16(vqmovn_s32(q[0]), vqmovn_s32(q[1])));
        }
        /* The sum so far is relative to the maximum so far. */
        if (top > max) {
            sum *= expf(max - top);
            max = top;
        }
        sum += expf(top - max) * (float)vaddvq_s32(total);
        scales[g] = top;
    }
    for (size_t g = 0; g < n_groups(n); g++)
        scales[g] = expf(scales[g] - max) * (1.0f / X_MAX);
    return X_MAX / sum;
}

void quill_kernels_gemm_i16_neon(struct quill_kernels *out)
{
    struct quill_gemm *gemm = &out->gemm[QUILL_GEMM_I16];

    gemm->mr = MR;
    gemm->nr = NR;
    gemm->pack_x = pack_x;
    gemm->pack_w = pack_w;
    gemm->tile = tile;
    gemm->soften = soften;
}
