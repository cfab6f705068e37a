/* The window: actions and keys, recording, closing. */
#include "longhand-error.h"
#include "widgets/longhand-accessible.h"
#include "window-fixture.h"

#include <glib/gstdio.h>
#include <sndfile.h>

static LonghandState
state (Fixture *f) {
  return longhand_dictation_get_state (f->dictation);
}

static gboolean
do_action (Fixture *f, const char *name) {
  return gtk_widget_activate_action (GTK_WIDGET (f->window), name, NULL);
}

/* ---- actions and keys ---- */

static void
test_actions (Fixture *f, gconstpointer data) {
  static const char *const names[]
      = { "win.record",        "win.export",      "win.copy-all", "win.find", "win.find-next",
          "win.find-previous", "win.performance", "win.menu",     "win.keys" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_test_message ("%s", names[i]);
    g_assert_true (do_action (f, names[i]));
    fixture_settle ();
    gtk_menu_button_popdown (f->window->menu);
    g_clear_object (&f->window->chooser);
  }
}

/* On a phone, too, and keys as the program has them. */
static void
test_keys_window (Fixture *f, gconstpointer data) {
  GtkWindow *window;
  g_autofree char *labels = NULL;

  gtk_application_set_accels_for_action (fixture_get_application (), "win.record",
                                         (const char *const[]){ "<Control>j", NULL });
  do_action (f, "win.keys");
  WAIT_FOR ((window = fixture_find (NULL, ADW_TYPE_PREFERENCES_WINDOW, "title", "Keyboard Shortcuts")) != NULL
            && gtk_window_is_active (window));
  labels = fixture_dup_labels (window);
  g_assert_nonnull (strstr (labels, "Record or stop\nCtrl\n+\nJ\n"));
  fixture_assert_fits (gtk_window_get_child (window));
  fixture_press ("Escape");
  WAIT_FOR (fixture_find (NULL, ADW_TYPE_PREFERENCES_WINDOW, "title", "Keyboard Shortcuts") == NULL);
}

static void
test_find_opens (Fixture *f, gconstpointer data) {
  GtkSearchBar *bar;

  do_action (f, "win.find");
  bar = fixture_find (f->window, GTK_TYPE_SEARCH_BAR, "css-name", "searchbar");
  g_assert_true (gtk_search_bar_get_search_mode (bar));
}

static void
on_clipboard_text (GObject *clipboard, GAsyncResult *result, gpointer user) {
  *(char **)user = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (clipboard), result, NULL);
}

static void
test_copy_all (Fixture *f, gconstpointer data) {
  g_autofree char *copied = NULL;

  fixture_speak (f, 0, "All of it.");
  g_signal_emit_by_name (f->dictation, "tentative", "but not this", 3u);
  do_action (f, "win.copy-all");
  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (GTK_WIDGET (f->window)), NULL, on_clipboard_text,
                                 &copied);
  WAIT_FOR (copied != NULL);
  g_assert_cmpstr (copied, ==, "All of it.");
}

static GtkWidget *
find_toast (Fixture *f) {
  return fixture_find (f->window, GTK_TYPE_LABEL, "label",
                       "The computer cannot keep up: words appear when a sentence is over.");
}

/* Said as long as it is so, and not for what is over at once. */
static void
test_words_that_come_late (Fixture *f, gconstpointer data) {
  longhand_window_set_behind (f->window, TRUE);
  longhand_window_set_behind (f->window, FALSE);
  g_assert_cmpuint (f->window->behind_timeout, ==, 0);
  longhand_window_set_behind (f->window, TRUE);
  longhand_window_set_behind (f->window, TRUE);
  WAIT_FOR (find_toast (f) != NULL);
  longhand_window_set_behind (f->window, FALSE);
  WAIT_FOR (find_toast (f) == NULL);
}

static void
test_performance_is_kept (Fixture *f, gconstpointer data) {
  GSettings *settings = longhand_settings_get_gsettings (f->settings);

  g_assert_false (adw_flap_get_reveal_flap (f->window->flap));
  do_action (f, "win.performance");
  g_assert_true (adw_flap_get_reveal_flap (f->window->flap));
  g_assert_true (g_settings_get_boolean (settings, "show-performance"));
  do_action (f, "win.performance");
  g_assert_false (g_settings_get_boolean (settings, "show-performance"));
}

