#include "longhand-document.h"

#include "dictation/longhand-composition.h"
#include "longhand-history.h"
#include "transcript/longhand-found.h"
#include "transcript/longhand-spans.h"
#include "longhand-spoken.h"

struct _LonghandDocument {
  GtkTextBuffer parent_instance;

  LonghandHistory *history; /* owned */
  GArray *spans;            /* owned; LonghandSpan over the text without tentative words */
  GPtrArray *segments;      /* owned; LonghandSegment, text as it was heard; id of a span - 1 */
  GArray *utterances;       /* owned; guint: how many segments there were before each of them */
  GtkTextTag *tentative_tag, *match_tag, *heard_tag, *found_tag; /* of the tag table */

  /* Tentative words, in characters of the buffer; there are none when the length is 0. */
  guint tentative_start, tentative_length;

  gint64 offset_ms; /* to add to the times of what is committed */

  gboolean own_edit;      /* an edit that is not the person's: neither recorded nor moved */
  gboolean is_committing; /* what is recorded comes of an utterance */
  /* What was deleted in the open user action at replaced_at: what replaces it belongs to the same segment. */
  guint replaced_at, replaced_id;

  /* as last notified */
  gboolean can_step_back, can_step_forward, unsaved;
  guint n_left_out;
};

enum { PROP_0, PROP_CAN_STEP_BACK, PROP_CAN_STEP_FORWARD, PROP_UNSAVED, PROP_N_LEFT_OUT, N_PROPS };
static GParamSpec *properties[N_PROPS];
static guint edited_signal;

G_DEFINE_FINAL_TYPE (LonghandDocument, longhand_document, GTK_TYPE_TEXT_BUFFER)

#define LOOK_BACK 1000 /* characters: far enough to tell whether a quotation is open */

#define PARENT GTK_TEXT_BUFFER_CLASS (longhand_document_parent_class)

static guint
tentative_end (LonghandDocument *self) {
  return self->tentative_start + self->tentative_length;
}

static void
notify_bool (LonghandDocument *self, gboolean *last, gboolean now, guint property) {
  if (*last == now)
    return;
  *last = now;
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static void
notify_left_out (LonghandDocument *self) {
  g_autoptr (GArray) numbers = longhand_document_dup_left_out (self);

  if (self->n_left_out == numbers->len)
    return;
  self->n_left_out = numbers->len;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_LEFT_OUT]);
}

/* After every change of the text. */
static void
notify_history (LonghandDocument *self) {
  notify_bool (self, &self->can_step_back, longhand_history_can_undo (self->history), PROP_CAN_STEP_BACK);
  notify_bool (self, &self->can_step_forward, longhand_history_can_redo (self->history),
               PROP_CAN_STEP_FORWARD);
  notify_bool (self, &self->unsaved,
               !longhand_document_is_empty (self) && !longhand_history_is_saved (self->history),
               PROP_UNSAVED);
  notify_left_out (self);
}

static void
caret_offsets (LonghandDocument *self, guint *insert, guint *bound) {
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (self);
  GtkTextIter iter;

  gtk_text_buffer_get_iter_at_mark (buffer, &iter, gtk_text_buffer_get_insert (buffer));
  *insert = (guint)gtk_text_iter_get_offset (&iter);
  gtk_text_buffer_get_iter_at_mark (buffer, &iter, gtk_text_buffer_get_selection_bound (buffer));
  *bound = (guint)gtk_text_iter_get_offset (&iter);
}

static void
set_caret_offsets (LonghandDocument *self, guint insert, guint bound) {
  GtkTextIter insert_iter, bound_iter;
  guint now_insert, now_bound;

  caret_offsets (self, &now_insert, &now_bound);
  if (now_insert == insert && now_bound == bound)
    return;
  gtk_text_buffer_get_iter_at_offset (GTK_TEXT_BUFFER (self), &insert_iter, (int)insert);
  gtk_text_buffer_get_iter_at_offset (GTK_TEXT_BUFFER (self), &bound_iter, (int)bound);
  gtk_text_buffer_select_range (GTK_TEXT_BUFFER (self), &insert_iter, &bound_iter);
}

/* ---- the person's edits ---- */

static void
tell_edited (LonghandDocument *self, gboolean undone) {
  if (!self->is_committing)
    g_signal_emit (self, edited_signal, 0, undone);
}

static void
record (LonghandDocument *self, LonghandEditKind kind, guint offset, const char *text, GArray *spans,
        gboolean after_tentative) {
  longhand_history_record (self->history, kind, offset, text, spans, after_tentative);
}

