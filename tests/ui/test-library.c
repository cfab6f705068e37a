/* The window and the library: what is kept, opened, renamed, deleted, found. */
#include "longhand-error.h"
#include "dictation/longhand-utterance.h"
#include "window-fixture.h"

#include <glib/gstdio.h>
#include <sqlite3.h>

#define FOREVER_US (60 * G_USEC_PER_SEC)

static gboolean
do_action (Fixture *f, const char *name) {
  return gtk_widget_activate_action (GTK_WIDGET (f->window), name, NULL);
}

static GSettings *
get_settings (Fixture *f) {
  return longhand_settings_get_gsettings (f->settings);
}

/* ---- the list, as it is shown ---- */

static guint
count_sessions (Fixture *f) {
  return g_list_model_get_n_items (G_LIST_MODEL (f->library));
}

static const LonghandSessionSummary *
get_summary (Fixture *f, guint i) {
  g_autoptr (LonghandSessionItem) item = g_list_model_get_item (G_LIST_MODEL (f->library), i);

  return longhand_session_item_get_summary (item);
}

static GtkWidget *
get_list (Fixture *f) {
  return fixture_find (f->window->sidebar, GTK_TYPE_LIST_VIEW, "css-name", "listview");
}

static GtkSelectionModel *
get_selection (Fixture *f) {
  return gtk_list_view_get_model (GTK_LIST_VIEW (get_list (f)));
}

/* As a click does, or an arrow key. */
static void
choose (Fixture *f, guint position) {
  gtk_selection_model_select_item (get_selection (f), position, TRUE);
}

static gboolean
sidebar_says (Fixture *f, const char *text) {
  g_autofree char *labels = fixture_dup_labels (f->window->sidebar);

  return strstr (labels, text) != NULL;
}

static gboolean
window_says (Fixture *f, const char *text) {
  g_autofree char *labels = fixture_dup_labels (f->window);

  return strstr (labels, text) != NULL;
}

/* Two sessions, of which the second one is open. */
static void
write_two (Fixture *f) {
  fixture_speak (f, 0, "First session.");
  do_action (f, "win.new-session");
  fixture_assert_text (f, "");
  fixture_speak (f, 1000, "Second session.");
  WAIT_FOR (count_sessions (f) == 2);
}

static char *
dup_text (Fixture *f) {
  return longhand_document_dup_text (f->document);
}

static gboolean
has_text (Fixture *f, const char *expected) {
  g_autofree char *text = dup_text (f);

  return strcmp (text, expected) == 0;
}

/* ---- keeping ---- */

static void
test_text_is_kept (Fixture *f, gconstpointer data) {
  WAIT_FOR (sidebar_says (f, "Nothing Here Yet"));
  g_assert_true (sidebar_says (f, "Drop recordings on the window"));
  fixture_speak (f, 0, "Some words.");
  WAIT_FOR (count_sessions (f) == 1);
  WAIT_FOR (sidebar_says (f, "Today"));
  g_assert_true (sidebar_says (f, "Some words."));
  g_assert_true (gtk_selection_model_is_selected (get_selection (f), 0));
  gtk_text_buffer_insert_at_cursor (f->buffer, " And typed ones.", -1);
  WAIT_FOR (strcmp (get_summary (f, 0)->excerpt, "Some words. And typed ones.") == 0);
  g_assert_cmpuint (count_sessions (f), ==, 1);
}

static void
test_tentative_words_are_not_kept (Fixture *f, gconstpointer data) {
  fixture_speak (f, 0, "Some words.");
  g_signal_emit_by_name (f->dictation, "tentative", "but not these", 0u);
  WAIT_FOR (count_sessions (f) == 1);
  g_assert_cmpstr (get_summary (f, 0)->excerpt, ==, "Some words.");
}

static void
test_blank_leaves_no_row (Fixture *f, gconstpointer data) {
  gtk_text_buffer_set_text (f->buffer, " \n", -1);
  do_action (f, "win.new-session");
  g_assert_true (longhand_library_flush (f->library, FOREVER_US));
  fixture_settle ();
  g_assert_cmpuint (count_sessions (f), ==, 0);
  fixture_speak (f, 0, "Some words.");
  WAIT_FOR (count_sessions (f) == 1);
  gtk_text_buffer_set_text (f->buffer, "", -1);
  WAIT_FOR (count_sessions (f) == 0);
}