/* A phone held upright. */
static void
test_narrow (Fixture *f, gconstpointer data) {
  fixture_fail (f, LONGHAND_ERROR_NO_MICROPHONE, "A problem with a button.");
  do_action (f, "win.record");
  WAIT_FOR (state (f) == LONGHAND_STATE_RECORDING);
  fixture_assert_fits (gtk_widget_get_first_child (GTK_WIDGET (f->window)));
}

/* Everything that there may be at once. */
static void
test_full (Fixture *f, gconstpointer data) {
  do_action (f, "win.find");
  do_action (f, "win.performance");
  fixture_fail (f, LONGHAND_ERROR_NO_MICROPHONE, "A problem with a button.");
  fixture_settle ();
  fixture_assert_fits (gtk_widget_get_first_child (GTK_WIDGET (f->window)));
}

/* The title goes before the button's label, and the label before the button; what it does is told anyway. */
static void
test_record_button_is_narrow (Fixture *f, gconstpointer data) {
  GtkSettings *settings = gtk_settings_get_default ();
  GtkWidget *label = GTK_WIDGET (f->window->record_content);
  int dpi;

  gtk_window_set_default_size (GTK_WINDOW (f->window), FIXTURE_NARROW, 500);
  WAIT_FOR (adw_flap_get_folded (f->window->sides) && gtk_widget_get_mapped (label));
  g_object_get (settings, "gtk-xft-dpi", &dpi, NULL);
  g_object_set (settings, "gtk-xft-dpi", 2 * dpi, NULL);
  WAIT_FOR (!gtk_widget_get_mapped (label));
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (f->window->record), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "Record");
  g_object_set (settings, "gtk-xft-dpi", dpi, NULL);
}

/* Beside the sidebar there is room for one of them only: pixels. */
#define BESIDE_SESSIONS 680

static void
test_record_button_beside_sessions (Fixture *f, gconstpointer data) {
  GtkWidget *label = GTK_WIDGET (f->window->record_content);

  adw_flap_set_reveal_flap (f->window->sides, TRUE);
  gtk_window_set_default_size (GTK_WINDOW (f->window), BESIDE_SESSIONS, 500);
  WAIT_FOR (gtk_widget_get_width (GTK_WIDGET (f->window)) <= BESIDE_SESSIONS);
  fixture_settle ();
  g_assert_false (adw_flap_get_folded (f->window->sides));
  g_assert_true (gtk_widget_get_mapped (label));
}

/* ---- assistive technology ---- */

static gboolean
is_told (GtkWidget *widget) {
  GtkAccessible *accessible = GTK_ACCESSIBLE (widget);
  g_autofree char *differs = NULL;

  if (!gtk_widget_get_visible (widget))
    return FALSE;
  if (!gtk_test_accessible_has_state (accessible, GTK_ACCESSIBLE_STATE_HIDDEN))
    return TRUE;
  differs = gtk_test_accessible_check_state (accessible, GTK_ACCESSIBLE_STATE_HIDDEN, FALSE);
  return differs == NULL;
}

/* What can take the keyboard, below widget. */
static void
count_told (GtkWidget *widget, guint *n_drawn, guint *n_others) {
  if (!is_told (widget))
    return;
  if (gtk_widget_get_focusable (widget))
    (*(gtk_widget_get_mapped (widget) ? n_drawn : n_others))++;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    count_told (child, n_drawn, n_others);
}

static guint
count_drawn (Fixture *f) {
  guint n_drawn = 0, n_others = 0;

  fixture_settle ();
  count_told (GTK_WIDGET (f->window), &n_drawn, &n_others);
  g_assert_cmpuint (n_others, ==, 0);
  return n_drawn;
}

