/* Preferences; everything is stored at once, and applies when LonghandDictation takes it. */
#pragma once

#include "automation/longhand-other-programs.h"
#include "automation/longhand-remote-keyboard.h"
#include "automation/longhand-shortcuts.h"
#include "dictation/longhand-dictation.h"
#include "transcript/longhand-library.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_PREFERENCES (longhand_preferences_get_type ())
G_DECLARE_FINAL_TYPE (LonghandPreferences, longhand_preferences, LONGHAND, PREFERENCES, AdwPreferencesWindow)

GtkWidget *longhand_preferences_new (LonghandSettings *settings, LonghandModelStore *store,
                                     LonghandDictation *dictation, LonghandLibrary *library);

/* Whose switch there is; without one the desktop's keys cannot be had. */
void longhand_preferences_set_shortcuts (LonghandPreferences *self, LonghandShortcuts *shortcuts);
/* What pastes; without one nothing does. */
void longhand_preferences_set_remote_keyboard (LonghandPreferences *self, LonghandRemoteKeyboard *keyboard);
void longhand_preferences_set_other_programs (LonghandPreferences *self, LonghandOtherPrograms *programs);

G_END_DECLS
