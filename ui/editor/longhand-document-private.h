/* What the files of the document share: longhand-document.c has the text itself, the person's edits and undo;
 * longhand-document-speech.c what is being said; longhand-document-sound.c words and their sound. */
#pragma once

#include "longhand-document.h"
#include "longhand-history.h"

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

/* In the buffer. */
static inline guint
longhand_document_get_tentative_end (LonghandDocument *self) {
  return self->tentative_start + self->tentative_length;
}

/* After every change of the text. */
void longhand_document_notify_history (LonghandDocument *self);
void longhand_document_notify_left_out (LonghandDocument *self);

/* In the buffer: the caret, and the other end of what is selected. */
void longhand_document_get_carets (LonghandDocument *self, guint *insert, guint *bound);
void longhand_document_set_carets (LonghandDocument *self, guint insert, guint bound);

/* Notes a change of the text that can be taken back; spans (transfer full). */
void longhand_document_record (LonghandDocument *self, LonghandEditKind kind, guint offset, const char *text,
                               GArray *spans, gboolean after_tentative);

/* Between two offsets in the buffer. Quietly: past the signals that assistive technology follows. Aloud: as a
 * person would. */
void longhand_document_change_quietly (LonghandDocument *self, guint from, guint to, const char *text);
void longhand_document_delete_aloud (LonghandDocument *self, guint from, guint to);
