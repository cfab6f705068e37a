/* The text of a window: typed, dictated, and the tentative words in between.
 *
 * Tentative words stand in the buffer, so that they flow with the paragraph, but are no part of the text: not
 * of what is saved or copied, nor of undo. Typing among them goes behind them, deleting passes over them.
 * Whoever edits the buffer, in whatever way, is recorded for undo; GtkTextBuffer's own undo is off. */
#pragma once

#include "dictation/longhand-dictation.h"
#include "transcript/longhand-rewriting.h"
#include "transcript/longhand-session.h"
#include "transcript/longhand-word-times.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_DOCUMENT (longhand_document_get_type ())
G_DECLARE_FINAL_TYPE (LonghandDocument, longhand_document, LONGHAND, DOCUMENT, GtkTextBuffer)

/* Properties (read-only, notify): can-step-back, can-step-forward, unsaved, all bool; n-left-out (uint), of
 * longhand_document_dup_left_out.
 * Signal "edited" (gboolean undone): the text was changed by hand, in a step back or forward, or in another
 * way. */
LonghandDocument *longhand_document_new (void); /* (transfer full) */

/* Replaces the tentative words; "" removes them. The first ones go to the caret (behind the selection when
 * there is one), the next ones stay at that place however the text changes around it. Selection stays; the
 * caret moves only when it stands behind the words. The first n_firm characters are firm, and look like the
 * text that they will be. */
void longhand_document_set_tentative (LonghandDocument *self, const char *text, guint n_firm);
/* The tentative words become this utterance, in one undo step. Without tentative words it goes to the caret.
 * A command does what it says in their place: it writes what it stands for, removes the last utterance that
 * is still there, or takes a step back. */
void longhand_document_commit (LonghandDocument *self, const LonghandUtterance *utterance);
/* Keeps for the session what nobody seems to have said. The text does not change. */
void longhand_document_leave_out (LonghandDocument *self, const LonghandUtterance *utterance);
/* Which segments were left out and are not in the text, in the order in which they came. (transfer full)
 * (element-type guint) for longhand_document_get_segment, and for ever */
GArray *longhand_document_dup_left_out (LonghandDocument *self);
guint longhand_document_get_n_left_out (LonghandDocument *self);
/* Segment i, one of those, goes to the caret, behind the selection if there is one, in one undo step; no-op
 * when it is in the text by now. */
void longhand_document_insert_left_out (LonghandDocument *self, guint i);
/* FALSE when there are none; else their bounds, spaces around them included. */
gboolean longhand_document_get_tentative_bounds (LonghandDocument *self, GtkTextIter *start,
                                                 GtkTextIter *end);

/* One step; no-op when there is none. The caret goes to where the text changed. */
void longhand_document_step_back (LonghandDocument *self);
void longhand_document_step_forward (LonghandDocument *self);
gboolean longhand_document_get_can_step_back (LonghandDocument *self);
gboolean longhand_document_get_can_step_forward (LonghandDocument *self);

/* Unsaved: there is text, and it is not what it was at the last mark_saved. */
gboolean longhand_document_get_unsaved (LonghandDocument *self);
void longhand_document_mark_saved (LonghandDocument *self);

gboolean longhand_document_is_empty (LonghandDocument *self);
char *longhand_document_dup_text (LonghandDocument *self); /* without tentative words (transfer full) */

/* The text, and what of it was dictated, as it reads after all edits: segments by time; typed text belongs to
 * the segment before it, or at the very beginning to the one after it; deleted segments are left out. Without
 * segments when nothing was dictated. (transfer full) */
LonghandTranscript *longhand_document_dup_transcript (LonghandDocument *self);

/* The session takes the place of all text; what came before cannot be undone. Tentative words go. */
void longhand_document_show_session (LonghandDocument *self, const LonghandSession *session);
/* Puts the text and what was dictated of it into session. */
void longhand_document_fill_session (LonghandDocument *self, LonghandSession *session);
/* To add to the times of what is committed from here on; 0 at first. */
void longhand_document_set_time_offset (LonghandDocument *self, gint64 offset_ms);

/* When the words of the text were said. (transfer full) (element-type LonghandWordTime) */
GArray *longhand_document_dup_word_times (LonghandDocument *self);
/* (transfer none) until the text changes. */
const LonghandSegment *longhand_document_get_segment (LonghandDocument *self, guint i);
/* Puts text in the place of length characters from offset on, as one undo step. */
void longhand_document_replace (LonghandDocument *self, guint offset, guint length, const char *text);
/* What of the text is to be written otherwise when heard, in the session's time, is what was said in parts
 * (LonghandSoundPart). (transfer full) (element-type LonghandRewrite) */
GArray *longhand_document_dup_rewrites (LonghandDocument *self, const GPtrArray *parts,
                                        LonghandTranscript *heard);
/* Writes it so, as one undo step; the text has not changed since. No-op while there are tentative words. */
void longhand_document_rewrite (LonghandDocument *self, const GArray *rewrites);
/* The word that is being heard: shown only, never recorded. length 0: none. */
void longhand_document_show_heard (LonghandDocument *self, guint offset, guint length);

/* Search matches: shown only, never recorded. */
void longhand_document_highlight (LonghandDocument *self, const GtkTextIter *start, const GtkTextIter *end);
void longhand_document_clear_highlights (LonghandDocument *self);
/* Words that a search of the library found (element-type LonghandFound), in the place of those before: shown
 * only, likewise. */
void longhand_document_show_found (LonghandDocument *self, const GArray *found);

/* Colours of tentative words, of matches and of the word that is heard, which follow the style of the view.
 */
void longhand_document_set_colors (LonghandDocument *self, const GdkRGBA *tentative, const GdkRGBA *match,
                                   const GdkRGBA *heard);

G_END_DECLS
