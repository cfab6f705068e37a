/* Audio files in the window: the ways into the queue, its rows, and leaving while it is at work. */
#include "application/longhand-background.h"
#include "fake-file-recognizer.h"
#include "files/longhand-file-row.h"
#include "files/longhand-files-window.h"
#include "longhand-error.h"
#include "window-fixture.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

typedef struct {
  Fixture window;
  FakeFileRecognizer *fake; /* of queue */
  LonghandFileQueue *queue;
} FilesFixture;

static void
set_up (FilesFixture *f, gconstpointer data) {
  fixture_set_up_without_window (&f->window, data);
  g_settings_set_boolean (longhand_settings_get_gsettings (f->window.settings), "keep-sessions",
                          data == NULL);
  f->fake = fake_file_recognizer_new ();
  f->queue
      = longhand_file_queue_new (&f->fake->parent, f->window.settings, f->window.library, f->window.sounds);
  fixture_show_window (&f->window);
  longhand_window_set_files (f->window.window, f->queue);
}

static void
tear_down (FilesFixture *f, gconstpointer data) {
  gpointer queue = f->queue;

  g_object_add_weak_pointer (queue, &queue);
  longhand_file_queue_close (f->queue);
  if (f->window.window != NULL)
    gtk_window_destroy (GTK_WINDOW (f->window.window));
  WAIT_FOR (f->window.window == NULL);
  g_object_unref (f->queue);
  WAIT_FOR (queue == NULL);
  fixture_tear_down (&f->window, data);
}

/* ---- a person's hands and eyes ---- */

static gpointer
files_window (FilesFixture *f) {
  return f->window.window->files_window;
}

static GFile *
make (FilesFixture *f, const char *name) {
  return fake_recording_new (f->window.dir, name, 2);
}

/* As if it was dropped on the window. */
static void
drop (FilesFixture *f, GFile *file) {
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (GTK_WIDGET (f->window.window));
  GSList files = { .data = file };
  GValue value = G_VALUE_INIT;
  gboolean is_taken = FALSE;

  g_value_init (&value, GDK_TYPE_FILE_LIST);
  g_value_set_boxed (&value, &files);
  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++) {
    g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

    if (GTK_IS_DROP_TARGET (controller))
      g_signal_emit_by_name (controller, "drop", &value, 10.0, 10.0, &is_taken);
  }
  g_value_unset (&value);
  g_assert_true (is_taken);
}

static void
drop_recording (FilesFixture *f, const char *name) {
  g_autoptr (GFile) file = make (f, name);
  const guint n = f->fake->begun->len;

  drop (f, file);
  WAIT_FOR (f->fake->serial != 0 || f->fake->begun->len > n);
}

static gboolean
is_said (gpointer root, const char *part) {
  g_autofree char *labels = fixture_dup_labels (root);

  return strstr (labels, part) != NULL;
}

static void
press_button (gpointer root, const char *label) {
  GtkButton *button = fixture_find (root, GTK_TYPE_BUTTON, "label", label);

  g_assert_nonnull (button);
  g_signal_emit_by_name (button, "clicked");
}

static void
press_icon (gpointer root, const char *icon) {
  GtkButton *button = fixture_find (root, GTK_TYPE_BUTTON, "icon-name", icon);

  g_assert_nonnull (button);
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (button)));
  g_signal_emit_by_name (button, "clicked");
}

static gboolean
banner_is_shown (FilesFixture *f) {
  return longhand_banner_get_shown (f->window.window->files_banner);
}

/* ---- in, and out ---- */

static void
dropped_recording_becomes_a_text_to_open (FilesFixture *f, gconstpointer data) {
  drop_recording (f, "Interview.wav");
  g_assert_nonnull (files_window (f));
  WAIT_FOR (is_said (files_window (f), "Interview.wav"));
  g_assert_true (is_said (files_window (f), "1 file to go"));
  g_assert_true (is_said (files_window (f), "Reading…"));
  fake_file_recognizer_answer (f->fake, "What was asked.", NULL);
  WAIT_FOR (is_said (files_window (f), "Transcribed, 0:02 of sound"));
  g_assert_true (is_said (files_window (f), "All Done"));
  press_button (files_window (f), "Open");
  WAIT_FOR (files_window (f) == NULL);
  WAIT_FOR (!longhand_document_is_empty (f->window.document));
  fixture_assert_text (&f->window, "What was asked.");
}

static void
dropped_model_goes_to_the_list_of_models (FilesFixture *f, gconstpointer data) {
  g_autofree char *path = g_build_filename (f->window.dir, "ggml-letter.bin", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  g_assert_true (g_file_set_contents (path, "Dear friend, this is no model.", -1, NULL));
  drop (f, file);
  g_assert_nonnull (f->window.window->models_window);
  g_assert_null (files_window (f));
  WAIT_FOR (is_said (f->window.window->models_window, "ggml-letter.bin"));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->queue)), ==, 0);
}

