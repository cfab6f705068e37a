/* Quantisers of super-blocks. In the fitted way each sub-block is fitted by itself; then, with scales and
 * mins rounded, the two factors of the super-block by least squares again. */
#include "quant/quantize.h"

#include "quant/blocks.h"

#include <string.h>

#define N_SUB 8 /* sub-blocks of q4_K and q5_K, and their length */
#define SUB 32
#define N_SUB6 16 /* of q6_K */
#define SUB6 16
#define LANES QUILL_FIT_LANES

/* --- q4_K and q5_K: x = d scale q - dmin min -------------------------------------------------------------
 */

struct scale_min {
    uint16_t d, dmin;
    uint8_t scale[N_SUB], min[N_SUB]; /* 6 bits */
    uint8_t q[QUILL_QK_K];
};

/* Gives each value its nearest number; returns the sum of squared errors. */
static float number(const float *x, int n_steps, struct scale_min *b)
{
    const float d = quill_f16_to_f32(b->d), dmin = quill_f16_to_f32(b->dmin);
    float error[LANES] = {0};

    for (int j = 0; j < N_SUB; j++) {
        const float step = d * (float)b->scale[j], min = dmin * (float)b->min[j], id = inverse(step);

        for (int l = 0; l < SUB; l++) {
            const int q = nearest((x[SUB * j + l] + min) * id, (float)n_steps);
            const float e = x[SUB * j + l] - (step * (float)q - min);

            b->q[SUB * j + l] = (uint8_t)q;
            error[l % LANES] += e * e;
        }
    }
    return sum_lanes(error);
}

static float number_plainly(const float *x, int n_steps, struct scale_min *b)
{
    float low[N_SUB], step[N_SUB], d, dmin, lowest = 0, widest = 0;

    for (int j = 0; j < N_SUB; j++) {
        range(x + SUB * j, SUB, &low[j], &step[j]);
        low[j] = fminf(low[j], 0); /* a min is subtracted, so it cannot be above zero */
        lowest = fminf(lowest, low[j]);
    }
    b->dmin = f16_away(-lowest / 63);
    dmin = quill_f16_to_f32(b->dmin);
    for (int j = 0; j < N_SUB; j++) {
        b->min[j] = (uint8_t)round_to(ceilf(-low[j] * inverse(dmin)), 0, 63);
        step[j] = fmaxf(step[j] + dmin * (float)b->min[j], 0) / (float)n_steps;
        widest = fmaxf(widest, step[j]);
    }
    b->d = f16_away(widest / 63);
    d = quill_f16_to_f32(b->d);
    for (int j = 0; j < N_SUB; j++)
        b->scale[j] = (uint8_t)round_to(ceilf(step[j] * inverse(d)), 0, 63);
    return number(x, n_steps, b);
}

/* d and dmin with the least squared error for the scales, mins and numbers that there are. */
static void fit_factors(const float *x, struct scale_min *b)
{
    float aa = 0, ab = 0, bb = 0, ax = 0, bx = 0, det, d, dmin;

    for (int j = 0; j < N_SUB; j++) {
        const float scale = b->scale[j], min = b->min[j];
        float qx_lane[LANES] = {0}, x_lane[LANES] = {0};
        int q_sum = 0, qq_sum = 0;

        for (int l = 0; l < SUB; l++) {
            const int q = b->q[SUB * j + l];

            q_sum += q;
            qq_sum += q * q;
            qx_lane[l % LANES] += (float)q * x[SUB * j + l];
            x_lane[l % LANES] += x[SUB * j + l];
        }
        aa += scale * scale * (float)qq_sum;
        ab += scale * min * (float)q_sum;
        bb += min * min * SUB;
        ax += scale * sum_lanes(qx_lane);
        bx += min * sum_lanes(x_lane);
    }
    /* x = d a - dmin b */
    det = aa * bb - ab * ab;
    if (det > 1e-6f * aa * bb) {
        d = (ax * bb - ab * bx) / det;
        dmin = (ax * ab - aa * bx) / det;
    } else {
        dmin = quill_f16_to_f32(b->dmin);
        d = aa > 0 ? (ax + dmin * ab) / aa : 0;
    }
    if (d > 0 && d < 65504)
        b->d = quill_f32_to_f16(d);
    if (dmin >= 0 && dmin < 65504)
        b->dmin = quill_f32_to_f16(dmin);
}

static float number_fitted(const float *x, int n_steps, struct scale_min *b)
{
    float step[N_SUB], m[N_SUB], widest = 0, deepest = 0, id, idmin;

    for (int j = 0; j < N_SUB; j++) {
        /* A min is subtracted, so it cannot be above zero. */
        quill_fit_step_and_min(x + SUB * j, SUB, n_steps, 0, &step[j], &m[j]);
        widest = fmaxf(widest, step[j]);
        deepest = fmaxf(deepest, -m[j]);
    }
    b->d = f16_away(widest / 63);
    b->dmin = f16_away(deepest / 63);
    id = inverse(quill_f16_to_f32(b->d));
    idmin = inverse(quill_f16_to_f32(b->dmin));
    for (int j = 0; j < N_SUB; j++) {
        b->scale[j] = (uint8_t)nearest(step[j] * id, 63);
        b->min[j] = (uint8_t)nearest(-m[j] * idmin, 63);
    }
    number(x, n_steps, b);
    fit_factors(x, b);
    return number(x, n_steps, b);
}