static void
test_told_while_drawn (Fixture *f, gconstpointer data) {
  const guint n = count_drawn (f);
  GtkSearchBar *find = fixture_find (f->window, GTK_TYPE_SEARCH_BAR, "css-name", "searchbar");
  guint n_more;

  do_action (f, "win.find");
  n_more = count_drawn (f);
  g_assert_cmpuint (n_more, >, n);
  fixture_press ("Escape");
  WAIT_FOR (!gtk_search_bar_get_search_mode (find));
  do_action (f, "win.performance");
  g_assert_cmpuint (count_drawn (f), >, n_more);
  do_action (f, "win.performance");
  do_action (f, "win.sidebar");
  g_assert_cmpuint (count_drawn (f), <, n);
  fixture_fail (f, LONGHAND_ERROR_NO_MICROPHONE, "A problem with a button.");
  do_action (f, "win.sidebar");
  g_assert_cmpuint (count_drawn (f), >, n);
}

/* By this, and not by the label in it as well. */
static void
assert_named (gpointer button, const char *name) {
  gtk_test_accessible_assert_property (button, GTK_ACCESSIBLE_PROPERTY_LABEL, name);
  g_assert_true (GTK_IS_IMAGE (gtk_button_get_child (button))
                 || !gtk_test_accessible_has_relation (button, GTK_ACCESSIBLE_RELATION_LABELLED_BY));
}

static void
test_buttons_named (void) {
  GtkWidget *window, *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *next = gtk_button_new_with_mnemonic ("_Next"),
            *back = gtk_button_new_from_icon_name ("go-previous");
  GtkWidget *own = gtk_button_new_from_icon_name ("edit-copy");

  gtk_widget_set_tooltip_text (back, "Back");
  gtk_widget_set_tooltip_text (own, "Copy, or Drag from Here");
  gtk_accessible_update_property (GTK_ACCESSIBLE (own), GTK_ACCESSIBLE_PROPERTY_LABEL, "Copy", -1);
  gtk_box_append (GTK_BOX (box), next);
  gtk_box_append (GTK_BOX (box), back);
  gtk_box_append (GTK_BOX (box), own);
  longhand_accessible_name_buttons ();
  window = gtk_window_new ();
  gtk_window_set_child (GTK_WINDOW (window), box);
  gtk_window_present (GTK_WINDOW (window));
  WAIT_FOR (gtk_widget_get_mapped (window));
  assert_named (next, "Next");
  assert_named (back, "Back");
  assert_named (own, "Copy");
  gtk_button_set_label (GTK_BUTTON (next), "Start __Wri_ting_");
  assert_named (next, "Start _Writing_");
  gtk_window_destroy (GTK_WINDOW (window));
  WAIT_FOR (g_list_model_get_n_items (gtk_window_get_toplevels ()) == 0);
}

static void
test_toast_named (Fixture *f, gconstpointer data) {
  AdwToast *toast = adw_toast_new ("Gone");
  gpointer button;

  adw_toast_set_button_label (toast, "_Undo");
  adw_toast_overlay_add_toast (f->window->toasts, toast);
  button = fixture_find (f->window->toasts, GTK_TYPE_BUTTON, "label", "_Undo");
  g_assert_nonnull (button);
  assert_named (button, "Undo");
  assert_named (gtk_widget_get_next_sibling (button), "Dismiss");
}

/* ---- recording ---- */

static void
test_space_records (Fixture *f, gconstpointer data) {
  gtk_window_set_focus (GTK_WINDOW (f->window), NULL);
  fixture_press ("space");
  WAIT_FOR (state (f) == LONGHAND_STATE_RECORDING);
  fixture_press ("space");
  WAIT_FOR (state (f) == LONGHAND_STATE_IDLE);
}

static void
test_space_in_text (Fixture *f, gconstpointer data) {
  gtk_widget_grab_focus (longhand_editor_get_view (f->window->editor));
  fixture_type ("a b");
  WAIT_FOR (gtk_text_buffer_get_char_count (f->buffer) == 3);
  fixture_assert_text (f, "a b");
  g_assert_cmpuint (f->microphone->n_started, ==, 0);
}

