#include "dictation-fixture.h"

#include <glib/gstdio.h>
#include <pthread.h>
#include <quill.h>
#include <sndfile.h>
#include <string.h>

/* ---- a model that takes its time ---- */

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

enum quill_status __wrap_quill_model_open (struct quill_model **out, const char *path,
                                           struct quill_error *err);
enum quill_status __real_quill_model_open (struct quill_model **out, const char *path,
                                           struct quill_error *err);

enum quill_status
__wrap_quill_model_open (struct quill_model **out, const char *path, struct quill_error *err) {
  pthread_mutex_lock (&gate);
  pthread_mutex_unlock (&gate);
  return __real_quill_model_open (out, path, err);
}

void
fixture_hold_model (void) {
  pthread_mutex_lock (&gate);
}

void
fixture_release_model (void) {
  pthread_mutex_unlock (&gate);
}

/* ---- time ---- */

static gboolean long_waits_end;

guint __wrap_g_timeout_add_seconds (guint interval, GSourceFunc function, gpointer data);
guint __real_g_timeout_add_seconds (guint interval, GSourceFunc function, gpointer data);

guint
__wrap_g_timeout_add_seconds (guint interval, GSourceFunc function, gpointer data) {
  return __real_g_timeout_add_seconds (long_waits_end && interval >= 60 ? 0 : interval, function, data);
}

void
fixture_end_long_waits (void) {
  long_waits_end = TRUE;
}

/* ---- fixture ---- */

static void
on_tentative (LonghandDictation *dictation, const char *text, guint n_firm, Fixture *f) {
  g_assert_cmpuint (n_firm, <=, strlen (text));
  g_assert_true (n_firm == 0 || text[n_firm] == '\0' || text[n_firm] == ' '); /* whole words */
  g_string_assign (f->tentative, text);
  f->n_tentative += *text != '\0';
  f->n_firm += n_firm > 0;
}

static void
on_committed (LonghandDictation *dictation, LonghandUtterance *utterance, Fixture *f) {
  g_ptr_array_add (f->committed, longhand_utterance_ref (utterance));
}

static void
on_failed (LonghandDictation *dictation, const GError *error, Fixture *f) {
  g_ptr_array_add (f->errors, g_error_copy (error));
  f->n_at_error = f->committed->len;
  f->at_error = longhand_dictation_get_state (dictation);
}

static void
on_notice (LonghandDictation *dictation, const char *sentence, Fixture *f) {
  g_ptr_array_add (f->notices, g_strdup (sentence));
}

static void
on_devices_changed (LonghandDictation *dictation, Fixture *f) {
  f->n_device_lists++;
}

void
fixture_make_dictation (Fixture *f) {
  f->microphone = fake_source_new ();
  f->dictation = longhand_dictation_new_with_source (f->settings, NULL, f->store, &f->microphone->source);
  g_signal_connect (f->dictation, "tentative", G_CALLBACK (on_tentative), f);
  g_signal_connect (f->dictation, "committed", G_CALLBACK (on_committed), f);
  g_signal_connect (f->dictation, "failed", G_CALLBACK (on_failed), f);
  g_signal_connect (f->dictation, "notice", G_CALLBACK (on_notice), f);
  g_signal_connect (f->dictation, "devices-changed", G_CALLBACK (on_devices_changed), f);
}

void
fixture_set_up (Fixture *f, gconstpointer data) {
  SF_INFO info = { 0 };
  SNDFILE *file = sf_open (g_getenv ("LONGHAND_TEST_WAV"), SFM_READ, &info);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (file);
  g_assert_cmpint (info.samplerate, ==, 16000);
  g_assert_cmpint (info.frames, >, IN_SECOND);
  f->sound = g_new (float, info.frames);
  f->n_sound = (gsize)sf_readf_float (file, f->sound, info.frames);
  sf_close (file);

  long_waits_end = FALSE;
  f->settings = longhand_settings_new_in_memory ();
  f->store = longhand_model_store_new ();
  f->committed = g_ptr_array_new_with_free_func ((GDestroyNotify)longhand_utterance_unref);
  f->errors = g_ptr_array_new_with_free_func ((GDestroyNotify)g_error_free);
  f->notices = g_ptr_array_new_with_free_func (g_free);
  f->tentative = g_string_new ("");
  f->dir = g_dir_make_tmp ("longhand-dictation-XXXXXX", &error);
  g_assert_no_error (error);
}

