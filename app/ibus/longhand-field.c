#include "ibus/longhand-field.h"

#include <string.h>

#define COMPARED 64 /* characters at the end of what is told: programs tell more or less of what is before   \
                     */
#define N_FORMER 32 /* changes that a program may be late by */

/* What was thought to stand there at one time. */
typedef struct {
  char *before;
  gboolean is_told; /* by the program, so nothing is before it; else there may be */
} Belief;

struct _LonghandField {
  GString *before;
  gboolean is_known, is_told;
  GArray *former; /* Belief, before each change that the program may not have seen */
};

static void
belief_clear (gpointer data) {
  Belief *belief = data;

  g_free (belief->before);
}

LonghandField *
longhand_field_new (void) {
  LonghandField *self = g_new0 (LonghandField, 1);

  self->before = g_string_new ("");
  self->former = g_array_new (FALSE, FALSE, sizeof (Belief));
  g_array_set_clear_func (self->former, belief_clear);
  return self;
}

void
longhand_field_free (LonghandField *self) {
  g_string_free (self->before, TRUE);
  g_array_unref (self->former);
  g_free (self);
}

static const char *
last_chars (const char *text) {
  const glong n = g_utf8_strlen (text, -1);

  return n > COMPARED ? g_utf8_offset_to_pointer (text, n - COMPARED) : text;
}

static gboolean
agrees (const char *told, const char *before, gboolean is_told) {
  return is_told ? strcmp (last_chars (told), last_chars (before)) == 0
                 : g_str_has_suffix (told, last_chars (before));
}

static gboolean
is_late (const LonghandField *self, const char *told) {
  for (guint i = 0; i < self->former->len; i++) {
    const Belief *belief = &g_array_index (self->former, Belief, i);

    if (agrees (told, belief->before, belief->is_told))
      return TRUE;
  }
  return FALSE;
}

void
longhand_field_forget (LonghandField *self) {
  g_string_truncate (self->before, 0);
  g_array_set_size (self->former, 0);
  self->is_known = FALSE;
  self->is_told = FALSE;
}

void
longhand_field_tell (LonghandField *self, const char *before) {
  const gboolean is_expected = self->is_known && agrees (before, self->before->str, self->is_told);

  if (!is_expected && is_late (self, before))
    return;
  g_string_assign (self->before, before);
  g_array_set_size (self->former, 0);
  self->is_known = TRUE;
  self->is_told = TRUE;
}

static void
remember (LonghandField *self) {
  const Belief belief = { g_strdup (self->before->str), self->is_told };

  if (!self->is_known) {
    g_free (belief.before);
    return;
  }
  if (self->former->len == N_FORMER)
    g_array_remove_index (self->former, 0);
  g_array_append_val (self->former, belief);
}

void
longhand_field_write (LonghandField *self, const char *text) {
  remember (self);
  g_string_append (self->before, text);
  self->is_known = TRUE;
}

void
longhand_field_remove (LonghandField *self, glong n_chars) {
  const glong n = g_utf8_strlen (self->before->str, -1);
  const char *end = g_utf8_offset_to_pointer (self->before->str, MAX (n - n_chars, 0));

  remember (self);
  g_string_truncate (self->before, (gsize)(end - self->before->str));
}

void
longhand_field_type (LonghandField *self, gunichar character) {
  if (character == 0) {
    longhand_field_forget (self);
    return;
  }
  g_array_set_size (self->former, 0);
  g_string_append_unichar (self->before, character);
  self->is_known = TRUE;
}

const char *
longhand_field_get_before (const LonghandField *self) {
  return self->before->str;
}

gboolean
longhand_field_ends_with (const LonghandField *self, const char *text) {
  return self->is_known && g_str_has_suffix (self->before->str, text);
}
