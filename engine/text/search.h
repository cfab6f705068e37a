/* Decodes one window: greedy, or sampling at a temperature (openai/whisper decoding.py, GreedyDecoder). A
 * search says what it wants fed next and takes the logits of it, so that whoever feeds may feed others with
 * it. */
#ifndef QUILL_TEXT_SEARCH_H
#define QUILL_TEXT_SEARCH_H

#include "model/decoder.h"
#include "text/rules.h"

#define QUILL_SEARCH_MAX_LOGITS 4 /* rows that a search asks for at a time: of sot to the end of the prompt  \
                                   */

struct quill_search {
    size_t sequence; /* of the decoder; empty when the search begins */
    const struct quill_rules *rules;
    const struct quill_kernels *kernels;
    size_t n_vocab, n_text_ctx;
    const uint32_t *prompt; /* [prev ...] sot (language task) (no_timestamps) */
    size_t n_prompt;        /* < n_text_ctx */
    size_t sot_index;       /* of sot in prompt: its logits give the no-speech probability;
                             * n_prompt - sot_index <= QUILL_SEARCH_MAX_LOGITS */
    size_t max_tokens;
    float temperature;
    uint64_t seed;
    float *logits;    /* scratch, [n_vocab]; may be that of other searches, too */
    uint32_t *tokens; /* caller's buffer, [max_tokens]; without the end token */

    /* --- how far it is, and what it found --- */
    bool prompted;
    uint64_t random;
    size_t n_tokens;
    double sum_logprob; /* of tokens and the end token */
    float avg_logprob;  /* sum / (n_tokens + 1); set when it is done */
    float no_speech_prob;
};

void quill_search_begin(struct quill_search *search);

/* What is to be fed next; borrows from the search. */
struct quill_feed quill_search_feed(const struct quill_search *search);

/* Takes the logits of that. True when it is done: at the end token, max_tokens or a full text context. */
bool quill_search_take(struct quill_search *search, const float *logits);

/* Begins a search and runs it by itself on a decoder, whose sequence it empties. Adds to prompt_ms, decode_ms
 * and n_tokens of *timings. Errors: CANCELLED. */
enum quill_status quill_search_run(struct quill_search *search, struct quill_decoder *decoder,
                                   const struct quill_compute *compute, const struct quill_cancel *cancel,
                                   struct quill_timings *timings, struct quill_error *err);

/* Index of the largest of x[0..n), the lowest of equals; `otherwise` when none is above -INFINITY. */
size_t quill_argmax(const float *x, size_t n, size_t otherwise);

/* Draws an index with probability proportional to exp(x / temperature), by a generator of its own that *state
 * carries on; `otherwise` when no x is above -INFINITY. */
size_t quill_sample(const float *x, size_t n, float temperature, uint64_t *state, size_t otherwise);

#endif
