/* Making of what longhand-dictation.h hands out as LonghandUtterance. Any thread. */
#pragma once

#include "audio/longhand-journal.h"
#include "dictation/longhand-dictation.h"

G_BEGIN_DECLS

/* Copies text, which must be neither empty nor surrounded by spaces. (transfer full) */
LonghandUtterance *longhand_utterance_new (gint64 start_ms, gint64 end_ms, const char *text);

/* The same for a command; written: what it writes, or the phrase that it was. (transfer full) */
LonghandUtterance *longhand_utterance_new_command (gint64 start_ms, gint64 end_ms, LonghandCommand command,
                                                   const char *written);

/* Copies text without the spaces around it; a segment of spaces only is left out. scores: NULL when unknown.
 * Before the utterance is shared. */
void longhand_utterance_add_segment (LonghandUtterance *utterance, gint64 start_ms, gint64 end_ms,
                                     const char *text, const LonghandScores *scores);

/* Adds a copy of the next word, with the space before it and the marks at it, to the last segment; before the
 * utterance is shared. */
void longhand_utterance_add_word (LonghandUtterance *utterance, gint64 start_ms, gint64 end_ms,
                                  const char *text, double probability);

/* Into the journal, NULL: none. Returns how many texts and commands there are in it so far. */
guint64 longhand_utterance_append_to (const LonghandUtterance *utterance, LonghandJournal *journal);

/* Adds shift_ms to all times; before the utterance is shared. */
void longhand_utterance_shift (LonghandUtterance *utterance, gint64 shift_ms);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LonghandUtterance, longhand_utterance_unref)

G_END_DECLS
