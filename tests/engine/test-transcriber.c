/* Whole recordings: windows, parameters, callbacks, errors; with the bundled model, and with small made-up
 * ones where it takes another vocabulary. */
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "bundled.h"
#include "text/tokenizer.h"
#include "tiny-model.h"

#define SHORT "002-flite-rms.flac"

struct fixture {
    struct quill_model *model;
    struct quill_transcriber *transcriber;
    struct quill_params params;
    float *sound;
    size_t n;
};

static void set_up(struct fixture *f, const void *unused)
{
    f->model = bundled_model();
    f->transcriber = bundled_transcriber(f->model, 2);
    f->sound = bundled_sound(SHORT, &f->n);
    quill_params_init(&f->params);
    f->params.audio_ctx = 200; /* 4 s: cheap, and the recording fits */
    f->params.temperature_increment = 0.0f;
}

static void tear_down(struct fixture *f, const void *unused)
{
    g_free(f->sound);
    quill_transcriber_close(&f->transcriber);
    g_assert_null(f->transcriber);
    quill_transcriber_close(&f->transcriber);
    quill_model_close(&f->model);
}

static struct quill_result *transcribe(struct fixture *f, const float *sound, size_t n)
{
    struct quill_error err = {0};
    struct quill_result *result = NULL;
    quill_transcribe(f->transcriber, sound, n, &f->params, &result, &err);
    g_assert_cmpstr(err.message, ==, "");
    g_assert_nonnull(result);
    return result;
}

static void assert_fails(struct fixture *f, enum quill_status code, const char *said)
{
    struct quill_error err = {0};
    struct quill_result *result = NULL;
    g_assert_cmpint(quill_transcribe(f->transcriber, f->sound, f->n, &f->params, &result, &err), ==, code);
    g_assert_cmpint(err.code, ==, code);
    g_test_message("%s", err.message);
    g_assert_nonnull(strstr(err.message, said));
    g_assert_null(result);
}

static char *transcribe_and_describe(struct fixture *f, const float *sound, size_t n)
{
    struct quill_result *result = transcribe(f, sound, n);
    char *text = bundled_describe (result);
    quill_result_free(&result);
    g_assert_null(result);
    quill_result_free(&result);
    return text;
}

/* ---- what is heard
 * ------------------------------------------------------------------------------------------ */

static void speech_becomes_segments_with_facts(struct fixture *f, const void *unused)
{
    struct quill_result *result = transcribe(f, f->sound, f->n);
    g_assert_cmpuint(result->n_segments, >=, 1);
    g_assert_cmpstr(result->language, ==, "en");
    g_assert_cmpuint(result->timings.n_windows, ==, 1);
    g_assert_cmpuint(result->timings.n_tokens, >, 2);
    g_assert_cmpfloat(result->timings.total_ms, >, 0.0);
    const struct quill_segment *segment = &result->segments[0];
    g_assert_cmpint(segment->text[0], ==, ' ');
    g_assert_cmpuint(strlen(segment->text), >, 5);
    g_assert_cmpint(segment->start_ms, <, segment->end_ms);
    g_assert_cmpint(segment->end_ms, <=, (int64_t)f->n / 16);
    g_assert_cmpfloat(segment->avg_logprob, <, 0.0f);
    g_assert_cmpfloat(segment->avg_logprob, >, -5.0f);
    g_assert_cmpfloat(segment->no_speech_prob, <, 0.5f);
    g_assert_cmpfloat(segment->compression_ratio, >, 0.3f);
    g_assert_cmpfloat(segment->temperature, ==, 0.0f);
    quill_result_free(&result);
}

static void result_is_the_same_for_any_number_of_threads(struct fixture *f, const void *unused)
{
    g_autofree char *expected = transcribe_and_describe(f, f->sound, f->n);
    for (unsigned n = 1; n <= 7; n += 2) {
        g_assert_cmpint(quill_transcriber_set_threads(f->transcriber, n, NULL), ==, QUILL_OK);
        g_assert_cmpuint(quill_transcriber_n_threads(f->transcriber), ==, n);
        g_autofree char *text = transcribe_and_describe(f, f->sound, f->n);
        g_assert_cmpstr(text, ==, expected);
    }
}

static void runs_do_not_depend_on_those_before(struct fixture *f, const void *unused)
{
    g_autofree char *expected = transcribe_and_describe(f, f->sound, f->n);
    f->params.initial_prompt = "Something quite different, said Dorothy.";
    g_autofree char *prompted = transcribe_and_describe(f, f->sound, f->n);
    f->params.initial_prompt = NULL;
    f->params.timestamps = false;
    g_free(transcribe_and_describe(f, f->sound, f->n / 2));
    f->params.timestamps = true;
    g_autofree char *again = transcribe_and_describe(f, f->sound, f->n);
    g_assert_cmpstr(again, ==, expected);
    g_assert_cmpstr(prompted, !=, expected);
}

