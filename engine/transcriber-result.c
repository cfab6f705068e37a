#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "transcriber.h"

void quill_params_init(struct quill_params *params)
{
    *params = (struct quill_params){
        .timestamps = true,
        .suppress_blank = true,
        .suppress_non_speech = true,
        .condition_on_previous = true,
        .prompt_reset_temperature = 0.5f,
        .max_context = -1,
        .repetition_penalty = 1.0f,
        .vocabulary_strength = 1.0f,
        .grammar_penalty = 100.0f,
        .temperature_increment = 0.2f,
        .beam_size = 1,
        .best_of = 1,
        .patience = 1.0f,
        .length_penalty = -1.0f,
        .compression_ratio_threshold = 2.4f,
        .logprob_threshold = -1.0f,
        .no_speech_threshold = 0.6f,
        .max_initial_timestamp_ms = 1000,
    };
    quill_vad_params_init(&params->vad_params);
}

enum quill_status quill_result_open(struct quill_result_builder **out, struct quill_error *err)
{
    struct quill_result_builder *builder = quill_alloc_zero(sizeof *builder);
    if (!builder)
        return quill_fail(err, QUILL_ERR_NOMEM, "not enough memory for the result");
    *out = builder;
    return QUILL_OK;
}

static bool grow(struct quill_result_builder *builder)
{
    struct quill_result *result = &builder->result;
    const size_t capacity = builder->capacity ? 2 * builder->capacity : 16;
    size_t bytes;
    struct quill_segment *segments =
        quill_mul2(&bytes, capacity, sizeof *segments) ? quill_alloc(bytes) : NULL;
    if (!segments)
        return false;
    if (result->n_segments)
        memcpy(segments, result->segments, result->n_segments * sizeof *segments);
    quill_free(result->segments);
    result->segments = segments;
    builder->capacity = capacity;
    return true;
}

enum quill_status quill_result_append(struct quill_result_builder *builder,
                                      const struct quill_segment *segment,
                                      const struct quill_tokenizer *tokenizer, const uint32_t *tokens,
                                      size_t n_tokens, struct quill_error *err)
{
    struct quill_result *result = &builder->result;
    const size_t len = quill_tokens_to_text(tokenizer, tokens, n_tokens, NULL, 0);
    char *text = quill_alloc(len + 1);
    if (!text || (result->n_segments == builder->capacity && !grow(builder))) {
        quill_free(text);
        return quill_fail(err, QUILL_ERR_NOMEM, "not enough memory for the result");
    }
    quill_tokens_to_text(tokenizer, tokens, n_tokens, text, len + 1);
    struct quill_segment *last = &result->segments[result->n_segments++];
    *last = *segment;
    last->text = text;
    return QUILL_OK;
}

static size_t count_alternatives(const uint16_t *ends, size_t n_words, const struct quill_spoken *spoken,
                                 const struct quill_others *others)
{
    size_t n = 0, begin = 0;

    for (size_t i = 0; others && i < n_words; begin = ends[i++])
        n += others[spoken[begin].word].n;
    return n;
}

static size_t alternative_bytes(const uint16_t *ends, size_t n_words, const struct quill_spoken *spoken,
                                const struct quill_others *others)
{
    size_t bytes = 0, begin = 0;

    for (size_t i = 0; others && i < n_words; begin = ends[i++])
        for (size_t k = 0; k < others[spoken[begin].word].n; k++)
            bytes += strlen(others[spoken[begin].word].other[k].text) + 1;
    return bytes;
}

/* Writes a word's alternatives to made and their texts to text; returns what lies behind these. */
static char *write_alternatives(const struct quill_others *others, struct quill_alternative *made, char *text)
{
    for (size_t k = 0; k < others->n; k++) {
        const size_t n = strlen(others->other[k].text) + 1;

        memcpy(text, others->other[k].text, n);
        made[k] = (struct quill_alternative){.text = text, .probability = expf(others->other[k].logprob)};
        text += n;
    }
    return text;
}

void quill_result_drop(struct quill_result_builder *builder, size_t n_kept)
{
    struct quill_result *result = &builder->result;

    while (result->n_segments > n_kept) {
        const struct quill_segment *last = &result->segments[--result->n_segments];

        quill_free((void *)last->text);
        quill_free((void *)last->words);
    }
}

/* Words, alternatives and all text in one piece of memory. */
enum quill_status quill_result_add_words(struct quill_result_builder *builder,
                                         const struct quill_tokenizer *tokenizer, const uint32_t *tokens,
                                         const uint16_t *ends, size_t n_words,
                                         const struct quill_spoken *spoken, const struct quill_others *others,
                                         struct quill_word **words, struct quill_error *err)
{
    struct quill_segment *segment = &builder->result.segments[builder->result.n_segments - 1];
    const size_t n_alternatives = count_alternatives(ends, n_words, spoken, others);
    size_t bytes = n_words * sizeof **words + n_alternatives * sizeof(struct quill_alternative) +
                   alternative_bytes(ends, n_words, spoken, others);
    size_t begin = 0;

    for (size_t i = 0; i < n_words; begin = ends[i++])
        bytes += quill_tokens_to_text(tokenizer, tokens + begin, ends[i] - begin, NULL, 0) + 1;
    struct quill_word *made = quill_alloc_zero(bytes > 0 ? bytes : 1);
    if (!made)
        return quill_fail(err, QUILL_ERR_NOMEM, "not enough memory for the words of the result");
    struct quill_alternative *alternatives = (struct quill_alternative *)(made + n_words);
    char *text = (char *)(alternatives + n_alternatives), *const text_end = (char *)made + bytes;
    begin = 0;
    for (size_t i = 0; i < n_words; begin = ends[i++]) {
        if (others) {
            const struct quill_others *its = &others[spoken[begin].word];

            text = write_alternatives(its, alternatives, text);
            made[i].alternatives = alternatives;
            made[i].n_alternatives = its->n;
            alternatives += its->n;
        }
        made[i].text = text;
        text += quill_tokens_to_text(tokenizer, tokens + begin, ends[i] - begin, text,
                                     (size_t)(text_end - text)) +
                1;
    }
    segment->words = *words = made;
    segment->n_words = n_words;
    return QUILL_OK;
}

void quill_result_free(struct quill_result **result)
{
    if (!*result)
        return;
    quill_result_drop((struct quill_result_builder *)*result, 0); /* which begins with it */
    quill_free((*result)->segments);
    quill_free(*result);
    *result = NULL;
}
