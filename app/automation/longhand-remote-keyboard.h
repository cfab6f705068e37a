/* Keys pressed on the person's behalf, in whatever window has the keyboard, by desktops whose portal lets
 * programs do that (org.freedesktop.portal.RemoteDesktop). The desktop asks the person, and remembers the
 * answer where it can. Main thread. */
#pragma once

#include "automation/longhand-remote-clipboard.h"

G_BEGIN_DECLS

#define LONGHAND_TYPE_REMOTE_KEYBOARD (longhand_remote_keyboard_get_type ())
G_DECLARE_FINAL_TYPE (LonghandRemoteKeyboard, longhand_remote_keyboard, LONGHAND, REMOTE_KEYBOARD, GObject)

/* Property (read-only, notify): summary (string; a translated sentence, what came of asking for it; "" before
 *   that).
 * settings has the key "remote-token". needs_clipboard: without the desktop's clipboard, keys are of no use,
 * and nobody is asked for them. (transfer full) */
LonghandRemoteKeyboard *longhand_remote_keyboard_new (GDBusConnection *connection, GSettings *settings,
                                                      gboolean needs_clipboard);
/* Open while the keyboard is. (transfer none); NULL: it is not needed */
LonghandRemoteClipboard *longhand_remote_keyboard_get_clipboard (LonghandRemoteKeyboard *self);
const char *longhand_remote_keyboard_get_summary (LonghandRemoteKeyboard *self);

/* Asks for it, which may take as long as the person does; at once when there is one, or the person has
 * refused. FALSE: error has a translated sentence. */
void longhand_remote_keyboard_open_async (LonghandRemoteKeyboard *self, GAsyncReadyCallback callback,
                                          gpointer user);
gboolean longhand_remote_keyboard_open_finish (LonghandRemoteKeyboard *self, GAsyncResult *result,
                                               GError **error);

/* Presses Ctrl+V, and releases it. FALSE: it is not open, or not any more. */
void longhand_remote_keyboard_paste_async (LonghandRemoteKeyboard *self, GAsyncReadyCallback callback,
                                           gpointer user);
gboolean longhand_remote_keyboard_paste_finish (LonghandRemoteKeyboard *self, GAsyncResult *result,
                                                GError **error);

/* Gives it back; who has refused may be asked again. */
void longhand_remote_keyboard_close (LonghandRemoteKeyboard *self);

/* What to say where there is none. (transfer none) */
const char *longhand_remote_keyboard_describe_none (void);

G_END_DECLS
