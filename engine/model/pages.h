/* Who has which page of the decoder's self-attention cache. A sequence is the positions that were fed so far,
 * and the pages, of QUILL_PAGE_LEN positions each, that their keys and values of all layers lie in. Sequences
 * that began alike share pages until one of them writes where another reads: then it gets a copy. Only
 * numbers are kept here; nothing allocates.
 *
 * There is a page for every one that all sequences together may have, so none is ever missing. */
#ifndef QUILL_MODEL_PAGES_H
#define QUILL_MODEL_PAGES_H

#include <stddef.h>
#include <stdint.h>

#define QUILL_PAGE_LEN 32

struct quill_page {
    uint32_t n_holders; /* sequences that have it; 0: free */
    uint32_t next_free; /* behind it in the list; n_pages: none */
};

struct quill_pages {
    struct quill_page *page; /* borrowed; [n_pages] */
    uint32_t n_pages;
    uint32_t first_free;
};

struct quill_sequence {
    uint32_t *pages; /* borrowed; [as many as length may need] */
    size_t n_pages;
    size_t length;
    uint32_t window; /* that cross-attention looks into */
};

/* Pages that a sequence of n positions has. */
static inline size_t quill_page_count(size_t n)
{
    return (n + QUILL_PAGE_LEN - 1) / QUILL_PAGE_LEN;
}

/* All pages are free. page: [n_pages]. */
void quill_pages_init(struct quill_pages *pages, struct quill_page *page, uint32_t n_pages);
uint32_t quill_pages_free(const struct quill_pages *pages);

/* Forgets the positions from n <= length on, and the pages that only they were in. */
void quill_sequence_truncate(struct quill_pages *pages, struct quill_sequence *sequence, size_t n);

/* *to, which may hold anything, becomes a second *from: the same positions, pages and window. */
void quill_sequence_fork(struct quill_pages *pages, const struct quill_sequence *from,
                         struct quill_sequence *to);

/* Makes the sequence's i-th page one that nobody else has, to write into: i <= n_pages, where n_pages adds
 * one. Returns the page which that is a copy of and whose contents are to be copied, or the page itself where
 * nothing is. */
uint32_t quill_sequence_own_page(struct quill_pages *pages, struct quill_sequence *sequence, size_t i);

#endif
