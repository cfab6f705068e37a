/* Preferences, find bar, level meter, text. */
#include "editor/longhand-text-view.h"
#include "longhand-storage.h"
#include "preferences/longhand-preferences.h"
#include "window-fixture.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

/* ---- preferences ---- */

static GtkWidget *
show_preferences (Fixture *f) {
  GtkWidget *preferences = longhand_preferences_new (f->settings, f->store, f->dictation, f->library);

  gtk_window_set_transient_for (GTK_WINDOW (preferences), GTK_WINDOW (f->window));
  gtk_window_present (GTK_WINDOW (preferences));
  fixture_settle ();
  return preferences;
}

static void
assert_selected (AdwComboRow *row, const char *title) {
  GtkStringObject *selected = adw_combo_row_get_selected_item (row);

  g_assert_cmpstr (gtk_string_object_get_string (selected), ==, title);
}

static void
select_title (AdwComboRow *row, const char *title) {
  GListModel *titles = adw_combo_row_get_model (row);

  for (guint i = 0; i < g_list_model_get_n_items (titles); i++) {
    g_autoptr (GtkStringObject) item = g_list_model_get_item (titles, i);

    if (g_strcmp0 (gtk_string_object_get_string (item), title) == 0) {
      adw_combo_row_set_selected (row, i);
      return;
    }
  }
  g_error ("there is no %s", title);
}

static AdwComboRow *
find_row (GtkWidget *preferences, const char *title) {
  return fixture_find (preferences, ADW_TYPE_COMBO_ROW, "title", title);
}

/* The text of the page that a row leads to. */
static GtkTextView *
open_list (GtkWidget *preferences, const char *title) {
  AdwActionRow *row = fixture_find (preferences, ADW_TYPE_ACTION_ROW, "title", title);

  g_signal_emit_by_name (row, "activated");
  fixture_settle ();
  return fixture_find (preferences, GTK_TYPE_TEXT_VIEW, "css-name", "textview");
}

static void
write_list (GtkTextView *view, const char *text) {
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (view), text, -1);
}

static void
test_lists (Fixture *f, gconstpointer data) {
  GtkWidget *preferences = show_preferences (f);
  AdwActionRow *terms = fixture_find (preferences, ADW_TYPE_ACTION_ROW, "title", "Names and Terms");
  GtkTextView *view = open_list (preferences, "Names and Terms");
  GtkWidget *back = fixture_find (preferences, GTK_TYPE_BUTTON, "tooltip-text", "Back");
  g_auto (GStrv) set = NULL;
  g_auto (GStrv) rules = NULL;
  GtkWidget *problem;

  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (back), GTK_ACCESSIBLE_PROPERTY_LABEL, "Back");
  write_list (view, " Nomad \n\nKuala Lumpur\n");
  adw_preferences_window_close_subpage (ADW_PREFERENCES_WINDOW (preferences));
  for (guint i = 0; i < 200 && strstr (adw_action_row_get_subtitle (terms), "2") == NULL; i++) {
    g_usleep (10000);
    fixture_settle ();
  }
  g_assert_cmpstr (adw_action_row_get_subtitle (terms), ==, "2 names and terms");
  set = longhand_settings_dup_terms (f->settings);
  g_assert_cmpuint (g_strv_length (set), ==, 2);
  g_assert_cmpstr (set[0], ==, "Nomad");
  g_assert_cmpstr (set[1], ==, "Kuala Lumpur");

  view = open_list (preferences, "Replacements");
  write_list (view, "is => was\nno rule");
  problem = fixture_find (preferences, GTK_TYPE_LABEL, "label",
                          "Line 2: “no rule” is no replacement: write “heard => written”.");
  g_assert_true (gtk_widget_get_visible (problem));
  gtk_window_destroy (GTK_WINDOW (preferences));
  fixture_settle ();
  rules = longhand_settings_dup_replacements (f->settings); /* half-written ones are not lost either */
  g_assert_cmpuint (g_strv_length (rules), ==, 2);
}

