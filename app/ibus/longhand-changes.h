/* What dictation has changed in a text field, one change after the other, as long as it can be taken back.
 * Pure; one thread at a time. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _LonghandChanges LonghandChanges;

typedef struct {
  char *removed, *added; /* at the caret; owned by the changes */
  gboolean is_scratch;   /* of the last text that was there */
} LonghandChange;

LonghandChanges *longhand_changes_new (void); /* (transfer full) */
void longhand_changes_free (LonghandChanges *self);

void longhand_changes_clear (LonghandChanges *self);
void longhand_changes_add (LonghandChanges *self, const char *removed, const char *added);

/* The last one, when it added added, added instead after all. */
void longhand_changes_amend_last (LonghandChanges *self, const char *added, const char *instead);

/* (transfer none); NULL: there is none */
const LonghandChange *longhand_changes_get_last (LonghandChanges *self);
const LonghandChange *longhand_changes_get_last_text (LonghandChanges *self); /* that is still there */

/* Each of them when there is one. */
void longhand_changes_undo_last (LonghandChanges *self);
void longhand_changes_scratch_last_text (LonghandChanges *self);

G_END_DECLS
