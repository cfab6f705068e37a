/* One run over a recording, as openai/whisper transcribe.py does it. Where it differs, and why:
 *  - Beyond the end of the sound a window holds silence, as whisper's decode() and its training had it, not
 * the mid-grey that transcribe.py pads with.
 *  - Less than 100 ms of rest holds no word; models invent one, so it is not looked at.
 *  - No time lies beyond the end of the recording.
 * With quill_params.vad a recording, or each clip of it, is cut at its pauses into stretches
 * (audio/stretches.h), each of which is gone through like a recording, as faster-whisper's batched pipeline
 * does it; otherwise it is one stretch.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "text/unicode.h"
#include "transcriber-run.h"

#define PREFIX_MARGIN 6 /* tokens of a prompt that are no history, and the first time */

/* ---- one window -------------------------------------------------------------------------------------------
 */

size_t quill_run_write_sot(const struct quill_run *run, bool timestamps, uint32_t *out)
{
    const struct quill_specials *specials = &run->slot->rules.specials;
    size_t n = 0;

    out[n++] = specials->sot;
    if (specials->n_languages) {
        out[n++] = specials->first_language + (uint32_t)run->language;
        out[n++] = run->params->translate ? specials->translate : specials->transcribe;
    }
    if (!timestamps)
        out[n++] = specials->no_timestamps;
    return n;
}

/* Writes the prompt and returns its length; *sot_index is where sot is in it. */
static size_t write_prompt(struct quill_run *run, size_t *sot_index)
{
    struct quill_slot *slot = run->slot;
    const struct quill_specials *specials = &slot->rules.specials;
    size_t n = 0;
    if (run->n_history) {
        slot->prompt[n++] = specials->prev;
        memcpy(slot->prompt + n, slot->history, run->n_history * sizeof *slot->history);
        n += run->n_history;
    }
    *sot_index = n;
    return n + quill_run_write_sot(run, run->params->timestamps, slot->prompt + n);
}

static float compression_ratio(const struct quill_run *run)
{
    struct quill_transcriber *t = run->t;
    const char *start;
    quill_tokens_to_text(t->tokenizer, run->search.tokens, run->search.n_tokens, t->text,
                         QUILL_COMPRESSION_MAX + 1);
    const size_t n = quill_strip(t->text, &start);
    return quill_compression_ratio(start, n, t->compression);
}

static bool is_failure(const struct quill_params *params, const struct quill_segment *facts)
{
    const bool repetitive = params->compression_ratio_threshold > 0.0f &&
                            facts->compression_ratio > params->compression_ratio_threshold;
    const bool unlikely = facts->avg_logprob < params->logprob_threshold;
    const bool silent = facts->no_speech_prob > params->no_speech_threshold && unlikely;
    return (repetitive || unlikely) && !silent;
}

static float temperature_of(const struct quill_run *run)
{
    return run->params->temperature + (float)run->n_fallbacks * run->params->temperature_increment;
}

/* As many hypotheses as the try shall have; NULL: one. */
static struct quill_beams *choose_beams(struct quill_run *run)
{
    const struct quill_params *params = run->params;
    const unsigned n = run->search.temperature > 0.0f ? params->best_of : params->beam_size;
    struct quill_beams *beams = run->slot->beams;

    if (n <= 1)
        return NULL;
    beams->n = n;
    beams->patience = params->patience;
    beams->length_penalty = params->length_penalty;
    return beams;
}

static void begin_try(struct quill_run *run)
{
    run->search.temperature = temperature_of(run);
    run->search.seed = run->params->seed + run->n_tries++;
    run->search.beams = choose_beams(run);
    quill_search_begin(&run->search);
}

/* What the prompt leaves no room for need not be expected. */
static void expect_draft(struct quill_run *run)
{
    struct quill_search *search = &run->search;
    const size_t room = search->n_text_ctx - search->n_prompt;
    const size_t most = room < search->max_tokens ? room : search->max_tokens;

    search->draft = run->t->draft;
    search->tolerance = run->draft->tolerance;
    search->firm_tolerance = run->draft->firm_tolerance;
    search->n_firm = run->draft->n_firm < most ? run->draft->n_firm : most;
    search->n_draft = run->draft->n < most ? run->draft->n : most;
    search->n_forced = run->draft->n_forced < most ? run->draft->n_forced : most;
    for (size_t i = 0; i < search->n_draft; i++)
        run->t->draft[i] = run->draft->heard[i].token;
}

/* The first window's text begins with the prefix. */
static void expect_prefix(struct quill_run *run)
{
    struct quill_search *search = &run->search;

    search->draft = run->slot->prompt + search->n_text_ctx - run->n_prefix;
    search->n_draft = search->n_firm = search->n_forced = run->n_prefix;
    search->needs_no_speech = true;
}