static void
test_record_shown (Fixture *f, gconstpointer data) {
  assert_named (f->window->record, "Record");
  g_assert_cmpstr (adw_button_content_get_label (f->window->record_content), ==, "Record");
  g_assert_false (gtk_revealer_get_reveal_child (f->window->recording));
  do_action (f, "win.record");
  WAIT_FOR (state (f) == LONGHAND_STATE_RECORDING);
  assert_named (f->window->record, "Stop");
  g_assert_cmpstr (adw_button_content_get_label (f->window->record_content), ==, "Stop");
  g_assert_true (gtk_revealer_get_reveal_child (f->window->recording));
  do_action (f, "win.record");
  WAIT_FOR (state (f) == LONGHAND_STATE_IDLE);
  g_assert_cmpstr (adw_button_content_get_label (f->window->record_content), ==, "Record");
  g_assert_false (gtk_revealer_get_reveal_child (f->window->recording));
}

static void
test_finishing_waits (Fixture *f, gconstpointer data) {
  gboolean was_finishing = FALSE;

  do_action (f, "win.record");
  WAIT_FOR (state (f) == LONGHAND_STATE_RECORDING);
  longhand_dictation_stop (f->dictation);
  while (state (f) != LONGHAND_STATE_IDLE) {
    if (state (f) == LONGHAND_STATE_FINISHING) {
      was_finishing = TRUE;
      g_assert_false (gtk_widget_get_sensitive (GTK_WIDGET (f->window->record)));
    }
    g_main_context_iteration (NULL, TRUE);
  }
  g_assert_true (was_finishing);
  g_assert_true (gtk_widget_get_sensitive (GTK_WIDGET (f->window->record)));
  g_assert_true (gtk_window_get_focus (GTK_WINDOW (f->window)) == GTK_WIDGET (f->window->record));
}

static void
test_elapsed (Fixture *f, gconstpointer data) {
  g_autofree float *second = g_new0 (float, 16000);

  do_action (f, "win.record");
  WAIT_FOR (state (f) == LONGHAND_STATE_RECORDING);
  g_assert_cmpstr (gtk_label_get_label (f->window->elapsed), ==, "0:00");
  for (int i = 0; i < 61; i++) {
    gint64 before = longhand_dictation_get_elapsed_ms (f->dictation);

    fake_source_speak (f->microphone, second, 16000);
    WAIT_FOR (longhand_dictation_get_elapsed_ms (f->dictation) >= before + 1000);
    g_usleep (2000);
  }
  WAIT_FOR (g_strcmp0 (gtk_label_get_label (f->window->elapsed), "1:01") == 0);
  longhand_dictation_stop (f->dictation);
  WAIT_FOR (state (f) == LONGHAND_STATE_IDLE);
  do_action (f, "win.record");
  WAIT_FOR (state (f) == LONGHAND_STATE_RECORDING);
  g_assert_cmpstr (gtk_label_get_label (f->window->elapsed), ==, "0:00");
  longhand_dictation_stop (f->dictation);
}

static void
count (guint *n) {
  ++*n;
}

/* The text flows in while somebody speaks: the bundled model, a recorded voice. */
static void
test_words_appear (Fixture *f, gconstpointer data) {
  SF_INFO info = { 0 };
  SNDFILE *file = sf_open (g_getenv ("LONGHAND_TEST_WAV"), SFM_READ, &info);
  g_autofree float *sound = g_new (float, info.frames);
  GtkTextIter start, end;
  guint n_committed = 0;

  g_signal_connect_swapped (f->dictation, "committed", G_CALLBACK (count), &n_committed);
  g_assert_cmpint (sf_readf_float (file, sound, info.frames), ==, info.frames);
  sf_close (file);
  do_action (f, "win.record");
  WAIT_FOR (state (f) == LONGHAND_STATE_RECORDING);
  fake_source_speak (f->microphone, sound, 2 * 16000);
  WAIT_FOR (longhand_document_get_tentative_bounds (f->document, &start, &end));
  g_assert_true (longhand_document_is_empty (f->document));
  do_action (f, "win.record");
  WAIT_FOR (state (f) == LONGHAND_STATE_IDLE);
  g_assert_false (longhand_document_get_tentative_bounds (f->document, &start, &end));
  g_assert_false (longhand_document_is_empty (f->document));
  for (guint i = 0; i < n_committed; i++) {
    const int n_chars = gtk_text_buffer_get_char_count (f->buffer);

    g_assert_false (longhand_document_is_empty (f->document));
    fixture_press ("ctrl+z");
    WAIT_FOR (gtk_text_buffer_get_char_count (f->buffer) != n_chars);
  }
  g_assert_true (longhand_document_is_empty (f->document));
  fixture_press ("ctrl+shift+z");
  WAIT_FOR (!longhand_document_is_empty (f->document));
}

