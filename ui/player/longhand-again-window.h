/* A session's sound recognised again by another model: which one, how far it is, and how the text differs,
 * before anything of it is changed. Modal. */
#pragma once

#include "longhand-settings.h"
#include "models/longhand-model-store.h"
#include "transcript/longhand-transcript.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_AGAIN_WINDOW (longhand_again_window_get_type ())
G_DECLARE_FINAL_TYPE (LonghandAgainWindow, longhand_again_window, LONGHAND, AGAIN_WINDOW, AdwWindow)

/* Signals:
 *   "heard" (LonghandTranscript *)   all of it, in the session's time; to be answered by
 *                                    longhand_again_window_show_difference
 *   "accepted" () */
GtkWidget *longhand_again_window_new (LonghandSettings *settings, LonghandModelStore *store,
                                      GPtrArray *parts); /* LonghandSoundPart; a reference is taken */
/* element-type LonghandDiffPart */
void longhand_again_window_show_difference (LonghandAgainWindow *self, const GArray *diff);

G_END_DECLS
