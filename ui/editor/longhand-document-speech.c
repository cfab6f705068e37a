/* What is being said: tentative words, utterances, and what is left out. */
#include "dictation/longhand-composition.h"
#include "longhand-document-private.h"
#include "longhand-spoken.h"
#include "transcript/longhand-spans.h"

#define LOOK_BACK 1000 /* characters: far enough to tell whether a quotation is open */

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
  return space (self, self->tentative_start, longhand_document_get_tentative_end (self), text, command, lead);
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

/* As far as they differ from text, and quietly: words that may still change stand in the text for whoever
 * reads it, and are not announced. */
static void
change_quietly (LonghandDocument *self, const char *text) {
  const guint start = self->tentative_start, end = longhand_document_get_tentative_end (self);
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (self);
  GtkTextIter from, to;
  g_autofree char *old = NULL;
  guint same;

  gtk_text_buffer_get_iter_at_offset (buffer, &from, (int)start);
  gtk_text_buffer_get_iter_at_offset (buffer, &to, (int)end);
  old = gtk_text_iter_get_slice (&from, &to);
  same = common_prefix (old, text);
  longhand_document_change_quietly (self, start + same, end, g_utf8_offset_to_pointer (text, (long)same));
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

  longhand_document_get_carets (self, &insert, &bound);
  self->own_edit = TRUE;
  change (self, text);
  self->tentative_length = new_length;
  longhand_document_set_carets (self, moved_caret (insert, start, old_length, new_length, insert == bound),
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
  longhand_document_get_carets (self, &insert, &bound);
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

/* The mark that recognition has put where one is said now. */
static void
remove_replaced (LonghandDocument *self, LonghandCommand command) {
  g_autofree char *before = text_before (self, self->tentative_start);
  const gsize n_bytes = longhand_composition_get_replaced (before, command);
  const guint n = (guint)g_utf8_strlen (before + strlen (before) - n_bytes, -1);

  if (n == 0)
    return;
  longhand_document_delete_aloud (self, self->tentative_start - n, self->tentative_start);
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
  longhand_document_record (self, LONGHAND_EDIT_INSERT, self->tentative_start, spaced, spans, FALSE);
  longhand_history_end (self->history);
  longhand_history_seal (self->history);
  longhand_document_notify_history (self);
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
  longhand_document_delete_aloud (self, from, to);
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
  longhand_document_notify_left_out (self);
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
  longhand_document_get_carets (self, &insert, &bound);
  at = MAX (insert, bound);
  if (at > self->tentative_start && at < longhand_document_get_tentative_end (self))
    at = longhand_document_get_tentative_end (self);
  spaced = space (self, at, at, longhand_document_get_segment (self, i)->text, LONGHAND_COMMAND_NONE, &lead);
  longhand_history_seal (self->history);
  gtk_text_buffer_begin_user_action (buffer);
  self->replaced_at = at - (at >= longhand_document_get_tentative_end (self) ? self->tentative_length : 0);
  self->replaced_id = i + 1;
  gtk_text_buffer_get_iter_at_offset (buffer, &iter, (int)at);
  gtk_text_buffer_insert (buffer, &iter, spaced, -1);
  gtk_text_buffer_place_cursor (buffer, &iter);
  gtk_text_buffer_end_user_action (buffer);
  longhand_history_seal (self->history);
}