static void
test_threads (Fixture *f, gconstpointer data) {
  GtkWidget *preferences = show_preferences (f);
  AdwComboRow *row = find_row (preferences, "Threads");

  assert_selected (row, "Automatic");
  select_title (row, "1");
  g_assert_cmpuint (longhand_settings_get_threads (f->settings), ==, 1);
  longhand_settings_set_threads (f->settings, 0);
  assert_selected (row, "Automatic");
  longhand_settings_set_threads (f->settings, 255);
  assert_selected (row, "255 (not available)");
  g_assert_cmpuint (longhand_settings_get_threads (f->settings), ==, 255);
  gtk_window_destroy (GTK_WINDOW (preferences));
}

/* What “automatic” is, and why, stands below it; of a number that somebody chose there is nothing to explain.
 */
static void
test_threads_reason (Fixture *f, gconstpointer data) {
  GtkWidget *preferences = show_preferences (f);
  AdwActionRow *row = ADW_ACTION_ROW (find_row (preferences, "Threads"));
  g_autofree char *count = NULL;
  LonghandStats stats;

  WAIT_FOR (longhand_dictation_get_model_state (f->dictation) == LONGHAND_MODEL_STATE_READY);
  longhand_dictation_get_stats (f->dictation, &stats);
  g_assert_nonnull (stats.threads_reason);
  count = g_strdup_printf ("%u thread", stats.threads);
  g_assert_true (g_str_has_prefix (stats.threads_reason, count));
  g_assert_cmpstr (adw_action_row_get_subtitle (row), ==, stats.threads_reason);
  longhand_settings_set_threads (f->settings, 1);
  WAIT_FOR (g_strcmp0 (adw_action_row_get_subtitle (row), "Processors used for recognition") == 0);
  longhand_settings_set_threads (f->settings, 0);
  WAIT_FOR (g_strcmp0 (adw_action_row_get_subtitle (row), stats.threads_reason) == 0);
  gtk_window_destroy (GTK_WINDOW (preferences));
}

static void
test_pause (Fixture *f, gconstpointer data) {
  GtkWidget *preferences = show_preferences (f);
  GtkSpinButton *spin = fixture_find (preferences, GTK_TYPE_SPIN_BUTTON, "css-name", "spinbutton");

  gtk_spin_button_set_value (spin, 1.2);
  g_assert_cmpfloat (longhand_settings_get_pause_length (f->settings), ==, gtk_spin_button_get_value (spin));
  longhand_settings_set_pause_length (f->settings, 0.5);
  g_assert_cmpfloat (gtk_spin_button_get_value (spin), ==, 0.5);
  gtk_window_destroy (GTK_WINDOW (preferences));
}

static GtkSwitch *
find_switch (GtkWidget *preferences, const char *title) {
  AdwActionRow *row = fixture_find (preferences, ADW_TYPE_ACTION_ROW, "title", title);

  return GTK_SWITCH (adw_action_row_get_activatable_widget (row));
}

static void
test_enhancement (Fixture *f, gconstpointer data) {
  GtkWidget *preferences = show_preferences (f);
  GtkSwitch *noise_reduction = find_switch (preferences, "Noise Reduction");
  GtkSwitch *automatic_gain = find_switch (preferences, "Automatic Gain");

  g_assert_false (gtk_switch_get_active (noise_reduction));
  g_assert_false (gtk_switch_get_active (automatic_gain));
  gtk_switch_set_active (noise_reduction, TRUE);
  g_assert_true (longhand_settings_get_noise_reduction (f->settings));
  g_assert_false (longhand_settings_get_automatic_gain (f->settings));
  gtk_switch_set_active (automatic_gain, TRUE);
  g_assert_true (longhand_settings_get_automatic_gain (f->settings));
  longhand_settings_set_noise_reduction (f->settings, FALSE);
  longhand_settings_set_automatic_gain (f->settings, FALSE);
  g_assert_false (gtk_switch_get_active (noise_reduction));
  g_assert_false (gtk_switch_get_active (automatic_gain));
  gtk_window_destroy (GTK_WINDOW (preferences));
}

