#include "automation/longhand-remote-clipboard.h"

#include "automation/longhand-portal.h"
#include "longhand-error.h"

#include <gio/gunixfdlist.h>
#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <glib-unix.h>
#include <string.h>
#include <unistd.h>

#define INTERFACE "org.freedesktop.portal.Clipboard"

struct _LonghandRemoteClipboard {
  GObject parent_instance;

  /* owned */
  GDBusConnection *connection;
  char *session;       /* object path; NULL: there is none */
  GCancellable *calls; /* of the session's */
  GStrv types;         /* NULL: not known */
  GPtrArray *clips;    /* LonghandClip, set last; NULL: none were */

  gboolean is_open;
  gboolean is_owner;           /* clips are what is there */
  guint owner_id, transfer_id; /* subscriptions */
};

G_DEFINE_FINAL_TYPE (LonghandRemoteClipboard, longhand_remote_clipboard, G_TYPE_OBJECT)

enum { READ, LOST, CLOSED, N_SIGNALS };
static guint signals[N_SIGNALS];

/* (transfer full); NULL: there is none of that type */
static GBytes *
find_bytes (LonghandRemoteClipboard *self, const char *type) {
  for (guint i = 0; self->clips != NULL && i < self->clips->len; i++) {
    const LonghandClip *clip = self->clips->pdata[i];

    if (strcmp (clip->type, type) == 0)
      return g_bytes_ref (clip->bytes);
  }
  return NULL;
}

/* ---- calls ---- */

/* arguments: behind the session. */
static void
call (LonghandRemoteClipboard *self, const char *method, GVariant *arguments, GCancellable *cancellable,
      GAsyncReadyCallback callback, gpointer user) {
  g_dbus_connection_call_with_unix_fd_list (
      self->connection, LONGHAND_PORTAL, LONGHAND_PORTAL_PATH, INTERFACE, method, arguments, NULL,
      G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, cancellable, callback, user);
}

/* Of an answer that is one. -1: error says why it is not. */
static int
take_fd (GObject *connection, GAsyncResult *result, GError **error) {
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GVariant) answer
      = g_dbus_connection_call_with_unix_fd_list_finish (G_DBUS_CONNECTION (connection), &fds, result, error);
  gint32 index;

  if (answer == NULL)
    return -1;
  if (fds == NULL || !g_variant_is_of_type (answer, G_VARIANT_TYPE ("(h)"))) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "the portal gave no file");
    return -1;
  }
  g_variant_get (answer, "(h)", &index);
  return g_unix_fd_list_get (fds, index, error);
}

/* For methods that answer nothing. Only who cancels the task is told that it was cancelled: a session that
 * ends is a failure. */
static void
on_answered (GObject *connection, GAsyncResult *result, gpointer user) {
  g_autoptr (GTask) task = user;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_with_unix_fd_list_finish (
      G_DBUS_CONNECTION (connection), NULL, result, &error);

  if (answer == NULL)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_FAILED, "%s", error->message);
  else
    g_task_return_boolean (task, TRUE);
}

/* ---- what others read ---- */

/* One format, on its way to another program. */
typedef struct {
  LonghandRemoteClipboard *self; /* owned, as the rest */
  char *session;
  GBytes *bytes;
  guint32 serial;
} Transfer;

static void
transfer_end (Transfer *transfer, gboolean success) {
  LonghandRemoteClipboard *self = transfer->self;

  call (self, "SelectionWriteDone", g_variant_new ("(oub)", transfer->session, transfer->serial, success),
        NULL, NULL, NULL);
  if (success)
    g_signal_emit (self, signals[READ], 0);
  g_clear_pointer (&transfer->bytes, g_bytes_unref);
  g_free (transfer->session);
  g_free (transfer);
  g_object_unref (self);
}

static void
on_written (GObject *stream, GAsyncResult *result, gpointer user) {
  const gboolean is_written = g_output_stream_write_all_finish (G_OUTPUT_STREAM (stream), result, NULL, NULL);

  g_output_stream_close (G_OUTPUT_STREAM (stream), NULL, NULL); /* a pipe: nothing is flushed */
  transfer_end (user, is_written);
}

/* Who reads may be slow, or never read: nothing here waits. */
static void
on_writable (GObject *connection, GAsyncResult *result, gpointer user) {
  Transfer *transfer = user;
  const int fd = take_fd (connection, result, NULL);
  g_autoptr (GOutputStream) stream = NULL;
  gconstpointer bytes;
  gsize n;

  if (fd < 0 || !g_unix_set_fd_nonblocking (fd, TRUE, NULL)) {
    if (fd >= 0)
      close (fd);
    transfer_end (transfer, FALSE);
    return;
  }
  stream = g_unix_output_stream_new (fd, TRUE);
  bytes = g_bytes_get_data (transfer->bytes, &n);
  g_output_stream_write_all_async (stream, bytes, n, G_PRIORITY_DEFAULT, transfer->self->calls, on_written,
                                   transfer);
}

