/* Keys by a desktop's portal, which is played by the test, on a bus of its own. */
#include "automation/longhand-remote-keyboard.h"
#include "mock-clipboard.h"
#include "private-bus.h"

#include <string.h>

#define METHODS                                                                                              \
  "<method name='SelectDevices'><arg type='o' direction='in'/><arg type='a{sv}' direction='in'/>"            \
  "<arg type='o' direction='out'/></method>"                                                                 \
  "<method name='Start'><arg type='o' direction='in'/><arg type='s' direction='in'/>"                        \
  "<arg type='a{sv}' direction='in'/><arg type='o' direction='out'/></method>"                               \
  "<method name='NotifyKeyboardKeysym'><arg type='o' direction='in'/><arg type='a{sv}' direction='in'/>"     \
  "<arg type='i' direction='in'/><arg type='u' direction='in'/></method>"

#define RUN_UNTIL(condition)                                                                                 \
  while (!(condition))                                                                                       \
  g_main_context_iteration (NULL, TRUE)

typedef struct {
  GDBusConnection *connection;
  MockPortal *portal;
  MockClipboard *clipboard; /* NULL: the portal has none */
  GSettings *settings;
  LonghandRemoteKeyboard *keyboard;

  GVariant *wanted;       /* owned; the last options of SelectDevices */
  guint n_starts;         /* that people were asked about */
  gboolean is_slow;       /* the person, who has not answered yet */
  guint32 devices;        /* that the person agrees to */
  gboolean has_clipboard; /* likewise */
  const char *token;      /* that the desktop gives */
  GString *keys;          /* as they were pressed and released */
  guint n_done;           /* openings, pastings */
  gboolean is_success;    /* of the last one */
  GError *error;
} Fixture;

static GVariant *
on_call (gpointer user, const char *method, GVariant *arguments, GVariant *options) {
  Fixture *f = user;
  g_auto (GVariantDict) results = G_VARIANT_DICT_INIT (NULL);
  gint32 keysym;
  guint32 down;

  if (strcmp (method, "NotifyKeyboardKeysym") == 0) {
    g_variant_get (arguments, "(oa{sv}iu)", NULL, NULL, &keysym, &down);
    g_string_append_printf (f->keys, "%s%x ", down ? "+" : "-", (guint)keysym);
    return NULL;
  }
  if (strcmp (method, "SelectDevices") == 0) {
    g_clear_pointer (&f->wanted, g_variant_unref);
    f->wanted = g_variant_ref (options);
    return g_variant_dict_end (&results);
  }
  f->n_starts++;
  if (f->is_slow)
    return NULL;
  g_variant_dict_insert (&results, "devices", "u", f->devices);
  if (f->has_clipboard)
    g_variant_dict_insert (&results, "clipboard_enabled", "b", TRUE);
  if (f->token != NULL)
    g_variant_dict_insert (&results, "restore_token", "s", f->token);
  return g_variant_dict_end (&results);
}

static void
set_up_without (Fixture *f, gconstpointer data) {
  f->connection = private_bus_connect ();
  f->portal = mock_portal_new ("org.freedesktop.portal.RemoteDesktop", METHODS, on_call, f);
  f->settings = g_settings_new ("io.github.longhand_app.Longhand");
  g_settings_reset (f->settings, "remote-token");
  f->keyboard = longhand_remote_keyboard_new (f->connection, f->settings, FALSE);
  f->devices = 1;
  f->token = "the first";
  f->keys = g_string_new ("");
}

static void
set_up (Fixture *f, gconstpointer data) {
  set_up_without (f, data);
  mock_portal_appear (f->portal);
}

/* Where the clipboard is needed: the desktop has it. */
static void
set_up_clipboard (Fixture *f, gconstpointer data) {
  set_up (f, data);
  g_object_unref (f->keyboard);
  f->keyboard = longhand_remote_keyboard_new (f->connection, f->settings, TRUE);
  f->clipboard = mock_clipboard_new (f->portal);
  f->has_clipboard = TRUE;
}

static void
tear_down (Fixture *f, gconstpointer data) {
  gpointer keyboard = f->keyboard;

  g_object_add_weak_pointer (keyboard, &keyboard);
  g_object_unref (f->keyboard);
  RUN_UNTIL (keyboard == NULL);
  g_dbus_connection_close_sync (f->connection, NULL, NULL);
  g_object_unref (f->connection);
  g_clear_pointer (&f->clipboard, mock_clipboard_free);
  mock_portal_free (f->portal);
  g_object_unref (f->settings);
  g_clear_pointer (&f->wanted, g_variant_unref);
  g_clear_error (&f->error);
  g_string_free (f->keys, TRUE);
}

/* ---- what is asked of it ---- */

static void
on_opened (GObject *keyboard, GAsyncResult *result, gpointer user) {
  Fixture *f = user;

  g_clear_error (&f->error);
  f->is_success
      = longhand_remote_keyboard_open_finish (LONGHAND_REMOTE_KEYBOARD (keyboard), result, &f->error);
  f->n_done++;
}