static void
test_commands (Fixture *f, gconstpointer data) {
  GtkWidget *preferences = show_preferences (f);
  GtkSwitch *on = find_switch (preferences, "Spoken Commands");

  g_assert_true (gtk_switch_get_active (on));
  gtk_switch_set_active (on, FALSE);
  g_assert_false (longhand_settings_get_commands (f->settings));
  longhand_settings_set_commands (f->settings, TRUE);
  g_assert_true (gtk_switch_get_active (on));
  gtk_window_destroy (GTK_WINDOW (preferences));
}

static gboolean
subtitle_has (AdwActionRow *row, const char *part) {
  return strstr (adw_action_row_get_subtitle (row), part) != NULL;
}

/* The desktop of the test offers no keys. */
static void
test_desktop_shortcuts (Fixture *f, gconstpointer data) {
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  g_autoptr (LonghandShortcuts) shortcuts = longhand_shortcuts_new (bus);
  GSettings *settings = longhand_settings_get_gsettings (f->settings);
  GtkWidget *preferences = show_preferences (f);
  AdwActionRow *row = fixture_find (preferences, ADW_TYPE_ACTION_ROW, "title", "Desktop Shortcuts");

  g_assert_false (gtk_widget_get_sensitive (GTK_WIDGET (row)));
  longhand_preferences_set_shortcuts (LONGHAND_PREFERENCES (preferences), shortcuts);
  g_assert_true (gtk_widget_get_sensitive (GTK_WIDGET (row)));
  g_assert_true (subtitle_has (row, "in every window"));
  gtk_switch_set_active (find_switch (preferences, "Desktop Shortcuts"), TRUE);
  g_assert_true (g_settings_get_boolean (settings, "global-shortcuts"));
  longhand_shortcuts_set_enabled (shortcuts, TRUE);
  WAIT_FOR (subtitle_has (row, "does not offer"));
  longhand_shortcuts_set_enabled (shortcuts, FALSE);
  g_assert_true (subtitle_has (row, "in every window"));
  gtk_window_destroy (GTK_WINDOW (preferences));
}

/* Which is on at first. */
static void
assert_switch (Fixture *f, const char *title, const char *key) {
  GSettings *settings = longhand_settings_get_gsettings (f->settings);
  GtkWidget *preferences = show_preferences (f);
  GtkSwitch *on = find_switch (preferences, title);

  g_assert_true (gtk_switch_get_active (on));
  gtk_switch_set_active (on, FALSE);
  g_assert_false (g_settings_get_boolean (settings, key));
  g_settings_set_boolean (settings, key, TRUE);
  g_assert_true (gtk_switch_get_active (on));
  gtk_window_destroy (GTK_WINDOW (preferences));
}

static void
test_notification (Fixture *f, gconstpointer data) {
  assert_switch (f, "Notification", "notify-recording");
}

static void
test_tones (Fixture *f, gconstpointer data) {
  assert_switch (f, "Tones", "tones");
}

/* The desktop's answer, here that of one without a portal, is shown as it comes. */
static void
test_when_done (Fixture *f, gconstpointer data) {
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  GSettings *settings = longhand_settings_get_gsettings (f->settings);
  g_autoptr (LonghandRemoteKeyboard) keyboard = longhand_remote_keyboard_new (bus, settings, FALSE);
  GtkWidget *preferences = show_preferences (f);
  AdwComboRow *row = find_row (preferences, "When Dictation Ends");
  g_autofree char *at_first = g_strdup (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)));
  g_autofree char *chosen = NULL;

  longhand_preferences_set_remote_keyboard (LONGHAND_PREFERENCES (preferences), keyboard);
  adw_combo_row_set_selected (row, 2);
  chosen = g_settings_get_string (settings, "when-done");
  g_assert_cmpstr (chosen, ==, "paste");
  longhand_remote_keyboard_open_async (keyboard, NULL, NULL);
  WAIT_FOR (subtitle_has (ADW_ACTION_ROW (row), "no program"));
  g_settings_set_string (settings, "when-done", "copy");
  g_assert_cmpuint (adw_combo_row_get_selected (row), ==, 1);
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), ==, at_first);
  gtk_window_destroy (GTK_WINDOW (preferences));
}

