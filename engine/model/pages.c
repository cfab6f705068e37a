#include "model/pages.h"

#include <assert.h>

void quill_pages_init(struct quill_pages *pages, struct quill_page *page, uint32_t n_pages)
{
    *pages = (struct quill_pages){.page = page, .n_pages = n_pages};
    for (uint32_t i = 0; i < n_pages; i++)
        page[i] = (struct quill_page){.next_free = i + 1};
}

uint32_t quill_pages_free(const struct quill_pages *pages)
{
    uint32_t n = 0;

    for (uint32_t i = pages->first_free; i < pages->n_pages; i = pages->page[i].next_free)
        n++;
    return n;
}

static uint32_t take(struct quill_pages *pages)
{
    const uint32_t page = pages->first_free;

    assert(page < pages->n_pages);
    pages->first_free = pages->page[page].next_free;
    pages->page[page].n_holders = 1;
    return page;
}

static void drop(struct quill_pages *pages, uint32_t page)
{
    assert(pages->page[page].n_holders > 0);
    if (--pages->page[page].n_holders > 0)
        return;
    pages->page[page].next_free = pages->first_free;
    pages->first_free = page;
}

void quill_sequence_truncate(struct quill_pages *pages, struct quill_sequence *sequence, size_t n)
{
    assert(n <= sequence->length);
    sequence->length = n;
    while (sequence->n_pages > quill_page_count(n))
        drop(pages, sequence->pages[--sequence->n_pages]);
}

void quill_sequence_fork(struct quill_pages *pages, const struct quill_sequence *from,
                         struct quill_sequence *to)
{
    if (from == to)
        return;
    quill_sequence_truncate(pages, to, 0);
    for (size_t i = 0; i < from->n_pages; i++) {
        to->pages[i] = from->pages[i];
        pages->page[to->pages[i]].n_holders++;
    }
    to->n_pages = from->n_pages;
    to->length = from->length;
    to->window = from->window;
}

uint32_t quill_sequence_own_page(struct quill_pages *pages, struct quill_sequence *sequence, size_t i)
{
    assert(i <= sequence->n_pages);
    if (i == sequence->n_pages)
        return sequence->pages[sequence->n_pages++] = take(pages);
    const uint32_t before = sequence->pages[i];
    if (pages->page[before].n_holders > 1) {
        sequence->pages[i] = take(pages);
        drop(pages, before);
    }
    return before;
}