static gboolean
can_play (FilesFixture *f) {
  return gtk_widget_get_mapped (GTK_WIDGET (f->window.window->player))
         && gtk_widget_get_sensitive (GTK_WIDGET (f->window.window->player));
}

static void
text_is_opened_with_its_sound (FilesFixture *f, gconstpointer data) {
  const LonghandSoundPart *part;

  g_settings_set_string (longhand_settings_get_gsettings (f->window.settings), "keep-sound", "always");
  f->fake->has_sound = TRUE;
  drop_recording (f, "Interview.wav");
  fake_file_recognizer_answer (f->fake, "What was asked.", NULL);
  press_button (files_window (f), "Open");
  WAIT_FOR (can_play (f));
  fixture_assert_text (&f->window, "What was asked.");
  part = longhand_player_bar_get_parts (f->window.window->player)->pdata[0];
  g_assert_cmpint (part->start_ms, ==, 0);
  g_assert_cmpint (part->end_ms, ==, 2000);
  g_assert_cmpuint (longhand_window_get_word_times (f->window.window)->len, ==, 3);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (f->window.window), "win.transcribe-again", NULL));
  WAIT_FOR (f->window.window->again != NULL);
  gtk_window_close (f->window.window->again);
}

static void
row_tells_progress_and_that_dictation_goes_first (FilesFixture *f, gconstpointer data) {
  drop_recording (f, "Long.wav");
  f->fake->total_ms = 2000;
  f->fake->done_ms = 700;
  WAIT_FOR (is_said (files_window (f), "35 %"));
  longhand_file_queue_set_held (f->queue, TRUE);
  WAIT_FOR (is_said (files_window (f), "Paused, because dictation goes first"));
  g_assert_true (
      is_said (files_window (f), "Dictation goes first: files wait until its last words are there."));
  longhand_file_queue_set_held (f->queue, FALSE);
  WAIT_FOR (is_said (files_window (f), "35 %"));
}

static void
file_that_fails_says_why_and_is_tried_again (FilesFixture *f, gconstpointer data) {
  drop_recording (f, "Damaged.wav");
  fake_file_recognizer_answer (
      f->fake, NULL, g_error_new_literal (LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE, "It is damaged."));
  WAIT_FOR (is_said (files_window (f), "It is damaged."));
  press_icon (files_window (f), "view-refresh-symbolic");
  WAIT_FOR (f->fake->serial != 0);
  g_assert_false (is_said (files_window (f), "It is damaged."));
}

static void
files_are_cancelled_by_row_and_all_at_once (FilesFixture *f, gconstpointer data) {
  g_autoptr (GFile) second = make (f, "Second.wav");
  g_autoptr (GFile) third = make (f, "Third.wav");

  drop_recording (f, "First.wav");
  drop (f, second);
  drop (f, third);
  WAIT_FOR (is_said (files_window (f), "3 files to go"));
  fixture_assert_fits (gtk_widget_get_first_child (GTK_WIDGET (files_window (f))));
  press_icon (files_window (f), "window-close-symbolic");
  WAIT_FOR (is_said (files_window (f), "Cancelled"));
  g_assert_cmpuint (longhand_file_queue_get_n_open (f->queue), ==, 2);
  press_button (files_window (f), "_Cancel All");
  WAIT_FOR (longhand_file_queue_get_n_open (f->queue) == 0);
  press_button (files_window (f), "_Remove Finished");
  WAIT_FOR (is_said (files_window (f), "No Audio Files"));
}

static void
queue_that_is_not_seen_is_told_of_until_it_is_done (FilesFixture *f, gconstpointer data) {
  drop_recording (f, "Hidden.wav");
  g_assert_false (banner_is_shown (f));
  gtk_window_close (files_window (f));
  WAIT_FOR (banner_is_shown (f));
  g_assert_true (is_said (f->window.window, "1 audio file is being transcribed."));
  fake_file_recognizer_answer (f->fake, "Heard.", NULL);
  WAIT_FOR (!banner_is_shown (f));
  WAIT_FOR (is_said (f->window.window, "Audio files are done"));
}

static void
banner_that_was_dismissed_stays_away (FilesFixture *f, gconstpointer data) {
  g_autoptr (GFile) second = make (f, "Second.wav");

  drop_recording (f, "First.wav");
  drop (f, second);
  gtk_window_close (files_window (f));
  WAIT_FOR (banner_is_shown (f));
  g_signal_emit_by_name (f->window.window->files_banner, "dismissed");
  fake_file_recognizer_answer (f->fake, "Heard.", NULL);
  WAIT_FOR (longhand_file_queue_get_n_open (f->queue) == 1);
  fixture_settle ();
  g_assert_false (banner_is_shown (f));
}

