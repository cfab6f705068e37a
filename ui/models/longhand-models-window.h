/* The list of models, in a window of its own. */
#pragma once

#include "models/longhand-models-view.h"

G_BEGIN_DECLS

#define LONGHAND_TYPE_MODELS_WINDOW (longhand_models_window_get_type ())
G_DECLARE_FINAL_TYPE (LonghandModelsWindow, longhand_models_window, LONGHAND, MODELS_WINDOW, AdwWindow)

/* References are kept. */
GtkWidget *longhand_models_window_new (LonghandSettings *settings, LonghandModelStore *store,
                                       LonghandDownloads *downloads, LonghandDictation *dictation);
/* As if path had been chosen, or dropped. */
void longhand_models_window_import (LonghandModelsWindow *self, const char *path);

G_END_DECLS
