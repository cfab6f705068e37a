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
#include "model/windows.h"
#include "text/hallucinations.h"
#include "text/unicode.h"
#include "transcriber-run.h"

#define HOP_SAMPLES QUILL_MEL_HOP
#define SAMPLES_PER_MS (QUILL_SAMPLE_RATE / 1000)
#define MIN_FRAMES 10
#define CTX_MARGIN_MS 1000 /* a model sees silence behind the sound, as it did in training */
#define CTX_STEP 32        /* encoder frames */
#define SILENCE -10.0f     /* log10 of the mel power's floor */
#define PREFIX_MARGIN 6    /* tokens of a prompt that are no history, and the first time */
#define MAX_REPETITION_PENALTY 10.0f
#define MAX_SILENCE_THRESHOLD 1000.0f /* seconds */

static struct quill_timings *timings(struct quill_run *run)
{
    return &run->builder->result.timings;
}

static enum quill_status cancelled(struct quill_error *err)
{
    return quill_fail(err, QUILL_ERR_CANCELLED, "recognition was cancelled");
}

/* ---- sound ------------------------------------------------------------------------------------------------
 */

/* Raw log-mel of a whole window from frame `first` on. */
static void load_power(struct quill_run *run, size_t first)
{
    const size_t n_mels = run->t->model->hparams.n_mels, n_frames = 2 * run->n_ctx;
    float *mel = quill_encoder_mel(run->t->encoder);
    const float *samples = run->samples + run->stretch.begin;
    const size_t n_samples = run->stretch.end - run->stretch.begin;
    /* The last frames that any sample falls into are centred half an FFT beyond the end. */
    const size_t end = (n_samples + QUILL_MEL_N_FFT / 2 + HOP_SAMPLES - 1) / HOP_SAMPLES;
    const size_t n_sound = end <= first ? 0 : end - first < n_frames ? end - first : n_frames;
    if (n_sound)
        quill_mel_power(run->t->workers.mel, run->t->workers.pool, samples, n_samples, first, n_sound, mel);
    for (size_t i = n_sound * n_mels; i < n_frames * n_mels; i++)
        mel[i] = SILENCE;
}

/* The clamp is relative to the loudest of the whole stretch, so that is looked for first. */
static enum quill_status find_mel_maximum(struct quill_run *run, struct quill_error *err)
{
    const size_t n = 2 * run->n_ctx * run->t->model->hparams.n_mels;
    const float *mel = quill_encoder_mel(run->t->encoder);
    const double start_ms = quill_now_ms();
    quill_trace_mark(run->t->trace);
    run->mel_maximum = SILENCE;
    for (size_t first = 0; first < run->n_frames; first += 2 * run->n_ctx) {
        if (quill_cancelled(&run->cancel))
            return cancelled(err);
        load_power(run, first);
        for (size_t i = 0; i < n; i++)
            run->mel_maximum = mel[i] > run->mel_maximum ? mel[i] : run->mel_maximum;
        run->mel_is_first = first == 0;
    }
    quill_trace_lap(run->t->trace, QUILL_TRACE_MEL);
    timings(run)->mel_ms += quill_now_ms() - start_ms;
    return QUILL_OK;
}

static enum quill_status encode(struct quill_run *run, struct quill_error *err)
{
    struct quill_transcriber *t = run->t;
    struct quill_trace *trace = t->trace;
    const double start_ms = quill_now_ms();
    quill_trace_mark(trace);
    if (run->seek > 0 || !run->mel_is_first)
        load_power(run, run->seek);
    run->mel_is_first = false;
    quill_mel_finish(quill_encoder_mel(t->encoder), 2 * run->n_ctx * t->model->hparams.n_mels,
                     run->mel_maximum);
    quill_trace_lap(trace, QUILL_TRACE_MEL);
    const double mel_ms = quill_now_ms();
    timings(run)->mel_ms += mel_ms - start_ms;

