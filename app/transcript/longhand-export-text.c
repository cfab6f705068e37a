/* Formats that people read. */
#include "transcript/longhand-export-writers.h"

#include <string.h>

/* A pause that begins a paragraph, and the length after which the end of a sentence does. */
#define PARAGRAPH_PAUSE_MS 2000
#define PARAGRAPH_CHARS 500

char *
longhand_write_one_line (const char *text) {
  g_auto (GStrv) parts = g_regex_split_simple (" *[\\t\\r\\n][ \\t\\r\\n]*", text, 0, 0);

  return g_strjoinv (" ", parts);
}

GBytes *
longhand_write_txt (LonghandTranscript *transcript, GError **error) {
  const char *text = longhand_transcript_get_text (transcript);
  GString *out = g_string_new (text);

  for (guint i = 0; text == NULL && i < longhand_transcript_get_n_segments (transcript); i++)
    g_string_append_printf (out, "%s\n", longhand_transcript_get_segment (transcript, i)->text);
  if (out->len > 0 && out->str[out->len - 1] != '\n')
    g_string_append_c (out, '\n');
  return g_string_free_to_bytes (out);
}

/* ---- paragraphs ---- */

static gboolean
ends_sentence (const char *text) {
  static const char *const marks[] = { ".", "!", "?", "…", "。", "！", "？", "؟", "۔", "।" };

  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    if (g_str_has_suffix (text, marks[i]))
      return TRUE;
  return FALSE;
}

static gboolean
begins_paragraph (const LonghandSegment *before, const LonghandSegment *segment, glong n_chars) {
  return segment->n_newlines >= 2 || segment->start_ms - before->end_ms >= PARAGRAPH_PAUSE_MS
         || (n_chars >= PARAGRAPH_CHARS && ends_sentence (before->text));
}

/* Behind the last segment of the paragraph that begins with the first-th. */
static guint
find_end_of_paragraph (LonghandTranscript *transcript, guint first) {
  const guint n = longhand_transcript_get_n_segments (transcript);
  glong n_chars = 0; /* of the paragraph */
  guint i = first;

  do {
    n_chars += g_utf8_strlen (longhand_transcript_get_segment (transcript, i)->text, -1);
    i++;
  } while (i < n
           && !begins_paragraph (longhand_transcript_get_segment (transcript, i - 1),
                                 longhand_transcript_get_segment (transcript, i), n_chars));
  return i;
}

char *
longhand_write_paragraphs (LonghandTranscript *transcript) {
  const guint n = longhand_transcript_get_n_segments (transcript);
  GString *out;

  if (longhand_transcript_get_text (transcript) != NULL)
    return g_strdup (longhand_transcript_get_text (transcript));
  out = g_string_new (NULL);
  for (guint first = 0; first < n;) {
    const guint end = find_end_of_paragraph (transcript, first);

    if (first > 0)
      g_string_append (out, "\n\n");
    for (guint i = first; i < end; i++) {
      g_autofree char *line = longhand_write_one_line (longhand_transcript_get_segment (transcript, i)->text);

      if (i > first)
        g_string_append_c (out, longhand_transcript_get_segment (transcript, i)->n_newlines > 0 ? '\n' : ' ');
      g_string_append (out, line);
    }
    first = end;
  }
  return g_string_free (out, FALSE);
}

/* ---- Markdown ---- */

/* A backslash takes the meaning from any punctuation of ASCII (CommonMark 0.31, section 2.4). None of this
 * text begins a line, so that only what means something within one needs it. */
static void
append_escaped (GString *out, const char *text) {
  g_autofree char *line = longhand_write_one_line (text);

  for (const char *at = line; *at != '\0'; at++) {
    if (strchr ("\\`*_[]<&~", *at) != NULL)
      g_string_append_c (out, '\\');
    g_string_append_c (out, *at);
  }
}

static void
append_paragraph_time (GString *out, gint64 ms) {
  g_string_append_printf (out, "%s**%02" G_GINT64_FORMAT ":%02d:%02d**", out->len > 0 ? "\n\n" : "",
                          ms / 3600000, (int)(ms / 60000 % 60), (int)(ms / 1000 % 60));
}

GBytes *
longhand_write_md (LonghandTranscript *transcript, GError **error) {
  const guint n = longhand_transcript_get_n_segments (transcript);
  GString *out = g_string_new (NULL);

  if (longhand_transcript_get_title (transcript) != NULL) {
    g_string_append (out, "# ");
    append_escaped (out, longhand_transcript_get_title (transcript));
  }
  for (guint first = 0; first < n;) {
    const guint end = find_end_of_paragraph (transcript, first);

    append_paragraph_time (out, longhand_transcript_get_segment (transcript, first)->start_ms);
    for (guint i = first; i < end; i++) {
      /* before a newline, a backslash is a line that ends (section 6.7) */
      g_string_append (
          out, i > first && longhand_transcript_get_segment (transcript, i)->n_newlines > 0 ? "\\\n" : " ");
      append_escaped (out, longhand_transcript_get_segment (transcript, i)->text);
    }
    first = end;
  }
  if (out->len > 0)
    g_string_append_c (out, '\n');
  return g_string_free_to_bytes (out);
}
