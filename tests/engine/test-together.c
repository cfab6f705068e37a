/* Several recordings decoded together: the same as one after another, whatever becomes of the others. */
#include <string.h>

#include "base/arena.h"
#include "bundled.h"

#define N 6

static const char *const names[N] = { "002-flite-rms.flac", "016-flite-slt.flac", "007-flite-kal16.flac",
                                      "020-flite-awb.flac", "016-flite-slt.flac", "002-flite-rms.flac" };

struct fixture {
  struct quill_model *model;
  struct quill_params params[N];
  struct quill_recording recordings[N];
  float *sounds[N];
  char *expected[N]; /* each alone */
};

static struct quill_transcriber *
transcriber_of (const struct fixture *f, unsigned n_together) {
  struct quill_settings settings;
  struct quill_transcriber *t = NULL;
  quill_settings_init (&settings);
  settings.n_threads = 2;
  settings.n_together = n_together;
  settings.n_hypotheses = 3;
  g_assert_cmpint (quill_transcriber_open (&t, f->model, &settings, NULL), ==, QUILL_OK);
  return t;
}

/* Of each kind one: plain ones, second tries with the best of two, no timestamps, several windows, a prompt
 * and a beam, cut at pauses. */
static void
set_up (struct fixture *f, const void *unused) {
  f->model = bundled_model ();
  for (size_t i = 0; i < N; i++) {
    quill_params_init (&f->params[i]);
    f->params[i].audio_ctx = 200;
    f->params[i].temperature_increment = 0.0f;
    f->sounds[i] = bundled_sound (names[i], &f->recordings[i].n);
    f->recordings[i].samples = f->sounds[i];
    f->recordings[i].params = &f->params[i];
  }
  f->params[1].temperature_increment = 0.5f;
  f->params[1].logprob_threshold = -0.01f; /* nothing is that sure: all temperatures are tried */
  f->params[1].best_of = 2;
  f->params[2].timestamps = false;
  f->params[3].audio_ctx = 50; /* windows of 1 s */
  f->params[4].initial_prompt = "Something quite different, said Dorothy.";
  f->params[4].beam_size = 3;
  f->params[5].vad = true;
  struct quill_transcriber *t = transcriber_of (f, 1);
  for (size_t i = 0; i < N; i++) {
    struct quill_result *result = NULL;
    g_assert_cmpint (quill_transcribe (t, f->sounds[i], f->recordings[i].n, &f->params[i], &result, NULL), ==,
                     QUILL_OK);
    f->expected[i] = bundled_describe (result);
    if (i == 1)
      g_assert_cmpuint (result->timings.n_fallbacks, ==, 2);
    if (i == 3)
      g_assert_cmpuint (result->timings.n_windows, >, 1);
    quill_result_free (&result);
  }
  quill_transcriber_close (&t);
}

static void
tear_down (struct fixture *f, const void *unused) {
  for (size_t i = 0; i < N; i++) {
    g_free (f->sounds[i]);
    g_free (f->expected[i]);
  }
  quill_model_close (&f->model);
}

static void
assert_heard (struct fixture *f, size_t i) {
  struct quill_recording *recording = &f->recordings[i];
  g_assert_cmpstr (recording->error.message, ==, "");
  g_assert_cmpint (recording->status, ==, QUILL_OK);
  g_autofree char *text = bundled_describe (recording->result);
  g_assert_cmpstr (text, ==, f->expected[i]);
  quill_result_free (&recording->result);
}

static void
assert_failed (struct fixture *f, size_t i, enum quill_status code) {
  g_assert_cmpint (f->recordings[i].status, ==, code);
  g_assert_cmpint (f->recordings[i].error.code, ==, code);
  g_assert_cmpuint (strlen (f->recordings[i].error.message), >, 0);
  g_assert_null (f->recordings[i].result);
}

static void
together_is_one_by_one (struct fixture *f, const void *unused) {
  static const unsigned together[] = { 0, 2, 4, QUILL_MAX_TOGETHER };
  for (size_t k = 0; k < G_N_ELEMENTS (together); k++) {
    struct quill_transcriber *t = transcriber_of (f, together[k]);
    quill_transcribe_together (t, f->recordings, N);
    for (size_t i = 0; i < N; i++) {
      g_assert_cmpuint (f->recordings[i].result->timings.n_fallbacks, ==, i == 1 ? 2 : 0);
      g_assert_cmpuint (f->recordings[i].result->timings.n_tokens, >, 0);
      g_assert_cmpfloat (f->recordings[i].result->timings.decode_ms, >, 0);
      assert_heard (f, i);
    }
    quill_transcribe_together (t, f->recordings, 0);
    quill_transcriber_close (&t);
  }
}

