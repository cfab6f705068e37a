#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "text/search.h"

#define LOOK_AHEAD 3  /* tokens of a draft that are skipped for one that holds */
#define STRETCH 64    /* tokens */
#define MAX_IN_VAIN 3 /* after so many steps without any that holds, the draft is given up */

/* The largest is found in vectors; then where it is, a stretch at a time, so that the compiler has no branch
 * in it. */
size_t quill_argmax(const struct quill_kernels *kernels, const float *x, size_t n, size_t otherwise)
{
    const float max = kernels->maximum(x, n);
    size_t first = 0;

    if (max == -INFINITY)
        return otherwise;
    for (; first + STRETCH <= n; first += STRETCH) {
        int n_equal = 0;
        for (size_t i = 0; i < STRETCH; i++)
            n_equal += x[first + i] == max;
        if (n_equal > 0)
            break;
    }
    while (x[first] != max)
        first++;
    return first;
}

/* SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators), upper 53 bits: 0 <= u < 1.
 */
static double uniform(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    return (double)(z >> 11) * 0x1p-53;
}

size_t quill_sample(const struct quill_kernels *kernels, float *x, size_t n, float temperature,
                    uint64_t *state, size_t otherwise)
{
    const float max = kernels->maximum(x, n);
    double left = uniform(state);

    if (max == -INFINITY)
        return otherwise;
    for (size_t i = 0; i < n; i++) /* NaN is not drawn */
        x[i] = x[i] > -INFINITY ? (x[i] - max) / temperature : -INFINITY;
    kernels->softmax(x, n);
    for (size_t i = 0; i < n; i++) {
        left -= (double)x[i];
        if (left < 0.0)
            return i;
    }
    return quill_argmax(kernels, x, n, otherwise); /* rounding left a rest */
}

void quill_search_begin(struct quill_search *s)
{
    assert(s->n_prompt > s->sot_index && s->n_prompt - s->sot_index <= QUILL_SEARCH_MIN_LOGITS);
    assert(s->n_prompt < s->n_text_ctx && s->max_logits >= QUILL_SEARCH_MIN_LOGITS);
    assert(s->n_forced <= s->n_draft && s->n_forced <= s->max_tokens &&
           s->n_forced <= s->n_text_ctx - s->n_prompt);
    s->prompted = false;
    s->n_begun = 0;
    s->random = s->seed;
    s->n_tokens = s->n_forced;
    s->sum_logprob = 0.0;
    s->draft_at = s->n_forced;
    s->n_in_vain = 0;
    quill_vocabulary_begin(&s->terms);
    for (size_t i = 0; i < s->n_forced; i++) {
        s->tokens[i] = s->draft[i];
        s->logprobs[i] = 0.0f;
        quill_search_advance(s, &s->terms, s->tokens, i, s->draft[i]);
    }
    if (s->beams)
        quill_beams_begin(s);
}

/* Of the sequence that counts: that of what was fed and held. */
static size_t length(const struct quill_search *s)
{
    return s->prompted ? s->n_prompt + s->n_tokens - 1 : s->n_begun;
}

/* ---- what is fed ------------------------------------------------------------------------------------ */

/* Appends up to max of the tokens that are expected next to fed[0..n); returns how many. A window with
 * timestamps begins with the first of them. */
static size_t expect(struct quill_search *s, size_t n, size_t max)
{
    const size_t end = s->temperature > 0.0f ? s->n_firm : s->n_draft;
    size_t n_expected = 0;

    if (s->beams || s->draft_at >= end || s->n_in_vain >= MAX_IN_VAIN)
        return 0;
    if (s->rules->timestamps && s->n_tokens == 0 && max > 0)
        s->fed[n + n_expected++] = s->rules->specials.first_timestamp;
    for (size_t i = s->draft_at; i < end && n_expected < max; i++)
        s->fed[n + n_expected++] = s->draft[i];
    return n_expected;
}

/* Tokens that may come behind those there are: each is fed, and its logits need a place. */
static size_t room(const struct quill_search *s, size_t n_fed, size_t n_logits)
{
    const size_t ctx = s->n_text_ctx - length(s) - n_fed;
    const size_t left = s->max_tokens > s->n_tokens ? s->max_tokens - s->n_tokens - 1 : 0;
    const size_t least = ctx < left ? ctx : left;

    return least < s->max_logits - n_logits ? least : s->max_logits - n_logits;
}

/* Whether the prompt up to sot is fed first: rows of logits from there to the end of what is forced might be
 * too many. */
static bool begins_with_sot(const struct quill_search *s)
{
    return s->needs_no_speech && s->n_forced > 0 && s->n_begun == 0;
}

