/* What the preferences say of dictation in other windows: on each kind of desktop, which the test plays. */
#include "mock-clipboard.h"
#include "preferences/longhand-preferences.h"
#include "private-bus.h"
#include "window-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#define METHODS                                                                                              \
  "<method name='SelectDevices'><arg type='o' direction='in'/><arg type='a{sv}' direction='in'/>"            \
  "<arg type='o' direction='out'/></method>"                                                                 \
  "<method name='Start'><arg type='o' direction='in'/><arg type='s' direction='in'/>"                        \
  "<arg type='a{sv}' direction='in'/><arg type='o' direction='out'/></method>"

/* The linker puts these before GDK's and GLib's (--wrap). */
static gboolean is_wayland, is_flatpak;
GType __wrap_gdk_wayland_display_get_type (void);
GType __real_gdk_wayland_display_get_type (void);
gboolean __wrap_g_file_test (const char *path, GFileTest test);
gboolean __real_g_file_test (const char *path, GFileTest test);

GType
__wrap_gdk_wayland_display_get_type (void) {
  return is_wayland ? GDK_TYPE_DISPLAY : __real_gdk_wayland_display_get_type ();
}

gboolean
__wrap_g_file_test (const char *path, GFileTest test) {
  return strcmp (path, "/.flatpak-info") == 0 ? is_flatpak : __real_g_file_test (path, test);
}

/* The one that headless starts is this test's alone. */
GDBusConnection *
private_bus_connect (void) {
  g_autoptr (GError) error = NULL;
  GDBusConnection *connection = g_dbus_connection_new_for_address_sync (
      g_getenv ("DBUS_SESSION_BUS_ADDRESS"),
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL,
      NULL, &error);

  g_assert_no_error (error);
  return connection;
}

static const char *
get_subtitle (gpointer row) {
  return adw_action_row_get_subtitle (ADW_ACTION_ROW (row));
}

/* ---- pasting ---- */

/* Whose answer ends a state. */
typedef enum { NOBODY, DESKTOP, PERSON } Ending;

typedef struct {
  const char *path;
  const char *when_done;
  gboolean is_wayland;
  gboolean has_bus, has_portal, has_clipboard;
  guint response;           /* the person's; 0: agrees */
  gboolean keeps_clipboard; /* the person, who gives the keyboard alone */
  gboolean asks;
  Ending ending;
  const char *sentence;
} Desktop;

#define WHERE "After you dictate by key or command while another window is in use"
#define NO_PORTAL "This desktop lets no program paste. Text is copied instead, for you to paste."
#define ALLOWED "The desktop lets Longhand paste."
#define AGAIN " To be asked again, choose “Copy” and then “Paste” in Preferences."
#define ENDED "The desktop has ended the permission to paste. After the next dictation it may ask you again."

#define BUS .has_bus = TRUE
#define PORTAL BUS, .has_portal = TRUE
#define WAYLAND .is_wayland = TRUE
#define ASKED .when_done = "paste", .asks = TRUE

static const Desktop desktops[] = {
  { "x11/nothing", "nothing", PORTAL, .sentence = WHERE },
  { "x11/copy", "copy", PORTAL, .sentence = WHERE },
  { "x11/paste-before-anybody-was-asked", "paste", PORTAL,
    .sentence = "The desktop asks you whether Longhand may paste" },
  { "x11/paste-without-a-bus", "paste", .sentence = NO_PORTAL },
  { "x11/paste-without-a-portal", ASKED, BUS, .sentence = NO_PORTAL },
  { "x11/paste-allowed", ASKED, PORTAL, .sentence = ALLOWED },
  { "x11/paste-refused", ASKED, PORTAL, .response = 1,
    .sentence = "The desktop does not let Longhand paste." AGAIN },
  { "x11/paste-ended-by-the-person", ASKED, PORTAL, .ending = PERSON, .sentence = ENDED },
  { "x11/paste-when-the-portal-has-ended", ASKED, PORTAL, .ending = DESKTOP, .sentence = ENDED },
  { "wayland/nothing", "nothing", WAYLAND, PORTAL, .sentence = WHERE },
  { "wayland/copy", "copy", WAYLAND, PORTAL,
    .sentence = "This desktop may not let Longhand copy while another window is in use. “Paste” asks for "
                "permission." },
  { "wayland/paste-without-a-portal", ASKED, WAYLAND, BUS, .sentence = NO_PORTAL },
  { "wayland/paste-where-the-portal-has-no-clipboard", ASKED, WAYLAND, PORTAL,
    .sentence = "This desktop gives the clipboard to the window in use alone, so Longhand cannot paste." },
  { "wayland/paste-allowed", ASKED, WAYLAND, PORTAL, .has_clipboard = TRUE, .sentence = ALLOWED },
  { "wayland/paste-refused", ASKED, WAYLAND, PORTAL, .has_clipboard = TRUE, .response = 1,
    .sentence = "The desktop does not let Longhand paste." AGAIN },
  { "wayland/paste-without-the-clipboard", ASKED, WAYLAND, PORTAL, .has_clipboard = TRUE,
    .keeps_clipboard = TRUE,
    .sentence = "The desktop does not let Longhand use the clipboard, so nothing is pasted." AGAIN },
  { "wayland/paste-ended-by-the-person", ASKED, WAYLAND, PORTAL, .has_clipboard = TRUE, .ending = PERSON,
    .sentence = ENDED },
};

