#include <math.h>
#include <string.h>

#include "audio/vad.h"
#include "base/arena.h"
#include "base/status.h"
#include "quill.h"

#define FRAME QUILL_VAD_FRAME
#define FRAME_MS (FRAME * 1000 / QUILL_SAMPLE_RATE)
#define TAIL_MS 300      /* silence after the last word that the final pass still sees */
#define CUT_BACK_MS 5000 /* how far back a forced cut looks for a quiet place */
#define COST_FACTOR 1.3  /* a tentative pass of c ms is followed by at least this times c of new sound */

/* Sound is kept in whole frames and a rest that is not a frame yet:
 *
 *   sound  |<---- n_frames x FRAME ---->|<- n_rest ->|
 *          ^ origin, in samples of the stream
 *
 * While nobody speaks it holds the pre-roll; while an utterance is open, the utterance from its first sample.
 */
struct quill_stream {
    struct quill_transcriber *transcriber; /* borrowed */
    struct quill_stream_settings settings;
    quill_stream_fn *fn;
    void *user;
    struct quill_arena arena; /* owned; sound and levels lie in it */
    float *sound;             /* [max_frames + 1, FRAME] */
    float *levels;            /* [max_frames]; dBFS of each frame */
    size_t n_frames, n_rest;
    int64_t origin;
    struct quill_vad vad;

    size_t preroll_frames, pause_frames, tail_frames, max_frames;

    bool open;             /* an utterance is in progress */
    bool announced;        /* its SPEECH_BEGIN has been sent */
    size_t speech_frames;  /* frames up to the end of the last one with speech */
    size_t partial_frames; /* frames at the last tentative pass ... */
    size_t partial_speech; /* ... and speech_frames then */
    double partial_cost_ms;
    size_t due; /* samples of the utterance whose final pass is due; 0: none */
};

void quill_stream_settings_init(struct quill_stream_settings *settings)
{
    *settings = (struct quill_stream_settings){
        .preroll_ms = 500,
        .pause_ms = 700,
        .max_utterance_ms = 25000,
        .partial_ms = 800,
    };
    quill_params_init(&settings->params);
}

static size_t frames_of_ms(unsigned ms)
{
    return (ms + FRAME_MS - 1) / FRAME_MS;
}

static enum quill_status check_settings(const struct quill_stream_settings *s, struct quill_error *err)
{
    if (s->pause_ms < 200 || s->pause_ms > 5000)
        return quill_fail(err, QUILL_ERR_INVALID, "a pause of %u ms is not possible: use 200 to 5000",
                          s->pause_ms);
    if (s->preroll_ms > 2000)
        return quill_fail(err, QUILL_ERR_INVALID, "a pre-roll of %u ms is too long: use 0 to 2000",
                          s->preroll_ms);
    if (s->max_utterance_ms < 5000 || s->max_utterance_ms > 28000)
        return quill_fail(err, QUILL_ERR_INVALID, "utterances cannot be cut after %u ms: use 5000 to 28000",
                          s->max_utterance_ms);
    return QUILL_OK;
}

enum quill_status quill_stream_open(struct quill_stream **out, struct quill_transcriber *transcriber,
                                    const struct quill_stream_settings *settings, quill_stream_fn *fn,
                                    void *user, struct quill_error *err)
{
    struct quill_stream_settings defaults;
    if (!settings) {
        quill_stream_settings_init(&defaults);
        settings = &defaults;
    }
    QUILL_TRY(check_settings(settings, err));
    struct quill_stream *s = quill_alloc_zero(sizeof *s);
    if (!s)
        return quill_fail(err, QUILL_ERR_NOMEM, "not enough memory for a stream");
    s->transcriber = transcriber;
    s->settings = *settings;
    s->fn = fn;
    s->user = user;
    s->preroll_frames = frames_of_ms(settings->preroll_ms);
    s->pause_frames = frames_of_ms(settings->pause_ms);
    s->tail_frames = frames_of_ms(TAIL_MS);
    s->max_frames = settings->max_utterance_ms / FRAME_MS;
    quill_vad_init(&s->vad);

    struct quill_plan plan = {0};
    const struct quill_span sound = quill_plan_add(&plan, (s->max_frames + 1) * FRAME, sizeof(float));
    const struct quill_span levels = quill_plan_add(&plan, s->max_frames, sizeof(float));
    const enum quill_status status = quill_arena_open(&s->arena, &plan, "the sound of an utterance", err);
    if (status != QUILL_OK) {
        quill_free(s);
        return status;
    }
    s->sound = quill_arena_at(&s->arena, sound);
    s->levels = quill_arena_at(&s->arena, levels);
    *out = s;
    return QUILL_OK;
}

