/* The way of the Tab key through the window: everything that takes the keyboard is on it, in the order of the
 * screen, and it leads around. */
#include "longhand-error.h"
#include "window-fixture.h"

#include <string.h>

/* ---- where the keyboard is ---- */

static const char *
get_tooltip (GtkWidget *widget) {
  const char *text = gtk_widget_get_tooltip_text (widget);

  return text != NULL || GTK_IS_WINDOW (widget) ? text : get_tooltip (gtk_widget_get_parent (widget));
}

/* As a person would call it. (transfer full) */
static char *
dup_name (GtkWidget *widget) {
  const char *placeholder = NULL;
  g_autofree char *labels = NULL;

  if (GTK_IS_TEXT (widget))
    placeholder = gtk_text_get_placeholder_text (GTK_TEXT (widget));
  if (placeholder != NULL)
    return g_strdup (placeholder);
  if (GTK_IS_TEXT_VIEW (widget))
    return g_strdup ("Text");
  if (GTK_IS_SCALE (widget))
    return g_strdup ("Position");
  if (gtk_widget_get_ancestor (widget, GTK_TYPE_LIST_VIEW) != NULL)
    return g_strdup ("A session");
  if (get_tooltip (widget) != NULL)
    return g_strdup (get_tooltip (widget));
  labels = fixture_dup_labels (widget);
  return g_strdup (g_strstrip (labels));
}

/* ---- the way ---- */

static void
note_focus (GtkWindow *window, GParamSpec *property, GPtrArray *way) {
  GtkWidget *focus = gtk_window_get_focus (window);

  if (focus != NULL)
    g_ptr_array_add (way, focus);
}

/* Names of n widgets of way, one a line, against its direction if backwards. (transfer full) */
static char *
dup_names (GPtrArray *way, gboolean backwards) {
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < way->len; i++) {
    g_autofree char *name = dup_name (way->pdata[backwards ? (2 * way->len - 2 - i) % way->len : i]);

    g_string_append_printf (names, "%s\n", name);
  }
  return g_string_free (names, FALSE);
}

/* What is passed by pressing key n times, from the text on. (transfer container) */
static GPtrArray *
walk (Fixture *f, const char *key, guint n) {
  GPtrArray *way = g_ptr_array_new ();
  gulong id;

  gtk_widget_grab_focus (longhand_editor_get_view (f->window->editor));
  id = g_signal_connect (f->window, "notify::focus-widget", G_CALLBACK (note_focus), way);
  fixture_press_times (key, n);
  WAIT_FOR (way->len >= n);
  g_signal_handler_disconnect (f->window, id);
  return way;
}

/* The list of sessions has one stop, at the row that is selected, other lists one for each row, and what
 * scrolls is moved by what is in it. */
static gboolean
is_stop (GtkWidget *widget) {
  return gtk_widget_get_focusable (widget) && gtk_widget_is_sensitive (widget)
         && !GTK_IS_SCROLLED_WINDOW (widget) && !GTK_IS_LIST_VIEW (widget) && !GTK_IS_LIST_BOX (widget)
         && gtk_widget_get_ancestor (widget, GTK_TYPE_LIST_VIEW) == NULL;
}

