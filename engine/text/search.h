/* Decodes one window: greedy, or sampling at a temperature (openai/whisper decoding.py, GreedyDecoder), or
 * with several hypotheses (beams.h). A search says what it wants fed next and takes the logits of it, so that
 * whoever feeds may feed others with it.
 *
 * A greedy search may be given a draft: tokens that are likely to come. They are fed with what is certain, in
 * one pass over the weights, and hold as far as they are what the search would have chosen; so it finds the
 * very same with or without a draft, unless told to be tolerant, in fewer steps (Leviathan, Kalman, Matias:
 * Fast inference from transformers via speculative decoding, with a draft that costs nothing). Several
 * hypotheses prefer what of it is firm. */
#ifndef QUILL_TEXT_SEARCH_H
#define QUILL_TEXT_SEARCH_H

#include "model/decoder.h"
#include "text/beams.h"
#include "text/grammar.h"
#include "text/rules.h"
#include "text/vocabulary.h"

/* Rows of logits that a search asks for at a time: of sot to the end of the prompt; with a draft, more of
 * them make fewer steps. */
#define QUILL_SEARCH_MIN_LOGITS 4

struct quill_search {
    size_t sequence; /* of the decoder, the first where there are several; emptied when the search begins */
    const struct quill_rules *rules;
    const struct quill_kernels *kernels;
    size_t n_vocab, n_text_ctx;
    const uint32_t *prompt; /* [prev ...] sot (language task) (no_timestamps) */
    size_t n_prompt;        /* < n_text_ctx */
    size_t sot_index;       /* of sot in prompt: its logits give the no-speech probability;
                             * n_prompt - sot_index <= QUILL_SEARCH_MIN_LOGITS */
    size_t max_logits;      /* >= QUILL_SEARCH_MIN_LOGITS */
    size_t max_tokens;
    float temperature;
    uint64_t seed;
    const uint32_t *draft; /* [n_draft] words, no specials; at temperatures above 0 only what is firm of it,
                            * and that is taken whatever its probability */
    size_t n_draft;
    /* Of the draft, what is no matter of choice: at most max_tokens and what n_text_ctx leaves. With
     * timestamps it begins with one. With any, no_speech_prob stays what it is, unless it is needed, which
     * takes a step of its own. */
    size_t n_forced;
    bool needs_no_speech;
    /* Of the draft, what firm_tolerance is for; tolerance for the rest, both >= 0: what is expected is
     * chosen, too, when its log-probability is at most so much below the largest. With 0 a draft changes
     * nothing but the number of steps. Of several hypotheses, those lose firm_tolerance that are not what is
     * firm, in comparisons alone. */
    size_t n_firm;
    float tolerance, firm_tolerance;
    const struct quill_vocabulary *vocabulary; /* NULL: none */
    float vocabulary_strength;                 /* > 0 */
    const struct quill_grammar *grammar;       /* NULL: none */
    float grammar_penalty;                     /* > 0 */
    double least_logprob;                      /* one hypothesis is given up below this sum; 0: never */
    struct quill_beams *beams; /* NULL: one hypothesis; otherwise only what is forced and what is
                                * firm of a draft matters */
    float *logits;             /* scratch, [n_vocab]; may be that of other searches, too */
    uint32_t *fed;             /* scratch, [n_text_ctx] */

    /* Caller's buffers */
    uint32_t *tokens; /* [max_tokens]; with what is forced, without the end token */
    float *logprobs;  /* [max_tokens]; of each token; 0 where it was forced */

    /* --- how far it is, and what it found --- */
    bool prompted;
    size_t n_begun; /* tokens of the prompt that were fed before the rest of it */
    uint64_t random;
    size_t n_tokens;
    size_t draft_at;               /* of the draft, what is expected next */
    size_t n_certain, n_expected;  /* tokens in fed: what is known, and behind it what is expected */
    size_t n_in_vain;              /* expectations in a row that did not hold at all */
    struct quill_term_state terms; /* of the vocabulary; of one hypothesis */
    double sum_logprob;            /* of tokens and the end token */
    float avg_logprob;             /* sum / (n_tokens - n_forced + 1); set when it is done */
    float no_speech_prob;
};

void quill_search_begin(struct quill_search *search);

/* What is to be fed next: writes feeds, [QUILL_MAX_BEAMS], and returns how many. They borrow from the search.
 * The sequences are made ready for them: what was expected in vain is cut off. */
size_t quill_search_feeds(struct quill_search *search, struct quill_decoder *decoder,
                          struct quill_feed *feeds);

/* Takes the logits of that. True when it is done: at the end token, max_tokens or a full text context. */
bool quill_search_take(struct quill_search *search, struct quill_decoder *decoder, const float *logits);

/* Begins a search and runs it by itself on a decoder. Adds to prompt_ms, decode_ms
 * and n_tokens of *timings. Errors: CANCELLED. */
enum quill_status quill_search_run(struct quill_search *search, struct quill_decoder *decoder,
                                   const struct quill_compute *compute, const struct quill_cancel *cancel,
                                   struct quill_timings *timings, struct quill_error *err);

/* For the parts of the search: the logits behind n tokens, as the rules leave them, to search->logits.
 * Returns the logarithm of the sum of their exponentials. */
float quill_search_weigh(struct quill_search *search, const float *logits, const uint32_t *tokens, size_t n);

/* Then adds to them what the vocabulary favours behind these tokens and takes off what the grammar does not
 * allow there, for the choice alone; returns what is to be added to all alike where hypotheses are compared.
 */
float quill_search_favour(struct quill_search *search, const float *logits,
                          const struct quill_term_state *terms, const uint32_t *tokens, size_t n);

/* What a hypothesis of these tokens gains by going on with another, or loses when it is less than 0. */
float quill_search_advance(const struct quill_search *search, struct quill_term_state *terms,
                           const uint32_t *tokens, size_t n, uint32_t token);

/* The log-probability of a token behind these, without what vocabulary and grammar changed. */
float quill_search_logprob(const struct quill_search *search, const float *logits, float log_sum,
                           const uint32_t *tokens, size_t n, uint32_t token);

/* Index of the largest of x[0..n), the lowest of equals; `otherwise` when none is above -INFINITY. */
size_t quill_argmax(const struct quill_kernels *kernels, const float *x, size_t n, size_t otherwise);

/* Draws an index with probability proportional to exp(x / temperature), by a generator of its own that *state
 * carries on; `otherwise` when no x is above -INFINITY. x becomes the probabilities. */
size_t quill_sample(const struct quill_kernels *kernels, float *x, size_t n, float temperature,
                    uint64_t *state, size_t otherwise);

#endif
