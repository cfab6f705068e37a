/* longhand-cli selftest: every level is told, and the sandbox, and what a failure looks like. */
#include "cli-run.h"
#include "sandbox/longhand-sandbox.h"
#include "transcript/longhand-words.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <quill.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  char *dir;
  char *models, *samples; /* folders in dir, of which the program takes them for its own */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data) {
  fixture->dir = cli_make_dir ();
  fixture->models = g_build_filename (fixture->dir, "models", NULL);
  fixture->samples = g_build_filename (fixture->dir, "samples", NULL);
  g_assert_cmpint (g_mkdir (fixture->models, 0755), ==, 0);
  g_assert_cmpint (g_mkdir (fixture->samples, 0755), ==, 0);
}

static void
tear_down (Fixture *fixture, gconstpointer data) {
  g_free (fixture->models);
  g_free (fixture->samples);
  cli_remove_dir (fixture->dir);
}

/* The bundled model with a recording and its text (NULL: none), which the program takes for those that come
 * with it; wrapper as in CliSetting. */
static CliRun
run_with (const Fixture *fixture, const char *recording, const char *text, const char *const *wrapper) {
  g_autofree char *model
      = g_build_filename (g_getenv ("LONGHAND_MODEL_DIR"), "ggml-longhand-mini.en-q5_K.bin", NULL);
  g_autofree char *name = g_build_filename (fixture->models, "ggml-longhand-mini.en-q5_K.bin", NULL);
  g_autofree char *sound = g_build_filename (fixture->samples, "sample.wav", NULL);
  g_autofree char *words = g_build_filename (fixture->samples, "sample.txt", NULL);
  g_autofree char *variable = g_strdup_printf ("LONGHAND_MODEL_DIR=%s", fixture->models);
  const char *const variables[] = { variable, NULL };
  const char *const arguments[] = { "selftest", "--json", NULL };

  g_assert_cmpint (symlink (model, name), ==, 0);
  g_assert_cmpint (symlink (recording, sound), ==, 0);
  if (text != NULL)
    g_assert_true (g_file_set_contents (words, text, -1, NULL));
  return cli_run_in (&(CliSetting){ .variables = variables, .wrapper = wrapper }, arguments);
}

static CliRun
run_with_text (const Fixture *fixture, const char *text) {
  return run_with (fixture, g_getenv ("LONGHAND_TEST_WAV"), text, NULL);
}

static void
note_state (gpointer user) {
  longhand_sandbox_probe (user);
}

/* As much as this machine can close. */
static void
assert_sandbox_is_told_as_it_is (JsonObject *closed) {
  LonghandSandboxState state = { 0 };

  g_assert_true (longhand_sandbox_run (note_state, &state, NULL));
  g_assert_cmpint (json_object_get_boolean_member (closed, "sockets"), ==, state.no_sockets);
  g_assert_cmpint (json_object_get_boolean_member (closed, "files"), ==, state.no_files);
  g_assert_cmpint (json_object_get_boolean_member (closed, "programs"), ==, state.no_programs);
}

static void
every_level_passes_and_is_told_as_json (void) {
  static const char *const times[]
      = { "load_ms", "mel_ms", "encode_ms", "prompt_ms", "decode_ms", "total_ms", "rtf" };
  struct quill_kernel_level levels[32];
  const unsigned n = quill_kernel_levels (levels, G_N_ELEMENTS (levels));
  g_auto (CliRun) run = cli_run ("selftest", "--json", NULL);
  g_autoptr (JsonNode) root = NULL;
  const char *expected;
  JsonObject *object;
  JsonArray *array;

  cli_assert_succeeds (&run);
  root = json_from_string (run.out, NULL);
  g_assert_nonnull (root);
  object = json_node_get_object (root);
  g_assert_true (json_object_get_boolean_member (object, "pass"));
  g_assert_cmpint (json_object_get_int_member (object, "words"), ==, 11);
  g_assert_cmpint (json_object_get_int_member (object, "threads"), ==, 0);
  expected = json_object_get_string_member (object, "expected");
  cli_assert_contains (expected, "much better");
  assert_sandbox_is_told_as_it_is (json_object_get_object_member (object, "closed"));
  array = json_object_get_array_member (object, "levels");
  g_assert_cmpuint (json_array_get_length (array), ==, n);
  for (unsigned i = 0; i < n; i++) {
    JsonObject *level = json_array_get_object_element (array, i);
    const char *text = json_object_get_string_member (level, "text");

    g_assert_cmpstr (json_object_get_string_member (level, "name"), ==, levels[i].name);
    g_assert_true (json_object_get_boolean_member (level, "pass"));
    g_assert_false (json_object_has_member (level, "reason"));
    cli_assert_heard (text, expected);
    g_assert_cmpint (json_object_get_int_member (level, "errors"), ==,
                     longhand_words_count_errors (expected, text, NULL));
    g_assert_cmpfloat (json_object_get_double_member (level, "wer"), <=, 0.6);
    g_assert_cmpint (json_object_get_int_member (level, "differences"), <=, 1);
    for (guint k = 0; k < G_N_ELEMENTS (times); k++)
      g_assert_cmpfloat (json_object_get_double_member (level, times[k]), >, 0);
    g_assert_cmpint (json_object_get_int_member (level, "peak_rss_bytes"), >, 10 << 20);
    g_assert_cmpint (json_object_get_int_member (level, "threads"), >=, 1);
    g_assert_cmpint (json_object_get_int_member (level, "threads"), <=, quill_usable_cpus ());
  }
}