/* ---- what the library has ---- */

/* From the next session on, until it is told to take them. */
static void
let_library_take (FilesFixture *f, gboolean takes) {
  g_autofree char *path = g_build_filename (f->window.dir, "library.sqlite", NULL);
  sqlite3 *db;

  longhand_library_flush (f->window.library, G_USEC_PER_SEC);
  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db,
                                 takes ? "DROP TRIGGER full"
                                       : "CREATE TRIGGER full BEFORE INSERT ON sessions BEGIN SELECT RAISE "
                                         "(ABORT, 'no room'); END",
                                 NULL, NULL, NULL),
                   ==, SQLITE_OK);
  sqlite3_close (db);
}

static void
text_that_is_open_already_stays_as_it_was_edited (FilesFixture *f, gconstpointer data) {
  let_library_take (f, FALSE);
  drop_recording (f, "Draft.wav");
  fake_file_recognizer_answer (f->fake, "Heard.", NULL);
  press_button (files_window (f), "Open");
  fixture_assert_text (&f->window, "Heard.");
  gtk_text_buffer_set_text (f->window.buffer, "Written.", -1);
  longhand_window_show_files (f->window.window);
  press_button (files_window (f), "Open");
  fixture_assert_text (&f->window, "Written.");
  let_library_take (f, TRUE);
}

static void
who_has_no_window_is_told_what_became_of_the_texts (FilesFixture *f, gconstpointer data) {
  g_autofree char *failed = NULL;
  g_autofree char *kept = NULL;

  let_library_take (f, FALSE);
  drop_recording (f, "Unlucky.wav");
  fake_file_recognizer_answer (f->fake, "Precious.", NULL);
  WAIT_FOR (longhand_library_get_all_saved (f->window.library)
            || is_said (f->window.window, "could not be kept"));
  failed = longhand_background_describe_files (f->queue);
  g_assert_nonnull (strstr (failed, "could not be kept"));
  let_library_take (f, TRUE);
  WAIT_FOR (longhand_file_queue_get_n_unkept (f->queue) == 0);
  kept = longhand_background_describe_files (f->queue);
  g_assert_cmpstr (kept, ==, "Their texts are among the sessions.");
}

/* ---- leaving ---- */

static void
leave (FilesFixture *f) {
  gtk_window_close (GTK_WINDOW (f->window.window));
  WAIT_FOR (f->window.window == NULL || f->window.window->files_question != NULL);
}

static void
answer (FilesFixture *f, const char *label) {
  press_button (f->window.window->files_question, label);
}

static void
files_go_on_without_the_window (FilesFixture *f, gconstpointer data) {
  drop_recording (f, "On.wav");
  leave (f);
  answer (f, "_Go On");
  WAIT_FOR (f->window.window == NULL);
  g_assert_cmpuint (longhand_file_queue_get_n_open (f->queue), ==, 1);
  g_assert_cmpuint (f->fake->n_cancelled, ==, 0);
}

static void
files_stop_with_the_window (FilesFixture *f, gconstpointer data) {
  drop_recording (f, "Off.wav");
  leave (f);
  answer (f, "_Stop");
  WAIT_FOR (f->window.window == NULL);
  g_assert_cmpuint (longhand_file_queue_get_n_open (f->queue), ==, 0);
  g_assert_cmpuint (f->fake->n_cancelled, ==, 1);
}

static void
window_stays_when_leaving_is_cancelled (FilesFixture *f, gconstpointer data) {
  drop_recording (f, "Stay.wav");
  leave (f);
  answer (f, "_Cancel");
  WAIT_FOR (f->window.window->files_question == NULL);
  g_assert_cmpuint (longhand_file_queue_get_n_open (f->queue), ==, 1);
  fake_file_recognizer_answer (f->fake, "Heard.", NULL);
  leave (f);
  WAIT_FOR (f->window.window == NULL);
}

static void
text_that_is_kept_nowhere_is_opened_and_asked_about (FilesFixture *f, gconstpointer data) {
  drop_recording (f, "Private.wav");
  fake_file_recognizer_answer (f->fake, "Between us.", NULL);
  press_button (files_window (f), "Open");
  fixture_assert_text (&f->window, "Between us.");
  leave (f);
  g_assert_nonnull (f->window.window);
  answer (f, "_Discard");
  WAIT_FOR (f->window.window == NULL);
}

