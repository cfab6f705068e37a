#include "cli/longhand-cli-output.h"

#include "cli/longhand-cli-suggestion.h"
#include "cli/longhand-cli.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ALL_FORMATS ((1u << LONGHAND_N_FORMATS) - 1)
/* Nothing can be added behind them. */
#define DOCUMENTS (1u << LONGHAND_FORMAT_ODT | 1u << LONGHAND_FORMAT_JSON)
#define SUBTITLES (1u << LONGHAND_FORMAT_SRT | 1u << LONGHAND_FORMAT_VTT)
#define LARGEST_LAYOUT 1000

void
longhand_cli_output_clear (LonghandCliOutput *self) {
  g_clear_pointer (&self->format_names, g_free);
  g_clear_pointer (&self->path, g_free);
}

static gboolean
has_several (guint formats) {
  return (formats & (formats - 1)) != 0;
}

static LonghandFormat
first_format (const LonghandCliOutput *self) {
  return (LonghandFormat)g_bit_nth_lsf (self->formats, -1);
}

/* --output is a folder for them then. */
static gboolean
makes_several (const LonghandCliOutput *self) {
  return self->has_several_inputs || has_several (self->formats)
         || (self->path != NULL && g_str_has_suffix (self->path, "/"));
}

/* --output itself, or a file in it; NULL: standard output. */
static GFile *
place_of (const LonghandCliOutput *self, const LonghandCliInput *input, LonghandFormat format) {
  g_autofree char *stem = NULL;
  g_autofree char *name = NULL;

  if (self->path == NULL)
    return NULL;
  if (!makes_several (self) && !g_file_test (self->path, G_FILE_TEST_IS_DIR))
    return g_file_new_for_commandline_arg (self->path);
  stem = longhand_cli_input_stem (input);
  name = g_strdup_printf ("%s.%s", stem, longhand_format_get_extension (format));
  return g_file_new_build_filename (self->path, input->folder, name, NULL);
}

/* ---- checking ---- */

static gboolean
parse_format (const char *name, LonghandFormat *format, GError **error) {
  const char *choices[LONGHAND_N_FORMATS + 2];

  if (longhand_format_parse (name, format, error))
    return TRUE;
  for (guint i = 0; i < LONGHAND_N_FORMATS; i++)
    choices[i] = longhand_format_get_extension (i);
  choices[LONGHAND_N_FORMATS] = "all";
  choices[LONGHAND_N_FORMATS + 1] = NULL;
  longhand_cli_suggest (error, name != NULL ? name : "", choices);
  return FALSE;
}

static gboolean
parse_formats (LonghandCliOutput *self, GError **error) {
  g_auto (GStrv) names = g_strsplit (self->format_names, ",", -1);

  self->formats = 0;
  for (guint i = 0; i == 0 || names[i] != NULL; i++) {
    LonghandFormat format;

    if (names[i] != NULL && g_ascii_strcasecmp (names[i], "all") == 0)
      self->formats |= ALL_FORMATS;
    else if (parse_format (names[i], &format, error))
      self->formats |= 1u << format;
    else
      return FALSE;
  }
  return TRUE;
}

/* What stands behind the last dot of --output's name; NULL: nothing does, or it is a folder. */
static const char *
ending (const char *path) {
  const char *slash, *name, *dot;

  if (path == NULL || g_file_test (path, G_FILE_TEST_IS_DIR))
    return NULL;
  slash = strrchr (path, '/');
  name = slash != NULL ? slash + 1 : path;
  dot = strrchr (name, '.');
  return dot != NULL && dot != name ? dot + 1 : NULL;
}

gboolean
longhand_cli_output_parse_ending (const char *path, LonghandFormat *format, GError **error) {
  const char *name = ending (path);

  *format = LONGHAND_FORMAT_TXT;
  return name == NULL || parse_format (name, format, error);
}

