/* A sentence to read aloud, and what becomes of it: the text goes where dictated text goes, and whether the sound
 * is kept is asked here. */
#pragma once

#include "dictation/longhand-dictation.h"
#include "longhand-settings.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_TRY_STEP (longhand_try_step_get_type ())
G_DECLARE_FINAL_TYPE (LonghandTryStep, longhand_try_step, LONGHAND, TRY_STEP, GtkBox)

/* References are kept. */
GtkWidget *longhand_try_step_new (LonghandSettings *settings, LonghandDictation *dictation);

G_END_DECLS
