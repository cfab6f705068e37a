/* longhand-cli models: with a mirror on this machine. */
#include "cli-run.h"
#include "make-model.h"
#include "model-server.h"
#include "models/longhand-part-file.h"

#include <glib/gstdio.h>
#include <string.h>

#define N_BYTES 300001
#define ID "tiny-q5_1" /* of mirror-cli, the mirror's */

static char *home; /* the user's models */

typedef struct {
  ModelServer *server;
  char *mirror; /* as an option */
  char *bytes;  /* [N_BYTES] */
  char *path;   /* where ID goes */
} Fixture;

static void
empty_home (void) {
  g_autoptr (GDir) dir = g_dir_open (home, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (home, name, NULL);

    g_unlink (path);
  }
}

static void
set_up (Fixture *f, gconstpointer data) {
  g_autofree char *sum = NULL;

  f->server = model_server_new ();
  f->mirror = g_strconcat ("--mirror=", model_server_get_base (f->server), NULL);
  f->bytes = g_malloc (N_BYTES);
  for (guint i = 0; i < N_BYTES; i++)
    f->bytes[i] = (char)g_test_rand_int ();
  model_server_set_bytes (f->server, f->bytes, N_BYTES, "\"1\"");
  f->path = g_build_filename (home, "ggml-" ID ".bin", NULL);
  sum = g_compute_checksum_for_data (G_CHECKSUM_SHA1, (const guint8 *)f->bytes, N_BYTES);
  g_setenv ("LONGHAND_TEST_ID", ID, TRUE);
  g_setenv ("LONGHAND_TEST_SHA1", sum, TRUE);
  g_setenv ("LONGHAND_TEST_BYTES", G_STRINGIFY (N_BYTES), TRUE);
}

static void
tear_down (Fixture *f, gconstpointer data) {
  empty_home ();
  model_server_free (f->server);
  g_free (f->mirror);
  g_free (f->bytes);
  g_free (f->path);
}

static void
assert_installed (Fixture *f) {
  g_autofree char *found = NULL;
  gsize n;

  g_assert_true (g_file_get_contents (f->path, &found, &n, NULL));
  g_assert_cmpmem (found, n, f->bytes, N_BYTES);
  g_assert_cmpuint (longhand_part_file_look (f->path), ==, 0);
}

static void
a_model_is_downloaded (Fixture *f, gconstpointer data) {
  g_auto (CliRun) before = cli_run ("models", NULL);
  g_auto (CliRun) run = cli_run ("models", f->mirror, "download", ID, NULL);
  g_auto (CliRun) again = cli_run ("models", f->mirror, "download", ID, NULL);
  g_auto (CliRun) after = cli_run ("models", "list", NULL);

  cli_assert_succeeds (&before);
  cli_assert_contains (before.out, "\n" ID " ");
  cli_assert_succeeds (&run);
  g_assert_cmpstr (run.out, ==, ID " is installed.\n");
  assert_installed (f);
  cli_assert_succeeds (&again);
  g_assert_cmpstr (again.out, ==, ID " is installed already.\n");
  cli_assert_succeeds (&after);
  g_assert_nonnull (strstr (after.out, "300.0\302\240kB  multilingual   installed\n"));
}

static void
a_list_asks_nobody (Fixture *f, gconstpointer data) {
  g_auto (CliRun) run = cli_run ("models", f->mirror, "list", NULL);

  cli_assert_succeeds (&run);
  g_assert_cmpuint (model_server_get_n_connections (f->server), ==, 0);
}

/* Starts a download that comes to a halt in its middle. (transfer full) */
static GSubprocess *
start_half (Fixture *f) {
  g_autoptr (GError) error = NULL;
  GSubprocess *process;

  model_server_set_manner (f->server, MODEL_SERVER_STALLS);
  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE, &error,
                              g_getenv ("LONGHAND_TEST_CLI"), "models", f->mirror, "download", ID, NULL);
  g_assert_no_error (error);
  while (longhand_part_file_look (f->path) < N_BYTES / 2)
    g_usleep (1000);
  return process;
}

static void
assert_goes_on (Fixture *f) {
  g_autofree char *wanted = g_strdup_printf ("bytes=%d-", N_BYTES / 2), *range = NULL;
  g_auto (CliRun) list = cli_run ("models", NULL), run = { 0 };

  cli_assert_contains (list.out, "multilingual   49 % there");
  model_server_set_manner (f->server, MODEL_SERVER_HONEST);
  run = cli_run ("models", f->mirror, "download", ID, NULL);
  cli_assert_succeeds (&run);
  assert_installed (f);
  range = model_server_dup_header (f->server, "range");
  g_assert_cmpstr (range, ==, wanted);
}

static void
a_killed_one_goes_on (Fixture *f, gconstpointer data) {
  g_autoptr (GSubprocess) process = start_half (f);

  g_subprocess_force_exit (process); /* SIGKILL */
  g_subprocess_wait (process, NULL, NULL);
  g_assert_cmpint (g_subprocess_get_term_sig (process), ==, SIGKILL);
  assert_goes_on (f);
}

static void
an_interrupted_one_goes_on (Fixture *f, gconstpointer data) {
  g_autoptr (GSubprocess) process = start_half (f);

  g_subprocess_send_signal (process, SIGINT);
  g_subprocess_wait (process, NULL, NULL);
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 130);
  assert_goes_on (f);
}