static void
on_pasted (GObject *keyboard, GAsyncResult *result, gpointer user) {
  Fixture *f = user;

  g_clear_error (&f->error);
  f->is_success
      = longhand_remote_keyboard_paste_finish (LONGHAND_REMOTE_KEYBOARD (keyboard), result, &f->error);
  f->n_done++;
}

static gboolean
open_it (Fixture *f) {
  f->n_done = 0;
  longhand_remote_keyboard_open_async (f->keyboard, on_opened, f);
  RUN_UNTIL (f->n_done == 1);
  return f->is_success;
}

static gboolean
paste (Fixture *f) {
  f->n_done = 0;
  longhand_remote_keyboard_paste_async (f->keyboard, on_pasted, f);
  RUN_UNTIL (f->n_done == 1);
  return f->is_success;
}

static void
assert_refused (Fixture *f, const char *part) {
  g_assert_false (f->is_success);
  g_assert_nonnull (strstr (f->error->message, part));
  g_assert_cmpstr (longhand_remote_keyboard_get_summary (f->keyboard), ==, f->error->message);
  g_assert_false (paste (f));
  g_assert_cmpstr (f->keys->str, ==, "");
}

/* ---- tests ---- */

static void
test_granted (Fixture *f, gconstpointer data) {
  guint32 types, persistence;

  g_assert_true (open_it (f));
  g_assert_true (g_variant_lookup (f->wanted, "types", "u", &types));
  g_assert_cmpuint (types, ==, 1);
  g_assert_true (g_variant_lookup (f->wanted, "persist_mode", "u", &persistence));
  g_assert_cmpuint (persistence, ==, 2);
  g_assert_false (g_variant_lookup (f->wanted, "restore_token", "&s", NULL));
  g_assert_true (paste (f));
  g_assert_cmpstr (f->keys->str, ==, "+ffe3 +76 -76 -ffe3 ");
  g_assert_cmpstr (longhand_remote_keyboard_get_summary (f->keyboard), !=, "");
}

static void
test_asked_once (Fixture *f, gconstpointer data) {
  f->n_done = 0;
  longhand_remote_keyboard_open_async (f->keyboard, on_opened, f);
  longhand_remote_keyboard_open_async (f->keyboard, on_opened, f);
  RUN_UNTIL (f->n_done == 2);
  g_assert_true (f->is_success);
  g_assert_true (open_it (f));
  g_assert_cmpuint (f->n_starts, ==, 1);
}

static void
test_token (Fixture *f, gconstpointer data) {
  const char *token;

  g_assert_true (open_it (f));
  longhand_remote_keyboard_close (f->keyboard);
  RUN_UNTIL (f->portal->n_closed == 1);
  g_assert_false (paste (f));
  f->token = "the second";
  g_assert_true (open_it (f));
  g_assert_true (g_variant_lookup (f->wanted, "restore_token", "&s", &token));
  g_assert_cmpstr (token, ==, "the first");
  longhand_remote_keyboard_close (f->keyboard);
  f->token = NULL;
  g_assert_true (open_it (f));
  g_assert_true (g_variant_lookup (f->wanted, "restore_token", "&s", &token));
  g_assert_cmpstr (token, ==, "the second");
  longhand_remote_keyboard_close (f->keyboard);
  g_assert_true (open_it (f));
  g_assert_false (g_variant_lookup (f->wanted, "restore_token", "&s", NULL));
}

static void
test_denied (Fixture *f, gconstpointer data) {
  f->portal->response = 1;
  g_assert_false (open_it (f));
  assert_refused (f, "does not let");
  f->portal->response = 0; /* who changes their mind says so */
  g_assert_false (open_it (f));
  longhand_remote_keyboard_close (f->keyboard);
  g_assert_true (open_it (f));
}

static void
test_without_keyboard (Fixture *f, gconstpointer data) {
  f->devices = 2;
  g_assert_false (open_it (f));
  assert_refused (f, "no program");
  RUN_UNTIL (f->portal->n_closed == 1);
}

static void
test_no_portal (Fixture *f, gconstpointer data) {
  g_assert_false (open_it (f));
  assert_refused (f, "no program");
  mock_portal_appear (f->portal);
  g_assert_true (open_it (f));
}

static void
test_vanishes_before_the_answer (Fixture *f, gconstpointer data) {
  f->is_slow = TRUE;
  f->n_done = 0;
  longhand_remote_keyboard_open_async (f->keyboard, on_opened, f);
  RUN_UNTIL (f->n_starts == 1);
  mock_portal_vanish (f->portal);
  RUN_UNTIL (f->n_done == 1);
  assert_refused (f, "no program");
}

