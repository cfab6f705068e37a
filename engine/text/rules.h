/* Which tokens may come next: openai/whisper decoding.py's SuppressBlank, SuppressTokens and
 * ApplyTimestampRules. */
#ifndef QUILL_TEXT_RULES_H
#define QUILL_TEXT_RULES_H

#include "kernels/kernels.h"
#include "text/tokenizer.h"

#define QUILL_RULES_MAX_SUPPRESSED 160

/* What follows from the vocabulary alone. */
struct quill_rules {
    struct quill_specials specials;
    uint32_t suppressed[QUILL_RULES_MAX_SUPPRESSED]; /* non-speech symbols and specials; sorted */
    size_t n_suppressed;
    uint32_t blank; /* " " */
    /* --- chosen for each run --- */
    bool timestamps;
    uint32_t max_initial_timestamp; /* in steps of 20 ms */
};

/* timestamps on, at most 1 s at the beginning. */
void quill_rules_init(struct quill_rules *rules, const struct quill_tokenizer *tokenizer);

/* Sets the logits of forbidden tokens to -INFINITY. sampled: what was sampled in this window so far (no
 * prompt). Without timestamps their tokens are forbidden too (OpenAI's leaves them to the model). */
void quill_rules_apply(const struct quill_rules *rules, const struct quill_kernels *kernels,
                       const uint32_t *sampled, size_t n_sampled, float *logits, size_t n_vocab);

#endif