    QUILL_TRY(quill_encoder_run(t->encoder, &t->workers.compute, run->n_ctx, &run->cancel, err));
    QUILL_TRY(quill_decoder_begin(t->decoder, &t->workers.compute, run->slot->window,
                                  quill_encoder_output(t->encoder), run->n_ctx, &run->cancel, err));
    quill_encoder_release(t->encoder, &t->workers.compute);
    timings(run)->encode_ms += quill_now_ms() - mel_ms;
    quill_trace_span(trace, QUILL_TRACE_RUN_ENCODE, mel_ms);
    return QUILL_OK;
}

/* ---- stretches --------------------------------------------------------------------------------------------
 */

size_t quill_audio_ctx_for(size_t n, size_t least, size_t most)
{
    const size_t frames = (n / SAMPLES_PER_MS + CTX_MARGIN_MS) / QUILL_STEP_MS;
    const size_t ctx = (frames + CTX_STEP - 1) / CTX_STEP * CTX_STEP;

    if (ctx < least)
        return least < most ? least : most;
    return ctx < most ? ctx : most;
}

/* Encoder frames of a window: of a stretch no more than it needs, as far as that is allowed. */
static size_t context_of(const struct quill_run *run, const struct quill_stretch *stretch)
{
    const struct quill_params *params = run->params;
    const size_t most = params->audio_ctx ? params->audio_ctx : run->t->model->hparams.n_audio_ctx;

    if (!run->stretches || !quill_hears_sentences(&run->t->model->hparams))
        return most;
    return quill_audio_ctx_for(stretch->end - stretch->begin, 0, most);
}

static void look_at(struct quill_run *run, const struct quill_stretch *stretch)
{
    run->stretch = *stretch;
    run->n_frames = (stretch->end - stretch->begin) / HOP_SAMPLES;
    run->n_spoken_frames = (stretch->speech_end - stretch->begin) / HOP_SAMPLES;
    run->n_ctx = context_of(run, stretch);
    run->seek = 0;
    run->mel_is_first = false;
}

bool quill_run_has_window(const struct quill_run *run)
{
    return run->seek + MIN_FRAMES <= run->n_spoken_frames;
}

static size_t n_clips(const struct quill_run *run)
{
    return run->params->n_clips > 0 ? run->params->n_clips : 1;
}

static size_t sample_at(const struct quill_run *run, int64_t ms)
{
    const size_t n_ms = (run->n_samples + SAMPLES_PER_MS - 1) / SAMPLES_PER_MS;

    return ms < (int64_t)n_ms ? (size_t)ms * SAMPLES_PER_MS : run->n_samples;
}

/* Goes on to the next clip, of which nothing has been looked at yet. */
static void begin_clip(struct quill_run *run)
{
    const size_t i = run->n_begun++;

    run->clip = (struct quill_stretch){.end = run->n_samples, .speech_end = run->n_samples};
    if (run->params->n_clips > 0) {
        const struct quill_clip *clip = &run->params->clips[i];

        run->clip.begin = sample_at(run, clip->begin_ms);
        run->clip.end = run->clip.speech_end = sample_at(run, clip->end_ms);
    }
    if (run->stretches)
        quill_stretches_begin(run->stretches, run->samples + run->clip.begin,
                              run->clip.end - run->clip.begin);
    else
        look_at(run, &run->clip);
}

/* Listens on for a while; looks at what stretch there is then, if any. */
static void listen_on(struct quill_run *run)
{
    struct quill_stretch stretch;

    if (!quill_stretches_next(run->stretches, &stretch))
        return;
    stretch.begin += run->clip.begin;
    stretch.end += run->clip.begin;
    stretch.speech_end += run->clip.begin;
    look_at(run, &stretch);
}

/* Goes on until there is a stretch to look at, if there is one. */
static enum quill_status find_stretch(struct quill_run *run, struct quill_error *err)
{
    const double start_ms = quill_now_ms();

    look_at(run, &(struct quill_stretch){
                     .begin = run->n_samples, .end = run->n_samples, .speech_end = run->n_samples});
    while (!quill_run_has_window(run)) {
        if (quill_cancelled(&run->cancel))
            return cancelled(err);
        if (run->stretches && !quill_stretches_done(run->stretches))
            listen_on(run);
        else if (run->n_begun < n_clips(run))
            begin_clip(run);
        else
            break;
    }
    timings(run)->mel_ms += quill_now_ms() - start_ms;
    return QUILL_OK;
}

