/* Keys that work whatever window is in use, from desktops whose portal offers them
 * (org.freedesktop.portal.GlobalShortcuts). The desktop asks people which keys they want. Main thread. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_SHORTCUTS (longhand_shortcuts_get_type ())
G_DECLARE_FINAL_TYPE (LonghandShortcuts, longhand_shortcuts, LONGHAND, SHORTCUTS, GObject)

/* Property (read-only, notify): summary (string; what came of it, a translated sentence or the keys; "" while
 *   it is off).
 * Signals: "toggle" (), "talk" (gboolean pressed). */
LonghandShortcuts *longhand_shortcuts_new (GDBusConnection *connection); /* (transfer full) */

/* Asks the desktop for the keys, or gives them back; FALSE at first. */
void longhand_shortcuts_set_enabled (LonghandShortcuts *self, gboolean enabled);
const char *longhand_shortcuts_get_summary (LonghandShortcuts *self);

G_END_DECLS
