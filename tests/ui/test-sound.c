/* The window and the sound of its sessions. */
#include "window-fixture.h"

#include "files/longhand-file-text.h"

#include <glib/gstdio.h>
#include <sndfile.h>

#define FOREVER_US (60 * G_USEC_PER_SEC)
#define SPOKEN_MS 3000 /* of the recording */

/* The linker puts this one before the journal's (--wrap). */
static gboolean has_no_file;
int __wrap_longhand_journal_dup_file (LonghandJournal *journal);
int __real_longhand_journal_dup_file (LonghandJournal *journal);

int
__wrap_longhand_journal_dup_file (LonghandJournal *journal) {
  return has_no_file ? -1 : __real_longhand_journal_dup_file (journal);
}

/* Likewise, and before the sound's. */
static gint64 played_from_ms, played_to_ms;
void __wrap_longhand_player_bar_play_stretch (LonghandPlayerBar *self, gint64 from_ms, gint64 to_ms);

void
__wrap_longhand_player_bar_play_stretch (LonghandPlayerBar *self, gint64 from_ms, gint64 to_ms) {
  played_from_ms = from_ms;
  played_to_ms = to_ms;
}

static GSettings *
get_settings (Fixture *f) {
  return longhand_settings_get_gsettings (f->settings);
}

static void
begin (Fixture *f) {
  longhand_dictation_start (f->dictation);
  WAIT_FOR (longhand_dictation_get_state (f->dictation) == LONGHAND_STATE_RECORDING);
}

static void
end (Fixture *f) {
  longhand_dictation_stop (f->dictation);
  WAIT_FOR (!longhand_dictation_has_pending (f->dictation));
}

/* As long as dictate takes. */
static void
be_silent (Fixture *f) {
  g_autofree float *silence = g_new0 (float, SPOKEN_MS *LONGHAND_SOUND_PER_MS);

  fake_source_speak (f->microphone, silence, SPOKEN_MS * LONGHAND_SOUND_PER_MS);
}

/* The beginning of the recording is said, and recognised. */
static void
dictate (Fixture *f) {
  const sf_count_t n = SPOKEN_MS * LONGHAND_SOUND_PER_MS;
  g_autofree float *sound = g_new (float, n);
  SF_INFO info = { 0 };
  SNDFILE *file = sf_open (g_getenv ("LONGHAND_TEST_WAV"), SFM_READ, &info);

  g_assert_cmpint (sf_readf_float (file, sound, n), ==, n);
  sf_close (file);
  begin (f);
  fake_source_speak (f->microphone, sound, (gsize)n);
  end (f);
  g_assert_false (longhand_document_is_empty (f->document));
}

/* (transfer full) */
static GPtrArray *
list (Fixture *f, gint64 id) {
  g_assert_true (longhand_sounds_flush (f->window->sounds, FOREVER_US));
  return longhand_sound_files_list (longhand_library_get_sound_folder (f->library), id);
}

static void
assert_part (GPtrArray *parts, guint i, gint64 start_ms, gint64 end_ms) {
  g_assert_cmpuint (i, <, parts->len);
  g_assert_cmpint (((LonghandSoundPart *)parts->pdata[i])->start_ms, ==, start_ms);
  g_assert_cmpint (((LonghandSoundPart *)parts->pdata[i])->end_ms, ==, end_ms);
}

/* ---- keeping ---- */

static void
test_sound_is_not_kept_unless_wanted (Fixture *f, gconstpointer data) {
  g_autoptr (GPtrArray) parts = NULL;

  dictate (f);
  parts = list (f, f->window->session->id);
  g_assert_cmpuint (parts->len, ==, 0);
}

/* What was said before it was wanted stays out of it, and times stay those of the session. */
static void
test_sound_is_kept_from_when_it_is_wanted (Fixture *f, gconstpointer data) {
  g_autoptr (GPtrArray) parts = NULL;

  dictate (f);
  g_settings_set_string (get_settings (f), "keep-sound", "always");
  dictate (f);
  parts = list (f, f->window->session->id);
  g_assert_cmpuint (parts->len, ==, 1);
  assert_part (parts, 0, SPOKEN_MS, 2 * SPOKEN_MS);
}

