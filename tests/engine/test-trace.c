/* Recording where time goes: complete, bounded, and without effect on what is heard. */
#include "bundled.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/trace.h"

#include <string.h>

#define MAX_STEPS 64

static const struct quill_trace_settings all_events = { .max_events = 1u << 16 };

static const struct quill_step *
find(const struct quill_step *steps, unsigned n, const char *group, const char *name)
{
    for (unsigned i = 0; i < n; i++)
        if (strcmp(steps[i].group, group) == 0 && strcmp(steps[i].name, name) == 0)
            return &steps[i];
    g_error("no step %s/%s", group, name);
}

static double group_ms(const struct quill_step *steps, unsigned n, const char *group)
{
    double ms = 0;
    for (unsigned i = 0; i < n; i++)
        if (strcmp(steps[i].group, group) == 0)
            ms += steps[i].total_ms;
    return ms;
}

struct heard {
    char *text; /* owned */
    struct quill_timings timings;
    unsigned long n_allocations;
};

static struct heard hear(struct quill_transcriber *transcriber)
{
    struct heard heard = {0};
    struct quill_result *result = NULL;
    struct quill_error err = {0};
    GString *text = g_string_new(NULL);
    size_t n;
    g_autofree float *sound = bundled_sound("002-flite-rms.flac", &n);
    const unsigned long before = quill_alloc_count();
    quill_transcribe(transcriber, sound, n, NULL, &result, &err);
    g_assert_cmpstr(err.message, ==, "");
    heard.n_allocations = quill_alloc_count() - before;
    for (size_t i = 0; i < result->n_segments; i++)
        g_string_append_printf(text, "[%d %d %a]%s", (int)result->segments[i].start_ms,
                               (int)result->segments[i].end_ms, (double)result->segments[i].avg_logprob,
                               result->segments[i].text);
    heard.timings = result->timings;
    heard.text = g_string_free(text, FALSE);
    quill_result_free(&result);
    return heard;
}

static void recording_changes_neither_text_nor_allocations(void)
{
    struct quill_model *model = bundled_model();
    struct quill_transcriber *transcriber = bundled_transcriber(model, 2);
    struct heard off = hear(transcriber);
    g_assert_cmpint(quill_transcriber_set_trace(transcriber, &all_events, NULL), ==, QUILL_OK);
    struct heard on = hear(transcriber);
    g_assert_cmpstr(off.text, ==, on.text);
    g_assert_cmpuint(off.n_allocations, ==, on.n_allocations);
    g_free(off.text);
    g_free(on.text);
    quill_transcriber_close(&transcriber);
    quill_model_close(&model);
}

/* What the laps add up to is what the timings of the run say. The machine may be busy: between a lap and the clock
 * of the timings a thread can lose its processor. */
static void laps_add_up_to_the_timings_of_the_run(void)
{
    struct quill_step steps[MAX_STEPS];
    struct quill_model *model = bundled_model();
    struct quill_transcriber *transcriber = bundled_transcriber(model, 1);
    g_assert_cmpuint(quill_transcriber_get_steps(transcriber, steps, MAX_STEPS), ==, 0);
    quill_transcriber_set_trace(transcriber, &(struct quill_trace_settings){0}, NULL);
    struct heard heard = hear(transcriber);
    const unsigned n = quill_transcriber_get_steps(transcriber, steps, MAX_STEPS);
    g_assert_cmpuint(n, ==, QUILL_TRACE_N_STEPS);
    const double encode_ms = group_ms(steps, n, "encoder"), decode_ms = group_ms(steps, n, "decoder");
    const double text_ms = heard.timings.prompt_ms + heard.timings.decode_ms;
    g_assert_cmpfloat(group_ms(steps, n, "audio"), <=, heard.timings.mel_ms + 0.01);
    g_assert_cmpfloat(encode_ms, <=, heard.timings.encode_ms + 0.01);
    g_assert_cmpfloat(encode_ms, >, 0.9 * heard.timings.encode_ms);
    g_assert_cmpfloat(decode_ms, <=, text_ms + 0.01);
    g_assert_cmpfloat(decode_ms, >, 0.8 * text_ms);
    for (unsigned i = 0; i < n; i++)
        g_assert_cmpuint(steps[i].count, >, 0);
    g_free(heard.text);
    quill_transcriber_close(&transcriber);
    quill_model_close(&model);
}

