/* A recording on its way to text, with the bundled model; and weights that are shared. */
#include "audio/longhand-audio-file.h"
#include "audio/longhand-journal-format.h"
#include "audio/longhand-samples.h"
#include "audio/longhand-scratch.h"
#include "dictation/longhand-session-sound.h"
#include "files/longhand-file-recognizer.h"
#include "longhand-error.h"
#include "models/longhand-shared-model.h"
#include "sandbox/longhand-sandbox.h"

#include <glib/gstdio.h>
#include <pthread.h>
#include <quill.h>
#include <sndfile.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define RUN_UNTIL(condition)                                                                                 \
  while (!(condition))                                                                                       \
  g_main_context_iteration (NULL, TRUE)

/* ---- the engine, looked at on the way (--wrap) ---- */

static atomic_uint n_opened;
static void (*on_transcribe) (const struct quill_params *params);

enum quill_status __real_quill_model_open (struct quill_model **out, const char *path,
                                           struct quill_error *err);
enum quill_status __wrap_quill_model_open (struct quill_model **out, const char *path,
                                           struct quill_error *err);
enum quill_status
__wrap_quill_model_open (struct quill_model **out, const char *path, struct quill_error *err) {
  atomic_fetch_add (&n_opened, 1);
  return __real_quill_model_open (out, path, err);
}

enum quill_status __real_quill_transcribe (struct quill_transcriber *transcriber, const float *samples,
                                           size_t n, const struct quill_params *params,
                                           struct quill_result **out, struct quill_error *err);
enum quill_status __wrap_quill_transcribe (struct quill_transcriber *transcriber, const float *samples,
                                           size_t n, const struct quill_params *params,
                                           struct quill_result **out, struct quill_error *err);
enum quill_status
__wrap_quill_transcribe (struct quill_transcriber *transcriber, const float *samples, size_t n,
                         const struct quill_params *params, struct quill_result **out,
                         struct quill_error *err) {
  if (on_transcribe != NULL)
    on_transcribe (params);
  return __real_quill_transcribe (transcriber, samples, n, params, out, err);
}

/* ---- what all tests have ---- */

typedef struct {
  LonghandSettings *settings;
  LonghandModelStore *store;
  LonghandFileRecognizer *recognizer;
  GObject *owner; /* of the mailbox */
  LonghandMailbox *mailbox;
} Fixture;

/* What came last. */
static guint n_outcomes, serial;
static char *text, *message, *note;
static guint n_words;
static gint64 duration_ms;
static GArray *sound; /* gint16, that it came with; NULL: with none */

static void
forget (void) {
  n_outcomes = n_words = 0;
  g_clear_pointer (&text, g_free);
  g_clear_pointer (&message, g_free);
  g_clear_pointer (&note, g_free);
  g_clear_pointer (&sound, g_array_unref);
}

static gboolean
note_sound (gpointer user, gint64 time, const gint16 *samples, gsize n) {
  g_assert_cmpint (time, ==, sound->len); /* there are no gaps */
  g_array_append_vals (sound, samples, (guint)n);
  return TRUE;
}

static void
on_done (gpointer owner, gpointer letter) {
  const LonghandFileOutcome *outcome = letter;

  forget ();
  n_outcomes = 1;
  serial = outcome->serial;
  duration_ms = outcome->duration_ms;
  note = g_strdup (outcome->remark);
  if (outcome->sound_fd >= 0) {
    sound = g_array_new (FALSE, FALSE, sizeof (gint16));
    longhand_session_sound_read (outcome->sound_fd, 0, G_MAXINT64, note_sound, NULL);
  }
  g_assert_true ((outcome->transcript == NULL) == (outcome->error != NULL));
  if (outcome->error != NULL) {
    message = g_strdup (outcome->error->message);
    return;
  }
  text = longhand_transcript_dup_text (outcome->transcript);
  for (guint i = 0; i < longhand_transcript_get_n_segments (outcome->transcript); i++) {
    const LonghandSegment *segment = longhand_transcript_get_segment (outcome->transcript, i);

    n_words += segment->words != NULL ? segment->words->len : 0;
  }
}

