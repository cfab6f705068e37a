/* Quantized weights for products with few rows of x: sixteen rows side by side, a strip, so that what happens
 * to one weight happens to those of sixteen rows at once, and each row has a lane to sum up in. A strip is as
 * large as its rows (of q4_K and q5_K a fortieth larger), and in the order in which it is read:
 *
 *   [blocks] sixteen d, half floats; of the K types [super-blocks], as is what follows
 *   [blocks] sixteen m, likewise, of types that have it; dmin of the K types
 *   [blocks] sixteen scales and sixteen minima, bytes, of the K types, whose blocks are sub-blocks of 32
 *   [blocks] eight masks of 64 bits, of types with a fifth bit: bit 4 r + i of mask g is that of element
 *            4 g + i of row r
 *   [blocks] four vectors of 64 bytes, of types with nibbles: byte 4 r + i of vector g has element 4 g + i of
 *            row r in its low, 16 + 4 g + i in its high nibble; of q8_0 eight: byte 4 r + i of vector g is
 *            element 4 g + i of row r plus 128
 *
 * Rows that a last strip has no weights for are zero. */
#ifndef QUILL_KERNELS_STRIPS_H
#define QUILL_KERNELS_STRIPS_H

#include <stdbool.h>

#include "quant/types.h"

#define QUILL_STRIP_ROWS 16

/* Where the parts of a strip begin. */
struct quill_strip_parts {
    size_t m, scales, fifth, q;           /* bytes; d is at 0. 0 where there is none */
    bool is_k, has_min, has_fifth, bytes; /* bytes: q8_0 */
};

/* Whether there are strips of a type: all quantized ones but q6_K. */
bool quill_strips_have(enum quill_type type);

/* Of rows of k weights, whole blocks of the type. */
struct quill_strip_parts quill_strip_parts(enum quill_type type, size_t k);
size_t quill_strip_bytes(enum quill_type type, size_t k);
static inline size_t quill_strip_count(size_t n_rows)
{
    return (n_rows + QUILL_STRIP_ROWS - 1) / QUILL_STRIP_ROWS;
}

/* n_rows rows of k weights, one behind the other as they lie in the file -> quill_strip_count(n_rows) strips,
 * which are zero before. */
void quill_strips_pack(enum quill_type type, const void *rows, size_t n_rows, size_t k, void *strips);

/* n blocks of row i from block `first` on, as they were in the file (so of the K types 256 weights each). */
void quill_strips_blocks(enum quill_type type, const void *strips, size_t i, size_t k, size_t first, size_t n,
                         void *blocks);

#endif
