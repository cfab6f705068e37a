#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "text/search.h"

size_t quill_argmax(const float *x, size_t n, size_t otherwise)
{
    float max = -INFINITY;
    size_t at = otherwise;
    for (size_t i = 0; i < n; i++) {
        if (x[i] > max) {
            max = x[i];
            at = i;
        }
    }
    return at;
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

size_t quill_sample(const float *x, size_t n, float temperature, uint64_t *state, size_t otherwise)
{
    const size_t likeliest = quill_argmax(x, n, n);
    if (likeliest == n)
        return otherwise;
    const double max = x[likeliest], scale = 1.0 / temperature;
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += x[i] > -INFINITY ? exp((x[i] - max) * scale) : 0.0;
    double left = uniform(state) * sum;
    for (size_t i = 0; i < n; i++) {
        left -= x[i] > -INFINITY ? exp((x[i] - max) * scale) : 0.0;
        if (left < 0.0)
            return i;
    }
    return likeliest; /* rounding left a rest */
}

void quill_search_begin(struct quill_search *s)
{
    assert(s->n_prompt > s->sot_index && s->n_prompt - s->sot_index <= QUILL_SEARCH_MAX_LOGITS);
    assert(s->n_prompt < s->n_text_ctx);
    s->prompted = false;
    s->random = s->seed;
    s->n_tokens = 0;
    s->sum_logprob = 0.0;
}

struct quill_feed quill_search_feed(const struct quill_search *s)
{
    if (s->prompted)
        return (struct quill_feed){s->sequence, &s->tokens[s->n_tokens - 1], 1, 1};
    return (struct quill_feed){s->sequence, s->prompt, s->n_prompt, s->n_prompt - s->sot_index};
}

/* The no-speech probability is taken at sot, before any rule. Returns the logits behind the prompt. */
static const float *take_prompt(struct quill_search *s, const float *logits)
{
    const float total = s->kernels->log_sum_exp(logits, s->n_vocab);

    s->no_speech_prob = expf(logits[s->rules->specials.no_speech] - total);
    s->prompted = true;
    return logits + (s->n_prompt - s->sot_index - 1) * s->n_vocab;
}

/* True when the search goes on: the token is no end, and there is a place to feed it to. */
static bool choose(struct quill_search *s, const float *logits)
{
    const uint32_t eot = s->rules->specials.eot;

    memcpy(s->logits, logits, s->n_vocab * sizeof *logits);
    quill_rules_apply(s->rules, s->kernels, s->tokens, s->n_tokens, s->logits, s->n_vocab);
    const size_t token = s->temperature > 0.0f
                             ? quill_sample(s->logits, s->n_vocab, s->temperature, &s->random, eot)
                             : quill_argmax(s->logits, s->n_vocab, eot);
    s->sum_logprob += s->logits[token] - s->kernels->log_sum_exp(s->logits, s->n_vocab);
    if (token == eot)
        return false;
    s->tokens[s->n_tokens++] = (uint32_t)token;
    return s->n_prompt + s->n_tokens <= s->n_text_ctx && s->n_tokens < s->max_tokens;
}

bool quill_search_take(struct quill_search *s, const float *logits)
{
    if (!s->prompted)
        logits = take_prompt(s, logits);
    if (s->max_tokens > 0 && choose(s, logits))
        return false;
    s->avg_logprob = (float)(s->sum_logprob / (double)(s->n_tokens + 1));
    return true;
}

enum quill_status quill_search_run(struct quill_search *s, struct quill_decoder *decoder,
                                   const struct quill_compute *compute, const struct quill_cancel *cancel,
                                   struct quill_timings *timings, struct quill_error *err)
{
    double start_ms = quill_now_ms(), prompted_ms = start_ms;
    enum quill_status status;
    bool done = false;

    quill_decoder_truncate(decoder, s->sequence, 0);
    quill_search_begin(s);
    do {
        const struct quill_feed feed = quill_search_feed(s);
        const bool is_prompt = !s->prompted;
        const float *logits;

        status = quill_decoder_feed(decoder, compute, &feed, 1, &logits, cancel, err);
        if (status != QUILL_OK)
            break;
        quill_trace_span(compute->trace, is_prompt ? QUILL_TRACE_RUN_PROMPT : QUILL_TRACE_RUN_TOKEN,
                         start_ms);
        start_ms = quill_now_ms();
        if (is_prompt) {
            timings->prompt_ms += start_ms - prompted_ms;
            prompted_ms = start_ms;
        }
        done = quill_search_take(s, logits);
        quill_trace_lap(compute->trace, QUILL_TRACE_SEARCH);
    } while (!done);
    if (s->prompted) {
        timings->decode_ms += quill_now_ms() - prompted_ms;
        quill_trace_span(compute->trace, QUILL_TRACE_RUN_DECODE, prompted_ms);
        timings->n_tokens += (unsigned)s->n_tokens;
    }
    return status;
}
