/* Exponentials of four numbers for NEON: exp-avx2.h in other words. */
#ifndef QUILL_KERNELS_EXP_NEON_H
#define QUILL_KERNELS_EXP_NEON_H

#include <arm_neon.h>

#include "kernels/approx.h"

/* x <= 0; NaN stays NaN. Relative error 2e-7. */
static inline float32x4_t exp_vector(float32x4_t x)
{
    const float32x4_t lowest = vdupq_n_f32(EXP_LOWEST);
    const uint32x4_t dead = vcltq_f32(x, lowest);     /* not true of NaN */
    const float32x4_t clamped = vmaxq_f32(x, lowest); /* NaN passes */
    const float32x4_t n = vrndnq_f32(vmulq_n_f32(clamped, EXP_LOG2E));
    float32x4_t r = vfmsq_f32(clamped, n, vdupq_n_f32(EXP_LN2_HIGH));
    r = vfmsq_f32(r, n, vdupq_n_f32(EXP_LN2_LOW));
    float32x4_t p = vfmaq_f32(vdupq_n_f32(EXP_P3), vdupq_n_f32(EXP_P4), r);
    p = vfmaq_f32(vdupq_n_f32(EXP_P2), p, r);
    p = vfmaq_f32(vdupq_n_f32(EXP_P1), p, r);
    p = vfmaq_f32(vdupq_n_f32(EXP_P0), p, r);
    p = vfmaq_f32(vaddq_f32(r, vdupq_n_f32(1.0f)), vmulq_f32(r, r), p);
    const int32x4_t power = vshlq_n_s32(vaddq_s32(vcvtq_s32_f32(n), vdupq_n_s32(127)), 23);
    const float32x4_t e = vmulq_f32(p, vreinterpretq_f32_s32(power));
    return vreinterpretq_f32_u32(vbicq_u32(vreinterpretq_u32_f32(e), dead));
}

/* 2^t, t <= 0; below EXP2_LOWEST, and of NaN, the smallest. Half of the work of exp_vector, for whoever has t
 * anyway. */
static inline float32x4_t exp2_vector(float32x4_t t)
{
    t = vmaxnmq_f32(t, vdupq_n_f32(EXP2_LOWEST));
    const float32x4_t n = vrndnq_f32(t);
    const float32x4_t f = vsubq_f32(t, n);
    float32x4_t p = vfmaq_f32(vdupq_n_f32(EXP2_P4), vdupq_n_f32(EXP2_P5), f);
    p = vfmaq_f32(vdupq_n_f32(EXP2_P3), p, f);
    p = vfmaq_f32(vdupq_n_f32(EXP2_P2), p, f);
    p = vfmaq_f32(vdupq_n_f32(EXP2_P1), p, f);
    p = vfmaq_f32(vdupq_n_f32(EXP2_P0), p, f);
    return vreinterpretq_f32_s32(vaddq_s32(vreinterpretq_s32_f32(p), vshlq_n_s32(vcvtq_s32_f32(n), 23)));
}

#endif