static void
wrong_bytes_are_removed (Fixture *f, gconstpointer data) {
  g_auto (CliRun) run = { 0 };

  model_server_set_manner (f->server, MODEL_SERVER_WRONG_BYTES);
  run = cli_run ("models", f->mirror, "download", ID, NULL);
  cli_assert_fails (&run, 3, "is not “Whisper tiny q5_1”", "removed");
  g_assert_false (g_file_test (f->path, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (longhand_part_file_look (f->path), ==, 0);
}

static void
one_failure_does_not_keep_the_others (Fixture *f, gconstpointer data) {
  g_auto (CliRun) run = cli_run ("models", f->mirror, "download", "enormous", ID, NULL);

  g_assert_cmpint (run.code, ==, 2);
  cli_assert_contains (run.err, "There is no model “enormous” to download");
  g_assert_cmpstr (run.out, ==, ID " is installed.\n");
  assert_installed (f);
}

static void
files_are_imported_and_deleted (Fixture *f, gconstpointer data) {
  g_autofree char *dir = cli_make_dir (), *path = g_build_filename (dir, "mine.bin", NULL);
  g_autofree char *target = g_build_filename (home, "ggml-mine.bin", NULL);
  struct make_model model;
  g_auto (CliRun) import = { 0 }, again = { 0 }, delete = { 0 }, gone = { 0 };

  g_assert_true (make_model_size (&model, "test.en", QUILL_F16));
  g_assert_cmpint (make_model_write (&model, path, NULL), ==, QUILL_OK);
  import = cli_run ("models", "import", path, NULL);
  cli_assert_succeeds (&import);
  g_assert_cmpstr (import.out, ==, "mine is installed.\n");
  g_assert_true (g_file_test (target, G_FILE_TEST_IS_REGULAR));
  again = cli_run ("models", "import", path, NULL);
  cli_assert_fails (&again, 2, "installed already", "mine");
  delete = cli_run ("models", "delete", "mine", NULL);
  cli_assert_succeeds (&delete);
  g_assert_cmpstr (delete.out, ==, "mine is deleted.\n");
  g_assert_false (g_file_test (target, G_FILE_TEST_EXISTS));
  gone = cli_run ("models", "delete", "mine", NULL);
  cli_assert_fails (&gone, 3, "No model “mine” is installed", "ggml-mine.bin");
  cli_remove_dir (g_steal_pointer (&dir));
}

static void
what_cannot_be_done_is_said (Fixture *f, gconstpointer data) {
  g_autofree char *dir = cli_make_dir (), *path = g_build_filename (dir, "letter.bin", NULL);
  g_auto (CliRun) bundled = cli_run ("models", "delete", "longhand-mini.en-q5_K", NULL);
  g_auto (CliRun) senseless = cli_run ("models", "download", NULL), none = { 0 };
  g_auto (CliRun) mirror = cli_run ("models", "--mirror=nowhere", "download", ID, NULL);

  g_assert_true (g_file_set_contents (path, "Dear friend, this is no model.", -1, NULL));
  none = cli_run ("models", "import", path, NULL);
  cli_assert_fails (&none, 3, "letter.bin", "model");
  cli_assert_fails (&bundled, 2, "belongs to the system", "Longhand mini");
  cli_assert_fails (&senseless, 2, "download NAME", "import FILE");
  cli_assert_fails (&mirror, 2, "nowhere", "https://");
  cli_remove_dir (g_steal_pointer (&dir));
}

static void
this_machine_is_measured (Fixture *f, gconstpointer data) {
  g_auto (CliRun) run = cli_run ("models", "measure", NULL);

  cli_assert_succeeds (&run);
  cli_assert_contains (run.out, "with dictation on this machine");
  g_assert_cmpuint (model_server_get_n_connections (f->server), ==, 0);
}

#define ADD(name, function) g_test_add ("/cli/models/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv) {
  g_autofree char *root = NULL, *longhand = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  root = g_dir_make_tmp ("longhand-XXXXXX", NULL);
  longhand = g_build_filename (root, "longhand", NULL);
  home = g_build_filename (longhand, "models", NULL);
  g_mkdir_with_parents (home, 0755);
  g_setenv ("XDG_DATA_HOME", root, TRUE);
  ADD ("a-model-is-downloaded", a_model_is_downloaded);
  ADD ("a-list-asks-nobody", a_list_asks_nobody);
  ADD ("a-killed-one-goes-on", a_killed_one_goes_on);
  ADD ("an-interrupted-one-goes-on", an_interrupted_one_goes_on);
  ADD ("wrong-bytes-are-removed", wrong_bytes_are_removed);
  ADD ("one-failure-does-not-keep-the-others", one_failure_does_not_keep_the_others);
  ADD ("files-are-imported-and-deleted", files_are_imported_and_deleted);
  ADD ("what-cannot-be-done-is-said", what_cannot_be_done_is_said);
  ADD ("this-machine-is-measured", this_machine_is_measured);
  status = g_test_run ();
  g_rmdir (home);
  g_rmdir (longhand);
  g_rmdir (root);
  g_free (home);
  return status;
}
