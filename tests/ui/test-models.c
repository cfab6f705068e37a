/* The list of models, with a mirror on this machine. */
#include "fake-clocks.h"
#include "make-model.h"
#include "model-server.h"
#include "models/longhand-model-files.h"
#include "models/longhand-model-row.h"
#include "models/longhand-models-window.h"
#include "models/longhand-part-file.h"
#include "models/longhand-recommendation.h"
#include "preferences/longhand-preferences.h"
#include "window-fixture.h"

#include <glib/gstdio.h>

#define ID "tiny.en-q5_1" /* what the mirror has */
#define TITLE "Whisper tiny q5_1 (English)"

static char *home;  /* the user's models */
static char *bytes; /* of a model that can be opened; [n_bytes] */
static gsize n_bytes;
static char *model_path; /* elsewhere: the same */

typedef struct {
  Fixture ui;
  ModelServer *server;
  char *path;                   /* where ID goes */
  LonghandModelsWindow *window; /* NULL once it is closed */
} ModelsFixture;

/* ---- what is inhibited (--wrap: nobody here would) ---- */

#define COOKIE 7

static GtkApplicationInhibitFlags inhibited;

guint __wrap_gtk_application_inhibit (GtkApplication *application, GtkWindow *window,
                                      GtkApplicationInhibitFlags flags, const char *reason);
guint
__wrap_gtk_application_inhibit (GtkApplication *application, GtkWindow *window,
                                GtkApplicationInhibitFlags flags, const char *reason) {
  g_assert_cmpint (inhibited, ==, 0);
  inhibited = flags;
  return COOKIE;
}

void __wrap_gtk_application_uninhibit (GtkApplication *application, guint cookie);
void
__wrap_gtk_application_uninhibit (GtkApplication *application, guint cookie) {
  g_assert_cmpuint (cookie, ==, COOKIE);
  inhibited = 0;
}

/* ---- what the desktop is told (--wrap: there is none) ---- */

static gboolean is_seen = TRUE; /* a window of the program */
static char *notified; /* title and body of the last notification, with a bar between; NULL: none was sent */
static char *made_title, *made_body; /* of the one that is made */

gboolean __wrap_longhand_background_is_seen (void);
gboolean
__wrap_longhand_background_is_seen (void) {
  return is_seen;
}

GNotification *__real_g_notification_new (const char *text);
GNotification *__wrap_g_notification_new (const char *text);
GNotification *
__wrap_g_notification_new (const char *text) {
  g_free (made_title);
  made_title = g_strdup (text);
  g_clear_pointer (&made_body, g_free);
  return __real_g_notification_new (text);
}

void __wrap_g_notification_set_body (GNotification *notification, const char *text);
void
__wrap_g_notification_set_body (GNotification *notification, const char *text) {
  g_free (made_body);
  made_body = g_strdup (text);
}

void __wrap_g_application_send_notification (GApplication *application, const char *id,
                                             GNotification *notification);
void
__wrap_g_application_send_notification (GApplication *application, const char *id,
                                        GNotification *notification) {
  g_free (notified);
  notified = g_strdup_printf ("%s|%s", made_title, made_body != NULL ? made_body : "");
}

/* ---- what all tests have ---- */

static void
empty_home (void) {
  g_autoptr (GDir) dir = g_dir_open (home, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (home, name, NULL);

    g_unlink (path);
  }
}

/* The catalogue's model is what the mirror has. */
static void
change_catalogue (void) {
  LonghandCatalogueEntry *entry = (LonghandCatalogueEntry *)longhand_catalogue_find (ID);

  g_free (entry->sha1);
  entry->sha1 = g_compute_checksum_for_data (G_CHECKSUM_SHA1, (const guint8 *)bytes, n_bytes);
  entry->size = n_bytes;
}

static void
open_window (ModelsFixture *f) {
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (f->ui.window), "win.models", NULL));
  f->window = LONGHAND_MODELS_WINDOW (f->ui.window->models_window);
  g_object_add_weak_pointer (G_OBJECT (f->window), (gpointer *)&f->window);
  fixture_activate (GTK_WINDOW (f->window));
}

static void
close_window (ModelsFixture *f) {
  gtk_window_close (GTK_WINDOW (f->window));
  WAIT_FOR (f->window == NULL);
  g_assert_null (f->ui.window->models_window);
}

