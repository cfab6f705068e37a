/* Where texts of recordings go, and in which formats. */
#pragma once

#include "transcript/longhand-export.h"

G_BEGIN_DECLS

/* Zeroes are the defaults. */
typedef struct {
  char *format_names; /* owned; such as "srt,json", or "all"; NULL: by the ending of path, else txt */
  char *path;         /* owned; a file, or a folder; NULL: standard output */
  /* --- set by longhand_cli_output_check --- */
  guint formats; /* 1 << LonghandFormat for each */
  guint n_files;
} LonghandCliOutput;

void longhand_cli_output_clear (LonghandCliOutput *self);

/* A file's name without folder and ending. (transfer full) (type filename) */
char *longhand_cli_output_stem (const char *path);

/* Whether the texts of n_files recordings can go there without one overwriting another, or a file of taken,
 * a set of GFile, which they are added to; makes the folder for several. Otherwise LONGHAND_ERROR_INVALID, or
 * _WRITE. */
gboolean longhand_cli_output_check (LonghandCliOutput *self, char **files, guint n_files, GHashTable *taken,
                                    GError **error);

/* Writes out the text of the recording that file names. What cannot be saved is printed in its place, because
 * it took minutes to recognise, and complained of. The exit status. */
int longhand_cli_output_write (const LonghandCliOutput *self, const char *file,
                               LonghandTranscript *transcript);

G_END_DECLS
