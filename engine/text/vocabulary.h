/* Terms that a search favours: names and words that the model alone would write otherwise.
 *
 * They form a trie of bytes, not of tokens, because how a word is cut into tokens is the model's business.
 * With links to where the text goes on when a term is left it is an automaton (Aho, Corasick: Efficient
 * string matching), and for each node there is a list of the tokens that lead down from it, so that a step of
 * the search need not look at all tokens there are.
 *
 * Terms begin and end where words do. A hypothesis stands at a node. What it is credited with there, a unit
 * for each byte of the term, it gains on the way to it and loses when it leaves it; it keeps it when the term
 * is complete and no letter or digit follows. So all that is gained is the sum of its complete terms, and a
 * beginning alone is worth nothing. A term counts once in a window, and so do at most
 * QUILL_TERMS_PER_WINDOW of them: to repeat one is never worth it, and text cannot go round in circles for
 * it. */
#ifndef QUILL_TEXT_VOCABULARY_H
#define QUILL_TEXT_VOCABULARY_H

#include "quill.h"
#include "text/repetition.h"
#include "text/tokenizer.h"

#define QUILL_TERMS_PER_WINDOW 32

/* Where a hypothesis stands. To be copied with it. */
struct quill_term_state {
    uint32_t node;
    uint32_t n_done;
    uint16_t done[QUILL_TERMS_PER_WINDOW]; /* terms that it has been credited with for good */
};

/* At the beginning of a window. */
void quill_vocabulary_begin(struct quill_term_state *state);

/* Goes on with a token; returns the units that this gains. */
int quill_vocabulary_advance(const struct quill_vocabulary *vocabulary, struct quill_term_state *state,
                             uint32_t token);

/* Adds to the logits of one step, [n_vocab], of which `raw` are the model's, some are forbidden, and those
 * of what is written are less for it: strength times what quill_vocabulary_advance would gain, but for what
 * is lost by all tokens alike, which is returned, in units, 0 or less. */
int quill_vocabulary_favour(const struct quill_vocabulary *vocabulary, const struct quill_term_state *state,
                            float strength, const struct quill_written *written, const float *raw,
                            float *logits);

bool quill_vocabulary_is_for(const struct quill_vocabulary *vocabulary, const struct quill_model *model);
bool quill_vocabulary_is_empty(const struct quill_vocabulary *vocabulary);

#endif
