/* Formats that players show while sound runs. */
#include "transcript/longhand-export-writers.h"

/* HH:MM:SS and milliseconds after the separator: "," in SubRip, "." in WebVTT. */
static void
append_time (GString *out, gint64 ms, char separator) {
  g_string_append_printf (out, "%02" G_GINT64_FORMAT ":%02d:%02d%c%03d", ms / 3600000, (int)(ms / 60000 % 60),
                          (int)(ms / 1000 % 60), separator, (int)(ms % 1000));
}

static void
append_cue_times (GString *out, const LonghandSegment *segment, char separator) {
  append_time (out, segment->start_ms, separator);
  g_string_append (out, " --> ");
  append_time (out, segment->end_ms, separator);
  g_string_append_c (out, '\n');
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

char *
longhand_write_srt (LonghandTranscript *transcript) {
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < longhand_transcript_get_n_segments (transcript); i++) {
    const LonghandSegment *segment = longhand_transcript_get_segment (transcript, i);
    g_autofree char *text = dup_without_empty_lines (segment->text);

    g_string_append_printf (out, "%s%u\n", i > 0 ? "\n" : "", i + 1);
    append_cue_times (out, segment, ',');
    g_string_append_printf (out, "%s\n", text);
  }
  return g_string_free (out, FALSE);
}

/* Escapes of cue text from the WebVTT recommendation (W3C), section 4.2.2: "&", "<" and the arrow's ">". */
char *
longhand_write_vtt (LonghandTranscript *transcript) {
  GString *out = g_string_new ("WEBVTT\n");

  for (guint i = 0; i < longhand_transcript_get_n_segments (transcript); i++) {
    const LonghandSegment *segment = longhand_transcript_get_segment (transcript, i);
    g_autofree char *lines = dup_without_empty_lines (segment->text);
    g_autoptr (GString) text = g_string_new (lines);

    g_string_replace (text, "&", "&amp;", 0);
    g_string_replace (text, "<", "&lt;", 0);
    g_string_replace (text, ">", "&gt;", 0);
    g_string_append_c (out, '\n');
    append_cue_times (out, segment, '.');
    g_string_append_printf (out, "%s\n", text->str);
  }
  return g_string_free (out, FALSE);
}

/* Lyrics know where a line begins, to hundredths of a second, and count minutes without end. */
char *
longhand_write_lrc (LonghandTranscript *transcript) {
  GString *out = g_string_new ("[re:Longhand]\n");

  for (guint i = 0; i < longhand_transcript_get_n_segments (transcript); i++) {
    const LonghandSegment *segment = longhand_transcript_get_segment (transcript, i);
    g_autofree char *line = longhand_write_one_line (segment->text);
    const gint64 ms = segment->start_ms;

    g_string_append_printf (out, "[%02" G_GINT64_FORMAT ":%02d.%02d]%s\n", ms / 60000, (int)(ms / 1000 % 60),
                            (int)(ms / 10 % 100), line);
  }
  return g_string_free (out, FALSE);
}
