/* Preferences of how fast recognition is. */
#pragma once

#include "dictation/longhand-dictation.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_PERFORMANCE_PAGE (longhand_performance_page_get_type ())
G_DECLARE_FINAL_TYPE (LonghandPerformancePage, longhand_performance_page, LONGHAND, PERFORMANCE_PAGE,
                      AdwPreferencesPage)

/* Once; references are kept. */
void longhand_performance_page_set_up (LonghandPerformancePage *self, LonghandSettings *settings,
                                       LonghandDictation *dictation);

G_END_DECLS
