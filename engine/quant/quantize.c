/* Plain quantisers: each step is as wide as the block's largest value or range asks for and is rounded so
 * that nothing is cut off; every value then goes to the nearest step. Super-blocks: quantize-k.c. */
#include "quant/quantize.h"

#include "quant/blocks.h"

#include <string.h>

static void pack_q5(const uint8_t q[QUILL_QK], uint8_t qh[4], uint8_t qs[QUILL_QK / 2])
{
    memset(qh, 0, 4);
    for (int j = 0; j < QUILL_QK / 2; j++)
        qs[j] = (uint8_t)((q[j] & 0xf) | (q[j + QUILL_QK / 2] & 0xf) << 4);
    for (int j = 0; j < QUILL_QK; j++)
        qh[j / 8] |= (uint8_t)((q[j] >> 4) << j % 8);
}

/* The side of the largest magnitude gets the step more that the range -half..half-1 has. */
static void quantize_symmetric(const float *x, int half, uint16_t *d16, uint8_t q[QUILL_QK])
{
    float id;

    *d16 = f16_away(extreme(x, QUILL_QK) / (float)-half);
    id = inverse(quill_f16_to_f32(*d16));
    for (int j = 0; j < QUILL_QK; j++)
        q[j] = (uint8_t)(round_to(x[j] * id, -half, half - 1) + half);
}

/* m at or below the smallest value, n_steps of d from there to the largest. */
static void quantize_range(const float *x, int n_steps, uint16_t *d16, uint16_t *m16, uint8_t q[QUILL_QK])
{
    float min, max, m, id;

    range(x, QUILL_QK, &min, &max);
    *m16 = quill_f32_to_f16(min);
    if (quill_f16_to_f32(*m16) > min)
        *m16 = min < 0 ? f16_away(min) : (uint16_t)(*m16 - 1);
    m = quill_f16_to_f32(*m16);
    *d16 = f16_away((max - m) / (float)n_steps);
    id = inverse(quill_f16_to_f32(*d16));
    for (int j = 0; j < QUILL_QK; j++)
        q[j] = (uint8_t)round_to((x[j] - m) * id, 0, n_steps);
}

static void quantize_q4_0(const float *x, void *dst)
{
    struct quill_q4_0 b;
    uint8_t q[QUILL_QK];

    quantize_symmetric(x, 8, &b.d, q);
    for (int j = 0; j < QUILL_QK / 2; j++)
        b.qs[j] = (uint8_t)(q[j] | q[j + QUILL_QK / 2] << 4);
    memcpy(dst, &b, sizeof b);
}

static void quantize_q4_1(const float *x, void *dst)
{
    struct quill_q4_1 b;
    uint8_t q[QUILL_QK];

    quantize_range(x, 15, &b.d, &b.m, q);
    for (int j = 0; j < QUILL_QK / 2; j++)
        b.qs[j] = (uint8_t)(q[j] | q[j + QUILL_QK / 2] << 4);
    memcpy(dst, &b, sizeof b);
}

static void quantize_q5_0(const float *x, void *dst)
{
    struct quill_q5_0 b;
    uint8_t q[QUILL_QK];

    quantize_symmetric(x, 16, &b.d, q);
    pack_q5(q, b.qh, b.qs);
    memcpy(dst, &b, sizeof b);
}

static void quantize_q5_1(const float *x, void *dst)
{
    struct quill_q5_1 b;
    uint8_t q[QUILL_QK];

    quantize_range(x, 31, &b.d, &b.m, q);
    pack_q5(q, b.qh, b.qs);
    memcpy(dst, &b, sizeof b);
}

static void quantize_q8_0(const float *x, void *dst)
{
    struct quill_q8_0 b;
    float id;

    b.d = f16_away(fabsf(extreme(x, QUILL_QK)) / 127);
    id = inverse(quill_f16_to_f32(b.d));
    for (int j = 0; j < QUILL_QK; j++)
        b.qs[j] = (int8_t)round_to(x[j] * id, -127, 127);
    memcpy(dst, &b, sizeof b);
}

void quill_quantize_row(enum quill_type type, const float *src, void *dst, size_t n)
{
    static void (*const block_fn[QUILL_TYPE_COUNT])(const float *src, void *dst) = {
        [QUILL_Q4_0] = quantize_q4_0,       [QUILL_Q4_1] = quantize_q4_1,
        [QUILL_Q5_0] = quantize_q5_0,       [QUILL_Q5_1] = quantize_q5_1,
        [QUILL_Q8_0] = quantize_q8_0,       [QUILL_Q4_K] = quill_quantize_q4_k,
        [QUILL_Q5_K] = quill_quantize_q5_k, [QUILL_Q6_K] = quill_quantize_q6_k,
    };
    const struct quill_type_traits *traits = quill_type_traits(type);
    unsigned char *bytes = dst;

    assert(n % traits->block_len == 0);
    if (type == QUILL_F32) {
        memcpy(dst, src, n * sizeof *src);
        return;
    }
    if (type == QUILL_F16) {
        for (size_t i = 0; i < n; i++) {
            const uint16_t h = quill_f32_to_f16(src[i]);

            memcpy(bytes + i * sizeof h, &h, sizeof h);
        }
        return;
    }
    for (size_t i = 0; i < n; i += traits->block_len, bytes += traits->block_bytes)
        block_fn[type](src + i, bytes);
}