void quill_stream_close(struct quill_stream **stream)
{
    if (!*stream)
        return;
    quill_arena_close(&(*stream)->arena);
    quill_free(*stream);
    *stream = NULL;
}

bool quill_stream_in_speech(const struct quill_stream *stream)
{
    return stream->open;
}

int64_t quill_stream_time_ms(const struct quill_stream *s)
{
    return (s->origin + (int64_t)(s->n_frames * FRAME + s->n_rest)) * 1000 / QUILL_SAMPLE_RATE;
}

/* ---- sound ----------------------------------------------------------------------------------------- */

static void drop_frames(struct quill_stream *s, size_t n)
{
    if (n == 0)
        return;
    s->n_frames -= n;
    memmove(s->sound, s->sound + n * FRAME, (s->n_frames * FRAME + s->n_rest) * sizeof(float));
    memmove(s->levels, s->levels + n, s->n_frames * sizeof(float));
    s->origin += (int64_t)(n * FRAME);
}

static void keep_frames(struct quill_stream *s, size_t n)
{
    if (s->n_frames > n)
        drop_frames(s, s->n_frames - n);
}

static void open_utterance(struct quill_stream *s, size_t speech_frames)
{
    s->open = true;
    s->announced = false;
    s->speech_frames = speech_frames;
    s->partial_frames = 0;
    s->partial_speech = 0;
    s->partial_cost_ms = 0;
}

/* The frame at whose beginning to cut: the one with the quietest neighbourhood in the last seconds, the
 * latest of equals. */
static size_t quietest_frame(const struct quill_stream *s)
{
    const size_t back = frames_of_ms(CUT_BACK_MS);
    size_t first = s->n_frames > back ? s->n_frames - back : 0;
    if (first < s->n_frames / 2)
        first = s->n_frames / 2;
    size_t best = s->n_frames - 1;
    float best_level = INFINITY;
    for (size_t i = first; i + 1 < s->n_frames; i++) {
        const float level = s->levels[i - 1] + s->levels[i] + s->levels[i + 1];
        if (level <= best_level) {
            best_level = level;
            best = i;
        }
    }
    return best;
}

/* A frame is complete. True when an utterance has ended with it. */
static bool take_frame(struct quill_stream *s)
{
    const bool speech = quill_vad_frame(&s->vad, s->sound + s->n_frames * FRAME, &s->levels[s->n_frames]);
    s->n_frames++;
    s->n_rest = 0;
    if (!s->open) {
        keep_frames(s, s->preroll_frames + QUILL_VAD_ONSET);
        if (speech)
            open_utterance(s, s->n_frames);
        return false;
    }
    if (speech)
        s->speech_frames = s->n_frames;
    if (s->n_frames - s->speech_frames >= s->pause_frames) {
        const size_t heard = s->speech_frames + s->tail_frames;
        s->due = (heard < s->n_frames ? heard : s->n_frames) * FRAME;
    } else if (s->n_frames == s->max_frames) {
        s->due = quietest_frame(s) * FRAME;
    }
    return s->due > 0;
}

size_t quill_stream_push(struct quill_stream *s, const float *samples, size_t n)
{
    size_t taken = 0;
    while (taken < n && s->due == 0) {
        const size_t room = FRAME - s->n_rest;
        const size_t left = n - taken;
        const size_t part = left < room ? left : room;
        float *to = s->sound + s->n_frames * FRAME + s->n_rest;
        for (size_t i = 0; i < part; i++)
            to[i] = isfinite(samples[taken + i]) ? samples[taken + i] : 0.0f;
        s->n_rest += part;
        taken += part;
        if (s->n_rest == FRAME)
            take_frame(s);
    }
    return taken;
}

/* ---- passes ---------------------------------------------------------------------------------------- */

static int64_t ms_of_sample(const struct quill_stream *s, size_t sample)
{
    return (s->origin + (int64_t)sample) * 1000 / QUILL_SAMPLE_RATE;
}

static void emit(struct quill_stream *s, const struct quill_stream_event *event)
{
    if (s->fn)
        s->fn(s->user, event);
}

static void announce(struct quill_stream *s)
{
    if (!s->open || s->announced)
        return;
    s->announced = true;
    const int64_t start_ms = ms_of_sample(s, 0);
    emit(s, &(struct quill_stream_event){
                .type = QUILL_STREAM_SPEECH_BEGIN,
                .start_ms = start_ms,
                .end_ms = start_ms,
                .text = "",
            });
}

static const char *trimmed(const char *text, size_t *len)
{
    while (*text == ' ')
        text++;
    *len = strlen(text);
    while (*len > 0 && text[*len - 1] == ' ')
        (*len)--;
    return text;
}