static void
set_up (ModelsFixture *f, gconstpointer data) {
  f->server = model_server_new ();
  model_server_set_bytes (f->server, bytes, n_bytes, "\"1\"");
  f->path = g_build_filename (home, "ggml-" ID ".bin", NULL);
  fixture_set_up (&f->ui, NULL);
  g_object_set (f->ui.settings, "mirror", model_server_get_base (f->server), NULL);
  open_window (f);
}

static void
tear_down (ModelsFixture *f, gconstpointer data) {
  if (f->window != NULL)
    close_window (f);
  fixture_tear_down (&f->ui, NULL);
  model_server_free (f->server);
  g_free (f->path);
  empty_home ();
}

/* ---- a person's hands and eyes ---- */

static LonghandModelRow *
row_of (ModelsFixture *f, const char *title) {
  return fixture_find (f->window, LONGHAND_TYPE_MODEL_ROW, "title", title);
}

static LonghandModelsView *
view_of (ModelsFixture *f) {
  return fixture_find (f->window, LONGHAND_TYPE_MODELS_VIEW, "css-name", "box");
}

static GtkWidget *
button_of (ModelsFixture *f, const char *title, const char *action) {
  LonghandModelRow *row = row_of (f, title);

  return row != NULL ? fixture_find (row, GTK_TYPE_BUTTON, "action-name", action) : NULL;
}

static gboolean
offers (ModelsFixture *f, const char *title, const char *action) {
  GtkWidget *button = button_of (f, title, action);

  return button != NULL && gtk_widget_get_mapped (button);
}

static void
press (ModelsFixture *f, const char *title, const char *action) {
  WAIT_FOR (offers (f, title, action));
  g_signal_emit_by_name (button_of (f, title, action), "clicked");
}

static gboolean
says (gpointer widget, const char *part) {
  g_autofree char *labels = fixture_dup_labels (widget);

  return strstr (labels, part) != NULL;
}

static gboolean
row_says (ModelsFixture *f, const char *title, const char *part) {
  LonghandModelRow *row = row_of (f, title);

  return row != NULL && says (row, part);
}

