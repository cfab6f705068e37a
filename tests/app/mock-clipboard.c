#include "mock-clipboard.h"

#include <gio/gunixfdlist.h>
#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <glib-unix.h>
#include <string.h>
#include <unistd.h>

#define INTERFACE "org.freedesktop.portal.Clipboard"
#define IN(type) "<arg type='" type "' direction='in'/>"
#define OUT(type) "<arg type='" type "' direction='out'/>"

static const char description[]
    = "<node><interface name='" INTERFACE "'>"
      "<method name='RequestClipboard'>" IN ("o")
          IN ("a{sv}") "</method>"
                       "<method name='SetSelection'>" IN ("o")
                           IN ("a{sv}") "</method>"
                                        "<method name='SelectionWrite'>" IN ("o") IN ("u")
                                            OUT ("h") "</method>"
                                                      "<method name='SelectionWriteDone'>" IN ("o") IN ("u")
                                                          IN ("b") "</method>"
                                                                   "<method name='SelectionRead'>" IN ("o")
                                                                       IN ("s")
                                                                           OUT ("h") "</method>"
                                                                                     "</interface></node>";

static void
emit (MockClipboard *self, const char *signal, GVariant *arguments) {
  g_dbus_connection_emit_signal (self->portal->connection, NULL, MOCK_PORTAL_PATH, INTERFACE, signal,
                                 arguments, NULL);
}

void
mock_clipboard_tell (MockClipboard *self) {
  g_auto (GVariantDict) options = G_VARIANT_DICT_INIT (NULL);
  g_autofree const char **other = (const char **)g_hash_table_get_keys_as_array (self->other, NULL);
  const char *const *types = self->types != NULL ? (const char *const *)self->types : other;

  g_variant_dict_insert (&options, "mime_types", "^as", types);
  g_variant_dict_insert (&options, "session_is_owner", "b", self->types != NULL);
  emit (self, "SelectionOwnerChanged",
        g_variant_new ("(o@a{sv})", self->portal->session, g_variant_dict_end (&options)));
}

/* The end that is given away; the other is kept, in self or, to be read, by a file that has bytes. */
static void
return_fd (GDBusMethodInvocation *invocation, int fd) {
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new_from_array (&fd, 1);

  g_dbus_method_invocation_return_value_with_unix_fd_list (invocation, g_variant_new ("(h)", 0), fds);
}

static void
write_rest (GObject *stream, GAsyncResult *result, gpointer user) {
  g_output_stream_write_all_finish (G_OUTPUT_STREAM (stream), result, NULL, NULL);
  g_output_stream_close (G_OUTPUT_STREAM (stream), NULL, NULL);
  g_bytes_unref (user);
}

static void
read_selection (MockClipboard *self, GVariant *arguments, GDBusMethodInvocation *invocation) {
  const char *type;
  GBytes *bytes;
  int fds[2];

  g_variant_get (arguments, "(&o&s)", NULL, &type);
  bytes = self->types == NULL ? g_hash_table_lookup (self->other, type) : NULL;
  if (bytes == NULL) {
    g_dbus_method_invocation_return_dbus_error (invocation, "org.freedesktop.DBus.Error.Failed", "not there");
    return;
  }
  g_assert_true (g_unix_open_pipe (fds, FD_CLOEXEC, NULL));
  return_fd (invocation, fds[0]);
  if (self->is_hanging) {
    self->fd = fds[1];
  } else {
    g_autoptr (GOutputStream) stream = g_unix_output_stream_new (fds[1], TRUE);

    g_unix_set_fd_nonblocking (fds[1], TRUE, NULL);
    g_output_stream_write_all_async (stream, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), 0,
                                     NULL, write_rest, g_bytes_ref (bytes));
  }
}

static void
set_selection (MockClipboard *self, GVariant *arguments, GDBusMethodInvocation *invocation) {
  g_autoptr (GVariant) options = g_variant_get_child_value (arguments, 1);

  if (self->refuses) {
    g_dbus_method_invocation_return_dbus_error (invocation, "org.freedesktop.DBus.Error.AccessDenied", "no");
    return;
  }
  g_clear_pointer (&self->types, g_strfreev);
  g_assert_true (g_variant_lookup (options, "mime_types", "^as", &self->types));
  self->n_set++;
  g_dbus_method_invocation_return_value (invocation, NULL);
  if (!self->is_quiet)
    mock_clipboard_tell (self);
}

