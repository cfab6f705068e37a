/* Preferences of the model, and where others come from. */
#pragma once

#include "longhand-settings.h"
#include "models/longhand-model-store.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_MODEL_PAGE (longhand_model_page_get_type ())
G_DECLARE_FINAL_TYPE (LonghandModelPage, longhand_model_page, LONGHAND, MODEL_PAGE, AdwPreferencesPage)

/* Once; references are kept. */
void longhand_model_page_set_up (LonghandModelPage *self, LonghandSettings *settings,
                                 LonghandModelStore *store);

G_END_DECLS
