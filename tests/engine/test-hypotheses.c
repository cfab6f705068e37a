/* Beam search and the best of several samples, with the bundled model. */
#include <math.h>
#include <string.h>

#include "bundled.h"
#include "transcriber.h"

#define N_HYPOTHESES 5

/* In the second the likeliest word at once is not the one of the likeliest text. */
static const char *const names[]
    = { "002-flite-rms.flac", "005-espeak-en-us+linda.flac", "020-flite-awb.flac" };
#define N G_N_ELEMENTS (names)

struct fixture {
  struct quill_model *model;
  struct quill_transcriber *transcriber;
  float *sounds[N];
  size_t n[N];
  struct quill_params params;
};

static struct quill_transcriber *
open_transcriber (const struct quill_model *model, unsigned n_hypotheses) {
  struct quill_transcriber *t = NULL;
  struct quill_settings settings;

  quill_settings_init (&settings);
  settings.n_threads = 2;
  settings.n_hypotheses = n_hypotheses;
  settings.word_timestamps = true;
  g_assert_cmpint (quill_transcriber_open (&t, model, &settings, NULL), ==, QUILL_OK);
  return t;
}

static void
set_up (struct fixture *f, const void *unused) {
  f->model = bundled_model ();
  f->transcriber = open_transcriber (f->model, N_HYPOTHESES);
  for (size_t i = 0; i < N; i++)
    f->sounds[i] = bundled_sound (names[i], &f->n[i]);
  quill_params_init (&f->params);
  f->params.audio_ctx = 200;
  f->params.max_tokens = 40; /* the likeliest of 224 tokens of nonsense are nonsense, too */
  f->params.temperature_increment = 0.0f;
}

static void
tear_down (struct fixture *f, const void *unused) {
  for (size_t i = 0; i < N; i++)
    g_free (f->sounds[i]);
  quill_transcriber_close (&f->transcriber);
  quill_model_close (&f->model);
}

static struct quill_result *
hear (struct fixture *f, size_t i) {
  struct quill_result *result = NULL;

  g_assert_cmpint (quill_transcribe (f->transcriber, f->sounds[i], f->n[i], &f->params, &result, NULL), ==,
                   QUILL_OK);
  g_assert_cmpuint (result->n_segments, >, 0);
  return result;
}

/* Of all recordings. */
static double
sum_of_avg_logprobs (struct fixture *f) {
  double sum = 0;

  for (size_t i = 0; i < N; i++) {
    struct quill_result *result = hear (f, i);

    sum += (double)result->segments[0].avg_logprob;
    quill_result_free (&result);
  }
  return sum;
}

static void
more_hypotheses_find_likelier_text (struct fixture *f, const void *unused) {
  const double greedy = sum_of_avg_logprobs (f);
  f->params.beam_size = N_HYPOTHESES;
  g_assert_cmpfloat (sum_of_avg_logprobs (f), >, greedy);

  f->params.temperature = 1.0f;
  const double one = sum_of_avg_logprobs (f);
  f->params.best_of = N_HYPOTHESES;
  g_assert_cmpfloat (sum_of_avg_logprobs (f), >, one);
}

/* At temperature 0 there is nothing to draw, above it no beam. */
static void
each_is_for_its_temperature (struct fixture *f, const void *unused) {
  struct quill_result *result = hear (f, 0);
  g_autofree char *greedy = bundled_describe (result);
  quill_result_free (&result);
  f->params.best_of = 3;
  result = hear (f, 0);
  g_autofree char *same = bundled_describe (result);
  quill_result_free (&result);
  g_assert_cmpstr (same, ==, greedy);

  f->params.best_of = 1;
  f->params.temperature = 0.5f;
  result = hear (f, 0);
  g_autofree char *drawn = bundled_describe (result);
  quill_result_free (&result);
  f->params.beam_size = 3;
  result = hear (f, 0);
  g_autofree char *as_well = bundled_describe (result);
  quill_result_free (&result);
  g_assert_cmpstr (as_well, ==, drawn);
}

/* They make up the text, and follow each other. */
static void
words_have_times (struct fixture *f, const void *unused) {
  f->params.word_timestamps = true;
  f->params.beam_size = N_HYPOTHESES;
  for (size_t i = 0; i < N; i++) {
    struct quill_result *result = hear (f, i);
    int64_t last_ms = 0;

    for (size_t k = 0; k < result->n_segments; k++) {
      const struct quill_segment *segment = &result->segments[k];
      g_autoptr (GString) text = g_string_new (NULL);

      for (size_t w = 0; w < segment->n_words; w++) {
        const struct quill_word *word = &segment->words[w];

        g_string_append (text, word->text);
        g_assert_cmpint (word->start_ms, >=, last_ms);
        g_assert_cmpint (word->end_ms, >=, word->start_ms);
        g_assert_cmpfloat (word->probability, >, 0.0f);
        last_ms = word->end_ms;
      }
      g_assert_cmpstr (text->str, ==, segment->text);
    }
    g_assert_cmpint (last_ms, >, 500);
    quill_result_free (&result);
  }
}

