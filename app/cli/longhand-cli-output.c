#include "cli/longhand-cli-output.h"

#include "cli/longhand-cli.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <string.h>

#define ALL_FORMATS ((1u << LONGHAND_N_FORMATS) - 1)

void
longhand_cli_output_clear (LonghandCliOutput *self) {
  g_clear_pointer (&self->format_names, g_free);
  g_clear_pointer (&self->path, g_free);
}

char *
longhand_cli_output_stem (const char *path) {
  char *base = g_path_get_basename (path);
  char *dot = strrchr (base, '.');

  if (dot != NULL && dot != base)
    *dot = '\0';
  return base;
}

static gboolean
has_several (guint formats) {
  return (formats & (formats - 1)) != 0;
}

/* --output is a folder for them then. */
static gboolean
makes_several (const LonghandCliOutput *self) {
  return self->n_files > 1 || has_several (self->formats);
}

/* --output itself, or a file in it; NULL: standard output. */
static GFile *
place_of (const LonghandCliOutput *self, const char *path, LonghandFormat format) {
  g_autofree char *stem = NULL;
  g_autofree char *name = NULL;

  if (self->path == NULL)
    return NULL;
  if (!makes_several (self) && !g_file_test (self->path, G_FILE_TEST_IS_DIR))
    return g_file_new_for_commandline_arg (self->path);
  stem = longhand_cli_output_stem (path);
  name = g_strdup_printf ("%s.%s", stem, longhand_format_get_extension (format));
  return g_file_new_build_filename (self->path, name, NULL);
}

/* ---- checking ---- */

static gboolean
parse_formats (LonghandCliOutput *self, GError **error) {
  g_auto (GStrv) names = g_strsplit (self->format_names, ",", -1);

  self->formats = 0;
  for (guint i = 0; i == 0 || names[i] != NULL; i++) {
    LonghandFormat format;

    if (names[i] != NULL && g_ascii_strcasecmp (names[i], "all") == 0)
      self->formats |= ALL_FORMATS;
    else if (longhand_format_parse (names[i], &format, error))
      self->formats |= 1u << format;
    else
      return FALSE;
  }
  return TRUE;
}

/* An output file's ending says which format is meant; any other ending means plain text. */
static LonghandFormat
format_of_ending (const LonghandCliOutput *self) {
  const char *dot = self->path != NULL && self->n_files == 1 ? strrchr (self->path, '.') : NULL;
  LonghandFormat format;

  return dot != NULL && longhand_format_parse (dot + 1, &format, NULL) ? format : LONGHAND_FORMAT_TXT;
}

static gboolean
check_standard_output (const LonghandCliOutput *self, GError **error) {
  if (has_several (self->formats)) {
    g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                         _ ("Several formats make several files: name a folder for them with --output."));
    return FALSE;
  }
  if (self->n_files > 1 && self->formats != 1u << LONGHAND_FORMAT_TXT) {
    const LonghandFormat format = (LonghandFormat)g_bit_nth_lsf (self->formats, -1);

    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                 _ ("Several recordings make several %s files: name a folder for them with --output."),
                 longhand_format_get_extension (format));
    return FALSE;
  }
  return TRUE;
}

/* Two recordings of the same name in different folders must not overwrite each other's text. */
static gboolean
check_place (const LonghandCliOutput *self, const char *path, LonghandFormat format, GHashTable *taken,
             GError **error) {
  g_autoptr (GFile) file = place_of (self, path, format);
  g_autofree char *name = NULL;

  if (g_hash_table_add (taken, g_object_ref (file)))
    return TRUE;
  name = g_file_get_parse_name (file);
  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
               _ ("“%s” is a recording, or would be written twice: choose another --output."), name);
  return FALSE;
}

gboolean
longhand_cli_output_check (LonghandCliOutput *self, char **files, guint n_files, GHashTable *taken,
                           GError **error) {
  self->n_files = n_files;
  if (self->format_names == NULL)
    self->formats = 1u << format_of_ending (self);
  else if (!parse_formats (self, error))
    return FALSE;
  if (self->path == NULL)
    return check_standard_output (self, error);
  if (makes_several (self) && g_mkdir_with_parents (self->path, 0777) != 0) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_WRITE,
                 _ ("“%s” cannot be the folder for several texts (%s): choose another one."), self->path,
                 g_strerror (errno));
    return FALSE;
  }
  for (guint i = 0; i < n_files; i++)
    for (guint format = 0; format < LONGHAND_N_FORMATS; format++)
      if ((self->formats & 1u << format) != 0 && !check_place (self, files[i], format, taken, error))
        return FALSE;
  return TRUE;
}

/* ---- writing ---- */

static int
write_one (const LonghandCliOutput *self, const char *path, LonghandTranscript *transcript,
           LonghandFormat format) {
  g_autofree char *content = longhand_export_to_string (transcript, format);
  g_autoptr (GFile) file = place_of (self, path, format);
  g_autoptr (GError) error = NULL;

  if (file != NULL && longhand_export_save (content, file, &error))
    return LONGHAND_EXIT_OK;
  if (makes_several (self)) {
    g_autofree char *name = file != NULL ? g_file_get_parse_name (file) : g_filename_display_name (path);

    g_print ("==> %s <==\n", name);
  }
  longhand_cli_print_text (content);
  return error != NULL ? longhand_cli_fail (error) : LONGHAND_EXIT_OK;
}

int
longhand_cli_output_write (const LonghandCliOutput *self, const char *file, LonghandTranscript *transcript) {
  int code = LONGHAND_EXIT_OK;

  for (guint format = 0; format < LONGHAND_N_FORMATS; format++)
    if ((self->formats & 1u << format) != 0) {
      const int failed = write_one (self, file, transcript, format);

      code = failed != LONGHAND_EXIT_OK ? failed : code;
    }
  return code;
}