static void
text_that_the_library_cannot_write_is_asked_about (FilesFixture *f, gconstpointer data) {
  let_library_take (f, FALSE);
  drop_recording (f, "Unlucky.wav");
  fake_file_recognizer_answer (f->fake, "Precious.", NULL);
  leave (f);
  g_assert_nonnull (f->window.window);
  g_assert_true (is_said (f->window.window->files_question, "Lose Texts of Audio Files?"));
  answer (f, "_Cancel");
  WAIT_FOR (f->window.window->files_question == NULL);
  let_library_take (f, TRUE);
  leave (f);
  WAIT_FOR (f->window.window == NULL);
}

/* Who stops the work has not given up what was there before. */
static void
stopping_asks_about_texts_that_the_library_cannot_write (FilesFixture *f, gconstpointer data) {
  let_library_take (f, FALSE);
  drop_recording (f, "Unlucky.wav");
  fake_file_recognizer_answer (f->fake, "Precious.", NULL);
  drop_recording (f, "Second.wav");
  leave (f);
  answer (f, "_Stop");
  WAIT_FOR (f->window.window == NULL
            || (f->window.window->files_question != NULL
                && is_said (f->window.window->files_question, "Lose Texts of Audio Files?")));
  g_assert_nonnull (f->window.window);
  answer (f, "_Discard");
  WAIT_FOR (f->window.window == NULL);
}

/* It was about those that were there. */
static void
answer_does_not_hold_for_files_that_come_later (FilesFixture *f, gconstpointer data) {
  drop_recording (f, "First.wav");
  fake_file_recognizer_answer (f->fake, "Between us.", NULL);
  press_button (files_window (f), "Open");
  gtk_text_buffer_insert_interactive_at_cursor (f->window.buffer, "And more.", -1, TRUE);
  leave (f);
  answer (f, "_Discard");
  WAIT_FOR (f->window.window->question != NULL);
  press_button (f->window.window->question, "_Cancel");
  WAIT_FOR (f->window.window->question == NULL);
  leave (f);
  g_assert_nonnull (f->window.window->files_question);
  answer (f, "_Discard");
  WAIT_FOR (f->window.window->question != NULL);
  drop_recording (f, "Second.wav");
  fake_file_recognizer_answer (f->fake, "This, too.", NULL);
  leave (f);
  g_assert_nonnull (f->window.window->files_question);
  answer (f, "_Discard");
  press_button (f->window.window->question, "_Discard");
  WAIT_FOR (f->window.window == NULL);
}

#define ADD(path, data, function) g_test_add (path, FilesFixture, data, set_up, function, tear_down)

int
main (int argc, char **argv) {
  fixture_init (&argc, &argv);
  ADD ("/files/dropped-recording-becomes-a-text-to-open", NULL, dropped_recording_becomes_a_text_to_open);
  ADD ("/files/dropped-model-goes-to-the-list-of-models", NULL, dropped_model_goes_to_the_list_of_models);
  ADD ("/files/text-is-opened-with-its-sound", NULL, text_is_opened_with_its_sound);
  ADD ("/files/row-tells-progress-and-that-dictation-goes-first", NULL,
       row_tells_progress_and_that_dictation_goes_first);
  ADD ("/files/file-that-fails-says-why-and-is-tried-again", NULL,
       file_that_fails_says_why_and_is_tried_again);
  ADD ("/files/files-are-cancelled-by-row-and-all-at-once", NULL, files_are_cancelled_by_row_and_all_at_once);
  ADD ("/files/queue-that-is-not-seen-is-told-of-until-it-is-done", NULL,
       queue_that_is_not_seen_is_told_of_until_it_is_done);
  ADD ("/files/banner-that-was-dismissed-stays-away", NULL, banner_that_was_dismissed_stays_away);
  ADD ("/files/text-that-is-open-already-stays-as-it-was-edited", NULL,
       text_that_is_open_already_stays_as_it_was_edited);
  ADD ("/files/who-has-no-window-is-told-what-became-of-the-texts", NULL,
       who_has_no_window_is_told_what_became_of_the_texts);
  ADD ("/leave/files-go-on-without-the-window", NULL, files_go_on_without_the_window);
  ADD ("/leave/files-stop-with-the-window", NULL, files_stop_with_the_window);
  ADD ("/leave/window-stays-when-leaving-is-cancelled", NULL, window_stays_when_leaving_is_cancelled);
  ADD ("/leave/text-that-is-kept-nowhere-is-opened-and-asked-about", "unkept",
       text_that_is_kept_nowhere_is_opened_and_asked_about);
  ADD ("/leave/text-that-the-library-cannot-write-is-asked-about", NULL,
       text_that_the_library_cannot_write_is_asked_about);
  ADD ("/leave/stopping-asks-about-texts-that-the-library-cannot-write", NULL,
       stopping_asks_about_texts_that_the_library_cannot_write);
  ADD ("/leave/answer-does-not-hold-for-files-that-come-later", "unkept",
       answer_does_not_hold_for_files_that_come_later);
  return g_test_run ();
}
