/* The program without a window that anybody sees: when it ends by itself. */
#include "application/longhand-application.h"
#include "application/longhand-linger.h"

#define ID "io.github.longhand_app.Longhand"
#define PATH "/io/github/longhand_app/Longhand"
#define LINGER_MS 50

typedef struct {
  LonghandApplication *application;
  GSettings *settings;
  guint n_kept;          /* texts */
  guint poll_id;         /* source */
  gboolean copies;       /* before it keeps a text, which is when it begins to linger */
  gboolean was_expected; /* to end */
} Lone;

static void
on_kept (GObject *bus, GAsyncResult *result, gpointer user) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (bus), result, &error);

  g_assert_no_error (error);
  ((Lone *)user)->n_kept++;
}

/* Ten times as long as it lingers. */
static gboolean
give_up_clipboard (gpointer user) {
  Lone *l = user;

  l->poll_id = 0;
  l->was_expected = TRUE;
  gdk_clipboard_set_content (gdk_display_get_clipboard (gdk_display_get_default ()), NULL);
  return G_SOURCE_REMOVE;
}

/* As the program that has no use for a text does it. */
static gboolean
keep (gpointer user) {
  Lone *l = user;

  if (!g_application_get_is_registered (G_APPLICATION (l->application)))
    return G_SOURCE_CONTINUE;
  if (l->copies) {
    gdk_clipboard_set_text (gdk_display_get_clipboard (gdk_display_get_default ()), "kopiert");
    l->poll_id = g_timeout_add (10 * LINGER_MS, give_up_clipboard, l);
  }
  g_dbus_connection_call (g_application_get_dbus_connection (G_APPLICATION (l->application)), ID, PATH,
                          ID ".Dictation1", "Keep", g_variant_new ("(s)", "Übrig."), NULL,
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_kept, l);
  return G_SOURCE_REMOVE;
}

static void
set_up_lone (Lone *l, gconstpointer data) {
  l->settings = g_settings_new (ID);
  l->application = longhand_application_new ();
  longhand_application_set_linger (l->application, LINGER_MS);
  g_application_set_flags (G_APPLICATION (l->application), G_APPLICATION_IS_SERVICE);
  g_idle_add (keep, l);
}

static void
tear_down_lone (Lone *l, gconstpointer data) {
  gpointer application = l->application;

  g_clear_handle_id (&l->poll_id, g_source_remove);
  g_object_unref (l->settings);
  g_object_add_weak_pointer (application, &application);
  g_object_unref (l->application);
  while (application != NULL) /* what is on its way holds it */
    g_main_context_iteration (NULL, TRUE);
}

/* Until it ends by itself. Who is told late that the text is kept hears of it behind that. */
static void
run_until_end (Lone *l) {
  g_assert_cmpint (g_application_run (G_APPLICATION (l->application), 0, NULL), ==, 0);
  while (l->n_kept == 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_ends_alone (Lone *l, gconstpointer data) {
  run_until_end (l);
}

static void
test_clipboard_needs_it (Lone *l, gconstpointer data) {
  l->copies = TRUE;
  run_until_end (l);
  g_assert_true (l->was_expected);
}

static gboolean
give_up_keys (gpointer user) {
  Lone *l = user;

  l->poll_id = 0;
  l->was_expected = TRUE;
  g_settings_set_boolean (l->settings, "global-shortcuts", FALSE);
  return G_SOURCE_REMOVE;
}

static void
test_keys_need_it (Lone *l, gconstpointer data) {
  g_settings_set_boolean (l->settings, "global-shortcuts", TRUE);
  l->poll_id = g_timeout_add (10 * LINGER_MS, give_up_keys, l);
  run_until_end (l);
  g_assert_true (l->was_expected);
}

/* ---- windows that are seen ---- */

static guint n_asked;

static gboolean
need (GtkApplication *application) {
  n_asked++;
  return TRUE;
}

static gboolean
is_looking (LonghandLinger *linger) {
  return g_main_context_find_source_by_user_data (NULL, linger) != NULL;
}

static void
test_seen (void) {
  g_autoptr (GtkApplication) application = gtk_application_new (NULL, G_APPLICATION_NON_UNIQUE);
  LonghandLinger *linger;
  GtkWindow *window, *other;

  g_assert_true (g_application_register (G_APPLICATION (application), NULL, NULL));
  linger = longhand_linger_new (application, NULL, need, 1);
  window = g_object_new (GTK_TYPE_APPLICATION_WINDOW, "application", application, NULL);
  other = g_object_new (GTK_TYPE_APPLICATION_WINDOW, "application", application, NULL);
  longhand_linger_renew (linger);
  while (n_asked < 2)
    g_main_context_iteration (NULL, TRUE);
  gtk_window_present (window);
  while (is_looking (linger))
    g_main_context_iteration (NULL, TRUE);
  n_asked = 0;
  gtk_window_destroy (window);
  g_assert_true (is_looking (linger));
  while (n_asked < 2)
    g_main_context_iteration (NULL, TRUE);
  longhand_linger_free (linger);
  gtk_window_destroy (other);
}

#define ADD_LONE(path, function) g_test_add (path, Lone, NULL, set_up_lone, function, tear_down_lone)

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  ADD_LONE ("/linger/without-a-window-it-ends-when-nobody-needs-it", test_ends_alone);
  ADD_LONE ("/linger/what-it-has-copied-keeps-it", test_clipboard_needs_it);
  ADD_LONE ("/linger/the-desktop-s-keys-keep-it", test_keys_need_it);
  g_test_add_func ("/linger/it-looks-for-reasons-only-while-no-window-is-seen", test_seen);
  return g_test_run ();
}