static gboolean
exists (const char *path) {
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/* As if it had been downloaded earlier. */
static void
install (ModelsFixture *f) {
  g_assert_true (g_file_set_contents (f->path, bytes, (gssize)n_bytes, NULL));
  longhand_model_store_refresh (f->ui.store);
  WAIT_FOR (offers (f, TITLE, "models.delete"));
}

/* ---- downloads ---- */

static void
opening_the_list_asks_nobody (ModelsFixture *f, gconstpointer data) {
  fixture_settle ();
  g_assert_true (offers (f, TITLE, "models.download"));
  g_assert_true (says (f->window, "From 127.0.0.1, and only when you press Download."));
  close_window (f);
  open_window (f);
  fixture_settle ();
  g_assert_cmpuint (model_server_get_n_connections (f->server), ==, 0);
}

static void
a_download_ends_among_the_installed (ModelsFixture *f, gconstpointer data) {
  g_autofree char *found = NULL;
  gsize n;

  press (f, TITLE, "models.download");
  WAIT_FOR (offers (f, TITLE, "models.delete"));
  g_assert_true (g_file_get_contents (f->path, &found, &n, NULL));
  g_assert_cmpmem (found, n, bytes, n_bytes);
  WAIT_FOR (says (f->window, "“" TITLE "” is installed"));
  g_assert_false (offers (f, TITLE, "models.download"));
  /* It is the best that is installed. */
  g_assert_true (row_says (f, TITLE, "In use"));
  WAIT_FOR (longhand_dictation_get_model_state (f->ui.dictation) == LONGHAND_MODEL_STATE_READY);
  g_assert_cmpstr (longhand_dictation_get_model_title (f->ui.dictation), ==, TITLE);
}

static void
a_pause_outlives_the_window (ModelsFixture *f, gconstpointer data) {
  model_server_set_manner (f->server, MODEL_SERVER_STALLS);
  press (f, TITLE, "models.download");
  WAIT_FOR (longhand_part_file_look (f->path) >= n_bytes / 2);
  press (f, TITLE, "models.pause");
  WAIT_FOR (row_says (f, TITLE, "Paused:"));
  close_window (f);
  open_window (f);
  g_assert_true (row_says (f, TITLE, "Paused:"));
  model_server_set_manner (f->server, MODEL_SERVER_HONEST);
  press (f, TITLE, "models.download");
  WAIT_FOR (offers (f, TITLE, "models.delete"));
}

static void
a_download_goes_on_without_the_window (ModelsFixture *f, gconstpointer data) {
  model_server_set_manner (f->server, MODEL_SERVER_TRUNCATES);
  press (f, TITLE, "models.download");
  WAIT_FOR (longhand_part_file_look (f->path) > 0);
  close_window (f);
  model_server_set_manner (f->server, MODEL_SERVER_HONEST);
  WAIT_FOR (exists (f->path));
}

/* ---- word of them in the window ---- */

static gboolean
is_told (ModelsFixture *f, const char *part) {
  return longhand_banner_get_shown (f->ui.window->downloads_banner)
         && says (f->ui.window->downloads_banner, part);
}

static void
press_banner (ModelsFixture *f, const char *label) {
  GtkWidget *button = fixture_find (f->ui.window->downloads_banner, GTK_TYPE_BUTTON, "label", label);

  g_assert_nonnull (button);
  g_signal_emit_by_name (button, "clicked");
}

static void
the_window_tells_of_a_download_that_was_left (ModelsFixture *f, gconstpointer data) {
  model_server_set_manner (f->server, MODEL_SERVER_STALLS);
  press (f, TITLE, "models.download");
  WAIT_FOR (longhand_part_file_look (f->path) >= n_bytes / 2);
  WAIT_FOR (row_says (f, TITLE, " of "));
  g_assert_false (longhand_banner_get_shown (f->ui.window->downloads_banner)); /* the list does */
  g_assert_cmpint (inhibited, ==, GTK_APPLICATION_INHIBIT_SUSPEND);
  close_window (f);
  WAIT_FOR (is_told (f, "Downloading " TITLE "…"));
  press_banner (f, "Show");
  f->window = LONGHAND_MODELS_WINDOW (f->ui.window->models_window);
  g_object_add_weak_pointer (G_OBJECT (f->window), (gpointer *)&f->window);
  WAIT_FOR (!longhand_banner_get_shown (f->ui.window->downloads_banner));
  press (f, TITLE, "models.cancel");
  WAIT_FOR (inhibited == 0);
  close_window (f);
  g_assert_false (longhand_banner_get_shown (f->ui.window->downloads_banner));
}

static void
the_window_tells_of_failure_and_of_the_end (ModelsFixture *f, gconstpointer data) {
  model_server_set_manner (f->server, MODEL_SERVER_NOT_FOUND);
  press (f, TITLE, "models.download");
  close_window (f);
  WAIT_FOR (is_told (f, "This mirror does not have “" TITLE "”"));
  g_assert_true (says (f->ui.window, "“" TITLE "” was not installed"));
  g_assert_cmpint (inhibited, ==, 0);
  model_server_set_manner (f->server, MODEL_SERVER_HONEST);
  press_banner (f, "Try Again");
  WAIT_FOR (says (f->ui.window, "“" TITLE "” is installed"));
  g_assert_false (longhand_banner_get_shown (f->ui.window->downloads_banner));
}

static void
the_desktop_tells_of_the_end_to_whom_does_not_see_it (ModelsFixture *f, gconstpointer data) {
  is_seen = FALSE;
  model_server_set_manner (f->server, MODEL_SERVER_NOT_FOUND);
  press (f, TITLE, "models.download");
  WAIT_FOR (notified != NULL);
  g_assert_true (g_str_has_prefix (notified, "“" TITLE "” was not installed|This mirror does not have"));
  WAIT_FOR (says (f->window, "“" TITLE "” was not installed"));
  g_clear_pointer (&notified, g_free);
  model_server_set_manner (f->server, MODEL_SERVER_HONEST);
  press (f, TITLE, "models.download");
  WAIT_FOR (notified != NULL);
  g_assert_cmpstr (notified, ==, "“" TITLE "” is installed|");
  g_clear_pointer (&notified, g_free);
  is_seen = TRUE;
}

static void
the_desktop_tells_nothing_that_is_seen (ModelsFixture *f, gconstpointer data) {
  model_server_set_manner (f->server, MODEL_SERVER_STALLS);
  press (f, TITLE, "models.download");
  WAIT_FOR (longhand_part_file_look (f->path) >= n_bytes / 2);
  is_seen = FALSE;
  press (f, TITLE, "models.cancel"); /* by a person, who knows */
  WAIT_FOR (inhibited == 0);
  is_seen = TRUE;
  model_server_set_manner (f->server, MODEL_SERVER_HONEST);
  press (f, TITLE, "models.download");
  WAIT_FOR (says (f->window, "“" TITLE "” is installed"));
  g_assert_null (notified);
}

static void
banner_that_was_dismissed_stays_away (ModelsFixture *f, gconstpointer data) {
  model_server_set_manner (f->server, MODEL_SERVER_STALLS);
  press (f, TITLE, "models.download");
  close_window (f);
  WAIT_FOR (is_told (f, "Downloading " TITLE "…"));
  g_signal_emit_by_name (f->ui.window->downloads_banner, "dismissed");
  WAIT_FOR (longhand_part_file_look (f->path) >= n_bytes / 2);
  fixture_settle ();
  g_assert_false (longhand_banner_get_shown (f->ui.window->downloads_banner));
}

static void
leaving_says_that_a_download_stops (ModelsFixture *f, gconstpointer data) {
  LonghandWindow *window = f->ui.window;

  model_server_set_manner (f->server, MODEL_SERVER_STALLS);
  press (f, TITLE, "models.download");
  WAIT_FOR (longhand_part_file_look (f->path) >= n_bytes / 2);
  close_window (f);
  gtk_window_close (GTK_WINDOW (window));
  WAIT_FOR (window->downloads_question != NULL);
  g_assert_true (says (window->downloads_question, "next time, go on with it in Models"));
  g_signal_emit_by_name (fixture_find (window->downloads_question, GTK_TYPE_BUTTON, "label", "_Cancel"),
                         "clicked");
  WAIT_FOR (window->downloads_question == NULL);
  g_assert_nonnull (f->ui.window);
  gtk_window_close (GTK_WINDOW (window));
  WAIT_FOR (window->downloads_question != NULL);
  g_signal_emit_by_name (fixture_find (window->downloads_question, GTK_TYPE_BUTTON, "label", "_Stop"),
                         "clicked");
  WAIT_FOR (f->ui.window == NULL);
  g_assert_cmpint (inhibited, ==, 0);
  g_assert_cmpuint (longhand_part_file_look (f->path), >=, n_bytes / 2);
}

static void
what_is_complete_is_not_asked_about (ModelsFixture *f, gconstpointer data) {
  LonghandWindow *window = f->ui.window;

  model_server_set_manner (f->server, MODEL_SERVER_TRUNCATES);
  press (f, TITLE, "models.download");
  WAIT_FOR (longhand_part_file_look (f->path) > 0);
  close_window (f);
  gtk_window_close (GTK_WINDOW (window));
  WAIT_FOR (window->downloads_question != NULL);
  model_server_set_manner (f->server, MODEL_SERVER_HONEST);
  WAIT_FOR (exists (f->path));
  WAIT_FOR (window->downloads_question == NULL);
  fixture_settle ();
  g_assert_nonnull (f->ui.window);
}

typedef struct {
  guint n;      /* so far */
  int n_in_row; /* of the last one, as GTK counts */
} Presses;

static void
on_pressed (GtkGestureClick *click, int n_press, double x, double y, Presses *presses) {
  presses->n++;
  presses->n_in_row = n_press;
}

static GtkGestureClick *
click_of (LonghandModelRow *row) {
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (GTK_WIDGET (row));

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++) {
    g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

    if (GTK_IS_GESTURE_CLICK (controller))
      return GTK_GESTURE_CLICK (controller);
  }
  g_assert_not_reached ();
}

