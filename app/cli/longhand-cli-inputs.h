/* What is to be written out: files, those in folders, standard input. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct {
  char *path;   /* owned; NULL: standard input */
  char *folder; /* owned; where it lies below the folder that was named, "" for a file that was itself */
} LonghandCliInput;

/* What people call it: all of its path, or only the last part. (transfer full) */
char *longhand_cli_input_display_name (const LonghandCliInput *self);
char *longhand_cli_input_display_basename (const LonghandCliInput *self);

/* The name that its texts have before their ending. (transfer full) (type filename) */
char *longhand_cli_input_stem (const LonghandCliInput *self);

typedef struct {
  GPtrArray *inputs;   /* owned; LonghandCliInput */
  gboolean has_folder; /* one was named: there may be any number of inputs */
  guint n_failed;      /* folders that give none */
} LonghandCliInputs;

void longhand_cli_inputs_clear (LonghandCliInputs *self);

const LonghandCliInput *longhand_cli_inputs_get (const LonghandCliInputs *self, guint i);

/* Names of files stay as they are, to be complained of when they are opened; “-” is standard input. A folder
 * stands for the sound files in it, sorted by name, and with recursive for those in its folders: all that
 * libsndfile opens, and what has the ending of sound but does not open, so that it is told. Hidden ones, and
 * links to folders, are passed over. A folder without any, or that cannot be read, is complained of. FALSE
 * with LONGHAND_ERROR_INVALID when standard input is named twice. */
gboolean longhand_cli_inputs_find (LonghandCliInputs *out, char **names, guint n_names, gboolean recursive,
                                   GError **error);

G_END_DECLS
