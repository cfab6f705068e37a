/* longhand-cli transcribe against the golden texts of whisper.cpp's command line with the same model and
 * greedy settings: each recording of its own, with timestamps. tests/engine has the assembled ones. */
#include "cli-run.h"

#include <json-glib/json-glib.h>
#include <string.h>

typedef struct {
  char *file;          /* in tests/data/audio */
  GPtrArray *segments; /* "END_MS TEXT" */
} Golden;

static void
golden_free (gpointer data) {
  Golden *golden = data;

  g_free (golden->file);
  g_ptr_array_unref (golden->segments);
  g_free (golden);
}

/* Lines "case timestamps FILE@0", each followed by its lines "segment END_MS TEXT". */
static GPtrArray *
read_golden (void) {
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "parity", "whisper-cpp.golden", NULL);
  GPtrArray *all = g_ptr_array_new_with_free_func (golden_free);
  g_autofree char *content = NULL;
  g_auto (GStrv) lines = NULL;
  Golden *last = NULL;

  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  lines = g_strsplit (content, "\n", -1);
  for (char **line = lines; *line != NULL; line++) {
    if (g_str_has_prefix (*line, "case ")) {
      char *name = *line + strlen ("case timestamps ");

      last = NULL;
      if (!g_str_has_prefix (*line, "case timestamps ") || strchr (name, ' ') != NULL
          || !g_str_has_suffix (name, "@0"))
        continue;
      last = g_new0 (Golden, 1);
      last->file = g_strndup (name, strlen (name) - strlen ("@0"));
      last->segments = g_ptr_array_new_with_free_func (g_free);
      g_ptr_array_add (all, last);
    } else if (last != NULL && g_str_has_prefix (*line, "segment ")) {
      g_ptr_array_add (last->segments, g_strdup (*line + strlen ("segment ")));
    }
  }
  return all;
}

static void
assert_equals_golden (const char *folder, const Golden *golden) {
  g_autofree char *name = g_strndup (golden->file, strlen (golden->file) - strlen (".flac"));
  g_autofree char *path = g_strdup_printf ("%s/%s.json", folder, name);
  g_autofree char *content = NULL;
  g_autoptr (JsonNode) root = NULL;
  JsonArray *segments;

  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  root = json_from_string (content, NULL);
  g_assert_nonnull (root);
  segments = json_object_get_array_member (json_node_get_object (root), "segments");
  g_assert_cmpuint (json_array_get_length (segments), ==, golden->segments->len);
  for (guint i = 0; i < golden->segments->len; i++) {
    JsonObject *segment = json_array_get_object_element (segments, i);
    g_auto (GStrv) words = g_strsplit (g_ptr_array_index (golden->segments, i), " ", 2);

    g_test_message ("%s: %s", golden->file, json_object_get_string_member (segment, "text"));
    g_assert_cmpstr (json_object_get_string_member (segment, "text"), ==, g_strstrip (words[1]));
  }
}

/* The bundled model with its weights as float32: where the weak model is at a loss, it is rounding that
 * decides between two words otherwise. */
static char *
make_float32_model (const char *folder) {
  g_autofree char *bundled
      = g_build_filename (g_getenv ("LONGHAND_MODEL_DIR"), "ggml-longhand-mini.en-q5_K.bin", NULL);
  char *model = g_build_filename (folder, "f32.bin", NULL);
  const char *const arguments[] = { "quantize", bundled, model, "f32", NULL };
  g_auto (CliRun) run = cli_run_in (&(CliSetting){ 0 }, arguments);

  cli_assert_succeeds (&run);
  return model;
}

static void
text_is_that_of_whisper_cpp (void) {
  g_autoptr (GPtrArray) golden = read_golden ();
  g_autoptr (GPtrArray) arguments = g_ptr_array_new_with_free_func (g_free);
  char *folder = cli_make_dir ();
  g_autofree char *model = make_float32_model (folder);
  const char *const options[]
      = { "transcribe", "--greedy", "--no-vad", "-f", "json", "-o", folder, "-m", model };

  g_assert_cmpuint (golden->len, >=, 5);
  for (gsize i = 0; i < G_N_ELEMENTS (options); i++)
    g_ptr_array_add (arguments, g_strdup (options[i]));
  for (guint i = 0; i < golden->len; i++) {
    const Golden *one = g_ptr_array_index (golden, i);

    g_ptr_array_add (arguments, g_test_build_filename (G_TEST_DIST, "data", "audio", one->file, NULL));
  }
  g_ptr_array_add (arguments, NULL);
  {
    g_auto (CliRun) run = cli_run_in (&(CliSetting){ 0 }, (const char *const *)arguments->pdata);

    cli_assert_succeeds (&run);
  }
  for (guint i = 0; i < golden->len; i++)
    assert_equals_golden (folder, g_ptr_array_index (golden, i));
  cli_remove_dir (folder);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/parity/text-is-that-of-whisper-cpp", text_is_that_of_whisper_cpp);
  return g_test_run ();
}
