/* Decodes one window: greedy, or sampling at a temperature. */
#ifndef QUILL_TEXT_SEARCH_H
#define QUILL_TEXT_SEARCH_H

#include "model/decoder.h"
#include "text/rules.h"

struct quill_search {
    struct quill_decoder *decoder;         /* begun for this window */
    const struct quill_compute *compute;
    const struct quill_rules *rules;
    const struct quill_cancel *cancel;
    const uint32_t *prompt;                /* [prev ...] sot (language task) (no_timestamps) */
    size_t n_prompt;
    size_t sot_index;                      /* of sot in prompt: its logits give the no-speech probability */
    size_t max_tokens;
    float temperature;
    uint64_t seed;
};

struct quill_hypothesis {
    uint32_t *tokens;    /* caller's buffer, [max_tokens]; without the end token */
    size_t n_tokens;
    double sum_logprob;  /* of tokens and the end token */
    float avg_logprob;   /* sum / (n_tokens + 1) */
    float no_speech_prob;
};

/* Errors: CANCELLED. */
enum quill_status quill_search_run(const struct quill_search *search, struct quill_hypothesis *out,
                                   struct quill_timings *timings, struct quill_error *err);

#endif
