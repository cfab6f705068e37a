/* A program that was started for a key, a command or another program, and has no window that anybody sees,
 * ends by itself once it has been of no use for a while. It goes on while it records, recognises, or has a
 * client; while the clipboard has something of it, which would be gone with it; while the desktop's keys are
 * its; and while its window has text that is kept nowhere. Main thread. */
#pragma once

#include "automation/longhand-remote-keyboard.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct _LonghandLinger LonghandLinger;

/* is_needed: by what the application itself knows of. keyboard: NULL: there is none. (transfer full) */
LonghandLinger *longhand_linger_new (GtkApplication *application, LonghandRemoteKeyboard *keyboard,
                                     gboolean (*is_needed) (GtkApplication *application), guint ms);
void longhand_linger_free (LonghandLinger *self);

/* It has just been of use. */
void longhand_linger_renew (LonghandLinger *self);

G_END_DECLS