static void
test_each_session_has_its_own_sound (Fixture *f, gconstpointer data) {
  g_autoptr (GPtrArray) first = NULL;
  g_autoptr (GPtrArray) second = NULL;
  gint64 id;

  g_settings_set_string (get_settings (f), "keep-sound", "week");
  dictate (f);
  id = f->window->session->id;
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.new-session", NULL);
  dictate (f);
  first = list (f, id);
  second = list (f, f->window->session->id);
  g_assert_cmpuint (first->len, ==, 1);
  g_assert_cmpuint (second->len, ==, 1);
  assert_part (first, 0, 0, SPOKEN_MS);
  assert_part (second, 0, 0, SPOKEN_MS);
}

static void
test_sound_of_a_session_without_text_goes (Fixture *f, gconstpointer data) {
  g_autoptr (GPtrArray) before = NULL;
  g_autoptr (GPtrArray) after = NULL;
  gint64 id;

  g_settings_set_string (get_settings (f), "keep-sound", "month");
  dictate (f);
  id = f->window->session->id;
  gtk_text_buffer_set_text (f->buffer, "", -1);
  before = list (f, id);
  g_assert_cmpuint (before->len, ==, 1);
  fixture_speak (f, 0, " "); /* something to leave */
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.new-session", NULL);
  g_assert_true (longhand_library_flush (f->library, FOREVER_US));
  after = list (f, id);
  g_assert_cmpuint (after->len, ==, 0);
}

/* What was kept before goes at the next start. */
static void
test_sound_goes_when_it_is_not_wanted_any_more (Fixture *f, gconstpointer data) {
  g_autoptr (GPtrArray) before = NULL;
  g_autoptr (GPtrArray) after = NULL;
  gint64 id;

  g_settings_set_string (get_settings (f), "keep-sound", "always");
  dictate (f);
  id = f->window->session->id;
  g_settings_set_string (get_settings (f), "keep-sound", "never");
  before = list (f, id);
  g_assert_cmpuint (before->len, ==, 1);
  gtk_window_close (GTK_WINDOW (f->window));
  WAIT_FOR (f->window == NULL);
  fixture_show_window (f);
  after = list (f, id);
  g_assert_cmpuint (after->len, ==, 0);
}

/* What was recorded since the text was saved is known to the library, too: the next recording begins behind
 * it. */
static void
test_recording_goes_on_behind_the_last_one (Fixture *f, gconstpointer data) {
  g_autoptr (GPtrArray) parts = NULL;
  const gint64 id = f->window->session->id;

  g_settings_set_string (get_settings (f), "keep-sound", "always");
  begin (f);
  fixture_speak (f, 0, "Some words.");
  WAIT_FOR (g_list_model_get_n_items (G_LIST_MODEL (f->library)) == 1);
  be_silent (f);
  end (f);
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.new-session", NULL);
  longhand_window_open_text (f->window, id, NULL);
  WAIT_FOR (f->window->session->id == id);
  g_assert_cmpint (f->window->session->duration_ms, ==, SPOKEN_MS);
  dictate (f);
  parts = list (f, id);
  g_assert_cmpuint (parts->len, ==, 2);
  assert_part (parts, 0, 0, SPOKEN_MS);
  assert_part (parts, 1, SPOKEN_MS, 2 * SPOKEN_MS);
}

/* As another program has it done. Here, nothing is said that would be sent there. */
static void
dictate_elsewhere (Fixture *f) {
  longhand_dictation_start_elsewhere (f->dictation);
  WAIT_FOR (longhand_dictation_get_state (f->dictation) == LONGHAND_STATE_RECORDING);
  be_silent (f);
  end (f);
}