/* The prompt and what is forced behind it, but for what was fed already. Returns their number. */
static size_t write_prompt(struct quill_search *s)
{
    const size_t n = s->n_prompt - s->n_begun;

    memcpy(s->fed, s->prompt + s->n_begun, n * sizeof *s->fed);
    memcpy(s->fed + n, s->tokens, s->n_forced * sizeof *s->fed);
    return n + s->n_forced;
}

static struct quill_feed feed_next(struct quill_search *s)
{
    size_t n = 0, n_logits = 1;
    struct quill_feed feed = {.sequence = s->sequence, .tokens = s->fed};

    if (!s->prompted && begins_with_sot(s))
        return (struct quill_feed){
            .sequence = s->sequence, .tokens = s->prompt, .n = s->sot_index + 1, .n_logits = 1};
    if (s->prompted) {
        s->fed[n++] = s->tokens[s->n_tokens - 1];
    } else {
        n = write_prompt(s);
        if (s->n_forced == 0)
            n_logits = s->n_prompt - s->sot_index;
    }
    s->n_certain = n;
    s->n_expected = expect(s, n, room(s, n, n_logits));
    feed.n = n + s->n_expected;
    feed.n_logits = n_logits + s->n_expected;
    return feed;
}

size_t quill_search_feeds(struct quill_search *s, struct quill_decoder *decoder, struct quill_feed *feeds)
{
    if (s->beams && s->prompted)
        return quill_beams_feeds(s, feeds);
    feeds[0] = feed_next(s);
    quill_decoder_truncate(decoder, s->sequence, length(s));
    return 1;
}

/* ---- what is taken ---------------------------------------------------------------------------------- */

/* By the logits at sot, before any rule. */
static void take_sot(struct quill_search *s, const float *logits)
{
    s->no_speech_prob =
        expf(logits[s->rules->specials.no_speech] - s->kernels->log_sum_exp(logits, s->n_vocab));
}

/* Returns the logits behind what is certain. */
static const float *take_prompt(struct quill_search *s, const float *logits)
{
    s->prompted = true;
    if (s->n_forced > 0)
        return logits;
    take_sot(s, logits);
    return logits + (s->n_prompt - s->sot_index - 1) * s->n_vocab;
}

float quill_search_weigh(struct quill_search *s, const float *logits, const uint32_t *tokens, size_t n)
{
    memcpy(s->logits, logits, s->n_vocab * sizeof *logits);
    quill_rules_apply(s->rules, s->kernels, tokens, n, s->logits, s->n_vocab);
    return s->kernels->log_sum_exp(s->logits, s->n_vocab);
}

float quill_search_favour(struct quill_search *s, const float *logits, const struct quill_term_state *terms,
                          const uint32_t *tokens, size_t n)
{
    int lost = 0;

    if (s->vocabulary) {
        const struct quill_written written = quill_rules_written(s->rules, tokens, n);

        lost = quill_vocabulary_favour(s->vocabulary, terms, s->vocabulary_strength, &written, logits,
                                       s->logits);
    }
    if (s->grammar)
        quill_grammar_penalise(s->grammar, tokens, n, s->grammar_penalty, s->logits);
    return s->vocabulary_strength * (float)lost;
}

float quill_search_advance(const struct quill_search *s, struct quill_term_state *terms,
                           const uint32_t *tokens, size_t n, uint32_t token)
{
    float gain = 0.0f;

    if (s->vocabulary)
        gain = s->vocabulary_strength * (float)quill_vocabulary_advance(s->vocabulary, terms, token);
    if (s->grammar && !quill_grammar_allows(s->grammar, tokens, n, token))
        gain -= s->grammar_penalty;
    return gain;
}

float quill_search_logprob(const struct quill_search *s, const float *logits, float log_sum,
                           const uint32_t *tokens, size_t n, uint32_t token)
{
    if (!(s->logits[token] > -INFINITY))
        return -INFINITY;
    const struct quill_written written = quill_rules_written(s->rules, tokens, n);
    return quill_repetition_penalise(&written, token, logits[token]) - log_sum;
}

static size_t likeliest(const struct quill_search *s, const uint32_t *expected)
{
    const size_t best = quill_argmax(s->kernels, s->logits, s->n_vocab, s->rules->specials.eot);
    const float tolerance = s->draft_at < s->n_firm ? s->firm_tolerance : s->tolerance;

    return expected && s->logits[*expected] >= s->logits[best] - tolerance ? *expected : best;
}

/* What is firm is not drawn. */
static size_t draw(struct quill_search *s, const uint32_t *expected)
{
    if (expected && s->logits[*expected] > -INFINITY)
        return *expected;
    return quill_sample(s->kernels, s->logits, s->n_vocab, s->temperature, &s->random,
                        s->rules->specials.eot);
}

