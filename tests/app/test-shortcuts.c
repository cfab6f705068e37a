/* Keys from a desktop's portal, which is played by the test, on a bus of its own. */
#include "automation/longhand-shortcuts.h"
#include "private-bus.h"

#include <string.h>

#define PORTAL_PATH "/org/freedesktop/portal/desktop"

#define RUN_UNTIL(condition)                                                                                 \
  while (!(condition))                                                                                       \
  g_main_context_iteration (NULL, TRUE)

static const char description[]
    = "<node><interface name='org.freedesktop.portal.GlobalShortcuts'>"
      "<method name='CreateSession'><arg type='a{sv}' direction='in'/><arg type='o' "
      "direction='out'/></method>"
      "<method name='BindShortcuts'><arg type='o' direction='in'/><arg type='a(sa{sv})' direction='in'/>"
      "<arg type='s' direction='in'/><arg type='a{sv}' direction='in'/><arg type='o' "
      "direction='out'/></method>"
      "</interface><interface name='org.freedesktop.portal.Session'><method "
      "name='Close'/></interface></node>";

typedef struct {
  GDBusConnection *connection, *portal;
  LonghandShortcuts *shortcuts;
  GVariant *bound;     /* owned; ids and descriptions that were asked for */
  char *session;       /* owned; its object path */
  guint response;      /* what the person chooses; 0: the keys */
  const char *trigger; /* that the desktop gives to the first */
  guint n_closed, n_toggled, n_pressed, n_released;
} Fixture;

/* ---- the portal ---- */

static void
respond (Fixture *f, const char *sender, GVariant *options, GVariant *results) {
  g_autofree char *who = g_strdelimit (g_strdup (sender + 1), ".", '_');
  g_autofree char *path = NULL;
  const char *token;

  g_assert_true (g_variant_lookup (options, "handle_token", "&s", &token));
  path = g_strdup_printf (PORTAL_PATH "/request/%s/%s", who, token);
  g_dbus_connection_emit_signal (f->portal, sender, path, "org.freedesktop.portal.Request", "Response",
                                 g_variant_new ("(u@a{sv})", f->response, results), NULL);
}

static void on_call (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
                     const char *method, GVariant *arguments, GDBusMethodInvocation *invocation,
                     gpointer user);
static const GDBusInterfaceVTable vtable = { .method_call = on_call };

static void export(Fixture *f, const char *path, const char *interface) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (description, &error);

  g_assert_no_error (error);
  g_dbus_connection_register_object (f->portal, path, g_dbus_node_info_lookup_interface (node, interface),
                                     &vtable, f, NULL, &error);
  g_assert_no_error (error);
}

static void
create_session (Fixture *f, const char *sender, GVariant *arguments) {
  g_autoptr (GVariant) options = g_variant_get_child_value (arguments, 0);
  g_auto (GVariantDict) results = G_VARIANT_DICT_INIT (NULL);
  const char *token;

  g_assert_true (g_variant_lookup (options, "session_handle_token", "&s", &token));
  g_free (f->session);
  f->session = g_strdup_printf (PORTAL_PATH "/session/%s", token);
  export(f, f->session, "org.freedesktop.portal.Session");
  g_variant_dict_insert (&results, "session_handle", "s", f->session);
  respond (f, sender, options, g_variant_dict_end (&results));
}

static void
bind_shortcuts (Fixture *f, const char *sender, GVariant *arguments) {
  g_autoptr (GVariant) options = NULL;
  g_auto (GVariantDict) results = G_VARIANT_DICT_INIT (NULL);
  g_auto (GVariantDict) details = G_VARIANT_DICT_INIT (NULL);
  const char *session;

  g_clear_pointer (&f->bound, g_variant_unref);
  g_variant_get (arguments, "(&o@a(sa{sv})s@a{sv})", &session, &f->bound, NULL, &options);
  g_assert_cmpstr (session, ==, f->session);
  g_variant_dict_insert (&details, "trigger_description", "s", f->trigger);
  g_variant_dict_insert_value (&results, "shortcuts",
                               g_variant_new_parsed ("[('toggle', %@a{sv})]", g_variant_dict_end (&details)));
  respond (f, sender, options, g_variant_dict_end (&results));
}

static void
on_call (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
         const char *method, GVariant *arguments, GDBusMethodInvocation *invocation, gpointer user) {
  Fixture *f = user;

  if (strcmp (method, "Close") == 0) {
    f->n_closed++;
    g_dbus_method_invocation_return_value (invocation, NULL);
    return;
  }
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(o)", PORTAL_PATH "/request/any"));
  if (strcmp (method, "CreateSession") == 0)
    create_session (f, sender, arguments);
  else
    bind_shortcuts (f, sender, arguments);
}

static void
press (Fixture *f, const char *signal, const char *session, const char *shortcut) {
  g_dbus_connection_emit_signal (f->portal, NULL, PORTAL_PATH, "org.freedesktop.portal.GlobalShortcuts",
                                 signal, g_variant_new ("(osta{sv})", session, shortcut, (guint64)1, NULL),
                                 NULL);
}

/* ---- set-up ---- */

static void
on_toggle (LonghandShortcuts *shortcuts, Fixture *f) {
  f->n_toggled++;
}