static void
test_what_goes_elsewhere_is_no_part_of_the_session (Fixture *f, gconstpointer data) {
  const gint64 id = f->window->session->id;
  g_autoptr (GPtrArray) parts = NULL;

  g_settings_set_string (get_settings (f), "keep-sound", "always");
  dictate_elsewhere (f);
  dictate (f);
  dictate_elsewhere (f);
  dictate (f);
  parts = list (f, id);
  g_assert_cmpuint (parts->len, ==, 2);
  assert_part (parts, 0, 0, SPOKEN_MS);
  assert_part (parts, 1, SPOKEN_MS, 2 * SPOKEN_MS);
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.new-session", NULL);
  longhand_window_open_text (f->window, id, NULL);
  WAIT_FOR (f->window->session->id == id);
  g_assert_cmpint (f->window->session->duration_ms, ==, 2 * SPOKEN_MS);
}

/* It is full at first, say. */
static void
test_sound_that_is_not_on_the_disk_yet (Fixture *f, gconstpointer data) {
  g_autoptr (GPtrArray) parts = NULL;

  g_settings_set_string (get_settings (f), "keep-sound", "always");
  has_no_file = TRUE;
  dictate (f);
  has_no_file = FALSE;
  dictate (f);
  parts = list (f, f->window->session->id);
  g_assert_cmpuint (parts->len, ==, 1);
  assert_part (parts, 0, 0, 2 * SPOKEN_MS);
}

/* Sound that waits for room on the disk. (transfer full) what keeps it from there */
static char *
dictate_in_vain (Fixture *f) {
  char *path = g_strdup (longhand_library_get_sound_folder (f->library));

  g_settings_set_string (get_settings (f), "keep-sound", "always");
  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  dictate (f);
  g_assert_false (longhand_sounds_flush (f->window->sounds, FOREVER_US));
  return path;
}

static void
assert_no_sound (Fixture *f, gint64 id) {
  g_autoptr (GPtrArray) parts = list (f, id);

  g_assert_cmpuint (parts->len, ==, 0);
}

static void
test_sound_of_all_that_was_deleted_does_not_come_back (Fixture *f, gconstpointer data) {
  const gint64 id = f->window->session->id;
  g_autofree char *path = dictate_in_vain (f);

  longhand_library_clear (f->library);
  g_assert_cmpint (g_remove (path), ==, 0);
  assert_no_sound (f, id);
}

static void
test_sound_of_a_deleted_session_does_not_come_back (Fixture *f, gconstpointer data) {
  const gint64 id = f->window->session->id;
  g_autofree char *path = dictate_in_vain (f);

  g_signal_emit_by_name (f->window->sidebar, "removed", id, "Heading");
  longhand_window_keep_all (f->window);
  g_assert_cmpint (g_remove (path), ==, 0);
  assert_no_sound (f, id);
}

static void
test_sound_of_a_restored_session_stays (Fixture *f, gconstpointer data) {
  const gint64 id = f->window->session->id;
  g_autofree char *path = dictate_in_vain (f);
  g_autoptr (GPtrArray) parts = NULL;

  g_signal_emit_by_name (f->window->sidebar, "removed", id, "Heading");
  longhand_window_restore_session (f->window, id);
  longhand_window_keep_all (f->window);
  g_assert_cmpint (g_remove (path), ==, 0);
  parts = list (f, id);
  g_assert_cmpuint (parts->len, ==, 1);
}

/* ---- playing ---- */

static GtkRange *
find_place (Fixture *f) {
  return fixture_find (f->window->player, GTK_TYPE_SCALE, "css-name", "scale");
}

static void
test_another_session_is_played_from_its_beginning (Fixture *f, gconstpointer data) {
  gboolean handled;

  g_settings_set_string (get_settings (f), "keep-sound", "always");
  dictate (f);
  WAIT_FOR (longhand_player_bar_get_parts (f->window->player) != NULL);
  g_signal_emit_by_name (find_place (f), "change-value", GTK_SCROLL_JUMP, 0.5, &handled);
  g_assert_cmpfloat (gtk_range_get_value (find_place (f)), ==, 0.5);
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.new-session", NULL);
  dictate (f);
  WAIT_FOR (longhand_player_bar_get_parts (f->window->player) != NULL);
  g_assert_cmpfloat (gtk_range_get_value (find_place (f)), ==, 0);
}

/* ---- words ---- */