static void
memory_is_for_those_who_ask (struct fixture *f, const void *unused) {
  struct quill_transcriber *one = open_transcriber (f->model, 0);
  struct quill_memory memory, more;

  quill_transcriber_get_memory (one, &memory);
  quill_transcriber_get_memory (f->transcriber, &more);
  g_assert_cmpuint (more.kv_cache, >, memory.kv_cache);
  quill_transcriber_close (&one);
}

/* What one hypothesis heard is firm: several find better text, and leave it when that is not much better. */
static void
firm_words_are_favoured (struct fixture *f, const void *unused) {
  static const float tolerances[] = { 0.0f, 1e30f };
  struct quill_heard heard[448], firm[448];
  struct quill_draft draft = { .heard = firm, .capacity = G_N_ELEMENTS (firm) };
  struct quill_result *result = NULL;

  f->params.word_timestamps = true;
  f->params.timestamps = false;
  g_assert_cmpint (
      quill_transcribe_draft (f->transcriber, f->sounds[1], f->n[1], &f->params, &draft, &result, NULL), ==,
      QUILL_OK);
  g_autofree char *one = g_strdup (result->segments[0].text);
  quill_result_free (&result);
  f->params.beam_size = f->params.best_of = N_HYPOTHESES;
  for (size_t i = 0; i < G_N_ELEMENTS (tolerances); i++) {
    struct quill_draft expected = draft;

    memcpy (heard, firm, sizeof heard);
    expected.heard = heard;
    expected.n_firm = draft.n;
    expected.firm_tolerance = tolerances[i];
    g_assert_cmpint (
        quill_transcribe_draft (f->transcriber, f->sounds[1], f->n[1], &f->params, &expected, &result, NULL),
        ==, QUILL_OK);
    g_assert_cmpint (g_str_equal (result->segments[0].text, one), ==, tolerances[i] > 0.0f);
    g_assert_cmpuint (expected.n, >=, 4);
    quill_result_free (&result);
  }
}

/* And go on from there. */
static void
several_begin_with_what_is_forced (struct fixture *f, const void *unused) {
  struct quill_heard heard[448] = { { .token = 1234 }, { .token = 567 } };
  struct quill_draft draft = { .heard = heard, .capacity = 448, .n = 2, .n_firm = 2, .n_forced = 2 };
  struct quill_result *result = NULL;

  f->params.beam_size = 2;
  f->params.word_timestamps = true;
  f->params.timestamps = false;
  g_assert_cmpint (
      quill_transcribe_draft (f->transcriber, f->sounds[0], f->n[0], &f->params, &draft, &result, NULL), ==,
      QUILL_OK);
  g_assert_cmpuint (draft.n, >, 4);
  g_assert_cmpuint (heard[0].token, ==, 1234);
  g_assert_cmpuint (heard[1].token, ==, 567);
  g_assert_cmpfloat (heard[1].logprob, ==, 0);
  g_assert_cmpfloat (heard[2].logprob, <, 0);
  quill_result_free (&result);
}

static void
assert_refused (struct fixture *f, const char *reason) {
  struct quill_result *result = NULL;
  struct quill_error err = { 0 };

  g_assert_cmpint (quill_transcribe (f->transcriber, f->sounds[0], f->n[0], &f->params, &result, &err), ==,
                   QUILL_ERR_INVALID);
  g_assert_nonnull (strstr (err.message, reason));
  g_assert_null (result);
  quill_params_init (&f->params);
}

static void
impossible_requests_say_what_is_possible (struct fixture *f, const void *unused) {
  struct quill_transcriber *t = NULL;
  struct quill_error err = { 0 };
  struct quill_settings settings;

  f->params.beam_size = N_HYPOTHESES + 1;
  assert_refused (f, "a beam of 6 is more than the 5");
  f->params.best_of = N_HYPOTHESES + 1;
  assert_refused (f, "the best of 6 is more than the 5");
  f->params.patience = 0.0f;
  assert_refused (f, "patience 0 ");
  f->params.patience = NAN;
  assert_refused (f, "patience nan ");
  f->params.length_penalty = 1.5f;
  assert_refused (f, "length penalty 1.5 ");
  f->params.length_penalty = NAN;
  assert_refused (f, "length penalty nan ");

  quill_settings_init (&settings);
  settings.n_hypotheses = QUILL_MAX_HYPOTHESES + 1;
  g_assert_cmpint (quill_transcriber_open (&t, f->model, &settings, &err), ==, QUILL_ERR_INVALID);
  g_assert_nonnull (strstr (err.message, "17 hypotheses"));
  g_assert_null (t);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
#define ADD(name, fn) g_test_add ("/hypotheses/" name, struct fixture, NULL, set_up, fn, tear_down)
  ADD ("more-hypotheses-find-likelier-text", more_hypotheses_find_likelier_text);
  ADD ("each-is-for-its-temperature", each_is_for_its_temperature);
  ADD ("words-have-times", words_have_times);
  ADD ("firm-words-are-favoured", firm_words_are_favoured);
  ADD ("several-begin-with-what-is-forced", several_begin_with_what_is_forced);
  ADD ("memory-is-for-those-who-ask", memory_is_for_those_who_ask);
  ADD ("impossible-requests-say-what-is-possible", impossible_requests_say_what_is_possible);
  return g_test_run ();
}
