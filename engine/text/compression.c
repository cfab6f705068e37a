#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "text/compression.h"

enum {
    MIN_MATCH = 3,
    MAX_MATCH = 258,
    N_LITERALS = 286,
    N_DISTANCES = 30,
    N_LENGTH_SYMBOLS = 19,
    END_OF_BLOCK = 256,
    /* zlib's deflate at level 6 (its configuration table). */
    GOOD_MATCH = 8,
    LAZY_MATCH = 16,
    NICE_MATCH = 128,
    MAX_CHAIN = 128,
    TOO_FAR = 4096, /* a match of three bytes farther back costs more than it saves */
    MAX_DISTANCE = 32768 - 262,
};

/* ---- what is sent: literals, lengths, distances (RFC 1951, 3.2.5) ---------------------------------------
 */

static unsigned length_symbol(unsigned length, unsigned *extra_bits)
{
    *extra_bits = 0;
    if (length == MAX_MATCH)
        return 285;
    unsigned l = length - MIN_MATCH;
    while (l >> *extra_bits >= 8)
        ++*extra_bits;
    return 257 + 4 * *extra_bits + (l >> *extra_bits);
}

static unsigned distance_symbol(unsigned distance, unsigned *extra_bits)
{
    unsigned d = distance - 1;
    *extra_bits = 0;
    while (d >> *extra_bits >= 4)
        ++*extra_bits;
    return 2 * *extra_bits + (d >> *extra_bits);
}

struct matcher {
    struct quill_compression *c;
    const unsigned char *text;
    size_t n;
    size_t extra_bits; /* of all lengths and distances */
};

static void send_literal(struct matcher *m, unsigned char byte)
{
    m->c->literals[byte]++;
}

static void send_match(struct matcher *m, unsigned length, unsigned distance)
{
    unsigned length_bits, distance_bits;
    m->c->literals[length_symbol(length, &length_bits)]++;
    m->c->distances[distance_symbol(distance, &distance_bits)]++;
    m->extra_bits += length_bits + distance_bits;
}

/* ---- finding matches ------------------------------------------------------------------------------------
 */

/* Enters position i and returns the newest earlier position with the same hash. 0 is none: as in zlib,
 * nothing matches the first byte of a text. */
static unsigned enter(struct matcher *m, size_t i)
{
    if (i + MIN_MATCH > m->n)
        return 0;
    const unsigned char *p = m->text + i;
    const unsigned hash = (p[0] << 10 ^ p[1] << 5 ^ p[2]) & 0x7fff;
    const unsigned before = m->c->head[hash];
    m->c->previous[i] = (uint16_t)before;
    m->c->head[hash] = (uint16_t)i;
    return before;
}

/* The longest match for position i that beats `best`; the nearest of equals. */
static unsigned longest_match(const struct matcher *m, size_t i, unsigned candidate, unsigned best,
                              unsigned *distance)
{
    const size_t left = m->n - i;
    const unsigned limit = left < MAX_MATCH ? (unsigned)left : MAX_MATCH;
    const unsigned nice = limit < NICE_MATCH ? limit : NICE_MATCH;
    for (unsigned chain = best >= GOOD_MATCH ? MAX_CHAIN / 4 : MAX_CHAIN; candidate > 0 && chain > 0;
         chain--) {
        if (i - candidate > MAX_DISTANCE)
            break;
        unsigned length = 0;
        while (length < limit && m->text[candidate + length] == m->text[i + length])
            length++;
        if (length > best) {
            best = length;
            *distance = (unsigned)(i - candidate);
            if (length >= nice)
                break;
        }
        candidate = m->c->previous[candidate];
    }
    return best;
}