static void
open_first_word (Fixture *f) {
  GtkTextIter start;

  gtk_text_buffer_get_start_iter (f->buffer, &start);
  gtk_text_buffer_place_cursor (f->buffer, &start);
  played_from_ms = played_to_ms = -1;
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.word", NULL);
}

static void
test_word_that_is_opened_is_heard_at_once (Fixture *f, gconstpointer data) {
  const LonghandWordTime *word;

  g_settings_set_string (get_settings (f), "keep-sound", "always");
  dictate (f);
  WAIT_FOR (longhand_player_bar_get_parts (f->window->player) != NULL);
  open_first_word (f);
  word = &g_array_index (longhand_window_get_word_times (f->window), LonghandWordTime, 0);
  g_assert_cmpint (played_to_ms, >, word->end_ms);
  g_assert_cmpint (played_from_ms, <, word->start_ms);
}

static gboolean
is_told_of_setting (Fixture *f) {
  return fixture_find (f->window, GTK_TYPE_LABEL, "label",
                       "Sound is not kept, so nothing can be heard again.")
         != NULL;
}

static void
test_word_without_sound (Fixture *f, gconstpointer data) {
  dictate (f);
  open_first_word (f);
  WAIT_FOR (is_told_of_setting (f));
  g_assert_null (f->window->word_popover);
}

static void
test_again_without_sound (Fixture *f, gconstpointer data) {
  dictate (f);
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.transcribe-again", NULL);
  WAIT_FOR (is_told_of_setting (f));
  g_assert_null (f->window->again);
}

/* They came with the text. */
static void
test_alternatives_need_no_sound (Fixture *f, gconstpointer data) {
  g_autoptr (LonghandTranscript) transcript = longhand_transcript_new ();
  g_autoptr (LonghandSession) session = NULL;

  longhand_transcript_append (transcript, 0, 900, "Some.", NULL);
  longhand_transcript_add_word (transcript, 0, 900, "Some.", 0.6);
  longhand_transcript_add_alternative (transcript, "Sum", 0.25);
  session = longhand_file_text_to_session (transcript, 900);
  longhand_window_open_text (f->window, session->id, session);
  WAIT_FOR (!longhand_document_is_empty (f->document));
  open_first_word (f);
  g_assert_true (gtk_widget_get_mapped (GTK_WIDGET (f->window->word_popover)));
  g_assert_nonnull (fixture_find (f->window->word_popover, GTK_TYPE_LABEL, "label", "Sum"));
  g_assert_false (is_told_of_setting (f));
}

/* ---- transcribing again ---- */

static void
transcribe_again (Fixture *f) {
  g_settings_set_string (get_settings (f), "keep-sound", "always");
  dictate (f);
  WAIT_FOR (longhand_player_bar_get_parts (f->window->player) != NULL);
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.transcribe-again", NULL);
  g_assert_nonnull (f->window->again);
}

/* A phone held upright, before and when it shows what would change. */
static void
test_transcribing_again_is_narrow (Fixture *f, gconstpointer data) {
  g_autoptr (LonghandTranscript) heard = longhand_transcript_new ();
  const char *word = "Donaudampfschifffahrtsgesellschaft";

  transcribe_again (f);
  fixture_settle ();
  fixture_assert_fits (gtk_widget_get_first_child (GTK_WIDGET (f->window->again)));
  longhand_transcript_append (heard, 0, SPOKEN_MS, word, NULL);
  longhand_transcript_add_word (heard, 0, SPOKEN_MS, word, 0.9);
  g_signal_emit_by_name (f->window->again, "heard", heard);
  WAIT_FOR (fixture_find (f->window->again, GTK_TYPE_BUTTON, "label", "_Accept") != NULL);
  fixture_assert_fits (gtk_widget_get_first_child (GTK_WIDGET (f->window->again)));
  longhand_window_close_again (f->window);
  WAIT_FOR (f->window->again == NULL);
}

