/* Files on their way to sessions: the queue without a model, and the arithmetic of its time. The linker puts
 * the function of this file before that which looks into sound files (--wrap). */
#include "audio/longhand-audio-file.h"
#include "files/longhand-file-clock.h"
#include "files/longhand-file-queue.h"
#include "files/longhand-file-text.h"
#include "fake-file-recognizer.h"
#include "library-fixture.h"
#include "longhand-error.h"
#include "sandbox/longhand-sandbox.h"

#include <sndfile.h>
#include <string.h>

#define FOREVER_US (60 * G_USEC_PER_SEC)

/* ---- what can be reached while a file is looked into ---- */

static LonghandSandboxState seen;

gboolean __wrap_longhand_audio_file_probe (const char *path, double *seconds, GError **error);
gboolean __real_longhand_audio_file_probe (const char *path, double *seconds, GError **error);

gboolean
__wrap_longhand_audio_file_probe (const char *path, double *seconds, GError **error) {
  longhand_sandbox_probe (&seen);
  return __real_longhand_audio_file_probe (path, seconds, error);
}

static void
note_state (gpointer user) {
  longhand_sandbox_probe (user);
}

/* ---- what all tests have ---- */

typedef struct {
  LibraryFixture on_disk;
  LonghandSettings *settings;
  LonghandLibrary *library;
  LonghandSounds *sounds;
  FakeFileRecognizer *fake; /* of queue */
  LonghandFileQueue *queue;
  guint n_busy, n_finished; /* signals */
} Fixture;

static void
count_up (guint *n) {
  (*n)++;
}

static void
set_up (Fixture *f, gconstpointer data) {
  library_fixture_set_up (&f->on_disk, NULL);
  f->settings = longhand_settings_new_in_memory ();
  f->library = longhand_library_new (f->on_disk.path);
  f->sounds = longhand_sounds_new (longhand_library_get_sound_folder (f->library));
  f->fake = fake_file_recognizer_new ();
  f->queue = longhand_file_queue_new (&f->fake->parent, f->settings, f->library, f->sounds);
  g_signal_connect_swapped (f->queue, "notify::busy", G_CALLBACK (count_up), &f->n_busy);
  g_signal_connect_swapped (f->queue, "finished", G_CALLBACK (count_up), &f->n_finished);
}

static void
tear_down (Fixture *f, gconstpointer data) {
  /* a file that is still looked into holds the queue */
  g_signal_handlers_disconnect_matched (f->queue, G_SIGNAL_MATCH_FUNC, 0, 0, NULL, (gpointer)count_up, NULL);
  longhand_file_queue_close (f->queue);
  g_clear_object (&f->queue);
  g_clear_object (&f->sounds);
  g_clear_object (&f->library);
  g_clear_object (&f->settings);
  library_fixture_tear_down (&f->on_disk, NULL);
}

static void
add_sound (Fixture *f, const char *name, guint seconds) {
  g_autoptr (GFile) file = fake_recording_new (f->on_disk.dir, name, seconds);

  longhand_file_queue_add (f->queue, file);
}

static LonghandFileItem *
item (Fixture *f, guint i) {
  g_autoptr (LonghandFileItem) found = g_list_model_get_item (G_LIST_MODEL (f->queue), i);

  g_assert_nonnull (found);
  return found; /* the queue keeps it */
}

static LonghandFileState
state (Fixture *f, guint i) {
  return longhand_file_item_get_state (item (f, i));
}

#define RUN_UNTIL(condition)                                                                                 \
  while (!(condition))                                                                                       \
  g_main_context_iteration (NULL, TRUE)

static void
wait_checked (Fixture *f, guint i) {
  RUN_UNTIL (state (f, i) != LONGHAND_FILE_STATE_CHECKING);
}

static void
flush_library (Fixture *f) {
  longhand_library_flush (f->library, FOREVER_US);
  while (g_main_context_pending (NULL))
    g_main_context_iteration (NULL, TRUE);
}

/* In the library's list, whatever its place. */
static const LonghandSessionSummary *
summary_of (Fixture *f, LonghandFileItem *wanted) {
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (f->library)); i++) {
    g_autoptr (LonghandSessionItem) session = g_list_model_get_item (G_LIST_MODEL (f->library), i);
    const LonghandSessionSummary *summary = longhand_session_item_get_summary (session);

    if (summary->id == longhand_file_item_get_session_id (wanted))
      return summary; /* the library keeps it */
  }
  g_assert_not_reached ();
}

