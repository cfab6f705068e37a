#include <assert.h>
#include <math.h>

#include "text/rules.h"

#define STEP_MS 20 /* of the timestamps */

#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* ---- what is asked ----------------------------------------------------------------------------------------
 */

/* Those between text and timestamps that a model is told, and does not say. */
static void suppress_specials(struct quill_rules *rules)
{
    const struct quill_specials *s = &rules->specials;
    const uint32_t tokens[] = {s->transcribe, s->translate, s->sot,          s->prev,
                               s->solm,       s->no_speech, s->no_timestamps};
    for (size_t i = 0; i < LENGTH(tokens); i++)
        quill_token_set_add(&rules->suppressed, tokens[i]);
}

static void suppress_all(struct quill_rules *rules, const uint32_t *tokens, size_t n)
{
    for (size_t i = 0; i < n; i++)
        quill_token_set_add(&rules->suppressed, tokens[i]);
}

void quill_rules_init(struct quill_rules *rules, const struct quill_tokenizer *tokenizer)
{
    *rules = (struct quill_rules){
        .specials = *quill_tokenizer_specials(tokenizer),
        .suppress_blank = true,
        .timestamps = true,
        .max_initial_timestamp = 50,
        .repetition = {.penalty = 1.0f},
    };
    quill_text_to_tokens(tokenizer, " ", 0, &rules->blank, 1);
    rules->n_non_speech = quill_non_speech_tokens(tokenizer, rules->non_speech);
    suppress_specials(rules);
    suppress_all(rules, rules->non_speech, rules->n_non_speech);
}

enum quill_status quill_rules_set_up(struct quill_rules *rules, const struct quill_tokenizer *tokenizer,
                                     const struct quill_params *params, struct quill_error *err)
{
    const uint32_t n_vocab = quill_tokenizer_n_vocab(tokenizer);
    rules->timestamps = params->timestamps;
    rules->max_initial_timestamp = params->max_initial_timestamp_ms / STEP_MS;
    rules->suppress_blank = params->suppress_blank;
    rules->repetition = (struct quill_repetition){.penalty = params->repetition_penalty,
                                                  .ngram_size = params->no_repeat_ngram_size};
    rules->suppressed = (struct quill_token_set){0};
    suppress_specials(rules);
    if (params->suppress_non_speech)
        suppress_all(rules, rules->non_speech, rules->n_non_speech);
    for (size_t i = 0; i < params->n_suppress_tokens; i++) {
        if (params->suppress_tokens[i] >= n_vocab)
            return quill_fail(err, QUILL_ERR_INVALID,
                              "token %u cannot be suppressed: the model has tokens 0 to %u",
                              (unsigned)params->suppress_tokens[i], (unsigned)n_vocab - 1);
    }
    suppress_all(rules, params->suppress_tokens, params->n_suppress_tokens);
    if (!params->suppress_regex)
        return QUILL_OK;
    return quill_suppress_matching(&rules->suppressed, tokenizer, params->suppress_regex, err);
}

/* ---- rules ------------------------------------------------------------------------------------------------
 */

static void forbid(float *logits, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++)
        logits[i] = -INFINITY;
}

/* Timestamps come in pairs except directly before the end, do not decrease, and a segment has some length. */
static void apply_timestamp_rules(const struct quill_rules *rules, const struct quill_kernels *kernels,
                                  const uint32_t *sampled, size_t n_sampled, float *logits, size_t n_vocab)
{
    const uint32_t eot = rules->specials.eot, first = rules->specials.first_timestamp;
    const bool last_was = n_sampled >= 1 && sampled[n_sampled - 1] >= first;
    const bool penultimate_was = n_sampled < 2 || sampled[n_sampled - 2] >= first;
    if (last_was && penultimate_was)
        forbid(logits, first, n_vocab);
    else if (last_was)
        forbid(logits, 0, eot);

    size_t i = n_sampled;
    while (i > 0 && sampled[i - 1] < first)
        i--;
    if (i > 0) {
        const bool may_repeat = last_was && !penultimate_was;
        const size_t lowest = (size_t)sampled[i - 1] + !may_repeat;
        forbid(logits, first, lowest < n_vocab ? lowest : n_vocab);
    }

    if (n_sampled == 0) {
        forbid(logits, 0, first);
        const size_t last_allowed = (size_t)first + rules->max_initial_timestamp;
        if (last_allowed + 1 < n_vocab)
            forbid(logits, last_allowed + 1, n_vocab);
    }

    /* When all timestamps together are likelier than any one text token, it is time for one. */
    if (kernels->maximum(logits + first, n_vocab - first) > -INFINITY &&
        kernels->log_sum_exp(logits + first, n_vocab - first) > kernels->maximum(logits, first))
        forbid(logits, 0, first);
}

static void forbid_suppressed(const struct quill_token_set *set, float *logits)
{
    for (size_t i = 0; i < LENGTH(set->bits); i++) {
        float *logit = logits + 64 * i;
        for (uint64_t left = set->bits[i]; left; left >>= 1, logit++) {
            if (left & 1)
                *logit = -INFINITY;
        }
    }
}

void quill_rules_apply(const struct quill_rules *rules, const struct quill_kernels *kernels,
                       const uint32_t *sampled, size_t n_sampled, float *logits, size_t n_vocab)
{
    assert(n_vocab > rules->specials.first_timestamp);
    const struct quill_written written = quill_rules_written(rules, sampled, n_sampled);
    quill_repetition_apply(&written, logits);
    if (n_sampled == 0 && rules->suppress_blank) {
        logits[rules->blank] = -INFINITY;
        logits[rules->specials.eot] = -INFINITY;
    }
    forbid_suppressed(&rules->suppressed, logits);
    if (rules->timestamps)
        apply_timestamp_rules(rules, kernels, sampled, n_sampled, logits, n_vocab);
    else
        forbid(logits, rules->specials.first_timestamp, n_vocab);
}
