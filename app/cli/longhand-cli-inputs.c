#include "cli/longhand-cli-inputs.h"

#include "audio/longhand-audio-file.h"
#include "cli/longhand-cli.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define STANDARD_INPUT_STEM "stdin"

static void
input_free (gpointer data) {
  LonghandCliInput *self = data;

  g_free (self->path);
  g_free (self->folder);
  g_free (self);
}

char *
longhand_cli_input_display_name (const LonghandCliInput *self) {
  return longhand_audio_input_display_name (&(LonghandAudioInput){ .path = self->path });
}

char *
longhand_cli_input_display_basename (const LonghandCliInput *self) {
  return self->path != NULL ? g_filename_display_basename (self->path)
                            : longhand_cli_input_display_name (self);
}

char *
longhand_cli_input_stem (const LonghandCliInput *self) {
  char *base, *dot;

  if (self->path == NULL)
    return g_strdup (STANDARD_INPUT_STEM);
  base = g_path_get_basename (self->path);
  dot = strrchr (base, '.');
  if (dot != NULL && dot != base)
    *dot = '\0';
  return base;
}

void
longhand_cli_inputs_clear (LonghandCliInputs *self) {
  g_clear_pointer (&self->inputs, g_ptr_array_unref);
}

const LonghandCliInput *
longhand_cli_inputs_get (const LonghandCliInputs *self, guint i) {
  return g_ptr_array_index (self->inputs, i);
}

/* ---- folders ---- */

/* Of some that libsndfile does not read, too: who has them wants to know that they were left out. */
static gboolean
has_ending_of_sound (const char *name) {
  static const char *const endings[] = { "wav", "flac", "ogg", "oga", "opus", "mp3", "aiff",
                                         "aif", "caf",  "m4a", "m4b", "aac",  "wma", "amr" };
  const char *dot = strrchr (name, '.');

  for (gsize i = 0; dot != NULL && i < G_N_ELEMENTS (endings); i++)
    if (g_ascii_strcasecmp (dot + 1, endings[i]) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_sound (const char *path) {
  double seconds;

  return g_file_test (path, G_FILE_TEST_IS_REGULAR)
         && (has_ending_of_sound (path) || longhand_audio_file_probe (path, &seconds, NULL));
}

static void
add (LonghandCliInputs *self, const char *path, const char *folder) {
  LonghandCliInput *input = g_new (LonghandCliInput, 1);

  *input = (LonghandCliInput){ g_strdup (path), g_strdup (folder) };
  g_ptr_array_add (self->inputs, input);
}

static int
compare_names (gconstpointer a, gconstpointer b) {
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

/* Names in a folder, sorted; NULL, having complained. */
static GPtrArray *
list (const char *path) {
  const gboolean may_look = g_access (path, R_OK | X_OK) == 0;
  const int saved_errno = errno;
  g_autoptr (GDir) dir = may_look ? g_dir_open (path, 0, NULL) : NULL;
  GPtrArray *names;
  const char *name;

  if (dir == NULL) {
    g_autofree char *display_name = g_filename_display_name (path);

    longhand_cli_complain (_ ("“%s” cannot be read (%s): check its permissions."), display_name,
                           g_strerror (saved_errno));
    return NULL;
  }
  names = g_ptr_array_new_with_free_func (g_free);
  while ((name = g_dir_read_name (dir)) != NULL)
    if (*name != '.')
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  return names;
}

static void
add_folder (LonghandCliInputs *self, const char *path, const char *folder, gboolean recursive) {
  g_autoptr (GPtrArray) names = list (path);

  if (names == NULL) {
    self->n_failed++;
    return;
  }
  for (guint i = 0; i < names->len; i++) {
    const char *name = g_ptr_array_index (names, i);
    g_autofree char *child = g_build_filename (path, name, NULL);

    if (is_sound (child)) {
      add (self, child, folder);
    } else if (recursive && g_file_test (child, G_FILE_TEST_IS_DIR)
               && !g_file_test (child, G_FILE_TEST_IS_SYMLINK)) {
      g_autofree char *below = *folder != '\0' ? g_build_filename (folder, name, NULL) : g_strdup (name);

      add_folder (self, child, below, recursive);
    }
  }
}

static void
add_named_folder (LonghandCliInputs *self, const char *path, gboolean recursive) {
  const guint n_before = self->inputs->len, n_failed_before = self->n_failed;
  g_autofree char *name = g_filename_display_name (path);

  self->has_folder = TRUE;
  add_folder (self, path, "", recursive);
  if (self->inputs->len > n_before || self->n_failed > n_failed_before)
    return;
  self->n_failed++;
  if (recursive)
    longhand_cli_complain (_ ("“%s” holds no sound file: name another folder, or files."), name);
  else
    longhand_cli_complain (
        _ ("“%s” holds no sound file: name another folder, or look into its folders with --recursive."),
        name);
}

/* ---- what was named ---- */

gboolean
longhand_cli_inputs_find (LonghandCliInputs *out, char **names, guint n_names, gboolean recursive,
                          GError **error) {
  gboolean has_standard_input = FALSE;

  *out = (LonghandCliInputs){ .inputs = g_ptr_array_new_with_free_func (input_free) };
  for (guint i = 0; i < n_names; i++) {
    const gboolean is_standard_input = strcmp (names[i], "-") == 0;

    if (is_standard_input && has_standard_input) {
      g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                           _ ("Standard input can be read once only: leave out one “-”."));
      return FALSE;
    }
    has_standard_input = has_standard_input || is_standard_input;
    if (!is_standard_input && g_file_test (names[i], G_FILE_TEST_IS_DIR))
      add_named_folder (out, names[i], recursive);
    else
      add (out, is_standard_input ? NULL : names[i], "");
  }
  return TRUE;
}