/* ---- one after the other ---- */

static void
files_become_sessions_one_after_the_other (Fixture *f, gconstpointer data) {
  const LonghandSessionSummary *first, *second;

  add_sound (f, "First.wav", 1);
  add_sound (f, "Second.part.wav", 2);
  g_assert_cmpuint (longhand_file_queue_get_n_open (f->queue), ==, 2);
  wait_checked (f, 0);
  wait_checked (f, 1);
  g_assert_cmpuint (f->fake->begun->len, ==, 1);
  g_assert_cmpuint (f->n_busy, ==, 1);
  fake_file_recognizer_answer (f->fake, "one", NULL);
  g_assert_cmpuint (f->fake->begun->len, ==, 2);
  fake_file_recognizer_answer (f->fake, "two", NULL);
  g_assert_cmpint (state (f, 0), ==, LONGHAND_FILE_STATE_DONE);
  g_assert_cmpint (state (f, 1), ==, LONGHAND_FILE_STATE_DONE);
  g_assert_cmpuint (longhand_file_queue_get_n_open (f->queue), ==, 0);
  g_assert_cmpuint (f->n_busy, ==, 2);
  g_assert_cmpuint (f->n_finished, ==, 0); /* the texts are not safe yet */

  flush_library (f);
  g_assert_cmpuint (f->n_finished, ==, 1);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->library)), ==, 2);
  g_assert_cmpuint (longhand_file_queue_get_n_unkept (f->queue), ==, 0);
  first = summary_of (f, item (f, 0));
  second = summary_of (f, item (f, 1));
  g_assert_cmpstr (first->title, ==, "First");
  g_assert_cmpstr (second->title, ==, "Second.part");
  g_assert_cmpint (first->duration_ms, ==, 2000);
}

static void
what_is_no_recording_fails_with_a_sentence_and_the_others_go_on (Fixture *f, gconstpointer data) {
  g_autofree char *text = g_build_filename (f->on_disk.dir, "notes.txt", NULL);
  g_autofree char *empty = g_build_filename (f->on_disk.dir, "empty.wav", NULL);
  g_autofree char *missing = g_build_filename (f->on_disk.dir, "missing.wav", NULL);
  const char *const paths[] = { f->on_disk.dir, text, empty, missing };
  const char *const reasons[] = { "is a folder", "is not a sound file", "is empty", "There is no file" };

  g_assert_true (g_file_set_contents (text, "a letter", -1, NULL));
  g_assert_true (g_file_set_contents (empty, "", 0, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++) {
    g_autoptr (GFile) file = g_file_new_for_path (paths[i]);

    longhand_file_queue_add (f->queue, file);
  }
  add_sound (f, "good.wav", 1);
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++) {
    wait_checked (f, i);
    g_assert_cmpint (state (f, i), ==, LONGHAND_FILE_STATE_FAILED);
    g_assert_nonnull (strstr (longhand_file_item_get_message (item (f, i)), reasons[i]));
    g_assert_null (strstr (longhand_file_item_get_message (item (f, i)), f->on_disk.dir));
  }
  wait_checked (f, 4);
  fake_file_recognizer_answer (f->fake, "heard", NULL);
  g_assert_cmpint (state (f, 4), ==, LONGHAND_FILE_STATE_DONE);
  g_assert_cmpuint (f->fake->begun->len, ==, 1);
}

static void
files_are_looked_into_inside_the_sandbox (Fixture *f, gconstpointer data) {
  LonghandSandboxState possible = { 0 };

  g_assert_true (longhand_sandbox_run (note_state, &possible, NULL));
  add_sound (f, "from-anywhere.wav", 1);
  wait_checked (f, 0);
  g_assert_cmpmem (&seen, sizeof seen, &possible, sizeof possible);
}

static void
file_elsewhere_is_to_be_copied_first (Fixture *f, gconstpointer data) {
  g_autoptr (GFile) file = g_file_new_for_uri ("sftp://example.org/interview.mp3");

  longhand_file_queue_add (f->queue, file);
  g_assert_cmpint (state (f, 0), ==, LONGHAND_FILE_STATE_FAILED);
  g_assert_cmpstr (longhand_file_item_get_message (item (f, 0)), ==,
                   "“interview.mp3” is not on this computer: copy it here first.");
}

