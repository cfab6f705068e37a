/* Transposes 4 x 4 words in registers. */
#ifndef QUILL_KERNELS_TRANSPOSE_NEON_H
#define QUILL_KERNELS_TRANSPOSE_NEON_H

#include <arm_neon.h>
#include <stddef.h>
#include <stdint.h>

/* out[i * ld_out + j] = rows[j * ld + i], i, j < 4 */
static inline void transpose_4x4(const uint32_t *rows, size_t ld, uint32_t *out, size_t ld_out)
{
    const uint32x4_t a = vld1q_u32(rows), b = vld1q_u32(rows + ld);
    const uint32x4_t c = vld1q_u32(rows + 2 * ld), d = vld1q_u32(rows + 3 * ld);
    const uint64x2_t ab_even = vreinterpretq_u64_u32(vtrn1q_u32(a, b));
    const uint64x2_t ab_odd = vreinterpretq_u64_u32(vtrn2q_u32(a, b));
    const uint64x2_t cd_even = vreinterpretq_u64_u32(vtrn1q_u32(c, d));
    const uint64x2_t cd_odd = vreinterpretq_u64_u32(vtrn2q_u32(c, d));

    vst1q_u32(out, vreinterpretq_u32_u64(vtrn1q_u64(ab_even, cd_even)));
    vst1q_u32(out + ld_out, vreinterpretq_u32_u64(vtrn1q_u64(ab_odd, cd_odd)));
    vst1q_u32(out + 2 * ld_out, vreinterpretq_u32_u64(vtrn2q_u64(ab_even, cd_even)));
    vst1q_u32(out + 3 * ld_out, vreinterpretq_u32_u64(vtrn2q_u64(ab_odd, cd_odd)));
}

#endif
