/* A message that something was deleted, and the button that brings it back. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* message: plain text. action: what Undo (or Alt and its letter) activates, with target, whose floating
 * reference is taken. Main thread. (transfer full) */
AdwToast *longhand_undo_toast_new (const char *message, const char *action, GVariant *target);

G_END_DECLS
