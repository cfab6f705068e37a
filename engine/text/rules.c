#include <assert.h>
#include <math.h>
#include <string.h>

#include "text/rules.h"

/* ---- what is not speech (tokenizer.py, non_speech_tokens) -----------------------------------------------
 */

/* Suppressed when they are one token, alone or after a space. */
static const char *const symbols[] = {
    "\"",  "#",  "(",  ")",  "*",   "+",  "/",  ":",   ";",   "<",  "=",  ">",  "@",  "[",   "\\",  "]",
    "^",   "_",  "`",  "{",  "|",   "}",  "~",  "「",  "」",  "『", "』", "<<", ">>", "<<<", ">>>", "--",
    "---", "-(", "-[", "('", "(\"", "((", "))", "(((", ")))", "[[", "]]", "{{", "}}", "♪♪",  "♪♪♪",
};

/* Their first token is suppressed: all between U+2640 and U+267F, they share the first two of three bytes
 * with nothing that is spoken. */
static const char *const notes[] = {"♩", "♪", "♫", "♬", "♭", "♮", "♯"};

/* Vocabularies in which those two bytes were replaced by U+FFFD cannot say so; GPT-2's numbers of "\xe2\x99"
 * without and with a space before. */
static const uint32_t english_note_tokens[] = {17992, 20724};

#define LENGTH(array) (sizeof(array) / sizeof *(array))
static_assert(2 * LENGTH(symbols) + 2 * LENGTH(notes) + LENGTH(english_note_tokens) + 2 + 6 <=
                  QUILL_RULES_MAX_SUPPRESSED,
              "room for all suppressed tokens");

static void suppress(struct quill_rules *rules, uint32_t token)
{
    size_t at = rules->n_suppressed;
    while (at > 0 && rules->suppressed[at - 1] >= token)
        at--;
    if (at < rules->n_suppressed && rules->suppressed[at] == token)
        return;
    memmove(&rules->suppressed[at + 1], &rules->suppressed[at],
            (rules->n_suppressed - at) * sizeof(uint32_t));
    rules->suppressed[at] = token;
    rules->n_suppressed++;
}

static void suppress_symbol(struct quill_rules *rules, const struct quill_tokenizer *tokenizer,
                            const char *symbol, bool is_note)
{
    for (int with_space = 0; with_space < 2; with_space++) {
        char text[16];
        text[0] = ' ';
        strcpy(text + with_space, symbol);
        uint32_t first;
        const size_t n = quill_text_to_tokens(tokenizer, text, 0, &first, 1);
        /* One byte of a note, or the space before it, is part of much else. */
        if (n == 1 || (is_note && quill_token_bytes(tokenizer, first).len >= 2))
            suppress(rules, first);
    }
}

void quill_rules_init(struct quill_rules *rules, const struct quill_tokenizer *tokenizer)
{
    *rules = (struct quill_rules){
        .specials = *quill_tokenizer_specials(tokenizer),
        .timestamps = true,
        .max_initial_timestamp = 50,
    };
    const struct quill_specials *s = &rules->specials;
    quill_text_to_tokens(tokenizer, " ", 0, &rules->blank, 1);

    /* Hyphens and quotes are fine inside a word but do not begin one. */
    for (int i = 0; i < 2; i++) {
        uint32_t first;
        quill_text_to_tokens(tokenizer, i ? " '" : " -", 0, &first, 1);
        if (first != rules->blank)
            suppress(rules, first);
    }
    for (size_t i = 0; i < LENGTH(symbols); i++)
        suppress_symbol(rules, tokenizer, symbols[i], false);
    for (size_t i = 0; i < LENGTH(notes); i++)
        suppress_symbol(rules, tokenizer, notes[i], true);
    for (size_t i = 0; s->n_languages == 0 && i < LENGTH(english_note_tokens); i++)
        suppress(rules, english_note_tokens[i]);

    const uint32_t specials[] = {s->transcribe, s->translate, s->sot, s->prev, s->solm, s->no_speech};
    for (size_t i = 0; i < LENGTH(specials); i++)
        suppress(rules, specials[i]);
}

/* ---- rules ------------------------------------------------------------------------------------------------
 */

static void forbid(float *logits, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++)
        logits[i] = -INFINITY;
}

static float maximum(const float *x, size_t n)
{
    float max = -INFINITY;
    for (size_t i = 0; i < n; i++)
        max = x[i] > max ? x[i] : max;
    return max;
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
    if (maximum(logits + first, n_vocab - first) > -INFINITY &&
        kernels->log_sum_exp(logits + first, n_vocab - first) > maximum(logits, first))
        forbid(logits, 0, first);
}

void quill_rules_apply(const struct quill_rules *rules, const struct quill_kernels *kernels,
                       const uint32_t *sampled, size_t n_sampled, float *logits, size_t n_vocab)
{
    assert(n_vocab > rules->specials.first_timestamp);
    if (n_sampled == 0) {
        logits[rules->blank] = -INFINITY;
        logits[rules->specials.eot] = -INFINITY;
    }
    for (size_t i = 0; i < rules->n_suppressed; i++)
        logits[rules->suppressed[i]] = -INFINITY;
    logits[rules->specials.no_timestamps] = -INFINITY;
    if (rules->timestamps)
        apply_timestamp_rules(rules, kernels, sampled, n_sampled, logits, n_vocab);
    else
        forbid(logits, rules->specials.first_timestamp, n_vocab);
}
