/* What the desktop is told while something is recorded: it does not go to sleep or log out, and who does not
 * see the window sees a notification. Main thread. */
#pragma once

#include "dictation/longhand-dictation.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct _LonghandBackground LonghandBackground;

/* From startup to shutdown of application, whose action app.stop the notification offers. (transfer full) */
LonghandBackground *longhand_background_new (GtkApplication *application, LonghandSettings *settings,
                                             LonghandDictation *dictation);
void longhand_background_free (LonghandBackground *self);

G_END_DECLS