static void
file_that_fails_can_be_tried_again (Fixture *f, gconstpointer data) {
  g_autofree char *path = g_build_filename (f->on_disk.dir, "late.wav", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  longhand_file_queue_add (f->queue, file);
  wait_checked (f, 0);
  g_assert_cmpint (state (f, 0), ==, LONGHAND_FILE_STATE_FAILED);
  g_object_unref (fake_recording_new (f->on_disk.dir, "late.wav", 1));
  longhand_file_queue_retry (f->queue, item (f, 0));
  wait_checked (f, 0);
  g_assert_cmpint (state (f, 0), ==, LONGHAND_FILE_STATE_RUNNING);
  g_assert_null (longhand_file_item_get_message (item (f, 0)));
  fake_file_recognizer_answer (
      f->fake, NULL, g_error_new_literal (LONGHAND_ERROR, LONGHAND_ERROR_WRITE, "The disk is full."));
  g_assert_cmpint (state (f, 0), ==, LONGHAND_FILE_STATE_FAILED);
  g_assert_cmpstr (longhand_file_item_get_message (item (f, 0)), ==, "The disk is full.");
}

static void
without_a_model_each_file_says_so (Fixture *f, gconstpointer data) {
  f->fake->refuses = TRUE;
  add_sound (f, "one.wav", 1);
  add_sound (f, "two.wav", 1);
  wait_checked (f, 0);
  wait_checked (f, 1);
  g_assert_cmpuint (longhand_file_queue_get_n_open (f->queue), ==, 0);
  g_assert_cmpstr (longhand_file_item_get_message (item (f, 1)), ==, "There is no model.");
}

static void
file_is_open_once (Fixture *f, gconstpointer data) {
  g_autoptr (GFile) file = fake_recording_new (f->on_disk.dir, "once.wav", 1);

  longhand_file_queue_add (f->queue, file);
  longhand_file_queue_add (f->queue, file);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->queue)), ==, 1);
  wait_checked (f, 0);
  fake_file_recognizer_answer (f->fake, "said", NULL);
  longhand_file_queue_add (f->queue, file);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->queue)), ==, 2);
}

/* ---- sound ---- */

static GSettings *
get_settings (Fixture *f) {
  return longhand_settings_get_gsettings (f->settings);
}

static void
transcribe_with_sound (Fixture *f) {
  f->fake->has_sound = TRUE;
  add_sound (f, "talk.wav", 2);
  wait_checked (f, 0);
  fake_file_recognizer_answer (f->fake, "heard", NULL);
}

/* What is kept of the first file. (transfer full) */
static GPtrArray *
list_sound (Fixture *f) {
  g_assert_true (longhand_sounds_flush (f->sounds, FOREVER_US));
  return longhand_sound_files_list (longhand_library_get_sound_folder (f->library),
                                    longhand_file_item_get_session_id (item (f, 0)));
}

static void
assert_sound_is_kept (Fixture *f) {
  g_autoptr (GPtrArray) parts = list_sound (f);
  const LonghandSoundPart *part;
  SF_INFO info = { 0 };
  gint16 samples[21];
  SNDFILE *file;

  g_assert_cmpuint (parts->len, ==, 1);
  part = parts->pdata[0];
  g_assert_cmpint (part->start_ms, ==, 0);
  g_assert_cmpint (part->end_ms, ==, 2000);
  file = sf_open (part->path, SFM_READ, &info);
  g_assert_cmpint (info.format & SF_FORMAT_TYPEMASK, ==, SF_FORMAT_FLAC);
  g_assert_cmpint (sf_readf_short (file, samples, 21), ==, 21);
  g_assert_cmpint (samples[19], ==, 8192);
  g_assert_cmpint (samples[20], ==, -8192);
  sf_close (file);
}

static void
sound_is_kept_with_its_session (Fixture *f, gconstpointer data) {
  g_settings_set_string (get_settings (f), "keep-sound", "month");
  transcribe_with_sound (f);
  assert_sound_is_kept (f);
}

static void
sound_that_is_not_wanted_any_more_is_not_kept (Fixture *f, gconstpointer data) {
  g_autoptr (GPtrArray) parts = NULL;

  transcribe_with_sound (f); /* was begun when it was */
  parts = list_sound (f);
  g_assert_cmpuint (parts->len, ==, 0);
}