/* One temperature after another is tried until one passes; the last counts in any case. */
static void begin_search(struct quill_run *run)
{
    struct quill_transcriber *t = run->t;
    run->search = (struct quill_search){
        .sequence = run->slot->sequence,
        .rules = &run->slot->rules,
        .kernels = &t->workers.compute.kernels,
        .n_vocab = t->model->hparams.n_vocab,
        .n_text_ctx = t->model->hparams.n_text_ctx,
        .prompt = run->slot->prompt,
        .max_tokens = run->max_tokens,
        .max_logits = t->max_logits,
        .logits = t->logits,
        .fed = run->slot->fed,
        .tokens = run->slot->tokens,
        .logprobs = run->slot->logprobs,
    };
    if (run->params->vocabulary && !quill_vocabulary_is_empty(run->params->vocabulary) &&
        run->params->vocabulary_strength > 0.0f) {
        run->search.vocabulary = run->params->vocabulary;
        run->search.vocabulary_strength = run->params->vocabulary_strength;
    }
    if (run->params->grammar && run->params->grammar_penalty > 0.0f) {
        run->search.grammar = run->params->grammar;
        run->search.grammar_penalty = run->params->grammar_penalty;
    }
    run->search.n_prompt = write_prompt(run, &run->search.sot_index);
    if (run->draft && quill_run_timings(run)->n_windows == 1)
        expect_draft(run);
    else if (quill_run_timings(run)->n_windows == 1)
        expect_prefix(run);
    run->n_fallbacks = 0;
    begin_try(run);
}

/* The facts of the try that is done; whether it counts. */
static bool judge_try(struct quill_run *run)
{
    const struct quill_params *params = run->params;
    const float temperature = temperature_of(run);
    run->facts = (struct quill_segment){.avg_logprob = run->search.avg_logprob,
                                        .no_speech_prob = run->search.no_speech_prob,
                                        .compression_ratio = compression_ratio(run),
                                        .temperature = temperature};
    return !is_failure(params, &run->facts) || !(params->temperature_increment > 0.0f) ||
           temperature + params->temperature_increment > 1.0f + 1e-4f;
}

enum quill_status quill_run_begin_window(struct quill_run *run, struct quill_error *err)
{
    if (run->language < 0 && run->stretches)
        QUILL_TRY(quill_run_find_language(run, err));
    QUILL_TRY(quill_run_hear_window(run, err));
    quill_run_timings(run)->n_windows++;
    if (run->language < 0)
        QUILL_TRY(quill_run_detect_language(run, err));
    begin_search(run);
    return QUILL_OK;
}

enum quill_status quill_run_end_try(struct quill_run *run, bool *window_done, struct quill_error *err)
{
    *window_done = judge_try(run);
    if (!*window_done) {
        quill_run_timings(run)->n_fallbacks++;
        run->n_fallbacks++;
        begin_try(run);
        return QUILL_OK;
    }
    QUILL_TRY(quill_run_finish_window(run, err));
    if (!quill_run_has_window(run))
        QUILL_TRY(quill_run_find_stretch(run, err));
    if (run->params->progress)
        run->params->progress(run->params->user, quill_run_time_of(run, (int64_t)run->seek * QUILL_FRAME_MS),
                              (int64_t)(run->n_samples / QUILL_SAMPLES_PER_MS));
    return QUILL_OK;
}

/* ---- the whole --------------------------------------------------------------------------------------------
 */

/* Text as it would be said, with a space before it and none behind it, to t->text; white space alone would be
 * a word that means nothing: then it is "". Of a long one only the end counts: no token is longer than 128
 * bytes. */
static void write_text(struct quill_transcriber *t, const char *text)
{
    const char *start = text;
    size_t n = text ? quill_strip(text, &start) : 0;

    t->text[0] = '\0';
    if (n == 0)
        return;
    if (n > QUILL_COMPRESSION_MAX - 1) {
        start += n - (QUILL_COMPRESSION_MAX - 1);
        n = QUILL_COMPRESSION_MAX - 1;
    }
    t->text[0] = ' ';
    memcpy(t->text + 1, start, n);
    t->text[n + 1] = '\0';
}

/* The end of the initial prompt, as much as fits, becomes the history. */
static void begin_history(struct quill_run *run)
{
    struct quill_transcriber *t = run->t;
    const struct quill_params *params = run->params;
    const size_t most = params->max_context < 0 ? t->max_history : (size_t)params->max_context;

    write_text(t, params->initial_prompt);
    run->max_history = most < t->max_history ? most : t->max_history;
    const size_t n_tokens = quill_text_to_tokens(t->tokenizer, t->text, 0, NULL, 0);
    const size_t skip = n_tokens > run->max_history ? n_tokens - run->max_history : 0;
    quill_text_to_tokens(t->tokenizer, t->text, skip, run->slot->history, run->max_history);
    run->n_history = n_tokens - skip;
    run->builder->result.n_prompt_left_out = skip;
    run->n_carried = params->carry_initial_prompt ? run->n_history : 0;
}

