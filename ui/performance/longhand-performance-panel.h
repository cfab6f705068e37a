/* Figures of the recognition, anew every second while it is shown; otherwise it does nothing. */
#pragma once

#include "dictation/longhand-dictation.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_PERFORMANCE_PANEL (longhand_performance_panel_get_type ())
G_DECLARE_FINAL_TYPE (LonghandPerformancePanel, longhand_performance_panel, LONGHAND, PERFORMANCE_PANEL,
                      AdwBin)

/* Once: whose figures; references are kept. */
void longhand_performance_panel_set_up (LonghandPerformancePanel *self, LonghandSettings *settings,
                                        LonghandModelStore *store, LonghandDictation *dictation);
void longhand_performance_panel_refresh (LonghandPerformancePanel *self);

G_END_DECLS
