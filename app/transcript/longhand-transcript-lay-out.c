/* Subtitles in lines, as openai/whisper lays them out (whisper/utils.py, SubtitlesWriter.iterate_result). */
#include "transcript/longhand-transcript.h"

/* Lines that go on over ends of segments stop where nobody spoke for so long. */
#define LONG_PAUSE_MS 3000

/* The subtitle that is being filled. */
typedef struct {
  const LonghandLayout *layout;
  LonghandTranscript *to;
  GString *text;                /* owned */
  GArray *words;                /* owned; LonghandWord, as they stand in it */
  const LonghandSegment *first; /* segment of its first word */
  guint n_lines;
  glong line_width; /* of the last line */
  gint64 start_ms, end_ms;
  gint64 word_ms; /* where the last word begins */
} Subtitle;

static void
finish (Subtitle *self) {
  if (self->words->len > 0
      && longhand_transcript_append (self->to, self->start_ms, self->end_ms, self->text->str,
                                     &self->first->scores))
    for (guint i = 0; i < self->words->len; i++)
      longhand_transcript_copy_word (self->to, &g_array_index (self->words, LonghandWord, i));
  g_string_truncate (self->text, 0);
  g_array_set_size (self->words, 0);
  self->n_lines = 1;
  self->line_width = 0;
}

static gboolean
crosses_segments (const LonghandLayout *layout) {
  return layout->n_lines > 0;
}

/* Whether the next word belongs to the next subtitle, wherever in the line it would stand. */
static gboolean
ends_before (const Subtitle *self, const LonghandWord *word, gboolean begins_segment) {
  if (self->words->len == 0)
    return FALSE;
  if (crosses_segments (self->layout))
    return word->start_ms - self->word_ms > LONG_PAUSE_MS;
  return begins_segment || self->words->len == self->layout->n_words;
}

/* The time of the word, within that of its segment. */
static gint64
time_in (const LonghandSegment *segment, gint64 word_ms) {
  return CLAMP (word_ms, segment->start_ms, segment->end_ms);
}

/* The text from `begin` on is the word. */
static void
take_word (Subtitle *self, const LonghandSegment *segment, const LonghandWord *word, gsize begin) {
  const LonghandWord taken = { .start_ms = time_in (segment, word->start_ms),
                               .end_ms = time_in (segment, word->end_ms),
                               .text = g_strdup (self->text->str + begin),
                               .probability = word->probability };

  g_array_append_val (self->words, taken);
  self->end_ms = taken.end_ms;
  self->word_ms = word->start_ms;
}

static void
add_word (Subtitle *self, const LonghandSegment *segment, const LonghandWord *word, gboolean begins_segment) {
  const LonghandLayout *layout = self->layout;
  g_autofree char *alone = g_strstrip (g_strdup (word->text));
  const glong width = g_utf8_strlen (word->text, -1);
  gboolean fits = layout->line_width == 0 || self->line_width + width <= (glong)layout->line_width;
  gsize begin;

  if (ends_before (self, word, begins_segment)
      || (!fits && crosses_segments (layout) && self->n_lines >= layout->n_lines))
    finish (self);
  begin = self->text->len;
  if (self->words->len == 0) {
    self->first = segment;
    self->start_ms = time_in (segment, word->start_ms);
    fits = FALSE;
  } else if (!fits) {
    g_string_append_c (self->text, '\n');
    self->n_lines++;
  }
  g_string_append (self->text, fits ? word->text : alone);
  self->line_width = fits ? self->line_width + width : g_utf8_strlen (alone, -1);
  take_word (self, segment, word, begin);
}

LonghandTranscript *
longhand_transcript_lay_out (LonghandTranscript *self, const LonghandLayout *layout) {
  LonghandTranscript *to = longhand_transcript_new_like (self);
  Subtitle subtitle = { .layout = layout,
                        .to = to,
                        .text = g_string_new (NULL),
                        .words = g_array_new (FALSE, FALSE, sizeof (LonghandWord)),
                        .n_lines = 1 };

  g_array_set_clear_func (subtitle.words, longhand_word_clear);
  for (guint i = 0; i < longhand_transcript_get_n_segments (self); i++) {
    const LonghandSegment *segment = longhand_transcript_get_segment (self, i);

    for (guint w = 0; segment->words != NULL && w < segment->words->len; w++)
      add_word (&subtitle, segment, &g_array_index (segment->words, LonghandWord, w), w == 0);
    if (segment->words != NULL)
      continue;
    finish (&subtitle);
    longhand_transcript_append (to, segment->start_ms, segment->end_ms, segment->text, &segment->scores);
  }
  finish (&subtitle);
  g_string_free (subtitle.text, TRUE);
  g_array_unref (subtitle.words);
  return to;
}