static void
longhand_document_insert_text (GtkTextBuffer *buffer, GtkTextIter *pos, const char *text, int len) {
  LonghandDocument *self = LONGHAND_DOCUMENT (buffer);
  guint at = (guint)gtk_text_iter_get_offset (pos);
  gboolean behind;
  guint offset, id, insert, bound;
  g_autofree char *copy = g_strndup (text, (gsize)len);
  guint length = (guint)g_utf8_strlen (copy, -1);
  GArray *inserted;

  if (self->own_edit || length == 0) {
    PARENT->insert_text (buffer, pos, text, len);
    return;
  }
  if (at > self->tentative_start && at < tentative_end (self)) {
    caret_offsets (self, &insert, &bound);
    gtk_text_buffer_get_iter_at_offset (buffer, pos, (int)tentative_end (self));
    if (insert == at && bound == at)
      gtk_text_buffer_place_cursor (buffer, pos);
    at = tentative_end (self);
  }
  behind = self->tentative_length > 0 && at >= tentative_end (self);
  offset = behind ? at - self->tentative_length : at;

  id = self->replaced_id != 0 && self->replaced_at == offset
           ? self->replaced_id
           : longhand_spans_get_id_around (self->spans, offset);
  longhand_spans_insert (self->spans, offset, length, id);
  inserted = longhand_spans_new ();
  longhand_spans_insert (inserted, 0, length, id);
  if (!behind && self->tentative_length > 0)
    self->tentative_start += length;

  longhand_history_begin (self->history);
  PARENT->insert_text (buffer, pos, text, len);
  record (self, LONGHAND_EDIT_INSERT, offset, copy, inserted, behind);
  longhand_history_end (self->history);
  notify_history (self);
  tell_edited (self, FALSE);
}

/* Deletes [from, to) of the buffer, which has no tentative words in it. */
static void
delete_part (LonghandDocument *self, guint from, guint to, GtkTextIter *start, GtkTextIter *end) {
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (self);
  gboolean behind = self->tentative_length > 0 && from >= tentative_end (self);
  guint offset = behind ? from - self->tentative_length : from;
  g_autofree char *text = NULL;
  GArray *removed;

  gtk_text_buffer_get_iter_at_offset (buffer, start, (int)from);
  gtk_text_buffer_get_iter_at_offset (buffer, end, (int)to);
  if (from >= to)
    return;
  text = gtk_text_iter_get_slice (start, end);
  removed = longhand_spans_remove (self->spans, offset, to - from);
  self->replaced_at = offset;
  self->replaced_id = longhand_spans_get_id (removed, 0);
  if (!behind && self->tentative_length > 0)
    self->tentative_start -= to - from;
  PARENT->delete_range (buffer, start, end);
  record (self, LONGHAND_EDIT_DELETE, offset, text, removed, behind);
}

static void
longhand_document_delete_range (GtkTextBuffer *buffer, GtkTextIter *start, GtkTextIter *end) {
  LonghandDocument *self = LONGHAND_DOCUMENT (buffer);
  guint from = (guint)gtk_text_iter_get_offset (start);
  guint to = (guint)gtk_text_iter_get_offset (end);

  if (self->own_edit) {
    PARENT->delete_range (buffer, start, end);
    return;
  }
  longhand_history_begin (self->history);
  if (self->tentative_length > 0 && from < tentative_end (self) && to > self->tentative_start) {
    delete_part (self, tentative_end (self), to, start, end);
    delete_part (self, from, self->tentative_start, start, end);
    if (from >= self->tentative_start)
      gtk_text_buffer_get_iter_at_offset (buffer, start, (int)from);
    *end = *start;
  } else {
    delete_part (self, from, to, start, end);
  }
  longhand_history_end (self->history);
  notify_history (self);
  tell_edited (self, FALSE);
}

static void
longhand_document_begin_user_action (GtkTextBuffer *buffer) {
  longhand_history_begin (LONGHAND_DOCUMENT (buffer)->history);
}

static void
longhand_document_end_user_action (GtkTextBuffer *buffer) {
  LonghandDocument *self = LONGHAND_DOCUMENT (buffer);

  longhand_history_end (self->history);
  self->replaced_id = 0;
  notify_history (self);
}

/* Text pasted from the view brings its look along; the look is this object's business alone. */
static void
longhand_document_apply_tag (GtkTextBuffer *buffer, GtkTextTag *tag, const GtkTextIter *start,
                             const GtkTextIter *end) {
  if (LONGHAND_DOCUMENT (buffer)->own_edit)
    PARENT->apply_tag (buffer, tag, start, end);
}

/* ---- undo ---- */