/* What is being searched for has an undo of its own. */
static void
test_undo_elsewhere (Fixture *f, gconstpointer data) {
  fixture_speak (f, 0, "Some words.");
  do_action (f, "win.find");
  fixture_type ("x");
  fixture_press ("ctrl+z");
  fixture_press ("ctrl+z");
  fixture_assert_text (f, "Some words.");
}

/* ---- menus ---- */

static gboolean
model_menu_says (Fixture *f, const char *title) {
  g_autofree char *labels = fixture_dup_labels (f->window->model);

  return strstr (labels, title) != NULL;
}

static void
test_underscore (Fixture *f, gconstpointer data) {
  g_autofree char *dir = longhand_model_store_dup_user_dir ();
  g_autofree char *path = g_build_filename (dir, "ggml-under_score.bin", NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, "no model", -1, &error);
  g_assert_no_error (error);
  gtk_menu_button_popup (f->window->model);
  WAIT_FOR (model_menu_says (f, "under_score"));
  gtk_menu_button_popdown (f->window->model);
  g_assert_cmpint (g_remove (path), ==, 0);
}

/* ---- closing ---- */

/* As it was chosen: no text is safe by itself. */
static void
keep_nothing (Fixture *f) {
  g_settings_set_boolean (longhand_settings_get_gsettings (f->settings), "keep-sessions", FALSE);
}

static AdwMessageDialog *
find_dialog (void) {
  return fixture_find (NULL, ADW_TYPE_MESSAGE_DIALOG, "heading", "Save the Text?");
}

static void
answer (const char *button) {
  AdwMessageDialog *dialog;

  WAIT_FOR ((dialog = find_dialog ()) != NULL);
  g_signal_emit_by_name (fixture_find (dialog, GTK_TYPE_BUTTON, "label", button), "clicked");
  WAIT_FOR (find_dialog () == NULL);
}

static void
test_close_empty (Fixture *f, gconstpointer data) {
  gtk_window_close (GTK_WINDOW (f->window));
  WAIT_FOR (f->window == NULL);
}

static void
test_close_asks (Fixture *f, gconstpointer data) {
  keep_nothing (f);
  fixture_speak (f, 0, "Unsaved.");
  gtk_window_close (GTK_WINDOW (f->window));
  answer ("_Cancel");
  g_assert_nonnull (f->window);
  fixture_assert_text (f, "Unsaved.");

  gtk_window_close (GTK_WINDOW (f->window));
  answer ("_Discard");
  WAIT_FOR (f->window == NULL);
}

static void
test_close_asks_once (Fixture *f, gconstpointer data) {
  GListModel *windows = gtk_window_get_toplevels ();
  guint n;

  keep_nothing (f);
  fixture_speak (f, 0, "Unsaved.");
  gtk_window_close (GTK_WINDOW (f->window));
  WAIT_FOR (find_dialog () != NULL);
  n = g_list_model_get_n_items (windows);
  gtk_window_close (GTK_WINDOW (f->window));
  fixture_settle ();
  g_assert_cmpuint (g_list_model_get_n_items (windows), ==, n);
  answer ("_Discard");
  WAIT_FOR (f->window == NULL);
}

static void
test_close_recording (Fixture *f, gconstpointer data) {
  keep_nothing (f);
  do_action (f, "win.record");
  WAIT_FOR (state (f) == LONGHAND_STATE_RECORDING);
  gtk_window_close (GTK_WINDOW (f->window));
  g_assert_nonnull (f->window);
  g_assert_cmpint (state (f), !=, LONGHAND_STATE_RECORDING);
  fixture_speak (f, 0, "The last words.");
  WAIT_FOR (find_dialog () != NULL);
  g_assert_cmpint (state (f), ==, LONGHAND_STATE_IDLE);
  fixture_assert_text (f, "The last words.");
  answer ("_Discard");
  WAIT_FOR (f->window == NULL);
}

