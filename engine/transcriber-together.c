/* Several recordings at a time: each goes its way through its windows, and those that have a window to decode
 * are fed together, step by step. */
#include "base/clock.h"
#include "transcriber-run.h"

/* A place for a recording. */
struct seat {
    struct quill_recording *recording; /* NULL: free */
    struct quill_params defaults;
    struct quill_run run;
    bool decoding;      /* a window is being decoded */
    bool is_done;       /* its try is, by what was fed last */
    double prompted_ms; /* when its try had its prompt behind it */
    size_t n_logits;    /* rows that it gets of the step */
};

struct meeting {
    struct quill_transcriber *t;
    struct quill_recording *next; /* the first that has not sat down yet */
    size_t n_left;
    struct seat seats[QUILL_MAX_TOGETHER];

    /* --- of the step that is being fed --- */
    struct seat *fed[QUILL_MAX_TOGETHER];
    size_t n_fed;
    struct quill_feed feeds[QUILL_MAX_TOGETHER * QUILL_MAX_BEAMS];
    size_t n_feeds;
};

/* The recording is over, well or not: its seat is free. */
static void leave(struct seat *seat, enum quill_status status)
{
    struct quill_recording *recording = seat->recording;
    recording->status = status;
    if (status == QUILL_OK)
        recording->result = quill_run_take_result(&seat->run);
    else
        quill_run_close(&seat->run);
    seat->recording = NULL;
    seat->decoding = false;
}

static void sit_down(struct meeting *m, struct seat *seat)
{
    struct quill_recording *recording = m->next++;
    const struct quill_params *params = recording->params;
    m->n_left--;
    recording->result = NULL;
    recording->error = (struct quill_error){0};
    if (!params) {
        quill_params_init(&seat->defaults);
        params = &seat->defaults;
    }
    recording->status = quill_run_open(&seat->run, m->t, &m->t->slots[seat - m->seats], params, NULL,
                                       recording->samples, recording->n, &recording->error);
    if (recording->status == QUILL_OK)
        seat->recording = recording;
}

/* Gives the seat a window to decode, as long as there is any recording with one. */
static void find_window(struct meeting *m, struct seat *seat)
{
    while (!seat->decoding) {
        while (!seat->recording && m->n_left > 0)
            sit_down(m, seat);
        if (!seat->recording)
            return;
        if (!quill_run_has_window(&seat->run)) {
            leave(seat, QUILL_OK);
            continue;
        }
        const enum quill_status status = quill_run_begin_window(&seat->run, &seat->recording->error);
        if (status == QUILL_OK)
            seat->decoding = true;
        else
            leave(seat, status);
    }
}

/* What all that are decoding want fed, as far as it fits into one step; the others wait for the next. */
static void collect(struct meeting *m)
{
    size_t room = m->t->model->hparams.n_text_ctx;
    m->n_fed = m->n_feeds = 0;
    for (unsigned i = 0; i < m->t->n_together; i++) {
        struct seat *seat = &m->seats[i];
        if (!seat->decoding)
            continue;
        struct quill_feed *feeds = &m->feeds[m->n_feeds];
        const size_t n = quill_search_feeds(&seat->run.search, m->t->decoder, feeds);
        size_t n_tokens = 0;
        seat->n_logits = 0;
        for (size_t k = 0; k < n; k++) {
            n_tokens += feeds[k].n;
            seat->n_logits += feeds[k].n_logits;
        }
        if (n_tokens > room)
            continue;
        room -= n_tokens;
        m->n_feeds += n;
        m->fed[m->n_fed++] = seat;
    }
}

/* Ends the recordings that say so; a step is stopped for that, and taken again without them. */
static bool anybody_cancelled(void *user)
{
    struct meeting *m = user;
    bool any = false;
    for (size_t i = 0; i < m->n_fed; i++) {
        struct seat *seat = m->fed[i];
        if (!seat->decoding || !quill_cancelled(&seat->run.cancel))
            continue;
        leave(seat, quill_fail(&seat->recording->error, QUILL_ERR_CANCELLED, "recognition was cancelled"));
        any = true;
    }
    return any;
}

static void take(struct seat *seat, unsigned index, const float *logits, double share_ms)
{
    struct quill_run *run = &seat->run;
    struct quill_trace *trace = run->t->trace;
    struct quill_timings *timings = &run->builder->result.timings;
    if (!run->search.prompted)
        seat->prompted_ms = quill_now_ms();
    *(run->search.prompted ? &timings->decode_ms : &timings->prompt_ms) += share_ms;
    seat->is_done = quill_search_take(&run->search, run->t->decoder, logits);
    quill_trace_lap(trace, QUILL_TRACE_SEARCH);
    if (!seat->is_done)
        return;
    quill_trace_seat_span(trace, QUILL_TRACE_RUN_DECODE, index, seat->prompted_ms);
    timings->n_tokens += (unsigned)(run->search.n_tokens - run->search.n_forced);
}

/* What finds more by the decoder overwrites the others' logits, so it is done when all have taken theirs. */
static void end_try(struct seat *seat)
{
    struct quill_run *run = &seat->run;
    bool window_done;

    const enum quill_status status = quill_run_end_try(run, &window_done, &seat->recording->error);
    if (status != QUILL_OK)
        leave(seat, status);
    else
        seat->decoding = !window_done;
}

static bool has_prompt(const struct meeting *m)
{
    for (size_t i = 0; i < m->n_fed; i++)
        if (!m->fed[i]->run.search.prompted)
            return true;
    return false;
}

/* One step of all that are decoding. */
static void step(struct meeting *m)
{
    const struct quill_compute *compute = &m->t->workers.compute;
    const struct quill_cancel cancel = {.fn = anybody_cancelled, .user = m};
    const double start_ms = quill_now_ms();
    const float *logits = NULL;
    collect(m);
    if (m->n_fed == 0 ||
        quill_decoder_feed(m->t->decoder, compute, m->feeds, m->n_feeds, &logits, &cancel, NULL) != QUILL_OK)
        return;
    quill_trace_span(compute->trace, has_prompt(m) ? QUILL_TRACE_RUN_PROMPT : QUILL_TRACE_RUN_TOKEN,
                     start_ms);
    const double share_ms = (quill_now_ms() - start_ms) / (double)m->n_fed;
    for (size_t i = 0; i < m->n_fed; i++) {
        const float *its_logits = logits;
        logits += m->fed[i]->n_logits * m->t->model->hparams.n_vocab;
        take(m->fed[i], (unsigned)(m->fed[i] - m->seats), its_logits, share_ms);
    }
    for (size_t i = 0; i < m->n_fed; i++)
        if (m->fed[i]->is_done)
            end_try(m->fed[i]);
}

void quill_transcribe_together(struct quill_transcriber *t, struct quill_recording *recordings, size_t n)
{
    struct meeting m = {.t = t, .next = recordings, .n_left = n};
    if (t->trace)
        quill_trace_reset(t->trace);
    for (bool busy = true; busy;) {
        busy = false;
        for (unsigned i = 0; i < t->n_together; i++) {
            find_window(&m, &m.seats[i]);
            busy = busy || m.seats[i].decoding;
        }
        step(&m);
    }
}
