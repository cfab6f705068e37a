#include "cli/longhand-cli-sandbox.h"

#include "audio/longhand-scratch.h"
#include "longhand-settings.h"
#include "sandbox/longhand-sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- settings ---- */

#define TAKES_COMMANDS 'c' /* begins an answer, as does any other letter; the model follows */

/* (transfer full) */
static char *
ask_settings (void) {
  g_autoptr (LonghandSettings) settings = NULL;
  g_autofree char *model = NULL;

  if (!longhand_settings_check_installed (NULL))
    return g_strdup ("-");
  settings = longhand_settings_new ();
  model = longhand_settings_dup_model (settings);
  return g_strdup_printf ("%c%s", longhand_settings_get_commands (settings) ? TAKES_COMMANDS : '-', model);
}

static void
answer (int fd) {
  g_autofree char *text = ask_settings ();

  if (write (fd, text, strlen (text)) < 0)
    return;
}

/* All that comes until the other end is closed. (transfer full) */
static char *
read_answer (int fd) {
  g_autoptr (GString) text = g_string_new (NULL);
  char block[4096];
  ssize_t n;

  while ((n = read (fd, block, sizeof block)) > 0 || (n < 0 && errno == EINTR))
    if (n > 0)
      g_string_append_len (text, block, n);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* A process of its own asks, with which the threads and the connection go that asking takes: they would stay
 * open to whoever is closed in. (transfer full); "" when that is not possible. */
static char *
ask_in_child (void) {
  char *text;
  int ends[2];
  pid_t child;

  if (pipe2 (ends, O_CLOEXEC) != 0)
    return g_strdup ("");
  child = fork ();
  if (child == 0) {
    answer (ends[1]);
    _exit (0);
  }
  close (ends[1]);
  text = read_answer (ends[0]);
  close (ends[0]);
  while (child > 0 && waitpid (child, NULL, 0) < 0 && errno == EINTR)
    ;
  return text;
}

static const char *
get_answer (void) {
  static char *text; /* kept */

  if (text == NULL)
    text = ask_in_child ();
  return text;
}

const char *
longhand_cli_get_model_of_settings (void) {
  const char *text = get_answer ();

  return text[0] != '\0' && text[1] != '\0' ? text + 1 : NULL;
}

gboolean
longhand_cli_get_commands_of_settings (void) {
  return *get_answer () == TAKES_COMMANDS;
}

/* ---- closing in ---- */

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
  get_answer ();
  for (gsize i = 0; i < n; i++)
    if (outputs[i] != NULL)
      add_output (folders, outputs[i]);
  g_ptr_array_add (folders, g_strdup (longhand_scratch_get_folder ()));
  g_ptr_array_add (folders, NULL);
  longhand_sandbox_enter ((const char *const *)folders->pdata);
}
