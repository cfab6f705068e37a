/* The switch for dictation into other programs, with what it does and did. */
#pragma once

#include "automation/longhand-other-programs.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_OTHER_PROGRAMS_ROW (longhand_other_programs_row_get_type ())
G_DECLARE_FINAL_TYPE (LonghandOtherProgramsRow, longhand_other_programs_row, LONGHAND, OTHER_PROGRAMS_ROW,
                      AdwActionRow)

/* Once; a reference is kept. Asks it how it stands. */
void longhand_other_programs_row_set_up (LonghandOtherProgramsRow *self, LonghandOtherPrograms *programs);

G_END_DECLS