static enum quill_status find_first_stretch(struct quill_run *run, struct quill_error *err)
{
    struct quill_vad_params vad_params = run->params->vad_params;

    if (run->params->vad) {
        if (vad_params.chunk_length_s < 0.0f)
            vad_params.chunk_length_s =
                quill_hears_sentences(&run->t->model->hparams) ? 0.0f : vad_params.max_speech_duration_s;
        QUILL_TRY(quill_stretches_open(&run->stretches, &vad_params, NULL, 0, err));
    }
    return find_stretch(run, err);
}

/* A stretch may be one word, which many languages have: all the sound that follows tells more. */
static enum quill_status detect_language_ahead(struct quill_run *run, struct quill_error *err)
{
    const struct quill_stretch stretch = run->stretch;
    const size_t window = 2 * run->t->model->hparams.n_audio_ctx * HOP_SAMPLES;
    const size_t left = run->clip.end - stretch.begin;
    const size_t end = stretch.begin + (left < window ? left : window);

    look_at(run, &(struct quill_stretch){.begin = stretch.begin, .end = end, .speech_end = end});
    QUILL_TRY(find_mel_maximum(run, err));
    QUILL_TRY(encode(run, err));
    QUILL_TRY(quill_run_detect_language(run, err));
    look_at(run, &stretch);
    return QUILL_OK;
}

/* ---- one window -------------------------------------------------------------------------------------------
 */

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
    slot->prompt[n++] = specials->sot;
    if (specials->n_languages) {
        slot->prompt[n++] = specials->first_language + (uint32_t)run->language;
        slot->prompt[n++] = run->params->translate ? specials->translate : specials->transcribe;
    }
    if (!run->params->timestamps)
        slot->prompt[n++] = specials->no_timestamps;
    return n;
}

static bool is_blank_at(const char *text, size_t n, size_t *len)
{
    return quill_char_class(quill_utf8_next(text, n, len)) == QUILL_CHAR_SPACE;
}

/* Length of text without white space at its end; *start is where it begins without that at its beginning. */
static size_t strip(const char *text, const char **start)
{
    size_t n = strlen(text), len;
    while (n > 0 && is_blank_at(text, n, &len)) {
        text += len;
        n -= len;
    }
    *start = text;
    size_t end = 0;
    for (size_t i = 0; i < n; i += len) {
        if (!is_blank_at(text + i, n - i, &len))
            end = i + len;
    }
    return end;
}

static float compression_ratio(const struct quill_run *run)
{
    struct quill_transcriber *t = run->t;
    const char *start;
    quill_tokens_to_text(t->tokenizer, run->search.tokens, run->search.n_tokens, t->text,
                         QUILL_COMPRESSION_MAX + 1);
    const size_t n = strip(t->text, &start);
    return quill_compression_ratio(start, n, t->compression);
}

