/* The whole of live dictation, but for the microphone and the window: a fake microphone, the real engine and
 * the bundled model. The linker puts quill_model_open of this file before the engine's (--wrap). Environment:
 * LONGHAND_MODEL_DIR; LONGHAND_TEST_WAV, 16 kHz mono: two utterances with a pause between them. */
#include "dictation/longhand-dictation-private.h"
#include "dictation/longhand-latencies.h"
#include "fake-source.h"
#include "longhand-error.h"
#include "transcript/longhand-words.h"

#include <glib/gstdio.h>
#include <pthread.h>
#include <quill.h>
#include <sndfile.h>
#include <string.h>
#include <unistd.h>

#define MS 16                 /* samples */
#define IN_FIRST (1500 * MS)  /* in the midst of the first utterance */
#define IN_PAUSE (3500 * MS)  /* long enough after it that it is over */
#define IN_SECOND (5200 * MS) /* in the midst of the second one */

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

/* ---- fixture ---- */

typedef struct {
  LonghandSettings *settings;
  LonghandModelStore *store;
  FakeSource *microphone;
  LonghandDictation *dictation;
  float *sound;
  gsize n_sound;
  GPtrArray *committed; /* LonghandUtterance */
  GPtrArray *errors;    /* GError */
  GString *tentative;   /* the last one */
  guint n_tentative;    /* that were not empty */
  guint n_at_error;     /* committed when the last error came */
  LonghandState at_error;
  guint n_device_lists;
  char *dir;          /* of models made here */
  guint n_firm;       /* tentative texts with firm words */
  guint n_behind;     /* changes of is-behind */
  GPtrArray *notices; /* char * */
} Fixture;

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

static void
make_dictation (Fixture *f) {
  f->microphone = fake_source_new ();
  f->dictation = longhand_dictation_new_with_source (f->settings, NULL, f->store, &f->microphone->source);
  g_signal_connect (f->dictation, "tentative", G_CALLBACK (on_tentative), f);
  g_signal_connect (f->dictation, "committed", G_CALLBACK (on_committed), f);
  g_signal_connect (f->dictation, "failed", G_CALLBACK (on_failed), f);
  g_signal_connect (f->dictation, "notice", G_CALLBACK (on_notice), f);
  g_signal_connect (f->dictation, "devices-changed", G_CALLBACK (on_devices_changed), f);
}

