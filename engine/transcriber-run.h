/* One recording on its way through the windows, in pieces small enough that others can go the same way in
 * between: open, then for each window begin, and for each try of it a search and end_try. */
#ifndef QUILL_TRANSCRIBER_RUN_H
#define QUILL_TRANSCRIBER_RUN_H

#include "audio/stretches.h"
#include "transcriber.h"

#define QUILL_SAMPLES_PER_MS (QUILL_SAMPLE_RATE / 1000)

struct quill_run {
    struct quill_transcriber *t; /* borrowed, as are slot, params and samples */
    struct quill_slot *slot;
    const struct quill_params *params;
    struct quill_draft *draft; /* borrowed; NULL: none */
    size_t n_found; /* tokens in draft->heard that were found so far; until then it is what is expected */
    struct quill_result_builder *builder; /* owned */
    struct quill_cancel cancel;
    const float *samples; /* of the recording; [n_samples] */
    size_t n_samples;
    size_t n_begun;                    /* clips, of which there is one at least */
    struct quill_stretch clip;         /* that was begun last */
    struct quill_stretches *stretches; /* owned; NULL: a clip is one stretch */
    struct quill_stretch stretch;      /* that is looked at; empty behind the last */
    size_t n_frames;                   /* mel frames of it */
    size_t n_spoken_frames;            /* behind them it holds no speech */
    size_t n_ctx;                      /* encoder frames of a window */
    float mel_maximum;                 /* of the stretch */
    bool mel_is_first;                 /* the encoder's mel buffer holds its raw first window */
    size_t max_tokens;
    int language;                             /* index; -1: not known yet */
    bool allowed[QUILL_MAX_LANGUAGES];        /* what detection chooses from */
    float probabilities[QUILL_MAX_LANGUAGES]; /* once it has chosen; 0 where not allowed */
    size_t n_history, max_history;
    size_t n_carried;       /* of the history, at its beginning, what each window is told */
    size_t n_prefix;        /* tokens at the end of the slot's prompt that the first window begins with */
    int64_t last_speech_ms; /* where the last word ended; 0: there is none with a time */
    size_t seek;            /* mel frame of the stretch where the window begins */
    size_t window_frames;   /* of sound in it */
    unsigned n_tries;       /* of all windows */
    unsigned n_fallbacks;   /* of this window */
    struct quill_search search;
    struct quill_segment
        facts; /* of the last try: probabilities and temperature; times and text are not set */
    double start_ms;
};

/* Checks the parameters and looks for the first stretch. A slot has one run at a time. Errors: as
 * quill_transcribe; *out is left as it was. */
enum quill_status quill_run_open(struct quill_run *out, struct quill_transcriber *t, struct quill_slot *slot,
                                 const struct quill_params *params, struct quill_draft *draft,
                                 const float *samples, size_t n, struct quill_error *err);
void quill_run_close(struct quill_run *run);

/* Whether there is sound left to look at. */
bool quill_run_has_window(const struct quill_run *run);

/* Encodes the next window, in a new stretch after listening to all of that, and begins run->search for it.
 * Errors: CANCELLED. */
enum quill_status quill_run_begin_window(struct quill_run *run, struct quill_error *err);

/* ---- parts of these ---------------------------------------------------------------------------------- */

static inline struct quill_timings *quill_run_timings(struct quill_run *run)
{
    return &run->builder->result.timings;
}

static inline enum quill_status quill_run_cancelled(struct quill_error *err)
{
    return quill_fail(err, QUILL_ERR_CANCELLED, "recognition was cancelled");
}

/* What the parameters say. Errors: INVALID, UNSUPPORTED. */
enum quill_status quill_run_check_params(struct quill_run *run, struct quill_error *err);

/* Goes on until there is a stretch to look at, if there is one; at first with the first clip. Errors:
 * CANCELLED; the first also NOMEM. */
enum quill_status quill_run_find_first_stretch(struct quill_run *run, struct quill_error *err);
enum quill_status quill_run_find_stretch(struct quill_run *run, struct quill_error *err);

/* Listens to all of a stretch that is new, and encodes the next window of it. Errors: CANCELLED. */
enum quill_status quill_run_hear_window(struct quill_run *run, struct quill_error *err);

/* Encoder frames of a window that is full of sound. */
size_t quill_run_most_context(const struct quill_run *run);

/* Writes the tokens that a text begins with: sot, language and task where the model has them, and that there
 * are no times. Returns how many: QUILL_AROUND_TEXT - 1 at most. */
size_t quill_run_write_sot(const struct quill_run *run, bool timestamps, uint32_t *out);

/* When in the recording it is so long after the stretch began; no later than its end. */
int64_t quill_run_time_of(const struct quill_run *run, int64_t ms);

/* The window's text is found: segments, history, and where the next window begins. Errors: NOMEM, CANCELLED.
 */
enum quill_status quill_run_finish_window(struct quill_run *run, struct quill_error *err);

/* Encodes no more than it takes to find out the language. Errors: CANCELLED. */
enum quill_status quill_run_find_language(struct quill_run *run, struct quill_error *err);

/* The parts that deal with languages, for those above. What the parameters say: errors INVALID, UNSUPPORTED.
 * And detection in a window that has been encoded: errors CANCELLED. */
enum quill_status quill_run_resolve_language(struct quill_run *run, struct quill_error *err);
enum quill_status quill_run_detect_language(struct quill_run *run, struct quill_error *err);

/* The search is done: either it has begun anew at a higher temperature, or the window is done, its segments
 * in the result. Errors: NOMEM, CANCELLED. */
enum quill_status quill_run_end_try(struct quill_run *run, bool *window_done, struct quill_error *err);

/* Of a window whose text is found: the alternatives to its words, to the transcriber's others. Feeds the
 * sequences of the slot. Errors: CANCELLED. */
enum quill_status quill_run_find_alternatives(struct quill_run *run, struct quill_error *err);

/* Behind the only window: which text of run->draft->commands it may have been. Errors: CANCELLED. */
enum quill_status quill_run_find_command(struct quill_run *run, struct quill_error *err);

/* When there is no window left. The run is closed; the result is the caller's. */
struct quill_result *quill_run_take_result(struct quill_run *run);

#endif
