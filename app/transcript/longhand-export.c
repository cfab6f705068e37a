#include "transcript/longhand-export.h"

#include "longhand-error.h"
#include "transcript/longhand-export-writers.h"

#include <glib/gi18n.h>

static const LonghandWriter formats[LONGHAND_N_FORMATS] = {
  [LONGHAND_FORMAT_TXT] = { "txt", N_ ("Plain text"), TRUE, FALSE, longhand_write_txt },
  [LONGHAND_FORMAT_MD] = { "md", N_ ("Markdown with times"), TRUE, TRUE, longhand_write_md },
  [LONGHAND_FORMAT_ODT] = { "odt", N_ ("OpenDocument text"), FALSE, FALSE, longhand_write_odt },
  [LONGHAND_FORMAT_SRT] = { "srt", N_ ("SubRip subtitles"), TRUE, TRUE, longhand_write_srt },
  [LONGHAND_FORMAT_VTT] = { "vtt", N_ ("WebVTT subtitles"), TRUE, TRUE, longhand_write_vtt },
  [LONGHAND_FORMAT_LRC] = { "lrc", N_ ("LRC lyrics"), TRUE, TRUE, longhand_write_lrc },
  [LONGHAND_FORMAT_JSON] = { "json", N_ ("JSON with times"), TRUE, TRUE, longhand_write_json },
  [LONGHAND_FORMAT_TSV] = { "tsv", N_ ("Tab-separated values"), TRUE, TRUE, longhand_write_tsv },
  [LONGHAND_FORMAT_CSV] = { "csv", N_ ("Comma-separated values"), TRUE, TRUE, longhand_write_csv },
};

const LonghandWriter *
longhand_format_get_writer (LonghandFormat format) {
  g_return_val_if_fail (format < LONGHAND_N_FORMATS, NULL);
  return &formats[format];
}

const char *
longhand_format_get_extension (LonghandFormat format) {
  g_return_val_if_fail (format < LONGHAND_N_FORMATS, NULL);
  return formats[format].extension;
}

static char *
dup_choices (void) {
  const char *extensions[LONGHAND_N_FORMATS + 1] = { NULL };

  for (guint i = 0; i < LONGHAND_N_FORMATS; i++)
    extensions[i] = formats[i].extension;
  return g_strjoinv (", ", (char **)extensions);
}

gboolean
longhand_format_parse (const char *name, LonghandFormat *format, GError **error) {
  const char *extension = name != NULL && *name == '.' ? name + 1 : name;
  g_autofree char *choices = NULL;

  for (guint i = 0; extension != NULL && i < LONGHAND_N_FORMATS; i++)
    if (g_ascii_strcasecmp (extension, formats[i].extension) == 0) {
      *format = i;
      return TRUE;
    }
  choices = dup_choices ();
  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
               _ ("There is no format “%s”: choose one of %s."), name != NULL ? name : "", choices);
  return FALSE;
}

GBytes *
longhand_export_to_bytes (LonghandTranscript *transcript, LonghandFormat format, GError **error) {
  g_return_val_if_fail (LONGHAND_IS_TRANSCRIPT (transcript), NULL);
  g_return_val_if_fail (format < LONGHAND_N_FORMATS, NULL);
  return formats[format].write (transcript, error);
}

GBytes *
longhand_export_highlighted (LonghandTranscript *transcript, LonghandFormat format, GError **error) {
  g_return_val_if_fail (LONGHAND_IS_TRANSCRIPT (transcript), NULL);
  g_return_val_if_fail (format == LONGHAND_FORMAT_SRT || format == LONGHAND_FORMAT_VTT, NULL);
  return format == LONGHAND_FORMAT_SRT ? longhand_write_highlighted_srt (transcript, error)
                                       : longhand_write_highlighted_vtt (transcript, error);
}