static void windows_follow_each_other_to_the_end(struct fixture *f, const void *unused)
{
    size_t n;
    g_autofree float *sound = bundled_sound("tts-3min.flac", &n);
    n = 17 * QUILL_SAMPLE_RATE + 800; /* four windows of 4 s and 1.05 s */
    f->params.timestamps = false;
    f->params.no_speech_threshold = 1.0f;
    struct quill_result *result = transcribe(f, sound, n);
    g_assert_cmpuint(result->timings.n_windows, ==, 5);
    g_assert_cmpuint(result->n_segments, ==, 5);
    for (size_t i = 0; i < 5; i++) {
        g_assert_cmpint(result->segments[i].start_ms, ==, (int64_t)i * 4000);
        g_assert_cmpint(result->segments[i].end_ms, ==, i < 4 ? (int64_t)(i + 1) * 4000 : 17050);
    }
    quill_result_free(&result);
}

static void long_recording_has_ordered_times_within_it(struct fixture *f, const void *unused)
{
    size_t n;
    g_autofree float *sound = bundled_sound("tts-3min.flac", &n);
    n = 60 * QUILL_SAMPLE_RATE;
    f->params.audio_ctx = 500;
    struct quill_result *result = transcribe(f, sound, n);
    g_assert_cmpuint(result->timings.n_windows, >=, 6);
    int64_t last_ms = 0;
    for (size_t i = 0; i < result->n_segments; i++) {
        g_assert_cmpint(result->segments[i].start_ms, >=, last_ms);
        g_assert_cmpint(result->segments[i].end_ms, >=, result->segments[i].start_ms);
        last_ms = result->segments[i].end_ms;
    }
    g_assert_cmpint(last_ms, <=, 60000);
    quill_result_free(&result);
}

/* The clamp of the log-mel hangs on the loudest part of the recording, wherever it is: noise in the second
 * window changes what the first one looks like, noise as loud as its speech does not. */
static void loudness_elsewhere_changes_the_clamp(struct fixture *f, const void *unused)
{
    const size_t window = 4 * QUILL_SAMPLE_RATE;
    g_autofree float *sound = g_new0(float, 2 * window);
    for (size_t i = 0; i < f->n && i < window; i++)
        sound[i] = f->sound[i] * 0.01f;
    g_autofree char *quiet = transcribe_and_describe(f, sound, 2 * window);
    for (size_t i = window; i < 2 * window; i++)
        sound[i] = 0.9f * tiny_noise("clamp", i);
    g_autofree char *loud = transcribe_and_describe(f, sound, 2 * window);
    g_auto(GStrv) before = g_strsplit(quiet, "\n", 3), after = g_strsplit(loud, "\n", 3);
    g_assert_cmpstr(before[1], !=, after[1]);
}

static void previous_text_is_the_prompt_only_when_wanted(struct fixture *f, const void *unused)
{
    const size_t window = 4 * QUILL_SAMPLE_RATE;
    g_autofree float *twice = g_new0(float, 2 * window);
    memcpy(twice, f->sound, f->n * sizeof *twice);
    memcpy(twice + window, f->sound, f->n * sizeof *twice);
    f->params.timestamps = false;
    f->params.condition_on_previous = false;
    struct quill_result *result = transcribe(f, twice, 2 * window);
    g_assert_cmpuint(result->n_segments, ==, 2);
    const float alone = result->segments[0].avg_logprob, apart = result->segments[1].avg_logprob;
    quill_result_free(&result);
    f->params.condition_on_previous = true;
    result = transcribe(f, twice, 2 * window);
    g_assert_cmpuint(result->n_segments, ==, 2);
    g_assert_cmpfloat(result->segments[0].avg_logprob, ==, alone);
    g_assert_cmpfloat(result->segments[1].avg_logprob, !=, apart);
    quill_result_free(&result);
}

/* The same sound with silence around it in two windows, which then differ only by what they are told. */
static char *describe_twice(struct fixture *f, float *first, float *second)
{
    const size_t window = 4 * QUILL_SAMPLE_RATE, begin = QUILL_SAMPLE_RATE / 10;
    g_autofree float *twice = g_new0(float, 2 * window);
    g_assert_cmpuint(f->n, <, window - 2 * begin);
    memcpy(twice + begin, f->sound, f->n * sizeof *twice);
    memcpy(twice + window + begin, f->sound, f->n * sizeof *twice);
    f->params.timestamps = false;
    struct quill_result *result = transcribe(f, twice, 2 * window);
    g_assert_cmpuint(result->n_segments, ==, 2);
    *first = result->segments[0].avg_logprob;
    *second = result->segments[1].avg_logprob;
    char *text = g_strdup(result->segments[0].text);
    quill_result_free(&result);
    return text;
}

