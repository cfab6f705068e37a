/* Which tokens may come next: openai/whisper decoding.py's SuppressBlank, SuppressTokens and
 * ApplyTimestampRules. */
#ifndef QUILL_TEXT_RULES_H
#define QUILL_TEXT_RULES_H

#include "kernels/kernels.h"
#include "text/tokenizer.h"

struct quill_rules {
    const struct quill_tokenizer *tokenizer;
    const uint32_t *suppressed; /* non-speech symbols and specials; sorted */
    size_t n_suppressed;
    bool timestamps;
    uint32_t max_initial_timestamp; /* in steps of 20 ms */
    bool suppress_blank;
};

/* Sets the logits of forbidden tokens to -INFINITY. sampled: what was sampled in this window so far (no prompt). */
void quill_rules_apply(const struct quill_rules *rules, const struct quill_kernels *kernels, const uint32_t *sampled,
                       size_t n_sampled, float *logits, size_t n_vocab);

#endif