static void
test_model (Fixture *f, gconstpointer data) {
  GtkWidget *preferences = show_preferences (f);
  AdwComboRow *row = find_row (preferences, "Model");
  g_autoptr (LonghandModel) bundled = longhand_model_store_find (f->store, "", NULL);
  g_autofree char *id = NULL;

  assert_selected (row, "Best installed");
  select_title (row, longhand_model_get_title (bundled));
  id = longhand_settings_dup_model (f->settings);
  g_assert_cmpstr (id, ==, longhand_model_get_id (bundled));
  longhand_settings_set_model (f->settings, "not-there");
  assert_selected (row, "not-there (not available)");
  longhand_settings_set_model (f->settings, "");
  assert_selected (row, "Best installed");
  gtk_window_destroy (GTK_WINDOW (preferences));
}

static void
test_microphone (Fixture *f, gconstpointer data) {
  GtkWidget *preferences = show_preferences (f);
  AdwComboRow *row = find_row (preferences, "Microphone");
  g_autofree char *id = NULL;

  WAIT_FOR (g_list_model_get_n_items (adw_combo_row_get_model (row)) == 2);
  assert_selected (row, "Follow the System");
  select_title (row, "one");
  id = longhand_settings_dup_microphone (f->settings);
  g_assert_cmpstr (id, ==, "fake/one");
  g_assert_cmpstr (gtk_label_get_label (f->window->microphone_label), ==, "one");
  longhand_settings_set_microphone (f->settings, "");
  assert_selected (row, "Follow the System");
  gtk_window_destroy (GTK_WINDOW (preferences));
}

/* While the list is shown, and while it is not; what was chosen stays, and keeps its name. */
static void
test_microphones_come_and_go (Fixture *f, gconstpointer data) {
  GtkWidget *preferences = show_preferences (f);
  AdwComboRow *row = find_row (preferences, "Microphone");
  guint n_refreshed;

  WAIT_FOR (g_list_model_get_n_items (adw_combo_row_get_model (row)) == 2);
  fake_source_set_devices (f->microphone, (const char *const[]){ "one", "two", NULL });
  WAIT_FOR (g_list_model_get_n_items (adw_combo_row_get_model (row)) == 3);
  select_title (row, "two");
  fake_source_set_devices (f->microphone, (const char *const[]){ "one", NULL });
  WAIT_FOR (gtk_string_list_get_string (GTK_STRING_LIST (adw_combo_row_get_model (row)), 2) != NULL
            && g_str_equal (gtk_string_list_get_string (GTK_STRING_LIST (adw_combo_row_get_model (row)), 2),
                            "two (fake) (not available)"));
  assert_selected (row, "two (fake) (not available)");
  gtk_window_destroy (GTK_WINDOW (preferences));
  fixture_settle ();
  n_refreshed = f->microphone->n_refreshed;
  for (int i = 0; i < 40; i++)
    fixture_settle (); /* 4 s */
  g_assert_cmpuint (f->microphone->n_refreshed, ==, n_refreshed);
}

static gboolean
says (gpointer root, const char *part) {
  g_autofree char *labels = fixture_dup_labels (root);

  return strstr (labels, part) != NULL;
}

/* A row of any page is found by its name, and leads there. */
static void
test_search (Fixture *f, gconstpointer data) {
  GtkWidget *preferences = show_preferences (f);

  fixture_activate (GTK_WINDOW (preferences));
  g_assert_false (says (preferences, "Keep Sessions"));
  fixture_press ("ctrl+f");
  fixture_type ("keep se");
  WAIT_FOR (says (preferences, "Keep Sessions\nPrivacy and Storage") && !says (preferences, "Threads"));
  fixture_press ("Tab");
  fixture_press ("Tab");
  fixture_press ("space");
  WAIT_FOR (says (preferences, "Use of the Network"));
  gtk_window_destroy (GTK_WINDOW (preferences));
}

