#include "quant/types.h"

#include "quant/blocks.h"

#include <string.h>

static const struct quill_type_traits traits[QUILL_TYPE_COUNT] = {
    [QUILL_F32] = {"f32", 0, 1, sizeof(float)},
    [QUILL_F16] = {"f16", 1, 1, sizeof(uint16_t)},
    [QUILL_Q4_0] = {"q4_0", 2, QUILL_QK, sizeof(struct quill_q4_0)},
    [QUILL_Q4_1] = {"q4_1", 3, QUILL_QK, sizeof(struct quill_q4_1)},
    [QUILL_Q5_0] = {"q5_0", 6, QUILL_QK, sizeof(struct quill_q5_0)},
    [QUILL_Q5_1] = {"q5_1", 7, QUILL_QK, sizeof(struct quill_q5_1)},
    [QUILL_Q8_0] = {"q8_0", 8, QUILL_QK, sizeof(struct quill_q8_0)},
    [QUILL_Q4_K] = {"q4_K", 12, QUILL_QK_K, sizeof(struct quill_q4_k)},
    [QUILL_Q5_K] = {"q5_K", 13, QUILL_QK_K, sizeof(struct quill_q5_k)},
    [QUILL_Q6_K] = {"q6_K", 14, QUILL_QK_K, sizeof(struct quill_q6_k)},
};

const struct quill_type_traits *quill_type_traits(enum quill_type type)
{
    assert((unsigned)type < QUILL_TYPE_COUNT);
    return &traits[type];
}

enum quill_type quill_type_from_file(uint32_t file_id)
{
    for (unsigned i = 0; i < QUILL_TYPE_COUNT; i++)
        if (traits[i].file_id == file_id)
            return (enum quill_type)i;
    return QUILL_TYPE_COUNT;
}

static float float_of_bits(uint32_t bits)
{
    float f;

    memcpy(&f, &bits, sizeof f);
    return f;
}

static uint32_t bits_of_float(float f)
{
    uint32_t bits;

    memcpy(&bits, &f, sizeof bits);
    return bits;
}

float quill_f16_to_f32(uint16_t h)
{
    const uint32_t sign = (uint32_t)(h & 0x8000) << 16;
    const uint32_t exponent = h >> 10 & 0x1f, mantissa = h & 0x3ff;

    if (exponent == 0) { /* zero and subnormals: mantissa * 2^-24, exact in float */
        const float magnitude = (float)mantissa * 0x1p-24f;

        return sign ? -magnitude : magnitude;
    }
    if (exponent == 0x1f)
        return float_of_bits(sign | 0x7f800000 | mantissa << 13);
    return float_of_bits(sign | (exponent + 112) << 23 | mantissa << 13);
}

uint16_t quill_f32_to_f16(float f)
{
    const uint32_t bits = bits_of_float(f), magnitude = bits & 0x7fffffff;
    const uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
    uint32_t h, rest, half;

    if (magnitude > 0x7f800000) /* NaN stays a quiet NaN */
        return sign | 0x7e00;
    if (magnitude >= 0x47800000) /* 65536 and more */
        return sign | 0x7c00;
    if (magnitude >= 0x38800000) { /* normal: 2^-14 and more */
        h = (magnitude - 0x38000000) >> 13;
        rest = magnitude & 0x1fff;
        half = 0x1000;
    } else {
        const uint32_t exponent = magnitude >> 23;
        const uint32_t shift = 126 - exponent; /* aligns the last kept bit to 2^-24 */

        if (exponent < 102) /* below half of the smallest subnormal */
            return sign;
        h = ((magnitude & 0x7fffff) | 0x800000) >> shift;
        rest = ((magnitude & 0x7fffff) | 0x800000) & ((UINT32_C(1) << shift) - 1);
        half = UINT32_C(1) << (shift - 1);
    }
    if (rest > half || (rest == half && (h & 1)))
        h++; /* a carry into the exponent is the right result */
    return sign | (uint16_t)h;
}