static void
set_up (Fixture *f, gconstpointer data) {
  f->settings = longhand_settings_new_in_memory ();
  f->store = longhand_model_store_new ();
  f->recognizer = longhand_file_recognizer_new (f->settings, f->store);
  f->owner = g_object_new (G_TYPE_OBJECT, NULL);
  f->mailbox = longhand_mailbox_new (f->owner);
  on_transcribe = NULL;
  atomic_store (&n_opened, 0);
}

static void
tear_down (Fixture *f, gconstpointer data) {
  f->recognizer->free (f->recognizer);
  longhand_mailbox_close (f->mailbox);
  longhand_mailbox_unref (f->mailbox);
  g_object_unref (f->owner);
  g_object_unref (f->store);
  g_object_unref (f->settings);
  forget ();
}

static const char *
sample (void) {
  return g_getenv ("LONGHAND_TEST_WAV");
}

static void
begin (Fixture *f, const char *path) {
  g_autoptr (GError) error = NULL;

  f->recognizer->begin (f->recognizer, path, 7, f->mailbox, on_done, &error);
  g_assert_no_error (error);
}

static void
wait_done (Fixture *f) {
  RUN_UNTIL (n_outcomes > 0);
  f->recognizer->end (f->recognizer);
  g_assert_cmpuint (serial, ==, 7);
}

/* Samples of silence as a file in a folder of its own. (transfer full) */
static char *
make_wav (sf_count_t n) {
  g_autofree char *dir = g_dir_make_tmp ("longhand-file-XXXXXX", NULL);
  g_autofree float *silence = g_new0 (float, n + 1);
  char *path = g_build_filename (dir, "silence.wav", NULL);
  SF_INFO info = { .samplerate = 16000, .channels = 1, .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16 };
  SNDFILE *out = sf_open (path, SFM_WRITE, &info);

  g_assert_nonnull (out);
  g_assert_cmpint (sf_writef_float (out, silence, n), ==, n);
  sf_close (out);
  return path;
}

static void
remove_wav (char *path) {
  g_autofree char *dir = g_path_get_dirname (path);

  g_remove (path);
  g_rmdir (dir);
  g_free (path);
}

/* ---- text ---- */

static void
recording_becomes_text_with_times_of_words (Fixture *f, gconstpointer data) {
  gint64 done_ms, total_ms;

  begin (f, sample ());
  RUN_UNTIL (n_outcomes > 0);
  f->recognizer->get_progress (f->recognizer, &done_ms, &total_ms);
  g_assert_cmpint (done_ms, >, 0);
  g_assert_cmpint (total_ms, ==, duration_ms);
  wait_done (f);
  g_assert_null (message);
  g_assert_null (note);
  g_assert_cmpuint (n_words, >, 3);
  g_assert_cmpint (duration_ms, >, 1000);
  f->recognizer->get_progress (f->recognizer, &done_ms, &total_ms);
  g_assert_cmpint (total_ms, ==, 0);
}

static void
replacements_are_written_as_in_dictation (Fixture *f, gconstpointer data) {
  g_autofree char *first = NULL, *rule = NULL;
  const char *rules[] = { NULL, NULL };

  begin (f, sample ());
  wait_done (f);
  first = g_strndup (text, strcspn (text, " ,."));
  rule = g_strdup_printf ("%s => Xylophone", first);
  rules[0] = rule;
  g_settings_set_strv (longhand_settings_get_gsettings (f->settings), "replacements", rules);
  forget ();
  begin (f, sample ());
  wait_done (f);
  g_assert_nonnull (strstr (text, "Xylophone"));
}

