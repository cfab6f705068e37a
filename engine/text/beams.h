/* Several hypotheses of what a window says, on sequences that share their past: beam search at temperature 0,
 * else independent samples of which the best counts (openai/whisper decoding.py: BeamSearchDecoder,
 * GreedyDecoder with best_of, MaximumLikelihoodRanker). Part of search.h, which says what the search as a
 * whole takes and gives.
 *
 * Beam search takes, of all hypotheses, the continuations with the largest sums of log-probabilities; one
 * that ends is finished, and stands aside. It is over when enough are (patience times their number), or
 * nothing can be added. Then the best of the finished counts, or, where too few of these are, of all. Where
 * the vocabulary favours terms, or a grammar is kept to, what is gained and lost by that counts in all these
 * comparisons, but is no log-probability; nor is the price, paid once, of straying from what was firm before.
 */
#ifndef QUILL_TEXT_BEAMS_H
#define QUILL_TEXT_BEAMS_H

#include "model/decoder.h"
#include "quill.h"
#include "text/vocabulary.h"

#define QUILL_MAX_BEAMS QUILL_MAX_HYPOTHESES

struct quill_search;

struct quill_beam {
    uint32_t *tokens; /* [max_tokens] of the search, as logprobs; the caller's */
    float *logprobs;

    /* --- the business of beams.c --- */
    size_t n_tokens;
    double sum_logprob;
    struct quill_term_state terms;
    bool is_firm;  /* it is what was firm, as far as both go */
    double favour; /* gained by terms, lost by leaving a grammar or what was firm; for comparing alone */
    uint64_t random;
    bool is_open; /* it goes on */
};

struct quill_beams {
    size_t n;             /* 2..QUILL_MAX_BEAMS; their sequences are that of the search and those behind it */
    float patience;       /* > 0; of beam search */
    float length_penalty; /* alpha of ((5 + length) / 6)^alpha (Wu et al., Google's Neural Machine Translation
                           * System), which divides a sum; below 0: the length does */
    struct quill_beam beam[QUILL_MAX_BEAMS];

    /* --- the business of beams.c --- */
    size_t n_finished;
    double best_score; /* of these; its tokens are the search's */
};

void quill_beams_begin(struct quill_search *search);
/* As quill_search_feeds and quill_search_take, behind the prompt's logits. */
size_t quill_beams_feeds(struct quill_search *search, struct quill_feed *feeds);
bool quill_beams_take(struct quill_search *search, struct quill_decoder *decoder, const float *logits);

#endif
