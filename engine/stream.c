/* Live recognition: finds utterances in a growing recording and decides when to look at them, and what of
 * that to believe.
 *
 * Sound is kept in frames of QUILL_VAD_FRAME samples, counted from the last reset, whatever the pushes are;
 * all decisions are made per frame, so that they do not depend on the pushes. While nobody speaks the buffer
 * holds the latest sound, for the pre-roll. From the beginning of an utterance on, its first frame is the
 * buffer's. */
#include "audio/boundary.h"
#include "audio/vad.h"
#include "base/arena.h"
#include "model/alignment.h"
#include "text/guards.h"
#include "transcriber.h"

#include <math.h>
#include <string.h>

#define FRAME QUILL_VAD_FRAME
#define SAMPLES_PER_MS (QUILL_SAMPLE_RATE / 1000)

#define MAX_PREROLL_MS 5000
#define MIN_PAUSE_MS 200
#define MAX_PAUSE_MS 5000
#define MIN_UTTERANCE_MS 5000
#define MAX_UTTERANCE_MS                                                                                     \
    28000 /* with the window's 30 s no utterance needs a second window for its length                        \
           */

/* Sound kept after the last loud frame, where words fade: half of the pause, at most this. The other half is
 * pre-roll of what follows. */
#define MAX_TAIL_MS 300

/* A cut at the greatest length is looked for within this much of the latest sound. */
#define CUT_SEARCH_MS 3000

/* A tentative pass is followed by at least this much new sound for each ms that it took, so that a slow
 * machine keeps time for the final pass. */
#define COST_FACTOR 1.3

/* Tokens of a hypothesis that are kept: whisper's text context. */
#define MAX_HEARD 448

/* A tentative pass may write so many tokens: people speak up to 6 words a second; anything longer is a loop.
 */
#define TOKENS_PER_S 12
#define MIN_TOKENS 8

/* A word is firm when the decoder looks at sound before this much of the end, and not shown while it looks at
 * that much: more often than not it is half of a word. Measured in engine/SPEED.md. */
#define UNSURE_MS 500
#define HALF_HEARD_MS 300

/* By how much what was heard last may be less likely than what is heard now, in nats, to be kept: words on
 * the screen do not change for nothing. The final pass is that patient with firm words only. */
#define TOLERANCE 1.0f
#define FIRM_TOLERANCE 0.75f

/* The final pass of the utterance would be later than this: finals only, until it would be earlier than that.
 */
#define BEHIND_MS 2500
#define CAUGHT_UP_MS 1500

/* Commands are shorter, pre-roll and tail included. */
#define MAX_COMMAND_MS 5000

struct quill_stream {
    struct quill_transcriber *transcriber; /* borrowed */
    struct quill_stream_settings settings;
    quill_stream_fn *fn;
    void *user;

    /* Lengths in frames. */
    size_t preroll, pause, tail, max_utterance, cut_search, capacity;

    struct quill_arena arena;   /* owned; what all these point into */
    float *samples;             /* [capacity * FRAME] */
    float *level_db;            /* [capacity] */
    bool *speech;               /* [capacity] */
    float *likely;              /* [capacity]; that there is speech */
    struct quill_heard *heard;  /* [MAX_HEARD]; the last hypothesis about the utterance */
    struct quill_heard *before; /* [MAX_HEARD]; the one before, or the next in the making */
    size_t n_heard;
    size_t n_firm;     /* of heard */
    bool by_attention; /* how words become firm */

    int64_t origin;   /* of samples[0] in the stream, in samples */
    size_t n_frames;  /* complete frames in the buffer */
    size_t n_partial; /* samples of the frame in progress, behind them */
    struct quill_vad vad;