/* An output file's ending says which format is meant. */
static gboolean
take_format_of_ending (LonghandCliOutput *self, GError **error) {
  LonghandFormat format = LONGHAND_FORMAT_TXT;
  g_autoptr (GError) unknown = NULL;

  if (!self->has_several_inputs && !longhand_cli_output_parse_ending (self->path, &format, &unknown)) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                 _ ("%s Or say with --format what “%s” is to be."), unknown->message, self->path);
    return FALSE;
  }
  self->formats = 1u << format;
  return TRUE;
}

static gboolean
check_standard_output (const LonghandCliOutput *self, GError **error) {
  const LonghandFormat format = first_format (self);

  if (has_several (self->formats))
    g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                         _ ("Several formats make several files: name a folder for them with --output."));
  else if (self->has_several_inputs && format != LONGHAND_FORMAT_TXT)
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                 _ ("Several recordings make several %s files: name a folder for them with --output."),
                 longhand_format_get_extension (format));
  else if (!longhand_format_get_writer (format)->is_text && isatty (STDOUT_FILENO))
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                 _ ("No terminal can show %s: name a file for it with --output."),
                 longhand_format_get_extension (format));
  else
    return TRUE;
  return FALSE;
}

/* A folder that is called like a file is hardly meant. */
static gboolean
check_folder_name (const LonghandCliOutput *self, GError **error) {
  const char *name = ending (self->path);
  LonghandFormat format;

  if (g_file_test (self->path, G_FILE_TEST_EXISTS) || name == NULL
      || !longhand_format_parse (name, &format, NULL))
    return TRUE;
  g_set_error (
      error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
      _ ("“%s” would be one file for several texts: name a folder with --output, and with --format what "
         "to write."),
      self->path);
  return FALSE;
}

static gboolean
make_folder (const char *path, GError **error) {
  if (g_mkdir_with_parents (path, 0777) == 0)
    return TRUE;
  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_WRITE,
               _ ("“%s” cannot be the folder for several texts (%s): choose another one."), path,
               g_strerror (errno));
  return FALSE;
}

static gboolean
set_taken (GFile *file, GError **error) {
  g_autofree char *name = g_file_get_parse_name (file);

  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
               _ ("“%s” is a recording, or would be written twice: choose another --output."), name);
  return FALSE;
}

/* Before anything else is said of its name. */
static gboolean
check_is_no_recording (const LonghandCliOutput *self, GHashTable *taken, GError **error) {
  g_autoptr (GFile) file = self->path != NULL ? g_file_new_for_commandline_arg (self->path) : NULL;

  return file == NULL || !g_hash_table_contains (taken, file) || set_taken (file, error);
}

/* Two recordings of the same name must not overwrite each other's text. */
static gboolean
check_place (const LonghandCliOutput *self, const LonghandCliInput *input, LonghandFormat format,
             GHashTable *taken, GError **error) {
  g_autoptr (GFile) file = place_of (self, input, format);

  return g_hash_table_add (taken, g_object_ref (file)) || set_taken (file, error);
}

static gboolean
check_places (const LonghandCliOutput *self, const LonghandCliInput *input, GHashTable *taken,
              GError **error) {
  for (guint format = 0; format < LONGHAND_N_FORMATS; format++)
    if ((self->formats & 1u << format) != 0 && !check_place (self, input, format, taken, error))
      return FALSE;
  return TRUE;
}

static gboolean
lays_out (const LonghandCliOutput *self) {
  return self->line_width != 0 || self->n_lines != 0 || self->n_words != 0;
}

gboolean
longhand_cli_output_needs_words (const LonghandCliOutput *self) {
  return lays_out (self) || self->highlights_words;
}

static gboolean
check_layout_range (const char *option, int value, GError **error) {
  if (value >= 0 && value <= LARGEST_LAYOUT)
    return TRUE;
  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
               _ ("%s %.10g is out of range: use %.10g to %.10g."), option, (double)value, 0.0,
               (double)LARGEST_LAYOUT);
  return FALSE;
}

