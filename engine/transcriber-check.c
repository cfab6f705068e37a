/* Whether what is asked of a run can be done. */
#include <math.h>

#include "transcriber-run.h"

#define MAX_REPETITION_PENALTY 10.0f
#define MAX_SILENCE_THRESHOLD 1000.0f /* seconds */

static enum quill_status check_hypotheses(const struct quill_run *run, struct quill_error *err)
{
    const struct quill_params *params = run->params;
    const unsigned n_kept = run->t->n_hypotheses;
    if (params->beam_size > n_kept)
        return quill_fail(err, QUILL_ERR_INVALID,
                          "a beam of %u is more than the %u hypotheses that the transcriber has memory for",
                          params->beam_size, n_kept);
    if (params->best_of > n_kept)
        return quill_fail(err, QUILL_ERR_INVALID,
                          "the best of %u is more than the %u hypotheses that the transcriber has memory for",
                          params->best_of, n_kept);
    if (!(params->patience > 0.0f && params->patience <= 100.0f))
        return quill_fail(err, QUILL_ERR_INVALID, "patience %g is out of range: use more than 0, at most 100",
                          (double)params->patience);
    if (!(params->length_penalty <= 1.0f))
        return quill_fail(err, QUILL_ERR_INVALID,
                          "length penalty %g is out of range: use 0 to 1, or less than 0 for none",
                          (double)params->length_penalty);
    return QUILL_OK;
}

static enum quill_status check_vocabulary(const struct quill_run *run, struct quill_error *err)
{
    const struct quill_params *params = run->params;
    if (params->vocabulary && !quill_vocabulary_is_for(params->vocabulary, run->t->model))
        return quill_fail(err, QUILL_ERR_INVALID, "the vocabulary was made for another model");
    if (!(params->vocabulary_strength >= 0.0f &&
          params->vocabulary_strength <= QUILL_MAX_VOCABULARY_STRENGTH))
        return quill_fail(err, QUILL_ERR_INVALID, "vocabulary strength %g is out of range: use 0 to %g",
                          (double)params->vocabulary_strength, (double)QUILL_MAX_VOCABULARY_STRENGTH);
    return QUILL_OK;
}

static enum quill_status check_grammar(const struct quill_run *run, struct quill_error *err)
{
    const struct quill_params *params = run->params;
    if (params->grammar && !quill_grammar_is_for(params->grammar, run->t->model))
        return quill_fail(err, QUILL_ERR_INVALID, "the grammar was made for another model");
    if (!(params->grammar_penalty >= 0.0f))
        return quill_fail(err, QUILL_ERR_INVALID, "grammar penalty %g is out of range: use 0 or more",
                          (double)params->grammar_penalty);
    return QUILL_OK;
}

static enum quill_status check_repetition(const struct quill_params *params, struct quill_error *err)
{
    if (!(params->repetition_penalty > 0.0f && params->repetition_penalty <= MAX_REPETITION_PENALTY))
        return quill_fail(err, QUILL_ERR_INVALID,
                          "repetition penalty %g is out of range: use more than 0, at most %g",
                          (double)params->repetition_penalty, (double)MAX_REPETITION_PENALTY);
    return QUILL_OK;
}

static enum quill_status check_silence(const struct quill_params *params, struct quill_error *err)
{
    const float threshold = params->hallucination_silence_threshold;

    if (!(threshold >= 0.0f && threshold <= MAX_SILENCE_THRESHOLD))
        return quill_fail(err, QUILL_ERR_INVALID,
                          "a silence of %g s around hallucinations is out of range: use 0, for off, to %g",
                          (double)threshold, (double)MAX_SILENCE_THRESHOLD);
    if (threshold > 0.0f && !params->word_timestamps)
        return quill_fail(err, QUILL_ERR_INVALID,
                          "silence around hallucinations is found by word timestamps, which are off");
    return QUILL_OK;
}

static enum quill_status check_clips(const struct quill_params *params, struct quill_error *err)
{
    int64_t free_ms = 0;

    for (size_t i = 0; i < params->n_clips; i++) {
        const struct quill_clip *clip = &params->clips[i];

        if (clip->begin_ms < free_ms)
            return quill_fail(
                err, QUILL_ERR_INVALID,
                "clip %zu begins at %g s, before the one before it ends, or the recording begins", i + 1,
                (double)clip->begin_ms / 1000.0);
        if (clip->end_ms <= clip->begin_ms)
            return quill_fail(err, QUILL_ERR_INVALID, "clip %zu ends at %g s, which is not after it begins",
                              i + 1, (double)clip->end_ms / 1000.0);
        free_ms = clip->end_ms;
    }
    return QUILL_OK;
}

enum quill_status quill_run_check_params(struct quill_run *run, struct quill_error *err)
{
    const struct quill_params *params = run->params;
    const struct quill_hparams *h = &run->t->model->hparams;
    QUILL_TRY(quill_run_resolve_language(run, err));
    if (params->n_alternatives > QUILL_MAX_ALTERNATIVES)
        return quill_fail(err, QUILL_ERR_INVALID, "%u alternatives to a word are too many: use at most %d",
                          params->n_alternatives, QUILL_MAX_ALTERNATIVES);
    if (params->n_alternatives > 0 && !params->word_timestamps)
        return quill_fail(err, QUILL_ERR_INVALID, "alternatives to words need word timestamps");
    if (params->word_timestamps && !run->t->word_timestamps)
        return quill_fail(err, QUILL_ERR_INVALID,
                          "the transcriber was opened without memory for the times of words");
    if (!(params->temperature >= 0.0f && params->temperature <= 10.0f))
        return quill_fail(err, QUILL_ERR_INVALID, "temperature %g is out of range: use 0 to 10",
                          (double)params->temperature);
    if (!(params->temperature_increment == 0.0f ||
          (params->temperature_increment >= 0.01f && params->temperature_increment <= 10.0f)))
        return quill_fail(err, QUILL_ERR_INVALID,
                          "temperature increment %g is out of range: use 0, or 0.01 to 10",
                          (double)params->temperature_increment);
    QUILL_TRY(check_hypotheses(run, err));
    QUILL_TRY(check_vocabulary(run, err));
    QUILL_TRY(check_grammar(run, err));
    QUILL_TRY(check_repetition(params, err));
    QUILL_TRY(check_silence(params, err));
    QUILL_TRY(check_clips(params, err));
    if (params->audio_ctx > h->n_audio_ctx)
        return quill_fail(err, QUILL_ERR_INVALID, "an audio context of %u frames is more than the model's %u",
                          params->audio_ctx, (unsigned)h->n_audio_ctx);
    if (params->vad)
        QUILL_TRY(quill_vad_params_check(&params->vad_params, err));
    run->max_tokens = params->max_tokens == 0              ? h->n_text_ctx / 2
                      : params->max_tokens < h->n_text_ctx ? params->max_tokens
                                                           : h->n_text_ctx;
    if (params->word_timestamps && run->max_tokens > run->t->max_timed)
        run->max_tokens = run->t->max_timed;
    return QUILL_OK;
}
