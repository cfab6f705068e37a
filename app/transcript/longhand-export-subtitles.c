/* Formats that players show while sound runs. */
#include "transcript/longhand-export-writers.h"

#include <string.h>

/* HH:MM:SS and milliseconds after the separator: "," in SubRip, "." in WebVTT. */
static void
append_time (GString *out, gint64 ms, char separator) {
  g_string_append_printf (out, "%02" G_GINT64_FORMAT ":%02d:%02d%c%03d", ms / 3600000, (int)(ms / 60000 % 60),
                          (int)(ms / 1000 % 60), separator, (int)(ms % 1000));
}

/* An empty line ends a cue in both subtitle formats, so a cue's text has none; CR counts as a line end too.
 */
static char *
dup_without_empty_lines (const char *text) {
  g_auto (GStrv) lines = g_regex_split_simple ("[\\r\\n]+", text, 0, 0);
  GString *out = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL; i++) {
    g_strstrip (lines[i]);
    if (*lines[i] != '\0')
      g_string_append_printf (out, "%s%s", out->len > 0 ? "\n" : "", lines[i]);
  }
  return g_string_free (out, FALSE);
}

/* What is being written. */
typedef struct {
  GString *out;
  gboolean is_vtt;
  guint n_cues;
} Subtitles;

/* Escapes of cue text from the WebVTT recommendation (W3C), section 4.2.2: "&", "<" and the arrow's ">".
 * SubRip has none. */
static char *
dup_escaped (const Subtitles *self, const char *text) {
  GString *escaped = g_string_new (text);

  if (self->is_vtt) {
    g_string_replace (escaped, "&", "&amp;", 0);
    g_string_replace (escaped, "<", "&lt;", 0);
    g_string_replace (escaped, ">", "&gt;", 0);
  }
  return g_string_free (escaped, FALSE);
}

/* text has been escaped. */
static void
append_cue (Subtitles *self, gint64 start_ms, gint64 end_ms, const char *text) {
  const char separator = self->is_vtt ? '.' : ',';
  g_autofree char *lines = dup_without_empty_lines (text);

  self->n_cues++;
  if (self->is_vtt || self->n_cues > 1)
    g_string_append_c (self->out, '\n');
  if (!self->is_vtt)
    g_string_append_printf (self->out, "%u\n", self->n_cues);
  append_time (self->out, start_ms, separator);
  g_string_append (self->out, " --> ");
  append_time (self->out, end_ms, separator);
  g_string_append_printf (self->out, "\n%s\n", lines);
}

/* The words' text, one of them underlined without the space before it; G_MAXUINT: none. */
static char *
dup_underlined (const Subtitles *self, const GArray *words, guint underlined) {
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < words->len; i++) {
    const char *word = g_array_index (words, LonghandWord, i).text;
    const gsize n_space = strspn (word, " \t\r\n");
    g_autofree char *core = dup_escaped (self, word + n_space);

    g_string_append_len (text, word, (gssize)n_space);
    g_string_append_printf (text, i == underlined ? "<u>%s</u>" : "%s", core);
  }
  return g_string_free (text, FALSE);
}

/* A cue with this word, from start_ms to end_ms, unless that is no time at all. Returns end_ms. */
static gint64
append_highlight (Subtitles *self, const GArray *words, guint underlined, gint64 start_ms, gint64 end_ms) {
  g_autofree char *text = NULL;

  if (end_ms <= start_ms)
    return start_ms;
  text = dup_underlined (self, words, underlined);
  append_cue (self, start_ms, end_ms, text);
  return end_ms;
}

static void
append_whole (Subtitles *self, const LonghandSegment *segment) {
  g_autofree char *text = dup_escaped (self, segment->text);

  append_cue (self, segment->start_ms, segment->end_ms, text);
}

static void
append_word_by_word (Subtitles *self, const LonghandSegment *segment) {
  const GArray *words = segment->words;
  gint64 now_ms = segment->start_ms;

  for (guint i = 0; i < words->len; i++) {
    const LonghandWord *word = &g_array_index (words, LonghandWord, i);

    now_ms = append_highlight (self, words, G_MAXUINT, now_ms, MIN (word->start_ms, segment->end_ms));
    now_ms = append_highlight (self, words, i, now_ms, MIN (word->end_ms, segment->end_ms));
  }
  append_highlight (self, words, G_MAXUINT, now_ms, segment->end_ms);
}

static GBytes *
write_subtitles (LonghandTranscript *transcript, gboolean is_vtt, gboolean highlights) {
  Subtitles subtitles = { .out = g_string_new (is_vtt ? "WEBVTT\n" : NULL), .is_vtt = is_vtt };

  for (guint i = 0; i < longhand_transcript_get_n_segments (transcript); i++) {
    const LonghandSegment *segment = longhand_transcript_get_segment (transcript, i);

    if (highlights && segment->words != NULL && segment->end_ms > segment->start_ms)
      append_word_by_word (&subtitles, segment);
    else
      append_whole (&subtitles, segment);
  }
  return g_string_free_to_bytes (subtitles.out);
}

GBytes *
longhand_write_srt (LonghandTranscript *transcript, GError **error) {
  return write_subtitles (transcript, FALSE, FALSE);
}

GBytes *
longhand_write_vtt (LonghandTranscript *transcript, GError **error) {
  return write_subtitles (transcript, TRUE, FALSE);
}

GBytes *
longhand_write_highlighted_srt (LonghandTranscript *transcript, GError **error) {
  return write_subtitles (transcript, FALSE, TRUE);
}

GBytes *
longhand_write_highlighted_vtt (LonghandTranscript *transcript, GError **error) {
  return write_subtitles (transcript, TRUE, TRUE);
}

/* Lyrics know where a line begins, to hundredths of a second, and count minutes without end. */
GBytes *
longhand_write_lrc (LonghandTranscript *transcript, GError **error) {
  GString *out = g_string_new ("[re:Longhand]\n");

  for (guint i = 0; i < longhand_transcript_get_n_segments (transcript); i++) {
    const LonghandSegment *segment = longhand_transcript_get_segment (transcript, i);
    g_autofree char *line = longhand_write_one_line (segment->text);
    const gint64 ms = segment->start_ms;

    g_string_append_printf (out, "[%02" G_GINT64_FORMAT ":%02d.%02d]%s\n", ms / 60000, (int)(ms / 1000 % 60),
                            (int)(ms / 10 % 100), line);
  }
  return g_string_free_to_bytes (out);
}