/* What a crash cut off may come at any time. */
static void
test_transcribing_again_ends_with_its_session (Fixture *f, gconstpointer data) {
  transcribe_again (f);
  g_signal_emit_by_name (f->dictation, "recovered", g_get_real_time ());
  fixture_assert_text (f, "");
  WAIT_FOR (f->window->again == NULL);
}

static void
test_transcribing_again_ends_with_its_sound (Fixture *f, gconstpointer data) {
  g_autoptr (LonghandTranscript) heard = longhand_transcript_new ();

  transcribe_again (f);
  longhand_player_bar_set_parts (f->window->player, NULL, TRUE);
  g_signal_emit_by_name (f->window->again, "heard", heard);
  g_assert_null (f->window->rewrites);
  WAIT_FOR (f->window->again == NULL);
}

/* ---- the end ---- */

/* The desktop ends while the person has closed the window, and the last words are still coming. */
static void
test_window_that_is_being_closed_stays_for_the_end (Fixture *f, gconstpointer data) {
  begin (f);
  fixture_speak (f, 0, "Some words.");
  gtk_window_close (GTK_WINDOW (f->window));
  g_assert_true (longhand_dictation_has_pending (f->dictation));
  longhand_window_end (f->window);
  g_assert_nonnull (f->window);
  g_assert_false (longhand_dictation_has_pending (f->dictation));
  fixture_settle ();
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->library)), ==, 1);
}

int
main (int argc, char **argv) {
  fixture_init (&argc, &argv);
  FIXTURE_ADD ("/sound/sound-is-not-kept-unless-wanted", test_sound_is_not_kept_unless_wanted);
  FIXTURE_ADD ("/sound/sound-is-kept-from-when-it-is-wanted", test_sound_is_kept_from_when_it_is_wanted);
  FIXTURE_ADD ("/sound/each-session-has-its-own-sound", test_each_session_has_its_own_sound);
  FIXTURE_ADD ("/sound/sound-of-a-session-without-text-goes", test_sound_of_a_session_without_text_goes);
  FIXTURE_ADD ("/sound/sound-goes-when-it-is-not-wanted-any-more",
               test_sound_goes_when_it_is_not_wanted_any_more);
  FIXTURE_ADD ("/sound/recording-goes-on-behind-the-last-one", test_recording_goes_on_behind_the_last_one);
  FIXTURE_ADD ("/sound/what-goes-elsewhere-is-no-part-of-the-session",
               test_what_goes_elsewhere_is_no_part_of_the_session);
  FIXTURE_ADD ("/sound/sound-that-is-not-on-the-disk-yet-is-kept-later",
               test_sound_that_is_not_on_the_disk_yet);
  FIXTURE_ADD ("/sound/delete/of-all-it-does-not-come-back",
               test_sound_of_all_that_was_deleted_does_not_come_back);
  FIXTURE_ADD ("/sound/delete/of-one-it-does-not-come-back",
               test_sound_of_a_deleted_session_does_not_come_back);
  FIXTURE_ADD ("/sound/delete/of-one-that-is-restored-it-stays", test_sound_of_a_restored_session_stays);
  FIXTURE_ADD ("/sound/another-session-is-played-from-its-beginning",
               test_another_session_is_played_from_its_beginning);
  FIXTURE_ADD ("/sound/word/is-heard-at-once", test_word_that_is_opened_is_heard_at_once);
  FIXTURE_ADD ("/sound/word/without-sound-the-setting-is-offered", test_word_without_sound);
  FIXTURE_ADD ("/sound/word/has-its-alternatives-without-sound", test_alternatives_need_no_sound);
  FIXTURE_ADD ("/sound/again/without-sound-the-setting-is-offered", test_again_without_sound);
  FIXTURE_ADD ("/sound/again/is-narrow", test_transcribing_again_is_narrow);
  FIXTURE_ADD ("/sound/again/ends-with-its-session", test_transcribing_again_ends_with_its_session);
  FIXTURE_ADD ("/sound/again/ends-with-its-sound", test_transcribing_again_ends_with_its_sound);
  FIXTURE_ADD ("/sound/window-that-is-being-closed-stays-for-the-end",
               test_window_that_is_being_closed_stays_for_the_end);
  return g_test_run ();
}