static void
test_closing_keeps_all (Fixture *f, gconstpointer data) {
  fixture_speak (f, 0, "The last words.");
  gtk_window_close (GTK_WINDOW (f->window));
  WAIT_FOR (f->window == NULL);
  fixture_show_window (f);
  WAIT_FOR (count_sessions (f) == 1);
  fixture_assert_text (f, "");
  choose (f, 0);
  WAIT_FOR (has_text (f, "The last words."));
}

static void
test_nothing_is_kept_when_not_wanted (Fixture *f, gconstpointer data) {
  g_settings_set_boolean (get_settings (f), "keep-sessions", FALSE);
  WAIT_FOR (sidebar_says (f, "Sessions Are Not Kept"));
  fixture_speak (f, 0, "Some words.");
  fixture_settle ();
  do_action (f, "win.new-session");
  g_assert_true (longhand_library_flush (f->library, FOREVER_US));
  fixture_settle ();
  g_assert_cmpuint (count_sessions (f), ==, 0);
  fixture_assert_text (f, "Some words."); /* which are nowhere else */
}

/* Where nothing is kept, nothing makes room for anything else. */
static void
test_recovered_text_is_added_where_nothing_is_kept (Fixture *f, gconstpointer data) {
  g_settings_set_boolean (get_settings (f), "keep-sessions", FALSE);
  fixture_speak (f, 0, "Of today.");
  g_signal_emit_by_name (f->dictation, "recovered", g_get_real_time ());
  fixture_assert_text (f, "Of today.");
}

/* What was left out of a session belongs to no other. */
static void
test_left_out_words_stay_with_their_session (Fixture *f, gconstpointer data) {
  g_autoptr (LonghandUtterance) utterance = longhand_utterance_new (0, 500, "Left out.");

  fixture_speak (f, 0, "Of one session.");
  g_signal_emit_by_name (f->dictation, "left-out", utterance);
  do_action (f, "win.new-session");
  fixture_assert_text (f, "");
  g_assert_cmpuint (longhand_document_get_n_left_out (f->document), ==, 0);
}

/* It is there when the session is opened again, even where all of it was left out. */
static void
test_left_out_words_are_kept (Fixture *f, gconstpointer data) {
  g_autoptr (LonghandUtterance) utterance = longhand_utterance_new (0, 500, "Left out.");
  const gint64 id = f->window->session->id;

  g_signal_emit_by_name (f->dictation, "left-out", utterance);
  do_action (f, "win.new-session");
  g_assert_cmpint (f->window->session->id, !=, id);
  WAIT_FOR (count_sessions (f) == 1);
  g_assert_nonnull (fixture_find (f->window->sidebar, GTK_TYPE_LABEL, "label", "Without Text"));
  longhand_window_open_text (f->window, id, NULL);
  WAIT_FOR (f->window->session->id == id);
  g_assert_cmpuint (longhand_document_get_n_left_out (f->document), ==, 1);
}