/* That can take the keyboard, and is seen, but not on way. */
static void
append_missed (GtkWidget *widget, GPtrArray *way, GPtrArray *missed) {
  if (!gtk_widget_get_mapped (widget) || !gtk_widget_get_can_focus (widget))
    return;
  if (is_stop (widget) && !g_ptr_array_find (way, widget, NULL))
    g_ptr_array_add (missed, widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    append_missed (child, way, missed);
}

/* (transfer container) */
static GPtrArray *
find_missed (Fixture *f, GPtrArray *way) {
  GPtrArray *missed = g_ptr_array_new ();

  append_missed (GTK_WIDGET (f->window), way, missed);
  return missed;
}

static void
assert_all_passed (Fixture *f, GPtrArray *way) {
  g_autoptr (GPtrArray) missed = find_missed (f, way);
  g_autofree char *names = dup_names (missed, FALSE);

  g_assert_cmpstr (names, ==, "");
}

/* expected: from the text on, forth, one a line; back it is the same. */
static void
assert_ring (Fixture *f, const char *expected) {
  g_auto (GStrv) stops = g_strsplit (expected, "\n", -1);
  const guint n = g_strv_length (stops) - 1;
  g_autoptr (GPtrArray) forth = NULL;
  g_autoptr (GPtrArray) back = NULL;
  g_autofree char *names_forth = NULL;
  g_autofree char *names_back = NULL;

  fixture_settle ();
  forth = walk (f, "Tab", n);
  names_forth = dup_names (forth, FALSE);
  g_assert_cmpstr (names_forth, ==, expected);
  assert_all_passed (f, forth);
  back = walk (f, "shift+Tab", n);
  names_back = dup_names (back, TRUE);
  g_assert_cmpstr (names_back, ==, expected);
}

/* ---- windows ---- */

/* Says something into a session whose sound is kept. */
static void
dictate (Fixture *f) {
  g_autofree float *silence = g_new0 (float, 16000);

  g_settings_set_string (longhand_settings_get_gsettings (f->settings), "keep-sound", "always");
  longhand_dictation_start (f->dictation);
  WAIT_FOR (longhand_dictation_get_state (f->dictation) == LONGHAND_STATE_RECORDING);
  fake_source_speak (f->microphone, silence, 16000);
  fixture_speak (f, 0, "Some words.");
  longhand_dictation_stop (f->dictation);
  WAIT_FOR (!longhand_dictation_has_pending (f->dictation));
  WAIT_FOR (gtk_widget_get_mapped (GTK_WIDGET (f->window->player)));
}

static void
find_letter (Fixture *f) {
  GtkWidget *next = fixture_find (f->window, GTK_TYPE_BUTTON, "tooltip-text", "Next Match");

  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.find", NULL);
  fixture_type ("s");
  WAIT_FOR (gtk_widget_is_sensitive (next));
}

/* A window as wide as that, without the hint at better models. */
static void
show (Fixture *f, int width) {
  GSettings *settings = longhand_settings_get_gsettings (f->settings);

  g_settings_set_int (settings, "window-width", width);
  g_settings_set_boolean (settings, "show-model-hint", FALSE);
  fixture_show_window (f);
}

static GtkWidget *
get_focus (Fixture *f) {
  return gtk_window_get_focus (GTK_WINDOW (f->window));
}

static gboolean
is_at (Fixture *f, const char *name) {
  g_autofree char *focused = get_focus (f) != NULL ? dup_name (get_focus (f)) : NULL;

  return g_strcmp0 (focused, name) == 0;
}

/* ---- tests ---- */

static void
test_all_of_it (Fixture *f, gconstpointer data) {
  show (f, 1200);
  dictate (f);
  find_letter (f);
  fixture_fail (f, LONGHAND_ERROR_NO_MICROPHONE, "A problem with a button.");
  assert_ring (f, "Play\nPosition\nMicrophone\nModel\nCopy All, or Drag the Text from Here\n"
                  "Performance Panel\nNew Session\nSearch Sessions\nA session\nSessions\nRecord\nExport\n"
                  "Main Menu\nTry Again\nDismiss\nFind\nPrevious Match\nNext Match\nClose\nText\n");
}

static void
test_without_sidebar (Fixture *f, gconstpointer data) {
  show (f, 1200);
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.sidebar", NULL);
  assert_ring (f, "Microphone\nModel\nCopy All, or Drag the Text from Here\nPerformance Panel\nSessions\n"
                  "Record\nExport\nMain Menu\nText\n");
}

static void
test_narrow (Fixture *f, gconstpointer data) {
  show (f, FIXTURE_NARROW);
  dictate (f);
  find_letter (f);
  fixture_fail (f, LONGHAND_ERROR_NO_MICROPHONE, "A problem with a button.");
  assert_ring (f, "Play\nPosition\nMicrophone\nModel\nCopy All, or Drag the Text from Here\n"
                  "Performance Panel\nSessions\nRecord\nMain Menu\nTry Again\nDismiss\nFind\n"
                  "Previous Match\nNext Match\nClose\nText\n");
}

/* Each of its many rows is a stop, as the session's row is. */
static void
test_performance (Fixture *f, gconstpointer data) {
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autoptr (GPtrArray) stops = NULL;
  g_autoptr (GPtrArray) way = NULL;

  show (f, 1200);
  dictate (f);
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.performance", NULL);
  fixture_settle ();
  stops = find_missed (f, none);
  g_assert_cmpuint (stops->len, >, 30);
  way = walk (f, "Tab", stops->len + 1);
  assert_all_passed (f, way);
  g_assert_true (is_at (f, "Text"));
}

/* What lies below it does not get the keyboard, and Escape leads back to the text. */
static void
test_over_the_text (Fixture *f, gconstpointer data) {
  show (f, FIXTURE_NARROW);
  dictate (f);
  gtk_widget_grab_focus (longhand_editor_get_view (f->window->editor));
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.sidebar", NULL);
  WAIT_FOR (is_at (f, "A session"));
  fixture_press ("Tab");
  WAIT_FOR (is_at (f, "New Session"));
  fixture_press ("Tab");
  WAIT_FOR (is_at (f, "Search Sessions"));
  fixture_press ("Tab");
  WAIT_FOR (is_at (f, "A session"));
  fixture_press ("Escape");
  WAIT_FOR (is_at (f, "Text"));
  g_assert_false (adw_flap_get_reveal_flap (f->window->sides));
}

static void
test_over_the_text_and_empty (Fixture *f, gconstpointer data) {
  show (f, FIXTURE_NARROW);
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.sidebar", NULL);
  WAIT_FOR (is_at (f, "Search Sessions"));
  fixture_type ("x");
  fixture_press ("Escape");
  fixture_press ("Escape");
  WAIT_FOR (is_at (f, "Text"));
  g_assert_false (adw_flap_get_reveal_flap (f->window->sides));
}

/* What says that nothing is there can be scrolled, and leads nowhere. */
static void
test_empty (Fixture *f, gconstpointer data) {
  show (f, 1200);
  assert_ring (f, "Microphone\nModel\nCopy All, or Drag the Text from Here\nPerformance Panel\nNew Session\n"
                  "Search Sessions\nSessions\nRecord\nExport\nMain Menu\nText\n");
}

static void
test_escape (Fixture *f, gconstpointer data) {
  static const char *const places[] = { "Find", "Previous Match", "Next Match", "Close" };

  show (f, 800);
  dictate (f);
  for (guint i = 0; i < G_N_ELEMENTS (places); i++) {
    find_letter (f);
    for (guint j = 0; j < i; j++)
      fixture_press ("Tab");
    WAIT_FOR (is_at (f, places[i]));
    fixture_press ("Escape");
    WAIT_FOR (is_at (f, "Text"));
  }
}

/* Opened by a key, the popover of a word has the keyboard; Escape gives it to the text, and nowhere else. */
static void
assert_escape_from_word (Fixture *f) {
  GtkTextIter start;

  gtk_text_buffer_get_start_iter (f->buffer, &start);
  gtk_text_buffer_place_cursor (f->buffer, &start);
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.word", NULL);
  WAIT_FOR (is_at (f, "Play “Some” Again"));
  fixture_press ("Escape");
  WAIT_FOR (!gtk_widget_get_mapped (GTK_WIDGET (f->window->word_popover)));
  fixture_type ("xyz");
  WAIT_FOR (gtk_text_buffer_get_char_count (f->buffer) == (int)strlen ("xyzSome words."));
  fixture_assert_text (f, "xyzSome words.");
  g_assert_true (is_at (f, "Text"));
}

static void
test_escape_from_word (Fixture *f, gconstpointer data) {
  show (f, 800);
  dictate (f);
  assert_escape_from_word (f);
}

static void
test_escape_from_word_after_find (Fixture *f, gconstpointer data) {
  show (f, 800);
  dictate (f);
  find_letter (f);
  fixture_press ("Escape");
  assert_escape_from_word (f);
}

static void
test_escape_from_word_below_find (Fixture *f, gconstpointer data) {
  show (f, 800);
  dictate (f);
  find_letter (f);
  assert_escape_from_word (f);
}

static void
test_escape_from_word_on_narrow (Fixture *f, gconstpointer data) {
  show (f, FIXTURE_NARROW);
  dictate (f);
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.sidebar", NULL);
  WAIT_FOR (is_at (f, "A session"));
  fixture_press ("Escape");
  WAIT_FOR (is_at (f, "Text"));
  assert_escape_from_word (f);
}

#define ADD(path, function)                                                                                  \
  g_test_add (path, Fixture, NULL, fixture_set_up_without_window, function, fixture_tear_down)

int
main (int argc, char **argv) {
  fixture_init (&argc, &argv);
  ADD ("/keyboard/tab/passes-all-that-takes-the-keyboard", test_all_of_it);
  ADD ("/keyboard/tab/without-the-sidebar", test_without_sidebar);
  ADD ("/keyboard/tab/on-a-narrow-screen", test_narrow);
  ADD ("/keyboard/tab/leads-through-the-performance-panel-and-out", test_performance);
  ADD ("/keyboard/tab/stays-in-a-sidebar-over-the-text", test_over_the_text);
  ADD ("/keyboard/tab/passes-what-is-empty", test_empty);
  ADD ("/keyboard/escape/leaves-an-empty-sidebar-over-the-text", test_over_the_text_and_empty);
  ADD ("/keyboard/escape/leads-from-the-find-bar-to-the-text", test_escape);
  ADD ("/keyboard/escape/leads-from-a-word-to-the-text", test_escape_from_word);
  ADD ("/keyboard/escape/leads-from-a-word-to-the-text-after-a-search", test_escape_from_word_after_find);
  ADD ("/keyboard/escape/leads-from-a-word-to-the-text-beside-a-search", test_escape_from_word_below_find);
  ADD ("/keyboard/escape/leads-from-a-word-to-the-text-on-a-narrow-screen", test_escape_from_word_on_narrow);
  return g_test_run ();
}
