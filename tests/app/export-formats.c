/* Writes a transcript in every format: export-formats SEGMENTS FOLDER, where SEGMENTS is a file with a JSON
 * array of [start_ms, end_ms, text]. Files in the folder are named by the formats. */
#include "transcript/longhand-export.h"

#include <json-glib/json-glib.h>

static LonghandTranscript *
read_segments (const char *path) {
  g_autoptr (JsonParser) parser = json_parser_new ();
  LonghandTranscript *transcript = longhand_transcript_new ();
  g_autoptr (GError) error = NULL;
  JsonArray *segments;

  if (!json_parser_load_from_file (parser, path, &error))
    g_error ("%s", error->message);
  segments = json_node_get_array (json_parser_get_root (parser));
  for (guint i = 0; i < json_array_get_length (segments); i++) {
    JsonArray *segment = json_array_get_array_element (segments, i);

    longhand_transcript_append (transcript, json_array_get_int_element (segment, 0),
                                json_array_get_int_element (segment, 1),
                                json_array_get_string_element (segment, 2), 0, 0);
  }
  return transcript;
}

int
main (int argc, char **argv) {
  g_autoptr (LonghandTranscript) transcript = NULL;

  if (argc != 3)
    g_error ("usage: export-formats SEGMENTS FOLDER");
  transcript = read_segments (argv[1]);
  for (guint i = 0; i < LONGHAND_N_FORMATS; i++) {
    g_autofree char *content = longhand_export_to_string (transcript, i);
    g_autoptr (GFile) file = g_file_new_build_filename (argv[2], longhand_format_get_extension (i), NULL);
    g_autoptr (GError) error = NULL;

    if (!longhand_export_save (content, file, &error))
      g_error ("%s", error->message);
  }
  return 0;
}