static void carried_prompt_is_told_to_each_window(struct fixture *f, const void *unused)
{
    float alone, first, second, both;
    g_free(describe_twice(f, &alone, &second));
    f->params.initial_prompt = "Something quite different, said Dorothy.";
    f->params.condition_on_previous = false;
    g_free(describe_twice(f, &first, &second));
    g_assert_cmpfloat(first, !=, alone);
    g_assert_cmpfloat(second, ==, alone);
    f->params.carry_initial_prompt = true;
    g_free(describe_twice(f, &first, &second));
    g_assert_cmpfloat(first, !=, alone);
    g_assert_cmpfloat(second, ==, first);

    /* What was said comes behind it: a word, which is encoded as it was chosen, as one token. */
    f->params.condition_on_previous = true;
    f->params.max_tokens = 1;
    g_autofree char *text = describe_twice(f, &first, &second);
    g_assert_cmpfloat(second, !=, first);
    g_autofree char *joined = g_strconcat(f->params.initial_prompt, text, NULL);
    f->params.initial_prompt = joined;
    f->params.carry_initial_prompt = false;
    g_free(describe_twice(f, &both, &first));
    g_assert_cmpfloat(second, ==, both);
}

static void context_is_limited_to_its_last_tokens(struct fixture *f, const void *unused)
{
    float alone, first, second, short_first, short_second;
    g_free(describe_twice(f, &alone, &second));
    f->params.initial_prompt = "one two three four";
    f->params.max_context = 0;
    g_free(describe_twice(f, &first, &second));
    g_assert_cmpfloat(first, ==, alone);
    g_assert_cmpfloat(second, ==, alone);

    f->params.max_context = 2;
    g_free(describe_twice(f, &first, &second));
    g_assert_cmpfloat(first, !=, alone);
    g_assert_cmpfloat(second, !=, first);
    f->params.initial_prompt = "three four";
    g_free(describe_twice(f, &short_first, &short_second));
    g_assert_cmpfloat(first, ==, short_first);
    g_assert_cmpfloat(second, ==, short_second);
    f->params.carry_initial_prompt = true; /* then there is room for nothing else */
    g_free(describe_twice(f, &first, &second));
    g_assert_cmpfloat(first, ==, short_first);
    g_assert_cmpfloat(second, ==, first);
    f->params.initial_prompt = "one two three four";
    g_free(describe_twice(f, &first, &second));
    g_assert_cmpfloat(second, ==, short_first);
}

/* Text of a window that took a temperature above 0.5 is not to be relied on. */
static void text_of_hot_tries_is_no_prompt(struct fixture *f, const void *unused)
{
    for (unsigned i = 0; i < 2; i++) {
        float first, told, second, untold;
        f->params.temperature = i ? 0.6f : 0.5f;
        f->params.condition_on_previous = true;
        g_free(describe_twice(f, &first, &told));
        f->params.condition_on_previous = false;
        g_free(describe_twice(f, &second, &untold));
        g_assert_cmpfloat(first, ==, second);
        g_assert_true((told == untold) == (i == 1));
    }
}

static void prompts_of_any_length_are_taken(struct fixture *f, const void *unused)
{
    g_autofree char *long_word = g_strnfill(100000, 'a');
    GString *sentences = g_string_new(NULL);
    for (int i = 0; i < 3000; i++)
        g_string_append(sentences, "Oil my neck first. ");
    const char *const prompts[] = {"", "   ", "Hm.", "\xff\xfe broken \xc3", long_word, sentences->str};
    for (size_t i = 0; i < G_N_ELEMENTS(prompts); i++) {
        f->params.initial_prompt = prompts[i];
        g_free(transcribe_and_describe(f, f->sound, f->n));
    }
    /* Only the end of a long prompt counts. */
    f->params.initial_prompt = sentences->str;
    g_autofree char *expected = transcribe_and_describe(f, f->sound, f->n);
    sentences->str[0] = 'A';
    g_autofree char *same = transcribe_and_describe(f, f->sound, f->n);
    sentences->str[sentences->len - 5] = '!';
    g_autofree char *other = transcribe_and_describe(f, f->sound, f->n);
    g_assert_cmpstr(same, ==, expected);
    g_assert_cmpstr(other, !=, expected);
    g_string_free(sentences, TRUE);
}

static void prompt_without_a_word_is_none(struct fixture *f, const void *unused)
{
    static const char *const prompts[] = {"", " \n "};
    g_autofree char *expected = transcribe_and_describe(f, f->sound, f->n);
    for (size_t i = 0; i < G_N_ELEMENTS(prompts); i++) {
        f->params.initial_prompt = prompts[i];
        g_autofree char *text = transcribe_and_describe(f, f->sound, f->n);
        g_assert_cmpstr(text, ==, expected);
    }
}

