#include "automation/longhand-portal.h"

struct _LonghandPortalRequest {
  /* owned */
  GDBusConnection *connection;
  GCancellable *call;

  guint response_id, watch_id; /* subscription; of the portal's name */
  LonghandPortalFn fn;
  gpointer user;
};

char *
longhand_portal_dup_token (void) {
  static guint n_tokens;

  return g_strdup_printf ("longhand%u", ++n_tokens);
}

static void
stop_listening (LonghandPortalRequest *self) {
  if (self->response_id != 0)
    g_dbus_connection_signal_unsubscribe (self->connection, self->response_id);
  self->response_id = 0;
  g_clear_handle_id (&self->watch_id, g_bus_unwatch_name);
}

/* The last thing that is done: self may be gone after it. */
static void
answer (LonghandPortalRequest *self, GVariant *results, const GError *error) {
  stop_listening (self);
  self->fn (self->user, results, error);
}

static void
on_response (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
             const char *name, GVariant *arguments, gpointer user) {
  g_autoptr (GVariant) results = NULL;
  g_autoptr (GError) error = NULL;
  guint response;

  if (!g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(ua{sv})")))
    return;
  g_variant_get (arguments, "(u@a{sv})", &response, &results);
  if (response != 0)
    error = g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "response %u", response);
  answer (user, response == 0 ? results : NULL, error);
}

static void
on_vanished (GDBusConnection *connection, const char *name, gpointer user) {
  g_autoptr (GError) error
      = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "the portal has ended");

  answer (user, NULL, error);
}

/* From here on the person is being asked, which may take any time. */
static void
on_called (GObject *connection, GAsyncResult *result, gpointer user) {
  LonghandPortalRequest *self = user; /* gone when the call was cancelled */
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) handle
      = g_dbus_connection_call_finish (G_DBUS_CONNECTION (connection), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (handle == NULL)
    answer (self, NULL, error);
  else if (self->response_id != 0) /* it may have been answered already */
    self->watch_id = g_bus_watch_name_on_connection (
        self->connection, LONGHAND_PORTAL, G_BUS_NAME_WATCHER_FLAGS_NONE, NULL, on_vanished, self, NULL);
}

static GVariant *
with_options (GVariant *arguments, GVariantDict *options) {
  g_autoptr (GVariant) owned = g_variant_ref_sink (arguments);
  GVariantBuilder all;

  g_variant_builder_init (&all, G_VARIANT_TYPE_TUPLE);
  for (gsize i = 0; i < g_variant_n_children (owned); i++) {
    g_autoptr (GVariant) argument = g_variant_get_child_value (owned, i);

    g_variant_builder_add_value (&all, argument);
  }
  g_variant_builder_add_value (&all, g_variant_dict_end (options));
  return g_variant_builder_end (&all);
}

/* Whoever answers does so at an object whose path is known before: nothing is missed. */
LonghandPortalRequest *
longhand_portal_request_new (GDBusConnection *connection, const char *interface, const char *method,
                             GVariant *arguments, GVariantDict *options, LonghandPortalFn fn, gpointer user) {
  LonghandPortalRequest *self = g_new0 (LonghandPortalRequest, 1);
  g_autofree char *token = longhand_portal_dup_token ();
  g_autofree char *sender = g_strdup (g_dbus_connection_get_unique_name (connection) + 1);
  g_autofree char *path
      = g_strdup_printf (LONGHAND_PORTAL_PATH "/request/%s/%s", g_strdelimit (sender, ".", '_'), token);

  self->connection = g_object_ref (connection);
  self->call = g_cancellable_new ();
  self->fn = fn;
  self->user = user;
  self->response_id = g_dbus_connection_signal_subscribe (
      connection, LONGHAND_PORTAL, "org.freedesktop.portal.Request", "Response", path, NULL,
      G_DBUS_SIGNAL_FLAGS_NONE, on_response, self, NULL);
  g_variant_dict_insert (options, "handle_token", "s", token);
  g_dbus_connection_call (connection, LONGHAND_PORTAL, LONGHAND_PORTAL_PATH, interface, method,
                          with_options (arguments, options), NULL, G_DBUS_CALL_FLAGS_NONE, -1, self->call,
                          on_called, self);
  return self;
}

void
longhand_portal_request_free (LonghandPortalRequest *self) {
  stop_listening (self);
  g_cancellable_cancel (self->call);
  g_object_unref (self->call);
  g_object_unref (self->connection);
  g_free (self);
}

/* An object path in the description, a string in what portals send. */
char *
longhand_portal_dup_session (GVariant *results) {
  g_autoptr (GVariant) session = g_variant_lookup_value (results, "session_handle", NULL);
  const gboolean is_text = session != NULL
                           && (g_variant_is_of_type (session, G_VARIANT_TYPE_STRING)
                               || g_variant_is_of_type (session, G_VARIANT_TYPE_OBJECT_PATH));

  if (!is_text || !g_variant_is_object_path (g_variant_get_string (session, NULL)))
    return NULL;
  return g_variant_dup_string (session, NULL);
}

void
longhand_portal_close_session (GDBusConnection *connection, const char *session) {
  g_dbus_connection_call (connection, LONGHAND_PORTAL, session, "org.freedesktop.portal.Session", "Close",
                          NULL, NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, NULL, NULL);
}
