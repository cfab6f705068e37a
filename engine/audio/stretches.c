/* Three steps, each a function: a frame makes phrases longer (listen), a pause ends a phrase or its length
 * cuts it (end_phrase), and neighbouring phrases that fit together become one stretch (join). */
#include "audio/stretches.h"

#include "audio/boundary.h"
#include "audio/vad.h"
#include "base/arena.h"

#include <math.h>
#include <string.h>

#define FRAME QUILL_VAD_FRAME
#define FRAME_MS (1000 * FRAME / QUILL_SAMPLE_RATE)
#define TURN 32 /* frames that are listened to at a time */

/* Frames of silence that are heard behind the recording, for what is undecided at its end: the network's
 * delay, and as many as it takes at least until speech is declared. */
#define BEHIND 8

#define MAX_MIN_MS 10000
#define MIN_SILENCE_MS 100
#define MIN_MAX_SPEECH_S 1.0f
#define MAX_SPEECH_S (QUILL_WINDOW_MS / 1000.0f)
#define MAX_PAD_MS 400

/* Speech without a pause between the bounds; all in frames. */
struct phrase {
    size_t begin, end;
    bool cut; /* it goes on in the next phrase */
};

struct quill_stretches {
    const float *samples; /* borrowed; [n_samples] */
    size_t n_samples;
    float threshold;
    size_t min_speech, min_silence, max_speech, pad, chunk; /* frames */
    size_t n_frames;                                        /* of the recording, the last padded */

    struct quill_vad vad;
    size_t n_heard; /* frames */
    bool open;      /* a phrase is in progress */
    struct phrase phrase;
    size_t spoken_from; /* where it, or the one that was cut before it, began */
    float likeliest;    /* of it, or of what may become one */

    bool pending; /* joined may grow yet */
    struct phrase joined;
    size_t free; /* frame from which on nothing belongs to an earlier stretch */

    size_t n_levels;  /* that level_db has room for: half of the longest phrase, where it may be cut */
    float level_db[]; /* of the latest frames, the newest last */
};

void quill_vad_params_init(struct quill_vad_params *params)
{
    *params = (struct quill_vad_params){
        .threshold = 0.5f,
        .min_silence_duration_ms = 300,
        .max_speech_duration_s = 28.0f,
        .speech_pad_ms = 200,
        .chunk_length_s = -1.0f,
    };
}

static bool is_in(float x, float least, float most)
{
    return x >= least && x <= most; /* a NaN is not */
}

enum quill_status quill_vad_params_check(const struct quill_vad_params *params, struct quill_error *err)
{
    if (!is_in(params->threshold, 0.0f, 1.0f))
        return quill_fail(err, QUILL_ERR_INVALID, "a threshold of speech of %g is out of range: use 0 to 1",
                          (double)params->threshold);
    if (params->min_speech_duration_ms > MAX_MIN_MS)
        return quill_fail(err, QUILL_ERR_INVALID,
                          "a least duration of speech of %u ms is out of range: use 0 to %d",
                          params->min_speech_duration_ms, MAX_MIN_MS);
    if (params->min_silence_duration_ms < MIN_SILENCE_MS || params->min_silence_duration_ms > MAX_MIN_MS)
        return quill_fail(err, QUILL_ERR_INVALID,
                          "a least duration of silence of %u ms is out of range: use %d to %d",
                          params->min_silence_duration_ms, MIN_SILENCE_MS, MAX_MIN_MS);
    if (!is_in(params->max_speech_duration_s, MIN_MAX_SPEECH_S, MAX_SPEECH_S))
        return quill_fail(
            err, QUILL_ERR_INVALID, "a longest duration of speech of %g s is out of range: use %g to %g",
            (double)params->max_speech_duration_s, (double)MIN_MAX_SPEECH_S, (double)MAX_SPEECH_S);
    if (params->speech_pad_ms > MAX_PAD_MS)
        return quill_fail(err, QUILL_ERR_INVALID, "a pad of speech of %u ms is out of range: use 0 to %d",
                          params->speech_pad_ms, MAX_PAD_MS);
    if (!(params->chunk_length_s <= MAX_SPEECH_S))
        return quill_fail(
            err, QUILL_ERR_INVALID,
            "a chunk length of %g s is out of range: use 0 to %g, or less than 0 for what suits "
            "the model",
            (double)params->chunk_length_s, (double)MAX_SPEECH_S);
    return QUILL_OK;
}

