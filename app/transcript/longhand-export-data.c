/* Formats that programs read. */
#include "longhand-json.h"
#include "transcript/longhand-export-writers.h"
#include "transcript/longhand-export.h"

#include <math.h>

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

static void
add_alternatives (JsonBuilder *builder, const GArray *alternatives) {
  json_builder_set_member_name (builder, "alternatives");
  json_builder_begin_array (builder);
  for (guint i = 0; i < alternatives->len; i++) {
    const LonghandAlternative *alternative = &g_array_index (alternatives, LonghandAlternative, i);

    json_builder_begin_object (builder);
    add_string_or_null (builder, "word", alternative->text);
    add_number (builder, "probability", alternative->probability);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
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
    if (word->alternatives != NULL)
      add_alternatives (builder, word->alternatives);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
}

static void
add_scores (JsonBuilder *builder, const LonghandScores *scores) {
  add_number (builder, "temperature", scores->temperature);
  add_number (builder, "avg_logprob", scores->avg_logprob);
  add_number (builder, "compression_ratio", scores->compression_ratio);
  add_number (builder, "no_speech_prob", scores->no_speech_prob);
}

GBytes *
longhand_write_json (LonghandTranscript *transcript, GError **error) {
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "version");
  json_builder_add_int_value (builder, LONGHAND_EXPORT_JSON_VERSION);
  add_string_or_null (builder, "model", longhand_transcript_get_model (transcript));
  add_string_or_null (builder, "language", longhand_transcript_get_language (transcript));
  add_number (builder, "language_probability", longhand_transcript_get_language_probability (transcript));
  json_builder_set_member_name (builder, "segments");
  json_builder_begin_array (builder);
  for (guint i = 0; i < longhand_transcript_get_n_segments (transcript); i++) {
    const LonghandSegment *segment = longhand_transcript_get_segment (transcript, i);

    json_builder_begin_object (builder);
    add_number (builder, "start", segment->start_ms / 1000.0);
    add_number (builder, "end", segment->end_ms / 1000.0);
    add_string_or_null (builder, "text", segment->text);
    add_scores (builder, &segment->scores);
    if (segment->words != NULL)
      add_words (builder, segment->words);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
  json_builder_end_object (builder);

  root = json_builder_get_root (builder);
  return g_string_free_to_bytes (longhand_json_to_text (root));
}

/* Columns as openai/whisper's: milliseconds, and no way to write a tab or a line's end. */
GBytes *
longhand_write_tsv (LonghandTranscript *transcript, GError **error) {
  GString *out = g_string_new ("start\tend\ttext\n");

  for (guint i = 0; i < longhand_transcript_get_n_segments (transcript); i++) {
    const LonghandSegment *segment = longhand_transcript_get_segment (transcript, i);
    g_autofree char *line = longhand_write_one_line (segment->text);

    g_string_append_printf (out, "%" G_GINT64_FORMAT "\t%" G_GINT64_FORMAT "\t%s\n", segment->start_ms,
                            segment->end_ms, line);
  }
  return g_string_free_to_bytes (out);
}

/* Columns as whisper.cpp's: milliseconds; the text in quotes, which RFC 4180 doubles in it. */
GBytes *
longhand_write_csv (LonghandTranscript *transcript, GError **error) {
  GString *out = g_string_new ("start,end,text\n");

  for (guint i = 0; i < longhand_transcript_get_n_segments (transcript); i++) {
    const LonghandSegment *segment = longhand_transcript_get_segment (transcript, i);
    g_autoptr (GString) text = g_string_new (segment->text);

    g_string_replace (text, "\"", "\"\"", 0);
    g_string_append_printf (out, "%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT ",\"%s\"\n", segment->start_ms,
                            segment->end_ms, text->str);
  }
  return g_string_free_to_bytes (out);
}