/* By hand, from the dimensions in the model's card. */
static void work_is_what_the_dimensions_say(void)
{
    struct quill_step steps[MAX_STEPS];
    struct quill_model_info info;
    struct quill_model *model = bundled_model();
    struct quill_transcriber *transcriber = bundled_transcriber(model, 1);
    quill_model_get_info(model, &info);
    quill_transcriber_set_trace(transcriber, &(struct quill_trace_settings){0}, NULL);
    struct heard heard = hear(transcriber);
    const unsigned n = quill_transcriber_get_steps(transcriber, steps, MAX_STEPS);
    const double windows = heard.timings.n_windows, state = info.n_audio_state, frames = info.n_audio_ctx;
    const struct quill_step *up_down = find(steps, n, "encoder", "feed_forward");
    const struct quill_step *attention = find(steps, n, "encoder", "attention");
    const struct quill_step *stem = find(steps, n, "encoder", "convolutions");
    const struct quill_step *vocabulary = find(steps, n, "decoder", "vocabulary");
    g_assert_cmpfloat(up_down->operations, ==, windows * info.n_audio_layer * 16 * frames * state * state);
    g_assert_cmpfloat(attention->operations, ==, windows * info.n_audio_layer * 4 * frames * frames * state);
    g_assert_cmpfloat(stem->operations, ==,
                      windows * 2 * frames * 3 * state * (2.0 * info.n_mels + state));
    /* One row for each feed, and the rows of the prompt from sot on. */
    const double row = 2.0 * info.n_vocab * info.n_text_state;
    g_assert_cmpfloat(vocabulary->operations, >=, row * (double)vocabulary->count);
    g_assert_cmpfloat(vocabulary->operations, <=, row * (double)(vocabulary->count + 4 * heard.timings.n_windows));
    g_assert_cmpfloat(vocabulary->bytes, <, (double)info.file_bytes * (double)vocabulary->count);
    g_assert_cmpfloat(vocabulary->bytes, >, 0);
    g_assert_cmpfloat(find(steps, n, "decoder", "layer_norm")->operations, ==, 0);
    g_free(heard.text);
    quill_transcriber_close(&transcriber);
    quill_model_close(&model);
}

static void each_run_begins_anew_also_with_other_threads(void)
{
    struct quill_step first[MAX_STEPS], second[MAX_STEPS];
    struct quill_model *model = bundled_model();
    struct quill_transcriber *transcriber = bundled_transcriber(model, 1);
    quill_transcriber_set_trace(transcriber, &all_events, NULL);
    struct heard once = hear(transcriber);
    const unsigned n = quill_transcriber_get_steps(transcriber, first, MAX_STEPS);
    g_assert_cmpint(quill_transcriber_set_threads(transcriber, 2, NULL), ==, QUILL_OK);
    struct heard again = hear(transcriber);
    g_assert_cmpuint(quill_transcriber_get_steps(transcriber, second, MAX_STEPS), ==, n);
    for (unsigned i = 0; i < n; i++)
        g_assert_cmpuint(first[i].count, ==, second[i].count);
    g_assert_cmpint(quill_transcriber_set_trace(transcriber, NULL, NULL), ==, QUILL_OK);
    g_assert_cmpuint(quill_transcriber_get_steps(transcriber, second, MAX_STEPS), ==, 0);
    g_free(once.text);
    g_free(again.text);
    quill_transcriber_close(&transcriber);
    quill_model_close(&model);
}

static int by_start(const void *a, const void *b)
{
    const struct quill_trace_event *x = a, *y = b;
    if (x->start_ms != y->start_ms)
        return x->start_ms < y->start_ms ? -1 : 1;
    return (x->duration_ms < y->duration_ms) - (x->duration_ms > y->duration_ms);
}

