/* A sentence to read aloud, and what becomes of it. The text goes where dictated text goes. */
#pragma once

#include "dictation/longhand-dictation.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_TRY_STEP (longhand_try_step_get_type ())
G_DECLARE_FINAL_TYPE (LonghandTryStep, longhand_try_step, LONGHAND, TRY_STEP, GtkBox)

/* A reference is kept. */
GtkWidget *longhand_try_step_new (LonghandDictation *dictation);

G_END_DECLS
