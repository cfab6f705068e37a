#include "text/commit.h"

/* The last place up to n_sure where a word ends because another begins, or the hypothesis ends there. */
static size_t word_end(const struct quill_heard *now, size_t n, size_t n_firm, size_t n_sure)
{
    while (n_sure > n_firm && n_sure < n && !now[n_sure].begins_word)
        n_sure--;
    return n_sure > n_firm ? n_sure : n_firm;
}

size_t quill_firm_by_attention(const struct quill_heard *now, size_t n, size_t n_firm, uint32_t n_frames,
                               uint32_t n_unsure)
{
    size_t n_sure = n_firm;

    while (n_sure < n && now[n_sure].peak + n_unsure < n_frames)
        n_sure++;
    return word_end(now, n, n_firm, n_sure);
}

size_t quill_firm_by_agreement(const struct quill_heard *before, size_t n_before,
                               const struct quill_heard *now, size_t n, size_t n_firm)
{
    const size_t most = n < n_before ? n : n_before;
    size_t n_sure = n_firm;

    while (n_sure < most && now[n_sure].token == before[n_sure].token)
        n_sure++;
    if (n_sure == n && n_before > n && !before[n].begins_word && n_sure > n_firm)
        n_sure--; /* the last word was longer a moment ago */
    return word_end(now, n, n_firm, n_sure);
}