/* None is wider than a phone's screen. */
static void
test_narrow (Fixture *f, gconstpointer data) {
  static const char *const pages[] = { "audio", "dictation", "model", "performance", "privacy" };
  GtkWidget *preferences = show_preferences (f);

  for (guint i = 0; i < G_N_ELEMENTS (pages); i++) {
    adw_preferences_window_set_visible_page_name (ADW_PREFERENCES_WINDOW (preferences), pages[i]);
    fixture_settle ();
    fixture_assert_fits (adw_preferences_window_get_visible_page (ADW_PREFERENCES_WINDOW (preferences)));
  }
  fixture_assert_fits (gtk_widget_get_first_child (preferences));
  gtk_window_destroy (GTK_WINDOW (preferences));
}

static void
test_figures (Fixture *f, gconstpointer data) {
  GSettings *settings = longhand_settings_get_gsettings (f->settings);
  GtkWidget *preferences = show_preferences (f);
  GtkSwitch *on = find_switch (preferences, "Performance Panel");

  g_assert_false (gtk_switch_get_active (on));
  gtk_switch_set_active (on, TRUE);
  g_assert_true (g_settings_get_boolean (settings, "show-performance"));
  g_settings_set_boolean (settings, "show-performance", FALSE);
  g_assert_false (gtk_switch_get_active (on));
  gtk_window_destroy (GTK_WINDOW (preferences));
}

/* Off at first, and only where sessions are kept at all. */
static void
test_keep_sound (Fixture *f, gconstpointer data) {
  GSettings *settings = longhand_settings_get_gsettings (f->settings);
  GtkWidget *preferences = show_preferences (f);
  AdwComboRow *row = find_row (preferences, "Keep Sound");
  g_autofree char *keep = NULL;

  assert_selected (row, "Never");
  select_title (row, "For 30 Days");
  keep = g_settings_get_string (settings, "keep-sound");
  g_assert_cmpstr (keep, ==, "month");
  g_settings_set_string (settings, "keep-sound", "always");
  assert_selected (row, "Always");
  g_settings_set_boolean (settings, "keep-sessions", FALSE);
  g_assert_false (gtk_widget_is_sensitive (GTK_WIDGET (row)));
}

/* What is chosen, beside its explanation. */
static gboolean
is_whole (GtkWidget *preferences, const char *row, const char *choice) {
  GtkWidget *label = fixture_find (find_row (preferences, row), GTK_TYPE_LABEL, "label", choice);

  return label != NULL && gtk_widget_get_mapped (label)
         && !pango_layout_is_ellipsized (gtk_label_get_layout (GTK_LABEL (label)));
}

/* The explanation takes more lines. */
static void
test_choice_in_large_text (Fixture *f, gconstpointer data) {
  GtkSettings *settings = gtk_settings_get_default ();
  GtkWidget *preferences;
  int dpi;

  g_object_get (settings, "gtk-xft-dpi", &dpi, NULL);
  g_object_set (settings, "gtk-xft-dpi", 2 * dpi, NULL);
  g_settings_set_string (longhand_settings_get_gsettings (f->settings), "keep-sound", "always");
  preferences = longhand_preferences_new (f->settings, f->store, f->dictation, f->library);
  gtk_window_set_default_size (GTK_WINDOW (preferences), FIXTURE_NARROW, 600);
  fixture_activate (GTK_WINDOW (preferences));
  adw_preferences_window_set_visible_page_name (ADW_PREFERENCES_WINDOW (preferences), "privacy");
  fixture_settle ();
  g_assert_true (is_whole (preferences, "Keep Sound", "Always"));
  adw_preferences_window_set_visible_page_name (ADW_PREFERENCES_WINDOW (preferences), "model");
  fixture_settle ();
  g_assert_true (is_whole (preferences, "Model", "Best installed"));
  gtk_window_destroy (GTK_WINDOW (preferences));
  g_object_set (settings, "gtk-xft-dpi", dpi, NULL);
}