static void
apply_edit (const LonghandEdit *edit, gpointer user_data) {
  LonghandDocument *self = user_data;
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (self);
  guint start = self->tentative_start, words = self->tentative_length;
  gboolean behind = words > 0 && (edit->offset > start || (edit->offset == start && edit->after_tentative));
  GtkTextIter from, to;

  if (edit->kind == LONGHAND_EDIT_INSERT) {
    gtk_text_buffer_get_iter_at_offset (buffer, &from, (int)(edit->offset + (behind ? words : 0)));
    gtk_text_buffer_insert (buffer, &from, edit->text, -1);
    longhand_spans_insert_all (self->spans, edit->offset, edit->spans);
    if (!behind && words > 0)
      self->tentative_start += edit->length;
  } else {
    guint until = edit->offset + edit->length;
    guint before = words > 0 ? CLAMP (start, edit->offset, until) - edit->offset : edit->length;

    /* what stands behind the tentative words first, so that the offsets of the rest stay true */
    gtk_text_buffer_get_iter_at_offset (buffer, &from, (int)(edit->offset + before + words));
    gtk_text_buffer_get_iter_at_offset (buffer, &to, (int)(until + words));
    if (before < edit->length)
      gtk_text_buffer_delete (buffer, &from, &to);
    gtk_text_buffer_get_iter_at_offset (buffer, &from, (int)edit->offset);
    gtk_text_buffer_get_iter_at_offset (buffer, &to, (int)(edit->offset + before));
    if (before > 0)
      gtk_text_buffer_delete (buffer, &from, &to);
    if (words > 0)
      self->tentative_start -= before;
    g_array_unref (longhand_spans_remove (self->spans, edit->offset, edit->length));
    if (before < edit->length)
      gtk_text_buffer_get_iter_at_offset (buffer, &from, (int)(edit->offset + words));
  }
  gtk_text_buffer_place_cursor (buffer, &from);
}

typedef gboolean (*StepFunc) (LonghandHistory *history, LonghandHistoryFunc apply, gpointer user_data);

static void
step (LonghandDocument *self, StepFunc func) {
  self->own_edit = TRUE;
  func (self->history, apply_edit, self);
  self->own_edit = FALSE;
  notify_history (self);
  tell_edited (self, TRUE);
}

void
longhand_document_step_back (LonghandDocument *self) {
  step (self, longhand_history_undo);
}

void
longhand_document_step_forward (LonghandDocument *self) {
  step (self, longhand_history_redo);
}

gboolean
longhand_document_get_can_step_back (LonghandDocument *self) {
  return longhand_history_can_undo (self->history);
}

gboolean
longhand_document_get_can_step_forward (LonghandDocument *self) {
  return longhand_history_can_redo (self->history);
}

gboolean
longhand_document_get_unsaved (LonghandDocument *self) {
  return self->unsaved;
}

void
longhand_document_mark_saved (LonghandDocument *self) {
  longhand_history_mark_saved (self->history);
  notify_history (self);
}

/* ---- tentative words ---- */

/* The last characters before an offset in the buffer. */
static char *
text_before (LonghandDocument *self, guint offset) {
  GtkTextIter start, end;

  gtk_text_buffer_get_iter_at_offset (GTK_TEXT_BUFFER (self), &end, (int)offset);
  start = end;
  gtk_text_iter_backward_chars (&start, LOOK_BACK);
  return gtk_text_iter_get_slice (&start, &end);
}

/* text, which goes between two offsets in the buffer, with the spaces that part it from its neighbours;
 * *lead: characters before its first word. */
static char *
space (LonghandDocument *self, guint from, guint to, const char *text, LonghandCommand command, guint *lead) {
  g_autofree char *before = text_before (self, from);
  GtkTextIter end;
  gboolean is_behind;

  gtk_text_buffer_get_iter_at_offset (GTK_TEXT_BUFFER (self), &end, (int)to);
  is_behind = longhand_composition_needs_space_behind (text, command, gtk_text_iter_get_char (&end));
  *lead = longhand_composition_needs_space (before, command);
  return g_strconcat (*lead ? " " : "", text, is_behind ? " " : "", NULL);
}

/* In the place of the tentative words. */
static char *
with_spaces (LonghandDocument *self, const char *text, LonghandCommand command, guint *lead) {
  return space (self, self->tentative_start, tentative_end (self), text, command, lead);
}

/* Characters that a and b have in common from their beginnings on. */
static guint
common_prefix (const char *a, const char *b) {
  guint n = 0;

  for (; *a && g_utf8_get_char (a) == g_utf8_get_char (b); a = g_utf8_next_char (a), b = g_utf8_next_char (b))
    n++;
  return n;
}

/* Where a caret at offset goes when the tentative words get another length. */
static guint
moved_caret (guint offset, guint start, guint old_length, guint new_length, gboolean follow) {
  if (offset >= start + old_length && (old_length > 0 || offset > start || follow))
    return offset - old_length + new_length;
  return MIN (offset, start + new_length);
}

