/* What the threads that recognise cannot reach, as they found out by trying. */
#pragma once

#include "dictation/longhand-dictation.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_SANDBOX_GROUP (longhand_sandbox_group_get_type ())
G_DECLARE_FINAL_TYPE (LonghandSandboxGroup, longhand_sandbox_group, LONGHAND, SANDBOX_GROUP,
                      AdwPreferencesGroup)

/* Once; a reference is kept. */
void longhand_sandbox_group_set_up (LonghandSandboxGroup *self, LonghandDictation *dictation);

G_END_DECLS
