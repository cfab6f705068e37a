/* Words and their sound: where they are, other ones in their place, and what is marked. */
#include "longhand-document-private.h"
#include "transcript/longhand-found.h"
#include "transcript/longhand-spans.h"

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

  longhand_document_delete_aloud (self, rewrite->offset, rewrite->offset + rewrite->length);
  if (*rewrite->text == '\0')
    return;
  spans = add_segments (self, rewrite);
  gtk_text_buffer_get_iter_at_offset (GTK_TEXT_BUFFER (self), &at, (int)rewrite->offset);
  self->own_edit = TRUE;
  gtk_text_buffer_insert (GTK_TEXT_BUFFER (self), &at, rewrite->text, -1);
  self->own_edit = FALSE;
  longhand_spans_insert_all (self->spans, rewrite->offset, spans);
  longhand_document_record (self, LONGHAND_EDIT_INSERT, rewrite->offset, rewrite->text, spans, FALSE);
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
  longhand_document_notify_history (self);
}

/* ---- marks ---- */

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
