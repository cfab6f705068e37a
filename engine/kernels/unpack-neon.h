/* Weights as bytes in NEON registers, 32 at a time. Layouts: quant/blocks.h. All loads stay within the block.
 */
#ifndef QUILL_KERNELS_UNPACK_NEON_H
#define QUILL_KERNELS_UNPACK_NEON_H

#include <arm_neon.h>
#include <stddef.h>
#include <string.h>

#include "quant/blocks.h"

/* 32 signed bytes: elements 0..15 and 16..31. */
struct bytes {
    int8x16_t v[2];
};

static inline float half_at(const uint8_t *p)
{
    __fp16 h;

    memcpy(&h, p, sizeof h);
    return (float)h;
}

static inline float32x4_t halves_to_floats(const uint16_t h[4])
{
    return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(h)));
}

static inline struct bytes as_signed(uint8x16_t low, uint8x16_t high)
{
    return (struct bytes){{vreinterpretq_s8_u8(low), vreinterpretq_s8_u8(high)}};
}

/* Nibbles of 16 bytes: low ones are elements 0..15, high ones 16..31. */
static inline struct bytes nibbles(const uint8_t *qs)
{
    const uint8x16_t b = vld1q_u8(qs);

    return as_signed(vandq_u8(b, vdupq_n_u8(0xf)), vshrq_n_u8(b, 4));
}

/* Those and the fifth bits: bit j of the four bytes at qh is that of element j. */
static inline struct bytes five_bits(const uint8_t *qs, const uint8_t *qh)
{
    static const uint8_t spread[16] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1};
    static const uint8_t one[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t at = vld1q_u8(spread), bit = vld1q_u8(one), sixteen = vdupq_n_u8(0x10);
    struct bytes q = nibbles(qs);
    uint32_t bits;

    memcpy(&bits, qh, sizeof bits);
    const uint8x16_t all = vreinterpretq_u8_u32(vdupq_n_u32(bits));
    const uint8x16_t low = vtstq_u8(vqtbl1q_u8(all, at), bit);
    const uint8x16_t high = vtstq_u8(vqtbl1q_u8(all, vaddq_u8(at, vdupq_n_u8(2))), bit);
    q.v[0] = vorrq_s8(q.v[0], vreinterpretq_s8_u8(vandq_u8(low, sixteen)));
    q.v[1] = vorrq_s8(q.v[1], vreinterpretq_s8_u8(vandq_u8(high, sixteen)));
    return q;
}

/* Block j of the plain ones at p: q as it is stored, of q4_0 and q5_0 without their zero of 8 and 16. */
static inline struct bytes unpack_q4_0(const uint8_t *p, size_t j)
{
    return nibbles(p + j * sizeof(struct quill_q4_0) + offsetof(struct quill_q4_0, qs));
}
static inline struct bytes unpack_q4_1(const uint8_t *p, size_t j)
{
    return nibbles(p + j * sizeof(struct quill_q4_1) + offsetof(struct quill_q4_1, qs));
}
static inline struct bytes unpack_q5_0(const uint8_t *p, size_t j)
{
    p += j * sizeof(struct quill_q5_0);
    return five_bits(p + offsetof(struct quill_q5_0, qs), p + offsetof(struct quill_q5_0, qh));
}
static inline struct bytes unpack_q5_1(const uint8_t *p, size_t j)
{
    p += j * sizeof(struct quill_q5_1);
    return five_bits(p + offsetof(struct quill_q5_1, qs), p + offsetof(struct quill_q5_1, qh));
}
static inline struct bytes unpack_q8_0(const uint8_t *p, size_t j)
{
    const int8_t *qs = (const int8_t *)p + j * sizeof(struct quill_q8_0) + offsetof(struct quill_q8_0, qs);

    return (struct bytes){{vld1q_s8(qs), vld1q_s8(qs + 16)}};
}

/* Sub-block j of 32 of the super-block at p. */
static inline struct bytes nibbles_k(const uint8_t *qs, size_t j)
{
    const uint8x16_t a = vld1q_u8(qs + j / 2 * 32), b = vld1q_u8(qs + j / 2 * 32 + 16);
    const uint8x16_t mask = vdupq_n_u8(0xf);

    return j % 2 ? as_signed(vshrq_n_u8(a, 4), vshrq_n_u8(b, 4))
                 : as_signed(vandq_u8(a, mask), vandq_u8(b, mask));
}
static inline struct bytes unpack_q4_k(const uint8_t *p, size_t j)
{
    return nibbles_k(p + offsetof(struct quill_q4_k, qs), j);
}
static inline struct bytes unpack_q5_k(const uint8_t *p, size_t j)
{
    const uint8_t *qh = p + offsetof(struct quill_q5_k, qh);
    const uint8x16_t bit = vdupq_n_u8((uint8_t)(1u << j)), sixteen = vdupq_n_u8(0x10);
    struct bytes q = nibbles_k(p + offsetof(struct quill_q5_k, qs), j);

    for (int i = 0; i < 2; i++)
        q.v[i] =
            vorrq_s8(q.v[i], vreinterpretq_s8_u8(vandq_u8(vtstq_u8(vld1q_u8(qh + 16 * i), bit), sixteen)));
    return q;
}
/* Here with its zero of 32 taken away. */
static inline struct bytes unpack_q6_k(const uint8_t *p, size_t j)
{
    const size_t half = j / 4, r = j % 4;
    const uint8_t *ql = p + 64 * half + 32 * (r % 2);
    const uint8_t *qh = p + offsetof(struct quill_q6_k, qh) + 32 * half;
    const int8x16_t low_shift = vdupq_n_s8(r / 2 ? -4 : 0), high_shift = vdupq_n_s8((int8_t)(-2 * (int)r));
    struct bytes q;

    for (int i = 0; i < 2; i++) {
        const uint8x16_t nibble = vandq_u8(vshlq_u8(vld1q_u8(ql + 16 * i), low_shift), vdupq_n_u8(0xf));
        const uint8x16_t two = vandq_u8(vshlq_u8(vld1q_u8(qh + 16 * i), high_shift), vdupq_n_u8(3));
        q.v[i] = vsubq_s8(vreinterpretq_s8_u8(vorrq_u8(nibble, vshlq_n_u8(two, 4))), vdupq_n_s8(32));
    }
    return q;
}

/* The eight scales and mins, of 6 bits each, of a q4_K or q5_K block. */
static inline void scales_and_mins(const uint8_t *p, uint8_t scales[8], uint8_t mins[8])
{
    uint32_t s[3];

    memcpy(s, p + offsetof(struct quill_q4_k, scales), sizeof s);
    const uint32_t scale[2] = {s[0] & 0x3f3f3f3f, (s[2] & 0x0f0f0f0f) | (s[0] >> 6 & 0x03030303) << 4};
    const uint32_t min[2] = {s[1] & 0x3f3f3f3f, (s[2] >> 4 & 0x0f0f0f0f) | (s[1] >> 6 & 0x03030303) << 4};
    memcpy(scales, scale, sizeof scale);
    memcpy(mins, min, sizeof min);
}

#endif
