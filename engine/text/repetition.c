#include "text/repetition.h"

#include <math.h>
#include <stdbool.h>

static bool has(const uint32_t *tokens, size_t n, uint32_t token)
{
    for (size_t i = 0; i < n; i++)
        if (tokens[i] == token)
            return true;
    return false;
}

static float penalised(const struct quill_repetition *repetition, float logit)
{
    return logit > 0.0f ? logit / repetition->penalty : logit * repetition->penalty;
}

float quill_repetition_penalise(const struct quill_written *written, uint32_t token, float logit)
{
    const struct quill_repetition *repetition = written->repetition;
    const bool counts =
        repetition->penalty != 1.0f && token < written->eot && has(written->tokens, written->n, token);

    return counts ? penalised(repetition, logit) : logit;
}

/* Where the text in tokens[0..end) ends: times behind it are left out. */
static size_t text_end(const uint32_t *tokens, size_t end, uint32_t eot)
{
    while (end > 0 && tokens[end - 1] >= eot)
        end--;
    return end;
}

/* Whether the last n tokens of text in tokens[0..a) and in tokens[0..b) are the same, and all there. */
static bool end_alike(const uint32_t *tokens, size_t a, size_t b, size_t n, uint32_t eot)
{
    for (; n > 0; n--, a--, b--) {
        a = text_end(tokens, a, eot);
        b = text_end(tokens, b, eot);
        if (a == 0 || b == 0 || tokens[a - 1] != tokens[b - 1])
            return false;
    }
    return true;
}

void quill_repetition_apply(const struct quill_written *written, float *logits)
{
    const struct quill_repetition *repetition = written->repetition;
    const uint32_t *tokens = written->tokens, eot = written->eot;
    const size_t n = written->n;

    for (size_t i = 0; i < n && repetition->penalty != 1.0f; i++)
        if (tokens[i] < eot && !has(tokens, i, tokens[i]))
            logits[tokens[i]] = penalised(repetition, logits[tokens[i]]);
    for (size_t i = 0; i < n && repetition->ngram_size > 0; i++)
        if (tokens[i] < eot && end_alike(tokens, i, n, repetition->ngram_size - 1, eot))
            logits[tokens[i]] = -INFINITY;
}
