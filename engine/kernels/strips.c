#include "kernels/strips.h"

#include <assert.h>
#include <string.h>

#include "quant/blocks.h"

#define FLIPPED 0x80808080u /* the sign bits of four bytes: q + 128 */

bool quill_strips_have(enum quill_type type)
{
    return type == QUILL_Q4_0 || type == QUILL_Q4_1 || type == QUILL_Q5_0 || type == QUILL_Q5_1 ||
           type == QUILL_Q8_0;
}

struct quill_strip_parts quill_strip_parts(enum quill_type type, size_t k)
{
    const size_t scales = k / QUILL_QK * QUILL_STRIP_ROWS * sizeof(uint16_t);
    struct quill_strip_parts parts = {.has_min = type == QUILL_Q4_1 || type == QUILL_Q5_1,
                                      .has_fifth = type == QUILL_Q5_0 || type == QUILL_Q5_1,
                                      .bytes = type == QUILL_Q8_0};

    assert(quill_strips_have(type) && k % QUILL_QK == 0);
    parts.m = parts.has_min ? scales : 0;
    parts.fifth = parts.has_fifth ? scales + parts.m : 0;
    parts.q = scales + parts.m + (parts.has_fifth ? k / 8 * QUILL_STRIP_ROWS : 0);
    return parts;
}

size_t quill_strip_bytes(enum quill_type type, size_t k)
{
    const struct quill_type_traits *traits = quill_type_traits(type);

    return k / traits->block_len * traits->block_bytes * QUILL_STRIP_ROWS;
}

/* A block of a row, as it lies in a file, and its place in the strip. */
struct place {
    const struct quill_strip_parts *parts;
    unsigned char *strip;
    size_t block, row;
};

static unsigned char *scale_at(const struct place *at, size_t part)
{
    return at->strip + part + (at->block * QUILL_STRIP_ROWS + at->row) * sizeof(uint16_t);
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

        for (; at.block < n_blocks; at.block++, from += block_bytes)
            put_block(&at, from);
    }
}

void quill_strips_blocks(enum quill_type type, const void *strips, size_t i, size_t k, size_t first, size_t n,
                         void *blocks)
{
    const struct quill_strip_parts parts = quill_strip_parts(type, k);
    const size_t block_bytes = quill_type_traits(type)->block_bytes;
    unsigned char *to = blocks;
    struct place at = {.parts = &parts,
                       .strip = (unsigned char *)(uintptr_t)strips +
                                i / QUILL_STRIP_ROWS * quill_strip_bytes(type, k),
                       .block = first,
                       .row = i % QUILL_STRIP_ROWS};

    for (; at.block < first + n; at.block++, to += block_bytes)
        get_block(&at, to);
}