void
fixture_tear_down (Fixture *f, gconstpointer data) {
  gpointer weak = f->dictation;

  if (f->dictation != NULL) {
    g_object_add_weak_pointer (weak, &weak);
    g_object_unref (f->dictation);
    g_assert_null (weak);
  }
  g_object_unref (f->settings);
  g_object_unref (f->store);
  g_ptr_array_unref (f->committed);
  g_ptr_array_unref (f->errors);
  g_ptr_array_unref (f->notices);
  g_string_free (f->tentative, TRUE);
  g_free (f->sound);
  g_rmdir (f->dir);
  g_free (f->dir);
}

void
fixture_wait_ready (Fixture *f) {
  RUN_UNTIL (longhand_dictation_get_model_state (f->dictation) == LONGHAND_MODEL_STATE_READY);
}

void
fixture_wait_state (Fixture *f, LonghandState state) {
  RUN_UNTIL (longhand_dictation_get_state (f->dictation) == state);
}

void
fixture_start (Fixture *f) {
  longhand_dictation_start (f->dictation);
  g_assert_cmpint (longhand_dictation_get_state (f->dictation), ==, LONGHAND_STATE_STARTING);
  fixture_wait_state (f, LONGHAND_STATE_RECORDING);
}

void
fixture_stop (Fixture *f) {
  longhand_dictation_stop (f->dictation);
  g_assert_cmpint (longhand_dictation_get_state (f->dictation), ==, LONGHAND_STATE_FINISHING);
  fixture_wait_state (f, LONGHAND_STATE_IDLE);
}

void
fixture_speak (Fixture *f, gsize from, gsize to) {
  fake_source_speak (f->microphone, f->sound + from, to - from);
}

const LonghandUtterance *
fixture_utterance (Fixture *f, guint i) {
  g_assert_cmpuint (i, <, f->committed->len);
  return f->committed->pdata[i];
}

void
fixture_assert_failed (Fixture *f, guint i, int code) {
  const GError *error;

  g_assert_cmpuint (i, <, f->errors->len);
  error = f->errors->pdata[i];
  g_assert_error (error, LONGHAND_ERROR, code);
  g_assert_true (strchr (error->message, ' ') != NULL);
}

void
fixture_assert_no_failure (Fixture *f) {
  if (f->errors->len > 0)
    g_assert_no_error (((GError *)f->errors->pdata[0]));
}

/* What the engine makes of the same sound in one go. */
char *
fixture_recognise (Fixture *f, gsize from, gsize to) {
  g_autoptr (LonghandModel) found = longhand_model_store_find (f->store, "", NULL);
  struct quill_model *model = NULL;
  struct quill_transcriber *transcriber = NULL;
  struct quill_params params;
  struct quill_result *result = NULL;
  GString *text = g_string_new ("");

  g_assert_cmpint (quill_model_open (&model, longhand_model_get_path (found), NULL), ==, QUILL_OK);
  g_assert_cmpint (quill_transcriber_open (&transcriber, model, NULL, NULL), ==, QUILL_OK);
  quill_params_init (&params);
  g_assert_cmpint (quill_transcribe (transcriber, f->sound + from, to - from, &params, &result, NULL), ==,
                   QUILL_OK);
  for (size_t i = 0; i < result->n_segments; i++)
    g_string_append (text, result->segments[i].text);
  quill_result_free (&result);
  quill_transcriber_close (&transcriber);
  quill_model_close (&model);
  return g_strstrip (g_string_free (text, FALSE));
}

static char *
first_word (const char *text) {
  return g_strndup (text, strcspn (text, " "));
}

static char *
last_word (const char *text) {
  const char *space = strrchr (text, ' ');

  return g_strdup (space != NULL ? space + 1 : text);
}

static void
assert_same_word (const char *text, const char *other, char *(*word) (const char *)) {
  g_autofree char *a = word (text);
  g_autofree char *b = word (other);

  g_assert_cmpstr (a, !=, "");
  g_assert_cmpstr (a, ==, b);
}

void
fixture_assert_same_first_word (const char *text, const char *other) {
  assert_same_word (text, other, first_word);
}

void
fixture_assert_same_last_word (const char *text, const char *other) {
  assert_same_word (text, other, last_word);
}
