/* What is kept where, and what leaves this computer. */
#pragma once

#include "dictation/longhand-dictation.h"
#include "transcript/longhand-library.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_PRIVACY_PAGE (longhand_privacy_page_get_type ())
G_DECLARE_FINAL_TYPE (LonghandPrivacyPage, longhand_privacy_page, LONGHAND, PRIVACY_PAGE, AdwPreferencesPage)

/* Once; references are kept. */
void longhand_privacy_page_set_up (LonghandPrivacyPage *self, LonghandSettings *settings,
                                   LonghandDictation *dictation, LonghandLibrary *library);

G_END_DECLS