/* FALSE: to a machine that stood still in between, it was two clicks. */
static gboolean
double_click_download (ModelsFixture *f) {
  GtkGestureClick *click = click_of (row_of (f, TITLE));
  GtkWidget *button = button_of (f, TITLE, "models.download");
  Presses presses = { 0 };
  const gulong id = g_signal_connect (click, "pressed", G_CALLBACK (on_pressed), &presses);

  gtk_widget_grab_focus (button); /* which scrolls to it */
  fixture_settle ();
  fixture_double_click (button);
  WAIT_FOR (presses.n == 2);
  g_signal_handler_disconnect (click, id);
  return presses.n_in_row == 2;
}

/* Pause and Cancel take the place of Download. */
static void
a_double_click_downloads (ModelsFixture *f, gconstpointer data) {
  model_server_set_manner (f->server, MODEL_SERVER_STALLS);
  while (!double_click_download (f)) {
    fixture_settle ();
    WAIT_FOR (offers (f, TITLE, "models.cancel") || offers (f, TITLE, "models.download"));
    if (offers (f, TITLE, "models.cancel"))
      press (f, TITLE, "models.cancel");
    WAIT_FOR (offers (f, TITLE, "models.download"));
  }
  WAIT_FOR (longhand_part_file_look (f->path) >= n_bytes / 2);
  fixture_press ("Up"); /* comes after the clicks */
  fixture_settle ();
  g_assert_true (offers (f, TITLE, "models.pause"));
  g_assert_true (row_says (f, TITLE, " of "));
}