    bool open;      /* an utterance is in progress, from the buffer's first frame on */
    bool continues; /* it goes on with the one before, which was cut */
    size_t n_quiet; /* frames since the last one with speech */
    size_t
        n_looked_at;   /* samples that the last tentative pass covered, or came before the first loud frame */
    double cost_ms;    /* of the utterance's last tentative pass */
    double lag_ms;     /* that the caller told of */
    double final_cost; /* of a final pass, by the length of its sound */
    bool behind;       /* finals only */
    bool begin_due;    /* its SPEECH_BEGIN has not been told */
    size_t due;        /* samples of a final pass that is due; 0: none */
};

static size_t frames_of_ms(unsigned ms)
{
    return ((size_t)ms * SAMPLES_PER_MS + FRAME - 1) / FRAME;
}

static size_t min_size(size_t a, size_t b)
{
    return a < b ? a : b;
}

static int64_t time_ms(const struct quill_stream *s, size_t sample)
{
    return (s->origin + (int64_t)sample) / SAMPLES_PER_MS;
}

static size_t n_samples(const struct quill_stream *s)
{
    return s->n_frames * FRAME + s->n_partial;
}

/* --- life -------------------------------------------------------------------------------------------- */

void quill_stream_settings_init(struct quill_stream_settings *settings)
{
    *settings = (struct quill_stream_settings){
        .preroll_ms = 480,
        .pause_ms = 600,
        .max_utterance_ms = 28000,
        .partial_ms = 600,
        .min_audio_ctx = 512,
        .command_margin = 1.0f,
    };
    quill_params_init(&settings->params);
}

static enum quill_status check_settings(const struct quill_stream_settings *settings, struct quill_error *err)
{
    if (settings->preroll_ms > MAX_PREROLL_MS)
        return quill_fail(err, QUILL_ERR_INVALID, "a pre-roll of %u ms is not possible; choose 0 to %d ms",
                          settings->preroll_ms, MAX_PREROLL_MS);
    if (settings->pause_ms < MIN_PAUSE_MS || settings->pause_ms > MAX_PAUSE_MS)
        return quill_fail(err, QUILL_ERR_INVALID, "a pause of %u ms is not possible; choose %d to %d ms",
                          settings->pause_ms, MIN_PAUSE_MS, MAX_PAUSE_MS);
    if (settings->max_utterance_ms < MIN_UTTERANCE_MS || settings->max_utterance_ms > MAX_UTTERANCE_MS)
        return quill_fail(err, QUILL_ERR_INVALID,
                          "utterances of at most %u ms are not possible; choose %d to %d ms",
                          settings->max_utterance_ms, MIN_UTTERANCE_MS, MAX_UTTERANCE_MS);
    if (settings->max_utterance_ms < 2 * (settings->preroll_ms + settings->pause_ms))
        return quill_fail(err, QUILL_ERR_INVALID,
                          "a pre-roll of %u ms and a pause of %u ms leave no room for speech in %u ms",
                          settings->preroll_ms, settings->pause_ms, settings->max_utterance_ms);
    if (!(settings->command_margin >= 0.0f))
        return quill_fail(err, QUILL_ERR_INVALID,
                          "a margin of %g for commands is not possible; choose 0 or more",
                          (double)settings->command_margin);
    return QUILL_OK;
}

static bool goes_by_attention(enum quill_commit_rule rule, const struct quill_model *model)
{
    const struct quill_alignment alignment = quill_alignment_of(&model->hparams);

    return rule == QUILL_COMMIT_ATTENTION ||
           (rule == QUILL_COMMIT_AUTO && quill_alignment_is_known(&alignment));
}

