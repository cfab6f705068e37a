/* The window and the sound of its sessions. */
#include "window-fixture.h"

#include <sndfile.h>

#define FOREVER_US (60 * G_USEC_PER_SEC)
#define SPOKEN_MS 3000 /* of the recording */

static GSettings *
get_settings (Fixture *f) {
  return longhand_settings_get_gsettings (f->settings);
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
  longhand_dictation_start (f->dictation);
  WAIT_FOR (longhand_dictation_get_state (f->dictation) == LONGHAND_STATE_RECORDING);
  fake_source_speak (f->microphone, sound, (gsize)n);
  longhand_dictation_stop (f->dictation);
  WAIT_FOR (!longhand_dictation_has_pending (f->dictation));
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

int
main (int argc, char **argv) {
  fixture_init (&argc, &argv);
  FIXTURE_ADD ("/sound/sound-is-not-kept-unless-wanted", test_sound_is_not_kept_unless_wanted);
  FIXTURE_ADD ("/sound/sound-is-kept-from-when-it-is-wanted", test_sound_is_kept_from_when_it_is_wanted);
  FIXTURE_ADD ("/sound/each-session-has-its-own-sound", test_each_session_has_its_own_sound);
  FIXTURE_ADD ("/sound/sound-of-a-session-without-text-goes", test_sound_of_a_session_without_text_goes);
  FIXTURE_ADD ("/sound/sound-goes-when-it-is-not-wanted-any-more",
               test_sound_goes_when_it_is_not_wanted_any_more);
  return g_test_run ();
}