/* A token that a pattern matches is never chosen, at no temperature and by no search. */
static void suppressed_text_is_not_written(struct fixture *f, const void *unused)
{
    f->params.timestamps = false;
    f->params.no_speech_threshold = 1.0f;
    for (unsigned i = 0; i < 2; i++) {
        f->params.temperature = (float)i;
        f->params.suppress_regex = NULL;
        g_autofree char *expected = transcribe_and_describe(f, f->sound, f->n);
        f->params.suppress_regex = ".*[eE].*";
        struct quill_result *result = transcribe(f, f->sound, f->n);
        g_assert_cmpuint(result->n_segments, ==, 1);
        g_assert_cmpuint(strlen(result->segments[0].text), >, 3);
        g_assert_null(strpbrk(result->segments[0].text, "eE"));
        quill_result_free(&result);
        f->params.suppress_regex = NULL;
        g_autofree char *again = transcribe_and_describe(f, f->sound, f->n);
        g_assert_cmpstr(again, ==, expected);
    }
    f->params.suppress_regex = ".*"; /* all text */
    struct quill_result *result = transcribe(f, f->sound, f->n);
    g_assert_cmpuint(result->n_segments, ==, 0);
    quill_result_free(&result);
}

/* A window that may end before it begins is over, whether it says something or not. */
static void window_may_be_empty_when_asked_for(struct fixture *f, const void *unused)
{
    g_autofree float *silence = g_new0(float, 4 * QUILL_SAMPLE_RATE);
    f->params.timestamps = false;
    f->params.suppress_blank = false;
    f->params.suppress_regex = ".*";
    struct quill_result *result = transcribe(f, silence, 4 * QUILL_SAMPLE_RATE);
    g_assert_cmpuint(result->n_segments, ==, 0);
    g_assert_cmpuint(result->timings.n_windows, ==, 1);
    g_assert_cmpuint(result->timings.n_tokens, ==, 0);
    quill_result_free(&result);
}

/* ---- fallback and silence
 * ------------------------------------------------------------------------------------- */

static void failed_tries_climb_the_temperatures(struct fixture *f, const void *unused)
{
    f->params.temperature_increment = 0.2f;
    f->params.logprob_threshold = 0.0f; /* nothing is that likely */
    f->params.no_speech_threshold = 1.0f;
    struct quill_result *result = transcribe(f, f->sound, f->n);
    g_assert_cmpuint(result->timings.n_fallbacks, ==, 5);
    g_assert_cmpuint(result->n_segments, >=, 1);
    g_assert_cmpfloat_with_epsilon(result->segments[0].temperature, 1.0f, 1e-6f);
    g_autofree char *first = bundled_describe (result);
    quill_result_free(&result);
    g_autofree char *same_seed = transcribe_and_describe(f, f->sound, f->n);
    g_assert_cmpstr(same_seed, ==, first);
    f->params.seed = 1;
    g_autofree char *other_seed = transcribe_and_describe(f, f->sound, f->n);
    g_assert_cmpstr(other_seed, !=, first);

    f->params.logprob_threshold = -INFINITY;
    f->params.compression_ratio_threshold = 0.1f; /* any text is that repetitive */
    result = transcribe(f, f->sound, f->n);
    g_assert_cmpuint(result->timings.n_fallbacks, ==, 5);
    quill_result_free(&result);
    f->params.compression_ratio_threshold = 0.0f;
    result = transcribe(f, f->sound, f->n);
    g_assert_cmpuint(result->timings.n_fallbacks, ==, 0);
    quill_result_free(&result);
}

static void silent_windows_are_skipped(struct fixture *f, const void *unused)
{
    f->params.no_speech_threshold = 0.0f;
    f->params.logprob_threshold = 0.0f;
    struct quill_result *result = transcribe(f, f->sound, f->n);
    g_assert_cmpuint(result->n_segments, ==, 0);
    g_assert_cmpuint(result->timings.n_windows, ==, 1);
    quill_result_free(&result);
    f->params.logprob_threshold = -INFINITY; /* no-speech alone decides */
    result = transcribe(f, f->sound, f->n);
    g_assert_cmpuint(result->n_segments, ==, 0);
    quill_result_free(&result);
    f->params.logprob_threshold = -50.0f; /* likely enough to be speech after all */
    result = transcribe(f, f->sound, f->n);
    g_assert_cmpuint(result->n_segments, >=, 1);
    quill_result_free(&result);
}

/* ---- odd sound
 * -------------------------------------------------------------------------------------------------- */

static void too_little_sound_gives_no_segments(struct fixture *f, const void *unused)
{
    const size_t lengths[] = {0, 1, 160, 1599};
    for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++) {
        struct quill_result *result = transcribe(f, f->sound, lengths[i]);
        g_assert_cmpuint(result->n_segments, ==, 0);
        g_assert_cmpuint(result->timings.n_windows, ==, 0);
        quill_result_free(&result);
    }
    struct quill_result *result = transcribe(f, NULL, 0);
    g_assert_cmpuint(result->n_segments, ==, 0);
    quill_result_free(&result);
}