/* The segments' texts with one space between them; quill_free. NULL: no memory. */
static char *join(const struct quill_result *result)
{
    size_t bytes = 1;
    for (size_t i = 0; i < result->n_segments; i++)
        bytes += strlen(result->segments[i].text) + 1;
    char *text = quill_alloc(bytes);
    if (!text)
        return NULL;
    size_t n = 0;
    for (size_t i = 0; i < result->n_segments; i++) {
        size_t len;
        const char *part = trimmed(result->segments[i].text, &len);
        if (len > 0 && n > 0)
            text[n++] = ' ';
        memcpy(text + n, part, len);
        n += len;
    }
    text[n] = '\0';
    return text;
}

/* Recognises the utterance's first n samples and sends what came of it. */
static enum quill_status pass(struct quill_stream *s, enum quill_stream_event_type type, size_t n,
                              struct quill_error *err)
{
    struct quill_params params = s->settings.params;
    params.progress = NULL;
    params.segment = NULL;
    if (type == QUILL_STREAM_FINAL)
        params.cancelled = NULL;
    else
        params.temperature = params.temperature_increment = 0;

    struct quill_result *result = NULL;
    QUILL_TRY(quill_transcribe(s->transcriber, s->sound, n, &params, &result, err));
    char *text = join(result);
    if (!text) {
        quill_result_free(&result);
        return quill_fail(err, QUILL_ERR_NOMEM, "not enough memory for the text of an utterance");
    }
    const int64_t start_ms = ms_of_sample(s, 0);
    for (size_t i = 0; i < result->n_segments; i++) {
        result->segments[i].start_ms += start_ms;
        result->segments[i].end_ms += start_ms;
    }
    if (type == QUILL_STREAM_TENTATIVE)
        s->partial_cost_ms = result->timings.total_ms;
    emit(s, &(struct quill_stream_event){
                .type = type,
                .start_ms = start_ms,
                .end_ms = ms_of_sample(s, n),
                .text = text,
                .segments = type == QUILL_STREAM_FINAL ? result->segments : NULL,
                .n_segments = type == QUILL_STREAM_FINAL ? result->n_segments : 0,
                .timings = result->timings,
            });
    quill_free(text);
    quill_result_free(&result);
    return QUILL_OK;
}

/* What comes after the utterance stays: after a forced cut it is the beginning of the next one, after a pause
 * the pre-roll. */
static enum quill_status final_pass(struct quill_stream *s, struct quill_error *err)
{
    announce(s);
    QUILL_TRY(pass(s, QUILL_STREAM_FINAL, s->due, err));
    const size_t done = s->due / FRAME; /* all of it, but for a rest at the end of the sound */
    const bool goes_on = s->speech_frames > done;
    const size_t speech = goes_on ? s->speech_frames - done : 0;
    s->due = 0;
    s->open = false;
    drop_frames(s, done);
    if (goes_on)
        open_utterance(s, speech);
    return QUILL_OK;
}

static bool tentative_due(const struct quill_stream *s)
{
    if (!s->open || s->settings.partial_ms == 0 || s->speech_frames <= s->partial_speech)
        return false;
    const size_t base = s->partial_frames > 0 ? s->partial_frames : s->preroll_frames;
    const double wanted_ms = fmax(s->settings.partial_ms, COST_FACTOR * s->partial_cost_ms);
    return s->n_frames > base && (double)((s->n_frames - base) * FRAME_MS) >= wanted_ms;
}

enum quill_status quill_stream_step(struct quill_stream *s, bool *worked, struct quill_error *err)
{
    if (worked)
        *worked = false;
    announce(s);
    if (s->due > 0) {
        QUILL_TRY(final_pass(s, err));
    } else if (tentative_due(s)) {
        s->partial_frames = s->n_frames;
        s->partial_speech = s->speech_frames;
        QUILL_TRY(pass(s, QUILL_STREAM_TENTATIVE, s->n_frames * FRAME, err));
    } else {
        return QUILL_OK;
    }
    if (worked)
        *worked = true;
    return QUILL_OK;
}

enum quill_status quill_stream_finish(struct quill_stream *s, struct quill_error *err)
{
    if (s->due > 0)
        QUILL_TRY(final_pass(s, err));
    if (s->open) {
        s->due = s->n_frames * FRAME + s->n_rest;
        s->speech_frames = s->n_frames;
        QUILL_TRY(final_pass(s, err));
    }
    s->origin += (int64_t)(s->n_frames * FRAME + s->n_rest);
    s->n_frames = s->n_rest = 0;
    return QUILL_OK;
}