/* As far as they differ from text, and past the signals that assistive technology follows: words that may
 * still change stand in the text for whoever reads it, and are not announced. */
static void
change_quietly (LonghandDocument *self, const char *text) {
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (self);
  const guint start = self->tentative_start;
  GtkTextIter from, to;
  g_autofree char *old = NULL;
  const char *rest;
  guint same;

  gtk_text_buffer_get_iter_at_offset (buffer, &from, (int)start);
  gtk_text_buffer_get_iter_at_offset (buffer, &to, (int)tentative_end (self));
  old = gtk_text_iter_get_slice (&from, &to);
  same = common_prefix (old, text);
  rest = g_utf8_offset_to_pointer (text, (long)same);
  gtk_text_buffer_get_iter_at_offset (buffer, &from, (int)(start + same));
  if (same < self->tentative_length)
    PARENT->delete_range (buffer, &from, &to);
  if (*rest != '\0')
    PARENT->insert_text (buffer, &from, rest, (int)strlen (rest));
}

/* What is announced takes the place of the words as a whole. */
static void
change_aloud (LonghandDocument *self, const char *text) {
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (self);
  GtkTextIter at;

  change_quietly (self, "");
  gtk_text_buffer_get_iter_at_offset (buffer, &at, (int)self->tentative_start);
  gtk_text_buffer_insert (buffer, &at, text, -1);
}

static void
replace_words (LonghandDocument *self, const char *text, void (*change) (LonghandDocument *, const char *)) {
  const guint start = self->tentative_start, old_length = self->tentative_length;
  const guint new_length = (guint)g_utf8_strlen (text, -1);
  guint insert, bound;

  caret_offsets (self, &insert, &bound);
  self->own_edit = TRUE;
  change (self, text);
  self->tentative_length = new_length;
  set_caret_offsets (self, moved_caret (insert, start, old_length, new_length, insert == bound),
                     moved_caret (bound, start, old_length, new_length, insert == bound));
  self->own_edit = FALSE;
}

/* The words that may still change are n characters from the lead on; nothing else carries their look. */
static void
show_tentative (LonghandDocument *self, guint lead, guint n) {
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (self);
  GtkTextIter from, to;

  self->own_edit = TRUE;
  gtk_text_buffer_get_bounds (buffer, &from, &to);
  gtk_text_buffer_remove_tag (buffer, self->tentative_tag, &from, &to);
  gtk_text_buffer_get_iter_at_offset (buffer, &from, (int)(self->tentative_start + lead));
  gtk_text_buffer_get_iter_at_offset (buffer, &to, (int)(self->tentative_start + lead + n));
  if (n > 0)
    gtk_text_buffer_apply_tag (buffer, self->tentative_tag, &from, &to);
  self->own_edit = FALSE;
}

static void
anchor_at_caret (LonghandDocument *self) {
  guint insert, bound;

  if (self->tentative_length > 0)
    return;
  caret_offsets (self, &insert, &bound);
  self->tentative_start = MAX (insert, bound);
}

void
longhand_document_set_tentative (LonghandDocument *self, const char *text, guint n_firm) {
  const guint n = (guint)g_utf8_strlen (text, -1);
  g_autofree char *spaced = NULL;
  guint lead = 0;

  g_return_if_fail (LONGHAND_IS_DOCUMENT (self));

  anchor_at_caret (self);
  spaced = *text ? with_spaces (self, text, LONGHAND_COMMAND_NONE, &lead) : g_strdup ("");
  replace_words (self, spaced, change_quietly);
  n_firm = MIN (n_firm, n);
  show_tentative (self, lead + n_firm, n - n_firm);
}

/* As a person would. */
static void
delete_text (LonghandDocument *self, guint from, guint to) {
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (self);
  GtkTextIter start, end;

  gtk_text_buffer_get_iter_at_offset (buffer, &start, (int)from);
  gtk_text_buffer_get_iter_at_offset (buffer, &end, (int)to);
  gtk_text_buffer_begin_user_action (buffer);
  gtk_text_buffer_delete (buffer, &start, &end);
  gtk_text_buffer_end_user_action (buffer);
}

/* The mark that recognition has put where one is said now. */
static void
remove_replaced (LonghandDocument *self, LonghandCommand command) {
  g_autofree char *before = text_before (self, self->tentative_start);
  const gsize n_bytes = longhand_composition_get_replaced (before, command);
  const guint n = (guint)g_utf8_strlen (before + strlen (before) - n_bytes, -1);

  if (n == 0)
    return;
  delete_text (self, self->tentative_start - n, self->tentative_start);
  if (self->tentative_length == 0)
    self->tentative_start -= n;
}

