/* Live dictation and its model: one that takes its time, is missing or broken, or is replaced. */
#include "dictation-fixture.h"

#include <glib/gstdio.h>
#include <unistd.h>

static void
recording_does_not_wait_for_the_model (Fixture *f, gconstpointer data) {
  LonghandStats stats;
  g_autofree char *text = NULL;

  fixture_hold_model ();
  fixture_make_dictation (f);
  fixture_start (f);
  fixture_speak (f, 0, IN_PAUSE);
  longhand_dictation_stop (f->dictation);
  RUN_UNTIL (f->microphone->feed == NULL && g_main_context_pending (NULL) == FALSE);
  g_assert_cmpint (longhand_dictation_get_model_state (f->dictation), ==, LONGHAND_MODEL_STATE_LOADING);
  g_assert_cmpint (longhand_dictation_get_state (f->dictation), ==, LONGHAND_STATE_FINISHING);
  do
    longhand_dictation_get_stats (f->dictation, &stats);
  while (stats.queued_s < (double)IN_PAUSE / 16000);
  fixture_release_model ();
  fixture_wait_state (f, LONGHAND_STATE_IDLE);
  g_assert_cmpuint (f->committed->len, ==, 1);
  text = fixture_recognise (f, 0, IN_PAUSE);
  fixture_assert_same_first_word (fixture_utterance (f, 0)->text, text);
  fixture_assert_same_last_word (fixture_utterance (f, 0)->text, text);
  longhand_dictation_get_stats (f->dictation, &stats);
  g_assert_cmpfloat (stats.queued_s, ==, 0);
  fixture_assert_no_failure (f);
}

static void
missing_model_is_reported_at_each_start (Fixture *f, gconstpointer data) {
  longhand_settings_set_model (f->settings, "no-such-model");
  fixture_make_dictation (f);
  RUN_UNTIL (f->errors->len == 1);
  fixture_assert_failed (f, 0, LONGHAND_ERROR_MODEL_MISSING);
  g_assert_cmpint (longhand_dictation_get_model_state (f->dictation), ==, LONGHAND_MODEL_STATE_FAILED);
  g_assert_cmpstr (longhand_dictation_get_model_title (f->dictation), ==, "");

  longhand_dictation_start (f->dictation);
  g_assert_cmpuint (f->errors->len, ==, 2);
  fixture_assert_failed (f, 1, LONGHAND_ERROR_MODEL_MISSING);
  g_assert_cmpint (longhand_dictation_get_state (f->dictation), ==, LONGHAND_STATE_IDLE);
  g_assert_cmpuint (f->microphone->n_started, ==, 0);

  longhand_settings_set_model (f->settings, "");
  fixture_wait_ready (f);
  fixture_start (f);
  g_assert_cmpstr (longhand_dictation_get_model_title (f->dictation), !=, "");
  g_assert_true (longhand_dictation_get_model_is_bundled (f->dictation));
}

static char *
make_file (Fixture *f, const char *name, const char *content, gsize n) {
  char *path = g_build_filename (f->dir, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, content, (gssize)n, &error);
  g_assert_no_error (error);
  return path;
}

static void
broken_model_is_reported (Fixture *f, gconstpointer data) {
  g_autofree char *path = make_file (f, "ggml-broken.bin", "This is no model.", 17);

  longhand_settings_set_model (f->settings, path);
  fixture_make_dictation (f);
  RUN_UNTIL (f->errors->len == 1);
  fixture_assert_failed (f, 0, LONGHAND_ERROR_MODEL_BROKEN);
  g_assert_cmpint (longhand_dictation_get_model_state (f->dictation), ==, LONGHAND_MODEL_STATE_FAILED);
  g_remove (path);
}

/* The sound waits, and the next model that works hears it. */
static void
model_failing_while_recording_loses_no_sound (Fixture *f, gconstpointer data) {
  g_autofree char *path = make_file (f, "ggml-broken.bin", "This is no model.", 17);

  longhand_settings_set_model (f->settings, path);
  fixture_hold_model ();
  fixture_make_dictation (f);
  fixture_start (f);
  fixture_speak (f, 0, IN_FIRST);
  fixture_release_model ();
  fixture_wait_state (f, LONGHAND_STATE_IDLE);
  fixture_assert_failed (f, 0, LONGHAND_ERROR_MODEL_BROKEN);
  g_assert_cmpuint (f->committed->len, ==, 0);

  longhand_settings_set_model (f->settings, "");
  RUN_UNTIL (f->committed->len == 1);
  fixture_wait_state (f, LONGHAND_STATE_IDLE);
  g_assert_cmpuint (f->errors->len, ==, 1);
  g_remove (path);
}

static void
other_model_waits_for_the_end_of_the_recording (Fixture *f, gconstpointer data) {
  g_autoptr (LonghandModel) bundled = longhand_model_store_find (f->store, "", NULL);
  g_autofree char *path = g_build_filename (f->dir, "ggml-other.en.bin", NULL);
  g_autofree char *title = NULL;

  g_assert_cmpint (symlink (longhand_model_get_path (bundled), path), ==, 0);
  fixture_make_dictation (f);
  fixture_wait_ready (f);
  title = g_strdup (longhand_dictation_get_model_title (f->dictation));
  fixture_start (f);
  longhand_settings_set_model (f->settings, path);
  fixture_speak (f, 0, IN_PAUSE);
  g_assert_cmpstr (longhand_dictation_get_model_title (f->dictation), ==, title);
  longhand_dictation_stop (f->dictation);
  fixture_wait_state (f, LONGHAND_STATE_IDLE);
  g_assert_cmpint (longhand_dictation_get_model_state (f->dictation), ==, LONGHAND_MODEL_STATE_LOADING);
  fixture_wait_ready (f);
  g_assert_cmpstr (longhand_dictation_get_model_title (f->dictation), !=, title);
  g_assert_false (longhand_dictation_get_model_is_bundled (f->dictation));
  fixture_start (f);
  fixture_speak (f, 0, IN_PAUSE);
  fixture_stop (f);
  g_assert_cmpuint (f->committed->len, ==, 2);
  fixture_assert_no_failure (f);
  g_remove (path);
}

static void
english_model_has_no_choice_of_language (Fixture *f, gconstpointer data) {
  g_auto (GStrv) languages = NULL;

  longhand_settings_set_language (f->settings, "de");
  fixture_make_dictation (f);
  fixture_wait_ready (f);
  languages = longhand_dictation_dup_languages (f->dictation);
  g_assert_cmpuint (g_strv_length (languages), ==, 0);
  fixture_start (f);
  fixture_speak (f, 0, IN_PAUSE);
  fixture_stop (f);
  g_assert_cmpuint (f->committed->len, ==, 1);
  fixture_assert_no_failure (f);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  FIXTURE_ADD ("/dictation/recording-does-not-wait-for-the-model", recording_does_not_wait_for_the_model);
  FIXTURE_ADD ("/dictation/missing-model-is-reported-at-each-start", missing_model_is_reported_at_each_start);
  FIXTURE_ADD ("/dictation/broken-model-is-reported", broken_model_is_reported);
  FIXTURE_ADD ("/dictation/model-failing-while-recording-loses-no-sound",
               model_failing_while_recording_loses_no_sound);
  FIXTURE_ADD ("/dictation/other-model-waits-for-the-end-of-the-recording",
               other_model_waits_for_the_end_of_the_recording);
  FIXTURE_ADD ("/dictation/english-model-has-no-choice-of-language", english_model_has_no_choice_of_language);
  return g_test_run ();
}