static void
cancelling_leaves_nothing (ModelsFixture *f, gconstpointer data) {
  model_server_set_manner (f->server, MODEL_SERVER_STALLS);
  press (f, TITLE, "models.download");
  WAIT_FOR (longhand_part_file_look (f->path) > 0);
  press (f, TITLE, "models.cancel");
  WAIT_FOR (offers (f, TITLE, "models.download"));
  g_assert_cmpuint (longhand_part_file_look (f->path), ==, 0);
  g_assert_false (offers (f, TITLE, "models.cancel"));
}

static void
a_failure_is_said_in_the_row (ModelsFixture *f, gconstpointer data) {
  model_server_set_manner (f->server, MODEL_SERVER_NOT_FOUND);
  press (f, TITLE, "models.download");
  WAIT_FOR (row_says (f, TITLE, "This mirror does not have “" TITLE "”"));
  model_server_set_manner (f->server, MODEL_SERVER_HONEST);
  press (f, TITLE, "models.download");
  WAIT_FOR (offers (f, TITLE, "models.delete"));
}

static void
wrong_bytes_do_not_stay (ModelsFixture *f, gconstpointer data) {
  model_server_set_manner (f->server, MODEL_SERVER_WRONG_BYTES);
  press (f, TITLE, "models.download");
  WAIT_FOR (row_says (f, TITLE, "and was removed"));
  g_assert_false (exists (f->path));
  g_assert_cmpuint (longhand_part_file_look (f->path), ==, 0);
}

/* ---- models that are here ---- */

static void
a_model_is_chosen (ModelsFixture *f, gconstpointer data) {
  g_autofree char *chosen = NULL;

  install (f);
  press (f, "Longhand mini q5_K (English)", "models.use");
  WAIT_FOR (row_says (f, "Longhand mini q5_K (English)", "In use"));
  chosen = longhand_settings_dup_model (f->ui.settings);
  g_assert_cmpstr (chosen, ==, "longhand-mini.en-q5_K");
  g_assert_true (offers (f, TITLE, "models.use"));
  g_assert_false (offers (f, "Longhand mini q5_K (English)", "models.delete"));
}

static void
what_is_deleted_has_not_come (ModelsFixture *f, gconstpointer data) {
  press (f, TITLE, "models.download");
  WAIT_FOR (offers (f, TITLE, "models.delete"));
  press (f, TITLE, "models.delete");
  WAIT_FOR (offers (f, TITLE, "models.download"));
  g_assert_false (gtk_widget_get_visible (
      fixture_find (row_of (f, TITLE), GTK_TYPE_PROGRESS_BAR, "css-name", "progressbar")));
}

static void
deleting_can_be_undone (ModelsFixture *f, gconstpointer data) {
  g_autofree char *chosen = NULL, *between = NULL;
  GtkWidget *undo;

  install (f);
  longhand_settings_set_model (f->ui.settings, ID);
  press (f, TITLE, "models.delete");
  WAIT_FOR (offers (f, TITLE, "models.download"));
  g_assert_false (exists (f->path));
  between = longhand_settings_dup_model (f->ui.settings);
  g_assert_cmpstr (between, ==, "");
  WAIT_FOR (says (f->window, "“" TITLE "” deleted"));
  undo = fixture_find (f->window, GTK_TYPE_BUTTON, "action-name", "models.undo-delete");
  g_signal_emit_by_name (undo, "clicked");
  WAIT_FOR (offers (f, TITLE, "models.delete"));
  g_assert_true (exists (f->path));
  chosen = longhand_settings_dup_model (f->ui.settings);
  g_assert_cmpstr (chosen, ==, ID);
}

static void
what_is_deleted_goes_with_the_window (ModelsFixture *f, gconstpointer data) {
  g_autoptr (GDir) dir = NULL;

  install (f);
  press (f, TITLE, "models.delete");
  WAIT_FOR (offers (f, TITLE, "models.download"));
  close_window (f);
  dir = g_dir_open (home, 0, NULL);
  g_assert_null (g_dir_read_name (dir));
}

