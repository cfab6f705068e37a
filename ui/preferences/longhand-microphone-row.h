/* The microphone of the settings, among those that are there while the row can be seen. */
#pragma once

#include "dictation/longhand-dictation.h"
#include "longhand-settings.h"
#include "preferences/longhand-choice-row.h"

G_BEGIN_DECLS

#define LONGHAND_TYPE_MICROPHONE_ROW (longhand_microphone_row_get_type ())
G_DECLARE_FINAL_TYPE (LonghandMicrophoneRow, longhand_microphone_row, LONGHAND, MICROPHONE_ROW,
                      LonghandChoiceRow)

/* Once, before it is shown. */
void longhand_microphone_row_set_up (LonghandMicrophoneRow *self, LonghandSettings *settings,
                                     LonghandDictation *dictation);

G_END_DECLS