typedef struct {
  Fixture base;
  const Desktop *desktop;
  GDBusConnection *bus;
  MockPortal *portal;       /* NULL: there is none */
  MockClipboard *clipboard; /* likewise */
  LonghandRemoteKeyboard *keyboard;
  LonghandOtherPrograms *programs;
  GtkWidget *preferences;
  gboolean is_answered;
} Windows;

static GVariant *
on_call (gpointer user, const char *method, GVariant *arguments, GVariant *options) {
  Windows *w = user;

  return g_variant_new_parsed ("{'devices': <@u 1>, 'clipboard_enabled': <%b>}",
                               w->desktop->has_clipboard && !w->desktop->keeps_clipboard);
}

static void
set_up (Windows *w, gconstpointer data) {
  fixture_set_up_without_window (&w->base, NULL);
  g_settings_reset (longhand_settings_get_gsettings (w->base.settings), "when-done");
  w->preferences
      = longhand_preferences_new (w->base.settings, w->base.store, w->base.dictation, w->base.library);
  adw_preferences_window_set_visible_page_name (ADW_PREFERENCES_WINDOW (w->preferences), "dictation");
  gtk_window_present (GTK_WINDOW (w->preferences));
}

static void
set_up_bus (Windows *w) {
  GSettings *settings = longhand_settings_get_gsettings (w->base.settings);

  w->bus = private_bus_connect ();
  w->keyboard = longhand_remote_keyboard_new (w->bus, settings, w->desktop->is_wayland);
  longhand_preferences_set_remote_keyboard (LONGHAND_PREFERENCES (w->preferences), w->keyboard);
  if (!w->desktop->has_portal)
    return;
  w->portal = mock_portal_new ("org.freedesktop.portal.RemoteDesktop", METHODS, on_call, w);
  w->portal->response = w->desktop->response;
  if (w->desktop->has_clipboard)
    w->clipboard = mock_clipboard_new (w->portal);
  mock_portal_appear (w->portal);
}

static void
set_up_desktop (Windows *w, gconstpointer data) {
  w->desktop = data;
  is_wayland = w->desktop->is_wayland;
  set_up (w, data);
  if (w->desktop->has_bus)
    set_up_bus (w);
  g_settings_set_string (longhand_settings_get_gsettings (w->base.settings), "when-done",
                         w->desktop->when_done);
}

static void
tear_down (Windows *w, gconstpointer data) {
  gtk_window_destroy (GTK_WINDOW (w->preferences));
  g_clear_object (&w->programs);
  g_clear_object (&w->keyboard);
  g_clear_pointer (&w->clipboard, mock_clipboard_free);
  g_clear_pointer (&w->portal, mock_portal_free);
  g_clear_object (&w->bus);
  is_wayland = is_flatpak = FALSE;
  fixture_tear_down (&w->base, data);
}

static void
on_opened (GObject *keyboard, GAsyncResult *result, gpointer user) {
  longhand_remote_keyboard_open_finish (LONGHAND_REMOTE_KEYBOARD (keyboard), result, NULL);
  ((Windows *)user)->is_answered = TRUE;
}

static void
end_session (Windows *w) {
  if (w->desktop->ending == DESKTOP)
    mock_portal_vanish (w->portal);
  else
    mock_portal_close_session (w->portal);
  WAIT_FOR (strcmp (longhand_remote_keyboard_get_summary (w->keyboard), ALLOWED) != 0);
}