static void
shift_segments (LonghandDocument *self, guint from) {
  for (guint i = from; i < self->segments->len; i++)
    longhand_segment_shift (g_ptr_array_index (self->segments, i), self->offset_ms);
}

/* Tentative words become what the utterance says. */
static void
write_utterance (LonghandDocument *self, const LonghandUtterance *utterance) {
  const guint n_before = self->segments->len;
  g_autofree char *spaced = NULL;
  GArray *spans;
  guint lead = 0;

  anchor_at_caret (self);
  longhand_history_seal (self->history);
  longhand_history_begin (self->history);
  remove_replaced (self, utterance->command);
  spaced = with_spaces (self, utterance->text, utterance->command, &lead);
  replace_words (self, spaced, change_aloud);
  show_tentative (self, 0, 0);

  spans = longhand_spoken_spans_new (self->segments, utterance, lead, self->tentative_length);
  shift_segments (self, n_before);
  g_array_append_val (self->utterances, n_before);
  self->tentative_length = 0;
  longhand_spans_insert_all (self->spans, self->tentative_start, spans);
  record (self, LONGHAND_EDIT_INSERT, self->tentative_start, spaced, spans, FALSE);
  longhand_history_end (self->history);
  longhand_history_seal (self->history);
  notify_history (self);
}

/* From the first to behind the last character of what was said then, in the text without tentative words.
 * FALSE: nothing of it is there. */
static gboolean
find_utterance (LonghandDocument *self, guint number, guint *from, guint *to) {
  const guint first = g_array_index (self->utterances, guint, number);
  const guint end = number + 1 < self->utterances->len ? g_array_index (self->utterances, guint, number + 1)
                                                       : self->segments->len;
  guint at = 0;

  *from = *to = 0;
  for (guint i = 0; i < self->spans->len; i++) {
    const LonghandSpan *span = &g_array_index (self->spans, LonghandSpan, i);

    if (span->id > first && span->id <= end) {
      *from = *to == 0 ? at : *from;
      *to = at + span->length;
    }
    at += span->length;
  }
  return *to > 0;
}

/* There are no tentative words. */
static void
scratch (LonghandDocument *self) {
  guint from, to, number = self->utterances->len;

  while (number > 0 && !find_utterance (self, number - 1, &from, &to))
    number--;
  if (number == 0)
    return;
  longhand_history_seal (self->history);
  delete_text (self, from, to);
  longhand_history_seal (self->history);
}

void
longhand_document_commit (LonghandDocument *self, const LonghandUtterance *utterance) {
  g_return_if_fail (LONGHAND_IS_DOCUMENT (self));

  self->is_committing = TRUE;
  switch (utterance->command) {
  case LONGHAND_COMMAND_SCRATCH:
    longhand_document_set_tentative (self, "", 0);
    scratch (self);
    break;
  case LONGHAND_COMMAND_UNDO:
    longhand_document_set_tentative (self, "", 0);
    longhand_document_step_back (self);
    break;
  case LONGHAND_COMMAND_STOP:
    longhand_document_set_tentative (self, "", 0);
    break;
  case LONGHAND_COMMAND_NONE:
  case LONGHAND_COMMAND_BREAK:
  case LONGHAND_COMMAND_MARK:
  case LONGHAND_COMMAND_CLOSING:
  case LONGHAND_COMMAND_OPENING:
  case LONGHAND_COMMAND_WORD:
  default:
    write_utterance (self, utterance);
  }
  self->is_committing = FALSE;
}

/* ---- what nobody seems to have said ---- */

void
longhand_document_leave_out (LonghandDocument *self, const LonghandUtterance *utterance) {
  LonghandSegment *segment = g_new0 (LonghandSegment, 1);

  g_array_append_val (self->utterances, self->segments->len);
  segment->start_ms = utterance->start_ms + self->offset_ms;
  segment->end_ms = utterance->end_ms + self->offset_ms;
  segment->text = g_strdup (utterance->text);
  segment->scores = LONGHAND_SCORES_UNKNOWN;
  segment->is_left_out = TRUE;
  g_ptr_array_add (self->segments, segment);
  notify_left_out (self);
}

static gboolean
is_in_text (LonghandDocument *self, guint i) {
  for (guint k = 0; k < self->spans->len; k++)
    if (g_array_index (self->spans, LonghandSpan, k).id == i + 1)
      return TRUE;
  return FALSE;
}

GArray *
longhand_document_dup_left_out (LonghandDocument *self) {
  GArray *numbers = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < self->segments->len; i++)
    if (longhand_document_get_segment (self, i)->is_left_out && !is_in_text (self, i))
      g_array_append_val (numbers, i);
  return numbers;
}

guint
longhand_document_get_n_left_out (LonghandDocument *self) {
  return self->n_left_out;
}