/* Events of each track lie within each other or apart. Returns how many are on tracks of their own. */
static size_t assert_nested(const struct quill_trace_event *events, size_t n, unsigned last_track)
{
    struct quill_trace_event *sorted = g_memdup2(events, n * sizeof *events);
    size_t n_others = 0;
    qsort(sorted, n, sizeof *sorted, by_start);
    for (unsigned track = 0; track <= last_track; track++) {
        double ends[16];
        size_t depth = 0;
        for (size_t i = 0; i < n; i++) {
            const double end = sorted[i].start_ms + sorted[i].duration_ms;
            if (sorted[i].track != track)
                continue;
            n_others += track > 0;
            while (depth > 0 && ends[depth - 1] <= sorted[i].start_ms + 1e-9)
                depth--;
            if (depth > 0 && end > ends[depth - 1] + 1e-9)
                g_error("%s/%s begins within another event and ends %g ms after it", sorted[i].group, sorted[i].name,
                        end - ends[depth - 1]);
            g_assert_cmpuint(depth, <, G_N_ELEMENTS(ends));
            ends[depth++] = end;
        }
    }
    for (size_t i = 0; i < n; i++)
        g_assert_cmpuint(sorted[i].track, <=, last_track);
    g_free(sorted);
    return n_others;
}

static void recordings_together_have_tracks_of_their_own(void)
{
    const struct quill_trace_event *events;
    struct quill_model *model = bundled_model();
    struct quill_settings settings;
    struct quill_transcriber *transcriber = NULL;
    struct quill_recording recordings[3] = {0};
    float *sound[3];
    size_t n_lost;
    quill_settings_init(&settings);
    settings.n_threads = 1;
    settings.n_together = 3;
    g_assert_cmpint(quill_transcriber_open(&transcriber, model, &settings, NULL), ==, QUILL_OK);
    quill_transcriber_set_trace(transcriber, &all_events, NULL);
    for (gsize i = 0; i < 3; i++) {
        sound[i] = bundled_sound("002-flite-rms.flac", &recordings[i].n);
        recordings[i].samples = sound[i];
    }
    quill_transcribe_together(transcriber, recordings, 3);
    const size_t n = quill_transcriber_get_events(transcriber, &events, &n_lost);
    g_assert_cmpuint(n_lost, ==, 0);
    g_assert_cmpuint(assert_nested(events, n, 3), >=, 3);
    for (gsize i = 0; i < 3; i++) {
        g_assert_cmpint(recordings[i].status, ==, QUILL_OK);
        quill_result_free(&recordings[i].result);
        g_free(sound[i]);
    }
    quill_transcriber_close(&transcriber);
    quill_model_close(&model);
}

static void events_lie_within_the_run_and_nest(void)
{
    const struct quill_trace_event *events;
    struct quill_model *model = bundled_model();
    struct quill_transcriber *transcriber = bundled_transcriber(model, 2);
    size_t n_lost;
    quill_transcriber_set_trace(transcriber, &all_events, NULL);
    const double begin_ms = quill_now_ms();
    struct heard heard = hear(transcriber);
    const double end_ms = quill_now_ms();
    const size_t n = quill_transcriber_get_events(transcriber, &events, &n_lost);
    g_assert_cmpuint(n_lost, ==, 0);
    g_assert_cmpuint(n, >, 100);
    assert_nested(events, n, 0);
    double encode_begin = 0, encode_end = 0, last_end = begin_ms;
    for (size_t i = 0; i < n; i++) {
        const double end = events[i].start_ms + events[i].duration_ms;
        g_assert_cmpfloat(events[i].start_ms, >=, begin_ms);
        g_assert_cmpfloat(events[i].duration_ms, >=, 0);
        g_assert_cmpfloat(end, <=, end_ms + 1e-6);
        g_assert_cmpfloat(end, >=, last_end - 1e-6); /* in order of their ends */
        last_end = end;
        if (strcmp(events[i].group, "run") == 0 && strcmp(events[i].name, "encode") == 0) {
            encode_begin = events[i].start_ms;
            encode_end = end;
        }
    }
    for (size_t i = 0; i < n && heard.timings.n_windows == 1; i++)
        if (strcmp(events[i].group, "encoder") == 0) {
            g_assert_cmpfloat(events[i].start_ms, >=, encode_begin);
            g_assert_cmpfloat(events[i].start_ms + events[i].duration_ms, <=, encode_end);
        }
    g_free(heard.text);
    quill_transcriber_close(&transcriber);
    quill_model_close(&model);
}