static void tenth_of_a_second_is_looked_at(struct fixture *f, const void *unused)
{
    struct quill_result *result = transcribe(f, f->sound, 1600);
    g_assert_cmpuint(result->timings.n_windows, ==, 1);
    for (size_t i = 0; i < result->n_segments; i++)
        g_assert_cmpint(result->segments[i].end_ms, <=, 100);
    quill_result_free(&result);
}

static void rest_too_short_for_a_word_is_left(struct fixture *f, const void *unused)
{
    g_autofree float *sound = g_new0(float, 4 * QUILL_SAMPLE_RATE + 1600);
    memcpy(sound, f->sound, f->n * sizeof *sound);
    f->params.timestamps = false;
    struct quill_result *result = transcribe(f, sound, 4 * QUILL_SAMPLE_RATE + 1599);
    g_assert_cmpuint(result->timings.n_windows, ==, 1);
    quill_result_free(&result);
    result = transcribe(f, sound, 4 * QUILL_SAMPLE_RATE + 1600);
    g_assert_cmpuint(result->timings.n_windows, ==, 2);
    quill_result_free(&result);
}

static void broken_samples_count_as_silence(struct fixture *f, const void *unused)
{
    g_autofree float *zeros = g_new0(float, f->n), *broken = g_new(float, f->n);
    const float odd[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < f->n; i++)
        broken[i] = odd[i % 3];
    g_autofree char *expected = transcribe_and_describe(f, zeros, f->n);
    g_autofree char *text = transcribe_and_describe(f, broken, f->n);
    g_assert_cmpstr(text, ==, expected);
    for (size_t i = 0; i < f->n; i++)
        broken[i] = i % 2 ? 3e38f : -3e38f; /* finite, but not its power */
    g_free(transcribe_and_describe(f, broken, f->n));
}

/* ---- requests that cannot be met
 * -------------------------------------------------------------------------------- */

static void impossible_requests_say_what_is_possible(struct fixture *f, const void *unused)
{
    f->params.language = "klingon";
    assert_fails(f, QUILL_ERR_INVALID, "use auto or en");
    f->params.language = "Ein sehr langer Namen über alles";
    assert_fails(f, QUILL_ERR_INVALID, "“Ein sehr langer Namen ”"); /* cut between characters */
    f->params.language = "\xff";
    assert_fails(f, QUILL_ERR_INVALID, "“”");
    f->params.language = "de";
    assert_fails(f, QUILL_ERR_UNSUPPORTED, "German");
    f->params.language = "en";
    f->params.translate = true;
    assert_fails(f, QUILL_ERR_UNSUPPORTED, "translate");
    f->params.translate = false;
    f->params.audio_ctx = 1501;
    assert_fails(f, QUILL_ERR_INVALID, "1501");
    f->params.audio_ctx = 200;
    f->params.temperature = NAN;
    assert_fails(f, QUILL_ERR_INVALID, "temperature");
    f->params.temperature = 0.0f;
    f->params.temperature_increment = -0.2f;
    assert_fails(f, QUILL_ERR_INVALID, "increment");
    f->params.temperature_increment = 0.0f;
    float *sound = f->sound;
    f->sound = NULL;
    assert_fails(f, QUILL_ERR_INVALID, "samples");
    f->sound = sound;
    static const char *const english[] = {"English", "EN", "auto", "", NULL};
    for (size_t i = 0; i < G_N_ELEMENTS(english); i++) {
        f->params.language = english[i];
        g_free(transcribe_and_describe(f, f->sound, f->n));
    }
}

static void absurd_thread_counts_are_refused(struct fixture *f, const void *unused)
{
    struct quill_error err = {0};
    struct quill_settings settings;
    struct quill_transcriber *transcriber = NULL;
    quill_settings_init(&settings);
    settings.n_threads = QUILL_MAX_THREADS + 1;
    g_assert_cmpint(quill_transcriber_open(&transcriber, f->model, &settings, &err), ==, QUILL_ERR_INVALID);
    g_assert_nonnull(strstr(err.message, "257"));
    g_assert_null(transcriber);
    g_assert_cmpint(quill_transcriber_set_threads(f->transcriber, 4000000000u, &err), ==, QUILL_ERR_INVALID);
    g_assert_cmpuint(quill_transcriber_n_threads(f->transcriber), ==, 2);
    g_assert_cmpint(quill_transcriber_set_threads(f->transcriber, 0, &err), ==, QUILL_OK);
    g_assert_cmpuint(quill_transcriber_n_threads(f->transcriber), >=, 1);
    g_assert_cmpuint(quill_transcriber_n_threads(f->transcriber), <=, quill_usable_cpus());
}

/* ---- callbacks
 * ---------------------------------------------------------------------------------------------------- */