static void
sound_waits_for_its_session (Fixture *f, gconstpointer data) {
  g_autoptr (GPtrArray) before = NULL;

  g_settings_set_string (get_settings (f), "keep-sound", "always");
  g_settings_set_boolean (get_settings (f), "keep-sessions", FALSE);
  transcribe_with_sound (f);
  before = list_sound (f);
  g_assert_cmpuint (before->len, ==, 0);
  g_settings_set_boolean (get_settings (f), "keep-sessions", TRUE);
  assert_sound_is_kept (f);
}

static void
sound_without_words_is_not_kept (Fixture *f, gconstpointer data) {
  g_autofree char *folder = g_strdup (longhand_library_get_sound_folder (f->library));

  g_settings_set_string (get_settings (f), "keep-sound", "always");
  f->fake->has_sound = TRUE;
  add_sound (f, "noise.wav", 2);
  wait_checked (f, 0);
  fake_file_recognizer_answer (f->fake, " ", NULL);
  g_assert_true (longhand_sounds_flush (f->sounds, FOREVER_US));
  g_assert_cmpuint (longhand_sound_files_measure (folder), ==, 0);
}

/* ---- cancelling ---- */

static void
cancelled_file_makes_way_for_the_next_and_its_text_is_dropped (Fixture *f, gconstpointer data) {
  add_sound (f, "one.wav", 1);
  add_sound (f, "two.wav", 1);
  wait_checked (f, 0);
  wait_checked (f, 1);
  longhand_file_queue_cancel (f->queue, item (f, 0));
  g_assert_cmpint (state (f, 0), ==, LONGHAND_FILE_STATE_CANCELLED);
  g_assert_cmpuint (f->fake->n_cancelled, ==, 1);
  g_assert_cmpuint (f->fake->begun->len, ==, 1); /* the first may still be at it */
  fake_file_recognizer_answer (f->fake, "too late", NULL);
  g_assert_cmpint (state (f, 0), ==, LONGHAND_FILE_STATE_CANCELLED);
  g_assert_cmpint (state (f, 1), ==, LONGHAND_FILE_STATE_RUNNING);
  fake_file_recognizer_answer (f->fake, "two", NULL);
  flush_library (f);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->library)), ==, 1);
}

static void
cancelling_all_leaves_what_is_done (Fixture *f, gconstpointer data) {
  add_sound (f, "one.wav", 1);
  add_sound (f, "two.wav", 1);
  add_sound (f, "three.wav", 1);
  wait_checked (f, 0);
  wait_checked (f, 1);
  fake_file_recognizer_answer (f->fake, "one", NULL);
  longhand_file_queue_cancel_all (f->queue); /* the third may still be looked at */
  g_assert_cmpint (state (f, 0), ==, LONGHAND_FILE_STATE_DONE);
  g_assert_cmpint (state (f, 1), ==, LONGHAND_FILE_STATE_CANCELLED);
  g_assert_cmpint (state (f, 2), ==, LONGHAND_FILE_STATE_CANCELLED);
  g_assert_cmpuint (longhand_file_queue_get_n_open (f->queue), ==, 0);
  g_assert_cmpuint (f->n_finished, ==, 0);
  fake_file_recognizer_answer (f->fake, NULL,
                               g_error_new_literal (LONGHAND_ERROR, LONGHAND_ERROR_CANCELLED, "Cancelled."));
  g_assert_cmpuint (f->fake->begun->len, ==, 2);
  flush_library (f);
  longhand_file_queue_clear (f->queue);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->queue)), ==, 0);
}

static void
clearing_leaves_what_is_open (Fixture *f, gconstpointer data) {
  add_sound (f, "one.wav", 1);
  add_sound (f, "two.wav", 1);
  wait_checked (f, 0);
  wait_checked (f, 1);
  longhand_file_queue_cancel (f->queue, item (f, 1));
  longhand_file_queue_clear (f->queue);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->queue)), ==, 1);
  g_assert_cmpstr (longhand_file_item_get_name (item (f, 0)), ==, "one.wav");
}

/* ---- dictation goes first ---- */

