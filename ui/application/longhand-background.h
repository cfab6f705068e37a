/* What the desktop is told while something is recorded, or files are being transcribed: it does not go to
 * sleep or log out, and who does not see the window sees a notification, of files at their end. Main thread.
 */
#pragma once

#include "dictation/longhand-dictation.h"
#include "files/longhand-file-queue.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct _LonghandBackground LonghandBackground;

/* From startup to shutdown of application, whose action app.stop the notification offers. (transfer full) */
LonghandBackground *longhand_background_new (GtkApplication *application, LonghandSettings *settings,
                                             LonghandDictation *dictation);
/* Once. */
void longhand_background_add_files (LonghandBackground *self, LonghandFileQueue *files);
/* What is said when all are done, besides that. (transfer full); NULL: nothing. */
char *longhand_background_describe_files (LonghandFileQueue *files);
void longhand_background_free (LonghandBackground *self);

/* Whether a window of this program has the keyboard; dialogs, which are not the application's own windows,
 * included. */
gboolean longhand_background_is_seen (void);

G_END_DECLS
