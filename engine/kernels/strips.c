#include "kernels/strips.h"

#include <assert.h>
#include <string.h>

#include "quant/blocks.h"

#define FLIPPED 0x80808080u /* the sign bits of four bytes: q + 128 */

bool quill_strips_have(enum quill_type type)
{
    return type != QUILL_F32 && type != QUILL_F16 && type != QUILL_Q6_K;
}

struct quill_strip_parts quill_strip_parts(enum quill_type type, size_t k)
{
    struct quill_strip_parts parts = {.is_k = type == QUILL_Q4_K || type == QUILL_Q5_K,
                                      .has_fifth =
                                          type == QUILL_Q5_0 || type == QUILL_Q5_1 || type == QUILL_Q5_K,
                                      .bytes = type == QUILL_Q8_0};
    const size_t halves = k / quill_type_traits(type)->block_len * QUILL_STRIP_ROWS * sizeof(uint16_t);
    size_t at = halves;

    assert(quill_strips_have(type) && k % quill_type_traits(type)->block_len == 0);
    parts.has_min = parts.is_k || type == QUILL_Q4_1 || type == QUILL_Q5_1;
    if (parts.has_min) {
        parts.m = at;
        at += halves;
    }
    if (parts.is_k) {
        parts.scales = at;
        at += k / QUILL_QK * 2 * QUILL_STRIP_ROWS;
    }
    if (parts.has_fifth) {
        parts.fifth = at;
        at += k / 8 * QUILL_STRIP_ROWS;
    }
    parts.q = at;
    return parts;
}

size_t quill_strip_bytes(enum quill_type type, size_t k)
{
    const struct quill_strip_parts parts = quill_strip_parts(type, k);

    return parts.q + k / (parts.bytes ? 1 : 2) * QUILL_STRIP_ROWS;
}

#define SUB_BLOCKS (QUILL_QK_K / QUILL_QK) /* of a block of the K types */

/* A block of 32 of a row, and its place in the strip. */
struct place {
    const struct quill_strip_parts *parts;
    unsigned char *strip;
    size_t block, row;
};

static unsigned char *scale_at(const struct place *at, size_t part)
{
    const size_t block = at->block / (at->parts->is_k ? SUB_BLOCKS : 1);

    return at->strip + part + (block * QUILL_STRIP_ROWS + at->row) * sizeof(uint16_t);
}

/* Scale of a sub-block; its minimum is QUILL_STRIP_ROWS behind it. */
static unsigned char *sub_scale_at(const struct place *at)
{
    return at->strip + at->parts->scales + at->block * 2 * QUILL_STRIP_ROWS + at->row;
}

/* The four bits of the row in a mask are half of this byte. */
static unsigned char *mask_at(const struct place *at, size_t g)
{
    return at->strip + at->parts->fifth + (at->block * 8 + g) * 8 + at->row / 2;
}

static unsigned char *quants_at(const struct place *at, size_t g)
{
    const size_t n = at->parts->bytes ? 8 : 4;

    return at->strip + at->parts->q + (at->block * n + g) * 64 + at->row * 4;
}

static void put_fifth_bits(const struct place *at, const unsigned char *from)
{
    for (size_t g = 0; g < 8; g++)
        *mask_at(at, g) |= (unsigned char)((from[g / 2] >> g % 2 * 4 & 15) << at->row % 2 * 4);
}

static void get_fifth_bits(const struct place *at, unsigned char *to)
{
    for (size_t g = 0; g < 8; g += 2)
        to[g / 2] = (unsigned char)((*mask_at(at, g) >> at->row % 2 * 4 & 15) |
                                    (*mask_at(at, g + 1) >> at->row % 2 * 4 & 15) << 4);
}

static void copy_four(const struct quill_strip_parts *parts, const void *from, void *to)
{
    uint32_t four;

    memcpy(&four, from, sizeof four);
    four ^= parts->bytes ? FLIPPED : 0;
    memcpy(to, &four, sizeof four);
}

