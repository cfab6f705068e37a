/* The desktop's clipboard, for a program that has no window in use, by a portal that gives it to a session of
 * another of its interfaces (org.freedesktop.portal.Clipboard). Main thread. */
#pragma once

#include "automation/longhand-clip.h"

G_BEGIN_DECLS

#define LONGHAND_TYPE_REMOTE_CLIPBOARD (longhand_remote_clipboard_get_type ())
G_DECLARE_FINAL_TYPE (LonghandRemoteClipboard, longhand_remote_clipboard, LONGHAND, REMOTE_CLIPBOARD, GObject)

/* Signals:
 *   "read" ()    somebody has read all of one format of what was set
 *   "lost" ()    another program has copied something
 *   "closed" ()  with its session: what was set is gone, nothing can be read or set */
LonghandRemoteClipboard *longhand_remote_clipboard_new (GDBusConnection *connection); /* (transfer full) */

/* Once, before the session starts. FALSE: the portal has none, or it was closed (LONGHAND_ERROR_CANCELLED).
 */
void longhand_remote_clipboard_request_async (LonghandRemoteClipboard *self, const char *session,
                                              GAsyncReadyCallback callback, gpointer user);
gboolean longhand_remote_clipboard_request_finish (LonghandRemoteClipboard *self, GAsyncResult *result,
                                                   GError **error);
/* The session has started, and was given the clipboard. */
void longhand_remote_clipboard_open (LonghandRemoteClipboard *self);
/* There is no session any more. */
void longhand_remote_clipboard_close (LonghandRemoteClipboard *self);
gboolean longhand_remote_clipboard_get_is_open (LonghandRemoteClipboard *self);

/* Of what is there. (transfer none); NULL: the desktop has not said */
const char *const *longhand_remote_clipboard_get_types (LonghandRemoteClipboard *self);
/* What was set, as long as it is there. (transfer none); NULL: it is not */
GPtrArray *longhand_remote_clipboard_get_clips (LonghandRemoteClipboard *self);

/* clips: LonghandClip, not changed afterwards; empty: there is nothing. */
void longhand_remote_clipboard_set_async (LonghandRemoteClipboard *self, GPtrArray *clips,
                                          GCancellable *cancellable, GAsyncReadyCallback callback,
                                          gpointer user);
gboolean longhand_remote_clipboard_set_finish (LonghandRemoteClipboard *self, GAsyncResult *result,
                                               GError **error);
/* One format of what is there. (transfer full) */
void longhand_remote_clipboard_read_async (LonghandRemoteClipboard *self, const char *type,
                                           GCancellable *cancellable, GAsyncReadyCallback callback,
                                           gpointer user);
GInputStream *longhand_remote_clipboard_read_finish (LonghandRemoteClipboard *self, GAsyncResult *result,
                                                     GError **error);

G_END_DECLS
