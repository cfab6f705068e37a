#include "window-fixture.h"

#include "dictation/longhand-utterance.h"
#include "longhand-error.h"

#include <glib/gstdio.h>

static GtkApplication *application;

void
fixture_init (int *argc, char ***argv) {
  g_autoptr (GError) error = NULL;

  g_test_init (argc, argv, NULL);
  application = g_object_new (ADW_TYPE_APPLICATION, "application-id", "io.github.longhand_app.Longhand.Test",
                              "flags", G_APPLICATION_NON_UNIQUE, "resource-base-path",
                              "/io/github/longhand_app/Longhand", NULL);
  g_application_register (G_APPLICATION (application), NULL, &error);
  g_assert_no_error (error);
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
}

GtkApplication *
fixture_get_application (void) {
  return application;
}

/* ---- time ---- */

static gboolean
set_true (gpointer user) {
  *(gboolean *)user = TRUE;
  return G_SOURCE_REMOVE;
}

void
fixture_iterate (void) {
  gboolean over = FALSE;

  g_timeout_add (10, set_true, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
}

void
fixture_settle (void) {
  for (int i = 0; i < 10; i++)
    fixture_iterate ();
}

/* ---- set-up ---- */

static LonghandLibrary *
open_library (Fixture *f) {
  g_autofree char *path = g_build_filename (f->dir, "library.sqlite", NULL);

  return longhand_library_new (path);
}

void
fixture_set_up_without_window (Fixture *f, gconstpointer data) {
  g_autoptr (GError) error = NULL;

  f->dir = g_dir_make_tmp ("longhand-ui-XXXXXX", &error);
  g_assert_no_error (error);
  f->settings = longhand_settings_new_in_memory ();
  f->store = longhand_model_store_new ();
  f->microphone = fake_source_new ();
  f->dictation = longhand_dictation_new_with_source (f->settings, NULL, f->store, &f->microphone->source);
  f->library = open_library (f);
  f->sounds = longhand_sounds_new (longhand_library_get_sound_folder (f->library));
}

static gboolean
activate (GtkWindow *window) {
  gtk_window_present (window);
  fixture_settle ();
  return gtk_window_is_active (window);
}

/* A window manager that does not know yet that somebody is there refuses at first. */
void
fixture_activate (GtkWindow *window) {
  WAIT_FOR (activate (window));
}

void
fixture_show_window (Fixture *f) {
  f->window = longhand_window_new (application, f->settings, f->store, f->dictation, f->library, f->sounds);
  f->document = longhand_editor_get_document (longhand_window_get_editor (f->window));
  f->buffer = GTK_TEXT_BUFFER (f->document);
  g_object_add_weak_pointer (G_OBJECT (f->window), (gpointer *)&f->window);
  fixture_activate (GTK_WINDOW (f->window));
}

void
fixture_set_up (Fixture *f, gconstpointer data) {
  fixture_set_up_without_window (f, data);
  fixture_show_window (f);
}

static void
remove_dir (const char *path) {
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *child = g_build_filename (path, name, NULL);

    remove_dir (child);
  }
  g_remove (path);
}

void
fixture_tear_down (Fixture *f, gconstpointer data) {
  gpointer dictation = f->dictation, settings = f->settings, store = f->store, library = f->library,
           sounds = f->sounds;

  if (f->window != NULL)
    gtk_window_destroy (GTK_WINDOW (f->window));
  WAIT_FOR (f->window == NULL);
  WAIT_FOR (g_list_model_get_n_items (gtk_window_get_toplevels ()) == 0);
  longhand_dictation_shutdown (f->dictation);
  g_object_add_weak_pointer (dictation, &dictation);
  g_object_add_weak_pointer (settings, &settings);
  g_object_add_weak_pointer (store, &store);
  g_object_add_weak_pointer (library, &library);
  g_object_add_weak_pointer (sounds, &sounds);
  g_object_unref (f->dictation);
  WAIT_FOR (dictation == NULL);
  g_object_unref (f->sounds);
  g_assert_null (sounds);
  g_object_unref (f->library);
  g_assert_null (library);
  g_object_unref (f->store);
  g_assert_null (store);
  g_object_unref (f->settings);
  g_assert_null (settings);
  remove_dir (f->dir);
  g_free (f->dir);
}

/* ---- a person's hands ---- */