static void
nothing_is_begun_while_the_queue_is_held (Fixture *f, gconstpointer data) {
  longhand_file_queue_set_held (f->queue, TRUE);
  add_sound (f, "one.wav", 1);
  wait_checked (f, 0);
  g_assert_cmpint (state (f, 0), ==, LONGHAND_FILE_STATE_WAITING);
  g_assert_cmpuint (f->fake->begun->len, ==, 0);
  longhand_file_queue_set_held (f->queue, FALSE);
  g_assert_cmpint (state (f, 0), ==, LONGHAND_FILE_STATE_RUNNING);
  longhand_file_queue_set_held (f->queue, TRUE);
  g_assert_true (f->fake->is_held);
  g_assert_true (longhand_file_item_is_held (item (f, 0)));
  longhand_file_queue_set_held (f->queue, FALSE);
  g_assert_false (f->fake->is_held);
  g_assert_false (longhand_file_item_is_held (item (f, 0)));
}

/* ---- nothing is lost ---- */

static void
text_that_may_not_be_kept_stays_at_hand (Fixture *f, gconstpointer data) {
  const LonghandSession *session;

  g_settings_set_boolean (longhand_settings_get_gsettings (f->settings), "keep-sessions", FALSE);
  add_sound (f, "private.wav", 1);
  wait_checked (f, 0);
  fake_file_recognizer_answer (f->fake, "nobody's business", NULL);
  flush_library (f);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->library)), ==, 0);
  g_assert_cmpuint (longhand_file_queue_get_n_unkept (f->queue), ==, 1);
  longhand_file_queue_clear (f->queue);
  session = longhand_file_item_get_session (item (f, 0));
  g_assert_cmpstr (session->text, ==, "nobody's business");
}

static void
text_that_the_library_cannot_write_stays_until_it_can (Fixture *f, gconstpointer data) {
  flush_library (f);
  library_run_sql (&f->on_disk, "CREATE TRIGGER full BEFORE INSERT ON sessions BEGIN SELECT RAISE "
                                "(ABORT, 'no room'); END");
  add_sound (f, "one.wav", 1);
  wait_checked (f, 0);
  fake_file_recognizer_answer (f->fake, "precious", NULL);
  flush_library (f);
  g_assert_nonnull (longhand_file_item_get_message (item (f, 0)));
  g_assert_cmpuint (longhand_file_queue_get_n_unkept (f->queue), ==, 1);
  longhand_file_queue_clear (f->queue);
  g_assert_cmpstr (longhand_file_item_get_session (item (f, 0))->text, ==, "precious");

  library_run_sql (&f->on_disk, "DROP TRIGGER full");
  add_sound (f, "two.wav", 1);
  wait_checked (f, 1);
  fake_file_recognizer_answer (f->fake, "another", NULL);
  flush_library (f);
  g_assert_cmpuint (longhand_file_queue_get_n_unkept (f->queue), ==, 0);
  g_assert_null (longhand_file_item_get_message (item (f, 0)));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->library)), ==, 2);
}

static void
text_is_kept_as_soon_as_it_may_be (Fixture *f, gconstpointer data) {
  g_settings_set_boolean (longhand_settings_get_gsettings (f->settings), "keep-sessions", FALSE);
  add_sound (f, "Later.wav", 1);
  wait_checked (f, 0);
  fake_file_recognizer_answer (f->fake, "for all to read", NULL);
  g_settings_set_boolean (longhand_settings_get_gsettings (f->settings), "keep-sessions", TRUE);
  flush_library (f);
  g_assert_cmpuint (longhand_file_queue_get_n_unkept (f->queue), ==, 0);
  g_assert_cmpstr (summary_of (f, item (f, 0))->title, ==, "Later");
}

static void
all_is_done_when_the_library_has_said_what_it_could_not_write (Fixture *f, gconstpointer data) {
  flush_library (f);
  library_run_sql (&f->on_disk, "CREATE TRIGGER full BEFORE INSERT ON sessions BEGIN SELECT RAISE "
                                "(ABORT, 'no room'); END");
  add_sound (f, "one.wav", 1);
  wait_checked (f, 0);
  fake_file_recognizer_answer (f->fake, "precious", NULL);
  g_assert_cmpuint (f->n_finished, ==, 0);
  flush_library (f);
  g_assert_cmpuint (f->n_finished, ==, 1);
  library_run_sql (&f->on_disk, "DROP TRIGGER full");
  flush_library (f);
  g_assert_cmpuint (f->n_finished, ==, 1);
}

