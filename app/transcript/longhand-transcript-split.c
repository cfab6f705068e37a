#include "transcript/longhand-transcript.h"

/* What becomes a segment: words first..first + n of one. */
typedef struct {
  guint first, n;
  char *text; /* owned */
  gint64 start_ms, end_ms;
} Part;

static void
part_clear (gpointer data) {
  Part *part = data;

  g_free (part->text);
}

static const LonghandWord *
word_at (const LonghandSegment *segment, guint i) {
  return &g_array_index (segment->words, LonghandWord, i);
}

/* As many words as max_chars allow, and at least one. */
static Part
take_part (const LonghandSegment *segment, guint first, glong max_chars) {
  g_autofree char *begin = g_strchug (g_strdup (word_at (segment, first)->text));
  GString *text = g_string_new (begin);
  guint end = first + 1;

  for (; end < segment->words->len; end++) {
    const char *next = word_at (segment, end)->text;

    if (g_utf8_strlen (text->str, -1) + g_utf8_strlen (next, -1) > max_chars)
      break;
    g_string_append (text, next);
  }
  return (Part){ .first = first, .n = end - first, .text = g_string_free (text, FALSE) };
}

static GArray *
cut (const LonghandSegment *segment, glong max_chars) {
  GArray *parts = g_array_new (FALSE, FALSE, sizeof (Part));

  g_array_set_clear_func (parts, part_clear);
  for (guint first = 0; first < segment->words->len;) {
    const Part part = take_part (segment, first, max_chars);

    g_array_append_val (parts, part);
    first += part.n;
  }
  return parts;
}

/* FALSE when a part would take no time within the segment: then its words are not where they were heard. */
static gboolean
time_by_words (const LonghandSegment *segment, GArray *parts) {
  for (guint i = 0; i < parts->len; i++) {
    Part *part = &g_array_index (parts, Part, i);

    part->start_ms = CLAMP (word_at (segment, part->first)->start_ms, segment->start_ms, segment->end_ms);
    part->end_ms
        = CLAMP (word_at (segment, part->first + part->n - 1)->end_ms, segment->start_ms, segment->end_ms);
    if (part->start_ms >= part->end_ms)
      return FALSE;
  }
  return TRUE;
}

static void
time_by_length (const LonghandSegment *segment, GArray *parts) {
  const gint64 duration_ms = segment->end_ms - segment->start_ms;
  glong n_chars = 0, n_done = 0;

  for (guint i = 0; i < parts->len; i++)
    n_chars += g_utf8_strlen (g_array_index (parts, Part, i).text, -1);
  for (guint i = 0; i < parts->len; i++) {
    Part *part = &g_array_index (parts, Part, i);

    part->start_ms = segment->start_ms + duration_ms * n_done / MAX (n_chars, 1);
    n_done += g_utf8_strlen (part->text, -1);
    part->end_ms = segment->start_ms + duration_ms * n_done / MAX (n_chars, 1);
  }
}

static void
append_part (LonghandTranscript *to, const LonghandSegment *segment, const Part *part) {
  if (!longhand_transcript_append (to, part->start_ms, part->end_ms, part->text, &segment->scores))
    return;
  for (guint i = part->first; i < part->first + part->n; i++)
    longhand_transcript_copy_word (to, word_at (segment, i));
}

static void
append_split (LonghandTranscript *to, const LonghandSegment *segment, glong max_chars) {
  g_autoptr (GArray) parts = cut (segment, max_chars);

  if (!time_by_words (segment, parts))
    time_by_length (segment, parts);
  for (guint i = 0; i < parts->len; i++)
    append_part (to, segment, &g_array_index (parts, Part, i));
}

static void
append_whole (LonghandTranscript *to, const LonghandSegment *segment) {
  append_part (to, segment,
               &(Part){ .n = segment->words != NULL ? segment->words->len : 0,
                        .text = segment->text,
                        .start_ms = segment->start_ms,
                        .end_ms = segment->end_ms });
}

LonghandTranscript *
longhand_transcript_split (LonghandTranscript *self, guint max_chars) {
  LonghandTranscript *split = longhand_transcript_new_like (self);

  for (guint i = 0; i < longhand_transcript_get_n_segments (self); i++) {
    const LonghandSegment *segment = longhand_transcript_get_segment (self, i);

    if (segment->words == NULL || g_utf8_strlen (segment->text, -1) <= (glong)max_chars)
      append_whole (split, segment);
    else
      append_split (split, segment, (glong)max_chars);
  }
  return split;
}