static void
on_call (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
         const char *method, GVariant *arguments, GDBusMethodInvocation *invocation, gpointer user) {
  MockClipboard *self = user;
  const char *session;
  guint32 serial;
  gboolean success;
  int fds[2];

  g_variant_get_child (arguments, 0, "&o", &session);
  g_assert_cmpstr (session, ==, self->portal->session);
  if (strcmp (method, "RequestClipboard") == 0) {
    self->n_requests++;
    g_dbus_method_invocation_return_value (invocation, NULL);
  } else if (strcmp (method, "SetSelection") == 0) {
    set_selection (self, arguments, invocation);
  } else if (strcmp (method, "SelectionRead") == 0) {
    read_selection (self, arguments, invocation);
  } else if (strcmp (method, "SelectionWrite") == 0) {
    g_assert_true (g_unix_open_pipe (fds, FD_CLOEXEC, NULL));
    self->fd = fds[0];
    return_fd (invocation, fds[1]);
  } else {
    g_variant_get (arguments, "(&oub)", NULL, &serial, &success);
    g_assert_cmpuint (serial, ==, self->serial);
    self->is_done = TRUE;
    self->is_failed = !success;
    g_dbus_method_invocation_return_value (invocation, NULL);
  }
}

void
mock_clipboard_add (MockClipboard *self, gboolean is_first, const char *type, GBytes *bytes) {
  if (is_first)
    g_hash_table_remove_all (self->other);
  g_clear_pointer (&self->types, g_strfreev);
  g_hash_table_insert (self->other, g_strdup (type), g_bytes_ref (bytes));
}

void
mock_clipboard_copy (MockClipboard *self, const char *type, const char *text) {
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  mock_clipboard_add (self, TRUE, type, bytes);
  mock_clipboard_tell (self);
}

gboolean
mock_clipboard_offers (MockClipboard *self, const char *type) {
  return self->types != NULL && g_strv_contains ((const char *const *)self->types, type);
}

static void
on_spliced (GObject *stream, GAsyncResult *result, gpointer user) {
  g_output_stream_splice_finish (G_OUTPUT_STREAM (stream), result, NULL);
  *(gboolean *)user = TRUE;
}

/* Of the pipe of the transfer, until that is closed. (transfer full) */
static GBytes *
read_all (int fd) {
  g_autoptr (GInputStream) from = g_unix_input_stream_new (fd, TRUE);
  g_autoptr (GOutputStream) to = g_memory_output_stream_new_resizable ();
  gboolean is_read = FALSE;

  g_output_stream_splice_async (to, from, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, G_PRIORITY_DEFAULT, NULL,
                                on_spliced, &is_read);
  while (!is_read)
    g_main_context_iteration (NULL, TRUE);
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (to));
}

GBytes *
mock_clipboard_paste (MockClipboard *self, const char *type) {
  g_autoptr (GBytes) bytes = NULL;

  self->is_done = self->is_failed = FALSE;
  emit (self, "SelectionTransfer", g_variant_new ("(osu)", self->portal->session, type, ++self->serial));
  while (self->fd < 0 && !self->is_done)
    g_main_context_iteration (NULL, TRUE);
  if (self->fd >= 0)
    bytes = read_all (self->fd);
  self->fd = -1;
  while (!self->is_done)
    g_main_context_iteration (NULL, TRUE);
  return self->is_failed ? NULL : g_steal_pointer (&bytes);
}

MockClipboard *
mock_clipboard_new (MockPortal *portal) {
  static const GDBusInterfaceVTable vtable = { .method_call = on_call };
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (description, &error);
  MockClipboard *self = g_new0 (MockClipboard, 1);

  g_assert_no_error (error);
  self->portal = portal;
  self->fd = -1;
  self->other = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
  self->object_id = g_dbus_connection_register_object (portal->connection, MOCK_PORTAL_PATH,
                                                       node->interfaces[0], &vtable, self, NULL, &error);
  g_assert_no_error (error);
  return self;
}

/* Before its portal. */
void
mock_clipboard_free (MockClipboard *self) {
  g_dbus_connection_unregister_object (self->portal->connection, self->object_id);
  if (self->fd >= 0)
    close (self->fd);
  g_hash_table_unref (self->other);
  g_strfreev (self->types);
  g_free (self);
}
