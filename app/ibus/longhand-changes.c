#include "ibus/longhand-changes.h"

struct _LonghandChanges {
  GArray *list; /* LonghandChange */
};

static void
change_clear (gpointer data) {
  LonghandChange *change = data;

  g_free (change->removed);
  g_free (change->added);
}

LonghandChanges *
longhand_changes_new (void) {
  LonghandChanges *self = g_new0 (LonghandChanges, 1);

  self->list = g_array_new (FALSE, FALSE, sizeof (LonghandChange));
  g_array_set_clear_func (self->list, change_clear);
  return self;
}

void
longhand_changes_free (LonghandChanges *self) {
  g_array_unref (self->list);
  g_free (self);
}

void
longhand_changes_clear (LonghandChanges *self) {
  g_array_set_size (self->list, 0);
}

static void
add (LonghandChanges *self, const char *removed, const char *added, gboolean is_scratch) {
  const LonghandChange change = { g_strdup (removed), g_strdup (added), is_scratch };

  g_array_append_val (self->list, change);
}

void
longhand_changes_add (LonghandChanges *self, const char *removed, const char *added) {
  add (self, removed, added, FALSE);
}

void
longhand_changes_amend_last (LonghandChanges *self, const char *added, const char *instead) {
  LonghandChange *last
      = self->list->len > 0 ? &g_array_index (self->list, LonghandChange, self->list->len - 1) : NULL;

  if (last == NULL || !g_str_equal (last->added, added))
    return;
  g_free (last->added);
  last->added = g_strdup (instead);
}

const LonghandChange *
longhand_changes_get_last (LonghandChanges *self) {
  return self->list->len > 0 ? &g_array_index (self->list, LonghandChange, self->list->len - 1) : NULL;
}

const LonghandChange *
longhand_changes_get_last_text (LonghandChanges *self) {
  guint n_scratched = 0;

  for (guint i = self->list->len; i > 0; i--) {
    const LonghandChange *change = &g_array_index (self->list, LonghandChange, i - 1);

    if (change->is_scratch)
      n_scratched++;
    else if (n_scratched > 0)
      n_scratched--;
    else
      return change;
  }
  return NULL;
}

void
longhand_changes_undo_last (LonghandChanges *self) {
  g_return_if_fail (self->list->len > 0);
  g_array_set_size (self->list, self->list->len - 1);
}

void
longhand_changes_scratch_last_text (LonghandChanges *self) {
  const LonghandChange *change = longhand_changes_get_last_text (self);

  g_return_if_fail (change != NULL);
  add (self, change->added, change->removed, TRUE);
}
