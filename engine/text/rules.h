/* Which tokens may come next: openai/whisper decoding.py's SuppressBlank, SuppressTokens and
 * ApplyTimestampRules. */
#ifndef QUILL_TEXT_RULES_H
#define QUILL_TEXT_RULES_H

#include "kernels/kernels.h"
#include "quill.h"
#include "text/repetition.h"
#include "text/suppress.h"

struct quill_rules {
    struct quill_specials specials;
    uint32_t non_speech[QUILL_MAX_NON_SPEECH];
    size_t n_non_speech;
    uint32_t blank; /* " " */
    /* --- chosen for each run --- */
    struct quill_token_set suppressed; /* specials among them */
    bool suppress_blank; /* a text does not begin with it, nor is it at its end before it has begun */
    bool timestamps;
    uint32_t max_initial_timestamp; /* in steps of 20 ms */
    struct quill_repetition repetition;
};

/* What follows from the vocabulary; and for a run what quill_params_init asks for. */
void quill_rules_init(struct quill_rules *rules, const struct quill_tokenizer *tokenizer);

/* What params ask for; nothing is left of other runs. Errors: INVALID (tokens that the vocabulary lacks, or a
 * pattern that is none), NOMEM; then the rules are for no run. */
enum quill_status quill_rules_set_up(struct quill_rules *rules, const struct quill_tokenizer *tokenizer,
                                     const struct quill_params *params, struct quill_error *err);

/* What was sampled in this window so far, as those see it who weigh repetitions. */
static inline struct quill_written quill_rules_written(const struct quill_rules *rules,
                                                       const uint32_t *sampled, size_t n_sampled)
{
    return (struct quill_written){
        .repetition = &rules->repetition, .tokens = sampled, .n = n_sampled, .eot = rules->specials.eot};
}

/* Sets the logits of forbidden tokens to -INFINITY, and lowers those of repetitions. sampled: what was
 * sampled in this window so far (no prompt). Without timestamps their tokens are forbidden too (OpenAI's
 * leaves them to the model). */
void quill_rules_apply(const struct quill_rules *rules, const struct quill_kernels *kernels,
                       const uint32_t *sampled, size_t n_sampled, float *logits, size_t n_vocab);

#endif
