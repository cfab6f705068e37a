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

/* Feeds the prompt: logits of its last token to search->logits; the no-speech probability is taken at sot,
 * before any rule. */
static enum quill_status begin(const struct quill_search *s, struct quill_hypothesis *out,
                               struct quill_error *err)
{
    const size_t n_logits = s->n_prompt - s->sot_index;
    const struct quill_feed prompt = {.tokens = s->prompt, .n = s->n_prompt, .n_logits = n_logits};
    const float *logits;
    quill_decoder_truncate(s->decoder, 0, 0);
    QUILL_TRY(quill_decoder_feed(s->decoder, s->compute, &prompt, 1, &logits, s->cancel, err));
    const float total = s->compute->kernels.log_sum_exp(logits, s->n_vocab);
    out->no_speech_prob = expf(logits[s->rules->specials.no_speech] - total);
    memcpy(s->logits, logits + (n_logits - 1) * s->n_vocab, s->n_vocab * sizeof(float));
    return QUILL_OK;
}

static enum quill_status extend(const struct quill_search *s, uint32_t token, struct quill_error *err)
{
    const struct quill_feed next = {.tokens = &token, .n = 1, .n_logits = 1};
    const float *logits;
    const double start_ms = quill_now_ms();
    if (quill_cancelled(s->cancel))
        return quill_fail(err, QUILL_ERR_CANCELLED, "recognition was cancelled");
    QUILL_TRY(quill_decoder_feed(s->decoder, s->compute, &next, 1, &logits, s->cancel, err));
    quill_trace_span(s->compute->trace, QUILL_TRACE_RUN_TOKEN, start_ms);
    memcpy(s->logits, logits, s->n_vocab * sizeof(float));
    return QUILL_OK;
}

enum quill_status quill_search_run(const struct quill_search *s, struct quill_hypothesis *out,
                                   struct quill_timings *timings, struct quill_error *err)
{
    assert(s->n_prompt > s->sot_index && s->n_prompt - s->sot_index <= QUILL_DECODER_MAX_LOGITS);
    assert(s->n_prompt < s->n_text_ctx);
    const uint32_t eot = s->rules->specials.eot;
    const struct quill_kernels *kernels = &s->compute->kernels;
    uint64_t random = s->seed;
    out->n_tokens = 0;
    out->sum_logprob = 0.0;

    const double start_ms = quill_now_ms();
    QUILL_TRY(begin(s, out, err));
    const double prompted_ms = quill_now_ms();
    timings->prompt_ms += prompted_ms - start_ms;
    quill_trace_span(s->compute->trace, QUILL_TRACE_RUN_PROMPT, start_ms);

    enum quill_status status = QUILL_OK;
    while (out->n_tokens < s->max_tokens) {
        quill_rules_apply(s->rules, kernels, out->tokens, out->n_tokens, s->logits, s->n_vocab);
        const size_t token = s->temperature > 0.0f
                                 ? quill_sample(s->logits, s->n_vocab, s->temperature, &random, eot)
                                 : quill_argmax(s->logits, s->n_vocab, eot);
        out->sum_logprob += s->logits[token] - kernels->log_sum_exp(s->logits, s->n_vocab);
        quill_trace_lap(s->compute->trace, QUILL_TRACE_SEARCH);
        if (token == eot)
            break;
        out->tokens[out->n_tokens++] = (uint32_t)token;
        if (s->n_prompt + out->n_tokens > s->n_text_ctx || out->n_tokens == s->max_tokens)
            break; /* no place left to feed it to */
        status = extend(s, (uint32_t)token, err);
        if (status != QUILL_OK)
            break;
    }
    out->avg_logprob = (float)(out->sum_logprob / (double)(out->n_tokens + 1));
    timings->decode_ms += quill_now_ms() - prompted_ms;
    quill_trace_span(s->compute->trace, QUILL_TRACE_RUN_DECODE, prompted_ms);
    timings->n_tokens += (unsigned)out->n_tokens;
    return status;
}