static struct scale_min quantize_scale_min(const float *x, int n_steps)
{
    struct scale_min plain, fitted;
    const float plain_error = number_plainly(x, n_steps, &plain);

    return number_fitted(x, n_steps, &fitted) < plain_error ? fitted : plain;
}

static void pack_scales(const struct scale_min *b, uint8_t scales[12])
{
    memset(scales, 0, 12);
    for (int j = 0; j < 4; j++) {
        scales[j] = (uint8_t)(b->scale[j] | b->scale[j + 4] >> 4 << 6);
        scales[j + 4] = (uint8_t)(b->min[j] | b->min[j + 4] >> 4 << 6);
        scales[j + 8] = (uint8_t)((b->scale[j + 4] & 0xf) | (b->min[j + 4] & 0xf) << 4);
    }
}

void quill_quantize_q4_k(const float *x, void *dst)
{
    const struct scale_min from = quantize_scale_min(x, 15);
    struct quill_q4_k b = {.d = from.d, .dmin = from.dmin};

    pack_scales(&from, b.scales);
    for (int i = 0; i < QUILL_QK_K / 2; i++) {
        const int p = i / 32, l = i % 32;

        b.qs[i] = (uint8_t)(from.q[64 * p + l] | from.q[64 * p + 32 + l] << 4);
    }
    memcpy(dst, &b, sizeof b);
}

void quill_quantize_q5_k(const float *x, void *dst)
{
    const struct scale_min from = quantize_scale_min(x, 31);
    struct quill_q5_k b = {.d = from.d, .dmin = from.dmin};

    pack_scales(&from, b.scales);
    for (int i = 0; i < QUILL_QK_K / 2; i++) {
        const int p = i / 32, l = i % 32;

        b.qs[i] = (uint8_t)((from.q[64 * p + l] & 0xf) | (from.q[64 * p + 32 + l] & 0xf) << 4);
    }
    for (int i = 0; i < QUILL_QK_K; i++)
        b.qh[i % 32] |= (uint8_t)((from.q[i] >> 4) << i / 32);
    memcpy(dst, &b, sizeof b);
}

/* --- q6_K: x = d scale (q - 32) --------------------------------------------------------------------------
 */

struct scaled {
    uint16_t d;
    int8_t scale[N_SUB6];
    uint8_t q[QUILL_QK_K];
};

/* As number, above. */
static float number6(const float *x, struct scaled *b)
{
    const float d = quill_f16_to_f32(b->d);
    float error[LANES] = {0};

    for (int s = 0; s < N_SUB6; s++) {
        const float step = d * (float)b->scale[s], id = inverse(step);

        for (int l = 0; l < SUB6; l++) {
            const int q = nearest(x[SUB6 * s + l] * id + 32, 63);
            const float e = x[SUB6 * s + l] - step * (float)(q - 32);

            b->q[SUB6 * s + l] = (uint8_t)q;
            error[l % LANES] += e * e;
        }
    }
    return sum_lanes(error);
}

static float number6_plainly(const float *x, struct scaled *b)
{
    float step[N_SUB6], widest = 0, d;

    for (int s = 0; s < N_SUB6; s++) {
        step[s] = extreme(x + SUB6 * s, SUB6) / -32;
        widest = fmaxf(widest, fabsf(step[s]));
    }
    b->d = f16_away(widest / 127);
    d = quill_f16_to_f32(b->d);
    for (int s = 0; s < N_SUB6; s++) {
        const float units = ceilf(fabsf(step[s]) * inverse(d));

        b->scale[s] = (int8_t)(round_to(units, 0, 127) * (step[s] < 0 ? -1 : 1));
    }
    return number6(x, b);
}

static float number6_fitted(const float *x, struct scaled *b)
{
    float step[N_SUB6], widest = 0, id, aa = 0, ax = 0;

    for (int s = 0; s < N_SUB6; s++) {
        step[s] = quill_fit_step(x + SUB6 * s, SUB6, 32);
        widest = fmaxf(widest, fabsf(step[s]));
    }
    b->d = f16_away(widest / 127);
    id = inverse(quill_f16_to_f32(b->d));
    for (int s = 0; s < N_SUB6; s++)
        b->scale[s] = (int8_t)round_to(step[s] * id, -127, 127);
    number6(x, b);
    for (int i = 0; i < QUILL_QK_K; i++) {
        const float a = (float)(b->scale[i / SUB6] * (b->q[i] - 32));

        aa += a * a;
        ax += a * x[i];
    }
    if (aa > 0 && ax > 0 && ax / aa < 65504)
        b->d = quill_f32_to_f16(ax / aa);
    return number6(x, b);
}

void quill_quantize_q6_k(const float *x, void *dst)
{
    struct quill_q6_k b = {0};
    struct scaled plain, fitted;
    const float plain_error = number6_plainly(x, &plain);
    const struct scaled *from = number6_fitted(x, &fitted) < plain_error ? &fitted : &plain;

    b.d = from->d;
    memcpy(b.scales, from->scale, sizeof b.scales);
    for (int i = 0; i < QUILL_QK_K; i++) {
        const int half = i / 128, r = i % 128 / 32, l = i % 32, q = from->q[i];

        b.ql[64 * half + 32 * (r % 2) + l] |= (uint8_t)((q & 0xf) << r / 2 * 4);
        b.qh[32 * half + l] |= (uint8_t)((q >> 4) << 2 * r);
    }
    memcpy(dst, &b, sizeof b);
}