struct heard {
    unsigned n_progress, n_segments, n_polls, cancel_at;
    int64_t done_ms, total_ms;
    GString *text;
};

static void hear_progress(void *user, int64_t done_ms, int64_t total_ms)
{
    struct heard *h = user;
    g_assert_cmpint(done_ms, >=, h->done_ms);
    h->done_ms = done_ms;
    h->total_ms = total_ms;
    h->n_progress++;
}

static void hear_segment(void *user, const struct quill_segment *segment)
{
    struct heard *h = user;
    g_string_append(h->text, segment->text);
    h->n_segments++;
}

static bool hear_poll(void *user)
{
    struct heard *h = user;
    return ++h->n_polls == h->cancel_at;
}

static void callbacks_tell_segments_and_progress(struct fixture *f, const void *unused)
{
    struct heard heard = {.text = g_string_new(NULL)};
    GString *text = g_string_new(NULL);
    f->params.progress = hear_progress;
    f->params.segment = hear_segment;
    f->params.user = &heard;
    f->params.audio_ctx = 100;
    f->params.timestamps = false;
    struct quill_result *result = transcribe(f, f->sound, f->n);
    for (size_t i = 0; i < result->n_segments; i++)
        g_string_append(text, result->segments[i].text);
    g_assert_cmpuint(heard.n_segments, ==, result->n_segments);
    g_assert_cmpstr(heard.text->str, ==, text->str);
    g_assert_cmpuint(heard.n_progress, ==, result->timings.n_windows);
    g_assert_cmpint(heard.done_ms, ==, (int64_t)f->n / 16);
    g_assert_cmpint(heard.total_ms, ==, (int64_t)f->n / 16);
    quill_result_free(&result);
    g_string_free(heard.text, TRUE);
    g_string_free(text, TRUE);
}

static void cancelling_works_at_every_poll(struct fixture *f, const void *unused)
{
    struct heard heard = {0};
    f->params.cancelled = hear_poll;
    f->params.user = &heard;
    f->params.audio_ctx = 50;
    f->params.max_tokens = 4;
    const size_t n = 2 * QUILL_SAMPLE_RATE;
    g_free(transcribe_and_describe(f, f->sound, n));
    const unsigned n_polls = heard.n_polls;
    g_assert_cmpuint(n_polls, >, 10);
    for (unsigned at = 1; at <= n_polls; at++) {
        struct quill_error err = {0};
        struct quill_result *result = NULL;
        heard = (struct heard){.cancel_at = at};
        g_assert_cmpint(quill_transcribe(f->transcriber, f->sound, n, &f->params, &result, &err), ==,
                        QUILL_ERR_CANCELLED);
        g_assert_null(result);
        g_assert_cmpuint(heard.n_polls, ==, at);
    }
}

/* ---- memory
 * ---------------------------------------------------------------------------------------------------------
 */

static void nothing_but_the_result_is_allocated(struct fixture *f, const void *unused)
{
    const unsigned long before = quill_alloc_count();
    struct quill_result *result = transcribe(f, f->sound, f->n);
    g_assert_cmpuint(result->n_segments, <=, 16); /* one array */
    g_assert_cmpuint(quill_alloc_count() - before, ==, 2 + result->n_segments);
    quill_result_free(&result);
}

static void each_failing_allocation_of_a_run_is_told(struct fixture *f, const void *unused)
{
    size_t n;
    g_autofree float *sound = bundled_sound("tts-3min.flac", &n);
    n = 17 * QUILL_SAMPLE_RATE; /* 17 windows of 1 s: the array of segments grows */
    f->params.audio_ctx = 50;
    f->params.timestamps = false;
    f->params.no_speech_threshold = 1.0f;
    f->params.max_tokens = 3;
    const unsigned long before = quill_alloc_count();
    struct quill_result *result = transcribe(f, sound, n);
    const unsigned long n_allocations = quill_alloc_count() - before;
    g_assert_cmpuint(result->n_segments, ==, 17);
    g_assert_cmpuint(n_allocations, ==, 1 + 2 + 17);
    quill_result_free(&result);
    for (unsigned long i = 1; i <= n_allocations; i++) {
        struct quill_error err = {0};
        quill_alloc_fail_at(i);
        g_assert_cmpint(quill_transcribe(f->transcriber, sound, n, &f->params, &result, &err), ==,
                        QUILL_ERR_NOMEM);
        quill_alloc_fail_at(0);
        g_assert_cmpint(err.code, ==, QUILL_ERR_NOMEM);
        g_assert_null(result);
    }
}