struct polls {
  unsigned n, cancel_at;
};

static bool
poll (void *user) {
  struct polls *polls = user;
  return ++polls->n == polls->cancel_at;
}

/* At its first poll, while its window is encoded, and in the middle of its text. */
static void
cancelled_one_leaves_the_others (struct fixture *f, const void *unused) {
  struct quill_transcriber *t = transcriber_of (f, 3);
  struct polls polls = { 0 };
  f->params[1].cancelled = poll;
  f->params[1].user = &polls;
  quill_transcribe_together (t, f->recordings, N);
  for (size_t i = 0; i < N; i++)
    assert_heard (f, i);
  const unsigned n_polls = polls.n, at[] = { 1, 3, n_polls / 2, n_polls - 4, n_polls };
  g_assert_cmpuint (n_polls, >, 50);
  for (size_t k = 0; k < G_N_ELEMENTS (at); k++) {
    polls = (struct polls){ .cancel_at = at[k] };
    quill_transcribe_together (t, f->recordings, N);
    g_assert_cmpuint (polls.n, ==, at[k]); /* it is not asked again */
    for (size_t i = 0; i < N; i++)
      if (i == 1)
        assert_failed (f, i, QUILL_ERR_CANCELLED);
      else
        assert_heard (f, i);
  }
  quill_transcriber_close (&t);
}

static void
wrong_one_leaves_the_others (struct fixture *f, const void *unused) {
  struct quill_transcriber *t = transcriber_of (f, 3);
  f->params[0].language = "klingon";
  f->recordings[3].samples = NULL;
  f->recordings[4].n = 0;
  quill_transcribe_together (t, f->recordings, N);
  assert_failed (f, 0, QUILL_ERR_INVALID);
  assert_failed (f, 3, QUILL_ERR_INVALID);
  g_assert_cmpint (f->recordings[4].status, ==, QUILL_OK);
  g_assert_cmpuint (f->recordings[4].result->n_segments, ==, 0);
  quill_result_free (&f->recordings[4].result);
  assert_heard (f, 1);
  assert_heard (f, 2);
  assert_heard (f, 5);
  quill_transcriber_close (&t);
}

static void
without_memory_one_fails_and_the_others_do_not (struct fixture *f, const void *unused) {
  struct quill_transcriber *t = transcriber_of (f, 3);
  bool any_failed = true;
  for (unsigned long at = 1; any_failed; at++) {
    any_failed = false;
    quill_alloc_fail_at (at);
    quill_transcribe_together (t, f->recordings, 3);
    quill_alloc_fail_at (0);
    for (size_t i = 0; i < 3; i++) {
      if (f->recordings[i].status == QUILL_OK) {
        assert_heard (f, i);
        continue;
      }
      g_assert_false (any_failed);
      any_failed = true;
      assert_failed (f, i, QUILL_ERR_NOMEM);
    }
    g_assert_true (any_failed || at > 6); /* a result, its segments and a text each at least */
  }
  quill_transcriber_close (&t);
}

static void
memory_grows_with_the_recordings (struct fixture *f, const void *unused) {
  struct quill_memory one, four;
  struct quill_settings settings;
  struct quill_error err = { 0 };
  struct quill_transcriber *t = transcriber_of (f, 1);
  quill_transcriber_get_memory (t, &one);
  quill_transcriber_close (&t);
  t = transcriber_of (f, 4);
  quill_transcriber_get_memory (t, &four);
  quill_transcriber_close (&t);
  g_assert_cmpuint (four.kv_cache, ==, 4 * one.kv_cache);
  g_assert_cmpuint (four.encoder_output, ==, one.encoder_output);
  g_assert_cmpuint (four.working, >, one.working);

  quill_settings_init (&settings);
  settings.n_together = QUILL_MAX_TOGETHER + 1;
  g_assert_cmpint (quill_transcriber_open (&t, f->model, &settings, &err), ==, QUILL_ERR_INVALID);
  g_assert_nonnull (strstr (err.message, "use 1 to 16"));
  g_assert_null (t);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
#define ADD(path, fn) g_test_add (path, struct fixture, NULL, set_up, fn, tear_down)
  ADD ("/together/is-one-by-one", together_is_one_by_one);
  ADD ("/together/cancelled-one-leaves-the-others", cancelled_one_leaves_the_others);
  ADD ("/together/wrong-one-leaves-the-others", wrong_one_leaves_the_others);
  ADD ("/together/without-memory-one-fails-and-the-others-do-not",
       without_memory_one_fails_and_the_others_do_not);
  ADD ("/together/memory-grows-with-the-recordings", memory_grows_with_the_recordings);
  return g_test_run ();
}
