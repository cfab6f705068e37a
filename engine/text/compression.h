/* How repetitive a text is, measured as OpenAI's does: its length over its length as a zlib stream. */
#ifndef QUILL_TEXT_COMPRESSION_H
#define QUILL_TEXT_COMPRESSION_H

#include <stddef.h>
#include <stdint.h>

#define QUILL_COMPRESSION_MAX 32768 /* bytes that are looked at: DEFLATE's window */

/* Scratch; its content before does not matter. */
struct quill_compression {
    uint16_t head[32768];                     /* newest position with this hash; 0: none */
    uint16_t previous[QUILL_COMPRESSION_MAX]; /* the one before with the same hash; 0: none */
    uint32_t literals[286], distances[30];    /* how often each symbol of DEFLATE occurs */
};

/* Size in bytes of text[0..n), n <= QUILL_COMPRESSION_MAX, as a zlib stream (RFC 1950, RFC 1951; one block,
 * the cheapest of its three kinds; matches found as zlib's default level does). An estimate: exact but for
 * ties among Huffman codes, and for texts of more than 16383 symbols, which zlib cuts into blocks. */
size_t quill_zlib_size(const char *text, size_t n, struct quill_compression *scratch);

/* n / zlib size, of the first QUILL_COMPRESSION_MAX bytes; 0 for no text. */
float quill_compression_ratio(const char *text, size_t n, struct quill_compression *scratch);

#endif