/* As if it replaced something that had been said then. */
void
longhand_document_insert_left_out (LonghandDocument *self, guint i) {
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (self);
  g_autofree char *spaced = NULL;
  guint at, insert, bound, lead;
  GtkTextIter iter;

  g_return_if_fail (i < self->segments->len);
  if (is_in_text (self, i))
    return;
  caret_offsets (self, &insert, &bound);
  at = MAX (insert, bound);
  if (at > self->tentative_start && at < tentative_end (self))
    at = tentative_end (self);
  spaced = space (self, at, at, longhand_document_get_segment (self, i)->text, LONGHAND_COMMAND_NONE, &lead);
  longhand_history_seal (self->history);
  gtk_text_buffer_begin_user_action (buffer);
  self->replaced_at = at - (at >= tentative_end (self) ? self->tentative_length : 0);
  self->replaced_id = i + 1;
  gtk_text_buffer_get_iter_at_offset (buffer, &iter, (int)at);
  gtk_text_buffer_insert (buffer, &iter, spaced, -1);
  gtk_text_buffer_place_cursor (buffer, &iter);
  gtk_text_buffer_end_user_action (buffer);
  longhand_history_seal (self->history);
}

gboolean
longhand_document_get_tentative_bounds (LonghandDocument *self, GtkTextIter *start, GtkTextIter *end) {
  gtk_text_buffer_get_iter_at_offset (GTK_TEXT_BUFFER (self), start, (int)self->tentative_start);
  gtk_text_buffer_get_iter_at_offset (GTK_TEXT_BUFFER (self), end, (int)tentative_end (self));
  return self->tentative_length > 0;
}

/* ---- the text as others read it ---- */

gboolean
longhand_document_is_empty (LonghandDocument *self) {
  return (guint)gtk_text_buffer_get_char_count (GTK_TEXT_BUFFER (self)) == self->tentative_length;
}

char *
longhand_document_dup_text (LonghandDocument *self) {
  GtkTextIter start, end, words_start, words_end;
  g_autofree char *before = NULL, *after = NULL;

  gtk_text_buffer_get_bounds (GTK_TEXT_BUFFER (self), &start, &end);
  longhand_document_get_tentative_bounds (self, &words_start, &words_end);
  before = gtk_text_iter_get_slice (&start, &words_start);
  after = gtk_text_iter_get_slice (&words_end, &end);
  return g_strconcat (before, after, NULL);
}

LonghandTranscript *
longhand_document_dup_transcript (LonghandDocument *self) {
  g_autofree char *text = longhand_document_dup_text (self);
  LonghandTranscript *transcript = longhand_spoken_dup_transcript (self->segments, self->spans, text);

  longhand_transcript_set_text (transcript, text);
  return transcript;
}

static LonghandSegment *
copy_segment (const LonghandSegment *segment) {
  LonghandSegment *copy = g_memdup2 (segment, sizeof *segment);

  copy->text = g_strdup (segment->text);
  copy->words = segment->words != NULL ? g_array_ref (segment->words) : NULL;
  return copy;
}

static void
copy_segments (GPtrArray *to, const GPtrArray *from) {
  g_ptr_array_set_size (to, 0);
  for (guint i = 0; i < from->len; i++)
    g_ptr_array_add (to, copy_segment (g_ptr_array_index (from, i)));
}

static void
copy_spans (GArray *to, const GArray *from) {
  g_array_set_size (to, 0);
  longhand_spans_insert_all (to, 0, from);
}

void
longhand_document_show_session (LonghandDocument *self, const LonghandSession *session) {
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (self);
  GtkTextIter end;

  self->own_edit = TRUE;
  gtk_text_buffer_set_text (buffer, session->text, -1);
  gtk_text_buffer_get_end_iter (buffer, &end);
  gtk_text_buffer_place_cursor (buffer, &end);
  self->own_edit = FALSE;
  self->tentative_start = self->tentative_length = 0;
  copy_segments (self->segments, session->segments);
  copy_spans (self->spans, session->spans);
  g_array_set_size (self->utterances, 0);
  longhand_history_free (self->history);
  self->history = longhand_history_new ();
  longhand_history_mark_saved (self->history);
  notify_history (self);
}

void
longhand_document_fill_session (LonghandDocument *self, LonghandSession *session) {
  g_free (session->text);
  session->text = longhand_document_dup_text (self);
  copy_segments (session->segments, self->segments);
  copy_spans (session->spans, self->spans);
}

void
longhand_document_set_time_offset (LonghandDocument *self, gint64 offset_ms) {
  self->offset_ms = offset_ms;
}

