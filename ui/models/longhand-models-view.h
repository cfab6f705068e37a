/* Models: those that are installed, those that can be had, and which is the right one. */
#pragma once

#include "dictation/longhand-dictation.h"
#include "models/longhand-downloads.h"
#include "models/longhand-measurement.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_MODELS_VIEW (longhand_models_view_get_type ())
G_DECLARE_FINAL_TYPE (LonghandModelsView, longhand_models_view, LONGHAND, MODELS_VIEW, GtkBox)

/* Downloads go on when it is gone; a file that is being imported does not. References are kept. */
GtkWidget *longhand_models_view_new (LonghandSettings *settings, LonghandModelStore *store,
                                     LonghandDownloads *downloads, LonghandMeasurement *measurement);

/* As if path had been chosen, or dropped. */
void longhand_models_view_import (LonghandModelsView *self, const char *path);

G_END_DECLS
