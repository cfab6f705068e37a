/* Expansion of weights for NEON; bit-equal to quill_dequantize_row. */
#include <assert.h>

#include "kernels/rows.h"
#include "kernels/unpack-neon.h"

/* out[0..4) = the 16 numbers as floats */
static inline void to_floats(int8x16_t q, float32x4_t out[4])
{
    const int16x8_t low = vmovl_s8(vget_low_s8(q)), high = vmovl_high_s8(q);

    out[0] = vcvtq_f32_s32(vmovl_s16(vget_low_s16(low)));
    out[1] = vcvtq_f32_s32(vmovl_high_s16(low));
    out[2] = vcvtq_f32_s32(vmovl_s16(vget_low_s16(high)));
    out[3] = vcvtq_f32_s32(vmovl_high_s16(high));
}

/* dst[0..16) = d q */
static inline void store_scaled(float *dst, int8x16_t q, float d)
{
    float32x4_t f[4];

    to_floats(q, f);
    for (int i = 0; i < 4; i++)
        vst1q_f32(dst + 4 * i, vmulq_n_f32(f[i], d));
}

/* dst[0..32) = d q + m, rounded twice like the reference */
static inline void store_affine(float *dst, struct bytes q, float d, float m)
{
    for (int half = 0; half < 2; half++) {
        float32x4_t f[4];

        to_floats(q.v[half], f);
        for (int i = 0; i < 4; i++)
            vst1q_f32(dst + 16 * half + 4 * i, vaddq_f32(vmulq_n_f32(f[i], d), vdupq_n_f32(m)));
    }
}

static void from_f16(const void *src, float *dst, size_t n)
{
    const uint8_t *p = src;
    size_t i = 0;

    for (; i + 4 <= n; i += 4) {
        uint16_t h[4];
        memcpy(h, p + 2 * i, sizeof h);
        vst1q_f32(dst + i, halves_to_floats(h));
    }
    for (; i < n; i++)
        dst[i] = half_at(p + 2 * i);
}

/* Types with a zero in the middle, and types with an offset. */
#define FROM_CENTRED(name, zero)                                                                             \
    static void from_##name(const void *src, float *dst, size_t n)                                           \
    {                                                                                                        \
        const uint8_t *p = src;                                                                              \
                                                                                                             \
        assert(n % QUILL_QK == 0);                                                                           \
        for (size_t i = 0; i < n; i += QUILL_QK, p += sizeof(struct quill_##name)) {                         \
            const struct bytes q = unpack_##name(p, 0);                                                      \
            const float d = half_at(p);                                                                      \
            store_scaled(dst + i, vsubq_s8(q.v[0], vdupq_n_s8(zero)), d);                                    \
            store_scaled(dst + i + 16, vsubq_s8(q.v[1], vdupq_n_s8(zero)), d);                               \
        }                                                                                                    \
    }
#define FROM_AFFINE(name)                                                                                    \
    static void from_##name(const void *src, float *dst, size_t n)                                           \
    {                                                                                                        \
        const uint8_t *p = src;                                                                              \
                                                                                                             \
        assert(n % QUILL_QK == 0);                                                                           \
        for (size_t i = 0; i < n; i += QUILL_QK, p += sizeof(struct quill_##name))                           \
            store_affine(dst + i, unpack_##name(p, 0), half_at(p), half_at(p + 2));                          \
    }
#define FROM_K45(name)                                                                                       \
    static void from_##name(const void *src, float *dst, size_t n)                                           \
    {                                                                                                        \
        const uint8_t *p = src;                                                                              \
                                                                                                             \
        assert(n % QUILL_QK_K == 0);                                                                         \
        for (size_t i = 0; i < n; i += QUILL_QK_K, p += sizeof(struct quill_##name)) {                       \
            const float d = half_at(p), dmin = half_at(p + 2);                                               \
            uint8_t scales[8], mins[8];                                                                      \
            scales_and_mins(p, scales, mins);                                                                \
            for (size_t j = 0; j < 8; j++)                                                                   \
                store_affine(dst + i + 32 * j, unpack_##name(p, j), d * (float)scales[j],                    \
                             -(dmin * (float)mins[j]));                                                      \
        }                                                                                                    \
    }

FROM_CENTRED(q4_0, 8)
FROM_CENTRED(q5_0, 16)
FROM_CENTRED(q8_0, 0)
FROM_AFFINE(q4_1)
FROM_AFFINE(q5_1)
FROM_K45(q4_k)
FROM_K45(q5_k)

static void from_q6_k(const void *src, float *dst, size_t n)
{
    const uint8_t *p = src;

    assert(n % QUILL_QK_K == 0);
    for (size_t i = 0; i < n; i += QUILL_QK_K, p += sizeof(struct quill_q6_k)) {
        const float d = half_at(p + offsetof(struct quill_q6_k, d));
        const int8_t *scales = (const int8_t *)(p + offsetof(struct quill_q6_k, scales));

        for (size_t j = 0; j < 8; j++) {
            const struct bytes q = unpack_q6_k(p, j);

            store_scaled(dst + i + 32 * j, q.v[0], d * (float)scales[2 * j]);
            store_scaled(dst + i + 32 * j + 16, q.v[1], d * (float)scales[2 * j + 1]);
        }
    }
}

void quill_kernels_dequant_neon(struct quill_kernels *out)
{
    out->dequantize[QUILL_F16] = from_f16;
    out->dequantize[QUILL_Q4_0] = from_q4_0;
    out->dequantize[QUILL_Q4_1] = from_q4_1;
    out->dequantize[QUILL_Q5_0] = from_q5_0;
    out->dequantize[QUILL_Q5_1] = from_q5_1;
    out->dequantize[QUILL_Q8_0] = from_q8_0;
    out->dequantize[QUILL_Q4_K] = from_q4_k;
    out->dequantize[QUILL_Q5_K] = from_q5_k;
    out->dequantize[QUILL_Q6_K] = from_q6_k;
}
