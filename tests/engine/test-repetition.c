/* What was written before in a window, and what becomes of its coming again. */
#include "text/repetition.h"

#include "bundled.h"
#include "transcriber.h"

#include <math.h>
#include <string.h>

#define EOT 10
#define TIME 12 /* any token from EOT on is no text */
#define N_LOGITS 16

static void
assert_logits (const struct quill_repetition *repetition, const guint32 *tokens, gsize n,
               const float *expected) {
  const struct quill_written written = { .repetition = repetition, .tokens = tokens, .n = n, .eot = EOT };
  float logits[N_LOGITS];

  for (guint i = 0; i < N_LOGITS; i++)
    logits[i] = i % 2 == 0 ? (float)i : -(float)i;
  quill_repetition_apply (&written, logits);
  for (guint i = 0; i < N_LOGITS; i++) {
    const float logit = i % 2 == 0 ? (float)i : -(float)i;

    g_test_message ("%u", i);
    g_assert_cmpfloat (logits[i], ==, isnan (expected[i]) ? logit : expected[i]);
    if (logits[i] > -INFINITY)
      g_assert_cmpfloat (logits[i], ==, quill_repetition_penalise (&written, i, logit));
  }
}

/* NAN: as it was. */
#define AS_IT_WAS                                                                                            \
  { NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN }

static void
what_was_there_is_less_likely_once (void) {
  const struct quill_repetition repetition = { .penalty = 2 };
  const guint32 tokens[] = { TIME, 4, 3, 4, TIME, TIME, 4 };
  float expected[N_LOGITS] = AS_IT_WAS;

  expected[4] = 2;
  expected[3] = -6;
  assert_logits (&repetition, tokens, G_N_ELEMENTS (tokens), expected);
}

static void
without_a_penalty_nothing_changes (void) {
  const struct quill_repetition repetition = { .penalty = 1 };
  const guint32 tokens[] = { 4, 3, 4 };
  const float expected[N_LOGITS] = AS_IT_WAS;

  assert_logits (&repetition, tokens, G_N_ELEMENTS (tokens), expected);
}

/* 1 2 3 and 1 2 5 were there: behind 1 2 comes neither. Times between words do not matter, and may repeat. */
static void
what_would_complete_a_repetition_is_forbidden (void) {
  const guint32 tokens[] = { TIME, 1, 2, TIME, TIME, 3, 1, 2, 5, TIME, 1, TIME, 2 };
  const gsize n = G_N_ELEMENTS (tokens);
  struct quill_repetition repetition = { .penalty = 1, .ngram_size = 3 };
  float expected[N_LOGITS] = AS_IT_WAS;

  expected[3] = expected[5] = -INFINITY;
  assert_logits (&repetition, tokens, n, expected);
  repetition.ngram_size = 2; /* 2 3, 2 5: the same */
  assert_logits (&repetition, tokens, n, expected);
  repetition.ngram_size = 4; /* 3 1 2 5 has no other 3 1 2 */
  expected[3] = expected[5] = NAN;
  assert_logits (&repetition, tokens, n, expected);
  repetition.ngram_size = 1; /* no word twice */
  expected[1] = expected[2] = expected[3] = expected[5] = -INFINITY;
  assert_logits (&repetition, tokens, n, expected);
  repetition.ngram_size = n + 1; /* longer than there is text */
  expected[1] = expected[2] = expected[3] = expected[5] = NAN;
  assert_logits (&repetition, tokens, n, expected);
}

/* ---- in recognition ---- */

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
  settings.word_timestamps = true;
  f->model = bundled_model ();
  g_assert_cmpint (quill_transcriber_open (&f->transcriber, f->model, &settings, NULL), ==, QUILL_OK);
  f->samples = bundled_sound ("tts-3min.flac", &f->n);
  f->n = 16 * QUILL_SAMPLE_RATE;
  quill_params_init (&f->params);
  f->params.audio_ctx = 850;
  f->params.word_timestamps = true;
  f->params.temperature_increment = 0;
}

static void
tear_down (struct fixture *f, const void *unused) {
  g_free (f->samples);
  quill_transcriber_close (&f->transcriber);
  quill_model_close (&f->model);
}

/* (element-type struct quill_heard) */
static GArray *
hear (struct fixture *f) {
  GArray *tokens = g_array_sized_new (FALSE, FALSE, sizeof (struct quill_heard), 448);
  struct quill_draft draft = { .heard = (struct quill_heard *)(gpointer)tokens->data, .capacity = 448 };
  struct quill_result *result = NULL;

  g_assert_cmpint (
      quill_transcribe_draft (f->transcriber, f->samples, f->n, &f->params, &draft, &result, NULL), ==,
      QUILL_OK);
  quill_result_free (&result);
  g_array_set_size (tokens, (guint)draft.n);
  return tokens;
}

/* How many words have come before. */
static guint
count_repeated (const GArray *tokens) {
  guint n = 0;

  for (guint i = 0; i < tokens->len; i++)
    for (guint k = 0; k < i; k++)
      if (g_array_index (tokens, struct quill_heard, i).token
          == g_array_index (tokens, struct quill_heard, k).token) {
        n++;
        break;
      }
  return n;
}

/* Log-probabilities are those of what was chosen from, in greedy and beam search alike. */
static void
repetitions_can_be_forbidden_or_made_rare (struct fixture *f, const void *unused) {
  for (unsigned beam_size = 1; beam_size <= 3; beam_size += 2) {
    f->params.beam_size = beam_size;
    f->params.repetition_penalty = 1;
    f->params.no_repeat_ngram_size = 0;
    g_autoptr (GArray) as_it_is = hear (f);
    f->params.repetition_penalty = 3;
    g_autoptr (GArray) rare = hear (f);
    f->params.repetition_penalty = 1;
    f->params.no_repeat_ngram_size = 1;
    g_autoptr (GArray) none = hear (f);

    g_test_message ("%u of %u, %u, %u", count_repeated (as_it_is), as_it_is->len, count_repeated (rare),
                    count_repeated (none));
    g_assert_cmpuint (count_repeated (rare), <, count_repeated (as_it_is));
    g_assert_cmpuint (count_repeated (none), ==, 0);
    for (guint i = 0; i < rare->len; i++)
      g_assert_cmpfloat (g_array_index (rare, struct quill_heard, i).logprob, <=, 0);
  }
}

static void
impossible_penalties_say_what_is_possible (struct fixture *f, const void *unused) {
  static const float bad[] = { 0, -1, 10.5f, NAN, INFINITY };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    struct quill_result *result = NULL;
    struct quill_error err = { 0 };

    f->params.repetition_penalty = bad[i];
    g_assert_cmpint (quill_transcribe (f->transcriber, f->samples, f->n, &f->params, &result, &err), ==,
                     QUILL_ERR_INVALID);
    g_assert_nonnull (strstr (err.message, "use more than 0, at most 10"));
  }
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/repetition/what-was-there-is-less-likely-once", what_was_there_is_less_likely_once);
  g_test_add_func ("/repetition/without-a-penalty-nothing-changes", without_a_penalty_nothing_changes);
  g_test_add_func ("/repetition/what-would-complete-a-repetition-is-forbidden",
                   what_would_complete_a_repetition_is_forbidden);
#define ADD(name, fn) g_test_add ("/repetition/" name, struct fixture, NULL, set_up, fn, tear_down)
  ADD ("can-be-forbidden-or-made-rare", repetitions_can_be_forbidden_or_made_rare);
  ADD ("impossible-penalties-say-what-is-possible", impossible_penalties_say_what_is_possible);
  return g_test_run ();
}
