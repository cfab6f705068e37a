#include "cli-run.h"

#include "transcript/longhand-words.h"

#include <glib/gstdio.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>

void
cli_run_clear (CliRun *run) {
  g_clear_pointer (&run->out, g_free);
  g_clear_pointer (&run->err, g_free);
}

/* Between fork and exec: what is left of root obeys permission bits. */
static void
drop_override (gpointer data) {
  prctl (PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0);
}

CliRun
cli_run_in (const CliSetting *setting, const char *const *arguments) {
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDERR_PIPE | (setting->stdout_path == NULL ? G_SUBPROCESS_FLAGS_STDOUT_PIPE : 0));
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  CliRun run = { 0 };

  for (guint i = 0; setting->wrapper != NULL && setting->wrapper[i] != NULL; i++)
    g_ptr_array_add (argv, (gpointer)setting->wrapper[i]);
  g_ptr_array_add (argv, (gpointer)g_getenv ("LONGHAND_TEST_CLI"));
  for (guint i = 0; arguments[i] != NULL; i++)
    g_ptr_array_add (argv, (gpointer)arguments[i]);
  g_ptr_array_add (argv, NULL);

  for (guint i = 0; setting->variables != NULL && setting->variables[i] != NULL; i++) {
    g_auto (GStrv) pair = g_strsplit (setting->variables[i], "=", 2);

    g_subprocess_launcher_setenv (launcher, pair[0], pair[1], TRUE);
  }
  if (setting->stdout_path != NULL)
    g_subprocess_launcher_set_stdout_file_path (launcher, setting->stdout_path);
  if (setting->without_override)
    g_subprocess_launcher_set_child_setup (launcher, drop_override, NULL, NULL);
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *)argv->pdata, &error);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, setting->stdout_path == NULL ? &run.out : NULL,
                                 &run.err, &error);
  g_assert_no_error (error);
  if (run.out == NULL)
    run.out = g_strdup ("");
  run.code = g_subprocess_get_if_exited (process) ? g_subprocess_get_exit_status (process)
                                                  : 256 + g_subprocess_get_term_sig (process);
  g_test_message ("%d; out: %s; err: %s", run.code, run.out, run.err);
  return run;
}

CliRun
cli_run (const char *first, ...) {
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  va_list rest;

  va_start (rest, first);
  for (const char *argument = first; argument != NULL; argument = va_arg (rest, const char *))
    g_ptr_array_add (arguments, (gpointer)argument);
  va_end (rest);
  g_ptr_array_add (arguments, NULL);
  return cli_run_in (&(CliSetting){ 0 }, (const char *const *)arguments->pdata);
}

void
cli_assert_contains (const char *text, const char *part) {
  if (strstr (text, part) == NULL)
    g_error ("“%s” is not in: %s", part, text);
}

void
cli_assert_heard (const char *text, const char *said) {
  guint n_said;
  const guint n_wrong = longhand_words_count_errors (said, text, &n_said);

  if (2 * n_wrong >= n_said)
    g_error ("heard “%s” where “%s” is said", text, said);
}

void
cli_assert_fails (const CliRun *run, int code, const char *part, const char *other_part) {
  g_assert_cmpint (run->code, ==, code);
  g_assert_cmpstr (run->out, ==, "");
  g_assert_true (g_str_has_prefix (run->err, "longhand-cli: "));
  g_assert_true (g_str_has_suffix (run->err, ".\n"));
  g_assert_true (strchr (run->err, '\n') == run->err + strlen (run->err) - 1);
  cli_assert_contains (run->err, part);
  cli_assert_contains (run->err, other_part);
}

void
cli_assert_succeeds (const CliRun *run) {
  g_assert_cmpstr (run->err, ==, "");
  g_assert_cmpint (run->code, ==, 0);
}

char *
cli_make_dir (void) {
  g_autoptr (GError) error = NULL;
  char *path = g_dir_make_tmp ("longhand-XXXXXX", &error);

  g_assert_no_error (error);
  return path;
}

void
cli_remove_dir (char *path) {
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *child = g_build_filename (path, name, NULL);

    if (g_file_test (child, G_FILE_TEST_IS_DIR))
      cli_remove_dir (g_strdup (child));
    else
      g_assert_cmpint (g_remove (child), ==, 0);
  }
  g_assert_cmpint (g_rmdir (path), ==, 0);
  g_free (path);
}