static size_t frames_of_ms(unsigned ms)
{
    return (ms + FRAME_MS - 1) / FRAME_MS;
}

static size_t min_size(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t max_size(size_t a, size_t b)
{
    return a > b ? a : b;
}

enum quill_status quill_stretches_open(struct quill_stretches **out, const struct quill_vad_params *params,
                                       const float *samples, size_t n, struct quill_error *err)
{
    const size_t max_stretch = (size_t)(params->max_speech_duration_s * 1000.0f) / FRAME_MS;
    /* A stretch is at least half speech, and no longer with its pads than it may be. */
    const size_t pad = min_size(frames_of_ms(params->speech_pad_ms), max_stretch / 4);
    const size_t max_speech = max_stretch - 2 * pad;
    const size_t n_levels = max_speech / 2;
    struct quill_stretches *s = quill_alloc_zero(sizeof *s + n_levels * sizeof *s->level_db);

    if (!s)
        return quill_fail(err, QUILL_ERR_NOMEM, "not enough memory to listen for speech");
    s->threshold = params->threshold;
    s->min_speech = frames_of_ms(params->min_speech_duration_ms);
    s->min_silence = frames_of_ms(params->min_silence_duration_ms);
    s->max_speech = max_speech;
    s->pad = pad;
    s->chunk = (size_t)(params->chunk_length_s * 1000.0f) / FRAME_MS;
    s->n_levels = n_levels;
    quill_stretches_begin(s, samples, n);
    *out = s;
    return QUILL_OK;
}

void quill_stretches_begin(struct quill_stretches *s, const float *samples, size_t n)
{
    s->samples = samples;
    s->n_samples = n;
    s->n_frames = n / FRAME + (n % FRAME > 0);
    s->n_heard = s->free = s->spoken_from = 0;
    s->open = s->pending = false;
    s->likeliest = 0.0f;
    quill_vad_init(&s->vad);
    memset(s->level_db, 0, s->n_levels * sizeof *s->level_db);
}

void quill_stretches_close(struct quill_stretches **stretches)
{
    quill_free(*stretches);
    *stretches = NULL;
}

/* ---- stretches -------------------------------------------------------------------------------------- */

/* What was joined, with its pads: sound between two stretches is shared out evenly where there is less than
 * both want. `next` is the frame where more speech begins, or the recording's end, which shares with nobody.
 */
static void finish_stretch(struct quill_stretches *s, size_t next, struct quill_stretch *out)
{
    const struct phrase *p = &s->joined;
    const size_t begin = max_size(s->free, p->begin - min_size(s->pad, p->begin));
    const size_t left = next == s->n_frames ? next - p->end : (next - p->end) / 2;
    const size_t end = p->cut ? p->end : p->end + min_size(s->pad, left);

    *out = (struct quill_stretch){.begin = begin * FRAME,
                                  .end = min_size(end * FRAME, s->n_samples),
                                  .speech_end = min_size(p->end * FRAME, s->n_samples)};
    s->free = end;
    s->pending = false;
}

/* Adds a phrase to those before, or lets these be a stretch, which is true. */
static bool join(struct quill_stretches *s, const struct phrase *p, struct quill_stretch *out)
{
    bool finished = false;

    if (s->pending && p->end - s->joined.begin + 2 * s->pad <= s->chunk) {
        s->joined.end = p->end;
        s->joined.cut = p->cut;
        return false;
    }
    if (s->pending) {
        finish_stretch(s, p->begin, out);
        finished = true;
    }
    s->joined = *p;
    s->pending = true;
    return finished;
}

/* ---- phrases ---------------------------------------------------------------------------------------- */

/* The phrase in progress is over at `end`. Clicks are left out. */
static bool end_phrase(struct quill_stretches *s, size_t end, bool cut, struct quill_stretch *out)
{
    const struct phrase p = {.begin = s->phrase.begin, .end = end, .cut = cut};

    const bool is_click = end - s->spoken_from < s->min_speech || s->likeliest < s->threshold;

    s->open = cut;
    s->phrase.begin = end;
    if (!cut)
        s->likeliest = 0.0f;
    if (is_click)
        return false;
    return join(s, &p, out);
}

static void keep_level(struct quill_stretches *s, float level_db)
{
    memmove(s->level_db, s->level_db + 1, (s->n_levels - 1) * sizeof *s->level_db);
    s->level_db[s->n_levels - 1] = level_db;
}

/* The latest frames hold the quietest point of a phrase that is too long. */
static bool cut_phrase(struct quill_stretches *s, struct quill_stretch *out)
{
    const size_t first = s->n_heard - s->n_levels;
    const size_t at = first + quill_quietest_boundary(s->level_db, 3, s->n_levels);

    if (at >= s->phrase.end)
        return end_phrase(s, s->phrase.end, false, out);
    return end_phrase(s, at, true, out);
}

static void load_frame(const struct quill_stretches *s, float frame[FRAME])
{
    const size_t first = s->n_heard * FRAME;
    const size_t n = first < s->n_samples ? min_size(FRAME, s->n_samples - first) : 0;

    for (size_t i = 0; i < FRAME; i++)
        frame[i] = i < n && isfinite(s->samples[first + i]) ? s->samples[first + i] : 0.0f;
}

static void open_phrase(struct quill_stretches *s, size_t begin)
{
    s->phrase.begin = s->spoken_from = max_size(begin, s->pending ? s->joined.end : 0);
    s->open = s->phrase.begin < s->n_frames;
}

/* Frames that are listened to. */
static size_t n_to_hear(const struct quill_stretches *s)
{
    return s->n_frames + BEHIND;
}

/* Takes the next frame; true when that finished a stretch. */
static bool listen(struct quill_stretches *s, struct quill_stretch *out)
{
    const bool was_speech = s->vad.speech;
    float frame[FRAME], level_db;

    load_frame(s, frame);
    const bool speech = quill_vad_frame(&s->vad, frame, &level_db);
    keep_level(s, level_db);
    s->n_heard++;
    if (speech) {
        const size_t onset = was_speech ? 1 : min_size(s->vad.onset, s->n_heard);

        if (!s->open)
            open_phrase(s, s->n_heard - onset);
        s->phrase.end = min_size(s->n_heard, s->n_frames);
    }
    if (!s->open) { /* a phrase that begins here will be declared later */
        s->likeliest = s->vad.onset > 0 ? fmaxf(s->likeliest, s->vad.likely) : 0.0f;
        return false;
    }
    s->likeliest = fmaxf(s->likeliest, s->vad.likely);
    if (s->n_heard - s->phrase.begin >= s->max_speech)
        return cut_phrase(s, out);
    /* Sound that may turn out to be speech is no silence. */
    const size_t undecided = s->vad.speech ? 0 : s->vad.onset;
    return s->n_heard - s->phrase.end >= s->min_silence + undecided ? end_phrase(s, s->phrase.end, false, out)
                                                                    : false;
}

bool quill_stretches_next(struct quill_stretches *s, struct quill_stretch *out)
{
    for (int i = 0; i < TURN && s->n_heard < n_to_hear(s); i++)
        if (listen(s, out))
            return true;
    if (s->n_heard < n_to_hear(s))
        return false;
    if (s->open && end_phrase(s, s->phrase.end, false, out))
        return true;
    if (s->pending) {
        finish_stretch(s, s->n_frames, out);
        return true;
    }
    return false;
}

bool quill_stretches_done(const struct quill_stretches *s)
{
    return s->n_heard == n_to_hear(s) && !s->open && !s->pending;
}