/* expected: NULL, or a token. True when the search goes on: the token is no end, and there is a place to feed
 * it to.
 */
static bool choose(struct quill_search *s, const float *logits, const uint32_t *expected)
{
    const uint32_t eot = s->rules->specials.eot;
    const float log_sum = quill_search_weigh(s, logits, s->tokens, s->n_tokens);
    quill_search_favour(s, logits, &s->terms, s->tokens, s->n_tokens);
    const size_t token = s->temperature > 0.0f ? draw(s, expected) : likeliest(s, expected);
    const float logprob = quill_search_logprob(s, logits, log_sum, s->tokens, s->n_tokens, (uint32_t)token);

    s->sum_logprob += logprob;
    if (token == eot || (s->least_logprob < 0.0 && s->sum_logprob < s->least_logprob))
        return false;
    quill_search_advance(s, &s->terms, s->tokens, s->n_tokens, (uint32_t)token);
    s->logprobs[s->n_tokens] = logprob;
    s->tokens[s->n_tokens++] = (uint32_t)token;
    return s->n_prompt + s->n_tokens <= s->n_text_ctx && s->n_tokens < s->max_tokens;
}

/* Where the draft goes on behind a token that has been chosen: it is in the draft, a little further on, or
 * was put in between if it is a time, or stands for the word that was expected. */
static void follow_draft(struct quill_search *s)
{
    const uint32_t token = s->tokens[s->n_tokens - 1];
    const size_t left = s->n_draft - s->draft_at;

    if (token >= s->rules->specials.first_timestamp || left == 0)
        return;
    for (size_t i = 0; i < left && i < LOOK_AHEAD; i++)
        if (s->draft[s->draft_at + i] == token) {
            s->draft_at += i + 1;
            return;
        }
    s->draft_at++;
}

/* As far as what was expected holds, and one token further. True when it is done. */
static bool take_one(struct quill_search *s, const float *logits)
{
    const uint32_t *expected = s->fed + s->n_certain;
    size_t n_held = 0;
    bool goes_on = s->max_tokens > s->n_tokens;

    for (; goes_on; logits += s->n_vocab) {
        goes_on = choose(s, logits, n_held < s->n_expected ? &expected[n_held] : NULL);
        if (goes_on)
            follow_draft(s);
        if (!goes_on || n_held == s->n_expected || s->tokens[s->n_tokens - 1] != expected[n_held])
            break;
        n_held++;
    }
    if (s->n_expected > 0)
        s->n_in_vain = n_held > 0 ? 0 : s->n_in_vain + 1;
    return !goes_on;
}

bool quill_search_take(struct quill_search *s, struct quill_decoder *decoder, const float *logits)
{
    if (!s->prompted && begins_with_sot(s)) {
        take_sot(s, logits);
        s->n_begun = s->sot_index + 1;
        return false;
    }
    if (!s->prompted)
        logits = take_prompt(s, logits);
    if (!(s->beams ? quill_beams_take(s, decoder, logits) : take_one(s, logits)))
        return false;
    s->avg_logprob = (float)(s->sum_logprob / (double)(s->n_tokens - s->n_forced + 1));
    return true;
}

enum quill_status quill_search_run(struct quill_search *s, struct quill_decoder *decoder,
                                   const struct quill_compute *compute, const struct quill_cancel *cancel,
                                   struct quill_timings *timings, struct quill_error *err)
{
    double start_ms = quill_now_ms(), prompted_ms = start_ms;
    enum quill_status status;
    bool done = false;

    quill_search_begin(s);
    do {
        struct quill_feed feeds[QUILL_MAX_BEAMS];
        const size_t n = quill_search_feeds(s, decoder, feeds);
        const bool is_prompt = !s->prompted;
        const float *logits = NULL;

        status = quill_decoder_feed(decoder, compute, feeds, n, &logits, cancel, err);
        if (status != QUILL_OK)
            break;
        quill_trace_span(compute->trace, is_prompt ? QUILL_TRACE_RUN_PROMPT : QUILL_TRACE_RUN_TOKEN,
                         start_ms);
        start_ms = quill_now_ms();
        if (is_prompt) {
            timings->prompt_ms += start_ms - prompted_ms;
            prompted_ms = start_ms;
        }
        quill_trace_mark(compute->trace);
        done = quill_search_take(s, decoder, logits);
        quill_trace_lap(compute->trace, QUILL_TRACE_SEARCH);
    } while (!done);
    if (s->prompted) {
        timings->decode_ms += quill_now_ms() - prompted_ms;
        quill_trace_span(compute->trace, QUILL_TRACE_RUN_DECODE, prompted_ms);
        timings->n_tokens += (unsigned)(s->n_tokens - s->n_forced);
    }
    return status;
}
