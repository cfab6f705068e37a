#include "cli/longhand-cli-sandbox.h"

#include "audio/longhand-scratch.h"
#include "cli/longhand-cli-settings.h"
#include "sandbox/longhand-sandbox.h"

#include <stdlib.h>

/* Whatever is written as a whole or not at all needs its folder. (transfer full) */
static char *
folder_of (const char *output) {
  return g_file_test (output, G_FILE_TEST_IS_DIR) ? g_strdup (output) : g_path_get_dirname (output);
}

/* Named by a path or a URI; one that is not on this machine cannot be written from inside. Links lead to
 * other folders. */
static void
add_output (GPtrArray *folders, const char *output) {
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (output);
  const char *path = g_file_peek_path (file);
  char *real;

  if (path == NULL)
    return;
  real = realpath (path, NULL);
  g_ptr_array_add (folders, folder_of (path));
  if (real != NULL)
    g_ptr_array_add (folders, folder_of (real));
  free (real);
}

void
longhand_cli_close_in (const char *const *outputs, gsize n) {
  static gboolean is_closed;
  g_autoptr (GPtrArray) folders = g_ptr_array_new_with_free_func (g_free);

  if (is_closed)
    return;
  is_closed = TRUE;
  longhand_cli_ask_settings ();
  for (gsize i = 0; i < n; i++)
    if (outputs[i] != NULL)
      add_output (folders, outputs[i]);
  g_ptr_array_add (folders, g_strdup (longhand_scratch_get_folder ()));
  g_ptr_array_add (folders, NULL);
  longhand_sandbox_enter ((const char *const *)folders->pdata);
}
