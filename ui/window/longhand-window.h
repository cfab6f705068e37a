/* The window: a text box, a Record button, what the microphone hears, and what to do when something is wrong.
 */
#pragma once

#include "dictation/longhand-dictation.h"
#include "dictation/longhand-sounds.h"
#include "editor/longhand-editor.h"
#include "files/longhand-file-queue.h"
#include "transcript/longhand-export.h"
#include "transcript/longhand-library.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_WINDOW (longhand_window_get_type ())
G_DECLARE_FINAL_TYPE (LonghandWindow, longhand_window, LONGHAND, WINDOW, AdwApplicationWindow)

LonghandWindow *longhand_window_new (GtkApplication *application, LonghandSettings *settings,
                                     LonghandModelStore *store, LonghandDictation *dictation,
                                     LonghandLibrary *library, LonghandSounds *sounds);

/* The program ends at once, and nobody can be asked: keeps what was said and written. What cannot be kept
 * stays for recovery. */
void longhand_window_end (LonghandWindow *self);

/* Whether nobody would miss it: it is not shown, and what is written in it is kept. */
gboolean longhand_window_is_spare (LonghandWindow *self);

/* Once: audio files can be opened and dropped into the queue, and the window tells of it. */
void longhand_window_set_files (LonghandWindow *self, LonghandFileQueue *files);
/* As if they had been chosen. */
void longhand_window_add_files (LonghandWindow *self, GFile **files, guint n);

LonghandEditor *longhand_window_get_editor (LonghandWindow *self); /* (transfer none) */

/* At the first start: shows what a newcomer should see, unless something is being dictated, which it would be
 * in the way of. */
void longhand_window_offer_first_run (LonghandWindow *self);

/* error: NULL, G_IO_ERROR_CANCELLED, or the sentence to show; nothing of an existing file is lost then. */
typedef void (*LonghandSavedFn) (LonghandWindow *self, GFile *file, const LonghandWriter *writer,
                                 const GError *error);
/* Writes the text into file, as it is now, and calls saved when all of it is there, from the main loop where
 * it takes a while, which a person can cancel. One at a time; the window stays open until then. */
void longhand_window_save (LonghandWindow *self, GFile *file, const LonghandWriter *writer,
                           LonghandSavedFn saved);

G_END_DECLS
