/* Dot products of few rows for NEON, and for the instruction that multiplies and adds bytes in one go: each
 * includes this and calls fill_dots. As dot-avx2.h: every 32 products a sum of integers becomes float. */
#ifndef QUILL_KERNELS_DOT_NEON_H
#define QUILL_KERNELS_DOT_NEON_H

#include "kernels/rows.h"
#include "kernels/unpack-neon.h"

#define CHUNK 8      /* blocks of 32 whose scales are made together: a block of the K types */
#define ROWS 4       /* rows of weights whose sums are finished together */
enum { MOST_X = 5 }; /* rows of x that weights are unpacked for at a time: five beams are usual */

/* sum += 16 products, added up in four lanes. */
static inline int32x4_t add_products(int32x4_t sum, int8x16_t q, int8x16_t x)
{
#ifdef __ARM_FEATURE_DOTPROD
    return vdotq_s32(sum, q, x);
#else
    /* Two products fit int16, since x never is -128: 2 * 128 * 127. */
    const int16x8_t pairs = vmlal_high_s8(vmull_s8(vget_low_s8(q), vget_low_s8(x)), q, x);

    return vpadalq_s16(sum, pairs);
#endif
}

/* The sum of each of four vectors. */
static inline float32x4_t sum_lanes(const float32x4_t v[ROWS])
{
    return vpaddq_f32(vpaddq_f32(v[0], v[1]), vpaddq_f32(v[2], v[3]));
}

/* y[0..n) = s */
static inline void store_sums(float *y, float32x4_t s, size_t n)
{
    if (n == ROWS) {
        vst1q_f32(y, s);
    } else {
        float four[ROWS];
        vst1q_f32(four, s);
        memcpy(y, four, n * sizeof *y);
    }
}

/* ---- scales ----------------------------------------------------------------------------------------- */

/* Scales and offsets of the blocks of a chunk: weight = d q + m. q6_K has a scale for each half of a block:
 * d of the first halves, m of the second. Beyond the count they are zero. */
struct scales {
    float32x4_t d[2], m[2];
};
typedef struct bytes unpack_fn(const uint8_t *p, size_t j);
typedef struct scales scales_fn(const uint8_t *p, size_t count);

/* The half floats that blocks of `stride` bytes begin with: d, and m times the next, or d times -zero. */
static inline struct scales plain_scales(const uint8_t *p, size_t stride, size_t count, bool offset,
                                         float zero)
{
    uint16_t d[CHUNK] = {0}, m[CHUNK] = {0};
    struct scales s;

    for (size_t i = 0; i < count; i++) {
        memcpy(&d[i], p + i * stride, sizeof *d);
        memcpy(&m[i], p + i * stride + 2, sizeof *m);
    }
    for (int i = 0; i < 2; i++) {
        s.d[i] = halves_to_floats(d + 4 * i);
        s.m[i] = offset ? halves_to_floats(m + 4 * i) : vmulq_n_f32(s.d[i], -zero);
    }
    return s;
}

static inline struct scales scales_q4_0(const uint8_t *p, size_t count)
{
    return plain_scales(p, sizeof(struct quill_q4_0), count, false, 8.0f);
}
static inline struct scales scales_q4_1(const uint8_t *p, size_t count)
{
    return plain_scales(p, sizeof(struct quill_q4_1), count, true, 0.0f);
}
static inline struct scales scales_q5_0(const uint8_t *p, size_t count)
{
    return plain_scales(p, sizeof(struct quill_q5_0), count, false, 16.0f);
}
static inline struct scales scales_q5_1(const uint8_t *p, size_t count)
{
    return plain_scales(p, sizeof(struct quill_q5_1), count, true, 0.0f);
}
static inline struct scales scales_q8_0(const uint8_t *p, size_t count)
{
    return plain_scales(p, sizeof(struct quill_q8_0), count, false, 0.0f);
}

static inline struct scales scales_k45(const uint8_t *p, size_t count)
{
    const float d = half_at(p), dmin = half_at(p + offsetof(struct quill_q4_k, dmin));
    uint8_t scales[8], mins[8];
    struct scales s;

    scales_and_mins(p, scales, mins);
    const uint16x8_t scale = vmovl_u8(vld1_u8(scales)), min = vmovl_u8(vld1_u8(mins));
    s.d[0] = vmulq_n_f32(vcvtq_f32_u32(vmovl_u16(vget_low_u16(scale))), d);
    s.d[1] = vmulq_n_f32(vcvtq_f32_u32(vmovl_high_u16(scale)), d);
    s.m[0] = vmulq_n_f32(vcvtq_f32_u32(vmovl_u16(vget_low_u16(min))), -dmin);
    s.m[1] = vmulq_n_f32(vcvtq_f32_u32(vmovl_high_u16(min)), -dmin);
    return s;
}