static void each_failing_allocation_of_opening_is_told(struct fixture *f, const void *unused)
{
    struct quill_settings settings;
    quill_settings_init(&settings);
    settings.n_threads = 2;
    struct quill_transcriber *transcriber = NULL;
    unsigned long n = 0;
    for (enum quill_status status = QUILL_ERR_NOMEM; status != QUILL_OK;) {
        struct quill_error err = {0};
        quill_alloc_fail_at(++n);
        status = quill_transcriber_open(&transcriber, f->model, &settings, &err);
        quill_alloc_fail_at(0);
        if (status != QUILL_OK) {
            g_assert_cmpint(status, ==, QUILL_ERR_NOMEM);
            g_assert_null(transcriber);
        }
    }
    g_assert_cmpuint(n, >, 6);
    quill_transcriber_close(&transcriber);

    /* The old threads stay when there is no memory for new ones. */
    g_autofree char *expected = transcribe_and_describe(f, f->sound, f->n);
    quill_alloc_fail_at(2);
    g_assert_cmpint(quill_transcriber_set_threads(f->transcriber, 3, NULL), ==, QUILL_ERR_NOMEM);
    quill_alloc_fail_at(0);
    g_assert_cmpuint(quill_transcriber_n_threads(f->transcriber), ==, 2);
    g_autofree char *text = transcribe_and_describe(f, f->sound, f->n);
    g_assert_cmpstr(text, ==, expected);
}

static void memory_is_known_before_it_is_used(struct fixture *f, const void *unused)
{
    struct quill_memory memory, more;
    struct quill_model_info info;
    quill_model_get_info(f->model, &info);
    quill_transcriber_get_memory(f->transcriber, &memory);
    g_assert_cmpuint(memory.encoder_output, ==,
                     (size_t)info.n_audio_ctx * info.n_audio_state * sizeof(float));
    /* The bundled model is a quantized one: a byte a number, and a float32 for each head's row. */
    g_assert_cmpuint(memory.kv_cache, ==,
                     2 * (info.n_text_state + info.n_text_head * sizeof(float)) * info.n_text_layer *
                         ((size_t)info.n_text_ctx + info.n_audio_ctx));
    g_assert_cmpuint(memory.weights, >, 0);
    g_assert_cmpuint(memory.embeddings, >, 0);
    g_assert_cmpint(quill_transcriber_set_threads(f->transcriber, 6, NULL), ==, QUILL_OK);
    quill_transcriber_get_memory(f->transcriber, &more);
    g_assert_cmpuint(more.working, >, memory.working);
    g_assert_cmpuint(more.kv_cache, ==, memory.kv_cache);
    g_assert_true(quill_transcriber_model(f->transcriber) == f->model);
    g_assert_nonnull(quill_transcriber_kernel_level(f->transcriber));
}

/* ---- other vocabularies
 * ------------------------------------------------------------------------------------------------ */

static struct quill_model *small_model(uint32_t n_vocab, uint32_t n_text_ctx)
{
    const struct tiny_spec spec = {.hparams = {.n_vocab = n_vocab,
                                               .n_audio_ctx = 100,
                                               .n_audio_state = 32,
                                               .n_audio_head = 2,
                                               .n_audio_layer = 1,
                                               .n_text_ctx = n_text_ctx,
                                               .n_text_state = 32,
                                               .n_text_head = 2,
                                               .n_text_layer = 1,
                                               .n_mels = 80},
                                   .type = QUILL_F32};
    struct quill_model *model = NULL;
    g_assert_cmpint(tiny_open(&model, &spec, NULL), ==, QUILL_OK);
    return model;
}

static void multilingual_models_detect_or_obey(void)
{
    struct fixture f = {.model = small_model(51865, 32)};
    f.transcriber = bundled_transcriber(f.model, 1);
    f.sound = bundled_sound(SHORT, &f.n);
    quill_params_init(&f.params);
    f.params.temperature_increment = 0.0f;
    g_assert_cmpuint(quill_model_n_languages(f.model), ==, 99);

    struct quill_result *detected = transcribe(&f, f.sound, f.n);
    g_assert_cmpint(quill_language_find(detected->language), >=, 0);
    f.params.language = detected->language;
    g_autofree char *expected = bundled_describe (detected),
                    *told = transcribe_and_describe (&f, f.sound, f.n);
    g_assert_cmpstr(told, ==, expected);

    f.params.language = g_str_equal(detected->language, "fr") ? "de" : "French";
    g_autofree char *other = transcribe_and_describe(&f, f.sound, f.n);
    g_assert_cmpstr(other, !=, expected);
    f.params.translate = true;
    g_autofree char *translated = transcribe_and_describe(&f, f.sound, f.n);
    g_assert_cmpstr(translated, !=, other);

    f.params.language = "yue"; /* the hundredth language */
    assert_fails(&f, QUILL_ERR_UNSUPPORTED, "Cantonese");
    f.params.language = "xx";
    assert_fails(&f, QUILL_ERR_INVALID, "en zh de es ru");
    assert_fails(&f, QUILL_ERR_INVALID, " jw su");

    f.params.language = NULL;
    struct quill_result *nothing = transcribe(&f, f.sound, 0);
    g_assert_cmpstr(nothing->language, ==, "");
    quill_result_free(&nothing);
    quill_result_free(&detected);
    g_free(f.sound);
    quill_transcriber_close(&f.transcriber);
    quill_model_close(&f.model);
}

