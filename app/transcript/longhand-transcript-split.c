#include "transcript/longhand-transcript.h"

static const LonghandWord *
word_at (const LonghandSegment *segment, guint i) {
  return &g_array_index (segment->words, LonghandWord, i);
}

/* Of words first..., those that make a piece: as many as max_chars allow, and at least one. */
static guint
count_fitting (const LonghandSegment *segment, guint first, glong max_chars) {
  g_autofree char *begin = g_strchug (g_strdup (word_at (segment, first)->text));
  glong n_chars = g_utf8_strlen (begin, -1);
  guint end = first + 1;

  for (; end < segment->words->len; end++) {
    n_chars += g_utf8_strlen (word_at (segment, end)->text, -1);
    if (n_chars > max_chars)
      break;
  }
  return end - first;
}

static void
append_piece (LonghandTranscript *to, const LonghandSegment *segment, gint64 start_ms, gint64 end_ms,
              const char *text, guint first, guint n) {
  if (!longhand_transcript_append (to, start_ms, end_ms, text, segment->avg_logprob, segment->no_speech_prob))
    return;
  for (guint i = first; i < first + n; i++) {
    const LonghandWord *word = word_at (segment, i);

    longhand_transcript_add_word (to, word->start_ms, word->end_ms, word->text, word->probability);
  }
}

static void
append_words (LonghandTranscript *to, const LonghandSegment *segment, guint first, guint n) {
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = first; i < first + n; i++)
    g_string_append (text, word_at (segment, i)->text);
  append_piece (to, segment, word_at (segment, first)->start_ms, word_at (segment, first + n - 1)->end_ms,
                text->str, first, n);
}

static void
append_split (LonghandTranscript *to, const LonghandSegment *segment, glong max_chars) {
  const guint n_words = segment->words != NULL ? segment->words->len : 0;
  guint n;

  if (n_words == 0 || g_utf8_strlen (segment->text, -1) <= max_chars) {
    append_piece (to, segment, segment->start_ms, segment->end_ms, segment->text, 0, n_words);
    return;
  }
  for (guint first = 0; first < n_words; first += n) {
    n = count_fitting (segment, first, max_chars);
    append_words (to, segment, first, n);
  }
}

LonghandTranscript *
longhand_transcript_split (LonghandTranscript *self, guint max_chars) {
  LonghandTranscript *split = longhand_transcript_new ();

  longhand_transcript_set_title (split, longhand_transcript_get_title (self));
  longhand_transcript_set_model (split, longhand_transcript_get_model (self));
  longhand_transcript_set_language (split, longhand_transcript_get_language (self));
  for (guint i = 0; i < longhand_transcript_get_n_segments (self); i++)
    append_split (split, longhand_transcript_get_segment (self, i), (glong)max_chars);
  return split;
}
