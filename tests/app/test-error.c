/* What becomes of the engine's errors. */
#include "longhand-engine-error.h"

#include <glib/gstdio.h>

static void
engine_sentence_becomes_a_whole_one (void) {
  const struct quill_error engine_error = { QUILL_ERR_NOMEM, "need 5 bytes for the decoder" };
  g_autoptr (GError) error = NULL;

  longhand_set_error_from_engine (&error, &engine_error);
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_NO_MEMORY);
  g_assert_cmpstr (error->message, ==, "Need 5 bytes for the decoder.");
}

static void
every_engine_code_has_its_own_error (void) {
  static const struct {
    enum quill_status status;
    int code; /* LonghandError */
  } rows[] = {
    { QUILL_ERR_INVALID, LONGHAND_ERROR_INVALID },
    { QUILL_ERR_NOMEM, LONGHAND_ERROR_NO_MEMORY },
    { QUILL_ERR_IO, LONGHAND_ERROR_FAILED },
    { QUILL_ERR_FORMAT, LONGHAND_ERROR_MODEL_BROKEN },
    { QUILL_ERR_UNSUPPORTED, LONGHAND_ERROR_MODEL_UNSUPPORTED },
    { QUILL_ERR_CANCELLED, LONGHAND_ERROR_CANCELLED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    const struct quill_error engine_error = { rows[i].status, "it did not work" };
    g_autoptr (GError) error = NULL;

    longhand_set_error_from_engine (&error, &engine_error);
    g_assert_error (error, LONGHAND_ERROR, rows[i].code);
  }
}

static void
missing_model_is_missing (void) {
  g_autoptr (GError) error = NULL;

  g_assert_null (longhand_engine_open_model ("/nowhere/ggml-none.bin", &error));
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_MODEL_MISSING);
  g_assert_nonnull (strstr (error->message, "/nowhere/ggml-none.bin"));
}

static void
file_that_is_no_model_is_broken_and_named (void) {
  g_autofree char *dir = g_dir_make_tmp ("longhand-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "ggml-story.bin", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (path, "Once upon a time there was a file of text.", -1, NULL));
  g_assert_null (longhand_engine_open_model (path, &error));
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_MODEL_BROKEN);
  g_assert_nonnull (strstr (error->message, path));
  g_assert_true (g_str_has_suffix (error->message, "."));
  g_unlink (path);
  g_rmdir (dir);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/error/engine-sentence-becomes-a-whole-one", engine_sentence_becomes_a_whole_one);
  g_test_add_func ("/error/every-engine-code-has-its-own-error", every_engine_code_has_its_own_error);
  g_test_add_func ("/error/missing-model-is-missing", missing_model_is_missing);
  g_test_add_func ("/error/file-that-is-no-model-is-broken-and-named",
                   file_that_is_no_model_is_broken_and_named);
  return g_test_run ();
}