static void
recording_without_words_is_no_session (Fixture *f, gconstpointer data) {
  add_sound (f, "silence.wav", 1);
  wait_checked (f, 0);
  fake_file_recognizer_answer (f->fake, " ", NULL);
  flush_library (f);
  g_assert_cmpint (state (f, 0), ==, LONGHAND_FILE_STATE_DONE);
  g_assert_cmpint (longhand_file_item_get_session_id (item (f, 0)), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->library)), ==, 0);
}

static void
closing_drops_what_comes_later (Fixture *f, gconstpointer data) {
  g_autoptr (LonghandMailbox) mailbox = NULL;
  LonghandFileOutcome *outcome;
  LonghandMailFn done;

  add_sound (f, "one.wav", 1);
  add_sound (f, "two.wav", 1);
  wait_checked (f, 0);
  mailbox = longhand_mailbox_ref (f->fake->mailbox);
  done = f->fake->done;
  outcome = longhand_file_outcome_new (f->fake->serial);
  longhand_file_queue_close (f->queue); /* while the second is still looked at, maybe */
  longhand_mailbox_post (mailbox, done, outcome, (GDestroyNotify)longhand_file_outcome_free);
  longhand_file_queue_add (f->queue, longhand_file_item_get_file (item (f, 0)));
  flush_library (f);
  g_assert_cmpint (state (f, 0), ==, LONGHAND_FILE_STATE_RUNNING);
}

/* ---- progress and time ---- */

static void
progress_follows_the_recognizer (Fixture *f, gconstpointer data) {
  add_sound (f, "long.wav", 4);
  wait_checked (f, 0);
  g_assert_cmpint (longhand_file_item_get_duration_ms (item (f, 0)), ==, 4000);
  g_assert_cmpfloat (longhand_file_item_get_fraction (item (f, 0)), ==, 0);
  f->fake->done_ms = 1000;
  f->fake->total_ms = 4000;
  RUN_UNTIL (longhand_file_item_get_fraction (item (f, 0)) > 0);
  g_assert_cmpfloat (longhand_file_item_get_fraction (item (f, 0)), ==, 0.25);
  fake_file_recognizer_answer (f->fake, "done", NULL);
  g_assert_cmpfloat (longhand_file_item_get_fraction (item (f, 0)), ==, 1);
}

static gint64
s_of (double seconds) {
  return (gint64)(seconds * G_USEC_PER_SEC);
}

static void
time_left_follows_the_speed_so_far (void) {
  LonghandFileClock clock = { 0 };

  longhand_file_clock_begin (&clock, s_of (100));
  g_assert_cmpfloat (longhand_file_clock_get_left_s (&clock, 60000, 0), <, 0);
  longhand_file_clock_look (&clock, s_of (103), FALSE, 30000); /* ten times as fast as it is spoken */
  g_assert_cmpfloat (longhand_file_clock_get_left_s (&clock, 60000, 0), ==, 6);
  g_assert_cmpfloat (longhand_file_clock_get_left_s (&clock, 60000, 120000), ==, 18);
  longhand_file_clock_look (&clock, s_of (104), FALSE, 30000); /* in the middle of a step */
  g_assert_cmpfloat (longhand_file_clock_get_left_s (&clock, 60000, 0), ==, 5);
}

static void
time_while_it_was_held_does_not_count (void) {
  LonghandFileClock clock = { 0 };

  longhand_file_clock_begin (&clock, s_of (0));
  longhand_file_clock_look (&clock, s_of (3), FALSE, 30000);
  longhand_file_clock_look (&clock, s_of (603), TRUE, 30000);
  longhand_file_clock_look (&clock, s_of (606), FALSE, 60000);
  g_assert_cmpfloat (longhand_file_clock_get_left_s (&clock, 10000, 0), ==, 1);
}

static void
speed_of_one_recording_is_known_for_the_next (void) {
  LonghandFileClock clock = { 0 };

  longhand_file_clock_begin (&clock, s_of (0));
  longhand_file_clock_look (&clock, s_of (5), FALSE, 10000);
  longhand_file_clock_end (&clock);
  longhand_file_clock_begin (&clock, s_of (1000));
  g_assert_cmpfloat (longhand_file_clock_get_left_s (&clock, 4000, 0), ==, 2);
}

/* ---- texts ---- */