static gboolean
check_layout (const LonghandCliOutput *self, GError **error) {
  if (!check_layout_range ("--max-line-width", self->line_width, error)
      || !check_layout_range ("--max-line-count", self->n_lines, error)
      || !check_layout_range ("--max-words-per-line", self->n_words, error))
    return FALSE;
  if (self->n_lines > 0 && self->line_width == 0)
    g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                         _ ("--max-line-count counts lines: say how long they are with --max-line-width."));
  else if (self->n_words > 0 && self->line_width > 0)
    g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                         _ ("Lines end by their width or by their words: leave out --max-line-width or "
                            "--max-words-per-line."));
  else if (self->highlights_words && (self->formats & SUBTITLES) == 0)
    g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                         _ ("Only subtitles highlight words: choose srt or vtt with --format."));
  else if (lays_out (self) && (self->formats & SUBTITLES) == 0)
    g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                         _ ("Only subtitles are laid out in lines: choose srt or vtt with --format."));
  else if (self->tells_alternatives && (self->formats & 1u << LONGHAND_FORMAT_JSON) == 0)
    g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                         _ ("Only json has --alternatives to words: choose it with --format."));
  else
    return TRUE;
  return FALSE;
}

gboolean
longhand_cli_output_check (LonghandCliOutput *self, const LonghandCliInputs *inputs, GHashTable *taken,
                           GError **error) {
  self->has_several_inputs = inputs->has_folder || inputs->inputs->len > 1;
  if (g_strcmp0 (self->path, "-") == 0)
    g_clear_pointer (&self->path, g_free);
  if (!check_is_no_recording (self, taken, error))
    return FALSE;
  if (self->format_names == NULL ? !take_format_of_ending (self, error) : !parse_formats (self, error))
    return FALSE;
  if (!check_layout (self, error))
    return FALSE;
  if (self->path == NULL)
    return check_standard_output (self, error);
  if (makes_several (self) && !check_folder_name (self, error))
    return FALSE;
  for (guint i = 0; i < inputs->inputs->len; i++)
    if (!check_places (self, longhand_cli_inputs_get (inputs, i), taken, error))
      return FALSE;
  if (!makes_several (self))
    return TRUE;
  for (guint i = 0; i < inputs->inputs->len; i++) {
    const LonghandCliInput *input = longhand_cli_inputs_get (inputs, i);
    g_autofree char *folder = g_build_filename (self->path, input->folder, NULL);

    if (!make_folder (folder, error))
      return FALSE;
  }
  return TRUE;
}

/* ---- what is there ---- */

static gboolean
is_older (const GStatBuf *a, const GStatBuf *b) {
  return a->st_mtim.tv_sec != b->st_mtim.tv_sec ? a->st_mtim.tv_sec < b->st_mtim.tv_sec
                                                : a->st_mtim.tv_nsec < b->st_mtim.tv_nsec;
}

gboolean
longhand_cli_output_is_there (const LonghandCliOutput *self, const LonghandCliInput *input) {
  GStatBuf recording;

  if (self->path == NULL || input->path == NULL || g_stat (input->path, &recording) != 0)
    return FALSE;
  for (guint format = 0; format < LONGHAND_N_FORMATS; format++) {
    g_autoptr (GFile) file = NULL;
    GStatBuf text;

    if ((self->formats & 1u << format) == 0)
      continue;
    file = place_of (self, input, format);
    if (!g_file_is_native (file) || g_stat (g_file_peek_path (file), &text) != 0 || !S_ISREG (text.st_mode)
        || is_older (&text, &recording))
      return FALSE;
  }
  return TRUE;
}

/* ---- writing ---- */

/* Subtitles in lines; without the last one as long as words may be added to it. (transfer full) */
static LonghandTranscript *
lay_out (const LonghandCliOutput *self, LonghandTranscript *transcript, gboolean is_all) {
  const LonghandLayout layout = { .line_width = (guint)self->line_width,
                                  .n_lines = (guint)self->n_lines,
                                  .n_words = (guint)self->n_words };
  LonghandTranscript *subtitles = longhand_transcript_lay_out (transcript, &layout);
  const guint n = longhand_transcript_get_n_segments (subtitles);

  if (!is_all && self->n_lines > 0 && n > 0)
    longhand_transcript_truncate (subtitles, n - 1);
  return subtitles;
}

