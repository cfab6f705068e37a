/* Broken models of every kind: a sentence and exit status 3. Models are made here, with random weights. */
#include "cli-run.h"
#include "make-model.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define N_SIZES 10 /* hyper-parameters without the last one, which nothing depends on */

typedef struct {
  char *dir;
  char *model; /* path, not there yet */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data) {
  fixture->dir = cli_make_dir ();
  fixture->model = g_build_filename (fixture->dir, "ggml-broken.bin", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data) {
  g_free (fixture->model);
  cli_remove_dir (fixture->dir);
}

static const char *
sound (void) {
  return g_getenv ("LONGHAND_TEST_WAV");
}

static void
write_model (const Fixture *fixture, const char *leave_out, const char *reshape) {
  struct make_model model;
  struct quill_error error = { 0 };

  g_assert_true (make_model_size (&model, "test.en", QUILL_Q5_1));
  model.leave_out = leave_out;
  model.reshape = reshape;
  g_assert_cmpint (make_model_write (&model, fixture->model, &error), ==, QUILL_OK);
}

static void
assert_refused (const Fixture *fixture, const char *part) {
  g_auto (CliRun) run = cli_run ("transcribe", "--model", fixture->model, sound (), NULL);

  cli_assert_fails (&run, 3, fixture->model, part);
}

/* The others are refused for what is broken in them and for nothing else: this one gets as far as the sound.
 */
static void
whole_model_is_accepted (Fixture *fixture, gconstpointer data) {
  g_auto (CliRun) run = { 0 };

  write_model (fixture, NULL, NULL);
  run = cli_run ("transcribe", "--model", fixture->model, "/dev/null", NULL);
  cli_assert_fails (&run, 1, "/dev/null", "is not a file");
}

static void
missing_model_is_said_to_be (Fixture *fixture, gconstpointer data) {
  assert_refused (fixture, "There is no model file");
}

static void
model_that_is_not_installed_names_folders (Fixture *fixture, gconstpointer data) {
  g_auto (CliRun) run = cli_run ("transcribe", "--model", "huge.xx", sound (), NULL);

  cli_assert_fails (&run, 3, "put ggml-huge.xx.bin into one of these folders", "/longhand/models");
}

/* What the catalogue has is a command away. */
static void
model_of_the_catalogue_can_be_downloaded (Fixture *fixture, gconstpointer data) {
  g_auto (CliRun) run = cli_run ("transcribe", "--model", "small.en-q5_1", sound (), NULL);
  g_auto (CliRun) near = cli_run ("transcribe", "--model", "smal.en", sound (), NULL);
  g_auto (CliRun) download = cli_run ("models", "download", "smal.en", NULL);
  g_auto (CliRun) delete = cli_run ("models", "delete", "smal.en", NULL);

  cli_assert_fails (&run, 3, "No model “small.en-q5_1” is installed",
                    ". “longhand-cli models download small.en-q5_1” does that.\n");
  cli_assert_fails (&near, 3, "No model “smal.en” is installed", ". Perhaps you meant “small.en”.\n");
  cli_assert_fails (&download, 2, "There is no model “smal.en” to download",
                    ". Perhaps you meant “small.en”.\n");
  cli_assert_fails (&delete, 3, "No model “smal.en” is installed", "");
  g_assert_null (strstr (delete.err, "Perhaps"));
}

/* settings: lines of the keyfile */
static CliRun
run_without_models (const Fixture *fixture, const char *settings) {
  g_autofree char *settings_dir = g_build_filename (fixture->dir, "glib-2.0", "settings", NULL);
  g_autofree char *keyfile = g_build_filename (settings_dir, "keyfile", NULL);
  g_autofree char *content = g_strconcat ("[io/github/longhand_app/Longhand]\n", settings, NULL);
  g_autofree char *model_dir = g_strdup_printf ("LONGHAND_MODEL_DIR=%s", fixture->dir);
  g_autofree char *data_dirs = g_strdup_printf ("XDG_DATA_DIRS=%s", fixture->dir);
  g_autofree char *config = g_strdup_printf ("XDG_CONFIG_HOME=%s", fixture->dir);
  const char *const variables[] = { model_dir, data_dirs, "GSETTINGS_BACKEND=keyfile", config, NULL };
  const char *const arguments[] = { "transcribe", sound (), NULL };

  g_assert_cmpint (g_mkdir_with_parents (settings_dir, 0700), ==, 0);
  g_assert_true (g_file_set_contents (keyfile, content, -1, NULL));
  return cli_run_in (&(CliSetting){ .variables = variables }, arguments);
}

static void
no_model_at_all_names_folders_and_one_to_download (Fixture *fixture, gconstpointer data) {
  static const struct {
    const char *settings, *model;
  } rows[] = {
    { "", "base.en-q5_1" }, /* nothing is known of the machine; the tests' locale is English */
    { "language='de'\n", "base-q5_1" },
    { "language='en'\nmachine=(20.0, 10.0, 10.0)\n", "tiny.en" }, /* a slow one */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *download
        = g_strdup_printf (". “longhand-cli models download %s” does that.\n", rows[i].model);
    g_auto (CliRun) run = run_without_models (fixture, rows[i].settings);

    cli_assert_fails (&run, 3, "No model is installed", fixture->dir);
    cli_assert_contains (run.err, download);
  }
}

static void
folder_is_no_model (Fixture *fixture, gconstpointer data) {
  g_auto (CliRun) run = cli_run ("transcribe", "--model", fixture->dir, sound (), NULL);

  cli_assert_fails (&run, 3, fixture->dir, "is a folder");
}

static void
empty_model_is_said_to_be (Fixture *fixture, gconstpointer data) {
  g_assert_true (g_file_set_contents (fixture->model, "", 0, NULL));
  assert_refused (fixture, "is empty");
}

static void
wrong_magic_is_no_model (Fixture *fixture, gconstpointer data) {
  g_assert_true (g_file_set_contents (fixture->model, "RIFF but no model at all, really", -1, NULL));
  assert_refused (fixture, "is not a Whisper model");
}

static void
truncated_model_is_refused_wherever_it_ends (Fixture *fixture, gconstpointer data) {
  g_autofree char *content = NULL;
  gsize length;

  write_model (fixture, NULL, NULL);
  g_assert_true (g_file_get_contents (fixture->model, &content, &length, NULL));
  for (gsize i = 0; i < 24; i++) {
    /* 0: in the magic; then the header; then all over; the last one lacks one byte. */
    const gsize cut = i < 4 ? 2 + 13 * i : i < 23 ? length * (i - 3) / 20 : length - 1;
    g_auto (CliRun) run = { 0 };

    g_assert_true (g_file_set_contents (fixture->model, content, (gssize)cut, NULL));
    run = cli_run ("transcribe", "--model", fixture->model, sound (), NULL);
    cli_assert_fails (&run, 3, fixture->model, fixture->model);
  }
}

static void
absurd_sizes_are_refused (Fixture *fixture, gconstpointer data) {
  static const gint32 absurd[] = { G_MAXINT32, -1, 1 << 20 };
  g_autofree char *content = NULL;
  gsize length;

  write_model (fixture, NULL, NULL);
  g_assert_true (g_file_get_contents (fixture->model, &content, &length, NULL));
  for (gsize i = 0; i < N_SIZES; i++)
    for (gsize j = 0; j < G_N_ELEMENTS (absurd); j++) {
      g_autofree char *changed = g_memdup2 (content, length);
      g_auto (CliRun) run = { 0 };

      memcpy (changed + sizeof (gint32) * (1 + i), &absurd[j], sizeof absurd[j]);
      g_assert_true (g_file_set_contents (fixture->model, changed, (gssize)length, NULL));
      run = cli_run ("transcribe", "--model", fixture->model, sound (), NULL);
      g_test_message ("hyper-parameter %" G_GSIZE_FORMAT " is %d", i, absurd[j]);
      cli_assert_fails (&run, 3, fixture->model, fixture->model);
    }
}

static void
missing_tensor_is_named (Fixture *fixture, gconstpointer data) {
  write_model (fixture, "decoder.ln.weight", NULL);
  assert_refused (fixture, "decoder.ln.weight");
}

static void
tensor_of_wrong_shape_is_named (Fixture *fixture, gconstpointer data) {
  write_model (fixture, NULL, "encoder.blocks.0.attn.query.weight");
  assert_refused (fixture, "encoder.blocks.0.attn.query.weight");
}

/* The window's choice counts on the command line as long as the model is there. */
static void
model_of_the_settings_is_used (Fixture *fixture, gconstpointer data) {
  g_autofree char *settings_dir = g_build_filename (fixture->dir, "glib-2.0", "settings", NULL);
  g_autofree char *keyfile = g_build_filename (settings_dir, "keyfile", NULL);
  g_autofree char *content
      = g_strdup_printf ("[io/github/longhand_app/Longhand]\nmodel='%s'\n", fixture->model);
  g_autofree char *config = g_strdup_printf ("XDG_CONFIG_HOME=%s", fixture->dir);
  const char *const variables[] = { "GSETTINGS_BACKEND=keyfile", config, NULL };
  const char *const arguments[] = { "transcribe", "--format", "json", sound (), NULL };
  g_autofree char *bundled
      = g_build_filename (g_getenv ("LONGHAND_MODEL_DIR"), "ggml-longhand-mini.en-q5_K.bin", NULL);
  g_auto (CliRun) with_it = { 0 };
  g_auto (CliRun) without_it = { 0 };

  g_assert_cmpint (g_mkdir_with_parents (settings_dir, 0700), ==, 0);
  g_assert_true (g_file_set_contents (keyfile, content, -1, NULL));
  without_it = cli_run_in (&(CliSetting){ .variables = variables }, arguments);
  g_assert_cmpint (without_it.code, ==, 0);
  g_assert_null (strstr (without_it.out, "\"broken\""));
  g_assert_cmpint (symlink (bundled, fixture->model), ==, 0);
  with_it = cli_run_in (&(CliSetting){ .variables = variables }, arguments);
  g_assert_cmpint (with_it.code, ==, 0);
  cli_assert_contains (with_it.out, "\"model\" : \"broken\"");
}

/* Text of random weights never looks right, so that without --greedy all tries are made, the last of them at
 * random. */
static void
greedy_takes_the_first_try (Fixture *fixture, gconstpointer data) {
  g_auto (CliRun) greedy = { 0 };
  g_auto (CliRun) again = { 0 };
  g_auto (CliRun) tried = { 0 };

  write_model (fixture, NULL, NULL);
  greedy = cli_run ("transcribe", "--greedy", "--model", fixture->model, sound (), NULL);
  again = cli_run ("transcribe", "--greedy", "--model", fixture->model, sound (), NULL);
  tried = cli_run ("transcribe", "--model", fixture->model, sound (), NULL);
  g_assert_cmpint (greedy.code, ==, 0);
  g_assert_cmpint (tried.code, ==, 0);
  g_assert_cmpstr (greedy.out, !=, "");
  g_assert_cmpstr (again.out, ==, greedy.out);
  g_assert_cmpstr (tried.out, !=, greedy.out);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/cli/models/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("whole-model-is-accepted", whole_model_is_accepted);
  ADD ("missing-model-is-said-to-be", missing_model_is_said_to_be);
  ADD ("model-that-is-not-installed-names-folders", model_that_is_not_installed_names_folders);
  ADD ("model-of-the-catalogue-can-be-downloaded", model_of_the_catalogue_can_be_downloaded);
  ADD ("no-model-at-all-names-folders-and-one-to-download",
       no_model_at_all_names_folders_and_one_to_download);
  ADD ("folder-is-no-model", folder_is_no_model);
  ADD ("empty-model-is-said-to-be", empty_model_is_said_to_be);
  ADD ("wrong-magic-is-no-model", wrong_magic_is_no_model);
  ADD ("truncated-model-is-refused-wherever-it-ends", truncated_model_is_refused_wherever_it_ends);
  ADD ("absurd-sizes-are-refused", absurd_sizes_are_refused);
  ADD ("missing-tensor-is-named", missing_tensor_is_named);
  ADD ("tensor-of-wrong-shape-is-named", tensor_of_wrong_shape_is_named);
  ADD ("model-of-the-settings-is-used", model_of_the_settings_is_used);
  ADD ("greedy-takes-the-first-try", greedy_takes_the_first_try);
  return g_test_run ();
}