void
longhand_document_highlight (LonghandDocument *self, const GtkTextIter *start, const GtkTextIter *end) {
  self->own_edit = TRUE;
  gtk_text_buffer_apply_tag (GTK_TEXT_BUFFER (self), self->match_tag, start, end);
  self->own_edit = FALSE;
}

void
longhand_document_clear_highlights (LonghandDocument *self) {
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (GTK_TEXT_BUFFER (self), &start, &end);
  gtk_text_buffer_remove_tag (GTK_TEXT_BUFFER (self), self->match_tag, &start, &end);
}

void
longhand_document_set_colors (LonghandDocument *self, const GdkRGBA *tentative, const GdkRGBA *match,
                              const GdkRGBA *heard) {
  g_object_set (self->tentative_tag, "underline-rgba", tentative, NULL);
  g_object_set (self->found_tag, "background-rgba", match, NULL);
  g_object_set (self->match_tag, "background-rgba", match, NULL);
  g_object_set (self->heard_tag, "background-rgba", heard, NULL);
}

/* ---- words and their sound ---- */

GArray *
longhand_document_dup_word_times (LonghandDocument *self) {
  g_autofree char *text = longhand_document_dup_text (self);

  return longhand_word_times_new (text, self->segments, self->spans);
}

const LonghandSegment *
longhand_document_get_segment (LonghandDocument *self, guint i) {
  g_return_val_if_fail (i < self->segments->len, NULL);
  return self->segments->pdata[i];
}

/* In the buffer, of an offset in the text without tentative words. */
static void
get_iter (LonghandDocument *self, GtkTextIter *iter, guint offset) {
  const guint words = offset > self->tentative_start ? self->tentative_length : 0;

  gtk_text_buffer_get_iter_at_offset (GTK_TEXT_BUFFER (self), iter, (int)(offset + words));
}

void
longhand_document_replace (LonghandDocument *self, guint offset, guint length, const char *text) {
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (self);
  GtkTextIter start, end;

  longhand_history_seal (self->history);
  gtk_text_buffer_begin_user_action (buffer);
  get_iter (self, &start, offset);
  get_iter (self, &end, offset + length);
  gtk_text_buffer_delete (buffer, &start, &end);
  gtk_text_buffer_insert (buffer, &start, text, -1);
  gtk_text_buffer_place_cursor (buffer, &start);
  gtk_text_buffer_end_user_action (buffer);
  longhand_history_seal (self->history);
}

GArray *
longhand_document_dup_rewrites (LonghandDocument *self, const GPtrArray *parts, LonghandTranscript *heard) {
  g_autofree char *text = longhand_document_dup_text (self);

  return longhand_rewriting_new (text, self->segments, self->spans, parts, heard);
}

/* Of a rewrite's text, whose segments become the document's. */
static GArray *
add_segments (LonghandDocument *self, const LonghandRewrite *rewrite) {
  GArray *spans = longhand_spans_new ();
  guint done = 0;

  for (guint i = 0; i < rewrite->segments->len; i++) {
    LonghandSegment *segment = longhand_segment_copy (rewrite->segments->pdata[i]);
    const guint length = g_array_index (rewrite->lengths, guint, i);

    g_ptr_array_add (self->segments, segment);
    longhand_spans_insert (spans, done, length, self->segments->len);
    done += length;
  }
  return spans;
}

static void
rewrite_part (LonghandDocument *self, const LonghandRewrite *rewrite) {
  GtkTextIter at;
  GArray *spans;

  delete_text (self, rewrite->offset, rewrite->offset + rewrite->length);
  if (*rewrite->text == '\0')
    return;
  spans = add_segments (self, rewrite);
  gtk_text_buffer_get_iter_at_offset (GTK_TEXT_BUFFER (self), &at, (int)rewrite->offset);
  self->own_edit = TRUE;
  gtk_text_buffer_insert (GTK_TEXT_BUFFER (self), &at, rewrite->text, -1);
  self->own_edit = FALSE;
  longhand_spans_insert_all (self->spans, rewrite->offset, spans);
  record (self, LONGHAND_EDIT_INSERT, rewrite->offset, rewrite->text, spans, FALSE);
}

/* The last part first, so that the places of the others stay true. What was said last is not known to be one
 * part of it any more. */
void
longhand_document_rewrite (LonghandDocument *self, const GArray *rewrites) {
  if (self->tentative_length > 0)
    return;
  longhand_history_seal (self->history);
  longhand_history_begin (self->history);
  for (guint i = rewrites->len; i > 0; i--)
    rewrite_part (self, &g_array_index (rewrites, LonghandRewrite, i - 1));
  g_array_set_size (self->utterances, 0);
  longhand_history_end (self->history);
  longhand_history_seal (self->history);
  notify_history (self);
}

