/* longhand-cli quantize: what it tells, what it leaves, and what it refuses. */
#include "cli-run.h"
#include "make-model.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  char *dir;
  char *out; /* path, not there yet */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data) {
  fixture->dir = cli_make_dir ();
  fixture->out = g_build_filename (fixture->dir, "ggml-new.bin", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data) {
  g_free (fixture->out);
  cli_remove_dir (fixture->dir);
}

/* (transfer full) */
static char *
bundled (void) {
  return g_build_filename (g_getenv ("LONGHAND_MODEL_DIR"), "ggml-longhand-mini.en-q5_K.bin", NULL);
}

static guint
n_files (const Fixture *fixture) {
  g_autoptr (GDir) dir = g_dir_open (fixture->dir, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static goffset
size_of (const char *path) {
  GStatBuf info;

  g_assert_cmpint (g_stat (path, &info), ==, 0);
  return info.st_size;
}

/* One layer, as wide as "tiny". */
static void
write_narrow (const char *path) {
  struct make_model model;
  struct quill_error error = { 0 };

  g_assert_true (make_model_size (&model, "test.en", QUILL_F16));
  model.dims.n_audio_state = model.dims.n_text_state = 384;
  model.dims.n_audio_head = model.dims.n_text_head = 6;
  model.dims.n_audio_layer = model.dims.n_text_layer = 1;
  g_assert_cmpint (make_model_write (&model, path, &error), ==, QUILL_OK);
}

/* The bundled model as q8_0 tells what was done, and is heard with: a step of 8 bits changes no word. */
static void
new_model_hears_the_same (Fixture *fixture, gconstpointer data) {
  static const char *const parts[] = {
    "tensor ",      " error % ",    "encoder.blocks.0.mlp.0.weight ",  " 256 x 1024 ",  " q5_K -> q8_0 ",
    " f16 -> f16 ", " f32 -> f32 ", "decoder.token_embedding.weight ", " 256 x 51864 ",
  };
  g_autofree char *in = bundled ();
  g_autofree char *sizes = NULL;
  g_auto (CliRun) run = cli_run ("quantize", in, fixture->out, "q8_0", NULL);
  g_auto (CliRun) before
      = cli_run ("transcribe", "--greedy", "--model", in, g_getenv ("LONGHAND_TEST_WAV"), NULL);
  g_auto (CliRun) after
      = cli_run ("transcribe", "--greedy", "--model", fixture->out, g_getenv ("LONGHAND_TEST_WAV"), NULL);

  cli_assert_succeeds (&run);
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    cli_assert_contains (run.out, parts[i]);
  sizes = g_strdup_printf ("%" G_GOFFSET_FORMAT " bytes)\n%s: %.1f MiB (%" G_GOFFSET_FORMAT " bytes)\n",
                           size_of (in), fixture->out, (double)size_of (fixture->out) / (1024.0 * 1024.0),
                           size_of (fixture->out));
  g_assert_true (g_str_has_suffix (run.out, sizes));
  g_assert_cmpint (size_of (fixture->out), >, size_of (in));
  g_assert_cmpuint (n_files (fixture), ==, 1);
  cli_assert_succeeds (&after);
  g_assert_cmpstr (after.out, ==, before.out);
}

static void
senseless_command_lines_are_usage_errors (Fixture *fixture, gconstpointer data) {
  g_autofree char *in = bundled ();
  const struct {
    const char *arguments[6], *part;
  } rows[] = {
    { { "quantize" }, "takes a model file" },
    { { "quantize", in, fixture->out }, "takes a model file" },
    { { "quantize", in, fixture->out, "q8_0", "q4_0" }, "takes nothing more: leave out “q4_0”." },
    { { "quantize", in, fixture->out, "q2_K" },
      "choose one of f32 f16 q4_0 q4_1 q5_0 q5_1 q8_0 q4_K q5_K q6_K" },
    { { "quantize", "--fast", in, fixture->out, "q8_0" }, "--help" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_auto (CliRun) run = cli_run_in (&(CliSetting){ 0 }, rows[i].arguments);

    cli_assert_fails (&run, 2, rows[i].part, rows[i].part);
  }
  g_assert_cmpuint (n_files (fixture), ==, 0);
}

static void
rows_of_tiny_name_another_type (Fixture *fixture, gconstpointer data) {
  g_autofree char *in = g_build_filename (fixture->dir, "ggml-narrow.bin", NULL);
  g_auto (CliRun) refused = { 0 };
  g_auto (CliRun) done = { 0 };

  write_narrow (in);
  refused = cli_run ("quantize", in, fixture->out, "q4_k", NULL);
  cli_assert_fails (&refused, 2, "Tiny's rows of 384 numbers",
                    "blocks of 256 that q4_K needs; use q4_0 or q5_1");
  g_assert_cmpuint (n_files (fixture), ==, 1);
  done = cli_run ("quantize", in, fixture->out, "q4_0", NULL);
  cli_assert_succeeds (&done);
  g_assert_cmpint (size_of (fixture->out), <, size_of (in) / 2);
}

static void
broken_models_are_refused_before_anything_is_written (Fixture *fixture, gconstpointer data) {
  g_autofree char *in = g_build_filename (fixture->dir, "ggml-broken.bin", NULL);
  struct make_model model;
  g_auto (CliRun) missing = cli_run ("quantize", in, fixture->out, "q8_0", NULL);
  g_auto (CliRun) text = { 0 };
  g_auto (CliRun) lacking = { 0 };

  cli_assert_fails (&missing, 3, in, "cannot be found");
  g_assert_true (g_file_set_contents (in, "Dear diary", -1, NULL));
  text = cli_run ("quantize", in, fixture->out, "q8_0", NULL);
  cli_assert_fails (&text, 3, in, "is not a Whisper model");
  g_assert_true (make_model_size (&model, "test.en", QUILL_Q5_1));
  model.leave_out = "decoder.ln.weight";
  g_assert_cmpint (make_model_write (&model, in, NULL), ==, QUILL_OK);
  lacking = cli_run ("quantize", in, fixture->out, "q8_0", NULL);
  cli_assert_fails (&lacking, 3, in, "decoder.ln.weight");
  g_assert_cmpuint (n_files (fixture), ==, 1);
}

/* A whole model, of whose tensors one says that it is of a type that there is, but which nobody reads here.
 */
static void
write_foreign (const char *path) {
  static const char name[] = "decoder.blocks.0.attn.query.weight";
  const guint32 q2_k = 10;
  struct make_model model;
  g_autofree char *bytes = NULL;
  char *at;
  gsize n;

  g_assert_true (make_model_size (&model, "test.en", QUILL_F16));
  g_assert_cmpint (make_model_write (&model, path, NULL), ==, QUILL_OK);
  g_assert_true (g_file_get_contents (path, &bytes, &n, NULL));
  at = memmem (bytes, n, name, strlen (name));
  g_assert_nonnull (at);
  memcpy (at - 3 * sizeof q2_k, &q2_k, sizeof q2_k); /* two dimensions lie between */
  g_assert_true (g_file_set_contents (path, bytes, (gssize)n, NULL));
}

/* Command lines make sense that ask nothing of a model but to be one. */
static void
models_of_no_use_are_not_the_command_lines_fault (Fixture *fixture, gconstpointer data) {
  g_autofree char *foreign = g_build_filename (fixture->dir, "ggml-foreign.bin", NULL);
  g_autofree char *brief = g_build_filename (fixture->dir, "ggml-brief.bin", NULL);
  const char *wav = g_getenv ("LONGHAND_TEST_WAV");
  const struct {
    const char *arguments[6], *part, *other_part;
  } rows[] = {
    { { "transcribe", "--model", foreign, wav }, foreign, "as q2_K, which is not supported; use an f16" },
    { { "bench", "--model", foreign, wav }, foreign, "as q2_K" },
    { { "quantize", foreign, fixture->out, "q8_0" }, foreign, "as q2_K" },
    { { "transcribe", "--model", brief, wav }, "text context of 4 tokens", "too small" },
  };
  struct make_model model;

  write_foreign (foreign);
  g_assert_true (make_model_size (&model, "test.en", QUILL_F16));
  model.dims.n_text_ctx = 4;
  g_assert_cmpint (make_model_write (&model, brief, NULL), ==, QUILL_OK);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_auto (CliRun) run = cli_run_in (&(CliSetting){ 0 }, rows[i].arguments);

    cli_assert_fails (&run, 3, rows[i].part, rows[i].other_part);
  }
}

static void
model_is_not_written_over_itself (Fixture *fixture, gconstpointer data) {
  g_autofree char *in = g_build_filename (fixture->dir, "ggml-narrow.bin", NULL);
  g_autofree char *other = g_build_filename (fixture->dir, "link.bin", NULL);
  g_auto (CliRun) same = { 0 };
  g_auto (CliRun) linked = { 0 };
  goffset before;

  write_narrow (in);
  before = size_of (in);
  g_assert_cmpint (symlink (in, other), ==, 0);
  same = cli_run ("quantize", in, in, "q8_0", NULL);
  cli_assert_fails (&same, 2, in, "choose another name");
  linked = cli_run ("quantize", in, other, "q8_0", NULL);
  cli_assert_fails (&linked, 2, in, "choose another name");
  g_assert_cmpint (size_of (in), ==, before);
  g_assert_cmpuint (n_files (fixture), ==, 2);
}

static void
link_stays_a_link (Fixture *fixture, gconstpointer data) {
  g_autofree char *in = bundled ();
  g_autofree char *behind = g_build_filename (fixture->dir, "behind.bin", NULL);
  g_auto (CliRun) run = { 0 };

  g_assert_true (g_file_set_contents (behind, "old", -1, NULL));
  g_assert_cmpint (symlink (behind, fixture->out), ==, 0);
  run = cli_run ("quantize", in, fixture->out, "q4_K", NULL);
  cli_assert_succeeds (&run);
  g_assert_true (g_file_test (fixture->out, G_FILE_TEST_IS_SYMLINK));
  g_assert_cmpint (size_of (behind), >, 1000000);
}

static void
places_that_cannot_be_written_to_are_told_apart (Fixture *fixture, gconstpointer data) {
  g_autofree char *in = bundled ();
  g_autofree char *read_only = g_build_filename (fixture->dir, "read-only", NULL);
  g_autofree char *in_read_only = g_build_filename (read_only, "a.bin", NULL);
  g_autofree char *no_folder = g_build_filename (fixture->dir, "none", "a.bin", NULL);
  g_autofree char *kept = g_build_filename (fixture->dir, "kept.bin", NULL);
  const struct {
    const char *path, *part;
    int code;
  } rows[] = {
    { in_read_only, "that place is read-only", 1 }, { no_folder, "folder does not exist", 1 },
    { kept, "that place is read-only", 1 },         { read_only, "is a folder", 2 },
    { "/dev/null", "is a device or pipe", 2 },
  };

  g_assert_cmpint (g_mkdir (read_only, 0555), ==, 0);
  g_assert_true (g_file_set_contents (kept, "kept", -1, NULL));
  g_assert_cmpint (g_chmod (kept, 0444), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    const char *const arguments[] = { "quantize", in, rows[i].path, "q4_0", NULL };
    g_auto (CliRun) run = cli_run_in (&(CliSetting){ .without_override = TRUE }, arguments);

    cli_assert_fails (&run, rows[i].code, rows[i].path, rows[i].part);
  }
  g_assert_cmpint (size_of (kept), ==, 4);
  g_assert_false (g_file_test ("/dev/null", G_FILE_TEST_IS_REGULAR));
}

/* A disk that is full after a megabyte. */
static void
full_disk_leaves_nothing (Fixture *fixture, gconstpointer data) {
  static const char *const wrapper[] = { "sh", "-c", "ulimit -f 2048; exec \"$@\"", "sh", NULL };
  g_autofree char *in = bundled ();
  const char *const arguments[] = { "quantize", in, fixture->out, "q4_0", NULL };
  g_auto (CliRun) run = cli_run_in (&(CliSetting){ .wrapper = wrapper }, arguments);

  g_assert_cmpint (run.code, ==, 1);
  cli_assert_contains (run.err, fixture->out);
  cli_assert_contains (run.err, "the disk is full");
  g_assert_cmpuint (n_files (fixture), ==, 0);
}

/* In the middle of a model that takes some seconds. */
static void
ending_it_leaves_nothing (Fixture *fixture, gconstpointer data) {
  g_autofree char *in = g_build_filename (fixture->dir, "ggml-in.bin", NULL);
  static const char *const signals[] = { "INT", "TERM", "HUP" };
  struct make_model model;

  g_assert_true (make_model_size (&model, "test.en", QUILL_F16));
  g_assert_cmpint (make_model_write (&model, in, NULL), ==, QUILL_OK);
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++) {
    /* The signal comes once the unfinished file is there. */
    const char *const wrapper[]
        = { "sh",
            "-c",
            "dir=$1 signal=$2; shift 2; \"$@\" & child=$!; "
            "while kill -0 $child && ! ls \"$dir\" | grep -q part; do sleep 0.01; done; "
            "kill -$signal $child; wait $child",
            "sh",
            fixture->dir,
            signals[i],
            NULL };
    const char *const arguments[] = { "quantize", in, fixture->out, "q6_K", NULL };
    g_auto (CliRun) run = cli_run_in (&(CliSetting){ .wrapper = wrapper }, arguments);

    g_assert_cmpint (run.code, ==, 130);
    g_assert_cmpuint (n_files (fixture), ==, 1);
  }
}

/* `longhand-cli quantize ... | head` */
static void
reader_that_goes_away_does_not_stop_it (Fixture *fixture, gconstpointer data) {
  static const char *const wrapper[] = { "sh", "-c", "\"$@\" | true", "sh", NULL };
  g_autofree char *in = bundled ();
  const char *const arguments[] = { "quantize", in, fixture->out, "q4_0", NULL };
  g_auto (CliRun) run = cli_run_in (&(CliSetting){ .wrapper = wrapper }, arguments);

  g_assert_cmpuint (n_files (fixture), ==, 1);
  g_assert_true (g_file_test (fixture->out, G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/cli/quantize/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("new-model-hears-the-same", new_model_hears_the_same);
  ADD ("senseless-command-lines-are-usage-errors", senseless_command_lines_are_usage_errors);
  ADD ("rows-of-tiny-name-another-type", rows_of_tiny_name_another_type);
  ADD ("broken-models-are-refused-before-anything-is-written",
       broken_models_are_refused_before_anything_is_written);
  ADD ("models-of-no-use-are-not-the-command-lines-fault", models_of_no_use_are_not_the_command_lines_fault);
  ADD ("model-is-not-written-over-itself", model_is_not_written_over_itself);
  ADD ("link-stays-a-link", link_stays_a_link);
  ADD ("places-that-cannot-be-written-to-are-told-apart", places_that_cannot_be_written_to_are_told_apart);
  ADD ("full-disk-leaves-nothing", full_disk_leaves_nothing);
  ADD ("ending-it-leaves-nothing", ending_it_leaves_nothing);
  ADD ("reader-that-goes-away-does-not-stop-it", reader_that_goes_away_does_not_stop_it);
  return g_test_run ();
}