static void put_block(const struct place *at, const unsigned char *from)
{
    const struct quill_strip_parts *parts = at->parts;

    memcpy(scale_at(at, 0), from, sizeof(uint16_t));
    from += sizeof(uint16_t);
    if (parts->has_min) {
        memcpy(scale_at(at, parts->m), from, sizeof(uint16_t));
        from += sizeof(uint16_t);
    }
    if (parts->has_fifth) {
        put_fifth_bits(at, from);
        from += QUILL_QK / 8;
    }
    for (size_t g = 0; g < (parts->bytes ? 8 : 4); g++)
        copy_four(parts, from + 4 * g, quants_at(at, g));
}

static void get_block(const struct place *at, unsigned char *to)
{
    const struct quill_strip_parts *parts = at->parts;

    memcpy(to, scale_at(at, 0), sizeof(uint16_t));
    to += sizeof(uint16_t);
    if (parts->has_min) {
        memcpy(to, scale_at(at, parts->m), sizeof(uint16_t));
        to += sizeof(uint16_t);
    }
    if (parts->has_fifth) {
        get_fifth_bits(at, to);
        to += QUILL_QK / 8;
    }
    for (size_t g = 0; g < (parts->bytes ? 8 : 4); g++)
        copy_four(parts, quants_at(at, g), to + 4 * g);
}

/* Of q4_K and q5_K: what d and dmin stand before in a file. */
struct k_block {
    uint8_t *scales, *fifth, *q; /* fifth: NULL: none */
};

static struct k_block k_block_at(const struct quill_strip_parts *parts, unsigned char *block)
{
    unsigned char *scales = block + 2 * sizeof(uint16_t);
    unsigned char *behind = scales + sizeof((struct quill_q5_k *)0)->scales;

    return (struct k_block){scales, parts->has_fifth ? behind : NULL,
                            behind + (parts->has_fifth ? QUILL_QK_K / 8 : 0)};
}

/* Scale and minimum of sub-block j (quant/blocks.h); packed into zeros. */
static void unpack_scale(const uint8_t *scales, size_t j, uint8_t *scale, uint8_t *min)
{
    *scale = j < 4 ? scales[j] & 63 : (uint8_t)((scales[j + 4] & 15) | scales[j - 4] >> 6 << 4);
    *min = j < 4 ? scales[j + 4] & 63 : (uint8_t)(scales[j + 4] >> 4 | scales[j] >> 6 << 4);
}

static void pack_scale(uint8_t *scales, size_t j, uint8_t scale, uint8_t min)
{
    if (j < 4) {
        scales[j] |= scale;
        scales[j + 4] |= min;
    } else {
        scales[j + 4] |= (uint8_t)((scale & 15) | min << 4);
        scales[j - 4] |= (uint8_t)(scale >> 4 << 6);
        scales[j] |= (uint8_t)(min >> 4 << 6);
    }
}

/* Sub-block j of a file's block: its nibbles as those of 32 plain weights, element l beside l + 16; bit j of
 * 8 bytes as one, the bit of byte l as bit l: the product moves each to its place, and others beside the top
 * byte. */
static void unpack_nibbles(const struct k_block *block, size_t j, uint8_t nibbles[QUILL_QK / 2])
{
    const uint8_t *q = block->q + j / 2 * QUILL_QK;
    const int shift = j % 2 * 4;

    for (size_t l = 0; l < QUILL_QK / 2; l++)
        nibbles[l] = (uint8_t)((q[l] >> shift & 15) | (q[l + QUILL_QK / 2] >> shift & 15) << 4);
}

static uint8_t unpack_bits(const uint8_t *bytes, size_t j)
{
    uint64_t eight = 0;

    for (size_t l = 0; l < 8; l++)
        eight |= (uint64_t)bytes[l] << 8 * l;
    return (uint8_t)((eight >> j & 0x0101010101010101u) * 0x0102040810204080u >> 56);
}

/* 32 numbers of up to five bits into sub-block j, which is zero. */
static void pack_numbers(const struct k_block *block, size_t j, const uint8_t n[QUILL_QK])
{
    for (size_t l = 0; l < QUILL_QK; l++) {
        block->q[j / 2 * QUILL_QK + l] |= (uint8_t)((n[l] & 15) << j % 2 * 4);
        if (block->fifth)
            block->fifth[l] |= (uint8_t)(n[l] >> 4 << j);
    }
}