static void
set_up (Fixture *f, gconstpointer data) {
  SF_INFO info = { 0 };
  SNDFILE *file = sf_open (g_getenv ("LONGHAND_TEST_WAV"), SFM_READ, &info);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (file);
  g_assert_cmpint (info.samplerate, ==, 16000);
  g_assert_cmpint (info.frames, >, IN_SECOND);
  f->sound = g_new (float, info.frames);
  f->n_sound = (gsize)sf_readf_float (file, f->sound, info.frames);
  sf_close (file);

  f->settings = longhand_settings_new_in_memory ();
  f->store = longhand_model_store_new ();
  f->committed = g_ptr_array_new_with_free_func ((GDestroyNotify)longhand_utterance_unref);
  f->errors = g_ptr_array_new_with_free_func ((GDestroyNotify)g_error_free);
  f->notices = g_ptr_array_new_with_free_func (g_free);
  f->tentative = g_string_new ("");
  f->dir = g_dir_make_tmp ("longhand-dictation-XXXXXX", &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *f, gconstpointer data) {
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

#define RUN_UNTIL(condition)                                                                                 \
  while (!(condition))                                                                                       \
  g_main_context_iteration (NULL, TRUE)

static void
wait_ready (Fixture *f) {
  RUN_UNTIL (longhand_dictation_get_model_state (f->dictation) == LONGHAND_MODEL_STATE_READY);
}

static void
wait_state (Fixture *f, LonghandState state) {
  RUN_UNTIL (longhand_dictation_get_state (f->dictation) == state);
}

static void
start (Fixture *f) {
  longhand_dictation_start (f->dictation);
  g_assert_cmpint (longhand_dictation_get_state (f->dictation), ==, LONGHAND_STATE_STARTING);
  wait_state (f, LONGHAND_STATE_RECORDING);
}

static void
stop (Fixture *f) {
  longhand_dictation_stop (f->dictation);
  g_assert_cmpint (longhand_dictation_get_state (f->dictation), ==, LONGHAND_STATE_FINISHING);
  wait_state (f, LONGHAND_STATE_IDLE);
}

static void
speak (Fixture *f, gsize from, gsize to) {
  fake_source_speak (f->microphone, f->sound + from, to - from);
}

static const LonghandUtterance *
utterance (Fixture *f, guint i) {
  g_assert_cmpuint (i, <, f->committed->len);
  return f->committed->pdata[i];
}

static void
assert_failed (Fixture *f, guint i, int code) {
  const GError *error;

  g_assert_cmpuint (i, <, f->errors->len);
  error = f->errors->pdata[i];
  g_assert_error (error, LONGHAND_ERROR, code);
  g_assert_true (strchr (error->message, ' ') != NULL);
}

static void
assert_no_failure (Fixture *f) {
  if (f->errors->len > 0)
    g_assert_no_error (((GError *)f->errors->pdata[0]));
}

/* What the engine makes of the same sound in one go. */
static char *
recognise (Fixture *f, gsize from, gsize to) {
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

/* The sound as a microphone of 48 kHz gives it, in the second of two channels. [3 * (to - from), 2] */
static void
speak_into_other_format (Fixture *f, gsize from, gsize to) {
  const gsize n = (to - from) * 3;
  g_autofree float *stereo = g_new0 (float, n * 2);

  for (gsize i = 0; i < n; i++) {
    const gsize at = from + i / 3, next = MIN (at + 1, f->n_sound - 1);

    stereo[i * 2 + 1] = f->sound[at] + (float)(i % 3) / 3 * (f->sound[next] - f->sound[at]);
  }
  fake_source_speak (f->microphone, stereo, n);
}

/* ---- text ---- */

static void
on_behind (Fixture *f) {
  f->n_behind++;
}

/* What was said while the model was being loaded is caught up with. */
static void
being_behind_is_told_and_ends (Fixture *f, gconstpointer data) {
  gboolean is_behind;

  make_dictation (f);
  g_signal_connect_swapped (f->dictation, "notify::is-behind", G_CALLBACK (on_behind), f);
  start (f);
  speak (f, 0, f->n_sound);
  RUN_UNTIL (f->n_behind > 0);
  g_object_get (f->dictation, "is-behind", &is_behind, NULL);
  g_assert_true (is_behind);
  stop (f);
  g_assert_cmpuint (f->committed->len, ==, 2);
  assert_no_failure (f);
}

static void
words_appear_before_the_utterance_ends (Fixture *f, gconstpointer data) {
  make_dictation (f);
  wait_ready (f);
  start (f);
  speak (f, 0, IN_FIRST);
  RUN_UNTIL (f->n_tentative > 0);
  g_assert_cmpuint (f->committed->len, ==, 0);
  g_assert_cmpuint (f->tentative->len, >, 0);

  speak (f, IN_FIRST, IN_PAUSE);
  RUN_UNTIL (f->committed->len == 1);
  g_assert_cmpuint (f->n_firm, >, 0);
  g_assert_cmpint (longhand_dictation_get_state (f->dictation), ==, LONGHAND_STATE_RECORDING);
  g_assert_cmpint (utterance (f, 0)->start_ms, <, 500);
  g_assert_cmpint (utterance (f, 0)->end_ms, >, 1500);
  g_assert_cmpint (utterance (f, 0)->end_ms, <, 3500);
  g_assert_cmpuint (utterance (f, 0)->segments->len, >, 0);
  assert_no_failure (f);
}

static void
each_pause_commits_an_utterance (Fixture *f, gconstpointer data) {
  make_dictation (f);
  wait_ready (f);
  start (f);
  speak (f, 0, f->n_sound);
  RUN_UNTIL (f->committed->len == 1);
  stop (f);
  g_assert_cmpuint (f->committed->len, ==, 2);
  g_assert_cmpint (utterance (f, 1)->start_ms, >=, utterance (f, 0)->end_ms);
  g_assert_cmpint (utterance (f, 1)->end_ms, <=, (gint64)f->n_sound / MS);
  assert_no_failure (f);
}

static void
last_word_survives_stop (Fixture *f, gconstpointer data) {
  g_autofree char *text = recognise (f, 0, 2100 * MS);

  make_dictation (f);
  wait_ready (f);
  start (f);
  speak (f, 0, 2100 * MS); /* the last word ends here */
  stop (f);
  g_assert_cmpuint (f->committed->len, ==, 1);
  assert_same_word (utterance (f, 0)->text, text, last_word);
  assert_no_failure (f);
}

/* With all that may hold back the ends of the sound: ring, mixer, filter and a model that is not there yet.
 */
static void
first_and_last_word_survive_conversion (Fixture *f, gconstpointer data) {
  g_autofree char *text = recognise (f, 0, 2100 * MS);

  pthread_mutex_lock (&gate);
  make_dictation (f);
  f->microphone->rate_hz = 48000;
  f->microphone->n_channels = 2;
  start (f);
  speak_into_other_format (f, 0, 2100 * MS);
  longhand_dictation_stop (f->dictation);
  pthread_mutex_unlock (&gate);
  wait_state (f, LONGHAND_STATE_IDLE);
  g_assert_cmpuint (f->committed->len, ==, 1);
  assert_same_word (utterance (f, 0)->text, text, first_word);
  assert_same_word (utterance (f, 0)->text, text, last_word);
  assert_no_failure (f);
}

static void
silence_gives_no_text (Fixture *f, gconstpointer data) {
  g_autofree float *silence = g_new0 (float, 3000 * MS);

  make_dictation (f);
  wait_ready (f);
  start (f);
  fake_source_speak (f->microphone, silence, 3000 * MS);
  stop (f);
  g_assert_cmpuint (f->committed->len, ==, 0);
  g_assert_cmpuint (f->n_tentative, ==, 0);
  assert_no_failure (f);
}

static void
other_formats_give_the_same_words (Fixture *f, gconstpointer data) {
  make_dictation (f);
  f->microphone->rate_hz = 48000;
  f->microphone->n_channels = 2;
  wait_ready (f);
  start (f);
  speak_into_other_format (f, 0, f->n_sound);
  stop (f);
  g_assert_cmpuint (f->committed->len, ==, 2);
  assert_no_failure (f);
}

static void
times_go_on_over_recordings (Fixture *f, gconstpointer data) {
  make_dictation (f);
  wait_ready (f);
  start (f);
  speak (f, 0, IN_PAUSE);
  stop (f);
  g_assert_cmpint (longhand_dictation_get_elapsed_ms (f->dictation), ==, IN_PAUSE / MS);
  start (f);
  speak (f, 0, IN_PAUSE);
  g_assert_cmpint (longhand_dictation_get_elapsed_ms (f->dictation), ==, 2 * IN_PAUSE / MS);
  stop (f);
  g_assert_cmpuint (f->committed->len, ==, 2);
  g_assert_cmpint (utterance (f, 1)->start_ms, >=, IN_PAUSE / MS);
  g_assert_cmpint (utterance (f, 1)->end_ms, <=, 2 * IN_PAUSE / MS);
  g_assert_cmpint (((LonghandSegment *)utterance (f, 1)->segments->pdata[0])->start_ms, >=, IN_PAUSE / MS);
}

/* ---- microphone ---- */

static void
unplug (Fixture *f) {
  fake_source_set_devices (f->microphone, (const char *const[]){ "built-in", NULL });
  fake_source_lose (f->microphone);
  wait_state (f, LONGHAND_STATE_WAITING);
}

static void
plug_in (Fixture *f) {
  fake_source_set_devices (f->microphone, (const char *const[]){ "built-in", "one", NULL });
  longhand_dictation_refresh_devices (f->dictation);
}

/* It is said at once, not behind the last words: who goes on speaking is not being recorded. */
static void
lost_microphone_keeps_what_was_said (Fixture *f, gconstpointer data) {
  pthread_mutex_lock (&gate);
  make_dictation (f);
  start (f);
  speak (f, 0, IN_FIRST);
  unplug (f);
  g_assert_cmpuint (f->errors->len, ==, 1);
  assert_failed (f, 0, LONGHAND_ERROR_DEVICE_LOST);
  g_assert_cmpint (f->at_error, ==, LONGHAND_STATE_WAITING);
  g_assert_cmpuint (f->n_at_error, ==, 0);
  pthread_mutex_unlock (&gate);
  RUN_UNTIL (f->committed->len == 1);
  g_assert_cmpint (longhand_dictation_get_state (f->dictation), ==, LONGHAND_STATE_WAITING);
  longhand_dictation_stop (f->dictation);
  wait_state (f, LONGHAND_STATE_IDLE);
  g_assert_cmpuint (f->errors->len, ==, 1);
}

static void
recording_goes_on_when_the_microphone_is_back (Fixture *f, gconstpointer data) {
  make_dictation (f);
  wait_ready (f);
  start (f);
  speak (f, 0, IN_FIRST);
  unplug (f);
  g_assert_cmpuint (f->microphone->n_started, ==, 1);
  fake_source_fail (f->microphone, g_error_new (LONGHAND_ERROR, LONGHAND_ERROR_DEVICE_BUSY, "Not ready."));
  plug_in (f);
  wait_state (f, LONGHAND_STATE_RECORDING); /* at the second try */
  g_assert_cmpuint (f->microphone->n_started, ==, 3);
  g_assert_cmpstr (f->microphone->device_id, ==, "fake/one");
  speak (f, IN_PAUSE, f->n_sound);
  stop (f);
  g_assert_cmpuint (f->committed->len, ==, 2);
  g_assert_cmpint (utterance (f, 1)->start_ms, >=, utterance (f, 0)->end_ms);
  g_assert_cmpuint (f->errors->len, ==, 1);
}

/* What was said before is still being recognised when recording goes on. */
static void
microphone_may_be_back_before_the_last_words_are_written (Fixture *f, gconstpointer data) {
  pthread_mutex_lock (&gate);
  make_dictation (f);
  start (f);
  speak (f, 0, IN_FIRST);
  unplug (f);
  plug_in (f);
  wait_state (f, LONGHAND_STATE_RECORDING);
  speak (f, IN_PAUSE, f->n_sound);
  pthread_mutex_unlock (&gate);
  stop (f);
  g_assert_cmpuint (f->committed->len, ==, 2);
}

static void
stop_ends_the_wait_for_a_microphone (Fixture *f, gconstpointer data) {
  make_dictation (f);
  wait_ready (f);
  start (f);
  speak (f, 0, IN_FIRST);
  unplug (f);
  longhand_dictation_toggle (f->dictation);
  wait_state (f, LONGHAND_STATE_IDLE);
  g_assert_cmpuint (f->committed->len, ==, 1);
  plug_in (f);
  RUN_UNTIL (longhand_dictation_get_devices (f->dictation)->len == 2);
  g_assert_cmpint (longhand_dictation_get_state (f->dictation), ==, LONGHAND_STATE_IDLE);
  g_assert_cmpuint (f->microphone->n_started, ==, 1);
}

/* A device that is there, but was not chosen, is offered and not taken. */
static void
other_microphone_is_used_when_asked_for (Fixture *f, gconstpointer data) {
  g_autofree char *chosen = NULL;

  make_dictation (f);
  g_assert_null (longhand_dictation_get_other_device (f->dictation));
  start (f);
  unplug (f);
  RUN_UNTIL (longhand_dictation_get_other_device (f->dictation) != NULL);
  g_assert_cmpint (longhand_dictation_get_state (f->dictation), ==, LONGHAND_STATE_WAITING);
  longhand_dictation_start_from (f->dictation, longhand_dictation_get_other_device (f->dictation)->id);
  wait_state (f, LONGHAND_STATE_RECORDING);
  g_assert_cmpstr (f->microphone->device_id, ==, "fake/built-in");
  stop (f);
  chosen = longhand_settings_dup_microphone (f->settings);
  g_assert_cmpstr (chosen, ==, "");
  start (f);
  g_assert_cmpstr (f->microphone->device_id, ==, "");
}

static void
microphone_chosen_in_the_settings_ends_the_wait (Fixture *f, gconstpointer data) {
  make_dictation (f);
  start (f);
  unplug (f);
  longhand_settings_set_microphone (f->settings, "fake/built-in");
  wait_state (f, LONGHAND_STATE_RECORDING);
  g_assert_cmpstr (f->microphone->device_id, ==, "fake/built-in");
}

static void
chosen_microphone_that_is_absent_is_waited_for (Fixture *f, gconstpointer data) {
  make_dictation (f);
  longhand_settings_set_microphone (f->settings, "fake/headset");
  fake_source_fail (f->microphone,
                    g_error_new (LONGHAND_ERROR, LONGHAND_ERROR_DEVICE_ABSENT, "Not connected."));
  longhand_dictation_start (f->dictation);
  wait_state (f, LONGHAND_STATE_WAITING);
  RUN_UNTIL (longhand_dictation_get_other_device (f->dictation) != NULL);
  assert_failed (f, 0, LONGHAND_ERROR_DEVICE_ABSENT);
  g_assert_cmpuint (f->microphone->n_started, ==, 1);
  fake_source_set_devices (f->microphone, (const char *const[]){ "one", "headset", NULL });
  wait_state (f, LONGHAND_STATE_RECORDING); /* found by looking every few seconds */
  g_assert_cmpstr (f->microphone->device_id, ==, "fake/headset");
  g_assert_cmpuint (f->errors->len, ==, 1);
}

static void
sound_system_that_hangs_ends_the_wait (Fixture *f, gconstpointer data) {
  make_dictation (f);
  start (f);
  unplug (f);
  fake_source_fail (f->microphone, g_error_new (LONGHAND_ERROR, LONGHAND_ERROR_FAILED, "No answer."));
  plug_in (f);
  wait_state (f, LONGHAND_STATE_IDLE);
  g_assert_cmpuint (f->errors->len, ==, 2);
  assert_failed (f, 1, LONGHAND_ERROR_FAILED);
}

static void
shutdown_ends_the_wait_for_a_microphone (Fixture *f, gconstpointer data) {
  make_dictation (f);
  wait_ready (f);
  start (f);
  speak (f, 0, IN_FIRST);
  unplug (f);
  longhand_dictation_shutdown (f->dictation);
  g_assert_cmpuint (f->committed->len, ==, 1);
  g_assert_cmpint (longhand_dictation_get_state (f->dictation), ==, LONGHAND_STATE_IDLE);
}

static void
microphone_that_cannot_be_opened_is_reported (Fixture *f, gconstpointer data) {
  static const int codes[] = { LONGHAND_ERROR_NO_MICROPHONE, LONGHAND_ERROR_DEVICE_BUSY };

  make_dictation (f);
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++) {
    fake_source_fail (f->microphone, g_error_new (LONGHAND_ERROR, codes[i], "No sound."));
    longhand_dictation_start (f->dictation);
    RUN_UNTIL (f->errors->len == i + 1);
    assert_failed (f, i, codes[i]);
    g_assert_cmpint (f->at_error, ==, LONGHAND_STATE_IDLE);
    g_assert_cmpint (longhand_dictation_get_state (f->dictation), ==, LONGHAND_STATE_IDLE);
  }
  start (f);
}

static void
absurd_microphone_is_reported (Fixture *f, gconstpointer data) {
  make_dictation (f);
  wait_ready (f);
  f->microphone->rate_hz = 100;
  longhand_dictation_start (f->dictation);
  RUN_UNTIL (f->errors->len == 1);
  assert_failed (f, 0, LONGHAND_ERROR_INVALID);
  g_assert_cmpint (longhand_dictation_get_state (f->dictation), ==, LONGHAND_STATE_IDLE);
  f->microphone->rate_hz = 16000;
  start (f);
}

static void
stop_before_the_microphone_is_open (Fixture *f, gconstpointer data) {
  make_dictation (f);
  wait_ready (f);
  f->microphone->hold = TRUE;
  longhand_dictation_start (f->dictation);
  longhand_dictation_toggle (f->dictation);
  g_assert_cmpint (longhand_dictation_get_state (f->dictation), ==, LONGHAND_STATE_FINISHING);
  fake_source_open (f->microphone);
  f->microphone->source.stop (&f->microphone->source);
  wait_state (f, LONGHAND_STATE_IDLE);
  assert_no_failure (f);
}

static void
chosen_microphone_is_opened (Fixture *f, gconstpointer data) {
  make_dictation (f);
  longhand_settings_set_microphone (f->settings, "ALSA/Blue Snowball: USB Audio");
  start (f);
  g_assert_cmpstr (f->microphone->device_id, ==, "ALSA/Blue Snowball: USB Audio");
}

static void
level_and_lost_samples_are_told (Fixture *f, gconstpointer data) {
  const gsize n = 400000; /* more than the ring holds, in one go */
  g_autofree float *loud = g_new (float, n);
  LonghandStats stats;
  double peak, rms;

  for (gsize i = 0; i < n; i++)
    loud[i] = i % 2 ? 0.25f : -0.25f;
  make_dictation (f);
  longhand_dictation_get_level (f->dictation, &peak, &rms);
  g_assert_cmpfloat (peak, ==, 0);
  start (f);
  fake_source_speak (f->microphone, loud, n);
  longhand_dictation_get_level (f->dictation, &peak, &rms);
  g_assert_cmpfloat_with_epsilon (peak, 0.25, 1e-6);
  g_assert_cmpfloat_with_epsilon (rms, 0.25, 1e-6);
  longhand_dictation_get_stats (f->dictation, &stats);
  g_assert_cmpuint (stats.dropped_samples, ==,
                    n - longhand_ring_get_capacity (longhand_feed_get_ring (f->microphone->feed)));
  g_assert_cmpuint (stats.n_overruns, ==, 0);
  g_assert_cmpuint (f->notices->len, ==, 0);
  longhand_dictation_stop (f->dictation);
  longhand_dictation_get_level (f->dictation, &peak, &rms);
  g_assert_cmpfloat (peak, ==, 0);
  wait_state (f, LONGHAND_STATE_IDLE);
  longhand_dictation_get_stats (f->dictation, &stats);
  g_assert_cmpuint (stats.dropped_samples, >, 0);
  g_assert_cmpuint (f->notices->len, ==, 1);
  g_assert_nonnull (strstr (f->notices->pdata[0], "sound was lost"));
}

/* Once in each recording; while it goes on when the loss is over. */
static void
sound_that_the_device_lost_is_told_once (Fixture *f, gconstpointer data) {
  LonghandStats stats;

  make_dictation (f);
  start (f);
  longhand_feed_count_overrun (f->microphone->feed);
  RUN_UNTIL (f->notices->len == 1);
  g_assert_cmpint (longhand_dictation_get_state (f->dictation), ==, LONGHAND_STATE_RECORDING);
  longhand_feed_count_overrun (f->microphone->feed);
  stop (f);
  g_assert_cmpuint (f->notices->len, ==, 1);
  longhand_dictation_get_stats (f->dictation, &stats);
  g_assert_cmpuint (stats.n_overruns, ==, 2);
  start (f);
  longhand_feed_count_overrun (f->microphone->feed);
  stop (f);
  g_assert_cmpuint (f->notices->len, ==, 2);
  longhand_dictation_get_stats (f->dictation, &stats);
  g_assert_cmpuint (stats.n_overruns, ==, 3);
}

static gboolean
is_silent (Fixture *f) {
  gboolean silent;

  g_object_get (f->dictation, "silent", &silent, NULL);
  return silent;
}

static void
muted_microphone_is_told_until_sound_comes (Fixture *f, gconstpointer data) {
  g_autofree float *silence = g_new0 (float, 6000 * MS);

  make_dictation (f);
  start (f);
  fake_source_speak (f->microphone, silence, 6000 * MS);
  RUN_UNTIL (is_silent (f));
  speak (f, 0, IN_FIRST);
  RUN_UNTIL (!is_silent (f));
  stop (f);
  start (f);
  fake_source_speak (f->microphone, silence, 6000 * MS);
  RUN_UNTIL (is_silent (f));
  longhand_dictation_stop (f->dictation);
  RUN_UNTIL (!is_silent (f));
}

static void
devices_are_listed_in_the_background (Fixture *f, gconstpointer data) {
  const LonghandDevice *device;

  make_dictation (f);
  g_assert_cmpuint (longhand_dictation_get_devices (f->dictation)->len, ==, 0);
  RUN_UNTIL (f->n_device_lists == 1);
  g_assert_cmpuint (longhand_dictation_get_devices (f->dictation)->len, ==, 1);
  device = longhand_dictation_get_devices (f->dictation)->pdata[0];
  g_assert_cmpstr (device->name, ==, "one");
  fake_source_set_devices (f->microphone, (const char *const[]){ "one", "two", NULL });
  longhand_dictation_refresh_devices (f->dictation);
  RUN_UNTIL (f->n_device_lists == 2);
  g_assert_cmpuint (longhand_dictation_get_devices (f->dictation)->len, ==, 2);
}

/* ---- model ---- */

static void
recording_does_not_wait_for_the_model (Fixture *f, gconstpointer data) {
  LonghandStats stats;
  g_autofree char *text = NULL;

  pthread_mutex_lock (&gate);
  make_dictation (f);
  start (f);
  speak (f, 0, IN_PAUSE);
  longhand_dictation_stop (f->dictation);
  RUN_UNTIL (f->microphone->feed == NULL && g_main_context_pending (NULL) == FALSE);
  g_assert_cmpint (longhand_dictation_get_model_state (f->dictation), ==, LONGHAND_MODEL_STATE_LOADING);
  g_assert_cmpint (longhand_dictation_get_state (f->dictation), ==, LONGHAND_STATE_FINISHING);
  do
    longhand_dictation_get_stats (f->dictation, &stats);
  while (stats.queued_s < (double)IN_PAUSE / 16000);
  pthread_mutex_unlock (&gate);
  wait_state (f, LONGHAND_STATE_IDLE);
  g_assert_cmpuint (f->committed->len, ==, 1);
  text = recognise (f, 0, IN_PAUSE);
  assert_same_word (utterance (f, 0)->text, text, first_word);
  assert_same_word (utterance (f, 0)->text, text, last_word);
  longhand_dictation_get_stats (f->dictation, &stats);
  g_assert_cmpfloat (stats.queued_s, ==, 0);
  assert_no_failure (f);
}

static void
missing_model_is_reported_at_each_start (Fixture *f, gconstpointer data) {
  longhand_settings_set_model (f->settings, "no-such-model");
  make_dictation (f);
  RUN_UNTIL (f->errors->len == 1);
  assert_failed (f, 0, LONGHAND_ERROR_MODEL_MISSING);
  g_assert_cmpint (longhand_dictation_get_model_state (f->dictation), ==, LONGHAND_MODEL_STATE_FAILED);
  g_assert_cmpstr (longhand_dictation_get_model_title (f->dictation), ==, "");

  longhand_dictation_start (f->dictation);
  g_assert_cmpuint (f->errors->len, ==, 2);
  assert_failed (f, 1, LONGHAND_ERROR_MODEL_MISSING);
  g_assert_cmpint (longhand_dictation_get_state (f->dictation), ==, LONGHAND_STATE_IDLE);
  g_assert_cmpuint (f->microphone->n_started, ==, 0);

  longhand_settings_set_model (f->settings, "");
  wait_ready (f);
  start (f);
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
  make_dictation (f);
  RUN_UNTIL (f->errors->len == 1);
  assert_failed (f, 0, LONGHAND_ERROR_MODEL_BROKEN);
  g_assert_cmpint (longhand_dictation_get_model_state (f->dictation), ==, LONGHAND_MODEL_STATE_FAILED);
  g_remove (path);
}

/* The sound waits, and the next model that works hears it. */
static void
model_failing_while_recording_loses_no_sound (Fixture *f, gconstpointer data) {
  g_autofree char *path = make_file (f, "ggml-broken.bin", "This is no model.", 17);

  longhand_settings_set_model (f->settings, path);
  pthread_mutex_lock (&gate);
  make_dictation (f);
  start (f);
  speak (f, 0, IN_FIRST);
  pthread_mutex_unlock (&gate);
  wait_state (f, LONGHAND_STATE_IDLE);
  assert_failed (f, 0, LONGHAND_ERROR_MODEL_BROKEN);
  g_assert_cmpuint (f->committed->len, ==, 0);

  longhand_settings_set_model (f->settings, "");
  RUN_UNTIL (f->committed->len == 1);
  wait_state (f, LONGHAND_STATE_IDLE);
  g_assert_cmpuint (f->errors->len, ==, 1);
  g_remove (path);
}

static void
other_model_waits_for_the_end_of_the_recording (Fixture *f, gconstpointer data) {
  g_autoptr (LonghandModel) bundled = longhand_model_store_find (f->store, "", NULL);
  g_autofree char *path = g_build_filename (f->dir, "ggml-other.en.bin", NULL);
  g_autofree char *title = NULL;

  g_assert_cmpint (symlink (longhand_model_get_path (bundled), path), ==, 0);
  make_dictation (f);
  wait_ready (f);
  title = g_strdup (longhand_dictation_get_model_title (f->dictation));
  start (f);
  longhand_settings_set_model (f->settings, path);
  speak (f, 0, IN_PAUSE);
  g_assert_cmpstr (longhand_dictation_get_model_title (f->dictation), ==, title);
  longhand_dictation_stop (f->dictation);
  wait_state (f, LONGHAND_STATE_IDLE);
  g_assert_cmpint (longhand_dictation_get_model_state (f->dictation), ==, LONGHAND_MODEL_STATE_LOADING);
  wait_ready (f);
  g_assert_cmpstr (longhand_dictation_get_model_title (f->dictation), !=, title);
  g_assert_false (longhand_dictation_get_model_is_bundled (f->dictation));
  start (f);
  speak (f, 0, IN_PAUSE);
  stop (f);
  g_assert_cmpuint (f->committed->len, ==, 2);
  assert_no_failure (f);
  g_remove (path);
}

static void
english_model_has_no_choice_of_language (Fixture *f, gconstpointer data) {
  g_auto (GStrv) languages = NULL;

  longhand_settings_set_language (f->settings, "de");
  make_dictation (f);
  wait_ready (f);
  languages = longhand_dictation_dup_languages (f->dictation);
  g_assert_cmpuint (g_strv_length (languages), ==, 0);
  start (f);
  speak (f, 0, IN_PAUSE);
  stop (f);
  g_assert_cmpuint (f->committed->len, ==, 1);
  assert_no_failure (f);
}

/* ---- settings and figures ---- */

static guint
threads_in_use (Fixture *f) {
  LonghandStats stats;

  longhand_dictation_get_stats (f->dictation, &stats);
  return stats.threads;
}

static void
threads_change_while_recording (Fixture *f, gconstpointer data) {
  longhand_settings_set_threads (f->settings, 2);
  make_dictation (f);
  wait_ready (f);
  g_assert_cmpuint (threads_in_use (f), ==, 2);
  start (f);
  speak (f, 0, IN_FIRST);
  longhand_settings_set_threads (f->settings, 1);
  RUN_UNTIL (threads_in_use (f) == 1);
  g_assert_cmpuint (f->microphone->n_started, ==, 1);
  speak (f, IN_FIRST, f->n_sound);
  stop (f);
  g_assert_cmpuint (f->committed->len, ==, 2);
  assert_no_failure (f);
}

static void
pause_length_changes_between_utterances (Fixture *f, gconstpointer data) {
  make_dictation (f);
  wait_ready (f);
  start (f);
  speak (f, 0, IN_FIRST);
  RUN_UNTIL (f->n_tentative > 0); /* the utterance is open: it keeps its pause */
  longhand_settings_set_pause_length (f->settings, 2.0);
  speak (f, IN_FIRST, IN_PAUSE);
  RUN_UNTIL (f->committed->len == 1);
  speak (f, IN_PAUSE, IN_SECOND); /* the next one has the new pause, and all of its words */
  stop (f);
  g_assert_cmpuint (f->committed->len, ==, 2);
  g_assert_cmpint (utterance (f, 1)->start_ms, >, utterance (f, 0)->end_ms);
  g_assert_cmpint (utterance (f, 1)->end_ms, <=, IN_SECOND / MS);
  assert_no_failure (f);
}

static void
longer_pause_joins_utterances (Fixture *f, gconstpointer data) {
  longhand_settings_set_pause_length (f->settings, 2.0);
  make_dictation (f);
  wait_ready (f);
  start (f);
  speak (f, 0, 2500 * MS); /* 1.2 s of the pause is left */
  speak (f, 3200 * MS, f->n_sound);
  stop (f);
  g_assert_cmpuint (f->committed->len, ==, 1);
}

static void
figures_are_those_of_the_engine (Fixture *f, gconstpointer data) {
  g_autoptr (GPtrArray) words = NULL;
  LonghandStats stats;

  make_dictation (f);
  wait_ready (f);
  longhand_dictation_get_stats (f->dictation, &stats);
  g_assert_cmpfloat (stats.rtf, ==, 0);
  g_assert_cmpuint (stats.threads, >=, 1);
  g_assert_cmpuint (stats.threads, <=, quill_usable_cpus ());
  g_assert_nonnull (stats.kernel_level);
  g_assert_cmpfloat (stats.live.final_latency_p50_s, <, 0);
  start (f);
  speak (f, 0, IN_FIRST);
  RUN_UNTIL (f->n_tentative > 0);
  speak (f, IN_FIRST, IN_PAUSE);
  stop (f);
  longhand_dictation_get_stats (f->dictation, &stats);
  g_assert_cmpfloat (stats.rtf, >, 0);
  g_assert_cmpfloat (stats.partial_cost_ms, >, 0);
  g_assert_cmpfloat (stats.final_cost_ms, >, 0);
  g_assert_cmpuint (stats.live.n_utterances, ==, 1);
  words = longhand_words_split (utterance (f, 0)->text);
  g_assert_cmpuint (stats.live.n_words, >, 0);
  g_assert_cmpuint (stats.live.n_words, ==, words->len);
  g_assert_cmpfloat (stats.live.revisions_per_word, >=, 0);
  g_assert_cmpfloat (stats.live.first_tentative_p50_s, >, 0);
  g_assert_cmpfloat (1000 * stats.live.final_latency_p50_s + LONGHAND_LATENCY_STEP_MS, >=,
                     stats.final_cost_ms);
  g_assert_cmpuint (stats.dropped_samples, ==, 0);
  for (guint i = 0; i < LONGHAND_N_MEMORY; i++) {
    g_assert_nonnull (stats.memory[i].name);
    g_assert_cmpuint (stats.memory[i].bytes, >, 0);
  }
  g_assert_cmpuint (stats.memory[LONGHAND_N_MEMORY - 1].bytes, >, stats.memory[2].bytes);
}

/* ---- end ---- */

static void
shutdown_commits_what_was_said (Fixture *f, gconstpointer data) {
  make_dictation (f);
  wait_ready (f);
  start (f);
  speak (f, 0, IN_FIRST);
  longhand_dictation_shutdown (f->dictation);
  g_assert_cmpuint (f->committed->len, ==, 1);
  g_assert_cmpint (longhand_dictation_get_state (f->dictation), ==, LONGHAND_STATE_IDLE);
  longhand_dictation_start (f->dictation);
  longhand_dictation_refresh_devices (f->dictation);
  g_assert_cmpint (longhand_dictation_get_state (f->dictation), ==, LONGHAND_STATE_IDLE);
  longhand_dictation_shutdown (f->dictation);
}

/* What tear_down asserts: nothing holds on to the object. */
static void
object_goes_while_recording (Fixture *f, gconstpointer data) {
  make_dictation (f);
  start (f);
  speak (f, 0, IN_FIRST);
}

static void
object_goes_while_the_model_loads (Fixture *f, gconstpointer data) {
  make_dictation (f);
}

static void
on_notify (LonghandDictation *dictation, GParamSpec *pspec, GString *names) {
  g_string_append_printf (names, "%s ", pspec->name);
}

static double
parts_ms (Fixture *f, guint first, guint end) {
  LonghandStats stats;
  double ms = 0;

  longhand_dictation_get_stats (f->dictation, &stats);
  for (guint i = first; i < end; i++) {
    g_assert_nonnull (stats.parts[i].name);
    ms += stats.parts[i].ms;
  }
  return ms;
}

/* Also for a model that is opened later, and only as long as somebody looks. */
static void
passes_are_timed_by_component_while_asked (Fixture *f, gconstpointer data) {
  LonghandStats stats;

  make_dictation (f);
  longhand_dictation_set_detailed (f->dictation, TRUE);
  wait_ready (f);
  g_assert_cmpfloat (parts_ms (f, 0, LONGHAND_N_PARTS), ==, 0);
  start (f);
  speak (f, 0, IN_PAUSE);
  RUN_UNTIL (f->committed->len == 1);
  g_assert_cmpfloat (parts_ms (f, 0, LONGHAND_N_ENCODER_PARTS), >, 0);
  g_assert_cmpfloat (parts_ms (f, LONGHAND_N_ENCODER_PARTS, LONGHAND_N_PARTS), >, 0);
  longhand_dictation_get_stats (f->dictation, &stats);
  g_assert_cmpfloat (parts_ms (f, 0, LONGHAND_N_PARTS), <=, stats.final_cost_ms);

  longhand_dictation_set_detailed (f->dictation, FALSE);
  speak (f, IN_PAUSE, f->n_sound);
  stop (f);
  g_assert_cmpuint (f->committed->len, ==, 2);
  g_assert_cmpfloat (parts_ms (f, 0, LONGHAND_N_PARTS), ==, 0);
  assert_no_failure (f);
}

static void
properties_notify (Fixture *f, gconstpointer data) {
  g_autoptr (GString) names = g_string_new ("");
  int state, model_state;

  make_dictation (f);
  g_signal_connect (f->dictation, "notify", G_CALLBACK (on_notify), names);
  wait_ready (f);
  g_assert_cmpstr (names->str, ==, "threads-reason model-state ");
  start (f);
  stop (f);
  g_assert_cmpstr (names->str, ==, "threads-reason model-state state state state state ");
  g_object_get (f->dictation, "state", &state, "model-state", &model_state, NULL);
  g_assert_cmpint (state, ==, LONGHAND_STATE_IDLE);
  g_assert_cmpint (model_state, ==, LONGHAND_MODEL_STATE_READY);
}

int
main (int argc, char **argv) {
  static const struct {
    const char *name;
    void (*run) (Fixture *, gconstpointer);
  } tests[] = {
    { "words-appear-before-the-utterance-ends", words_appear_before_the_utterance_ends },
    { "being-behind-is-told-and-ends", being_behind_is_told_and_ends },
    { "each-pause-commits-an-utterance", each_pause_commits_an_utterance },
    { "last-word-survives-stop", last_word_survives_stop },
    { "first-and-last-word-survive-conversion", first_and_last_word_survive_conversion },
    { "silence-gives-no-text", silence_gives_no_text },
    { "other-formats-give-the-same-words", other_formats_give_the_same_words },
    { "times-go-on-over-recordings", times_go_on_over_recordings },
    { "lost-microphone-keeps-what-was-said", lost_microphone_keeps_what_was_said },
    { "recording-goes-on-when-the-microphone-is-back", recording_goes_on_when_the_microphone_is_back },
    { "microphone-may-be-back-before-the-last-words-are-written",
      microphone_may_be_back_before_the_last_words_are_written },
    { "stop-ends-the-wait-for-a-microphone", stop_ends_the_wait_for_a_microphone },
    { "other-microphone-is-used-when-asked-for", other_microphone_is_used_when_asked_for },
    { "microphone-chosen-in-the-settings-ends-the-wait", microphone_chosen_in_the_settings_ends_the_wait },
    { "chosen-microphone-that-is-absent-is-waited-for", chosen_microphone_that_is_absent_is_waited_for },
    { "sound-system-that-hangs-ends-the-wait", sound_system_that_hangs_ends_the_wait },
    { "shutdown-ends-the-wait-for-a-microphone", shutdown_ends_the_wait_for_a_microphone },
    { "microphone-that-cannot-be-opened-is-reported", microphone_that_cannot_be_opened_is_reported },
    { "absurd-microphone-is-reported", absurd_microphone_is_reported },
    { "stop-before-the-microphone-is-open", stop_before_the_microphone_is_open },
    { "chosen-microphone-is-opened", chosen_microphone_is_opened },
    { "level-and-lost-samples-are-told", level_and_lost_samples_are_told },
    { "sound-that-the-device-lost-is-told-once", sound_that_the_device_lost_is_told_once },
    { "muted-microphone-is-told-until-sound-comes", muted_microphone_is_told_until_sound_comes },
    { "devices-are-listed-in-the-background", devices_are_listed_in_the_background },
    { "recording-does-not-wait-for-the-model", recording_does_not_wait_for_the_model },
    { "missing-model-is-reported-at-each-start", missing_model_is_reported_at_each_start },
    { "broken-model-is-reported", broken_model_is_reported },
    { "model-failing-while-recording-loses-no-sound", model_failing_while_recording_loses_no_sound },
    { "other-model-waits-for-the-end-of-the-recording", other_model_waits_for_the_end_of_the_recording },
    { "english-model-has-no-choice-of-language", english_model_has_no_choice_of_language },
    { "threads-change-while-recording", threads_change_while_recording },
    { "pause-length-changes-between-utterances", pause_length_changes_between_utterances },
    { "longer-pause-joins-utterances", longer_pause_joins_utterances },
    { "figures-are-those-of-the-engine", figures_are_those_of_the_engine },
    { "passes-are-timed-by-component-while-asked", passes_are_timed_by_component_while_asked },
    { "shutdown-commits-what-was-said", shutdown_commits_what_was_said },
    { "object-goes-while-recording", object_goes_while_recording },
    { "object-goes-while-the-model-loads", object_goes_while_the_model_loads },
    { "properties-notify", properties_notify },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++) {
    g_autofree char *path = g_strconcat ("/dictation/", tests[i].name, NULL);

    g_test_add (path, Fixture, NULL, set_up, tests[i].run, tear_down);
  }
  return g_test_run ();
}
