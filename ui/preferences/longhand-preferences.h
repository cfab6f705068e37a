/* Preferences; everything is stored at once, and applies when LonghandDictation takes it. */
#pragma once

#include "dictation/longhand-dictation.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_PREFERENCES (longhand_preferences_get_type ())
G_DECLARE_FINAL_TYPE (LonghandPreferences, longhand_preferences, LONGHAND, PREFERENCES, AdwPreferencesWindow)

GtkWidget *longhand_preferences_new (LonghandSettings *settings, LonghandModelStore *store,
                                     LonghandDictation *dictation);

G_END_DECLS