static void
silence_and_too_little_are_remarked_on (Fixture *f, gconstpointer data) {
  char *silence = make_wav (32000), *click = make_wav (1600), *nothing = make_wav (0);

  begin (f, silence);
  wait_done (f);
  g_assert_cmpstr (text, ==, "");
  g_assert_nonnull (strstr (note, "No words were heard"));
  forget ();
  begin (f, click);
  wait_done (f);
  g_assert_cmpstr (text, ==, "");
  g_assert_nonnull (strstr (note, "too short"));
  forget ();
  begin (f, nothing);
  wait_done (f);
  g_assert_null (text);
  g_assert_nonnull (strstr (message, "holds no sound"));
  remove_wav (silence);
  remove_wav (click);
  remove_wav (nothing);
}

static void
file_that_is_gone_says_so (Fixture *f, gconstpointer data) {
  begin (f, "/nonexistent/gone.wav");
  wait_done (f);
  g_assert_nonnull (strstr (message, "There is no file"));
}

static void
missing_model_is_known_at_once (Fixture *f, gconstpointer data) {
  g_autoptr (GError) error = NULL;

  longhand_settings_set_model (f->settings, "no-such-model");
  g_assert_false (f->recognizer->begin (f->recognizer, sample (), 7, f->mailbox, on_done, &error));
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_MODEL_MISSING);
}

/* ---- sound ---- */

static void
want_sound (Fixture *f) {
  g_settings_set_string (longhand_settings_get_gsettings (f->settings), "keep-sound", "always");
}

static void
sound_comes_with_the_text_where_it_is_kept (Fixture *f, gconstpointer data) {
  begin (f, sample ());
  wait_done (f);
  g_assert_null (sound);
  forget ();
  want_sound (f);
  begin (f, sample ());
  wait_done (f);
  g_assert_null (note);
  g_assert_cmpint ((gint64)sound->len * 1000 / QUILL_SAMPLE_RATE, ==, duration_ms);
}

/* It can be heard in another way later. */
static void
sound_is_as_in_the_file_whatever_is_done_to_recognise_it (Fixture *f, gconstpointer data) {
  g_autofree guint8 *pcm = NULL;
  g_autofree float *samples = NULL;
  gsize n;

  longhand_settings_set_noise_reduction (f->settings, TRUE);
  longhand_settings_set_automatic_gain (f->settings, TRUE);
  want_sound (f);
  begin (f, sample ());
  wait_done (f);
  samples = longhand_audio_file_load (sample (), &n, NULL, NULL);
  pcm = g_malloc (2 * n);
  longhand_sound_to_pcm (samples, n, pcm);
  for (gsize i = 0; i < n; i++) { /* the machine's own order */
    const gint16 value = (gint16)(pcm[2 * i] | pcm[2 * i + 1] << 8);

    memcpy (pcm + 2 * i, &value, 2);
  }
  g_assert_cmpmem (sound->data, 2 * sound->len, pcm, 2 * n);
}

static void
sound_without_words_is_dropped (Fixture *f, gconstpointer data) {
  char *silence = make_wav (32000), *click = make_wav (1600);

  want_sound (f);
  begin (f, silence);
  wait_done (f);
  g_assert_null (sound);
  forget ();
  begin (f, click);
  wait_done (f);
  g_assert_null (sound);
  remove_wav (silence);
  remove_wav (click);
}

static void
text_is_there_where_its_sound_finds_no_room (Fixture *f, gconstpointer data) {
  g_autofree char *before = g_strdup (g_getenv ("TMPDIR"));

  want_sound (f);
  g_setenv ("TMPDIR", "/nonexistent", TRUE);
  begin (f, sample ());
  wait_done (f);
  if (before != NULL)
    g_setenv ("TMPDIR", before, TRUE);
  else
    g_unsetenv ("TMPDIR");
  g_assert_null (sound);
  g_assert_cmpuint (n_words, >, 3);
  g_assert_nonnull (strstr (note, "cannot be kept in “/nonexistent”"));
}