static void
table_has_a_row_for_every_level (void) {
  struct quill_kernel_level levels[32];
  const unsigned n = quill_kernel_levels (levels, G_N_ELEMENTS (levels));
  g_auto (CliRun) run = cli_run ("selftest", "--threads", "1", NULL);

  cli_assert_succeeds (&run);
  cli_assert_contains (run.out, "He flushed");
  cli_assert_contains (run.out, "peak MiB");
  for (unsigned i = 0; i < n; i++) {
    g_autofree char *row = g_strdup_printf ("\n%-12s pass ", levels[i].name);

    cli_assert_contains (run.out, row);
  }
  cli_assert_contains (run.out, "\n  network, and other sockets: ");
}

/* Every level fails, and each says why; the outcome is told all the same. */
static void
wrong_words_fail (Fixture *fixture, gconstpointer data) {
  g_auto (CliRun) run = run_with_text (fixture, "Something else altogether was said here.\n");
  g_autoptr (JsonNode) root = json_from_string (run.out, NULL);
  g_autofree char *complaint = NULL;
  JsonObject *level;

  g_assert_cmpint (run.code, ==, 1);
  g_assert_nonnull (root);
  g_assert_false (json_object_get_boolean_member (json_node_get_object (root), "pass"));
  level = json_array_get_object_element (json_object_get_array_member (json_node_get_object (root), "levels"),
                                         0);
  g_assert_false (json_object_get_boolean_member (level, "pass"));
  cli_assert_contains (json_object_get_string_member (level, "reason"), "it heard");
  complaint
      = g_strdup_printf ("The kernel level “c” failed: it heard “%s” where “Something else altogether was "
                         "said here.” is said.\n",
                         json_object_get_string_member (level, "text"));
  cli_assert_contains (run.err, complaint);
  g_assert_cmpfloat (json_object_get_double_member (level, "wer"), >, 0.6);
}

/* A level whose process is ended fails; the program itself goes on and tells so. Three minutes of speech are
 * more than a second of processor time for any level, and what the program itself does is far less. */
static void
level_that_is_ended_fails (Fixture *fixture, gconstpointer data) {
  static const char *const wrapper[] = { "sh", "-c", "ulimit -t 1; exec \"$@\"", "sh", NULL };
  g_autofree char *recording = g_test_build_filename (G_TEST_DIST, "data", "audio", "tts-3min.flac", NULL);
  g_auto (CliRun) run = run_with (fixture, recording, "Nobody gets as far as these words.\n", wrapper);

  g_assert_cmpint (run.code, ==, 1);
  cli_assert_contains (run.err, "it was ended by a signal");
}

static void
missing_words_are_said (Fixture *fixture, gconstpointer data) {
  g_auto (CliRun) run = run_with_text (fixture, NULL);
  g_autofree char *installed
      = g_build_filename (g_getenv ("LONGHAND_TEST_PKGDATADIR"), "samples", "sample.txt", NULL);

  if (g_file_test (installed,
                   G_FILE_TEST_EXISTS)) /* Longhand is in this build's prefix, and its text is found */
    cli_assert_succeeds (&run);
  else
    cli_assert_fails (&run, 1, "words of the sample recording", "install Longhand again");
}

static void
models_that_are_missing_or_broken_are_said_once (Fixture *fixture, gconstpointer data) {
  g_autofree char *path = g_build_filename (fixture->models, "ggml-broken.bin", NULL);
  g_auto (CliRun) missing = cli_run ("selftest", "--model", path, NULL);
  g_auto (CliRun) broken = { 0 };

  cli_assert_fails (&missing, 3, path, "no model");
  g_assert_true (g_file_set_contents (path, "Dear diary", -1, NULL));
  broken = cli_run ("selftest", "--model", path, NULL);
  cli_assert_fails (&broken, 3, path, "is not a Whisper model");
}

static void
senseless_command_lines_are_usage_errors (void) {
  static const struct {
    const char *arguments[4], *part;
  } rows[] = {
    { { "selftest", "all" }, "takes no argument" },
    { { "selftest", "--threads", "257" }, "use 1 to 256" },
    { { "selftest", "--run-level", "mmx" }, "no kernel level “mmx”" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_auto (CliRun) run = cli_run_in (&(CliSetting){ 0 }, rows[i].arguments);

    cli_assert_fails (&run, 2, rows[i].part, rows[i].part);
  }
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/selftest/every-level-passes-and-is-told-as-json",
                   every_level_passes_and_is_told_as_json);
  g_test_add_func ("/cli/selftest/table-has-a-row-for-every-level", table_has_a_row_for_every_level);
  g_test_add_func ("/cli/selftest/senseless-command-lines-are-usage-errors",
                   senseless_command_lines_are_usage_errors);
#define ADD(name, function) g_test_add ("/cli/selftest/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("level-that-is-ended-fails", level_that_is_ended_fails);
  ADD ("wrong-words-fail", wrong_words_fail);
  ADD ("missing-words-are-said", missing_words_are_said);
  ADD ("models-that-are-missing-or-broken-are-said-once", models_that_are_missing_or_broken_are_said_once);
  return g_test_run ();
}
