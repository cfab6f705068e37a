/* How fast this machine is: threads and model, and why. It is measured when this is seen first. */
#pragma once

#include "dictation/longhand-dictation.h"

#include "models/longhand-measurement.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_MACHINE_STEP (longhand_machine_step_get_type ())
G_DECLARE_FINAL_TYPE (LonghandMachineStep, longhand_machine_step, LONGHAND, MACHINE_STEP, GtkBox)

/* References are kept. */
GtkWidget *longhand_machine_step_new (LonghandSettings *settings, LonghandModelStore *store,
                                      LonghandDictation *dictation, LonghandMeasurement *measurement);

G_END_DECLS