/* Lazy matching: a match is sent only when the next position has no longer one. */
static void find_matches(struct matcher *m)
{
    unsigned pending = MIN_MATCH - 1, pending_distance = 0; /* match at the position before */
    bool has_pending = false;                               /* the byte before is not sent yet */
    for (size_t i = 0; i < m->n; i++) {
        const unsigned candidate = enter(m, i);
        unsigned length = MIN_MATCH - 1, distance = 0;
        if (candidate && pending < LAZY_MATCH) {
            const unsigned found = longest_match(m, i, candidate, pending, &distance);
            if (distance && !(found == MIN_MATCH && distance > TOO_FAR))
                length = found;
        }
        if (pending >= MIN_MATCH && length <= pending) {
            send_match(m, pending, pending_distance);
            for (const size_t end = i + pending - 2; i < end;)
                enter(m, ++i);
            pending = MIN_MATCH - 1;
            has_pending = false;
            continue;
        }
        if (has_pending)
            send_literal(m, m->text[i - 1]);
        has_pending = true;
        pending = length;
        pending_distance = distance;
    }
    if (has_pending)
        send_literal(m, m->text[m->n - 1]);
    m->c->literals[END_OF_BLOCK]++;
}

/* ---- Huffman codes ----------------------------------------------------------------------------------------
 */

/* Code lengths, none above max_len, for n symbols; symbols that do not occur get 0. DEFLATE wants at least
 * two codes: symbols 0 and 1 stand in when fewer occur, at no cost of their own. Returns the bits of all
 * occurrences. */
static size_t code_lengths(const uint32_t *count, unsigned n, unsigned max_len, uint8_t *lengths)
{
    uint16_t order[N_LITERALS]; /* symbols that occur, the rarest first */
    unsigned n_used = 0;
    memset(lengths, 0, n);
    for (unsigned s = 0; s < n; s++) {
        if (count[s])
            order[n_used++] = (uint16_t)s;
    }
    if (n_used < 2) {
        const unsigned only = n_used ? order[0] : 0;
        lengths[only] = 1;
        lengths[only == 0 ? 1 : 0] = 1;
        return n_used ? count[only] : 0;
    }
    for (unsigned i = 1; i < n_used; i++) {
        const uint16_t s = order[i];
        unsigned j = i;
        for (; j > 0 && count[order[j - 1]] > count[s]; j--)
            order[j] = order[j - 1];
        order[j] = s;
    }

    /* Two queues: leaves in order, inner nodes as they are made, both ascending. */
    uint64_t weight[2 * N_LITERALS];
    uint16_t parent[2 * N_LITERALS], depth[2 * N_LITERALS];
    for (unsigned i = 0; i < n_used; i++)
        weight[i] = count[order[i]];
    unsigned leaf = 0, inner = n_used, end = n_used;
    while (end < 2 * n_used - 1) {
        weight[end] = 0;
        for (int child = 0; child < 2; child++) {
            const unsigned pick =
                leaf < n_used && (inner == end || weight[leaf] <= weight[inner]) ? leaf++ : inner++;
            weight[end] += weight[pick];
            parent[pick] = (uint16_t)end;
        }
        end++;
    }
    unsigned n_of_length[64] = {0};
    depth[end - 1] = 0;
    for (unsigned i = end - 1; i-- > 0;)
        depth[i] = (uint16_t)(depth[parent[i]] + 1);
    for (unsigned i = 0; i < n_used; i++)
        n_of_length[depth[i] < max_len ? depth[i] : max_len]++;

    /* Codes that were cut to max_len: make room by moving a shorter leaf down (Kraft's sum back to one). */
    uint64_t kraft = 0;
    for (unsigned l = 1; l <= max_len; l++)
        kraft += (uint64_t)n_of_length[l] << (max_len - l);
    while (kraft > (uint64_t)1 << max_len) {
        unsigned l = max_len - 1;
        while (!n_of_length[l])
            l--;
        n_of_length[l]--;
        n_of_length[l + 1] += 2;
        n_of_length[max_len]--;
        kraft--;
    }

    size_t bits = 0;
    unsigned i = 0;
    for (unsigned l = max_len; l >= 1; l--) {
        for (unsigned k = 0; k < n_of_length[l]; k++, i++) {
            lengths[order[i]] = (uint8_t)l;
            bits += (size_t)l * count[order[i]];
        }
    }
    return bits;
}