static void
long_pause_ends_a_paragraph_and_spans_cover_the_text (void) {
  g_autoptr (LonghandTranscript) transcript = longhand_transcript_new ();
  g_autoptr (LonghandSession) session = NULL;

  longhand_transcript_append (transcript, 0, 1000, "Erstens, über Äpfel.",
                              &(LonghandScores){ .avg_logprob = -0.5, .no_speech_prob = 0 });
  longhand_transcript_add_word (transcript, 0, 400, "Erstens,", 0.75);
  longhand_transcript_append (transcript, 1200, 2000, "Zweitens.", NULL);
  longhand_transcript_append (transcript, 6000, 7000, "Später.", NULL);
  longhand_transcript_set_model (transcript, "tiny");
  session = longhand_file_text_to_session (transcript, 8000);
  g_assert_cmpstr (session->text, ==, "Erstens, über Äpfel. Zweitens.\n\nSpäter.");
  g_assert_true (longhand_session_is_consistent (session));
  g_assert_cmpuint (session->segments->len, ==, 3);
  g_assert_cmpuint (longhand_spans_get_id (session->spans, 21), ==, 2);
  g_assert_cmpuint (((LonghandSegment *)session->segments->pdata[0])->words->len, ==, 1);
  g_assert_cmpint (session->duration_ms, ==, 8000);
  g_assert_cmpstr (session->model, ==, "tiny");
}

#define ADD(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  ADD ("/queue/files-become-sessions-one-after-the-other", files_become_sessions_one_after_the_other);
  ADD ("/queue/what-is-no-recording-fails-with-a-sentence-and-the-others-go-on",
       what_is_no_recording_fails_with_a_sentence_and_the_others_go_on);
  ADD ("/queue/files-are-looked-into-inside-the-sandbox", files_are_looked_into_inside_the_sandbox);
  ADD ("/queue/file-elsewhere-is-to-be-copied-first", file_elsewhere_is_to_be_copied_first);
  ADD ("/queue/file-that-fails-can-be-tried-again", file_that_fails_can_be_tried_again);
  ADD ("/queue/without-a-model-each-file-says-so", without_a_model_each_file_says_so);
  ADD ("/queue/file-is-open-once", file_is_open_once);
  ADD ("/sound/sound-is-kept-with-its-session", sound_is_kept_with_its_session);
  ADD ("/sound/sound-that-is-not-wanted-any-more-is-not-kept", sound_that_is_not_wanted_any_more_is_not_kept);
  ADD ("/sound/sound-waits-for-its-session", sound_waits_for_its_session);
  ADD ("/sound/sound-without-words-is-not-kept", sound_without_words_is_not_kept);
  ADD ("/cancel/cancelled-file-makes-way-for-the-next-and-its-text-is-dropped",
       cancelled_file_makes_way_for_the_next_and_its_text_is_dropped);
  ADD ("/cancel/cancelling-all-leaves-what-is-done", cancelling_all_leaves_what_is_done);
  ADD ("/cancel/clearing-leaves-what-is-open", clearing_leaves_what_is_open);
  ADD ("/hold/nothing-is-begun-while-the-queue-is-held", nothing_is_begun_while_the_queue_is_held);
  ADD ("/keep/text-that-may-not-be-kept-stays-at-hand", text_that_may_not_be_kept_stays_at_hand);
  ADD ("/keep/text-that-the-library-cannot-write-stays-until-it-can",
       text_that_the_library_cannot_write_stays_until_it_can);
  ADD ("/keep/text-is-kept-as-soon-as-it-may-be", text_is_kept_as_soon_as_it_may_be);
  ADD ("/keep/all-is-done-when-the-library-has-said-what-it-could-not-write",
       all_is_done_when_the_library_has_said_what_it_could_not_write);
  ADD ("/keep/recording-without-words-is-no-session", recording_without_words_is_no_session);
  ADD ("/keep/closing-drops-what-comes-later", closing_drops_what_comes_later);
  ADD ("/progress/progress-follows-the-recognizer", progress_follows_the_recognizer);
  g_test_add_func ("/time/time-left-follows-the-speed-so-far", time_left_follows_the_speed_so_far);
  g_test_add_func ("/time/time-while-it-was-held-does-not-count", time_while_it_was_held_does_not_count);
  g_test_add_func ("/time/speed-of-one-recording-is-known-for-the-next",
                   speed_of_one_recording_is_known_for_the_next);
  g_test_add_func ("/text/long-pause-ends-a-paragraph-and-spans-cover-the-text",
                   long_pause_ends_a_paragraph_and_spans_cover_the_text);
  return g_test_run ();
}
