/* The program as it is installed: its shortcuts, and what a second start and Quit do. Environment:
 * LONGHAND_TEST_PROGRAM. */
#include "application/longhand-application.h"
#include "application/longhand-release-notes.h"

#include <glib/gstdio.h>

#define ID "io.github.longhand_app.Longhand"
#define PATH "/io/github/longhand_app/Longhand"

/* The only one of this process: another would be exported at the same place. (transfer none) */
static LonghandApplication *
get_application (void) {
  static LonghandApplication *application;
  g_autoptr (GError) error = NULL;

  if (application != NULL)
    return application;
  application = longhand_application_new ();
  g_application_set_flags (G_APPLICATION (application), G_APPLICATION_NON_UNIQUE);
  g_application_register (G_APPLICATION (application), NULL, &error);
  g_assert_no_error (error);
  return application;
}

/* ---- shortcuts ---- */

static void
assert_accel (GtkApplication *application, const char *action, const char *accel) {
  g_auto (GStrv) accels = gtk_application_get_accels_for_action (application, action);

  g_assert_nonnull (accels[0]);
  g_assert_cmpstr (accels[0], ==, accel);
}

static void
test_accels (void) {
  static const char *const actions[] = { "quit", "about", "preferences", "start", "stop", "toggle" };
  LonghandApplication *application = get_application ();
  GtkApplication *gtk_application = GTK_APPLICATION (application);

  assert_accel (gtk_application, "win.record", "<Control>r");
  assert_accel (gtk_application, "win.export", "<Control>s");
  assert_accel (gtk_application, "win.copy-all", "<Shift><Control>c");
  assert_accel (gtk_application, "win.find", "<Control>f");
  assert_accel (gtk_application, "win.find-next", "<Control>g");
  assert_accel (gtk_application, "win.find-previous", "<Shift><Control>g");
  assert_accel (gtk_application, "win.new-session", "<Control>n");
  assert_accel (gtk_application, "win.sidebar", "F9");
  assert_accel (gtk_application, "win.performance", "<Shift>F9");
  assert_accel (gtk_application, "win.menu", "F10");
  assert_accel (gtk_application, "window.close", "<Control>w");
  assert_accel (gtk_application, "app.preferences", "<Control>comma");
  assert_accel (gtk_application, "app.quit", "<Control>q");
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    g_assert_true (g_action_group_has_action (G_ACTION_GROUP (application), actions[i]));
}

/* ---- what is new ---- */

static void
test_release_notes_are_parsed (void) {
  static const char metainfo[]
      = "<component><description><p>What it is.</p></description><releases>"
        "<release version='9'/>"
        "<release version='8' date='2026-01-01'><url>https://example.org</url><description>\n <p>Many\n"
        "  things &amp; more:</p>\n <ul>\n <li>One</li>\n <li> Two </li><li> "
        "</li></ul></description></release>"
        "<release version='7'><description><p>Old ones.</p></description></release>"
        "</releases></component>";
  g_autoptr (GError) error = NULL;
  g_autoptr (LonghandReleaseNotes) notes = longhand_release_notes_parse (metainfo, strlen (metainfo), &error);
  g_autoptr (LonghandReleaseNotes) none = longhand_release_notes_parse ("<component/>", 12, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (notes->version, ==, "8");
  g_assert_cmpstr (notes->markup, ==, "<p>Many things &amp; more:</p><ul><li>One</li><li>Two</li></ul>");
  g_assert_null (none);
  g_assert_null (longhand_release_notes_parse ("<component>", 11, &error));
  g_assert_error (error, G_MARKUP_ERROR, G_MARKUP_ERROR_PARSE);
}

static GtkWidget *
find_about_window (void) {
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  for (GList *l = windows; l != NULL; l = l->next)
    if (ADW_IS_ABOUT_WINDOW (l->data))
      return l->data;
  return NULL;
}

static void
test_about_window_says_what_is_new (void) {
  GtkWidget *about;
  const char *notes;

  g_action_group_activate_action (G_ACTION_GROUP (get_application ()), "about", NULL);
  about = find_about_window ();
  g_assert_nonnull (about);
  notes = adw_about_window_get_release_notes (ADW_ABOUT_WINDOW (about));
  g_assert_true (g_str_has_prefix (notes, "<p>The first version: dictate, see the words"));
  g_assert_nonnull (strstr (notes, "<ul><li>Live dictation that survives"));
  g_assert_cmpstr (adw_about_window_get_release_notes_version (ADW_ABOUT_WINDOW (about)), ==, "0.1.0");
  gtk_window_destroy (GTK_WINDOW (about));
}

/* ---- processes ---- */

typedef struct {
  GDBusConnection *bus;
  GSubprocess *first;
} Fixture;

static GSubprocess *
start (void) {
  g_autoptr (GError) error = NULL;
  GSubprocess *process
      = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, g_getenv ("LONGHAND_TEST_PROGRAM"), NULL);

  g_assert_no_error (error);
  return process;
}

/* NULL when nobody is there who could answer. */
static GVariant *
call (Fixture *f, const char *path, const char *interface, const char *method, GVariant *arguments) {
  return g_dbus_connection_call_sync (f->bus, ID, path, interface, method, arguments, NULL,
                                      G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, NULL);
}

/* Whether window number n has actions that can be listed. */
static gboolean
has_window (Fixture *f, guint n) {
  g_autofree char *path = g_strdup_printf ("%s/window/%u", PATH, n);
  g_autoptr (GVariant) names = call (f, path, "org.gtk.Actions", "List", NULL);

  return names != NULL;
}

static void
activate (Fixture *f, const char *path, const char *action) {
  g_autoptr (GVariant) answer
      = call (f, path, "org.gtk.Actions", "Activate", g_variant_new ("(sava{sv})", action, NULL, NULL));

  g_assert_nonnull (answer);
}

static void
set_up (Fixture *f, gconstpointer data) {
  g_autoptr (GError) error = NULL;

  f->bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, &error);
  g_assert_no_error (error);
  f->first = start ();
  while (!has_window (f, 1))
    g_usleep (20000);
}

static void
tear_down (Fixture *f, gconstpointer data) {
  g_subprocess_force_exit (f->first);
  g_subprocess_wait (f->first, NULL, NULL);
  g_object_unref (f->first);
  g_object_unref (f->bus);
}

static void
test_second_start (Fixture *f, gconstpointer data) {
  g_autoptr (GSubprocess) second = start ();
  g_autoptr (GError) error = NULL;

  g_assert_true (g_subprocess_wait_check (second, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (has_window (f, 1));
  g_assert_false (has_window (f, 2));
}

static void
test_quit (Fixture *f, gconstpointer data) {
  g_autoptr (GError) error = NULL;

  activate (f, PATH, "quit");
  g_assert_true (g_subprocess_wait_check (f->first, NULL, &error));
  g_assert_no_error (error);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/application/every-action-has-its-keys", test_accels);
  g_test_add_func ("/application/release-notes-are-parsed", test_release_notes_are_parsed);
  g_test_add_func ("/application/about-window-says-what-is-new", test_about_window_says_what_is_new);
  g_test_add ("/application/a-second-start-shows-the-first-window", Fixture, NULL, set_up, test_second_start,
              tear_down);
  g_test_add ("/application/quit-ends-it", Fixture, NULL, set_up, test_quit, tear_down);
  return g_test_run ();
}
