#include "longhand-history.h"

typedef struct {
  GPtrArray *edits; /* owned; LonghandEdit */
  gboolean typing;  /* one edit, made of single characters: more may join */
} Step;

struct _LonghandHistory {
  GPtrArray *steps; /* owned; Step; those from n_done on can be redone */
  guint n_done;
  guint n_saved; /* value of n_done when saved; G_MAXUINT: not reachable any more */
  gboolean sealed;
  guint depth; /* of begin */
  Step *open;  /* owned; the step being recorded */
};

static void
edit_free (LonghandEdit *edit) {
  g_free (edit->text);
  g_array_unref (edit->spans);
  g_free (edit);
}

static Step *
step_new (void) {
  Step *step = g_new0 (Step, 1);

  step->edits = g_ptr_array_new_with_free_func ((GDestroyNotify)edit_free);
  return step;
}

static void
step_free (Step *step) {
  g_ptr_array_unref (step->edits);
  g_free (step);
}

LonghandHistory *
longhand_history_new (void) {
  LonghandHistory *self = g_new0 (LonghandHistory, 1);

  self->steps = g_ptr_array_new_with_free_func ((GDestroyNotify)step_free);
  return self;
}

void
longhand_history_free (LonghandHistory *self) {
  g_clear_pointer (&self->open, step_free);
  g_ptr_array_unref (self->steps);
  g_free (self);
}

static gboolean
ends_word (const LonghandEdit *edit) {
  const char *last = g_utf8_prev_char (edit->text + strlen (edit->text));

  return g_unichar_isspace (g_utf8_get_char (last));
}

/* Lets the single character of next join edit; FALSE when it begins something new. */
static gboolean
join_typed (LonghandEdit *edit, const LonghandEdit *next) {
  gunichar c = g_utf8_get_char (next->text);
  char *text;

  if (edit->kind != next->kind || edit->after_tentative != next->after_tentative || c == '\n')
    return FALSE;
  if (next->kind == LONGHAND_EDIT_INSERT) {
    if (next->offset != edit->offset + edit->length || (ends_word (edit) && !g_unichar_isspace (c)))
      return FALSE;
    text = g_strconcat (edit->text, next->text, NULL);
    g_array_append_vals (edit->spans, next->spans->data, next->spans->len);
  } else if (next->offset == edit->offset) {
    text = g_strconcat (edit->text, next->text, NULL);
    g_array_append_vals (edit->spans, next->spans->data, next->spans->len);
  } else if (next->offset + 1 == edit->offset) {
    text = g_strconcat (next->text, edit->text, NULL);
    g_array_prepend_vals (edit->spans, next->spans->data, next->spans->len);
    edit->offset = next->offset;
  } else {
    return FALSE;
  }
  g_free (edit->text);
  edit->text = text;
  edit->length++;
  return TRUE;
}

static void
close_step (LonghandHistory *self, Step *step) {
  Step *last;

  if (step->edits->len == 0) {
    step_free (step);
    return;
  }
  if (self->n_saved != G_MAXUINT && self->n_saved > self->n_done)
    self->n_saved = G_MAXUINT;
  g_ptr_array_set_size (self->steps, (int)self->n_done);

  step->typing = step->edits->len == 1 && ((LonghandEdit *)step->edits->pdata[0])->length == 1;
  last = self->n_done > 0 ? self->steps->pdata[self->n_done - 1] : NULL;
  if (step->typing && !self->sealed && last && last->typing
      && join_typed (last->edits->pdata[0], step->edits->pdata[0])) {
    step_free (step);
    return;
  }
  g_ptr_array_add (self->steps, step);
  self->n_done++;
  self->sealed = FALSE;
}

void
longhand_history_begin (LonghandHistory *self) {
  if (self->depth++ == 0)
    self->open = step_new ();
}

void
longhand_history_end (LonghandHistory *self) {
  g_return_if_fail (self->depth > 0);
  if (--self->depth == 0)
    close_step (self, g_steal_pointer (&self->open));
}

void
longhand_history_record (LonghandHistory *self, LonghandEditKind kind, guint offset, const char *text,
                         GArray *spans, gboolean after_tentative) {
  LonghandEdit *edit = g_new (LonghandEdit, 1);

  *edit = (LonghandEdit){ kind,  offset,         (guint)g_utf8_strlen (text, -1), g_strdup (text),
                          spans, after_tentative };
  longhand_history_begin (self);
  g_ptr_array_add (self->open->edits, edit);
  longhand_history_end (self);
}

void
longhand_history_seal (LonghandHistory *self) {
  self->sealed = TRUE;
}

gboolean
longhand_history_undo (LonghandHistory *self, LonghandHistoryFunc apply, gpointer user_data) {
  Step *step;

  if (self->depth > 0 || !longhand_history_can_undo (self))
    return FALSE;
  step = self->steps->pdata[--self->n_done];
  self->sealed = TRUE;
  for (guint i = step->edits->len; i > 0; i--) {
    LonghandEdit inverse = *(LonghandEdit *)step->edits->pdata[i - 1];

    inverse.kind = inverse.kind == LONGHAND_EDIT_INSERT ? LONGHAND_EDIT_DELETE : LONGHAND_EDIT_INSERT;
    apply (&inverse, user_data);
  }
  return TRUE;
}

gboolean
longhand_history_redo (LonghandHistory *self, LonghandHistoryFunc apply, gpointer user_data) {
  Step *step;

  if (self->depth > 0 || !longhand_history_can_redo (self))
    return FALSE;
  step = self->steps->pdata[self->n_done++];
  self->sealed = TRUE;
  for (guint i = 0; i < step->edits->len; i++)
    apply (step->edits->pdata[i], user_data);
  return TRUE;
}

gboolean
longhand_history_can_undo (LonghandHistory *self) {
  return self->n_done > 0;
}

gboolean
longhand_history_can_redo (LonghandHistory *self) {
  return self->n_done < self->steps->len;
}

void
longhand_history_mark_saved (LonghandHistory *self) {
  self->n_saved = self->n_done;
  self->sealed = TRUE;
}

gboolean
longhand_history_is_saved (LonghandHistory *self) {
  return self->n_saved == self->n_done;
}