static bool is_silence(const struct quill_params *params, const struct quill_segment *facts)
{
    return facts->no_speech_prob > params->no_speech_threshold &&
           (params->logprob_threshold == -INFINITY || !(facts->avg_logprob > params->logprob_threshold));
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
        .attention = run->params->word_timestamps ? run->slot->attention : NULL,
        .attention_width = t->model->hparams.n_audio_ctx,
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
    if (run->draft && timings(run)->n_windows == 1)
        expect_draft(run);
    else if (timings(run)->n_windows == 1)
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

/* ---- what a window said -----------------------------------------------------------------------------------
 */

/* Appends to the history, of which what is carried and the newest of the rest are kept. */
static void remember(struct quill_run *run, const uint32_t *tokens, size_t n)
{
    const size_t room = run->max_history - run->n_carried, n_old = run->n_history - run->n_carried;
    uint32_t *recent = run->slot->history + run->n_carried;
    if (n > room) {
        tokens += n - room;
        n = room;
    }
    const size_t kept = n_old < room - n ? n_old : room - n;
    memmove(recent, recent + n_old - kept, kept * sizeof *recent);
    memcpy(recent + kept, tokens, n * sizeof *recent);
    run->n_history = run->n_carried + kept + n;
}

/* When in the recording it is so long after the stretch began; no later than its end. */
static int64_t time_of(const struct quill_run *run, int64_t ms)
{
    const int64_t begin_ms = (int64_t)(run->stretch.begin / SAMPLES_PER_MS);
    const int64_t end_ms = (int64_t)(run->stretch.end / SAMPLES_PER_MS);

    return begin_ms + ms < end_ms ? begin_ms + ms : end_ms;
}

/* ---- when it was said -------------------------------------------------------------------------------------
 */

/* Aligns the window's text tokens; the looks of the timestamps between them are left out. */
static void align_tokens(struct quill_run *run)
{
    struct quill_transcriber *t = run->t;
    struct quill_slot *slot = run->slot;
    const size_t width = t->model->hparams.n_audio_ctx, n_tokens = run->search.n_tokens;
    const size_t n_frames = (run->window_frames + 1) / 2;
    uint16_t *begins = t->ends; /* not needed otherwise yet */
    size_t n = 0;

    for (size_t i = 0; i <= n_tokens; i++) {
        if (i < n_tokens && slot->tokens[i] >= t->rules.specials.eot)
            continue;
        if (i < n_tokens)
            slot->spoken[i].peak = (uint16_t)quill_attention_peak(slot->attention + i * width, n_frames);
        memmove(slot->attention + n++ * width, slot->attention + i * width, n_frames * sizeof(float));
    }
    quill_align(slot->attention, width, n, n_frames, t->align_cost, t->align_steps, begins);
    n = 0;
    for (size_t i = 0; i < n_tokens; i++)
        if (slot->tokens[i] < t->rules.specials.eot) {
            slot->spoken[i].begin = begins[n++];
            slot->spoken[i].end = begins[n];
        }
}

/* Keeps only the text tokens of a piece, with all that is known of them; returns how many. */
static size_t keep_text(struct quill_run *run, size_t begin, size_t end)
{
    struct quill_slot *slot = run->slot;
    size_t n = begin;

    for (size_t i = begin; i < end; i++) {
        if (slot->tokens[i] >= run->t->rules.specials.eot)
            continue;
        slot->tokens[n] = slot->tokens[i];
        slot->logprobs[n] = slot->logprobs[i];
        slot->spoken[n++] = slot->spoken[i];
    }
    return n - begin;
}

/* Tells the draft's owner of n tokens, in words that end before begin + t->ends[i]. */
static void report_heard(struct quill_run *run, size_t begin, size_t n)
{
    const struct quill_slot *slot = run->slot;
    const uint16_t *ends = run->t->ends;
    const uint32_t first = (uint32_t)(run->seek / 2);
    size_t word = 0;

    for (size_t i = begin; i < begin + n && run->n_found < run->draft->capacity; i++) {
        const bool begins_word = i == begin || i == begin + ends[word];

        word += i > begin && begins_word;
        run->draft->heard[run->n_found++] = (struct quill_heard){.token = slot->tokens[i],
                                                                 .logprob = slot->logprobs[i],
                                                                 .begin = first + slot->spoken[i].begin,
                                                                 .end = first + slot->spoken[i].end,
                                                                 .peak = first + slot->spoken[i].peak,
                                                                 .begins_word = begins_word};
    }
}

static enum quill_status append_words(struct quill_run *run, size_t begin, size_t n, struct quill_error *err)
{
    struct quill_transcriber *t = run->t;
    const struct quill_slot *slot = run->slot;
    const int64_t window_ms = (int64_t)run->seek * QUILL_FRAME_MS;
    const bool by_spaces = quill_language_has_spaces(quill_language_code((unsigned)run->language));
    const size_t n_words = quill_split_words(t->tokenizer, slot->tokens + begin, n, by_spaces, t->ends);
    struct quill_word *words;
    size_t first = begin;

    if (run->draft)
        report_heard(run, begin, n);
    QUILL_TRY(quill_result_add_words(run->builder, t->tokenizer, slot->tokens + begin, t->ends, n_words,
                                     slot->spoken + begin, run->params->n_alternatives ? t->others : NULL,
                                     &words, err));
    for (size_t i = 0; i < n_words; i++) {
        const size_t end = begin + t->ends[i];
        float sum = 0.0f;

        for (size_t k = first; k < end; k++)
            sum += slot->logprobs[k];
        words[i].start_ms = time_of(run, window_ms + slot->spoken[first].begin * QUILL_STEP_MS);
        words[i].end_ms = time_of(run, window_ms + slot->spoken[end - 1].end * QUILL_STEP_MS);
        words[i].probability = expf(sum / (float)(end - first));
        first = end;
    }
    return QUILL_OK;
}

/* Segments of a window; those without length or words are left out, and empty pieces then. */
static enum quill_status append_segments(struct quill_run *run, const struct quill_cut *cut,
                                         struct quill_error *err)
{
    struct quill_transcriber *t = run->t;
    const int64_t window_ms = (int64_t)run->seek * QUILL_FRAME_MS;
    for (size_t i = 0; i < cut->n_pieces; i++) {
        struct quill_piece *piece = &cut->pieces[i];
        const uint32_t *tokens = run->slot->tokens + piece->begin;
        const size_t n_tokens = piece->end - piece->begin;
        const char *start;
        quill_tokens_to_text(t->tokenizer, tokens, n_tokens, t->text, QUILL_COMPRESSION_MAX + 1);
        if (piece->start_ms == piece->end_ms || strip(t->text, &start) == 0) {
            piece->end = piece->begin;
            continue;
        }
        struct quill_segment segment = run->facts;
        segment.start_ms = time_of(run, window_ms + piece->start_ms);
        segment.end_ms = time_of(run, window_ms + piece->end_ms);
        QUILL_TRY(quill_result_append(run->builder, &segment, t->tokenizer, tokens, n_tokens, err));
        if (!run->params->word_timestamps)
            continue;
        QUILL_TRY(append_words(run, piece->begin, keep_text(run, piece->begin, piece->end), err));
    }
    return QUILL_OK;
}

/* What the first n segments of a window said; tokens: all of the window's, with its times. */
static void remember_segments(struct quill_run *run, const struct quill_cut *cut, const uint32_t *tokens,
                              size_t n)
{
    for (size_t i = 0; i < cut->n_pieces && n > 0; i++) {
        const struct quill_piece *piece = &cut->pieces[i];

        if (piece->end == piece->begin)
            continue;
        remember(run, tokens + piece->begin, piece->end - piece->begin);
        n--;
    }
}

/* Drops segments of the window, from the first on that nobody may have said; where to move on to then. */
static void doubt_window(struct quill_run *run, size_t first, struct quill_cut *cut)
{
    struct quill_result *result = &run->builder->result;
    const int64_t seek_ms = (int64_t)run->seek * QUILL_FRAME_MS;
    const struct quill_window_facts facts = {
        .segments = result->segments + first,
        .n_segments = result->n_segments - first,
        .begin_ms = time_of(run, seek_ms),
        .sound_end_ms = time_of(run, seek_ms + (int64_t)run->window_frames * QUILL_FRAME_MS),
        .end_ms = time_of(run, seek_ms) + 2 * (int64_t)run->n_ctx * QUILL_FRAME_MS,
        .stretch_end_ms = (int64_t)(run->stretch.end / SAMPLES_PER_MS),
        .last_speech_ms = run->last_speech_ms,
        .is_complete = cut->is_complete,
        .threshold_ms = lroundf(1000.0f * run->params->hallucination_silence_threshold),
    };
    const struct quill_window_verdict verdict = quill_doubt_window(&facts);

    quill_result_drop(run->builder, first + verdict.n_kept);
    if (verdict.n_kept > 0) {
        const struct quill_segment *last = &result->segments[result->n_segments - 1];

        run->last_speech_ms = last->words[last->n_words - 1].end_ms;
    }
    if (verdict.next_ms > facts.begin_ms)
        cut->n_frames = (size_t)(verdict.next_ms - facts.begin_ms + QUILL_FRAME_MS - 1) / QUILL_FRAME_MS;
}

/* Listens to all of a stretch that is new, and encodes the next window of it. */
static enum quill_status hear_window(struct quill_run *run, struct quill_error *err)
{
    if (quill_cancelled(&run->cancel))
        return cancelled(err);
    if (run->seek == 0)
        QUILL_TRY(find_mel_maximum(run, err));
    const size_t left = run->n_frames - run->seek;
    run->window_frames = left < 2 * run->n_ctx ? left : 2 * run->n_ctx;
    return encode(run, err);
}

enum quill_status quill_run_find_language(struct quill_run *run, struct quill_error *err)
{
    if (run->stretches)
        return detect_language_ahead(run, err);
    QUILL_TRY(hear_window(run, err));
    return quill_run_detect_language(run, err);
}

enum quill_status quill_run_begin_window(struct quill_run *run, struct quill_error *err)
{
    if (run->language < 0 && run->stretches)
        QUILL_TRY(detect_language_ahead(run, err));
    QUILL_TRY(hear_window(run, err));
    timings(run)->n_windows++;
    if (run->language < 0)
        QUILL_TRY(quill_run_detect_language(run, err));
    begin_search(run);
    return QUILL_OK;
}

/* The window's text is found: segments, history, and where the next window begins. */
static enum quill_status finish_window(struct quill_run *run, struct quill_error *err)
{
    struct quill_transcriber *t = run->t;
    const struct quill_params *params = run->params;
    if (is_silence(params, &run->facts)) {
        run->seek += run->window_frames;
        return QUILL_OK;
    }

    struct quill_cut cut = {.pieces = t->pieces};
    quill_cut_window(run->slot->tokens, run->search.n_tokens, t->rules.specials.first_timestamp,
                     run->window_frames, &cut);
    const size_t n_before = run->builder->result.n_segments;
    if (params->word_timestamps)
        align_tokens(run);
    if (params->n_alternatives > 0)
        QUILL_TRY(quill_run_find_alternatives(run, err));
    memcpy(run->slot->fed, run->slot->tokens, run->search.n_tokens * sizeof *run->slot->fed);
    QUILL_TRY(append_segments(run, &cut, err));
    if (params->hallucination_silence_threshold > 0.0f)
        doubt_window(run, n_before, &cut);
    remember_segments(run, &cut, run->slot->fed, run->builder->result.n_segments - n_before);
    for (size_t i = n_before; params->segment && i < run->builder->result.n_segments; i++)
        params->segment(params->user, &run->builder->result.segments[i]);
    if (!params->condition_on_previous || run->facts.temperature > params->prompt_reset_temperature)
        run->n_history = run->n_carried;
    run->seek += cut.n_frames;
    return QUILL_OK;
}

enum quill_status quill_run_end_try(struct quill_run *run, bool *window_done, struct quill_error *err)
{
    *window_done = judge_try(run);
    if (!*window_done) {
        timings(run)->n_fallbacks++;
        run->n_fallbacks++;
        begin_try(run);
        return QUILL_OK;
    }
    QUILL_TRY(finish_window(run, err));
    if (!quill_run_has_window(run))
        QUILL_TRY(find_stretch(run, err));
    if (run->params->progress)
        run->params->progress(run->params->user, time_of(run, (int64_t)run->seek * QUILL_FRAME_MS),
                              (int64_t)(run->n_samples / SAMPLES_PER_MS));
    return QUILL_OK;
}

/* ---- the whole --------------------------------------------------------------------------------------------
 */

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

static enum quill_status check_params(struct quill_run *run, struct quill_error *err)
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

/* Text as it would be said, with a space before it and none behind it, to t->text; white space alone would be
 * a word that means nothing: then it is "". Of a long one only the end counts: no token is longer than 128
 * bytes. */
static void write_text(struct quill_transcriber *t, const char *text)
{
    const char *start = text;
    size_t n = text ? strip(text, &start) : 0;

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
    QUILL_TRY(check_params(&run, err));
    QUILL_TRY(quill_rules_set_up(&slot->rules, t->tokenizer, params, err));
    QUILL_TRY(quill_result_open(&run.builder, err));
    for (size_t i = 0; i < t->n_hypotheses; i++)
        quill_decoder_start(t->decoder, slot->sequence + i, slot->window);
    begin_history(&run);
    enum quill_status status = begin_prefix(&run, err);
    if (status == QUILL_OK)
        status = find_first_stretch(&run, err);
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
                                       timings(run), err));
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
