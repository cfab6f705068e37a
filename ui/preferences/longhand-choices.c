#include "preferences/longhand-choices.h"

LonghandChoices *
longhand_choices_new (void) {
  LonghandChoices *choices = g_new0 (LonghandChoices, 1);

  choices->titles = gtk_string_list_new (NULL);
  choices->ids = g_ptr_array_new_with_free_func (g_free);
  return choices;
}

void
longhand_choices_free (LonghandChoices *choices) {
  g_object_unref (choices->titles);
  g_ptr_array_unref (choices->ids);
  g_free (choices);
}

void
longhand_choices_add (LonghandChoices *choices, const char *id, const char *title) {
  g_ptr_array_add (choices->ids, g_strdup (id));
  gtk_string_list_append (choices->titles, title);
}

gboolean
longhand_choices_find (LonghandChoices *choices, const char *id, guint *position) {
  return g_ptr_array_find_with_equal_func (choices->ids, id, g_str_equal, position);
}

const char *
longhand_choices_get_id (LonghandChoices *choices, guint position) {
  return position < choices->ids->len ? g_ptr_array_index (choices->ids, position) : NULL;
}
