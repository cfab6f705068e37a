/* Where the time of a run goes, step by step: a stop watch that encoder, decoder and search press as they go
 * on.
 *
 * Time is taken in laps: each belongs to the step that has just been done, so that nothing between the first
 * and the last mark is lost, and a step costs one look at the clock. Without a recorder (NULL) it costs one
 * branch. Nothing allocates after opening; results do not depend on it. All calls come from the thread that
 * runs the pool. */
#ifndef QUILL_BASE_TRACE_H
#define QUILL_BASE_TRACE_H

#include "base/status.h"

/* Names and groups, which are stable: trace.c. */
enum quill_trace_step {
    QUILL_TRACE_MEL,
    QUILL_TRACE_ENCODER_CONVOLUTIONS,
    QUILL_TRACE_ENCODER_PROJECTIONS, /* products around self-attention, with the norm before them */
    QUILL_TRACE_ENCODER_ATTENTION,
    QUILL_TRACE_ENCODER_FEED_FORWARD, /* with the norm before it */
    QUILL_TRACE_ENCODER_NORM,
    QUILL_TRACE_CROSS_CACHE, /* keys and values of cross-attention, once a window */
    QUILL_TRACE_TOKEN_EMBEDDING,
    QUILL_TRACE_POSITIONS,
    QUILL_TRACE_SELF_ATTENTION,
    QUILL_TRACE_CROSS_ATTENTION,
    QUILL_TRACE_FEED_FORWARD,
    QUILL_TRACE_LAYER_NORM,
    QUILL_TRACE_VOCABULARY,
    QUILL_TRACE_SEARCH, /* rules and the choice of a token */
    /* Of several steps together */
    QUILL_TRACE_RUN_ENCODE,
    QUILL_TRACE_RUN_PROMPT,
    QUILL_TRACE_RUN_DECODE,
    QUILL_TRACE_RUN_TOKEN,
    QUILL_TRACE_N_STEPS
};

struct quill_trace;

/* Errors: NOMEM. */
enum quill_status quill_trace_open(struct quill_trace **out, const struct quill_trace_settings *settings,
                                   struct quill_error *err);
void quill_trace_close(struct quill_trace **trace);

/* Forgets everything: a run begins. */
void quill_trace_reset(struct quill_trace *trace);

/* See quill.h; events are borrowed until the next reset. */
unsigned quill_trace_steps(const struct quill_trace *trace, struct quill_step *out, unsigned max);
size_t quill_trace_events(const struct quill_trace *trace, const struct quill_trace_event **out,
                          size_t *n_lost);

void quill_trace_restart(struct quill_trace *trace);
void quill_trace_take_lap(struct quill_trace *trace, enum quill_trace_step step);
void quill_trace_take_span(struct quill_trace *trace, enum quill_trace_step step, unsigned track,
                           double start_ms);
void quill_trace_add_work(struct quill_trace *trace, enum quill_trace_step step, double operations,
                          double bytes);

/* The next lap begins now; what came before belongs to no step. */
static inline void quill_trace_mark(struct quill_trace *trace)
{
    if (__builtin_expect(trace != NULL, 0))
        quill_trace_restart(trace);
}

/* The time since the last mark or lap was this step's. */
static inline void quill_trace_lap(struct quill_trace *trace, enum quill_trace_step step)
{
    if (__builtin_expect(trace != NULL, 0))
        quill_trace_take_lap(trace, step);
}

/* From start_ms (quill_now_ms) to now, whatever laps there were; the next begins now. */
static inline void quill_trace_span(struct quill_trace *trace, enum quill_trace_step step, double start_ms)
{
    if (__builtin_expect(trace != NULL, 0))
        quill_trace_take_span(trace, step, 0, start_ms);
}

/* The same of one of several that go on at once: seat, from 0 on, gets a track of its own. */
static inline void quill_trace_seat_span(struct quill_trace *trace, enum quill_trace_step step, unsigned seat,
                                         double start_ms)
{
    if (__builtin_expect(trace != NULL, 0))
        quill_trace_take_span(trace, step, seat + 1, start_ms);
}

#endif