/* Counts the symbols that describe a run-length-coded list of code lengths (RFC 1951, 3.2.7). Returns their
 * extra bits. */
static size_t describe_lengths(const uint8_t *lengths, unsigned n, uint32_t *count)
{
    size_t extra_bits = 0;
    for (unsigned i = 0; i < n;) {
        const uint8_t value = lengths[i];
        unsigned repeat = 1;
        while (i + repeat < n && lengths[i + repeat] == value)
            repeat++;
        i += repeat;
        if (value) { /* once as it is, then 3 to 6 times "the same" */
            count[value]++;
            repeat--;
        }
        while (repeat >= 3) {
            const unsigned most = value ? 6 : 138;
            const unsigned taken = repeat < most ? repeat : most;
            count[value ? 16 : taken <= 10 ? 17 : 18]++;
            extra_bits += value ? 2 : taken <= 10 ? 3 : 7;
            repeat -= taken;
        }
        count[value] += repeat;
    }
    return extra_bits;
}

/* Bits of the block with its own codes, the codes included. */
static size_t dynamic_block_bits(const struct quill_compression *c)
{
    uint8_t lengths[N_LITERALS + N_DISTANCES], distance_lengths[N_DISTANCES];
    size_t bits = code_lengths(c->literals, N_LITERALS, 15, lengths);
    bits += code_lengths(c->distances, N_DISTANCES, 15, distance_lengths);
    unsigned n_literals = N_LITERALS, n_distances = N_DISTANCES;
    while (!lengths[n_literals - 1])
        n_literals--;
    while (!distance_lengths[n_distances - 1])
        n_distances--;

    uint32_t count[N_LENGTH_SYMBOLS] = {0};
    uint8_t length_lengths[N_LENGTH_SYMBOLS];
    bits += describe_lengths(lengths, n_literals, count);
    bits += describe_lengths(distance_lengths, n_distances, count);
    bits += code_lengths(count, N_LENGTH_SYMBOLS, 7, length_lengths);
    static const uint8_t sent_order[N_LENGTH_SYMBOLS] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                         11, 4,  12, 3, 13, 2, 14, 1, 15};
    unsigned n_sent = N_LENGTH_SYMBOLS;
    while (n_sent > 4 && !length_lengths[sent_order[n_sent - 1]])
        n_sent--;
    return bits + 5 + 5 + 4 + 3 * n_sent;
}

/* Bits of the block with the fixed codes (RFC 1951, 3.2.6). */
static size_t fixed_block_bits(const struct quill_compression *c)
{
    size_t bits = 0;
    for (unsigned s = 0; s < N_LITERALS; s++)
        bits += c->literals[s] * (s < 144 ? 8u : s < 256 ? 9u : s < 280 ? 7u : 8u);
    for (unsigned s = 0; s < N_DISTANCES; s++)
        bits += c->distances[s] * 5u;
    return bits;
}

size_t quill_zlib_size(const char *text, size_t n, struct quill_compression *c)
{
    assert(n <= QUILL_COMPRESSION_MAX);
    memset(c->head, 0, sizeof c->head);
    memset(c->literals, 0, sizeof c->literals);
    memset(c->distances, 0, sizeof c->distances);
    struct matcher m = {.c = c, .text = (const unsigned char *)text, .n = n};
    find_matches(&m);
    const size_t dynamic = dynamic_block_bits(c), fixed = fixed_block_bits(c);
    const size_t coded = (3 + (dynamic < fixed ? dynamic : fixed) + m.extra_bits + 7) / 8;
    const size_t stored = 1 + 4 + n;
    return 2 + (coded < stored || n == 0 ? coded : stored) + 4; /* header, block, Adler-32 */
}

float quill_compression_ratio(const char *text, size_t n, struct quill_compression *scratch)
{
    if (n > QUILL_COMPRESSION_MAX)
        n = QUILL_COMPRESSION_MAX;
    return n ? (float)n / (float)quill_zlib_size(text, n, scratch) : 0.0f;
}
