/* Models: those that are installed, those that can be had, and which is the right one. */
#pragma once

#include "dictation/longhand-dictation.h"
#include "models/longhand-downloads.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_MODELS_WINDOW (longhand_models_window_get_type ())
G_DECLARE_FINAL_TYPE (LonghandModelsWindow, longhand_models_window, LONGHAND, MODELS_WINDOW, AdwWindow)

/* Downloads go on when it is closed; a file that is being imported does not. */
GtkWidget *longhand_models_window_new (LonghandSettings *settings, LonghandModelStore *store,
                                       LonghandDownloads *downloads, LonghandDictation *dictation);

/* As if path had been chosen, or dropped. */
void longhand_models_window_import (LonghandModelsWindow *self, const char *path);

G_END_DECLS