/* ---- giving way ---- */

static void
held_run_can_be_cancelled (Fixture *f, gconstpointer data) {
  f->recognizer->set_held (f->recognizer, TRUE);
  begin (f, sample ());
  f->recognizer->cancel (f->recognizer);
  wait_done (f);
  g_assert_null (text);
  f->recognizer->set_held (f->recognizer, FALSE);
}

static atomic_bool has_begun, goes_on;
static LonghandSandboxState sandbox; /* of the run */
static gboolean can_write_scratch;   /* likewise */

static void
look_at_sandbox (gpointer state) {
  longhand_sandbox_probe (state);
}

static gboolean
can_make_scratch_file (void) {
  const int fd = longhand_scratch_open ("test", NULL);

  if (fd >= 0)
    close (fd);
  return fd >= 0;
}

/* Between two steps of the engine. */
static void
take_a_step (const struct quill_params *params) {
  atomic_store (&has_begun, true);
  while (!atomic_load (&goes_on))
    g_usleep (100);
  g_assert_cmpint (getpriority (PRIO_PROCESS, 0), >=, 10);
  longhand_sandbox_probe (&sandbox);
  can_write_scratch = can_make_scratch_file ();
  g_assert_false (params->cancelled (params->user));
  atomic_store (&has_begun, false);
}

static void
held_run_rests_between_two_steps (Fixture *f, gconstpointer data) {
  atomic_store (&has_begun, false);
  atomic_store (&goes_on, false);
  on_transcribe = take_a_step;
  begin (f, sample ());
  while (!atomic_load (&has_begun))
    g_usleep (100);
  f->recognizer->set_held (f->recognizer, TRUE);
  atomic_store (&goes_on, true);
  for (guint i = 0; i < 100; i++) {
    g_assert_true (atomic_load (&has_begun));
    g_usleep (1000);
  }
  f->recognizer->set_held (f->recognizer, FALSE);
  wait_done (f);
  g_assert_cmpuint (n_words, >, 3);
}

static void
run_is_closed_in_as_far_as_the_kernel_can (Fixture *f, gconstpointer data) {
  LonghandSandboxState possible = { 0 };

  g_assert_true (longhand_sandbox_run (look_at_sandbox, &possible, NULL));
  atomic_store (&goes_on, true);
  on_transcribe = take_a_step;
  begin (f, sample ());
  wait_done (f);
  g_assert_null (message);
  g_assert_true (sandbox.is_known);
  g_assert_cmpint (sandbox.no_sockets, ==, possible.no_sockets);
  g_assert_cmpint (sandbox.no_files, ==, possible.no_files);
  g_assert_cmpint (sandbox.no_programs, ==, possible.no_programs);
  g_assert_cmpint (can_write_scratch, ==, !possible.no_files);
}

/* Neither its samples nor its sound fit in memory, and the run cannot make a file for them. */
static void
long_recording_has_its_place_from_before (Fixture *f, gconstpointer data) {
  char *silence = make_wav (LONGHAND_SAMPLES_IN_MEMORY + 16000);

  want_sound (f);
  begin (f, silence);
  wait_done (f);
  g_assert_null (message);
  g_assert_nonnull (strstr (note, "No words were heard"));
  remove_wav (silence);
}

static void
run_is_let_go_in_the_middle (Fixture *f, gconstpointer data) {
  atomic_store (&has_begun, false);
  atomic_store (&goes_on, true);
  f->recognizer->set_held (f->recognizer, TRUE);
  begin (f, sample ());
  f->recognizer->end (f->recognizer); /* waits for its thread */
  f->recognizer->set_held (f->recognizer, FALSE);
}

/* ---- weights ---- */

