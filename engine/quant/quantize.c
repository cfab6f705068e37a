/* Plain quantisers: each step is as wide as the block's largest value or range asks for and is rounded so
 * that nothing is cut off; every value then goes to the nearest step. */
#include "quant/types.h"

#include "quant/blocks.h"

#include <math.h>
#include <string.h>

/* The half float next to f on the side away from zero, at most the largest finite one. */
static uint16_t f16_away(float f)
{
    uint16_t h = quill_f32_to_f16(f);

    if (fabsf(quill_f16_to_f32(h)) < fabsf(f))
        h++;
    if ((h & 0x7fff) >= 0x7c00)
        h = (uint16_t)((h & 0x8000) | 0x7bff);
    return h;
}

/* Nearest integer within lo..hi; lo for NaN. */
static int round_to(float x, int lo, int hi)
{
    if (!(x > (float)lo))
        return lo;
    return x >= (float)hi ? hi : (int)lrintf(x);
}

/* The smallest integer that is not below x, within 0..63. */
static int ceil_6bit(float x)
{
    return round_to(ceilf(x), 0, 63);
}

static float inverse(float x)
{
    return x != 0 ? 1 / x : 0;
}

/* The value of largest magnitude, with its sign. */
static float extreme(const float *x, size_t n)
{
    float most = 0;

    for (size_t i = 0; i < n; i++)
        if (fabsf(x[i]) > fabsf(most))
            most = x[i];
    return most;
}

static void range(const float *x, size_t n, float *min, float *max)
{
    *min = *max = x[0];
    for (size_t i = 1; i < n; i++) {
        if (x[i] < *min)
            *min = x[i];
        if (x[i] > *max)
            *max = x[i];
    }
}

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

/* Scales, mins and numbers 0..n_steps of a q4_K or q5_K super-block. */
static void quantize_scale_min(const float *x, int n_steps, uint16_t *d16, uint16_t *dmin16,
                               uint8_t scales[12], uint8_t q[QUILL_QK_K])
{
    float low[8], high[8], step[8], d, dmin, lowest = 0, widest = 0;
    int scale[8], min[8];

    for (int j = 0; j < 8; j++) {
        range(x + 32 * j, 32, &low[j], &high[j]);
        low[j] = fminf(low[j], 0); /* a min is subtracted, so it cannot be above zero */
        lowest = fminf(lowest, low[j]);
    }
    *dmin16 = f16_away(-lowest / 63);
    dmin = quill_f16_to_f32(*dmin16);
    for (int j = 0; j < 8; j++) {
        min[j] = ceil_6bit(-low[j] * inverse(dmin));
        step[j] = fmaxf(high[j] + dmin * (float)min[j], 0) / (float)n_steps;
        widest = fmaxf(widest, step[j]);
    }
    *d16 = f16_away(widest / 63);
    d = quill_f16_to_f32(*d16);

    memset(scales, 0, 12);
    for (int j = 0; j < 8; j++) {
        float id;

        scale[j] = ceil_6bit(step[j] * inverse(d));
        id = inverse(d * (float)scale[j]);
        for (int l = 0; l < 32; l++)
            q[32 * j + l] = (uint8_t)round_to((x[32 * j + l] + dmin * (float)min[j]) * id, 0, n_steps);
        if (j < 4) {
            scales[j] = (uint8_t)scale[j];
            scales[j + 4] = (uint8_t)min[j];
        } else {
            scales[j + 4] = (uint8_t)((scale[j] & 0xf) | (min[j] & 0xf) << 4);
            scales[j - 4] |= (uint8_t)(scale[j] >> 4 << 6);
            scales[j] |= (uint8_t)(min[j] >> 4 << 6);
        }
    }
}

static void quantize_q4_k(const float *x, void *dst)
{
    struct quill_q4_k b;
    uint8_t q[QUILL_QK_K];

    quantize_scale_min(x, 15, &b.d, &b.dmin, b.scales, q);
    for (int i = 0; i < QUILL_QK_K / 2; i++) {
        const int p = i / 32, l = i % 32;

        b.qs[i] = (uint8_t)(q[64 * p + l] | q[64 * p + 32 + l] << 4);
    }
    memcpy(dst, &b, sizeof b);
}

static void quantize_q5_k(const float *x, void *dst)
{
    struct quill_q5_k b;
    uint8_t q[QUILL_QK_K];

    quantize_scale_min(x, 31, &b.d, &b.dmin, b.scales, q);
    memset(b.qh, 0, sizeof b.qh);
    for (int i = 0; i < QUILL_QK_K / 2; i++) {
        const int p = i / 32, l = i % 32;

        b.qs[i] = (uint8_t)((q[64 * p + l] & 0xf) | (q[64 * p + 32 + l] & 0xf) << 4);
    }
    for (int i = 0; i < QUILL_QK_K; i++)
        b.qh[i % 32] |= (uint8_t)((q[i] >> 4) << i / 32);
    memcpy(dst, &b, sizeof b);
}

static void quantize_q6_k(const float *x, void *dst)
{
    struct quill_q6_k b;
    float step[16], widest = 0, d;

    for (int s = 0; s < 16; s++) {
        step[s] = extreme(x + 16 * s, 16) / -32;
        widest = fmaxf(widest, fabsf(step[s]));
    }
    b.d = f16_away(widest / 127);
    d = quill_f16_to_f32(b.d);
    memset(b.ql, 0, sizeof b.ql);
    memset(b.qh, 0, sizeof b.qh);
    for (int s = 0; s < 16; s++) {
        const float units = ceilf(fabsf(step[s]) * inverse(d));
        float id;

        b.scales[s] = (int8_t)(round_to(units, 0, 127) * (step[s] < 0 ? -1 : 1));
        id = inverse(d * (float)b.scales[s]);
        for (int i = 16 * s; i < 16 * s + 16; i++) {
            const int q = round_to(x[i] * id, -32, 31) + 32;
            const int half = i / 128, r = i % 128 / 32, l = i % 32;

            b.ql[64 * half + 32 * (r % 2) + l] |= (uint8_t)((q & 0xf) << r / 2 * 4);
            b.qh[32 * half + l] |= (uint8_t)((q >> 4) << 2 * r);
        }
    }
    memcpy(dst, &b, sizeof b);
}

void quill_quantize_row(enum quill_type type, const float *src, void *dst, size_t n)
{
    static void (*const block_fn[QUILL_TYPE_COUNT])(const float *src, void *dst) = {
        [QUILL_Q4_0] = quantize_q4_0, [QUILL_Q4_1] = quantize_q4_1, [QUILL_Q5_0] = quantize_q5_0,
        [QUILL_Q5_1] = quantize_q5_1, [QUILL_Q8_0] = quantize_q8_0, [QUILL_Q4_K] = quantize_q4_k,
        [QUILL_Q5_K] = quantize_q5_k, [QUILL_Q6_K] = quantize_q6_k,
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