static void models_that_cannot_transcribe_are_refused(void)
{
    static const struct {
        uint32_t n_vocab, n_text_ctx;
        const char *said;
    } cases[] = {{51864, 15, "text context"}, {60, 32, "vocabulary"}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct quill_error err = {0};
        struct quill_transcriber *transcriber = NULL;
        struct quill_model *model = small_model(cases[i].n_vocab, cases[i].n_text_ctx);
        g_assert_cmpint(quill_transcriber_open(&transcriber, model, NULL, &err), ==, QUILL_ERR_UNSUPPORTED);
        g_assert_nonnull(strstr(err.message, cases[i].said));
        g_assert_null(transcriber);
        quill_model_close(&model);
    }
}

/* The shortest text context that is taken has room for a prompt and a word. */
static void smallest_text_context_works(void)
{
    struct fixture f = {.model = small_model(51866, 16)};
    f.transcriber = bundled_transcriber(f.model, 1);
    f.sound = bundled_sound(SHORT, &f.n);
    quill_params_init(&f.params);
    f.params.initial_prompt = "One two three four five six seven eight nine ten.";
    f.params.max_tokens = 1000;
    f.params.timestamps = false;
    g_free(transcribe_and_describe(&f, f.sound, f.n));
    g_free(f.sound);
    quill_transcriber_close(&f.transcriber);
    quill_model_close(&f.model);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(path, fn) g_test_add("/transcriber/" path, struct fixture, NULL, set_up, fn, tear_down)
    ADD("speech-becomes-segments-with-facts", speech_becomes_segments_with_facts);
    ADD("result-is-the-same-for-any-number-of-threads", result_is_the_same_for_any_number_of_threads);
    ADD("runs-do-not-depend-on-those-before", runs_do_not_depend_on_those_before);
    ADD("windows-follow-each-other-to-the-end", windows_follow_each_other_to_the_end);
    ADD("long-recording-has-ordered-times-within-it", long_recording_has_ordered_times_within_it);
    ADD("loudness-elsewhere-changes-the-clamp", loudness_elsewhere_changes_the_clamp);
    ADD("previous-text-is-the-prompt-only-when-wanted", previous_text_is_the_prompt_only_when_wanted);
    ADD("carried-prompt-is-told-to-each-window", carried_prompt_is_told_to_each_window);
    ADD("context-is-limited-to-its-last-tokens", context_is_limited_to_its_last_tokens);
    ADD("text-of-hot-tries-is-no-prompt", text_of_hot_tries_is_no_prompt);
    ADD("prompts-of-any-length-are-taken", prompts_of_any_length_are_taken);
    ADD("prompt-without-a-word-is-none", prompt_without_a_word_is_none);
    ADD("suppressed-text-is-not-written", suppressed_text_is_not_written);
    ADD("window-may-be-empty-when-asked-for", window_may_be_empty_when_asked_for);
    ADD("failed-tries-climb-the-temperatures", failed_tries_climb_the_temperatures);
    ADD("silent-windows-are-skipped", silent_windows_are_skipped);
    ADD("too-little-sound-gives-no-segments", too_little_sound_gives_no_segments);
    ADD("tenth-of-a-second-is-looked-at", tenth_of_a_second_is_looked_at);
    ADD("rest-too-short-for-a-word-is-left", rest_too_short_for_a_word_is_left);
    ADD("broken-samples-count-as-silence", broken_samples_count_as_silence);
    ADD("impossible-requests-say-what-is-possible", impossible_requests_say_what_is_possible);
    ADD("absurd-thread-counts-are-refused", absurd_thread_counts_are_refused);
    ADD("callbacks-tell-segments-and-progress", callbacks_tell_segments_and_progress);
    ADD("cancelling-works-at-every-poll", cancelling_works_at_every_poll);
    ADD("nothing-but-the-result-is-allocated", nothing_but_the_result_is_allocated);
    ADD("each-failing-allocation-of-a-run-is-told", each_failing_allocation_of_a_run_is_told);
    ADD("each-failing-allocation-of-opening-is-told", each_failing_allocation_of_opening_is_told);
    ADD("memory-is-known-before-it-is-used", memory_is_known_before_it_is_used);
    g_test_add_func("/transcriber/multilingual-models-detect-or-obey", multilingual_models_detect_or_obey);
    g_test_add_func("/transcriber/models-that-cannot-transcribe-are-refused",
                    models_that_cannot_transcribe_are_refused);
    g_test_add_func("/transcriber/smallest-text-context-works", smallest_text_context_works);
    return g_test_run();
}
