/* Decodes one window: greedy, or sampling at a temperature (openai/whisper decoding.py, GreedyDecoder). */
#ifndef QUILL_TEXT_SEARCH_H
#define QUILL_TEXT_SEARCH_H

#include "model/decoder.h"
#include "text/rules.h"

struct quill_search {
    struct quill_decoder *decoder; /* begun for this window; what it holds of earlier tries is forgotten */
    const struct quill_compute *compute;
    const struct quill_rules *rules;
    const struct quill_cancel *cancel;
    size_t n_vocab, n_text_ctx;
    const uint32_t *prompt; /* [prev ...] sot (language task) (no_timestamps) */
    size_t n_prompt;        /* < n_text_ctx */
    size_t sot_index;       /* of sot in prompt: its logits give the no-speech probability;
                             * n_prompt - sot_index <= QUILL_DECODER_MAX_LOGITS */
    size_t max_tokens;
    float temperature;
    uint64_t seed;
    float *logits; /* scratch, [n_vocab] */
};

struct quill_hypothesis {
    uint32_t *tokens; /* caller's buffer, [max_tokens]; without the end token */
    size_t n_tokens;
    double sum_logprob; /* of tokens and the end token */
    float avg_logprob;  /* sum / (n_tokens + 1) */
    float no_speech_prob;
};

/* Runs until the end token, max_tokens or a full text context. Adds to prompt_ms, decode_ms and n_tokens of
 * *timings. Errors: CANCELLED. */
enum quill_status quill_search_run(const struct quill_search *search, struct quill_hypothesis *out,
                                   struct quill_timings *timings, struct quill_error *err);

/* Index of the largest of x[0..n), the lowest of equals; `otherwise` when none is above -INFINITY. */
size_t quill_argmax(const float *x, size_t n, size_t otherwise);

/* Draws an index with probability proportional to exp(x / temperature), by a generator of its own that *state
 * carries on; `otherwise` when no x is above -INFINITY. */
size_t quill_sample(const float *x, size_t n, float temperature, uint64_t *state, size_t otherwise);

#endif
