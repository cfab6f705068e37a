/* Which microphone, and whether it hears anything. It is listened to as long as this is seen. */
#pragma once

#include "audio/longhand-capture-source.h"
#include "dictation/longhand-dictation.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_MICROPHONE_STEP (longhand_microphone_step_get_type ())
G_DECLARE_FINAL_TYPE (LonghandMicrophoneStep, longhand_microphone_step, LONGHAND, MICROPHONE_STEP, GtkBox)

/* References are kept; takes source. */
GtkWidget *longhand_microphone_step_new (LonghandSettings *settings, LonghandDictation *dictation,
                                         LonghandSource *source);

G_END_DECLS
