/* Writes a transcript in every format, or in one: export-formats TRANSCRIPT FOLDER [FORMAT], where TRANSCRIPT
 * is a JSON file: { segments: [[start_ms, end_ms, text]], text, title, language, begun_us }, of which all but
 * segments may be left out. Files in the folder are named by the formats. */
#include "transcript/longhand-export.h"

#include <json-glib/json-glib.h>
#include <string.h>

static LonghandTranscript *
read_transcript (const char *path) {
  g_autoptr (JsonParser) parser = json_parser_new ();
  LonghandTranscript *transcript = longhand_transcript_new ();
  g_autoptr (GError) error = NULL;
  JsonObject *object;
  JsonArray *segments;

  if (!json_parser_load_from_file (parser, path, &error))
    g_error ("%s", error->message);
  object = json_node_get_object (json_parser_get_root (parser));
  segments = json_object_get_array_member (object, "segments");
  for (guint i = 0; i < json_array_get_length (segments); i++) {
    JsonArray *segment = json_array_get_array_element (segments, i);

    longhand_transcript_append (transcript, json_array_get_int_element (segment, 0),
                                json_array_get_int_element (segment, 1),
                                json_array_get_string_element (segment, 2), NULL);
  }
  longhand_transcript_set_text (transcript,
                                json_object_get_string_member_with_default (object, "text", NULL));
  longhand_transcript_set_title (transcript,
                                 json_object_get_string_member_with_default (object, "title", NULL));
  longhand_transcript_set_language (transcript,
                                    json_object_get_string_member_with_default (object, "language", NULL));
  longhand_transcript_set_begun (transcript, json_object_get_int_member_with_default (object, "begun_us", 0));
  return transcript;
}

static void
save (LonghandTranscript *transcript, LonghandFormat format, const char *folder) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) content = longhand_export_to_bytes (transcript, format, &error);
  g_autoptr (GFile) file = g_file_new_build_filename (folder, longhand_format_get_extension (format), NULL);

  if (content == NULL || !longhand_export_save (content, file, &error))
    g_error ("%s", error->message);
}

int
main (int argc, char **argv) {
  g_autoptr (LonghandTranscript) transcript = NULL;

  if (argc != 3 && argc != 4)
    g_error ("usage: export-formats TRANSCRIPT FOLDER [FORMAT]");
  transcript = read_transcript (argv[1]);
  for (guint i = 0; i < LONGHAND_N_FORMATS; i++)
    if (argc == 3 || strcmp (argv[3], longhand_format_get_extension (i)) == 0)
      save (transcript, i, argv[2]);
  return 0;
}