static void
a_file_is_imported (ModelsFixture *f, gconstpointer data) {
  longhand_models_view_import (view_of (f), model_path);
  WAIT_FOR (offers (f, "Whisper mine (English)", "models.delete"));
  WAIT_FOR (says (f->window, "“mine” is installed"));
}

/* The controller of the window that takes files. */
static GtkDropTarget *
drop_target_of (ModelsFixture *f) {
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (GTK_WIDGET (view_of (f)));

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++) {
    g_autoptr (GObject) controller = g_list_model_get_item (controllers, i);

    if (GTK_IS_DROP_TARGET (controller))
      return GTK_DROP_TARGET (controller);
  }
  return NULL;
}

static void
a_dropped_file_is_imported (ModelsFixture *f, gconstpointer data) {
  g_autoptr (GFile) file = g_file_new_for_path (model_path);
  g_autoptr (GSList) files = g_slist_prepend (NULL, file);
  g_auto (GValue) value = G_VALUE_INIT;
  gboolean taken = FALSE;

  g_value_init (&value, GDK_TYPE_FILE_LIST);
  g_value_set_boxed (&value, files);
  g_signal_emit_by_name (drop_target_of (f), "drop", &value, 10.0, 10.0, &taken);
  g_assert_true (taken);
  WAIT_FOR (offers (f, "Whisper mine (English)", "models.delete"));
}

static void
what_is_no_model_is_said (ModelsFixture *f, gconstpointer data) {
  g_autofree char *path = g_build_filename (f->ui.dir, "letter.bin", NULL);

  g_assert_true (g_file_set_contents (path, "Dear friend, this is no model.", -1, NULL));
  longhand_models_view_import (view_of (f), path);
  WAIT_FOR (says (f->window, "letter.bin"));
  g_assert_null (row_of (f, "Whisper letter"));
}

static void
closing_ends_an_import (ModelsFixture *f, gconstpointer data) {
  gpointer view = view_of (f);

  g_object_add_weak_pointer (view, &view);
  longhand_models_view_import (view, model_path);
  close_window (f);
  g_assert_null (view); /* which cancels it */
}

/* ---- the recommendation ---- */

static void
what_was_measured_marks_a_model (ModelsFixture *f, gconstpointer data) {
  const LonghandMachine machine = { 40, 100, 100 };
  GSettings *settings = longhand_settings_get_gsettings (f->ui.settings);

  close_window (f);
  g_settings_set_value (settings, "machine", longhand_machine_to_variant (&machine));
  longhand_settings_set_language (f->ui.settings, "de");
  open_window (f);
  g_assert_true (row_says (f, "Whisper base", "Recommended"));
  g_assert_true (says (f->window, "Whisper base is the largest that keeps up"));
  fixture_assert_fits (gtk_widget_get_first_child (GTK_WIDGET (f->window)));
}

static void
the_machine_is_measured (ModelsFixture *f, gconstpointer data) {
  GtkWidget *button = fixture_find (f->window, GTK_TYPE_BUTTON, "action-name", "models.measure");

  g_signal_emit_by_name (button, "clicked");
  g_assert_false (gtk_widget_is_sensitive (button));
  WAIT_FOR (gtk_widget_is_sensitive (button));
  g_assert_true (says (f->window, "with dictation on this machine"));
  g_assert_cmpuint (model_server_get_n_connections (f->server), ==, 0);
}

static void
a_machine_that_others_use_is_to_be_measured_again (ModelsFixture *f, gconstpointer data) {
  GtkWidget *button = fixture_find (f->window, GTK_TYPE_BUTTON, "action-name", "models.measure");

  fake_clocks_step.waited_us = fake_clocks_step.wall_us;
  g_signal_emit_by_name (button, "clicked");
  WAIT_FOR (gtk_widget_is_sensitive (button));
  fake_clocks_step.waited_us = 0;
  g_assert_true (says (f->window, "with dictation on this machine"));
  g_assert_true (says (f->window, "The machine was busy"));
  g_signal_emit_by_name (button, "clicked");
  WAIT_FOR (gtk_widget_is_sensitive (button));
  g_assert_false (says (f->window, "The machine was busy"));
}

