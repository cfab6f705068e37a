#include "transcript/longhand-export.h"

#include "longhand-error.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <math.h>

static const struct {
  const char *extension;
  const char *title;
} formats[LONGHAND_N_FORMATS] = {
  [LONGHAND_FORMAT_TXT] = { "txt", N_ ("Plain text") },
  [LONGHAND_FORMAT_SRT] = { "srt", N_ ("SubRip subtitles") },
  [LONGHAND_FORMAT_VTT] = { "vtt", N_ ("WebVTT subtitles") },
  [LONGHAND_FORMAT_JSON] = { "json", N_ ("JSON with times") },
};

const char *
longhand_format_get_extension (LonghandFormat format) {
  g_return_val_if_fail (format < LONGHAND_N_FORMATS, NULL);
  return formats[format].extension;
}

const char *
longhand_format_get_title (LonghandFormat format) {
  g_return_val_if_fail (format < LONGHAND_N_FORMATS, NULL);
  return _ (formats[format].title);
}

gboolean
longhand_format_parse (const char *name, LonghandFormat *format, GError **error) {
  const char *extension = name != NULL && *name == '.' ? name + 1 : name;

  for (guint i = 0; extension != NULL && i < LONGHAND_N_FORMATS; i++)
    if (g_ascii_strcasecmp (extension, formats[i].extension) == 0) {
      *format = i;
      return TRUE;
    }
  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
               _ ("There is no format “%s”: choose txt, srt, vtt or json."), name != NULL ? name : "");
  return FALSE;
}

/* ---- writers: one per format ------------------------------------------------------------------------------
 */

static char *
write_txt (LonghandTranscript *transcript) {
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < longhand_transcript_get_n_segments (transcript); i++)
    g_string_append_printf (out, "%s\n", longhand_transcript_get_segment (transcript, i)->text);
  return g_string_free (out, FALSE);
}

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

static char *
write_srt (LonghandTranscript *transcript) {
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
static char *
write_vtt (LonghandTranscript *transcript) {
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

/* JSON has no infinities and no NaN. */
static void
add_number (JsonBuilder *builder, const char *key, double value) {
  json_builder_set_member_name (builder, key);
  if (isfinite (value))
    json_builder_add_double_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

static void
add_string_or_null (JsonBuilder *builder, const char *key, const char *value) {
  json_builder_set_member_name (builder, key);
  if (value != NULL)
    json_builder_add_string_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

/* Names as in openai/whisper's files. */
static void
add_words (JsonBuilder *builder, const GArray *words) {
  json_builder_set_member_name (builder, "words");
  json_builder_begin_array (builder);
  for (guint i = 0; i < words->len; i++) {
    const LonghandWord *word = &g_array_index (words, LonghandWord, i);

    json_builder_begin_object (builder);
    add_string_or_null (builder, "word", word->text);
    add_number (builder, "start", word->start_ms / 1000.0);
    add_number (builder, "end", word->end_ms / 1000.0);
    add_number (builder, "probability", word->probability);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
}

static char *
write_json (LonghandTranscript *transcript) {
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *json = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "version");
  json_builder_add_int_value (builder, LONGHAND_EXPORT_JSON_VERSION);
  add_string_or_null (builder, "model", longhand_transcript_get_model (transcript));
  add_string_or_null (builder, "language", longhand_transcript_get_language (transcript));
  json_builder_set_member_name (builder, "segments");
  json_builder_begin_array (builder);
  for (guint i = 0; i < longhand_transcript_get_n_segments (transcript); i++) {
    const LonghandSegment *segment = longhand_transcript_get_segment (transcript, i);

    json_builder_begin_object (builder);
    add_number (builder, "start", segment->start_ms / 1000.0);
    add_number (builder, "end", segment->end_ms / 1000.0);
    add_string_or_null (builder, "text", segment->text);
    add_number (builder, "avg_logprob", segment->avg_logprob);
    add_number (builder, "no_speech_prob", segment->no_speech_prob);
    if (segment->words != NULL)
      add_words (builder, segment->words);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
  json_builder_end_object (builder);

  root = json_builder_get_root (builder);
  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, TRUE);
  json = json_generator_to_data (generator, NULL);
  return g_strconcat (json, "\n", NULL);
}

char *
longhand_export_to_string (LonghandTranscript *transcript, LonghandFormat format) {
  g_return_val_if_fail (LONGHAND_IS_TRANSCRIPT (transcript), NULL);

  switch (format) {
  case LONGHAND_FORMAT_TXT:
    return write_txt (transcript);
  case LONGHAND_FORMAT_SRT:
    return write_srt (transcript);
  case LONGHAND_FORMAT_VTT:
    return write_vtt (transcript);
  case LONGHAND_FORMAT_JSON:
    return write_json (transcript);
  case LONGHAND_N_FORMATS:
    break;
  }
  g_return_val_if_reached (NULL);
}
