#include "longhand-spoken.h"

#include "transcript/longhand-spans.h"

GPtrArray *
longhand_spoken_segments_new (void) {
  return g_ptr_array_new_with_free_func (longhand_segment_free);
}

/* Its number. */
static guint
add_segment (GPtrArray *segments, const LonghandSegment *segment) {
  g_ptr_array_add (segments, longhand_segment_copy (segment));
  return segments->len;
}

/* The end of each segment's text in the utterance's, in characters; NULL unless all are there in order. */
static GArray *
find_segments (const LonghandUtterance *utterance) {
  g_autoptr (GArray) ends = g_array_new (FALSE, FALSE, sizeof (guint));
  const char *rest = utterance->text;

  if (utterance->segments == NULL || utterance->segments->len == 0)
    return NULL;
  for (guint i = 0; i < utterance->segments->len; i++) {
    const LonghandSegment *segment = g_ptr_array_index (utterance->segments, i);
    guint end;

    rest = strstr (rest, segment->text);
    if (rest == NULL)
      return NULL;
    rest += strlen (segment->text);
    end = (guint)g_utf8_pointer_to_offset (utterance->text, rest);
    g_array_append_val (ends, end);
  }
  return g_steal_pointer (&ends);
}

GArray *
longhand_spoken_spans_new (GPtrArray *segments, const LonghandUtterance *utterance, guint lead,
                           guint length) {
  g_autoptr (GArray) ends = find_segments (utterance);
  const LonghandSegment whole = { .start_ms = utterance->start_ms, .end_ms = utterance->end_ms };
  GArray *spans = longhand_spans_new ();
  guint done = 0;

  for (guint i = 0; ends && i < ends->len; i++) {
    const LonghandSegment *segment = g_ptr_array_index (utterance->segments, i);
    guint id = add_segment (segments, segment);
    guint end = i + 1 < ends->len ? lead + g_array_index (ends, guint, i) : length;

    longhand_spans_insert (spans, done, end - done, id);
    done = end;
  }
  if (ends == NULL)
    longhand_spans_insert (spans, 0, length, add_segment (segments, &whole));
  return spans;
}

static gboolean
has_word (const char *text, const char *end) {
  for (; text < end; text = g_utf8_next_char (text))
    if (g_unichar_isalnum (g_utf8_get_char (text)))
      return TRUE;
  return FALSE;
}

/* The text of each segment, in the order of the text; NULL for those that are gone. One without a word, as
 * commands for punctuation write it, is a part of the one before it. */
static GPtrArray *
collect (const GPtrArray *segments, const GArray *spans, const char *text) {
  GPtrArray *texts = g_ptr_array_new_full (segments->len, NULL);
  guint id = 0;

  for (guint i = 0; i < segments->len; i++)
    g_ptr_array_add (texts, NULL);
  for (guint i = 0; i < spans->len && id == 0; i++)
    id = g_array_index (spans, LonghandSpan, i).id;
  for (guint i = 0; i < spans->len && id > 0; i++) {
    const LonghandSpan *span = &g_array_index (spans, LonghandSpan, i);
    const char *end = g_utf8_offset_to_pointer (text, (long)span->length);

    if (span->id != 0 && has_word (text, end))
      id = span->id;
    if (texts->pdata[id - 1] == NULL)
      texts->pdata[id - 1] = g_string_new (NULL);
    g_string_append_len (texts->pdata[id - 1], text, end - text);
    text = end;
  }
  return texts;
}

/* On one line, without spaces around. */
static char *
one_line (const char *text) {
  g_auto (GStrv) words = g_strsplit_set (text, " \t\r\n", -1);
  GString *line = g_string_new (NULL);

  for (guint i = 0; words[i]; i++)
    if (*words[i])
      g_string_append_printf (line, "%s%s", line->len > 0 ? " " : "", words[i]);
  return g_string_free (line, FALSE);
}

static int
compare_start (gconstpointer a, gconstpointer b, gpointer user_data) {
  const GPtrArray *segments = user_data;
  const LonghandSegment *first = g_ptr_array_index (segments, *(const guint *)a);
  const LonghandSegment *second = g_ptr_array_index (segments, *(const guint *)b);

  return first->start_ms < second->start_ms ? -1 : first->start_ms > second->start_ms;
}

LonghandTranscript *
longhand_spoken_dup_transcript (const GPtrArray *segments, const GArray *spans, const char *text) {
  LonghandTranscript *transcript = longhand_transcript_new ();
  g_autoptr (GPtrArray) texts = collect (segments, spans, text);
  g_autoptr (GArray) order = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < segments->len; i++)
    g_array_append_val (order, i);
  g_array_sort_with_data (order, compare_start, (gpointer)segments);
  for (guint i = 0; i < order->len; i++) {
    guint n = g_array_index (order, guint, i);
    const LonghandSegment *segment = g_ptr_array_index (segments, n);
    g_autofree char *line = NULL;

    if (texts->pdata[n] == NULL)
      continue;
    line = one_line (((GString *)texts->pdata[n])->str);
    g_string_free (texts->pdata[n], TRUE);
    if (*line)
      longhand_transcript_append (transcript, segment->start_ms, segment->end_ms, line, &segment->scores);
  }
  return transcript;
}