static gboolean
is_own (LonghandRemoteClipboard *self, GVariant *arguments, const char *type) {
  g_autoptr (GVariant) session = NULL;

  if (!g_variant_is_of_type (arguments, G_VARIANT_TYPE (type)))
    return FALSE;
  session = g_variant_get_child_value (arguments, 0);
  return g_strcmp0 (g_variant_get_string (session, NULL), self->session) == 0;
}

static void
on_transfer (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
             const char *name, GVariant *arguments, gpointer user) {
  LonghandRemoteClipboard *self = user;
  Transfer *transfer;
  const char *type;
  guint32 serial;

  if (!is_own (self, arguments, "(osu)"))
    return;
  g_variant_get (arguments, "(&o&su)", NULL, &type, &serial);
  transfer = g_new (Transfer, 1);
  *transfer = (Transfer){ g_object_ref (self), g_strdup (self->session), find_bytes (self, type), serial };
  if (transfer->bytes == NULL)
    transfer_end (transfer, FALSE);
  else
    call (self, "SelectionWrite", g_variant_new ("(ou)", self->session, serial), self->calls, on_writable,
          transfer);
}

static void
on_owner_changed (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
                  const char *name, GVariant *arguments, gpointer user) {
  LonghandRemoteClipboard *self = user;
  g_autoptr (GVariant) options = NULL;
  gboolean is_owner = FALSE;

  if (!is_own (self, arguments, "(oa{sv})"))
    return;
  options = g_variant_get_child_value (arguments, 1);
  g_variant_lookup (options, "session_is_owner", "b", &is_owner);
  if (is_owner)
    return;
  self->is_owner = FALSE;
  g_clear_pointer (&self->types, g_strfreev);
  if (!g_variant_lookup (options, "mime_types", "^as", &self->types))
    self->types = g_new0 (char *, 1);
  g_signal_emit (self, signals[LOST], 0);
}

/* ---- session ---- */

void
longhand_remote_clipboard_request_async (LonghandRemoteClipboard *self, const char *session,
                                         GAsyncReadyCallback callback, gpointer user) {
  GTask *task;

  longhand_remote_clipboard_close (self);
  self->session = g_strdup (session);
  self->calls = g_cancellable_new ();
  self->owner_id = g_dbus_connection_signal_subscribe (
      self->connection, LONGHAND_PORTAL, INTERFACE, "SelectionOwnerChanged", LONGHAND_PORTAL_PATH, NULL,
      G_DBUS_SIGNAL_FLAGS_NONE, on_owner_changed, self, NULL);
  self->transfer_id = g_dbus_connection_signal_subscribe (self->connection, LONGHAND_PORTAL, INTERFACE,
                                                          "SelectionTransfer", LONGHAND_PORTAL_PATH, NULL,
                                                          G_DBUS_SIGNAL_FLAGS_NONE, on_transfer, self, NULL);
  task = g_task_new (self, self->calls, callback, user);
  g_task_set_source_tag (task, longhand_remote_clipboard_request_async);
  call (self, "RequestClipboard", g_variant_new ("(oa{sv})", session, NULL), self->calls, on_answered, task);
}

gboolean
longhand_remote_clipboard_request_finish (LonghandRemoteClipboard *self, GAsyncResult *result,
                                          GError **error) {
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
longhand_remote_clipboard_open (LonghandRemoteClipboard *self) {
  self->is_open = self->session != NULL;
}

void
longhand_remote_clipboard_close (LonghandRemoteClipboard *self) {
  const gboolean was_open = self->is_open;

  if (self->session == NULL)
    return;
  g_cancellable_cancel (self->calls);
  g_dbus_connection_signal_unsubscribe (self->connection, self->owner_id);
  g_dbus_connection_signal_unsubscribe (self->connection, self->transfer_id);
  g_clear_object (&self->calls);
  g_clear_pointer (&self->session, g_free);
  g_clear_pointer (&self->types, g_strfreev);
  g_clear_pointer (&self->clips, g_ptr_array_unref);
  self->is_open = self->is_owner = FALSE;
  if (was_open)
    g_signal_emit (self, signals[CLOSED], 0);
}

gboolean
longhand_remote_clipboard_get_is_open (LonghandRemoteClipboard *self) {
  return self->is_open;
}

/* ---- what is there ---- */

const char *const *
longhand_remote_clipboard_get_types (LonghandRemoteClipboard *self) {
  return (const char *const *)self->types;
}

GPtrArray *
longhand_remote_clipboard_get_clips (LonghandRemoteClipboard *self) {
  return self->is_owner ? self->clips : NULL;
}

/* FALSE: task has failed. */
static gboolean
check_is_open (LonghandRemoteClipboard *self, GTask *task) {
  if (!self->is_open)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CLOSED, "no session has the clipboard");
  return self->is_open;
}