static void
test_close_recording_empty (Fixture *f, gconstpointer data) {
  do_action (f, "win.record");
  WAIT_FOR (state (f) == LONGHAND_STATE_RECORDING);
  gtk_window_close (GTK_WINDOW (f->window));
  WAIT_FOR (f->window == NULL);
  g_assert_cmpint (state (f), ==, LONGHAND_STATE_IDLE);
}

static void
test_nothing_left (Fixture *f, gconstpointer data) {
  gpointer document = f->document, editor = f->window->editor;

  fixture_speak (f, 0, "Some words.");
  do_action (f, "win.find");
  do_action (f, "win.performance");
  fixture_settle ();
  g_object_add_weak_pointer (document, &document);
  g_object_add_weak_pointer (editor, &editor);
  gtk_window_destroy (GTK_WINDOW (f->window));
  WAIT_FOR (f->window == NULL);
  WAIT_FOR (editor == NULL);
  WAIT_FOR (document == NULL);
}

int
main (int argc, char **argv) {
  fixture_init (&argc, &argv);
  FIXTURE_ADD ("/window/actions/all-are-there", test_actions);
  FIXTURE_ADD ("/window/keys-are-in-a-list", test_keys_window);
  FIXTURE_ADD ("/window/actions/find-opens-the-bar", test_find_opens);
  FIXTURE_ADD ("/window/actions/copy-all-copies-what-is-certain", test_copy_all);
  FIXTURE_ADD ("/window/words-that-come-late", test_words_that_come_late);
  FIXTURE_ADD ("/window/actions/the-performance-panel-is-remembered", test_performance_is_kept);
  FIXTURE_ADD ("/window/fits/a-narrow-screen", test_narrow);
  FIXTURE_ADD ("/window/fits/with-all-that-there-may-be", test_full);
  FIXTURE_ADD ("/window/fits/what-the-record-button-does", test_record_button_is_narrow);
  FIXTURE_ADD ("/window/fits/what-the-record-button-does-beside-sessions",
               test_record_button_beside_sessions);
  FIXTURE_ADD ("/window/accessible/what-is-drawn-is-told-and-nothing-else", test_told_while_drawn);
  FIXTURE_ADD ("/window/accessible/buttons-of-a-toast-are-named", test_toast_named);
  g_test_add_func ("/window/accessible/buttons-are-named-as-they-are-seen", test_buttons_named);
  FIXTURE_ADD ("/window/record/space-starts-and-stops-outside-the-text", test_space_records);
  FIXTURE_ADD ("/window/record/space-in-the-text-is-a-space", test_space_in_text);
  FIXTURE_ADD ("/window/record/the-button-shows-what-it-does", test_record_shown);
  FIXTURE_ADD ("/window/record/the-button-waits-for-the-last-words", test_finishing_waits);
  FIXTURE_ADD ("/window/record/the-time-is-that-of-the-sound", test_elapsed);
  FIXTURE_ADD ("/window/record/words-appear-and-are-undone-as-one", test_words_appear);
  FIXTURE_ADD ("/window/undo/not-while-something-else-is-typed", test_undo_elsewhere);
  FIXTURE_ADD ("/window/menus/an-underscore-is-shown", test_underscore);
  FIXTURE_ADD ("/window/close/an-empty-text-is-not-asked-about", test_close_empty);
  FIXTURE_ADD ("/window/close/unsaved-text-is-asked-about", test_close_asks);
  FIXTURE_ADD ("/window/close/the-question-is-asked-once", test_close_asks_once);
  FIXTURE_ADD ("/window/close/recording-is-finished-first", test_close_recording);
  FIXTURE_ADD ("/window/close/recording-nothing-closes-by-itself", test_close_recording_empty);
  FIXTURE_ADD ("/window/close/nothing-of-it-is-left", test_nothing_left);
  return g_test_run ();
}
