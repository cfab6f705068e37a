/* longhand-cli closes itself in as a whole, but for what it is to write. */
#include "cli-run.h"

#include "audio/longhand-scratch.h"
#include "cli/longhand-cli-sandbox.h"
#include "sandbox/longhand-sandbox.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define N_TASKS 3   /* the first, that of the job, and that of the engine besides */
#define LOOKS 20000 /* at most, one a millisecond */

/* What a thread of this machine that has entered cannot do. */
static void
note_state (gpointer user) {
  longhand_sandbox_probe (user);
}

static LonghandSandboxState
possible_state (void) {
  LonghandSandboxState state = { 0 };

  g_assert_true (longhand_sandbox_run (note_state, &state, NULL));
  return state;
}

/* ---- a program at work ---- */

/* A container may have put filters on this test as well. 0: the thread is gone. */
static gint64
count_filters (const char *path) {
  static const char label[] = "\nSeccomp_filters:";
  g_autofree char *status = NULL;
  const char *line;

  if (!g_file_get_contents (path, &status, NULL, NULL))
    return 0;
  line = strstr (status, label);
  g_assert_nonnull (line);
  return g_ascii_strtoll (line + strlen (label), NULL, 10);
}

static gboolean
is_closed (const char *tasks, const char *task) {
  g_autofree char *path = g_build_filename (tasks, task, "status", NULL);

  return count_filters (path) > count_filters ("/proc/self/status");
}

static void
count_threads (const char *tasks, guint *n, guint *n_closed) {
  g_autoptr (GDir) dir = g_dir_open (tasks, 0, NULL);
  const char *task;

  g_assert_nonnull (dir);
  *n = *n_closed = 0;
  while ((task = g_dir_read_name (dir)) != NULL) {
    (*n)++;
    *n_closed += is_closed (tasks, task) ? 1 : 0;
  }
}

static guint
count_sockets (const char *descriptors) {
  g_autoptr (GDir) dir = g_dir_open (descriptors, 0, NULL);
  const char *name;
  guint n = 0;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (descriptors, name, NULL);
    g_autofree char *target = g_file_read_link (path, NULL);

    n += target != NULL && g_str_has_prefix (target, "socket:") ? 1 : 0;
  }
  return n;
}

/* Its recording comes when everything has been looked at; meanwhile it waits. Threads that have been joined
 * may be in the list for a moment longer. */
static void
every_thread_is_inside_and_no_socket_is_open (void) {
  g_autoptr (GSubprocess) program
      = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, NULL,
                          g_getenv ("LONGHAND_TEST_CLI"), "transcribe", "--threads", "2", "-", NULL);
  const char *pid = g_subprocess_get_identifier (program);
  g_autofree char *tasks = g_build_filename ("/proc", pid, "task", NULL);
  g_autofree char *descriptors = g_build_filename ("/proc", pid, "fd", NULL);
  g_autofree char *sound = NULL, *text = NULL;
  g_autoptr (GBytes) input = NULL, output = NULL;
  const guint n_expected = possible_state ().no_sockets ? N_TASKS : 0;
  guint n = 0, n_closed = 0;
  gsize n_bytes;

  for (guint i = 0; i < LOOKS && (n != N_TASKS || n_closed != n_expected); i++) {
    g_usleep (1000);
    count_threads (tasks, &n, &n_closed);
  }
  g_assert_cmpuint (n, ==, N_TASKS);
  g_assert_cmpuint (n_closed, ==, n_expected);
  g_assert_cmpuint (count_sockets (descriptors), ==, 0);

  g_assert_true (g_file_get_contents (g_getenv ("LONGHAND_TEST_WAV"), &sound, &n_bytes, NULL));
  input = g_bytes_new (sound, n_bytes);
  g_assert_true (g_subprocess_communicate (program, input, NULL, &output, NULL, NULL));
  g_assert_true (g_subprocess_get_successful (program));
  text = g_strndup (g_bytes_get_data (output, NULL), g_bytes_get_size (output));
  cli_assert_contains (text, "much better");
}

/* ---- what it may write ---- */

static int
try_to_write (const char *folder, const char *name) {
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  if (g_file_set_contents (path, "text", -1, &error)) {
    g_unlink (path);
    return 0;
  }
  return g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_ACCES) ? EACCES : EIO;
}

/* In a process of its own: folder holds four, and in the first of them a link to a file in the second. */
static void
close_in_and_write (const char *folder) {
  g_autofree char *texts = g_build_filename (folder, "texts", NULL);
  g_autofree char *linked = g_build_filename (folder, "linked", NULL);
  g_autofree char *other = g_build_filename (folder, "other", NULL);
  g_autofree char *named = g_build_filename (folder, "named", NULL);
  g_autofree char *output = g_build_filename (texts, "link.txt", NULL);
  g_autofree char *uri = g_strdup_printf ("file://%s/text.txt", named);
  const char *const outputs[] = { NULL, output, uri };
  const int kept_out = possible_state ().no_files ? EACCES : 0;

  longhand_cli_close_in (outputs, G_N_ELEMENTS (outputs));
  g_assert_cmpint (try_to_write (texts, "new.txt"), ==, 0);
  g_assert_cmpint (try_to_write (linked, "new.txt"), ==, 0);
  g_assert_cmpint (try_to_write (named, "new.txt"), ==, 0);
  g_assert_cmpint (try_to_write (longhand_scratch_get_folder (), "longhand-test"), ==, 0);
  g_assert_cmpint (try_to_write (other, "new.txt"), ==, kept_out);
  g_assert_cmpint (try_to_write (folder, "new.txt"), ==, kept_out);
}

static void
only_outputs_can_be_written (void) {
  g_autofree char *folder = NULL, *target = NULL, *link = NULL;
  static const char *const names[] = { "texts", "linked", "named", "other" };

  if (g_test_subprocess ()) {
    close_in_and_write (g_getenv ("LONGHAND_TEST_FOLDER"));
    return;
  }
  folder = g_dir_make_tmp ("outputs-XXXXXX", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *path = g_build_filename (folder, names[i], NULL);

    g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  }
  target = g_build_filename (folder, "linked", "file.txt", NULL);
  link = g_build_filename (folder, "texts", "link.txt", NULL);
  g_assert_true (g_file_set_contents (target, "", 0, NULL));
  g_assert_cmpint (symlink (target, link), ==, 0);
  g_setenv ("LONGHAND_TEST_FOLDER", folder, TRUE);
  g_setenv ("TMPDIR", "/var/tmp", TRUE);
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed ();

  g_unlink (target);
  g_unlink (link);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *path = g_build_filename (folder, names[i], NULL);

    g_assert_cmpint (g_rmdir (path), ==, 0);
  }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/sandbox/every-thread-is-inside-and-no-socket-is-open",
                   every_thread_is_inside_and_no_socket_is_open);
  g_test_add_func ("/cli/sandbox/only-outputs-can-be-written", only_outputs_can_be_written);
  return g_test_run ();
}