static void full_buffer_loses_the_newest_and_counts_them(void)
{
    const struct quill_trace_event *events;
    struct quill_trace *trace = NULL;
    size_t n_lost;
    g_assert_cmpint(quill_trace_open(&trace, &(struct quill_trace_settings){.max_events = 2}, NULL), ==, QUILL_OK);
    quill_trace_mark(trace);
    quill_trace_lap(trace, QUILL_TRACE_MEL);
    quill_trace_lap(trace, QUILL_TRACE_SEARCH);
    quill_trace_lap(trace, QUILL_TRACE_VOCABULARY);
    g_assert_cmpuint(quill_trace_events(trace, &events, &n_lost), ==, 2);
    g_assert_cmpuint(n_lost, ==, 1);
    g_assert_cmpstr(events[1].name, ==, "search");
    quill_trace_reset(trace);
    g_assert_cmpuint(quill_trace_events(trace, &events, &n_lost), ==, 0);
    g_assert_cmpuint(n_lost, ==, 0);
    quill_trace_close(&trace);
    g_assert_null(trace);
    quill_trace_close(&trace);
}

static void short_events_are_summed_but_not_kept(void)
{
    const struct quill_trace_event *events;
    struct quill_step steps[MAX_STEPS];
    struct quill_trace *trace = NULL;
    size_t n_lost;
    const struct quill_trace_settings settings = {.max_events = 8, .min_event_ms = 5};
    g_assert_cmpint(quill_trace_open(&trace, &settings, NULL), ==, QUILL_OK);
    quill_trace_span(trace, QUILL_TRACE_MEL, quill_now_ms() - 1);
    quill_trace_span(trace, QUILL_TRACE_MEL, quill_now_ms() - 10);
    const unsigned n = quill_trace_steps(trace, steps, MAX_STEPS);
    g_assert_cmpuint(find(steps, n, "audio", "mel")->count, ==, 2);
    g_assert_cmpfloat(find(steps, n, "audio", "mel")->total_ms, >=, 11);
    g_assert_cmpuint(quill_trace_events(trace, &events, &n_lost), ==, 1);
    g_assert_cmpuint(n_lost, ==, 0);
    quill_trace_close(&trace);
}

static void without_a_recorder_nothing_happens(void)
{
    quill_trace_mark(NULL);
    quill_trace_lap(NULL, QUILL_TRACE_MEL);
    quill_trace_span(NULL, QUILL_TRACE_MEL, 0);
}

static void no_memory_leaves_the_old_recorder(void)
{
    struct quill_step steps[MAX_STEPS];
    struct quill_error err = {0};
    struct quill_model *model = bundled_model();
    struct quill_transcriber *transcriber = bundled_transcriber(model, 1);
    quill_transcriber_set_trace(transcriber, &all_events, NULL);
    for (unsigned long n = 1; n <= 2; n++) {
        quill_alloc_fail_at(n);
        g_assert_cmpint(quill_transcriber_set_trace(transcriber, &all_events, &err), ==, QUILL_ERR_NOMEM);
        quill_alloc_fail_at(0);
        g_assert_cmpuint(quill_transcriber_get_steps(transcriber, steps, MAX_STEPS), >, 0);
    }
    const struct quill_trace_settings endless = {.max_events = SIZE_MAX / 8};
    g_assert_cmpint(quill_transcriber_set_trace(transcriber, &endless, &err), ==, QUILL_ERR_NOMEM);
    quill_transcriber_close(&transcriber);
    quill_model_close(&model);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/trace/recording-changes-neither-text-nor-allocations",
                    recording_changes_neither_text_nor_allocations);
    g_test_add_func("/trace/laps-add-up-to-the-timings-of-the-run", laps_add_up_to_the_timings_of_the_run);
    g_test_add_func("/trace/work-is-what-the-dimensions-say", work_is_what_the_dimensions_say);
    g_test_add_func("/trace/each-run-begins-anew-also-with-other-threads",
                    each_run_begins_anew_also_with_other_threads);
    g_test_add_func("/trace/events-lie-within-the-run-and-nest", events_lie_within_the_run_and_nest);
    g_test_add_func("/trace/recordings-together-have-tracks-of-their-own",
                    recordings_together_have_tracks_of_their_own);
    g_test_add_func("/trace/full-buffer-loses-the-newest-and-counts-them",
                    full_buffer_loses_the_newest_and_counts_them);
    g_test_add_func("/trace/short-events-are-summed-but-not-kept", short_events_are_summed_but_not_kept);
    g_test_add_func("/trace/without-a-recorder-nothing-happens", without_a_recorder_nothing_happens);
    g_test_add_func("/trace/no-memory-leaves-the-old-recorder", no_memory_leaves_the_old_recorder);
    return g_test_run();
}
