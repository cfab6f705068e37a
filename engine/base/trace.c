#include "base/trace.h"

#include "base/arena.h"
#include "base/clock.h"

#include <string.h>

struct quill_trace {
    struct quill_step steps[QUILL_TRACE_N_STEPS];
    double lap_ms; /* when the lap in progress began */

    struct quill_arena arena;         /* owned; what events points into */
    struct quill_trace_event *events; /* [max_events] */
    size_t max_events, n_events, n_lost;
    double min_event_ms;
};

static const struct {
    const char *group, *name;
} names[QUILL_TRACE_N_STEPS] = {
    [QUILL_TRACE_MEL] = {"audio", "mel"},
    [QUILL_TRACE_ENCODER_CONVOLUTIONS] = {"encoder", "convolutions"},
    [QUILL_TRACE_ENCODER_PROJECTIONS] = {"encoder", "projections"},
    [QUILL_TRACE_ENCODER_ATTENTION] = {"encoder", "attention"},
    [QUILL_TRACE_ENCODER_FEED_FORWARD] = {"encoder", "feed_forward"},
    [QUILL_TRACE_ENCODER_NORM] = {"encoder", "layer_norm"},
    [QUILL_TRACE_CROSS_CACHE] = {"encoder", "cross_keys_values"},
    [QUILL_TRACE_TOKEN_EMBEDDING] = {"decoder", "token_embedding"},
    [QUILL_TRACE_POSITIONS] = {"decoder", "positions"},
    [QUILL_TRACE_SELF_ATTENTION] = {"decoder", "self_attention"},
    [QUILL_TRACE_CROSS_ATTENTION] = {"decoder", "cross_attention"},
    [QUILL_TRACE_FEED_FORWARD] = {"decoder", "feed_forward"},
    [QUILL_TRACE_LAYER_NORM] = {"decoder", "layer_norm"},
    [QUILL_TRACE_VOCABULARY] = {"decoder", "vocabulary"},
    [QUILL_TRACE_SEARCH] = {"decoder", "search"},
    [QUILL_TRACE_RUN_ENCODE] = {"run", "encode"},
    [QUILL_TRACE_RUN_PROMPT] = {"run", "prompt"},
    [QUILL_TRACE_RUN_DECODE] = {"run", "decode"},
    [QUILL_TRACE_RUN_TOKEN] = {"run", "token"},
};

enum quill_status quill_trace_open(struct quill_trace **out, const struct quill_trace_settings *settings,
                                   struct quill_error *err)
{
    struct quill_trace *trace = quill_alloc_zero(sizeof *trace);
    struct quill_plan plan = {0};

    if (!trace)
        return quill_fail(err, QUILL_ERR_NOMEM, "not enough memory to record times");
    quill_plan_add(&plan, settings->max_events, sizeof *trace->events);
    const enum quill_status status = quill_arena_open(&trace->arena, &plan, "the events of a run", err);
    if (status != QUILL_OK) {
        quill_free(trace);
        return status;
    }
    trace->events = (struct quill_trace_event *)(void *)trace->arena.base;
    trace->max_events = settings->max_events;
    trace->min_event_ms = settings->min_event_ms;
    quill_trace_reset(trace);
    *out = trace;
    return QUILL_OK;
}

void quill_trace_close(struct quill_trace **trace)
{
    if (!*trace)
        return;
    quill_arena_close(&(*trace)->arena);
    quill_free(*trace);
    *trace = NULL;
}

void quill_trace_reset(struct quill_trace *trace)
{
    for (size_t i = 0; i < QUILL_TRACE_N_STEPS; i++)
        trace->steps[i] = (struct quill_step){.group = names[i].group, .name = names[i].name};
    trace->n_events = 0;
    trace->n_lost = 0;
    trace->lap_ms = quill_now_ms();
}

unsigned quill_trace_steps(const struct quill_trace *trace, struct quill_step *out, unsigned max)
{
    const unsigned n = max < QUILL_TRACE_N_STEPS ? max : QUILL_TRACE_N_STEPS;

    if (n > 0)
        memcpy(out, trace->steps, n * sizeof *out);
    return QUILL_TRACE_N_STEPS;
}

size_t quill_trace_events(const struct quill_trace *trace, const struct quill_trace_event **out,
                          size_t *n_lost)
{
    *out = trace->events;
    *n_lost = trace->n_lost;
    return trace->n_events;
}

static void note(struct quill_trace *trace, enum quill_trace_step step, unsigned track, double start_ms,
                 double end_ms)
{
    const double ms = end_ms > start_ms ? end_ms - start_ms : 0.0;

    trace->steps[step].count++;
    trace->steps[step].total_ms += ms;
    if (ms < trace->min_event_ms)
        return;
    if (trace->n_events < trace->max_events)
        trace->events[trace->n_events++] =
            (struct quill_trace_event){names[step].group, names[step].name, start_ms, ms, track};
    else
        trace->n_lost++;
}

void quill_trace_restart(struct quill_trace *trace)
{
    trace->lap_ms = quill_now_ms();
}

void quill_trace_take_lap(struct quill_trace *trace, enum quill_trace_step step)
{
    const double now_ms = quill_now_ms();

    note(trace, step, 0, trace->lap_ms, now_ms);
    trace->lap_ms = now_ms;
}

void quill_trace_take_span(struct quill_trace *trace, enum quill_trace_step step, unsigned track,
                           double start_ms)
{
    const double now_ms = quill_now_ms();

    note(trace, step, track, start_ms, now_ms);
    trace->lap_ms = now_ms;
}

void quill_trace_add_work(struct quill_trace *trace, enum quill_trace_step step, double operations,
                          double bytes)
{
    trace->steps[step].operations += operations;
    trace->steps[step].bytes += bytes;
}
