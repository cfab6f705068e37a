/* Grammars that a search is held to: which texts there are, in GBNF (llama.cpp, grammars/README.md; quill.h
 * says what of it).
 *
 * Rules are written out where they are used, until nothing is left but characters and branches: a
 * nondeterministic automaton (Thompson: Regular expression search algorithm), whose size is bounded. So are
 * the time and the memory that matching takes: a hypothesis stands at a set of its states. A rule may use
 * itself at its end, which leads back to its beginning, but not before: that no such automaton can match.
 *
 * Where a hypothesis stands is found anew from its tokens at each step. These are few, and so nothing has to
 * be kept, copied or taken back with them. */
#ifndef QUILL_TEXT_GRAMMAR_H
#define QUILL_TEXT_GRAMMAR_H

#include "quill.h"
#include "text/tokenizer.h"

#define QUILL_MAX_GRAMMAR_STATES 4096

#define QUILL_GRAMMAR_END 0u /* the state in which a text is complete */
#define QUILL_GRAMMAR_NOWHERE UINT16_MAX

/* Characters first..last. */
struct quill_char_range {
    uint32_t first, last;
};

/* Takes a character of its ranges, if it has any, and goes on to `next`; without any it is in all that it
 * leads to at once. */
struct quill_grammar_state {
    uint32_t first_range, n_ranges;
    uint16_t next, other; /* NOWHERE: not there */
};

struct quill_grammar_automaton {
    struct quill_grammar_state *states; /* [QUILL_MAX_GRAMMAR_STATES] */
    size_t n_states;
    struct quill_char_range *ranges; /* [quill_grammar_max_ranges] */
    size_t n_ranges;
    uint16_t start;
};

/* What a grammar of n bytes needs room for. */
size_t quill_grammar_max_ranges(size_t n_bytes);

/* Makes the automaton of a grammar, whose arrays are the caller's. Errors: INVALID, with line and column;
 * NOMEM. */
enum quill_status quill_grammar_compile(struct quill_grammar_automaton *out, const char *text,
                                        const char *root, struct quill_error *err);

/* Takes `penalty` off the logits, [n_vocab], of tokens that do not go on with tokens[0..n) as the grammar
 * says; of the end token where a text is not complete. Times are not text. Tokens that have left the grammar
 * before have paid for it: then nothing is taken off. */
void quill_grammar_penalise(const struct quill_grammar *grammar, const uint32_t *tokens, size_t n,
                            float penalty, float *logits);

/* Whether that leaves the logit of a token as it is. */
bool quill_grammar_allows(const struct quill_grammar *grammar, const uint32_t *tokens, size_t n,
                          uint32_t token);

bool quill_grammar_is_for(const struct quill_grammar *grammar, const struct quill_model *model);

#endif