static void
on_ran (GObject *process, GAsyncResult *result, gpointer user) {
  g_autoptr (GError) error = NULL;

  g_subprocess_wait_check_finish (G_SUBPROCESS (process), result, &error);
  g_assert_no_error (error);
  *(gboolean *)user = TRUE;
}

static void
run (const char *const *argv) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_NONE, &error);
  gboolean over = FALSE;

  g_assert_no_error (error);
  g_subprocess_wait_check_async (process, NULL, on_ran, &over);
  WAIT_FOR (over);
  fixture_settle ();
}

void
fixture_press (const char *keys) {
  run ((const char *const[]){ "xdotool", "key", "--clearmodifiers", keys, NULL });
}

void
fixture_press_times (const char *keys, guint n) {
  g_autofree char *times = g_strdup_printf ("%u", n);

  run ((const char *const[]){ "xdotool", "key", "--clearmodifiers", "--delay", "20", "--repeat", times, keys,
                              NULL });
}

void
fixture_type (const char *text) {
  run ((const char *const[]){ "xdotool", "type", "--delay", "20", text, NULL });
}

void
fixture_double_click (GtkWidget *widget) {
  GtkWidget *native = GTK_WIDGET (gtk_widget_get_native (widget));
  const graphene_point_t middle = GRAPHENE_POINT_INIT ((float)gtk_widget_get_width (widget) / 2,
                                                       (float)gtk_widget_get_height (widget) / 2);
  graphene_point_t point;
  double shadow_x, shadow_y;
  g_autofree char *x = NULL, *y = NULL;

  g_assert_true (gtk_widget_compute_point (widget, native, &middle, &point));
  gtk_native_get_surface_transform (GTK_NATIVE (native), &shadow_x, &shadow_y);
  x = g_strdup_printf ("%.0f", point.x + shadow_x);
  y = g_strdup_printf ("%.0f", point.y + shadow_y);
  run ((const char *const[]){ "xdotool", "getactivewindow", "mousemove", "--window", "%1", x, y, "click", "1",
                              "sleep", "0.1", "mousemove_relative", "0", "2", "click", "1", NULL });
}

/* ---- a person's eyes ---- */

static gpointer
find_in (GtkWidget *widget, GType type, const char *property, const char *value) {
  if (g_type_is_a (G_OBJECT_TYPE (widget), type)) {
    g_autofree char *found = NULL;

    g_object_get (widget, property, &found, NULL);
    if (g_strcmp0 (found, value) == 0)
      return widget;
  }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;
       child = gtk_widget_get_next_sibling (child)) {
    gpointer match = find_in (child, type, property, value);

    if (match != NULL)
      return match;
  }
  return NULL;
}

gpointer
fixture_find (gpointer root, GType type, const char *property, const char *value) {
  GListModel *windows = gtk_window_get_toplevels ();

  if (root != NULL)
    return find_in (root, type, property, value);
  for (guint i = 0; i < g_list_model_get_n_items (windows); i++) {
    g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);
    gpointer match = find_in (window, type, property, value);

    if (match != NULL)
      return match;
  }
  return NULL;
}

static void
append_labels (GtkWidget *widget, GString *labels) {
  if (GTK_IS_LABEL (widget) && gtk_widget_get_mapped (widget))
    g_string_append_printf (labels, "%s\n", gtk_label_get_text (GTK_LABEL (widget)));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;
       child = gtk_widget_get_next_sibling (child))
    append_labels (child, labels);
}

char *
fixture_dup_labels (gpointer root) {
  GString *labels = g_string_new (NULL);

  append_labels (root, labels);
  return g_string_free (labels, FALSE);
}

/* ---- what dictation does ---- */

void
fixture_speak (Fixture *f, gint64 start_ms, const char *text) {
  g_autoptr (LonghandUtterance) utterance = longhand_utterance_new (start_ms, start_ms + 900, text);

  longhand_utterance_add_segment (utterance, start_ms, start_ms + 900, text,
                                  &(LonghandScores){ .avg_logprob = -0.25, .no_speech_prob = 0 });
  g_signal_emit_by_name (f->dictation, "committed", utterance);
}

void
fixture_fail (Fixture *f, int code, const char *message) {
  g_autoptr (GError) error = g_error_new_literal (LONGHAND_ERROR, code, message);

  g_signal_emit_by_name (f->dictation, "failed", error);
}

void
fixture_assert_text (Fixture *f, const char *expected) {
  g_autofree char *text = longhand_document_dup_text (f->document);

  g_assert_cmpstr (text, ==, expected);
}
