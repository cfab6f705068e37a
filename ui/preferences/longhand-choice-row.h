/* A combo row over choices, from which a person's choice comes as an id. */
#pragma once

#include "preferences/longhand-choices.h"

G_BEGIN_DECLS

#define LONGHAND_TYPE_CHOICE_ROW (longhand_choice_row_get_type ())
G_DECLARE_DERIVABLE_TYPE (LonghandChoiceRow, longhand_choice_row, LONGHAND, CHOICE_ROW, AdwComboRow)

/* Signal "chosen" (const char *id): by a person; showing something is no choice. */
struct _LonghandChoiceRowClass {
  AdwComboRowClass parent_class;

  void (*chosen) (LonghandChoiceRow *self, const char *id); /* the signal's; may be NULL */
};

/* Takes choices; an id that is not among them is added under the name that it had, so that showing a setting
 * never changes it. During "chosen" nothing changes. */
void longhand_choice_row_show (LonghandChoiceRow *self, LonghandChoices *choices, const char *current,
                               const char *former_title);

G_END_DECLS
