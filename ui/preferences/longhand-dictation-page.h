/* Preferences of what becomes of speech, and of keys and notices in other windows. */
#pragma once

#include "automation/longhand-other-programs.h"
#include "automation/longhand-remote-keyboard.h"
#include "automation/longhand-shortcuts.h"
#include "dictation/longhand-dictation.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_DICTATION_PAGE (longhand_dictation_page_get_type ())
G_DECLARE_FINAL_TYPE (LonghandDictationPage, longhand_dictation_page, LONGHAND, DICTATION_PAGE,
                      AdwPreferencesPage)

/* Once; references are kept. */
void longhand_dictation_page_set_up (LonghandDictationPage *self, LonghandSettings *settings,
                                     LonghandDictation *dictation);
/* Whose switch there is; without one the desktop's keys cannot be had. */
void longhand_dictation_page_set_shortcuts (LonghandDictationPage *self, LonghandShortcuts *shortcuts);

/* Once; whose answer is shown where text is pasted. */
void longhand_dictation_page_set_remote_keyboard (LonghandDictationPage *self,
                                                  LonghandRemoteKeyboard *keyboard);
/* Once; whose switch there is. */
void longhand_dictation_page_set_other_programs (LonghandDictationPage *self,
                                                 LonghandOtherPrograms *programs);

G_END_DECLS