static void
test_vanishes (Fixture *f, gconstpointer data) {
  g_assert_true (open_it (f));
  mock_portal_vanish (f->portal);
  g_assert_false (paste (f));
  g_assert_cmpstr (f->keys->str, ==, "");
}

static void
test_ended_by_the_person (Fixture *f, gconstpointer data) {
  g_autofree char *summary = NULL;

  g_assert_true (open_it (f));
  summary = g_strdup (longhand_remote_keyboard_get_summary (f->keyboard));
  mock_portal_close_session (f->portal);
  RUN_UNTIL (strcmp (longhand_remote_keyboard_get_summary (f->keyboard), summary) != 0);
  g_assert_false (paste (f));
  g_assert_true (open_it (f));
  g_assert_true (paste (f));
}

static void
test_closed_while_it_asks (Fixture *f, gconstpointer data) {
  f->is_slow = TRUE;
  f->n_done = 0;
  longhand_remote_keyboard_open_async (f->keyboard, on_opened, f);
  RUN_UNTIL (f->n_starts == 1);
  longhand_remote_keyboard_close (f->keyboard);
  RUN_UNTIL (f->n_done == 1 && f->portal->n_closed == 1);
  g_assert_false (f->is_success);
}

static void
test_clipboard (Fixture *f, gconstpointer data) {
  LonghandRemoteClipboard *clipboard = longhand_remote_keyboard_get_clipboard (f->keyboard);

  g_assert_true (open_it (f));
  g_assert_cmpuint (f->clipboard->n_requests, ==, 1);
  g_assert_true (longhand_remote_clipboard_get_is_open (clipboard));
  g_assert_true (paste (f));
  longhand_remote_keyboard_close (f->keyboard);
  g_assert_false (longhand_remote_clipboard_get_is_open (clipboard));
}

static void
test_portal_without_clipboard (Fixture *f, gconstpointer data) {
  g_clear_pointer (&f->clipboard, mock_clipboard_free);
  g_assert_false (open_it (f));
  assert_refused (f, "window in use alone");
  g_assert_cmpuint (f->n_starts, ==, 0); /* nobody was asked */
  RUN_UNTIL (f->portal->n_closed == 1);
}

static void
test_clipboard_not_given (Fixture *f, gconstpointer data) {
  f->has_clipboard = FALSE;
  g_assert_false (open_it (f));
  assert_refused (f, "use the clipboard");
  RUN_UNTIL (f->portal->n_closed == 1);
  g_assert_false (open_it (f));
  g_assert_cmpuint (f->n_starts, ==, 1);
}

static void
test_closed_while_it_gets_the_clipboard (Fixture *f, gconstpointer data) {
  f->n_done = 0;
  longhand_remote_keyboard_open_async (f->keyboard, on_opened, f);
  RUN_UNTIL (f->clipboard->n_requests == 1);
  longhand_remote_keyboard_close (f->keyboard);
  RUN_UNTIL (f->n_done == 1 && f->portal->n_closed == 1);
  g_assert_cmpuint (f->n_starts, ==, 0);
  g_assert_true (open_it (f));
}

#define ADD_CLIPBOARD(path, function) g_test_add (path, Fixture, NULL, set_up_clipboard, function, tear_down)
#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  ADD ("/remote-keyboard/who-agrees-has-it-pasted", test_granted);
  ADD ("/remote-keyboard/people-are-asked-once", test_asked_once);
  ADD ("/remote-keyboard/the-answer-is-remembered-by-the-last-token", test_token);
  ADD ("/remote-keyboard/who-refuses-is-told-and-may-change-their-mind", test_denied);
  ADD ("/remote-keyboard/who-agrees-to-a-mouse-alone-has-refused", test_without_keyboard);
  g_test_add ("/remote-keyboard/a-desktop-without-it-is-told", Fixture, NULL, set_up_without, test_no_portal,
              tear_down);
  ADD ("/remote-keyboard/a-portal-that-ends-before-the-answer-is-told", test_vanishes_before_the_answer);
  ADD ("/remote-keyboard/a-portal-that-ends-later-is-told", test_vanishes);
  ADD ("/remote-keyboard/the-person-may-end-it", test_ended_by_the_person);
  ADD ("/remote-keyboard/nobody-waits-for-one-that-is-closed", test_closed_while_it_asks);
  ADD_CLIPBOARD ("/remote-keyboard/the-clipboard-is-had-with-it-where-it-is-needed", test_clipboard);
  ADD_CLIPBOARD ("/remote-keyboard/nobody-is-asked-where-a-clipboard-is-needed-and-lacking",
                 test_portal_without_clipboard);
  ADD_CLIPBOARD ("/remote-keyboard/keys-without-the-clipboard-are-given-back", test_clipboard_not_given);
  ADD_CLIPBOARD ("/remote-keyboard/nothing-is-asked-after-it-is-closed",
                 test_closed_while_it_gets_the_clipboard);
  return private_bus_run_tests ();
}
