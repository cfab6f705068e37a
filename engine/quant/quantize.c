/* Quantisers of plain blocks, and those of whole rows. Super-blocks: quantize-k.c. */
#include "quant/quantize.h"

#include "quant/blocks.h"

#include <string.h>

static void pack_q4(const uint8_t q[QUILL_QK], uint8_t qs[QUILL_QK / 2])
{
    for (int j = 0; j < QUILL_QK / 2; j++)
        qs[j] = (uint8_t)((q[j] & 0xf) | (q[j + QUILL_QK / 2] & 0xf) << 4);
}

static void pack_q5(const uint8_t q[QUILL_QK], uint8_t qh[4], uint8_t qs[QUILL_QK / 2])
{
    memset(qh, 0, 4);
    pack_q4(q, qs);
    for (int j = 0; j < QUILL_QK; j++)
        qh[j / 8] |= (uint8_t)((q[j] >> 4) << j % 8);
}

/* A plain block of at most 5 bits: x = d (q - half), or x = d q + m. */
struct numbered {
    uint16_t d, m;
    uint8_t q[QUILL_QK];
};

/* Gives each value its nearest number; returns the sum of squared errors. offset: m, or -half d. */
static float number(const float *x, int n_steps, float offset, struct numbered *b)
{
    const float d = quill_f16_to_f32(b->d), id = inverse(d);
    float error[QUILL_FIT_LANES] = {0};

    for (int j = 0; j < QUILL_QK; j++) {
        const int q = nearest((x[j] - offset) * id, (float)n_steps);
        const float e = x[j] - (d * (float)q + offset);

        b->q[j] = (uint8_t)q;
        error[j % QUILL_FIT_LANES] += e * e;
    }
    return sum_lanes(error);
}

static float number_symmetric(const float *x, int half, struct numbered *b)
{
    return number(x, 2 * half - 1, quill_f16_to_f32(b->d) * (float)-half, b);
}

/* Plainly the side of the largest magnitude gets the step more that the range -half..half-1 has. */
static struct numbered quantize_symmetric(const float *x, int half)
{
    struct numbered plain = {.d = f16_away(extreme(x, QUILL_QK) / (float)-half)};
    struct numbered fitted = {.d = quill_f32_to_f16(quill_fit_step(x, QUILL_QK, half))};
    const float plain_error = number_symmetric(x, half, &plain);

    return number_symmetric(x, half, &fitted) < plain_error ? fitted : plain;
}

/* Plainly m is at or below the smallest value, and n_steps of d go from there to the largest. */
static float number_range_plainly(const float *x, int n_steps, struct numbered *b)
{
    float min, max, m;

    range(x, QUILL_QK, &min, &max);
    b->m = quill_f32_to_f16(min);
    if (quill_f16_to_f32(b->m) > min)
        b->m = min < 0 ? f16_away(min) : (uint16_t)(b->m - 1);
    m = quill_f16_to_f32(b->m);
    b->d = f16_away((max - m) / (float)n_steps);
    return number(x, n_steps, m, b);
}

static struct numbered quantize_range(const float *x, int n_steps)
{
    struct numbered plain, fitted;
    const float plain_error = number_range_plainly(x, n_steps, &plain);
    float step, m;

    quill_fit_step_and_min(x, QUILL_QK, n_steps, INFINITY, &step, &m);
    fitted.d = quill_f32_to_f16(step);
    fitted.m = quill_f32_to_f16(m);
    return number(x, n_steps, quill_f16_to_f32(fitted.m), &fitted) < plain_error ? fitted : plain;
}

static void quantize_q4_0(const float *x, void *dst)
{
    const struct numbered from = quantize_symmetric(x, 8);
    struct quill_q4_0 b = {.d = from.d};

    pack_q4(from.q, b.qs);
    memcpy(dst, &b, sizeof b);
}

static void quantize_q4_1(const float *x, void *dst)
{
    const struct numbered from = quantize_range(x, 15);
    struct quill_q4_1 b = {.d = from.d, .m = from.m};

    pack_q4(from.q, b.qs);
    memcpy(dst, &b, sizeof b);
}

static void quantize_q5_0(const float *x, void *dst)
{
    const struct numbered from = quantize_symmetric(x, 16);
    struct quill_q5_0 b = {.d = from.d};

    pack_q5(from.q, b.qh, b.qs);
    memcpy(dst, &b, sizeof b);
}

static void quantize_q5_1(const float *x, void *dst)
{
    const struct numbered from = quantize_range(x, 31);
    struct quill_q5_1 b = {.d = from.d, .m = from.m};

    pack_q5(from.q, b.qh, b.qs);
    memcpy(dst, &b, sizeof b);
}

/* Its steps are so small that a search for better ones gains nothing. */
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
