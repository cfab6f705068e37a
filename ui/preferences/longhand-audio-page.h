/* Preferences of the microphone and of its sound. */
#pragma once

#include "dictation/longhand-dictation.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_AUDIO_PAGE (longhand_audio_page_get_type ())
G_DECLARE_FINAL_TYPE (LonghandAudioPage, longhand_audio_page, LONGHAND, AUDIO_PAGE, AdwPreferencesPage)

/* Once; references are kept. */
void longhand_audio_page_set_up (LonghandAudioPage *self, LonghandSettings *settings,
                                 LonghandDictation *dictation);

G_END_DECLS
