/* The queue of audio files: what is going on, what is left, and what came of each. */
#pragma once

#include "files/longhand-file-queue.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_FILES_WINDOW (longhand_files_window_get_type ())
G_DECLARE_FINAL_TYPE (LonghandFilesWindow, longhand_files_window, LONGHAND, FILES_WINDOW, AdwWindow)

/* The queue goes on when it is closed.
 *
 * Signals: "add" (), files are to be chosen; "opened" (LonghandFileItem *), its text is to be shown. */
GtkWidget *longhand_files_window_new (LonghandFileQueue *queue);

/* For files; not for those that are dragged out of this program. (transfer full) */
GtkDropTarget *longhand_files_drop_target_new (void);
/* What was dropped (GDK_TYPE_FILE_LIST) goes into the queue. FALSE: there was nothing. */
gboolean longhand_files_take_drop (LonghandFileQueue *queue, const GValue *value);

G_END_DECLS