static void put_k_block(struct place at, const unsigned char *from)
{
    const struct k_block block = k_block_at(at.parts, (unsigned char *)(uintptr_t)from);

    memcpy(scale_at(&at, 0), from, sizeof(uint16_t));
    memcpy(scale_at(&at, at.parts->m), from + sizeof(uint16_t), sizeof(uint16_t));
    for (size_t j = 0; j < SUB_BLOCKS; j++, at.block++) {
        uint8_t nibbles[QUILL_QK / 2], fifth[QUILL_QK / 8] = {0};

        unpack_scale(block.scales, j, sub_scale_at(&at), sub_scale_at(&at) + QUILL_STRIP_ROWS);
        unpack_nibbles(&block, j, nibbles);
        for (size_t l = 0; block.fifth && l < QUILL_QK / 8; l++)
            fifth[l] = unpack_bits(block.fifth + 8 * l, j);
        if (at.parts->has_fifth)
            put_fifth_bits(&at, fifth);
        for (size_t g = 0; g < 4; g++)
            copy_four(at.parts, nibbles + 4 * g, quants_at(&at, g));
    }
}

static void get_k_block(struct place at, unsigned char *to)
{
    const struct k_block block = k_block_at(at.parts, to);

    memset(to, 0, at.parts->has_fifth ? sizeof(struct quill_q5_k) : sizeof(struct quill_q4_k));
    memcpy(to, scale_at(&at, 0), sizeof(uint16_t));
    memcpy(to + sizeof(uint16_t), scale_at(&at, at.parts->m), sizeof(uint16_t));
    for (size_t j = 0; j < SUB_BLOCKS; j++, at.block++) {
        uint8_t n[QUILL_QK], nibbles[QUILL_QK / 2], fifth[QUILL_QK / 8] = {0};

        pack_scale(block.scales, j, sub_scale_at(&at)[0], sub_scale_at(&at)[QUILL_STRIP_ROWS]);
        for (size_t g = 0; g < 4; g++)
            copy_four(at.parts, quants_at(&at, g), nibbles + 4 * g);
        if (at.parts->has_fifth)
            get_fifth_bits(&at, fifth);
        for (size_t l = 0; l < QUILL_QK; l++)
            n[l] = (uint8_t)((l < QUILL_QK / 2 ? nibbles[l] & 15 : nibbles[l - QUILL_QK / 2] >> 4) |
                             (fifth[l / 8] >> l % 8 & 1) << 4);
        pack_numbers(&block, j, n);
    }
}

void quill_strips_pack(enum quill_type type, const void *rows, size_t n_rows, size_t k, void *strips)
{
    const struct quill_strip_parts parts = quill_strip_parts(type, k);
    const size_t block_bytes = quill_type_traits(type)->block_bytes, n_blocks = k / QUILL_QK;
    const unsigned char *from = rows;

    for (size_t i = 0; i < n_rows; i++) {
        struct place at = {.parts = &parts,
                           .strip =
                               (unsigned char *)strips + i / QUILL_STRIP_ROWS * quill_strip_bytes(type, k),
                           .row = i % QUILL_STRIP_ROWS};

        for (; at.block < n_blocks; at.block += parts.is_k ? SUB_BLOCKS : 1, from += block_bytes)
            if (parts.is_k)
                put_k_block(at, from);
            else
                put_block(&at, from);
    }
}

void quill_strips_blocks(enum quill_type type, const void *strips, size_t i, size_t k, size_t first, size_t n,
                         void *blocks)
{
    const struct quill_strip_parts parts = quill_strip_parts(type, k);
    const size_t block_bytes = quill_type_traits(type)->block_bytes, step = parts.is_k ? SUB_BLOCKS : 1;
    unsigned char *to = blocks;
    struct place at = {.parts = &parts,
                       .strip = (unsigned char *)(uintptr_t)strips +
                                i / QUILL_STRIP_ROWS * quill_strip_bytes(type, k),
                       .block = first * step,
                       .row = i % QUILL_STRIP_ROWS};

    for (; at.block < (first + n) * step; at.block += step, to += block_bytes)
        if (parts.is_k)
            get_k_block(at, to);
        else
            get_block(&at, to);
}