static inline struct scales scales_q6_k(const uint8_t *p, size_t count)
{
    const int8x8x2_t halves = vld2_s8((const int8_t *)p + offsetof(struct quill_q6_k, scales));
    const float d = half_at(p + offsetof(struct quill_q6_k, d));
    const int16x8_t first = vmovl_s8(halves.val[0]), second = vmovl_s8(halves.val[1]);
    struct scales s;

    s.d[0] = vmulq_n_f32(vcvtq_f32_s32(vmovl_s16(vget_low_s16(first))), d);
    s.d[1] = vmulq_n_f32(vcvtq_f32_s32(vmovl_high_s16(first)), d);
    s.m[0] = vmulq_n_f32(vcvtq_f32_s32(vmovl_s16(vget_low_s16(second))), d);
    s.m[1] = vmulq_n_f32(vcvtq_f32_s32(vmovl_high_s16(second)), d);
    return s;
}

/* ---- quantized rows --------------------------------------------------------------------------------- */

enum kind {
    AFFINE,    /* weight = d q + m */
    SCALED,    /* weight = d q */
    TWO_SCALES /* a scale for each half of a block */
};

/* One row of weights with m rows of x, m a constant after inlining; sum[i * ROWS] is to be added up. */
static inline __attribute__((always_inline)) void dot_row(unpack_fn *unpack, scales_fn *scales,
                                                          enum kind kind, size_t chunk_bytes,
                                                          const uint8_t *p, size_t k, const uint8_t *x,
                                                          size_t x_stride, int m, float32x4_t *sum)
{
    const size_t n_blocks = k / QUILL_QK;
    float32x4_t total[MOST_X], offsets[MOST_X];

#pragma GCC unroll MOST_X
    for (int i = 0; i < m; i++)
        total[i] = offsets[i] = vdupq_n_f32(0.0f);
    for (size_t first = 0; first < n_blocks; first += CHUNK, p += chunk_bytes) {
        const size_t count = n_blocks - first < CHUNK ? n_blocks - first : CHUNK;
        /* A constant where it can be one, so that it unrolls. */
        const struct scales s = count == CHUNK ? scales(p, CHUNK) : scales(p, count);
        float d[MOST_X][CHUNK], d2[MOST_X][CHUNK];

#pragma GCC unroll MOST_X
        for (int i = 0; i < m; i++) {
            const float *x_d = (const float *)(const void *)(x + (size_t)i * x_stride + k) + first;
            for (int v = 0; v < 2; v++) {
                const float32x4_t x_scales = vld1q_f32(x_d + 4 * v);
                vst1q_f32(d[i] + 4 * v, vmulq_f32(s.d[v], x_scales));
                if (kind == AFFINE)
                    offsets[i] = vfmaq_f32(offsets[i], s.m[v], vld1q_f32(x_d + quill_dot_blocks(k) + 4 * v));
                if (kind == TWO_SCALES)
                    vst1q_f32(d2[i] + 4 * v, vmulq_f32(s.m[v], x_scales));
            }
        }
        for (size_t j = 0; j < count; j++) {
            const struct bytes q = unpack(p, j);
#pragma GCC unroll MOST_X
            for (int i = 0; i < m; i++) {
                const int8_t *b = (const int8_t *)x + (size_t)i * x_stride + (first + j) * QUILL_QK;
                int32x4_t part = add_products(vdupq_n_s32(0), q.v[0], vld1q_s8(b));
                if (kind == TWO_SCALES) {
                    total[i] = vfmaq_n_f32(total[i], vcvtq_f32_s32(part), d[i][j]);
                    part = add_products(vdupq_n_s32(0), q.v[1], vld1q_s8(b + 16));
                    total[i] = vfmaq_n_f32(total[i], vcvtq_f32_s32(part), d2[i][j]);
                } else {
                    part = add_products(part, q.v[1], vld1q_s8(b + 16));
                    total[i] = vfmaq_n_f32(total[i], vcvtq_f32_s32(part), d[i][j]);
                }
            }
        }
    }
#pragma GCC unroll MOST_X
    for (int i = 0; i < m; i++)
        sum[i * ROWS] = kind == AFFINE ? vaddq_f32(total[i], offsets[i]) : total[i];
}

#define DOT_SUM float32x4_t
#include "kernels/dot-types.h"

#endif