/* Neither is to slow the other down, and what was measured meanwhile is no speed of this machine. */
static void
dictation_ends_the_measurement (ModelsFixture *f, gconstpointer data) {
  GSettings *settings = longhand_settings_get_gsettings (f->ui.settings);
  GtkSpinner *spinner = fixture_find (f->window, GTK_TYPE_SPINNER, "css-name", "spinner");
  GtkWidget *button = fixture_find (f->window, GTK_TYPE_BUTTON, "action-name", "models.measure");
  g_autoptr (GVariant) kept = NULL;
  LonghandMachine machine;

  g_settings_reset (settings, "machine");
  g_signal_emit_by_name (button, "clicked");
  g_assert_true (gtk_spinner_get_spinning (spinner));
  longhand_dictation_start (f->ui.dictation);
  WAIT_FOR (!gtk_spinner_get_spinning (spinner));
  kept = g_settings_get_value (settings, "machine");
  g_assert_false (longhand_machine_from_variant (kept, &machine));
  g_assert_false (says (f->window, "ancelled"));
  longhand_dictation_stop (f->ui.dictation);
  WAIT_FOR (gtk_widget_is_sensitive (button));
}

/* ---- the window itself ---- */

static void
it_fits_a_narrow_screen (ModelsFixture *f, gconstpointer data) {
  model_server_set_manner (f->server, MODEL_SERVER_NOT_FOUND);
  press (f, TITLE, "models.download");
  WAIT_FOR (row_says (f, TITLE, "This mirror does not have"));
  fixture_assert_fits (gtk_widget_get_first_child (GTK_WIDGET (f->window)));
}

static void
keys_are_enough (ModelsFixture *f, gconstpointer data) {
  gtk_widget_grab_focus (button_of (f, TITLE, "models.download"));
  fixture_press ("Return");
  WAIT_FOR (exists (f->path));
  WAIT_FOR (offers (f, TITLE, "models.delete"));
  fixture_press ("Escape"); /* takes the notice away */
  fixture_press ("Escape");
  WAIT_FOR (f->window == NULL);
}

/* ---- the preferences ---- */

static GtkWidget *
open_preferences (ModelsFixture *f) {
  GtkWidget *preferences
      = longhand_preferences_new (f->ui.settings, f->ui.store, f->ui.dictation, f->ui.library);

  gtk_window_set_transient_for (GTK_WINDOW (preferences), GTK_WINDOW (f->ui.window));
  fixture_activate (GTK_WINDOW (preferences));
  return preferences;
}

static void
the_mirror_is_a_preference (ModelsFixture *f, gconstpointer data) {
  GtkWidget *preferences = open_preferences (f);
  GtkEditable *row = fixture_find (preferences, ADW_TYPE_ENTRY_ROW, "title", "Download Models From");
  g_autofree char *other = NULL, *official = NULL;

  g_assert_cmpstr (gtk_editable_get_text (row), ==, model_server_get_base (f->server));
  gtk_editable_set_text (row, "https://example.org/models/");
  g_signal_emit_by_name (row, "apply");
  other = longhand_settings_dup_mirror (f->ui.settings);
  g_assert_cmpstr (other, ==, "https://example.org/models/");
  gtk_editable_set_text (row, "");
  g_signal_emit_by_name (row, "apply");
  official = longhand_settings_dup_mirror (f->ui.settings);
  g_assert_cmpstr (official, ==, LONGHAND_CATALOGUE_ADDRESS);
  g_assert_cmpstr (gtk_editable_get_text (row), ==, LONGHAND_CATALOGUE_ADDRESS);
  gtk_window_destroy (GTK_WINDOW (preferences));
}

static void
preferences_lead_to_the_models (ModelsFixture *f, gconstpointer data) {
  GtkWidget *preferences;

  close_window (f);
  preferences = open_preferences (f);
  g_object_add_weak_pointer (G_OBJECT (preferences), (gpointer *)&preferences);
  g_signal_emit_by_name (fixture_find (preferences, ADW_TYPE_ACTION_ROW, "title", "Manage Models"),
                         "activated");
  WAIT_FOR (preferences == NULL);
  WAIT_FOR (f->ui.window->models_window != NULL);
  gtk_window_destroy (f->ui.window->models_window);
}

static void
progress_is_told_in_words (void) {
  g_autofree char *unknown = longhand_model_row_describe_progress (12000000, 149000000, 0, -1);
  g_autofree char *soon = longhand_model_row_describe_progress (12000000, 149000000, 2100000, 59);
  g_autofree char *minutes = longhand_model_row_describe_progress (12000000, 149000000, 2100000, 180);
  g_autofree char *hours = longhand_model_row_describe_progress (12000000, 149000000, 2100000, 7200);

  g_assert_cmpstr (unknown, ==, "12.0\302\240MB of 149.0\302\240MB");
  g_assert_cmpstr (soon, ==, "12.0\302\240MB of 149.0\302\240MB, 2.1\302\240MB/s, less than a minute left");
  g_assert_true (g_str_has_suffix (minutes, ", 3 minutes left"));
  g_assert_true (g_str_has_suffix (hours, ", 2 hours left"));
}