static void
weights_in_use_are_not_opened_again (Fixture *f, gconstpointer data) {
  g_autoptr (LonghandModel) model = longhand_model_store_find (f->store, "", NULL);
  g_autoptr (GError) error = NULL;
  LonghandSharedModel *dictation = longhand_shared_model_open (longhand_model_get_path (model), &error);

  g_assert_no_error (error);
  g_assert_cmpuint (atomic_load (&n_opened), ==, 1);
  begin (f, sample ());
  wait_done (f);
  g_assert_cmpuint (atomic_load (&n_opened), ==, 1);
  longhand_shared_model_close (dictation);
  forget ();
  begin (f, sample ());
  wait_done (f);
  g_assert_cmpuint (atomic_load (&n_opened), ==, 2);
}

static void
another_file_of_the_same_name_is_another_model (Fixture *f, gconstpointer data) {
  g_autoptr (LonghandModel) model = longhand_model_store_find (f->store, "", NULL);
  g_autofree char *dir = g_dir_make_tmp ("longhand-model-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "model.bin", NULL);
  g_autofree char *content = NULL;
  g_autoptr (LonghandSharedModel) first = NULL;
  g_autoptr (LonghandSharedModel) second = NULL;
  gsize n;

  g_assert_true (g_file_get_contents (longhand_model_get_path (model), &content, &n, NULL));
  g_assert_true (g_file_set_contents (path, content, (gssize)n, NULL));
  first = longhand_shared_model_open (path, NULL);
  g_assert_true (g_file_set_contents (path, content, (gssize)n, NULL));
  second = longhand_shared_model_open (path, NULL);
  g_assert_nonnull (second);
  g_assert_true (longhand_shared_model_get (first) != longhand_shared_model_get (second));
  g_remove (path);
  g_rmdir (dir);
}

static void
model_that_cannot_be_opened_is_no_model (Fixture *f, gconstpointer data) {
  g_autoptr (GError) error = NULL;

  g_assert_null (longhand_shared_model_open ("/nonexistent/model.bin", &error));
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_MODEL_MISSING);
  longhand_shared_model_close (NULL);
}

#define ADD(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  ADD ("/text/recording-becomes-text-with-times-of-words", recording_becomes_text_with_times_of_words);
  ADD ("/text/replacements-are-written-as-in-dictation", replacements_are_written_as_in_dictation);
  ADD ("/text/silence-and-too-little-are-remarked-on", silence_and_too_little_are_remarked_on);
  ADD ("/text/file-that-is-gone-says-so", file_that_is_gone_says_so);
  ADD ("/text/missing-model-is-known-at-once", missing_model_is_known_at_once);
  ADD ("/sound/sound-comes-with-the-text-where-it-is-kept", sound_comes_with_the_text_where_it_is_kept);
  ADD ("/sound/sound-is-as-in-the-file-whatever-is-done-to-recognise-it",
       sound_is_as_in_the_file_whatever_is_done_to_recognise_it);
  ADD ("/sound/sound-without-words-is-dropped", sound_without_words_is_dropped);
  ADD ("/sound/text-is-there-where-its-sound-finds-no-room", text_is_there_where_its_sound_finds_no_room);
  ADD ("/hold/held-run-can-be-cancelled", held_run_can_be_cancelled);
  ADD ("/hold/held-run-rests-between-two-steps", held_run_rests_between_two_steps);
  ADD ("/hold/run-is-closed-in-as-far-as-the-kernel-can", run_is_closed_in_as_far_as_the_kernel_can);
  ADD ("/hold/long-recording-has-its-place-from-before", long_recording_has_its_place_from_before);
  ADD ("/hold/run-is-let-go-in-the-middle", run_is_let_go_in_the_middle);
  ADD ("/weights/weights-in-use-are-not-opened-again", weights_in_use_are_not_opened_again);
  ADD ("/weights/another-file-of-the-same-name-is-another-model",
       another_file_of_the_same_name_is_another_model);
  ADD ("/weights/model-that-cannot-be-opened-is-no-model", model_that_cannot_be_opened_is_no_model);
  return g_test_run ();
}
