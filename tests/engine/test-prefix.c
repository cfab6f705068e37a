/* Text that a recording is told to begin with. */
#include <math.h>
#include <string.h>

#include "bundled.h"

#define PREFIX "Well, then,"

struct fixture {
  struct quill_model *model;
  struct quill_transcriber *transcriber;
  struct quill_params params;
  float *samples;
  size_t n;
};

static void
set_up (struct fixture *f, const void *unused) {
  struct quill_settings settings;

  quill_settings_init (&settings);
  settings.n_threads = 2;
  settings.n_hypotheses = 3;
  settings.n_together = 2;
  settings.word_timestamps = true;
  f->model = bundled_model ();
  g_assert_cmpint (quill_transcriber_open (&f->transcriber, f->model, &settings, NULL), ==, QUILL_OK);
  f->samples = bundled_sound ("002-flite-rms.flac", &f->n);
  quill_params_init (&f->params);
  f->params.audio_ctx = 300;
  f->params.temperature_increment = 0;
}

static void
tear_down (struct fixture *f, const void *unused) {
  g_free (f->samples);
  quill_transcriber_close (&f->transcriber);
  quill_model_close (&f->model);
}

static struct quill_result *
hear (struct fixture *f) {
  struct quill_result *result = NULL;
  struct quill_error err = { 0 };

  quill_transcribe (f->transcriber, f->samples, f->n, &f->params, &result, &err);
  g_assert_cmpstr (err.message, ==, "");
  g_assert_cmpuint (result->n_segments, >, 0);
  return result;
}

/* However hypotheses are found, with times and without. What follows is still what was said, and whether
 * anything was does not depend on it. */
static void
text_begins_with_it_and_goes_on (struct fixture *f, const void *unused) {
  for (int way = 0; way < 6; way++) {
    f->params.timestamps = way % 2 == 0;
    f->params.beam_size = way / 2 == 1 ? 3 : 1;
    f->params.best_of = way / 2 == 2 ? 3 : 1;
    f->params.temperature = way / 2 == 2 ? 0.3f : 0.0f;
    f->params.prefix = NULL;
    struct quill_result *without = hear (f);
    f->params.prefix = "  " PREFIX "\n";
    struct quill_result *with = hear (f);
    const char *last = strrchr (without->segments[without->n_segments - 1].text, ' ');

    g_test_message ("%d: %s", way, with->segments[0].text);
    g_assert_true (g_str_has_prefix (with->segments[0].text, " " PREFIX));
    g_assert_cmpuint (strlen (with->segments[0].text), >, 2 * strlen (PREFIX));
    g_assert_cmpfloat (with->segments[0].no_speech_prob, >, 0);
    g_assert_cmpfloat_with_epsilon (with->segments[0].no_speech_prob, without->segments[0].no_speech_prob,
                                    1e-6);
    g_assert_true (way / 2 == 2 || g_str_has_suffix (with->segments[with->n_segments - 1].text, last));
    quill_result_free (&without);
    quill_result_free (&with);
  }
}

/* It is no guess, so nothing else is guessed in its place, and averages are of the rest. */
static void
its_words_are_certain (struct fixture *f, const void *unused) {
  f->params.word_timestamps = true;
  f->params.n_alternatives = 2;
  f->params.prefix = PREFIX;
  for (f->params.beam_size = 1; f->params.beam_size <= 3; f->params.beam_size += 2) {
    struct quill_result *result = hear (f);
    const struct quill_segment *segment = &result->segments[0];

    g_assert_cmpuint (segment->n_words, >, 4);
    for (size_t i = 0; i < 2; i++) {
      g_assert_cmpfloat (segment->words[i].probability, ==, 1);
      g_assert_cmpuint (segment->words[i].n_alternatives, ==, 0);
    }
    g_assert_cmpfloat (segment->words[3].probability, <, 1);
    g_assert_cmpuint (segment->words[3].n_alternatives, >, 0);
    quill_result_free (&result);
  }
}

/* Those that follow are as without. */
static void
only_the_first_window_begins_with_it (struct fixture *f, const void *unused) {
  const struct quill_clip twice[] = { { 0, 1500 }, { 1500, INT64_MAX } };
  f->params.prefix = PREFIX;
  f->params.clips = twice;
  f->params.n_clips = 2;
  f->params.condition_on_previous = false;
  struct quill_result *result = hear (f);
  unsigned n = 0;

  g_assert_cmpuint (result->timings.n_windows, >=, 2);
  for (size_t i = 0; i < result->n_segments; i++)
    n += strstr (result->segments[i].text, PREFIX) != NULL;
  g_assert_cmpuint (n, ==, 1);
  quill_result_free (&result);
}

static void
recordings_together_have_their_own (struct fixture *f, const void *unused) {
  struct quill_params params[2] = { f->params, f->params };
  struct quill_recording recordings[2]
      = { { f->samples, f->n, &params[0] }, { f->samples, f->n, &params[1] } };

  params[0].prefix = f->params.prefix = PREFIX;
  struct quill_result *alone = hear (f);
  g_autofree char *expected = bundled_describe (alone);
  quill_transcribe_together (f->transcriber, recordings, 2);
  g_autofree char *with = bundled_describe (recordings[0].result);
  g_assert_cmpstr (with, ==, expected);
  g_assert_null (strstr (recordings[1].result->segments[0].text, PREFIX));
  quill_result_free (&alone);
  for (int i = 0; i < 2; i++)
    quill_result_free (&recordings[i].result);
}

static void
white_space_is_none (struct fixture *f, const void *unused) {
  struct quill_result *result = hear (f);
  g_autofree char *without = bundled_describe (result);

  quill_result_free (&result);
  f->params.prefix = " \t\n";
  result = hear (f);
  g_autofree char *blank = bundled_describe (result);
  g_assert_cmpstr (blank, ==, without);
  quill_result_free (&result);
}

static void
too_long_ones_say_so (struct fixture *f, const void *unused) {
  g_autoptr (GString) text = g_string_new (NULL);
  struct quill_error err = { 0 };
  struct quill_result *result = NULL;

  for (int i = 0; i < 100; i++)
    g_string_append (text, "seven words are a little too many ");
  f->params.prefix = text->str;
  g_assert_cmpint (quill_transcribe (f->transcriber, f->samples, f->n, &f->params, &result, &err), ==,
                   QUILL_ERR_INVALID);
  g_assert_nonnull (strstr (err.message, "shorten it (tokens: 700, room: 109)"));
  g_assert_null (result);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
#define ADD(name, fn) g_test_add ("/prefix/" name, struct fixture, NULL, set_up, fn, tear_down)
  ADD ("text-begins-with-it-and-goes-on", text_begins_with_it_and_goes_on);
  ADD ("its-words-are-certain", its_words_are_certain);
  ADD ("only-the-first-window-begins-with-it", only_the_first_window_begins_with_it);
  ADD ("recordings-together-have-their-own", recordings_together_have_their_own);
  ADD ("white-space-is-none", white_space_is_none);
  ADD ("too-long-ones-say-so", too_long_ones_say_so);
  return g_test_run ();
}