static void
make_bytes (const char *root) {
  struct make_model model;
  struct quill_error error = { 0 };

  model_path = g_build_filename (root, "mine.bin", NULL);
  g_assert_true (make_model_size (&model, "test.en", QUILL_Q8_0));
  if (make_model_write (&model, model_path, &error) != QUILL_OK)
    g_error ("%s", error.message);
  g_assert_true (g_file_get_contents (model_path, &bytes, &n_bytes, NULL));
}

#define ADD(name, function) g_test_add ("/models/" name, ModelsFixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv) {
  g_autofree char *root = g_dir_make_tmp ("longhand-XXXXXX", NULL);
  g_autofree char *longhand = g_build_filename (root, "longhand", NULL);
  int status;

  home = g_build_filename (longhand, "models", NULL);
  g_mkdir_with_parents (home, 0755);
  g_setenv ("XDG_DATA_HOME", root, TRUE);
  fixture_init (&argc, &argv);
  make_bytes (root);
  change_catalogue ();
  ADD ("opening-the-list-asks-nobody", opening_the_list_asks_nobody);
  ADD ("a-download-ends-among-the-installed", a_download_ends_among_the_installed);
  ADD ("a-pause-outlives-the-window", a_pause_outlives_the_window);
  ADD ("a-download-goes-on-without-the-window", a_download_goes_on_without_the_window);
  ADD ("a-double-click-downloads", a_double_click_downloads);
  ADD ("cancelling-leaves-nothing", cancelling_leaves_nothing);
  ADD ("a-failure-is-said-in-the-row", a_failure_is_said_in_the_row);
  ADD ("wrong-bytes-do-not-stay", wrong_bytes_do_not_stay);
  ADD ("a-model-is-chosen", a_model_is_chosen);
  ADD ("what-is-deleted-has-not-come", what_is_deleted_has_not_come);
  ADD ("deleting-can-be-undone", deleting_can_be_undone);
  ADD ("what-is-deleted-goes-with-the-window", what_is_deleted_goes_with_the_window);
  ADD ("a-file-is-imported", a_file_is_imported);
  ADD ("a-dropped-file-is-imported", a_dropped_file_is_imported);
  ADD ("what-is-no-model-is-said", what_is_no_model_is_said);
  ADD ("closing-ends-an-import", closing_ends_an_import);
  ADD ("the-window-tells-of-a-download-that-was-left", the_window_tells_of_a_download_that_was_left);
  ADD ("the-window-tells-of-failure-and-of-the-end", the_window_tells_of_failure_and_of_the_end);
  ADD ("the-desktop-tells-of-the-end-to-whom-does-not-see-it",
       the_desktop_tells_of_the_end_to_whom_does_not_see_it);
  ADD ("the-desktop-tells-nothing-that-is-seen", the_desktop_tells_nothing_that_is_seen);
  ADD ("banner-that-was-dismissed-stays-away", banner_that_was_dismissed_stays_away);
  ADD ("leaving-says-that-a-download-stops", leaving_says_that_a_download_stops);
  ADD ("what-is-complete-is-not-asked-about", what_is_complete_is_not_asked_about);
  ADD ("what-was-measured-marks-a-model", what_was_measured_marks_a_model);
  ADD ("the-machine-is-measured", the_machine_is_measured);
  ADD ("a-machine-that-others-use-is-to-be-measured-again",
       a_machine_that_others_use_is_to_be_measured_again);
  ADD ("dictation-ends-the-measurement", dictation_ends_the_measurement);
  ADD ("it-fits-a-narrow-screen", it_fits_a_narrow_screen);
  ADD ("keys-are-enough", keys_are_enough);
  ADD ("the-mirror-is-a-preference", the_mirror_is_a_preference);
  ADD ("preferences-lead-to-the-models", preferences_lead_to_the_models);
  g_test_add_func ("/models/progress-is-told-in-words", progress_is_told_in_words);
  status = g_test_run ();
  g_unlink (model_path);
  g_free (model_path);
  g_free (bytes);
  g_free (home);
  return status;
}