static void
on_talk (LonghandShortcuts *shortcuts, gboolean pressed, Fixture *f) {
  f->n_pressed += pressed;
  f->n_released += !pressed;
}

static void
set_up (Fixture *f, gconstpointer data) {
  f->connection = private_bus_connect ();
  f->portal = private_bus_connect ();
  f->trigger = "Meta+D";
  f->shortcuts = longhand_shortcuts_new (f->connection);
  g_signal_connect (f->shortcuts, "toggle", G_CALLBACK (on_toggle), f);
  g_signal_connect (f->shortcuts, "talk", G_CALLBACK (on_talk), f);
}

static void
own_name (Fixture *f) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_sync (
      f->portal, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
      g_variant_new ("(su)", "org.freedesktop.portal.Desktop", 0), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL,
      &error);

  g_assert_no_error (error);
}

static void
set_up_portal (Fixture *f, gconstpointer data) {
  set_up (f, data);
  export(f, PORTAL_PATH, "org.freedesktop.portal.GlobalShortcuts");
  own_name (f);
}

static void
tear_down (Fixture *f, gconstpointer data) {
  g_object_unref (f->shortcuts);
  g_dbus_connection_close_sync (f->connection, NULL, NULL);
  g_dbus_connection_close_sync (f->portal, NULL, NULL);
  g_object_unref (f->connection);
  g_object_unref (f->portal);
  g_clear_pointer (&f->bound, g_variant_unref);
  g_free (f->session);
}

static void
enable (Fixture *f) {
  longhand_shortcuts_set_enabled (f->shortcuts, TRUE);
  RUN_UNTIL (*longhand_shortcuts_get_summary (f->shortcuts) != '\0');
}

/* ---- tests ---- */

static void
test_keys (Fixture *f, gconstpointer data) {
  const char *id;

  enable (f);
  g_assert_cmpstr (longhand_shortcuts_get_summary (f->shortcuts), ==, "Meta+D");
  g_assert_cmpuint (g_variant_n_children (f->bound), ==, 2);
  g_variant_get_child (f->bound, 0, "(&s@a{sv})", &id, NULL);
  g_assert_cmpstr (id, ==, "toggle");
  g_variant_get_child (f->bound, 1, "(&s@a{sv})", &id, NULL);
  g_assert_cmpstr (id, ==, "talk");
  press (f, "Activated", f->session, "toggle");
  press (f, "Deactivated", f->session, "toggle");
  press (f, "Activated", PORTAL_PATH "/session/another", "talk");
  press (f, "Activated", f->session, "talk");
  press (f, "Deactivated", f->session, "talk");
  RUN_UNTIL (f->n_released == 1);
  g_assert_cmpuint (f->n_toggled, ==, 1);
  g_assert_cmpuint (f->n_pressed, ==, 1);
}

static void
test_off (Fixture *f, gconstpointer data) {
  enable (f);
  longhand_shortcuts_set_enabled (f->shortcuts, FALSE);
  g_assert_cmpstr (longhand_shortcuts_get_summary (f->shortcuts), ==, "");
  RUN_UNTIL (f->n_closed == 1);
  press (f, "Activated", f->session, "toggle");
  enable (f);
  press (f, "Activated", f->session, "talk");
  RUN_UNTIL (f->n_pressed == 1);
  g_assert_cmpuint (f->n_toggled, ==, 0);
}

static void
test_off_before_the_answer (Fixture *f, gconstpointer data) {
  longhand_shortcuts_set_enabled (f->shortcuts, TRUE);
  longhand_shortcuts_set_enabled (f->shortcuts, FALSE);
  enable (f);
  g_assert_cmpstr (longhand_shortcuts_get_summary (f->shortcuts), ==, "Meta+D");
}

static void
test_without_keys (Fixture *f, gconstpointer data) {
  f->trigger = "";
  enable (f);
  g_assert_nonnull (strstr (longhand_shortcuts_get_summary (f->shortcuts), "settings"));
}

static void
test_refused (Fixture *f, gconstpointer data) {
  f->response = 1;
  enable (f);
  g_assert_nonnull (strstr (longhand_shortcuts_get_summary (f->shortcuts), "gave no keys"));
  g_assert_null (f->bound);
}

static void
test_no_portal (Fixture *f, gconstpointer data) {
  enable (f);
  g_assert_nonnull (strstr (longhand_shortcuts_get_summary (f->shortcuts), "longhand --toggle"));
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/shortcuts/keys-toggle-and-talk", Fixture, NULL, set_up_portal, test_keys, tear_down);
  g_test_add ("/shortcuts/keys-are-given-back", Fixture, NULL, set_up_portal, test_off, tear_down);
  g_test_add ("/shortcuts/who-changes-their-mind-is-asked-once-more", Fixture, NULL, set_up_portal,
              test_off_before_the_answer, tear_down);
  g_test_add ("/shortcuts/without-keys-it-says-where-to-choose-them", Fixture, NULL, set_up_portal,
              test_without_keys, tear_down);
  g_test_add ("/shortcuts/who-refuses-is-told", Fixture, NULL, set_up_portal, test_refused, tear_down);
  g_test_add ("/shortcuts/a-desktop-without-them-is-told", Fixture, NULL, set_up, test_no_portal, tear_down);
  return private_bus_run_tests ();
}
