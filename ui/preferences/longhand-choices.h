/* Choices of a combo row: what is shown, and the id behind it. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

typedef struct {
  GtkStringList *titles; /* owned */
  GPtrArray *ids;        /* owned; char* */
} LonghandChoices;

LonghandChoices *longhand_choices_new (void); /* (transfer full) */
void longhand_choices_free (LonghandChoices *choices);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LonghandChoices, longhand_choices_free)

void longhand_choices_add (LonghandChoices *choices, const char *id, const char *title);
gboolean longhand_choices_find (LonghandChoices *choices, const char *id, guint *position);
/* NULL past the end. */
const char *longhand_choices_get_id (LonghandChoices *choices, guint position);

G_END_DECLS
