/* What recognises on this machine: model, instructions, threads and why there are as many; and how much
 * faster it is with more of them, which is measured on request. It is given up, without a word, when
 * something is dictated, and when it is not seen any more. */
#pragma once

#include "dictation/longhand-dictation.h"
#include "models/longhand-scaling.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_MACHINE_PANEL (longhand_machine_panel_get_type ())
G_DECLARE_FINAL_TYPE (LonghandMachinePanel, longhand_machine_panel, LONGHAND, MACHINE_PANEL, AdwBin)

/* Once; references are kept. */
void longhand_machine_panel_set_up (LonghandMachinePanel *self, LonghandSettings *settings,
                                    LonghandModelStore *store, LonghandDictation *dictation);
void longhand_machine_panel_show (LonghandMachinePanel *self, const LonghandStats *stats);

/* What was measured. */
const LonghandScaling *longhand_machine_panel_get_scaling (LonghandMachinePanel *self);

G_END_DECLS
