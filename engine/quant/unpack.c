#include "quant/unpack.h"

#include <assert.h>
#include <string.h>

#include "quant/blocks.h"

static void nibbles(const uint8_t qs[16], int8_t q[32])
{
    for (size_t j = 0; j < 16; j++) {
        q[j] = qs[j] & 0xf;
        q[j + 16] = (int8_t)(qs[j] >> 4);
    }
}

static void fifth_bits(const uint8_t qh[4], int8_t q[32])
{
    for (size_t j = 0; j < 32; j++)
        q[j] = (int8_t)(q[j] | (qh[j / 8] >> j % 8 & 1) << 4);
}

static void set_scales(struct quill_block32 *out, float d, float m)
{
    out->d[0] = out->d[1] = d;
    out->m = m;
}

static void unpack_plain(enum quill_type type, const unsigned char *block, struct quill_block32 *out)
{
    uint16_t d, m;

    memcpy(&d, block, sizeof d);
    memcpy(&m, block + 2, sizeof m);
    const float scale = quill_f16_to_f32(d);
    switch (type) {
    case QUILL_Q4_0:
        nibbles(block + offsetof(struct quill_q4_0, qs), out->q);
        set_scales(out, scale, -8.0f * scale);
        break;
    case QUILL_Q4_1:
        nibbles(block + offsetof(struct quill_q4_1, qs), out->q);
        set_scales(out, scale, quill_f16_to_f32(m));
        break;
    case QUILL_Q5_0:
        nibbles(block + offsetof(struct quill_q5_0, qs), out->q);
        fifth_bits(block + offsetof(struct quill_q5_0, qh), out->q);
        set_scales(out, scale, -16.0f * scale);
        break;
    case QUILL_Q5_1:
        nibbles(block + offsetof(struct quill_q5_1, qs), out->q);
        fifth_bits(block + offsetof(struct quill_q5_1, qh), out->q);
        set_scales(out, scale, quill_f16_to_f32(m));
        break;
    default:
        assert(type == QUILL_Q8_0);
        memcpy(out->q, block + offsetof(struct quill_q8_0, qs), sizeof out->q);
        set_scales(out, scale, 0.0f);
        break;
    }
}

/* Sub-block j of a q4_K or q5_K block. */
static void unpack_k45(const unsigned char *block, size_t j, const uint8_t *qh, const uint8_t *qs,
                       struct quill_block32 *out)
{
    const uint8_t *s = block + offsetof(struct quill_q4_k, scales);
    const uint8_t scale = j < 4 ? s[j] & 0x3f : (uint8_t)((s[j + 4] & 0xf) | (s[j - 4] >> 6) << 4);
    const uint8_t min = j < 4 ? s[j + 4] & 0x3f : (uint8_t)(s[j + 4] >> 4 | (s[j] >> 6) << 4);
    uint16_t d, dmin;

    memcpy(&d, block, sizeof d);
    memcpy(&dmin, block + offsetof(struct quill_q4_k, dmin), sizeof dmin);
    set_scales(out, quill_f16_to_f32(d) * (float)scale, -quill_f16_to_f32(dmin) * (float)min);
    for (size_t l = 0; l < 32; l++) {
        const uint8_t byte = qs[j / 2 * 32 + l];

        out->q[l] = (int8_t)(j % 2 ? byte >> 4 : byte & 0xf);
        if (qh)
            out->q[l] = (int8_t)(out->q[l] | (qh[l] >> j & 1) << 4);
    }
}

static void unpack_q6_k(const unsigned char *block, size_t j, struct quill_block32 *out)
{
    const size_t half = j / 4, r = j % 4;
    const uint8_t *ql = block + 64 * half + 32 * (r % 2);
    const uint8_t *qh = block + offsetof(struct quill_q6_k, qh) + 32 * half;
    const int8_t *scales = (const int8_t *)(block + offsetof(struct quill_q6_k, scales));
    uint16_t d;

    memcpy(&d, block + offsetof(struct quill_q6_k, d), sizeof d);
    for (size_t i = 0; i < 2; i++)
        out->d[i] = quill_f16_to_f32(d) * (float)scales[2 * j + i];
    out->m = 0.0f;
    for (size_t l = 0; l < 32; l++)
        out->q[l] = (int8_t)(((r / 2 ? ql[l] >> 4 : ql[l] & 0xf) | (qh[l] >> 2 * r & 3) << 4) - 32);
}

void quill_unpack_block(enum quill_type type, const void *row, size_t i, struct quill_block32 *out)
{
    const struct quill_type_traits *traits = quill_type_traits(type);
    const unsigned char *block =
        (const unsigned char *)row + i * 32 / traits->block_len * traits->block_bytes;

    switch (type) {
    case QUILL_Q4_K:
        unpack_k45(block, i % 8, NULL, block + offsetof(struct quill_q4_k, qs), out);
        break;
    case QUILL_Q5_K:
        unpack_k45(block, i % 8, block + offsetof(struct quill_q5_k, qh),
                   block + offsetof(struct quill_q5_k, qs), out);
        break;
    case QUILL_Q6_K:
        unpack_q6_k(block, i % 8, out);
        break;
    default:
        unpack_plain(type, block, out);
        break;
    }
}