/* What cannot be kept is said, stays in the window, and is asked about. */
static void
test_library_that_cannot_be_written (Fixture *f, gconstpointer data) {
  g_autofree char *path = g_build_filename (f->dir, "a-file", "library.sqlite", NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  gtk_window_destroy (GTK_WINDOW (f->window));
  WAIT_FOR (f->window == NULL);
  g_object_unref (f->library);
  g_assert_true (g_file_set_contents (folder, "", 0, NULL));
  f->library = longhand_library_new (path);
  fixture_show_window (f);
  fixture_speak (f, 0, "Some words.");
  WAIT_FOR (longhand_banner_get_shown (f->window->problem));
  gtk_window_close (GTK_WINDOW (f->window));
  WAIT_FOR (fixture_find (NULL, ADW_TYPE_MESSAGE_DIALOG, "heading", "Save the Text?") != NULL);
  fixture_assert_text (f, "Some words.");
}

/* What the banner says is over, and it goes by itself. */
static void
test_library_that_can_be_written_again (Fixture *f, gconstpointer data) {
  g_autofree char *path = g_build_filename (f->dir, "library.sqlite", NULL);
  sqlite3 *other;

  WAIT_FOR (longhand_library_is_listed (f->library));
  g_assert_cmpint (sqlite3_open (path, &other), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (other, "BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);
  fixture_speak (f, 0, "Some words.");
  WAIT_FOR (longhand_banner_get_shown (f->window->problem));
  sqlite3_close (other);
  WAIT_FOR (!longhand_banner_get_shown (f->window->problem));
  g_assert_cmpuint (count_sessions (f), ==, 1);
}

/* ---- opening ---- */

static void
test_opening_shows_the_text (Fixture *f, gconstpointer data) {
  write_two (f);
  choose (f, 1);
  WAIT_FOR (has_text (f, "First session."));
  g_assert_false (longhand_document_get_can_step_back (f->document));
  gtk_text_buffer_insert_at_cursor (f->buffer, " Edited.", -1);
  choose (f, 0);
  WAIT_FOR (has_text (f, "Second session."));
  choose (f, 1);
  WAIT_FOR (has_text (f, "First session. Edited."));
  g_assert_cmpuint (count_sessions (f), ==, 2);
}

/* Dictation goes on in the open session, behind what it has; times are the session's. */
static void
test_dictation_goes_into_the_open_session (Fixture *f, gconstpointer data) {
  g_autoptr (LonghandTranscript) transcript = NULL;

  write_two (f);
  choose (f, 1);
  WAIT_FOR (has_text (f, "First session."));
  fixture_speak (f, 5000, "More of it.");
  fixture_assert_text (f, "First session. More of it.");
  transcript = longhand_document_dup_transcript (f->document);
  g_assert_cmpuint (longhand_transcript_get_n_segments (transcript), ==, 2);
  g_assert_cmpstr (longhand_transcript_get_segment (transcript, 0)->text, ==, "First session.");
  g_assert_cmpstr (longhand_transcript_get_segment (transcript, 1)->text, ==, "More of it.");
  g_assert_cmpint (longhand_transcript_get_segment (transcript, 1)->start_ms, ==, 5000);
}

static void
test_recording_stays_with_its_session (Fixture *f, gconstpointer data) {
  write_two (f);
  do_action (f, "win.record");
  WAIT_FOR (longhand_dictation_get_state (f->dictation) == LONGHAND_STATE_RECORDING);
  choose (f, 1);
  WAIT_FOR (window_says (f, "Stop recording first"));
  fixture_assert_text (f, "Second session.");
  g_assert_true (gtk_selection_model_is_selected (get_selection (f), 0));
  do_action (f, "win.new-session");
  fixture_assert_text (f, "Second session.");
  longhand_dictation_stop (f->dictation);
  WAIT_FOR (!longhand_dictation_has_pending (f->dictation));
  choose (f, 1);
  WAIT_FOR (has_text (f, "First session."));
}

/* What a crash cut off is a session of its own, of the time when it was begun. */
static void
test_recovered_text_is_a_session (Fixture *f, gconstpointer data) {
  const gint64 begun_us = g_get_real_time () - 3 * G_TIME_SPAN_DAY;

  fixture_speak (f, 0, "Of today.");
  g_signal_emit_by_name (f->dictation, "recovered", begun_us);
  fixture_assert_text (f, "");
  fixture_speak (f, 0, "Of before.");
  WAIT_FOR (count_sessions (f) == 2);
  g_assert_cmpstr (get_summary (f, 1)->heading, ==, "Of before.");
  g_assert_cmpint (get_summary (f, 1)->begun_us, ==, begun_us);
}

/* ---- what can be done with a session ---- */

static void
test_rename_by_keyboard (Fixture *f, gconstpointer data) {
  AdwMessageDialog *dialog;

  write_two (f);
  gtk_widget_grab_focus (get_list (f));
  fixture_press ("F2");
  WAIT_FOR ((dialog = fixture_find (NULL, ADW_TYPE_MESSAGE_DIALOG, "heading", "Rename the Session")) != NULL);
  fixture_activate (GTK_WINDOW (dialog));
  fixture_type ("A name");
  fixture_press ("Return");
  WAIT_FOR (g_strcmp0 (get_summary (f, 0)->title, "A name") == 0);
  WAIT_FOR (sidebar_says (f, "A name"));
  fixture_assert_text (f, "Second session.");
}

static void
test_pin (Fixture *f, gconstpointer data) {
  write_two (f);
  choose (f, 1);
  WAIT_FOR (has_text (f, "First session."));
  gtk_widget_activate_action (GTK_WIDGET (f->window->sidebar), "session.pin", NULL);
  WAIT_FOR (get_summary (f, 0)->pinned);
  g_assert_cmpstr (get_summary (f, 0)->heading, ==, "First session.");
  WAIT_FOR (sidebar_says (f, "Pinned\n"));
  g_assert_true (gtk_selection_model_is_selected (get_selection (f), 0));
  gtk_widget_activate_action (GTK_WIDGET (f->window->sidebar), "session.unpin", NULL);
  WAIT_FOR (!get_summary (f, 0)->pinned);
}

static void
test_delete_and_undo (Fixture *f, gconstpointer data) {
  GtkWidget *undo;

  write_two (f);
  gtk_text_buffer_insert_at_cursor (f->buffer, " And more.", -1);
  gtk_widget_grab_focus (get_list (f));
  fixture_press ("Delete");
  WAIT_FOR (count_sessions (f) == 1);
  fixture_assert_text (f, "");
  WAIT_FOR ((undo = fixture_find (f->window, GTK_TYPE_BUTTON, "label", "_Undo")) != NULL);
  g_signal_emit_by_name (undo, "clicked");
  WAIT_FOR (count_sessions (f) == 2);
  WAIT_FOR (has_text (f, "Second session. And more."));
}

static void
test_deleted_is_gone_after_closing (Fixture *f, gconstpointer data) {
  const gint64 id = (write_two (f), get_summary (f, 0)->id);

  gtk_widget_activate_action (GTK_WIDGET (f->window->sidebar), "session.delete", NULL);
  WAIT_FOR (count_sessions (f) == 1);
  gtk_window_close (GTK_WINDOW (f->window));
  WAIT_FOR (f->window == NULL);
  longhand_library_restore (f->library, id);
  g_assert_true (longhand_library_flush (f->library, FOREVER_US));
  fixture_settle ();
  g_assert_cmpuint (count_sessions (f), ==, 1);
}

static gboolean
menu_is_open (Fixture *f) {
  GtkWidget *popover = fixture_find (f->window->sidebar, GTK_TYPE_POPOVER_MENU, "css-name", "popover");

  return gtk_widget_get_visible (popover);
}

/* While the menu of one session is open, another one is saved, and the window opens a third: neither is what
 * the person has asked to delete. */
static void
test_menu_is_about_its_session (Fixture *f, gconstpointer data) {
  write_two (f);
  gtk_text_buffer_insert_at_cursor (f->buffer, " More.", -1);
  choose (f, 1);
  WAIT_FOR (has_text (f, "First session."));
  gtk_widget_grab_focus (get_list (f));
  fixture_press ("Shift+F10");
  WAIT_FOR (menu_is_open (f));
  g_signal_emit_by_name (f->dictation, "recovered", g_get_real_time ());
  fixture_speak (f, 0, "Third session.");
  WAIT_FOR (count_sessions (f) == 3);
  fixture_assert_text (f, "Third session.");
  gtk_widget_activate_action (GTK_WIDGET (f->window->sidebar), "session.delete", NULL);
  WAIT_FOR (count_sessions (f) == 2);
  WAIT_FOR (!sidebar_says (f, "First session."));
  fixture_assert_text (f, "Third session.");
  fixture_press ("Escape");
  WAIT_FOR (!menu_is_open (f));
  WAIT_FOR (gtk_selection_model_is_selected (get_selection (f), 0));
}

/* ---- search ---- */

static void
test_search (Fixture *f, gconstpointer data) {
  write_two (f);
  gtk_widget_grab_focus (get_list (f));
  fixture_press ("ctrl+f");
  if (!GTK_IS_EDITABLE (gtk_window_get_focus (GTK_WINDOW (f->window))))
    do_action (f, "win.find"); /* shortcuts are the program's, which is not there */
  fixture_type ("fir");
  WAIT_FOR (count_sessions (f) == 1);
  WAIT_FOR (!sidebar_says (f, "Today"));
  fixture_assert_text (f, "Second session.");
  fixture_type ("zzz");
  WAIT_FOR (sidebar_says (f, "No Results"));
  fixture_press ("Escape");
  WAIT_FOR (count_sessions (f) == 2);
  WAIT_FOR (sidebar_says (f, "Today"));
  g_assert_true (gtk_selection_model_is_selected (get_selection (f), 0));
}

/* What is marked of the text, with spaces between. (transfer full) */
static char *
dup_marked (Fixture *f) {
  GtkTextTag *tag = gtk_text_tag_table_lookup (gtk_text_buffer_get_tag_table (f->buffer), "found");
  GString *marked = g_string_new (NULL);
  GtkTextIter start, end;

  gtk_text_buffer_get_start_iter (f->buffer, &start);
  while (gtk_text_iter_has_tag (&start, tag) || gtk_text_iter_forward_to_tag_toggle (&start, tag)) {
    g_autofree char *word = NULL;

    end = start;
    if (!gtk_text_iter_forward_to_tag_toggle (&end, tag))
      break;
    word = gtk_text_iter_get_text (&start, &end);
    g_string_append_printf (marked, "%s%s", marked->len > 0 ? " " : "", word);
    start = end;
  }
  return g_string_free (marked, FALSE);
}

static gboolean
has_marked (Fixture *f, const char *expected) {
  g_autofree char *marked = dup_marked (f);

  return strcmp (marked, expected) == 0;
}

static void
search (Fixture *f, const char *words) {
  longhand_sidebar_focus_search (f->window->sidebar);
  gtk_editable_set_text (GTK_EDITABLE (gtk_window_get_focus (GTK_WINDOW (f->window))), words);
}

static void
test_found_words_are_marked (Fixture *f, gconstpointer data) {
  GtkTextIter start;

  write_two (f);
  search (f, "SESS fir");
  WAIT_FOR (count_sessions (f) == 1);
  WAIT_FOR (has_marked (f, "session")); /* of the open one, though it has not all words */
  choose (f, 0);
  WAIT_FOR (has_text (f, "First session."));
  WAIT_FOR (has_marked (f, "First session"));
  g_assert_true (GTK_IS_EDITABLE (gtk_window_get_focus (GTK_WINDOW (f->window))));
  g_assert_false (longhand_document_get_can_step_back (f->document));
  gtk_text_buffer_get_start_iter (f->buffer, &start);
  gtk_text_buffer_insert (f->buffer, &start, "The fireman was first. ", -1);
  WAIT_FOR (has_marked (f, "fireman first First session"));
  gtk_text_buffer_place_cursor (f->buffer, &start);
  g_signal_emit_by_name (f->dictation, "tentative", "so far", 0u);
  gtk_text_buffer_get_start_iter (f->buffer, &start);
  gtk_text_buffer_insert (f->buffer, &start, "Fir. ", -1);
  WAIT_FOR (has_marked (f, "Fir fireman first First session"));
  search (f, "");
  WAIT_FOR (has_marked (f, ""));
}

static gboolean
is_in_sight (Fixture *f, const GtkTextIter *iter) {
  GtkTextView *view = GTK_TEXT_VIEW (longhand_editor_get_view (f->window->editor));
  GdkRectangle seen, place;

  gtk_text_view_get_visible_rect (view, &seen);
  gtk_text_view_get_iter_location (view, iter, &place);
  return place.y >= seen.y && place.y + place.height <= seen.y + seen.height;
}

static void
test_first_found_word_is_in_sight (Fixture *f, gconstpointer data) {
  g_autoptr (GString) text = g_string_new (NULL);
  GtkTextIter needle;

  for (int i = 0; i < 400; i++)
    g_string_append (text, i == 0 ? "Start.\n" : i == 300 ? "One needle.\n" : "Much hay.\n");
  gtk_text_buffer_set_text (f->buffer, text->str, -1);
  do_action (f, "win.new-session");
  search (f, "needle");
  WAIT_FOR (strcmp (longhand_library_get_searched (f->library), "needle") == 0);
  choose (f, 0);
  WAIT_FOR (has_marked (f, "needle"));
  gtk_text_buffer_get_iter_at_line (f->buffer, &needle, 300);
  WAIT_FOR (is_in_sight (f, &needle));
  search (f, "start");
  WAIT_FOR (has_marked (f, "Start"));
  gtk_text_buffer_get_start_iter (f->buffer, &needle);
  WAIT_FOR (is_in_sight (f, &needle));
}

/* ---- the sidebar ---- */

static void
test_sidebar_is_remembered (Fixture *f, gconstpointer data) {
  g_assert_true (adw_flap_get_reveal_flap (f->window->sides));
  do_action (f, "win.sidebar");
  g_assert_false (adw_flap_get_reveal_flap (f->window->sides));
  g_assert_false (g_settings_get_boolean (get_settings (f), "show-sidebar"));
  do_action (f, "win.sidebar");
  g_assert_true (g_settings_get_boolean (get_settings (f), "show-sidebar"));
}

static int
measure (Fixture *f) {
  int minimum;

  gtk_widget_measure (GTK_WIDGET (f->window->sides), GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL,
                      NULL);
  return minimum;
}

/* A phone held upright: over the text for as long as it takes to choose. */
static void
test_narrow (Fixture *f, gconstpointer data) {
  const int wide = measure (f);

  write_two (f);
  gtk_window_set_default_size (GTK_WINDOW (f->window), 360, 500);
  WAIT_FOR (adw_flap_get_folded (f->window->sides));
  g_assert_cmpint (measure (f), <, wide); /* what the menu has too gives way to longer languages */
  g_assert_false (adw_flap_get_reveal_flap (f->window->sides));
  do_action (f, "win.sidebar");
  g_assert_true (adw_flap_get_reveal_flap (f->window->sides));
  g_assert_true (g_settings_get_boolean (get_settings (f), "show-sidebar"));
  choose (f, 1);
  WAIT_FOR (has_text (f, "First session."));
  g_assert_false (adw_flap_get_reveal_flap (f->window->sides));
  gtk_window_set_default_size (GTK_WINDOW (f->window), 820, 500);
  WAIT_FOR (!adw_flap_get_folded (f->window->sides));
  g_assert_true (adw_flap_get_reveal_flap (f->window->sides));
}

static void
test_nothing_left (Fixture *f, gconstpointer data) {
  gpointer sidebar = f->window->sidebar;

  write_two (f);
  g_object_add_weak_pointer (sidebar, &sidebar);
  gtk_window_destroy (GTK_WINDOW (f->window));
  WAIT_FOR (f->window == NULL);
  WAIT_FOR (sidebar == NULL);
}

int
main (int argc, char **argv) {
  fixture_init (&argc, &argv);
  FIXTURE_ADD ("/library/keep/text-is-kept-by-itself", test_text_is_kept);
  FIXTURE_ADD ("/library/keep/tentative-words-are-not", test_tentative_words_are_not_kept);
  FIXTURE_ADD ("/library/keep/a-blank-session-leaves-no-row", test_blank_leaves_no_row);
  FIXTURE_ADD ("/library/keep/closing-keeps-all-without-a-question", test_closing_keeps_all);
  FIXTURE_ADD ("/library/keep/nothing-when-that-is-not-wanted", test_nothing_is_kept_when_not_wanted);
  FIXTURE_ADD ("/library/keep/recovered-text-is-added-where-nothing-is-kept",
               test_recovered_text_is_added_where_nothing_is_kept);
  FIXTURE_ADD ("/library/open/left-out-words-stay-with-their-session",
               test_left_out_words_stay_with_their_session);
  FIXTURE_ADD ("/library/open/left-out-words-are-kept", test_left_out_words_are_kept);
  FIXTURE_ADD ("/library/keep/what-cannot-be-kept-is-asked-about", test_library_that_cannot_be_written);
  FIXTURE_ADD ("/library/keep/what-is-kept-at-last-is-no-problem-any-more",
               test_library_that_can_be_written_again);
  FIXTURE_ADD ("/library/open/the-text-comes-back", test_opening_shows_the_text);
  FIXTURE_ADD ("/library/open/dictation-goes-on-in-it", test_dictation_goes_into_the_open_session);
  FIXTURE_ADD ("/library/open/a-recording-stays-with-its-session", test_recording_stays_with_its_session);
  FIXTURE_ADD ("/library/open/recovered-text-is-a-session", test_recovered_text_is_a_session);
  FIXTURE_ADD ("/library/rename-by-keyboard", test_rename_by_keyboard);
  FIXTURE_ADD ("/library/pin", test_pin);
  FIXTURE_ADD ("/library/delete/can-be-undone", test_delete_and_undo);
  FIXTURE_ADD ("/library/delete/is-for-good-after-closing", test_deleted_is_gone_after_closing);
  FIXTURE_ADD ("/library/menu-is-about-the-session-that-it-was-opened-for", test_menu_is_about_its_session);
  FIXTURE_ADD ("/library/search", test_search);
  FIXTURE_ADD ("/library/search/found-words-are-marked", test_found_words_are_marked);
  FIXTURE_ADD ("/library/search/first-found-word-is-in-sight", test_first_found_word_is_in_sight);
  FIXTURE_ADD ("/library/sidebar/is-remembered", test_sidebar_is_remembered);
  FIXTURE_ADD ("/library/sidebar/folds-where-it-is-narrow", test_narrow);
  FIXTURE_ADD ("/library/sidebar/nothing-of-it-is-left", test_nothing_left);
  return g_test_run ();
}
