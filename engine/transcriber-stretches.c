/* What a run looks at: clips of the recording, stretches of speech in these, and windows of a stretch, which
 * are encoded. */
#include "base/clock.h"
#include "model/pack-strips.h"
#include "model/windows.h"
#include "transcriber-run.h"

#define HOP_SAMPLES QUILL_MEL_HOP
#define MIN_FRAMES 10
#define CTX_MARGIN_MS 1000 /* a model sees silence behind the sound, as it did in training */
#define CTX_STEP 32        /* encoder frames */
#define SILENCE -10.0f     /* log10 of the mel power's floor */

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
            return quill_run_cancelled(err);
        load_power(run, first);
        for (size_t i = 0; i < n; i++)
            run->mel_maximum = mel[i] > run->mel_maximum ? mel[i] : run->mel_maximum;
        run->mel_is_first = first == 0;
    }
    quill_trace_lap(run->t->trace, QUILL_TRACE_MEL);
    quill_run_timings(run)->mel_ms += quill_now_ms() - start_ms;
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
    quill_run_timings(run)->mel_ms += mel_ms - start_ms;

    QUILL_TRY(quill_encoder_run(t->encoder, &t->workers.compute, run->n_ctx, &run->cancel, err));
    QUILL_TRY(quill_decoder_begin(t->decoder, &t->workers.compute, run->slot->window,
                                  quill_encoder_output(t->encoder), run->n_ctx, &run->cancel, err));
    quill_encoder_release(t->encoder, &t->workers.compute);
    quill_run_timings(run)->encode_ms += quill_now_ms() - mel_ms;
    quill_trace_span(trace, QUILL_TRACE_RUN_ENCODE, mel_ms);
    /* Once in a model's life, and so in nobody's time: now that the encoder's memory is handed back. */
    quill_model_pack_strips(t->model, &t->workers.compute);
    return QUILL_OK;
}

/* ---- stretches --------------------------------------------------------------------------------------------
 */

size_t quill_audio_ctx_for(size_t n, size_t least, size_t most)
{
    const size_t frames = (n / QUILL_SAMPLES_PER_MS + CTX_MARGIN_MS) / QUILL_STEP_MS;
    const size_t ctx = (frames + CTX_STEP - 1) / CTX_STEP * CTX_STEP;

    if (ctx < least)
        return least < most ? least : most;
    return ctx < most ? ctx : most;
}

size_t quill_run_most_context(const struct quill_run *run)
{
    return run->params->audio_ctx ? run->params->audio_ctx : run->t->model->hparams.n_audio_ctx;
}

/* Encoder frames of a window: of a stretch no more than it needs, as far as that is allowed. */
static size_t context_of(const struct quill_run *run, const struct quill_stretch *stretch)
{
    const size_t most = quill_run_most_context(run);

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
    const size_t n_ms = (run->n_samples + QUILL_SAMPLES_PER_MS - 1) / QUILL_SAMPLES_PER_MS;

    return ms < (int64_t)n_ms ? (size_t)ms * QUILL_SAMPLES_PER_MS : run->n_samples;
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

enum quill_status quill_run_find_stretch(struct quill_run *run, struct quill_error *err)
{
    const double start_ms = quill_now_ms();

    look_at(run, &(struct quill_stretch){
                     .begin = run->n_samples, .end = run->n_samples, .speech_end = run->n_samples});
    while (!quill_run_has_window(run)) {
        if (quill_cancelled(&run->cancel))
            return quill_run_cancelled(err);
        if (run->stretches && !quill_stretches_done(run->stretches))
            listen_on(run);
        else if (run->n_begun < n_clips(run))
            begin_clip(run);
        else
            break;
    }
    quill_run_timings(run)->mel_ms += quill_now_ms() - start_ms;
    return QUILL_OK;
}

enum quill_status quill_run_find_first_stretch(struct quill_run *run, struct quill_error *err)
{
    struct quill_vad_params vad_params = run->params->vad_params;

    if (run->params->vad) {
        if (vad_params.chunk_length_s < 0.0f)
            vad_params.chunk_length_s =
                quill_hears_sentences(&run->t->model->hparams) ? 0.0f : vad_params.max_speech_duration_s;
        QUILL_TRY(quill_stretches_open(&run->stretches, &vad_params, NULL, 0, err));
    }
    return quill_run_find_stretch(run, err);
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

enum quill_status quill_run_hear_window(struct quill_run *run, struct quill_error *err)
{
    if (quill_cancelled(&run->cancel))
        return quill_run_cancelled(err);
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
    QUILL_TRY(quill_run_hear_window(run, err));
    return quill_run_detect_language(run, err);
}