/* Tentative words just before offset do not belong to it. length > 0 */
static void
apply_own_tag (LonghandDocument *self, GtkTextTag *tag, guint offset, guint length) {
  GtkTextIter start, end;

  get_iter (self, &start, offset + 1);
  gtk_text_iter_backward_char (&start);
  get_iter (self, &end, offset + length);
  self->own_edit = TRUE;
  gtk_text_buffer_apply_tag (GTK_TEXT_BUFFER (self), tag, &start, &end);
  self->own_edit = FALSE;
}

void
longhand_document_show_heard (LonghandDocument *self, guint offset, guint length) {
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (self);
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  gtk_text_buffer_remove_tag (buffer, self->heard_tag, &start, &end);
  if (length > 0)
    apply_own_tag (self, self->heard_tag, offset, length);
}

void
longhand_document_show_found (LonghandDocument *self, const GArray *found) {
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (GTK_TEXT_BUFFER (self), &start, &end);
  gtk_text_buffer_remove_tag (GTK_TEXT_BUFFER (self), self->found_tag, &start, &end);
  for (guint i = 0; i < found->len; i++) {
    const LonghandFound *place = &g_array_index (found, LonghandFound, i);

    apply_own_tag (self, self->found_tag, place->offset, place->length);
  }
}

/* ---- object ---- */

static void
longhand_document_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec) {
  LonghandDocument *self = LONGHAND_DOCUMENT (object);

  switch (id) {
  case PROP_CAN_STEP_BACK:
    g_value_set_boolean (value, self->can_step_back);
    break;
  case PROP_CAN_STEP_FORWARD:
    g_value_set_boolean (value, self->can_step_forward);
    break;
  case PROP_UNSAVED:
    g_value_set_boolean (value, self->unsaved);
    break;
  case PROP_N_LEFT_OUT:
    g_value_set_uint (value, self->n_left_out);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
longhand_document_constructed (GObject *object) {
  LonghandDocument *self = LONGHAND_DOCUMENT (object);
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (object);

  G_OBJECT_CLASS (longhand_document_parent_class)->constructed (object);
  gtk_text_buffer_set_enable_undo (buffer, FALSE);
  self->found_tag = gtk_text_buffer_create_tag (buffer, "found", NULL);
  self->match_tag = gtk_text_buffer_create_tag (buffer, "match", NULL);
  self->heard_tag = gtk_text_buffer_create_tag (buffer, "heard", "underline", PANGO_UNDERLINE_DOUBLE, NULL);
  self->tentative_tag = gtk_text_buffer_create_tag (buffer, "tentative", "style", PANGO_STYLE_ITALIC,
                                                    "underline", PANGO_UNDERLINE_SINGLE, NULL);
}

static void
longhand_document_finalize (GObject *object) {
  LonghandDocument *self = LONGHAND_DOCUMENT (object);

  longhand_history_free (self->history);
  g_array_unref (self->spans);
  g_ptr_array_unref (self->segments);
  g_array_unref (self->utterances);
  G_OBJECT_CLASS (longhand_document_parent_class)->finalize (object);
}

static void
longhand_document_class_init (LonghandDocumentClass *klass) {
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkTextBufferClass *buffer_class = GTK_TEXT_BUFFER_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = longhand_document_get_property;
  object_class->constructed = longhand_document_constructed;
  object_class->finalize = longhand_document_finalize;
  buffer_class->insert_text = longhand_document_insert_text;
  buffer_class->delete_range = longhand_document_delete_range;
  buffer_class->begin_user_action = longhand_document_begin_user_action;
  buffer_class->end_user_action = longhand_document_end_user_action;
  buffer_class->apply_tag = longhand_document_apply_tag;

  properties[PROP_CAN_STEP_BACK] = g_param_spec_boolean ("can-step-back", NULL, NULL, FALSE, flags);
  properties[PROP_CAN_STEP_FORWARD] = g_param_spec_boolean ("can-step-forward", NULL, NULL, FALSE, flags);
  properties[PROP_UNSAVED] = g_param_spec_boolean ("unsaved", NULL, NULL, FALSE, flags);
  properties[PROP_N_LEFT_OUT] = g_param_spec_uint ("n-left-out", NULL, NULL, 0, G_MAXUINT, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  edited_signal = g_signal_new ("edited", LONGHAND_TYPE_DOCUMENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
}

static void
longhand_document_init (LonghandDocument *self) {
  self->history = longhand_history_new ();
  self->spans = longhand_spans_new ();
  self->segments = longhand_spoken_segments_new ();
  self->utterances = g_array_new (FALSE, FALSE, sizeof (guint));
}

LonghandDocument *
longhand_document_new (void) {
  return g_object_new (LONGHAND_TYPE_DOCUMENT, NULL);
}