static void
on_set (GObject *connection, GAsyncResult *result, gpointer user) {
  GTask *task = user;
  LonghandRemoteClipboard *self = g_task_get_source_object (task);

  self->is_owner = self->clips != NULL && self->clips == g_task_get_task_data (task);
  on_answered (connection, result, task);
}

static GVariant *
describe (GPtrArray *clips) {
  GVariantDict options = G_VARIANT_DICT_INIT (NULL);
  GVariantBuilder types;

  g_variant_builder_init (&types, G_VARIANT_TYPE_STRING_ARRAY);
  for (guint i = 0; i < clips->len; i++)
    g_variant_builder_add (&types, "s", ((const LonghandClip *)clips->pdata[i])->type);
  g_variant_dict_insert_value (&options, "mime_types", g_variant_builder_end (&types));
  return g_variant_dict_end (&options);
}

void
longhand_remote_clipboard_set_async (LonghandRemoteClipboard *self, GPtrArray *clips,
                                     GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user) {
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user);

  g_task_set_source_tag (task, longhand_remote_clipboard_set_async);
  g_task_set_task_data (task, g_ptr_array_ref (clips), (GDestroyNotify)g_ptr_array_unref);
  if (!check_is_open (self, task))
    return;
  g_clear_pointer (&self->clips, g_ptr_array_unref);
  self->clips = g_ptr_array_ref (clips); /* which may be asked for before the answer is here */
  call (self, "SetSelection", g_variant_new ("(o@a{sv})", self->session, describe (clips)), self->calls,
        on_set, g_steal_pointer (&task));
}

gboolean
longhand_remote_clipboard_set_finish (LonghandRemoteClipboard *self, GAsyncResult *result, GError **error) {
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- reading ---- */

static void
on_readable (GObject *connection, GAsyncResult *result, gpointer user) {
  g_autoptr (GTask) task = user;
  GError *error = NULL;
  const int fd = take_fd (connection, result, &error);

  if (fd < 0)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_unix_input_stream_new (fd, TRUE), g_object_unref);
}

void
longhand_remote_clipboard_read_async (LonghandRemoteClipboard *self, const char *type,
                                      GCancellable *cancellable, GAsyncReadyCallback callback,
                                      gpointer user) {
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user);

  g_task_set_source_tag (task, longhand_remote_clipboard_read_async);
  if (check_is_open (self, task))
    call (self, "SelectionRead", g_variant_new ("(os)", self->session, type), cancellable, on_readable,
          g_steal_pointer (&task));
}

GInputStream *
longhand_remote_clipboard_read_finish (LonghandRemoteClipboard *self, GAsyncResult *result, GError **error) {
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- object ---- */

static void
longhand_remote_clipboard_dispose (GObject *object) {
  longhand_remote_clipboard_close (LONGHAND_REMOTE_CLIPBOARD (object));
  G_OBJECT_CLASS (longhand_remote_clipboard_parent_class)->dispose (object);
}

static void
longhand_remote_clipboard_finalize (GObject *object) {
  g_object_unref (LONGHAND_REMOTE_CLIPBOARD (object)->connection);
  G_OBJECT_CLASS (longhand_remote_clipboard_parent_class)->finalize (object);
}

static void
longhand_remote_clipboard_class_init (LonghandRemoteClipboardClass *klass) {
  static const char *const names[N_SIGNALS] = { [READ] = "read", [LOST] = "lost", [CLOSED] = "closed" };
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = longhand_remote_clipboard_dispose;
  object_class->finalize = longhand_remote_clipboard_finalize;
  for (guint i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_new (names[i], LONGHAND_TYPE_REMOTE_CLIPBOARD, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                               NULL, G_TYPE_NONE, 0);
}

static void
longhand_remote_clipboard_init (LonghandRemoteClipboard *self) {
}

LonghandRemoteClipboard *
longhand_remote_clipboard_new (GDBusConnection *connection) {
  LonghandRemoteClipboard *self = g_object_new (LONGHAND_TYPE_REMOTE_CLIPBOARD, NULL);

  self->connection = g_object_ref (connection);
  return self;
}
