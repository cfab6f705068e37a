#include "ibus/longhand-field.h"

#include <string.h>

#define COMPARED                                                                                             \
  64                /* characters at the end of what is told: programs tell more or less of what is before   \
                     */
#define LEAST 4     /* characters that are no coincidence */
#define N_FORMER 32 /* changes that a program may be late by */

/* What was thought to stand there at one time. */
typedef struct {
  char *before;
  gboolean is_told; /* by the program, so nothing is before it; else there may be */
} Belief;

struct _LonghandField {
  GString *before;
  gboolean is_known, is_told;
  gsize n_sure;   /* bytes at the end of before */
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

/* What is told may begin further in front than it did, or further behind. */
static gboolean
agrees (const char *told, const char *before, gboolean is_told) {
  const char *now = last_chars (told), *then = last_chars (before);

  if (!is_told)
    return g_str_has_suffix (now, then);
  if (g_utf8_strlen (now, -1) < LEAST || g_utf8_strlen (then, -1) < LEAST)
    return strcmp (now, then) == 0;
  return g_str_has_suffix (now, then) || g_str_has_suffix (then, now);
}

/* What is told comes in the order of the changes, though not for each of them: once it has come to one, those
 * before it are no reason any more. */
static gboolean
is_late (LonghandField *self, const char *told) {
  for (guint i = 0; i < self->former->len; i++) {
    const Belief *belief = &g_array_index (self->former, Belief, i);

    if (!agrees (told, belief->before, belief->is_told))
      continue;
    g_array_remove_range (self->former, 0, i + 1);
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
  self->n_sure = 0;
}

void
longhand_field_doubt (LonghandField *self) {
  g_array_set_size (self->former, 0);
  self->is_told = FALSE;
  self->n_sure = 0;
}

/* What looks like now may be of an earlier time that looked alike: what came between the two is still to be
 * told.
 */
gboolean
longhand_field_tell (LonghandField *self, const char *before) {
  const gboolean is_expected = self->is_known && agrees (before, self->before->str, self->is_told);
  const gboolean was_before = is_late (self, before);

  if (was_before && !is_expected)
    return FALSE;
  if (!was_before)
    g_array_set_size (self->former, 0);
  g_string_assign (self->before, before);
  self->is_known = TRUE;
  self->is_told = TRUE;
  self->n_sure = self->before->len;
  return TRUE;
}

static void
remember (LonghandField *self) {
  const Belief belief = { g_strdup (self->before->str), self->is_told };

  if (!self->is_told && self->before->len == 0) {
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
  self->n_sure += strlen (text);
  self->is_known = TRUE;
}

void
longhand_field_remove (LonghandField *self, glong n_chars) {
  const glong n = g_utf8_strlen (self->before->str, -1);
  const char *end = g_utf8_offset_to_pointer (self->before->str, MAX (n - n_chars, 0));

  const gsize n_left = (gsize)(end - self->before->str);

  remember (self);
  self->n_sure -= MIN (self->n_sure, self->before->len - n_left);
  g_string_truncate (self->before, n_left);
}

void
longhand_field_type (LonghandField *self, gunichar character) {
  if (character == 0) {
    longhand_field_forget (self);
    return;
  }
  g_array_set_size (self->former, 0);
  g_string_append_unichar (self->before, character);
  self->n_sure += (gsize)g_unichar_to_utf8 (character, NULL);
  self->is_known = TRUE;
}

gboolean
longhand_field_is_sure (const LonghandField *self) {
  return self->is_told || self->n_sure > 0;
}

const char *
longhand_field_get_before (const LonghandField *self) {
  return self->before->str;
}

gboolean
longhand_field_ends_with (const LonghandField *self, const char *text) {
  return self->is_known && strlen (text) <= self->n_sure && g_str_has_suffix (self->before->str, text);
}