static void
save (Fixture *f, const char *text) {
  LonghandSession *session = longhand_session_new ();

  g_free (session->text);
  session->text = g_strdup (text);
  longhand_library_save (f->library, session);
}

/* Asked whether to delete everything. */
static void
answer (GtkWidget *preferences, const char *response) {
  GtkWidget *button = fixture_find (preferences, GTK_TYPE_BUTTON, "label", "_Delete All…");
  GtkWidget *label;

  g_signal_emit_by_name (button, "clicked");
  fixture_settle ();
  label = fixture_find (NULL, GTK_TYPE_LABEL, "label", "Delete All Sessions?");
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (gtk_widget_get_root (label)), response);
  fixture_settle ();
}

/* Also what is open in the window; whoever cancels keeps all. */
static void
test_deleting_all (Fixture *f, gconstpointer data) {
  GListModel *sessions = G_LIST_MODEL (f->library);
  GtkWidget *preferences;

  save (f, "the first one");
  fixture_speak (f, 0, "The open one.");
  WAIT_FOR (g_list_model_get_n_items (sessions) == 2);
  preferences = show_preferences (f);
  answer (preferences, "cancel");
  g_assert_cmpuint (g_list_model_get_n_items (sessions), ==, 2);
  answer (preferences, "delete");
  WAIT_FOR (g_list_model_get_n_items (sessions) == 0);
  fixture_assert_text (f, "");
  fixture_speak (f, 0, "Another one.");
  WAIT_FOR (g_list_model_get_n_items (sessions) == 1);
  gtk_window_destroy (GTK_WINDOW (preferences));
}

/* Where things are, and how much room they take. */
static void
test_storage (Fixture *f, gconstpointer data) {
  g_autofree char *folder = longhand_storage_dup_folder ();
  g_autofree char *sessions = g_build_filename (folder, "sessions", NULL);
  g_autofree char *path = g_build_filename (sessions, "test", NULL);
  g_autofree char *bytes = g_strnfill (64000, 'x');
  GtkWidget *preferences;
  GtkLabel *shown;

  g_mkdir_with_parents (sessions, 0700);
  g_assert_true (g_file_set_contents (path, bytes, 64000, NULL));
  preferences = show_preferences (f);
  adw_preferences_window_set_visible_page_name (ADW_PREFERENCES_WINDOW (preferences), "privacy");
  WAIT_FOR (says (preferences, folder));
  shown = fixture_find (preferences, GTK_TYPE_LABEL, "tooltip-text", folder);
  g_assert_cmpstr (gtk_label_get_text (shown), ==, folder);
  g_assert_true (gtk_label_get_selectable (shown));
  g_assert_cmpint (gtk_label_get_ellipsize (shown), ==, PANGO_ELLIPSIZE_MIDDLE); /* its end tells most */
  WAIT_FOR (says (preferences, "kB\nModels"));
  g_unlink (path);
  gtk_window_destroy (GTK_WINDOW (preferences));
}

/* The bundled model knows one language: there is nothing to choose, and the setting is kept for another
 * model. */
static void
test_language (Fixture *f, gconstpointer data) {
  GtkWidget *preferences;
  g_autofree char *language = NULL;

  WAIT_FOR (longhand_dictation_get_model_state (f->dictation) == LONGHAND_MODEL_STATE_READY);
  longhand_settings_set_language (f->settings, "de");
  preferences = show_preferences (f);
  assert_selected (find_row (preferences, "Language"), "English");
  g_assert_false (gtk_widget_get_sensitive (GTK_WIDGET (find_row (preferences, "Language"))));
  gtk_window_destroy (GTK_WINDOW (preferences));
  fixture_settle ();
  language = longhand_settings_dup_language (f->settings);
  g_assert_cmpstr (language, ==, "de");
}