static GBytes *
content_of (const LonghandCliOutput *self, LonghandTranscript *transcript, LonghandFormat format,
            gboolean is_all, GError **error) {
  g_autoptr (LonghandTranscript) subtitles = NULL;

  if ((SUBTITLES & 1u << format) == 0)
    return longhand_export_to_bytes (transcript, format, error);
  subtitles = lays_out (self) ? lay_out (self, transcript, is_all) : g_object_ref (transcript);
  return self->highlights_words ? longhand_export_highlighted (subtitles, format, error)
                                : longhand_export_to_bytes (subtitles, format, error);
}

/* ---- printing ---- */

gboolean
longhand_cli_output_grows (const LonghandCliOutput *self) {
  return self->path == NULL && (self->formats & DOCUMENTS) == 0;
}

/* Paragraphs are lines. (transfer full) */
static GBytes *
drop_last_line (GBytes *content) {
  gsize n;
  const char *text = g_bytes_get_data (content, &n);

  for (n = n > 0 ? n - 1 : 0; n > 0 && text[n - 1] != '\n'; n--)
    ;
  return g_bytes_new_from_bytes (content, 0, n);
}

GBytes *
longhand_cli_output_begin (const LonghandCliOutput *self, LonghandTranscript *transcript) {
  const LonghandFormat format = first_format (self);
  g_autoptr (GBytes) content = content_of (self, transcript, format, FALSE, NULL);

  return format == LONGHAND_FORMAT_MD ? drop_last_line (content) : g_steal_pointer (&content);
}

/* file: NULL, or where the text should have been saved. */
static void
print_heading (const LonghandCliOutput *self, const LonghandCliInput *input, GFile *file) {
  g_autofree char *name = NULL;

  if (!makes_several (self))
    return;
  name = file != NULL ? g_file_get_parse_name (file) : longhand_cli_input_display_name (input);
  g_print ("==> %s <==\n", name);
}

void
longhand_cli_output_print (const LonghandCliOutput *self, const LonghandCliInput *input, GBytes *content,
                           gsize *n_printed) {
  g_autoptr (GBytes) rest
      = g_bytes_new_from_bytes (content, *n_printed, g_bytes_get_size (content) - *n_printed);

  if (*n_printed == 0)
    print_heading (self, input, NULL);
  longhand_cli_print_bytes (rest);
  *n_printed = g_bytes_get_size (content);
}

/* What takes the place of a file. A document is no use in a terminal, but its text is. */
static void
print_in_place (const LonghandCliOutput *self, const LonghandCliInput *input, GFile *file,
                LonghandTranscript *transcript, LonghandFormat format, GBytes *content) {
  g_autoptr (GBytes) text = longhand_format_get_writer (format)->is_text
                                ? g_bytes_ref (content)
                                : longhand_export_to_bytes (transcript, LONGHAND_FORMAT_TXT, NULL);

  print_heading (self, input, file);
  longhand_cli_print_bytes (text);
}

static int
write_one (const LonghandCliOutput *self, const LonghandCliInput *input, LonghandTranscript *transcript,
           LonghandFormat format, gsize n_printed) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) content = content_of (self, transcript, format, TRUE, &error);
  g_autoptr (GFile) file = place_of (self, input, format);

  if (content != NULL && file == NULL) {
    longhand_cli_output_print (self, input, content, &n_printed);
    return LONGHAND_EXIT_OK;
  }
  if (content != NULL && longhand_export_save (content, file, &error))
    return LONGHAND_EXIT_OK;
  print_in_place (self, input, file, transcript, format, content);
  return longhand_cli_fail (error);
}

int
longhand_cli_output_write (const LonghandCliOutput *self, const LonghandCliInput *input,
                           LonghandTranscript *transcript, gsize n_printed) {
  int code = LONGHAND_EXIT_OK;

  for (guint format = 0; format < LONGHAND_N_FORMATS; format++)
    if ((self->formats & 1u << format) != 0) {
      const int failed = write_one (self, input, transcript, format, n_printed);

      code = failed != LONGHAND_EXIT_OK ? failed : code;
    }
  return code;
}
