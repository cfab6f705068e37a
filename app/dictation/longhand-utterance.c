#include "dictation/longhand-utterance.h"

G_DEFINE_BOXED_TYPE (LonghandUtterance, longhand_utterance, longhand_utterance_ref, longhand_utterance_unref)

LonghandUtterance *
longhand_utterance_new (gint64 start_ms, gint64 end_ms, const char *text) {
  LonghandUtterance *utterance = g_atomic_rc_box_new0 (LonghandUtterance);

  utterance->start_ms = start_ms;
  utterance->end_ms = end_ms;
  utterance->text = g_strdup (text);
  utterance->segments = g_ptr_array_new_with_free_func (longhand_segment_free);
  return utterance;
}

LonghandUtterance *
longhand_utterance_new_command (gint64 start_ms, gint64 end_ms, LonghandCommand command,
                                const char *written) {
  LonghandUtterance *utterance = longhand_utterance_new (start_ms, end_ms, written);

  utterance->command = command;
  return utterance;
}

void
longhand_utterance_add_segment (LonghandUtterance *utterance, gint64 start_ms, gint64 end_ms,
                                const char *text, const LonghandScores *scores) {
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  LonghandSegment *segment;

  if (*stripped == '\0')
    return;
  segment = g_new0 (LonghandSegment, 1);
  segment->start_ms = start_ms;
  segment->end_ms = end_ms;
  segment->text = g_steal_pointer (&stripped);
  segment->scores = scores != NULL ? *scores : LONGHAND_SCORES_UNKNOWN;
  g_ptr_array_add (utterance->segments, segment);
}

guint64
longhand_utterance_append_to (const LonghandUtterance *utterance, LonghandJournal *journal) {
  if (utterance->command == LONGHAND_COMMAND_NONE)
    return longhand_journal_append_text (journal, utterance->start_ms, utterance->end_ms, utterance->text);
  return longhand_journal_append_command (journal, utterance->start_ms, utterance->end_ms, utterance->command,
                                          utterance->text);
}

void
longhand_utterance_add_word (LonghandUtterance *utterance, gint64 start_ms, gint64 end_ms, const char *text,
                             double probability) {
  const LonghandWord word
      = { .start_ms = start_ms, .end_ms = end_ms, .text = g_strdup (text), .probability = probability };
  LonghandSegment *segment = utterance->segments->pdata[utterance->segments->len - 1];

  if (segment->words == NULL) {
    segment->words = g_array_new (FALSE, FALSE, sizeof (LonghandWord));
    g_array_set_clear_func (segment->words, longhand_word_clear);
  }
  g_array_append_val (segment->words, word);
}

void
longhand_utterance_shift (LonghandUtterance *utterance, gint64 shift_ms) {
  utterance->start_ms += shift_ms;
  utterance->end_ms += shift_ms;
  for (guint i = 0; i < utterance->segments->len; i++)
    longhand_segment_shift (utterance->segments->pdata[i], shift_ms);
}

LonghandUtterance *
longhand_utterance_ref (LonghandUtterance *utterance) {
  return g_atomic_rc_box_acquire (utterance);
}

static void
utterance_clear (gpointer data) {
  LonghandUtterance *utterance = data;

  g_free (utterance->text);
  g_ptr_array_unref (utterance->segments);
}

void
longhand_utterance_unref (LonghandUtterance *utterance) {
  g_atomic_rc_box_release_full (utterance, utterance_clear);
}