/* ---- find ---- */

static const char *
count_of (Fixture *f) {
  static const char *const counts[]
      = { "No matches", "3 matches", "1 match", "1 of 3", "2 of 3", "3 of 3", "1 of 1" };

  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    if (fixture_find (f->window->editor, GTK_TYPE_LABEL, "label", counts[i]) != NULL)
      return counts[i];
  return "";
}

static GtkEditable *
find_entry (Fixture *f) {
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.find", NULL);
  return fixture_find (f->window->editor, GTK_TYPE_SEARCH_ENTRY, "css-name", "entry");
}

static void
put_text (Fixture *f, const char *text) {
  GtkTextIter start;

  gtk_text_buffer_set_text (f->buffer, text, -1);
  gtk_text_buffer_get_start_iter (f->buffer, &start);
  gtk_text_buffer_place_cursor (f->buffer, &start);
}

static void
test_find_wraps (Fixture *f, gconstpointer data) {
  put_text (f, "One two. one two. ONE");
  gtk_editable_set_text (find_entry (f), "one");
  WAIT_FOR (g_str_equal (count_of (f), "1 of 3"));
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.find-next", NULL);
  g_assert_cmpstr (count_of (f), ==, "2 of 3");
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.find-next", NULL);
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.find-next", NULL);
  g_assert_cmpstr (count_of (f), ==, "1 of 3");
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.find-previous", NULL);
  g_assert_cmpstr (count_of (f), ==, "3 of 3");
}

static void
test_find_nothing (Fixture *f, gconstpointer data) {
  put_text (f, "One two.");
  gtk_editable_set_text (find_entry (f), "three");
  WAIT_FOR (g_str_equal (count_of (f), "No matches"));
}

static void
test_find_follows_text (Fixture *f, gconstpointer data) {
  put_text (f, "One.");
  gtk_editable_set_text (find_entry (f), "two");
  WAIT_FOR (g_str_equal (count_of (f), "No matches"));
  fixture_speak (f, 0, "Two words.");
  WAIT_FOR (g_str_equal (count_of (f), "1 match"));
}

/* Looking for something is no edit. */
static void
test_find_is_no_edit (Fixture *f, gconstpointer data) {
  fixture_speak (f, 0, "One two.");
  longhand_document_mark_saved (f->document);
  gtk_editable_set_text (find_entry (f), "two");
  WAIT_FOR (g_str_equal (count_of (f), "1 of 1"));
  g_assert_false (longhand_document_get_unsaved (f->document));
  fixture_assert_text (f, "One two.");
}

/* ---- figures ---- */

static void
test_meter_scale (void) {
  g_assert_cmpfloat (longhand_level_meter_scale (1), ==, 1);
  g_assert_cmpfloat (longhand_level_meter_scale (4), ==, 1);
  g_assert_cmpfloat_with_epsilon (longhand_level_meter_scale (0.1), 1 - 20.0 / 60, 1e-9);
  g_assert_cmpfloat_with_epsilon (longhand_level_meter_scale (0.01), 1 - 40.0 / 60, 1e-9);
  g_assert_cmpfloat_with_epsilon (longhand_level_meter_scale (0.001), 0, 1e-9);
  g_assert_cmpfloat (longhand_level_meter_scale (0.0001), ==, 0);
  g_assert_cmpfloat (longhand_level_meter_scale (0), ==, 0);
  g_assert_cmpfloat (longhand_level_meter_scale (NAN), ==, 0);
}

/* ---- text ---- */

/* What a widget draws last, in its own coordinates. */
static graphene_rect_t
bounds_of_last (GtkWidget *widget) {
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  GskRenderNode *root, *node;
  graphene_rect_t bounds;

  GTK_WIDGET_GET_CLASS (widget)->snapshot (widget, snapshot);
  root = node = gtk_snapshot_free_to_node (snapshot);
  while (gsk_render_node_get_node_type (node) == GSK_DEBUG_NODE
         || gsk_render_node_get_node_type (node) == GSK_CONTAINER_NODE)
    node = gsk_render_node_get_node_type (node) == GSK_DEBUG_NODE
               ? gsk_debug_node_get_child (node)
               : gsk_container_node_get_child (node, gsk_container_node_get_n_children (node) - 1);
  gsk_render_node_get_bounds (node, &bounds);
  gsk_render_node_unref (root);
  return bounds;
}

