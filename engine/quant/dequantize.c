#include "quant/types.h"

#include "quant/blocks.h"

#include <string.h>

static void dequantize_q4_0(const void *src, float *dst)
{
    struct quill_q4_0 b;
    float d;

    memcpy(&b, src, sizeof b);
    d = quill_f16_to_f32(b.d);
    for (int j = 0; j < QUILL_QK / 2; j++) {
        dst[j] = (float)((b.qs[j] & 0xf) - 8) * d;
        dst[j + QUILL_QK / 2] = (float)((b.qs[j] >> 4) - 8) * d;
    }
}

static void dequantize_q4_1(const void *src, float *dst)
{
    struct quill_q4_1 b;
    float d, m;

    memcpy(&b, src, sizeof b);
    d = quill_f16_to_f32(b.d);
    m = quill_f16_to_f32(b.m);
    for (int j = 0; j < QUILL_QK / 2; j++) {
        dst[j] = (float)(b.qs[j] & 0xf) * d + m;
        dst[j + QUILL_QK / 2] = (float)(b.qs[j] >> 4) * d + m;
    }
}

/* The 32 five-bit numbers of a q5 block. */
static void unpack_q5(const uint8_t qh[4], const uint8_t qs[QUILL_QK / 2], uint8_t q[QUILL_QK])
{
    for (int j = 0; j < QUILL_QK / 2; j++) {
        const int k = j + QUILL_QK / 2;

        q[j] = (uint8_t)((qs[j] & 0xf) | (qh[j / 8] >> j % 8 & 1) << 4);
        q[k] = (uint8_t)(qs[j] >> 4 | (qh[k / 8] >> k % 8 & 1) << 4);
    }
}

static void dequantize_q5_0(const void *src, float *dst)
{
    struct quill_q5_0 b;
    uint8_t q[QUILL_QK];
    float d;

    memcpy(&b, src, sizeof b);
    d = quill_f16_to_f32(b.d);
    unpack_q5(b.qh, b.qs, q);
    for (int j = 0; j < QUILL_QK; j++)
        dst[j] = (float)(q[j] - 16) * d;
}

static void dequantize_q5_1(const void *src, float *dst)
{
    struct quill_q5_1 b;
    uint8_t q[QUILL_QK];
    float d, m;

    memcpy(&b, src, sizeof b);
    d = quill_f16_to_f32(b.d);
    m = quill_f16_to_f32(b.m);
    unpack_q5(b.qh, b.qs, q);
    for (int j = 0; j < QUILL_QK; j++)
        dst[j] = (float)q[j] * d + m;
}

static void dequantize_q8_0(const void *src, float *dst)
{
    struct quill_q8_0 b;
    float d;

    memcpy(&b, src, sizeof b);
    d = quill_f16_to_f32(b.d);
    for (int j = 0; j < QUILL_QK; j++)
        dst[j] = (float)b.qs[j] * d;
}

/* Scale and min of sub-block j; see blocks.h. */
static void unpack_scale_min(const uint8_t scales[12], int j, int *scale, int *min)
{
    if (j < 4) {
        *scale = scales[j] & 63;
        *min = scales[j + 4] & 63;
    } else {
        *scale = (scales[j + 4] & 0xf) | scales[j - 4] >> 6 << 4;
        *min = scales[j + 4] >> 4 | scales[j] >> 6 << 4;
    }
}

static void dequantize_q4_k(const void *src, float *dst)
{
    struct quill_q4_k b;
    float d, dmin;

    memcpy(&b, src, sizeof b);
    d = quill_f16_to_f32(b.d);
    dmin = quill_f16_to_f32(b.dmin);
    for (int j = 0; j < 8; j++) {
        const uint8_t *qs = b.qs + j / 2 * 32;
        const int shift = j % 2 * 4;
        int scale, min;

        unpack_scale_min(b.scales, j, &scale, &min);
        for (int l = 0; l < 32; l++)
            dst[32 * j + l] = d * (float)scale * (float)(qs[l] >> shift & 0xf) - dmin * (float)min;
    }
}

static void dequantize_q5_k(const void *src, float *dst)
{
    struct quill_q5_k b;
    float d, dmin;

    memcpy(&b, src, sizeof b);
    d = quill_f16_to_f32(b.d);
    dmin = quill_f16_to_f32(b.dmin);
    for (int j = 0; j < 8; j++) {
        const uint8_t *qs = b.qs + j / 2 * 32;
        const int shift = j % 2 * 4;
        int scale, min;

        unpack_scale_min(b.scales, j, &scale, &min);
        for (int l = 0; l < 32; l++) {
            const int q = (qs[l] >> shift & 0xf) | (b.qh[l] >> j & 1) << 4;

            dst[32 * j + l] = d * (float)scale * (float)q - dmin * (float)min;
        }
    }
}

static void dequantize_q6_k(const void *src, float *dst)
{
    struct quill_q6_k b;
    float d;

    memcpy(&b, src, sizeof b);
    d = quill_f16_to_f32(b.d);
    for (int i = 0; i < QUILL_QK_K; i++) {
        const int half = i / 128, r = i % 128 / 32, l = i % 32;
        const int low = b.ql[64 * half + 32 * (r % 2) + l] >> r / 2 * 4 & 0xf;
        const int high = b.qh[32 * half + l] >> 2 * r & 3;

        dst[i] = d * (float)b.scales[i / 16] * (float)((low | high << 4) - 32);
    }
}

void quill_dequantize_row(enum quill_type type, const void *src, float *dst, size_t n)
{
    static void (*const block_fn[QUILL_TYPE_COUNT])(const void *src, float *dst) = {
        [QUILL_Q4_0] = dequantize_q4_0, [QUILL_Q4_1] = dequantize_q4_1, [QUILL_Q5_0] = dequantize_q5_0,
        [QUILL_Q5_1] = dequantize_q5_1, [QUILL_Q8_0] = dequantize_q8_0, [QUILL_Q4_K] = dequantize_q4_k,
        [QUILL_Q5_K] = dequantize_q5_k, [QUILL_Q6_K] = dequantize_q6_k,
    };
    const struct quill_type_traits *traits = quill_type_traits(type);
    const unsigned char *bytes = src;

    assert(n % traits->block_len == 0);
    if (type == QUILL_F32) {
        memcpy(dst, src, n * sizeof *dst);
        return;
    }
    if (type == QUILL_F16) {
        for (size_t i = 0; i < n; i++) {
            uint16_t h;

            memcpy(&h, bytes + i * sizeof h, sizeof h);
            dst[i] = quill_f16_to_f32(h);
        }
        return;
    }
    for (size_t i = 0; i < n; i += traits->block_len, bytes += traits->block_bytes)
        block_fn[type](bytes, dst + i);
}