static void
test_pasting (Windows *w, gconstpointer data) {
  gpointer row = fixture_find (w->preferences, ADW_TYPE_COMBO_ROW, "title", "When Dictation Ends");

  if (w->desktop->asks) {
    longhand_remote_keyboard_open_async (w->keyboard, on_opened, w);
    WAIT_FOR (w->is_answered);
  }
  if (w->desktop->ending != NOBODY)
    end_session (w);
  g_assert_cmpstr (get_subtitle (row), ==, w->desktop->sentence);
}

/* ---- an input method ---- */

static void
offer_programs (Windows *w, const char *longhand_ibus) {
  g_setenv ("LONGHAND_IBUS", longhand_ibus, TRUE);
  w->programs = longhand_other_programs_new (longhand_settings_get_gsettings (w->base.settings));
  longhand_preferences_set_other_programs (LONGHAND_PREFERENCES (w->preferences), w->programs);
}

static void
assert_says (Windows *w, gboolean is_available, const char *sentence) {
  gpointer row = fixture_find (w->preferences, ADW_TYPE_ACTION_ROW, "title", "Use in Other Applications");
  gpointer toggle = adw_action_row_get_activatable_widget (ADW_ACTION_ROW (row));

  WAIT_FOR (g_strcmp0 (get_subtitle (row), "") != 0);
  g_assert_cmpstr (get_subtitle (row), ==, sentence);
  g_assert_cmpint (gtk_widget_get_sensitive (toggle), ==, is_available);
}

static void
test_without_ibus (Windows *w, gconstpointer data) {
  offer_programs (w, "/nowhere/longhand-ibus");
  assert_says (w, FALSE,
               "This Longhand was built without IBus. Let it paste instead: see “When Dictation Ends”.");
}

static void
test_flatpak (Windows *w, gconstpointer data) {
  is_flatpak = TRUE;
  offer_programs (w, "/nowhere/longhand-ibus");
  assert_says (w, FALSE,
               "A Flatpak cannot be an input method. Let Longhand paste instead: see “When Dictation Ends”.");
}

/* The program itself, in a session where nothing has started IBus. */
static void
test_ibus_not_running (Windows *w, gconstpointer data) {
  g_autofree char *path = g_strdup (g_getenv ("PATH"));
  g_autofree char *daemon = g_build_filename (w->base.dir, "ibus-daemon", NULL);
  g_autofree char *with_daemon = g_strdup_printf ("%s:%s", w->base.dir, path);

  g_assert_true (g_file_set_contents (daemon, "#!/bin/sh\n", -1, NULL));
  g_assert_cmpint (g_chmod (daemon, 0700), ==, 0);
  g_setenv ("PATH", with_daemon, TRUE);
  offer_programs (w, g_getenv ("LONGHAND_TEST_IBUS"));
  assert_says (w, FALSE, "IBus is not running: start it with “ibus start”, or log out and in again.");
  g_setenv ("PATH", path, TRUE);
}

static void
test_ibus_not_installed (Windows *w, gconstpointer data) {
  g_autofree char *path = g_strdup (g_getenv ("PATH"));

  g_setenv ("PATH", w->base.dir, TRUE);
  offer_programs (w, g_getenv ("LONGHAND_TEST_IBUS"));
  assert_says (w, FALSE, "IBus is not installed: install the package “ibus”, then log out and in again.");
  g_setenv ("PATH", path, TRUE);
}

#define ADD(path, function) g_test_add ("/other-windows/" path, Windows, NULL, set_up, function, tear_down)

int
main (int argc, char **argv) {
  fixture_init (&argc, &argv);
  for (gsize i = 0; i < G_N_ELEMENTS (desktops); i++) {
    g_autofree char *path = g_strconcat ("/other-windows/", desktops[i].path, NULL);

    g_test_add (path, Windows, &desktops[i], set_up_desktop, test_pasting, tear_down);
  }
  ADD ("input-method/a-build-without-ibus-says-so", test_without_ibus);
  ADD ("input-method/a-flatpak-says-so", test_flatpak);
  if (g_getenv ("LONGHAND_TEST_IBUS") != NULL) {
    ADD ("input-method/ibus-is-to-be-started", test_ibus_not_running);
    ADD ("input-method/ibus-is-to-be-installed", test_ibus_not_installed);
  }
  return g_test_run ();
}
