#include "mock-portal.h"

#include "private-bus.h"

#include <string.h>

#define DESCRIPTION                                                                                          \
  "<node><interface name='%s'><method name='CreateSession'><arg type='a{sv}' direction='in'/>"               \
  "<arg type='o' direction='out'/></method>%s</interface>"                                                   \
  "<interface name='org.freedesktop.portal.Session'><method name='Close'/></interface></node>"

static void on_call (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
                     const char *method, GVariant *arguments, GDBusMethodInvocation *invocation,
                     gpointer user);

static void export(MockPortal *self, const char *path, const char *interface, const char *methods) {
  static const GDBusInterfaceVTable vtable = { .method_call = on_call };
  g_autofree char *description = g_strdup_printf (DESCRIPTION, self->interface, methods);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (description, &error);
  guint id;

  g_assert_no_error (error);
  id = g_dbus_connection_register_object (self->connection, path,
                                          g_dbus_node_info_lookup_interface (node, interface), &vtable, self,
                                          NULL, &error);
  g_assert_no_error (error);
  g_array_append_val (self->objects, id);
}

static void
respond (MockPortal *self, const char *sender, GVariant *options, GVariant *results) {
  g_autofree char *who = g_strdelimit (g_strdup (sender + 1), ".", '_');
  g_autoptr (GVariant) owned = g_variant_ref_sink (results);
  g_autofree char *path = NULL;
  const char *token;

  g_assert_true (g_variant_lookup (options, "handle_token", "&s", &token));
  path = g_strdup_printf (MOCK_PORTAL_PATH "/request/%s/%s", who, token);
  g_dbus_connection_emit_signal (self->connection, sender, path, "org.freedesktop.portal.Request", "Response",
                                 g_variant_new ("(u@a{sv})", self->response, owned), NULL);
}

static GVariant *
create_session (MockPortal *self, GVariant *options) {
  g_auto (GVariantDict) results = G_VARIANT_DICT_INIT (NULL);
  const char *token;

  g_assert_true (g_variant_lookup (options, "session_handle_token", "&s", &token));
  g_free (self->session);
  self->session = g_strdup_printf (MOCK_PORTAL_PATH "/session/%s", token);
  export(self, self->session, "org.freedesktop.portal.Session", "");
  g_variant_dict_insert (&results, "session_handle", "s", self->session);
  return g_variant_dict_end (&results);
}

static gboolean
returns_handle (GDBusMethodInvocation *invocation) {
  return g_dbus_method_invocation_get_method_info (invocation)->out_args[0] != NULL;
}

static void
on_call (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
         const char *method, GVariant *arguments, GDBusMethodInvocation *invocation, gpointer user) {
  MockPortal *self = user;
  const gsize n = g_variant_n_children (arguments);
  g_autoptr (GVariant) options = n > 0 ? g_variant_get_child_value (arguments, n - 1) : NULL;
  GVariant *results;

  if (strcmp (method, "Close") == 0) {
    self->n_closed++;
    g_dbus_method_invocation_return_value (invocation, NULL);
    return;
  }
  g_dbus_method_invocation_return_value (
      invocation,
      returns_handle (invocation) ? g_variant_new ("(o)", MOCK_PORTAL_PATH "/request/any") : NULL);
  results = strcmp (method, "CreateSession") == 0 ? create_session (self, options)
                                                  : self->fn (self->user, method, arguments, options);
  if (results != NULL)
    respond (self, sender, options, results);
}

MockPortal *
mock_portal_new (const char *interface, const char *methods, MockPortalFn fn, gpointer user) {
  MockPortal *self = g_new0 (MockPortal, 1);

  self->connection = private_bus_connect ();
  self->objects = g_array_new (FALSE, FALSE, sizeof (guint));
  self->interface = interface;
  self->fn = fn;
  self->user = user;
  export(self, MOCK_PORTAL_PATH, interface, methods);
  return self;
}

void
mock_portal_free (MockPortal *self) {
  for (guint i = 0; i < self->objects->len; i++) /* calls may be on their way */
    g_dbus_connection_unregister_object (self->connection, g_array_index (self->objects, guint, i));
  g_array_unref (self->objects);
  if (!g_dbus_connection_is_closed (self->connection))
    mock_portal_vanish (self);
  g_object_unref (self->connection);
  g_free (self->session);
  g_free (self);
}

void
mock_portal_appear (MockPortal *self) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_sync (
      self->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
      "RequestName", g_variant_new ("(su)", "org.freedesktop.portal.Desktop", 0), NULL,
      G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);

  g_assert_no_error (error);
}

void
mock_portal_vanish (MockPortal *self) {
  g_dbus_connection_close_sync (self->connection, NULL, NULL);
}

void
mock_portal_emit (MockPortal *self, const char *signal, GVariant *arguments) {
  g_dbus_connection_emit_signal (self->connection, NULL, MOCK_PORTAL_PATH, self->interface, signal, arguments,
                                 NULL);
}

void
mock_portal_close_session (MockPortal *self) {
  g_dbus_connection_emit_signal (self->connection, NULL, self->session, "org.freedesktop.portal.Session",
                                 "Closed", g_variant_new ("(a{sv})", NULL), NULL);
}