/* The prefix, behind the first time if there are times, to the end of the slot's prompt, which no prompt
 * reaches. */
static enum quill_status begin_prefix(struct quill_run *run, struct quill_error *err)
{
    struct quill_transcriber *t = run->t;
    const size_t n_text_ctx = t->model->hparams.n_text_ctx, longest = n_text_ctx / 2 - PREFIX_MARGIN;
    const size_t most = run->max_tokens / 2 < longest / 2 ? run->max_tokens / 2 : longest / 2;
    uint32_t *const end = run->slot->prompt + n_text_ctx;

    write_text(t, run->params->prefix);
    const size_t n = quill_text_to_tokens(t->tokenizer, t->text, 0, NULL, 0);
    if (n > most)
        return quill_fail(err, QUILL_ERR_INVALID,
                          "the prefix is too long for a window: shorten it (tokens: %zu, room: %zu)", n,
                          most);
    quill_text_to_tokens(t->tokenizer, t->text, 0, end - n, n);
    run->n_prefix = n;
    if (n > 0 && run->params->timestamps)
        end[-(ptrdiff_t)++run->n_prefix] = run->slot->rules.specials.first_timestamp;
    return QUILL_OK;
}

enum quill_status quill_run_open(struct quill_run *out, struct quill_transcriber *t, struct quill_slot *slot,
                                 const struct quill_params *params, struct quill_draft *draft,
                                 const float *samples, size_t n, struct quill_error *err)
{
    struct quill_run run = {
        .t = t,
        .slot = slot,
        .params = params,
        .draft = draft,
        .cancel = {.fn = params->cancelled, .user = params->user},
        .samples = samples,
        .n_samples = n,
        .start_ms = quill_now_ms(),
    };
    if (!samples && n > 0)
        return quill_fail(err, QUILL_ERR_INVALID, "there are %zu samples but no pointer to them", n);
    QUILL_TRY(quill_run_check_params(&run, err));
    QUILL_TRY(quill_rules_set_up(&slot->rules, t->tokenizer, params, err));
    QUILL_TRY(quill_result_open(&run.builder, err));
    for (size_t i = 0; i < t->n_hypotheses; i++)
        quill_decoder_start(t->decoder, slot->sequence + i, slot->window);
    begin_history(&run);
    enum quill_status status = begin_prefix(&run, err);
    if (status == QUILL_OK)
        status = quill_run_find_first_stretch(&run, err);
    if (status == QUILL_OK)
        *out = run;
    else
        quill_run_close(&run);
    return status;
}

void quill_run_close(struct quill_run *run)
{
    struct quill_result *result = run->builder ? &run->builder->result : NULL;
    quill_result_free(&result);
    run->builder = NULL;
    quill_stretches_close(&run->stretches);
}

struct quill_result *quill_run_take_result(struct quill_run *run)
{
    struct quill_result *result = &run->builder->result;
    if (run->draft)
        run->draft->n = run->n_found;
    if (run->language >= 0)
        snprintf(result->language, sizeof result->language, "%s",
                 quill_language_code((unsigned)run->language));
    result->timings.total_ms = quill_now_ms() - run->start_ms;
    run->builder = NULL;
    quill_stretches_close(&run->stretches);
    return result;
}

static enum quill_status run_windows(struct quill_run *run, struct quill_error *err)
{
    struct quill_transcriber *t = run->t;
    while (quill_run_has_window(run)) {
        QUILL_TRY(quill_run_begin_window(run, err));
        for (bool window_done = false; !window_done;) {
            QUILL_TRY(quill_search_run(&run->search, t->decoder, &t->workers.compute, &run->cancel,
                                       quill_run_timings(run), err));
            QUILL_TRY(quill_run_end_try(run, &window_done, err));
        }
    }
    if (run->draft && run->draft->commands)
        QUILL_TRY(quill_run_find_command(run, err));
    return QUILL_OK;
}

enum quill_status quill_transcribe_draft(struct quill_transcriber *t, const float *samples, size_t n,
                                         const struct quill_params *params, struct quill_draft *draft,
                                         struct quill_result **out, struct quill_error *err)
{
    struct quill_run run;
    if (t->trace)
        quill_trace_reset(t->trace);
    QUILL_TRY(quill_run_open(&run, t, &t->slots[0], params, draft, samples, n, err));
    const enum quill_status status = run_windows(&run, err);
    if (status == QUILL_OK)
        *out = quill_run_take_result(&run);
    else
        quill_run_close(&run);
    return status;
}

enum quill_status quill_transcribe(struct quill_transcriber *t, const float *samples, size_t n,
                                   const struct quill_params *params, struct quill_result **out,
                                   struct quill_error *err)
{
    struct quill_params defaults;
    if (!params) {
        quill_params_init(&defaults);
        params = &defaults;
    }
    return quill_transcribe_draft(t, samples, n, params, NULL, out, err);
}