/* Of an English invitation in a window that runs the other way, only the end was seen. */
static void
test_invitation (Fixture *f, gconstpointer data) {
  GtkWidget *view = fixture_find (f->window, LONGHAND_TYPE_TEXT_VIEW, "css-name", "textview");
  const GtkTextDirection directions[] = { GTK_TEXT_DIR_LTR, GTK_TEXT_DIR_RTL };

  for (gsize i = 0; i < G_N_ELEMENTS (directions); i++) {
    graphene_rect_t bounds;

    gtk_widget_set_direction (view, directions[i]);
    fixture_settle ();
    bounds = bounds_of_last (view);
    g_assert_cmpfloat (bounds.size.width, >, 100);
    g_assert_cmpfloat (bounds.origin.x, >=, 0);
    g_assert_cmpfloat (bounds.origin.x + bounds.size.width, <=, gtk_widget_get_width (view));
  }
}

int
main (int argc, char **argv) {
  fixture_init (&argc, &argv);
  FIXTURE_ADD ("/preferences/threads-both-ways", test_threads);
  FIXTURE_ADD ("/preferences/automatic-threads-are-explained", test_threads_reason);
  FIXTURE_ADD ("/preferences/pause-length-both-ways", test_pause);
  FIXTURE_ADD ("/preferences/enhancement-both-ways", test_enhancement);
  FIXTURE_ADD ("/preferences/commands-both-ways", test_commands);
  FIXTURE_ADD ("/preferences/notification-both-ways", test_notification);
  FIXTURE_ADD ("/preferences/tones-both-ways", test_tones);
  FIXTURE_ADD ("/preferences/pasting-says-what-came-of-it", test_when_done);
  FIXTURE_ADD ("/preferences/desktop-shortcuts-say-what-came-of-it", test_desktop_shortcuts);
  FIXTURE_ADD ("/preferences/lists-are-checked-and-kept", test_lists);
  FIXTURE_ADD ("/preferences/model-both-ways", test_model);
  FIXTURE_ADD ("/preferences/microphone-both-ways", test_microphone);
  FIXTURE_ADD ("/preferences/microphones-come-and-go", test_microphones_come_and_go);
  FIXTURE_ADD ("/preferences/search-leads-to-a-row", test_search);
  FIXTURE_ADD ("/preferences/pages-fit-a-narrow-screen", test_narrow);
  FIXTURE_ADD ("/preferences/performance-panel-both-ways", test_figures);
  FIXTURE_ADD ("/preferences/keep-sound", test_keep_sound);
  FIXTURE_ADD ("/preferences/choice-can-be-read-in-large-text", test_choice_in_large_text);
  FIXTURE_ADD ("/preferences/storage-says-where-and-how-much", test_storage);
  FIXTURE_ADD ("/preferences/all-sessions-are-deleted", test_deleting_all);
  FIXTURE_ADD ("/preferences/one-language-is-no-choice", test_language);
  FIXTURE_ADD ("/find/counts-and-wraps-in-both-directions", test_find_wraps);
  FIXTURE_ADD ("/find/says-when-there-is-nothing", test_find_nothing);
  FIXTURE_ADD ("/find/what-is-dictated-meanwhile-counts", test_find_follows_text);
  FIXTURE_ADD ("/find/is-no-edit", test_find_is_no_edit);
  FIXTURE_ADD ("/text/invitation-is-seen-whole-in-either-direction", test_invitation);
  g_test_add_func ("/level-meter/decibels-from-minus-sixty-to-zero", test_meter_scale);
  return g_test_run ();
}