enum quill_status quill_stream_open(struct quill_stream **out, struct quill_transcriber *transcriber,
                                    const struct quill_stream_settings *settings, quill_stream_fn *fn,
                                    void *user, struct quill_error *err)
{
    struct quill_stream_settings defaults;
    struct quill_stream *s;
    struct quill_plan plan = {0};
    struct quill_span samples, level_db, speech, likely, heard;
    enum quill_status status;

    if (!settings) {
        quill_stream_settings_init(&defaults);
        settings = &defaults;
    }
    QUILL_TRY(check_settings(settings, err));
    if (settings->commands && !quill_grammar_is_for(settings->commands, transcriber->model))
        return quill_fail(err, QUILL_ERR_INVALID, "the grammar of commands was made for another model");
    if (!transcriber->word_timestamps)
        return quill_fail(
            err, QUILL_ERR_INVALID,
            "the transcriber was opened without memory for the times of words, which a stream needs");
    s = quill_alloc_zero(sizeof *s);
    if (!s)
        return quill_fail(err, QUILL_ERR_NOMEM, "no memory for live recognition");
    s->transcriber = transcriber;
    s->settings = *settings;
    /* Their times would be the utterance's; the stream has events instead. */
    s->settings.params.progress = NULL;
    s->settings.params.segment = NULL;
    s->settings.params.word_timestamps = true;
    s->settings.params.timestamps = false; /* tentative and final passes shall hear alike */
    s->settings.params.vad = false;        /* an utterance is cut already, */
    s->settings.params.n_clips = 0;
    s->settings.params.prefix = NULL;
    s->settings.params.hallucination_silence_threshold = 0.0f; /* and judged as a whole */
    s->by_attention = goes_by_attention(settings->commit, transcriber->model);
    s->fn = fn;
    s->user = user;
    s->preroll = frames_of_ms(settings->preroll_ms);
    s->pause = frames_of_ms(settings->pause_ms);
    s->tail = frames_of_ms(settings->pause_ms / 2 < MAX_TAIL_MS ? settings->pause_ms / 2 : MAX_TAIL_MS);
    s->max_utterance = settings->max_utterance_ms * SAMPLES_PER_MS / FRAME;
    s->cut_search = min_size(CUT_SEARCH_MS * SAMPLES_PER_MS / FRAME, s->max_utterance / 2);
    s->capacity = s->max_utterance + 1; /* and the frame in progress */
    quill_vad_init(&s->vad);

    samples = quill_plan_add(&plan, s->capacity * FRAME, sizeof *s->samples);
    level_db = quill_plan_add(&plan, s->capacity, sizeof *s->level_db);
    speech = quill_plan_add(&plan, s->capacity, sizeof *s->speech);
    likely = quill_plan_add(&plan, s->capacity, sizeof *s->likely);
    heard = quill_plan_add(&plan, 2 * MAX_HEARD, sizeof *s->heard);
    status = quill_arena_open(&s->arena, &plan, "the sound of an utterance", err);
    if (status != QUILL_OK) {
        quill_free(s);
        return status;
    }
    s->samples = quill_arena_at(&s->arena, samples);
    s->level_db = quill_arena_at(&s->arena, level_db);
    s->speech = quill_arena_at(&s->arena, speech);
    s->likely = quill_arena_at(&s->arena, likely);
    s->heard = quill_arena_at(&s->arena, heard);
    s->before = s->heard + MAX_HEARD;
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

/* --- sound ------------------------------------------------------------------------------------------- */

static void drop_frames(struct quill_stream *s, size_t n)
{
    const size_t left = s->n_frames - n;

    memmove(s->samples, s->samples + n * FRAME, (left * FRAME + s->n_partial) * sizeof *s->samples);
    memmove(s->level_db, s->level_db + n, left * sizeof *s->level_db);
    memmove(s->speech, s->speech + n, left * sizeof *s->speech);
    memmove(s->likely, s->likely + n, left * sizeof *s->likely);
    s->n_frames = left;
    s->origin += (int64_t)(n * FRAME);
}

/* What is believed of an utterance is not believed of another. */
static void forget_hypothesis(struct quill_stream *s)
{
    s->n_heard = 0;
    s->n_firm = 0;
    s->cost_ms = 0;
}

/* Called with the first frame of speech just taken; the utterance begins a pre-roll before its first loud
 * one. */
static void begin_utterance(struct quill_stream *s)
{
    const size_t n_loud = min_size(s->vad.onset, s->n_frames);
    const size_t before = min_size(s->preroll, s->n_frames - n_loud);

    drop_frames(s, s->n_frames - n_loud - before);
    for (size_t i = before; i < s->n_frames; i++)
        s->speech[i] = true;
    s->open = true;
    s->continues = false;
    s->begin_due = true;
    s->n_quiet = 0;
    s->n_looked_at = before * FRAME;
    forget_hypothesis(s);
}

/* Decides about the frame that has just been completed. */
static void take_frame(struct quill_stream *s)
{
    const size_t i = s->n_frames++;

    s->n_partial = 0;
    s->speech[i] = quill_vad_frame(&s->vad, s->samples + i * FRAME, &s->level_db[i]);
    s->likely[i] = s->vad.likely;
    if (!s->open) {
        if (s->speech[i])
            begin_utterance(s);
        else if (s->n_frames == s->max_utterance)
            drop_frames(s, s->n_frames - min_size(s->preroll + s->vad.onset, s->n_frames));
        return;
    }
    s->n_quiet = s->speech[i] ? 0 : s->n_quiet + 1;
    if (s->n_quiet >= s->pause)
        s->due = (s->n_frames - s->n_quiet + s->tail) * FRAME;
    else if (s->n_frames == s->max_utterance)
        s->due = quill_quietest_boundary(s->level_db, s->n_frames - s->cut_search, s->n_frames) * FRAME;
}

size_t quill_stream_push(struct quill_stream *s, const float *samples, size_t n)
{
    size_t taken = 0;

    while (taken < n && !s->due) {
        const size_t m = min_size(n - taken, FRAME - s->n_partial);
        float *to = s->samples + n_samples(s);

        for (size_t i = 0; i < m; i++)
            to[i] = isfinite(samples[taken + i]) ? samples[taken + i] : 0;
        taken += m;
        s->n_partial += m;
        if (s->n_partial == FRAME)
            take_frame(s);
    }
    return taken;
}

/* --- passes ------------------------------------------------------------------------------------------ */

/* The text of all segments in one string without space around it; quill_free. NULL: no memory. */
static char *join_text(const struct quill_result *result)
{
    size_t len = 0, begin;
    char *text;

    for (size_t i = 0; i < result->n_segments; i++)
        len += strlen(result->segments[i].text);
    text = quill_alloc(len + 1);
    if (!text)
        return NULL;
    len = 0;
    for (size_t i = 0; i < result->n_segments; i++) {
        const size_t n = strlen(result->segments[i].text);

        memcpy(text + len, result->segments[i].text, n);
        len += n;
    }
    while (len > 0 && strchr(" \t\n", text[len - 1]))
        len--;
    text[len] = '\0';
    begin = strspn(text, " \t\n");
    memmove(text, text + begin, len - begin + 1);
    return text;
}

static void tell_begin(struct quill_stream *s)
{
    const struct quill_stream_event event = {
        .type = QUILL_STREAM_SPEECH_BEGIN,
        .start_ms = time_ms(s, 0),
        .end_ms = time_ms(s, n_samples(s)),
        .text = "",
    };

    if (!s->begin_due)
        return;
    s->begin_due = false;
    s->fn(s->user, &event);
}

/* s->before holds the n_heard tokens of a new hypothesis about n samples; s->heard the one before it. */
static void take_hypothesis(struct quill_stream *s, size_t n_heard, size_t n)
{
    struct quill_heard *const now = s->before;
    const size_t n_before = s->n_heard;
    const uint32_t n_frames = (uint32_t)(n / (QUILL_STEP_MS * SAMPLES_PER_MS));

    s->before = s->heard;
    s->heard = now;
    s->n_heard = n_heard;
    s->n_firm = min_size(s->n_firm, n_heard); /* unless it was forced, where no room was left */
    s->n_firm = s->by_attention
                    ? quill_firm_by_attention(now, n_heard, s->n_firm, n_frames, UNSURE_MS / QUILL_STEP_MS)
                    : quill_firm_by_agreement(s->before, n_before, now, n_heard, s->n_firm);
}

/* Words of the hypothesis that have begun among its first n tokens. */
static size_t n_words(const struct quill_stream *s, size_t n)
{
    size_t words = 0;

    for (size_t i = 0; i < n; i++)
        words += s->heard[i].begins_word;
    return words;
}

/* Tokens of the hypothesis about n samples that are shown: up to the first word that is but half heard. */
static size_t n_shown(const struct quill_stream *s, size_t n)
{
    const uint32_t n_frames = (uint32_t)(n / (QUILL_STEP_MS * SAMPLES_PER_MS));

    return quill_firm_by_attention(s->heard, s->n_heard, s->n_firm, n_frames, HALF_HEARD_MS / QUILL_STEP_MS);
}

/* Cuts the text behind its first n words; returns the length. */
static size_t cut_behind_words(char *text, const struct quill_result *result, size_t n)
{
    const struct quill_word *words = result->n_segments ? result->segments[0].words : NULL;
    size_t len = 0;

    for (size_t i = 0; i < n; i++)
        len += strlen(words[i].text);
    if (len > 0 && words[0].text[0] == ' ')
        len--;
    text[len] = '\0';
    return len;
}

/* The text of a tentative pass about n samples, of which more than what is firm may be left out: what is half
 * heard, and the mark behind the last word, because nobody knows yet what that will be. */
static size_t show_tentative(const struct quill_stream *s, char *text, const struct quill_result *result,
                             size_t n)
{
    size_t len = cut_behind_words(text, result, n_words(s, n_shown(s, n))), n_firm = 0;
    const struct quill_word *words = result->n_segments ? result->segments[0].words : NULL;

    for (size_t i = 0; i < n_words(s, s->n_firm); i++)
        n_firm += strlen(words[i].text) - (i == 0 && words[i].text[0] == ' ');
    while (len > n_firm && strchr(" .,;:!?", text[len - 1]))
        text[--len] = '\0';
    return n_firm;
}

/* What its times are in becomes the stream's. */
static void shift_times(struct quill_result *result, int64_t ms)
{
    for (size_t i = 0; i < result->n_segments; i++) {
        struct quill_segment *segment = &result->segments[i];
        struct quill_word *words = (struct quill_word *)segment->words; /* ours until it is told */

        segment->start_ms += ms;
        segment->end_ms += ms;
        for (size_t k = 0; k < segment->n_words; k++) {
            words[k].start_ms += ms;
            words[k].end_ms += ms;
        }
    }
}

/* Whether anybody said the text that a final pass over n samples found, as far as one can tell. */
static enum quill_verdict judge(const struct quill_stream *s, const struct quill_result *result,
                                const char *text, size_t n)
{
    struct quill_utterance_facts facts = {
        .text = text,
        .speech = s->speech,
        .likely = s->likely,
        .n_frames = n / FRAME,
        .frame_ms = FRAME / SAMPLES_PER_MS,
    };

    if (s->settings.keep_all || result->n_segments == 0)
        return QUILL_KEEP;
    facts.avg_logprob = result->segments[0].avg_logprob;
    facts.no_speech_prob = result->segments[0].no_speech_prob;
    facts.compression_ratio = result->segments[0].compression_ratio;
    facts.words = result->segments[0].words;
    facts.n_words = result->segments[0].n_words;
    return quill_guard(&facts);
}

/* Whether the utterance of n samples stands by itself as a command does. */
static bool may_be_command(const struct quill_stream *s, size_t n)
{
    const bool has_ended = s->n_quiet >= s->pause || n == n_samples(s);

    return !s->continues && has_ended && n <= MAX_COMMAND_MS * SAMPLES_PER_MS;
}

/* NULL: it is none. */
static const char *command_of(const struct quill_stream *s, const struct quill_draft *draft)
{
    return draft->command_loss < INFINITY && draft->command_loss <= s->settings.command_margin
               ? draft->command
               : NULL;
}

static void tell_result(struct quill_stream *s, enum quill_stream_event_type type, size_t n,
                        struct quill_result *result, const struct quill_draft *draft, char *text)
{
    struct quill_stream_event event = {
        .type = type,
        .start_ms = time_ms(s, 0),
        .end_ms = time_ms(s, n),
        .text = text,
        .timings = result->timings,
    };

    if (type == QUILL_STREAM_TENTATIVE) {
        event.n_firm = show_tentative(s, text, result, n);
    } else {
        const enum quill_verdict verdict = judge(s, result, text, n);

        shift_times(result, event.start_ms);
        event.command_loss = draft->command_loss;
        if (verdict == QUILL_KEEP) {
            event.n_firm = strlen(text);
            event.segments = result->segments;
            event.n_segments = result->n_segments;
            event.command = command_of(s, draft);
        } else {
            event.text = "";
            event.left_out = text;
            event.left_out_reason = quill_verdict_name(verdict);
        }
    }
    s->fn(s->user, &event);
}

/* Recognises the first n samples of the utterance and tells the result. What was heard last is expected
 * again; in a tentative pass, what is firm is no matter of choice. */
static enum quill_status pass(struct quill_stream *s, enum quill_stream_event_type type, size_t n,
                              const struct quill_params *params, struct quill_error *err)
{
    const bool tentative = type == QUILL_STREAM_TENTATIVE;
    struct quill_draft draft = {
        .heard = s->before,
        .capacity = MAX_HEARD,
        .n = s->n_heard,
        .n_firm = s->n_firm,
        .n_forced = tentative ? s->n_firm : 0,
        .tolerance = tentative ? TOLERANCE : 0,
        .firm_tolerance = FIRM_TOLERANCE,
        .commands = !tentative && may_be_command(s, n) ? s->settings.commands : NULL,
        .command_margin = s->settings.command_margin,
        .command_loss = INFINITY,
    };
    struct quill_result *result = NULL;
    char *text;

    memcpy(s->before, s->heard, s->n_heard * sizeof *s->heard);
    QUILL_TRY(quill_transcribe_draft(s->transcriber, s->samples, n, params, &draft, &result, err));
    text = join_text(result);
    if (!text) {
        quill_result_free(&result);
        return quill_fail(err, QUILL_ERR_NOMEM, "no memory for the text of an utterance");
    }
    s->cost_ms = result->timings.total_ms;
    if (tentative)
        take_hypothesis(s, draft.n, n);
    tell_result(s, type, n, result, &draft, text);
    quill_free(text);
    quill_result_free(&result);
    return QUILL_OK;
}

/* What lies behind a finished utterance: its continuation when it was cut, else pre-roll of the next. */
static void go_on_behind(struct quill_stream *s, size_t n)
{
    size_t n_speech = 0;

    s->due = 0;
    if (n >= n_samples(s)) { /* the end of the sound: whole frames are counted from here again */
        s->origin += (int64_t)n_samples(s);
        s->n_frames = 0;
        s->n_partial = 0;
        s->open = false;
        forget_hypothesis(s);
        return;
    }
    drop_frames(s, n / FRAME);
    for (size_t i = 0; i < s->n_frames; i++)
        n_speech += s->speech[i];
    s->open = s->open && n_speech > 0;
    s->continues = s->open;
    s->begin_due = s->open;
    s->n_looked_at = 0;
    forget_hypothesis(s);
}

static enum quill_status final_pass(struct quill_stream *s, struct quill_error *err)
{
    struct quill_params params = s->settings.params;

    params.cancelled = NULL;
    QUILL_TRY(pass(s, QUILL_STREAM_FINAL, s->due, &params, err));
    s->final_cost = s->cost_ms * SAMPLES_PER_MS / (double)s->due;
    go_on_behind(s, s->due);
    return QUILL_OK;
}

/* Whether words are shown while they are spoken, or the machine has to hurry. */
static void judge_lag(struct quill_stream *s)
{
    const double final_ms = s->final_cost * (double)n_samples(s) / SAMPLES_PER_MS;
    const double projected_ms = s->lag_ms + (s->open ? final_ms : 0);

    s->behind = projected_ms > (s->behind ? CAUGHT_UP_MS : BEHIND_MS);
}

/* New speech since the last look, and enough new sound for a machine of this speed. */
static bool tentative_is_due(const struct quill_stream *s)
{
    const double wanted_ms = fmax(s->settings.partial_ms, COST_FACTOR * s->cost_ms);

    return s->open && !s->behind && s->settings.partial_ms > 0 &&
           (s->n_frames - s->n_quiet) * FRAME > s->n_looked_at &&
           (double)(n_samples(s) - s->n_looked_at) >= wanted_ms * SAMPLES_PER_MS;
}

/* Encoder frames for n samples of sound. */
static unsigned audio_ctx(const struct quill_stream *s, size_t n)
{
    const unsigned most = s->settings.params.audio_ctx ? s->settings.params.audio_ctx
                                                       : s->transcriber->model->hparams.n_audio_ctx;

    return (unsigned)quill_audio_ctx_for(n, s->settings.min_audio_ctx, most);
}

/* The end of an utterance is more urgent than a look at its middle. */
static bool tentative_is_cancelled(void *user)
{
    struct quill_stream *s = user;
    const struct quill_params *params = &s->settings.params;

    return (params->cancelled && params->cancelled(params->user)) || s->due > 0;
}

static enum quill_status tentative_pass(struct quill_stream *s, struct quill_error *err)
{
    struct quill_params params = s->settings.params;
    const size_t n = n_samples(s);
    const unsigned max_tokens = (unsigned)(n / QUILL_SAMPLE_RATE + 1) * TOKENS_PER_S + MIN_TOKENS;

    params.temperature = 0;
    params.temperature_increment = 0;
    params.beam_size = 1;
    params.best_of = 1;
    params.n_alternatives = 0;
    params.audio_ctx = audio_ctx(s, n);
    params.max_tokens = params.max_tokens && params.max_tokens < max_tokens ? params.max_tokens : max_tokens;
    params.cancelled = tentative_is_cancelled;
    params.user = s;
    QUILL_TRY(pass(s, QUILL_STREAM_TENTATIVE, n, &params, err));
    s->n_looked_at = n;
    return QUILL_OK;
}

enum quill_status quill_stream_step(struct quill_stream *s, bool *worked, struct quill_error *err)
{
    bool any = false;

    tell_begin(s);
    judge_lag(s);
    if (!s->due && tentative_is_due(s)) {
        const enum quill_status status = tentative_pass(s, err);

        if (status != QUILL_OK && !(status == QUILL_ERR_CANCELLED && s->due))
            return status;
        any = true;
    }
    if (s->due) {
        QUILL_TRY(final_pass(s, err));
        any = true;
    }
    tell_begin(s);
    if (worked)
        *worked = any;
    return QUILL_OK;
}

enum quill_status quill_stream_finish(struct quill_stream *s, struct quill_error *err)
{
    while (s->open) {
        tell_begin(s);
        if (!s->due)
            s->due = n_samples(s);
        QUILL_TRY(final_pass(s, err));
    }
    go_on_behind(s, n_samples(s));
    quill_vad_end_speech(&s->vad);
    return QUILL_OK;
}

bool quill_stream_in_speech(const struct quill_stream *s)
{
    return s->open;
}

void quill_stream_note_lag(struct quill_stream *s, unsigned ms)
{
    s->lag_ms = ms;
    judge_lag(s);
}

bool quill_stream_is_behind(const struct quill_stream *s)
{
    return s->behind;
}

int64_t quill_stream_time_ms(const struct quill_stream *s)
{
    return time_ms(s, n_samples(s));
}
