/* Which language is spoken, with a multilingual model that is made here and has random weights: what
 * longhand-cli says is what the engine finds. tests/engine has that computed the long way. */
#include "cli-run.h"
#include "make-model.h"

#include "audio/longhand-audio-file.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>

typedef struct {
  char *dir, *path;
  struct quill_model *model;
  struct quill_language_probability found[QUILL_MAX_LANGUAGES];
  unsigned n_found;
} Fixture;

static const char *
speech (void) {
  return g_getenv ("LONGHAND_TEST_WAV");
}

static void
set_up (Fixture *f, gconstpointer data) {
  struct make_model model;

  f->dir = cli_make_dir ();
  f->path = g_build_filename (f->dir, "ggml-random.bin", NULL);
  g_assert_true (make_model_size (&model, "test", QUILL_Q5_1));
  model.n_words = 3;
  g_assert_cmpint (make_model_write (&model, f->path, NULL), ==, QUILL_OK);
  g_assert_cmpint (quill_model_open (&f->model, f->path, NULL), ==, QUILL_OK);
}

static void
tear_down (Fixture *f, gconstpointer data) {
  quill_model_close (&f->model);
  g_free (f->path);
  cli_remove_dir (f->dir);
}

/* languages: NULL, or those that there are to choose from. */
static void
find (Fixture *f, const char *const *languages) {
  struct quill_transcriber *transcriber = NULL;
  struct quill_params params;
  gsize n;
  g_autofree float *samples = longhand_audio_file_load (speech (), &n, NULL, NULL);

  g_assert_nonnull (samples);
  g_assert_cmpint (quill_transcriber_open (&transcriber, f->model, NULL, NULL), ==, QUILL_OK);
  quill_params_init (&params);
  params.vad = true;
  params.languages = languages;
  g_assert_cmpint (quill_detect_language (transcriber, samples, n, &params, f->found, &f->n_found, NULL), ==,
                   QUILL_OK);
  quill_transcriber_close (&transcriber);
}

static void
assert_is_found (const Fixture *f, JsonObject *recording) {
  JsonArray *languages = json_object_get_array_member (recording, "languages");

  g_assert_cmpstr (json_object_get_string_member (recording, "file"), ==, speech ());
  g_assert_cmpuint (json_array_get_length (languages), ==, f->n_found);
  for (unsigned i = 0; i < f->n_found; i++) {
    JsonObject *language = json_array_get_object_element (languages, i);

    g_assert_cmpstr (json_object_get_string_member (language, "code"), ==, f->found[i].code);
    g_assert_cmpint (quill_language_find (json_object_get_string_member (language, "name")), ==,
                     quill_language_find (f->found[i].code));
    g_assert_cmpfloat ((float)json_object_get_double_member (language, "probability"), ==,
                       f->found[i].probability);
  }
}

static void
json_has_all_languages_of_each_recording (Fixture *f, gconstpointer data) {
  g_auto (CliRun) run = cli_run ("detect-language", "--json", "--model", f->path, speech (), speech (), NULL);
  g_autoptr (JsonNode) root = NULL;
  JsonArray *recordings;

  cli_assert_succeeds (&run);
  root = json_from_string (run.out, NULL);
  g_assert_cmpint (json_object_get_int_member (json_node_get_object (root), "version"), ==, 1);
  g_assert_cmpstr (json_object_get_string_member (json_node_get_object (root), "model"), ==, "random");
  recordings = json_object_get_array_member (json_node_get_object (root), "recordings");
  g_assert_cmpuint (json_array_get_length (recordings), ==, 2);
  find (f, NULL);
  g_assert_cmpuint (f->n_found, ==, 99);
  for (guint i = 0; i < 2; i++)
    assert_is_found (f, json_array_get_object_element (recordings, i));
}

/* A line for each language, and their number. */
static guint
assert_lines_are_found (const Fixture *f, const char *out) {
  g_auto (GStrv) lines = g_strsplit (out, "\n", -1);
  guint n = 0;

  for (; lines[n][0] != '\0'; n++) {
    g_autofree char *expected
        = g_strdup_printf ("%5.1f %%  %-3s  %s", 100 * (double)f->found[n].probability, f->found[n].code,
                           quill_language_name ((unsigned)quill_language_find (f->found[n].code)));

    g_assert_cmpstr (lines[n], ==, expected);
  }
  return n;
}

static void
people_get_the_likeliest_languages (Fixture *f, gconstpointer data) {
  const char *const some[] = { "ha", "german", "yue", "en", NULL };
  g_auto (CliRun) all = cli_run ("detect-language", "--model", f->path, speech (), NULL);
  g_auto (CliRun) limited
      = cli_run ("detect-language", "--languages", "ha,german,yue,en", "--model", f->path, speech (), NULL);

  cli_assert_succeeds (&all);
  find (f, NULL);
  g_assert_cmpuint (assert_lines_are_found (f, all.out), ==, 10);
  cli_assert_succeeds (&limited);
  find (f, some); /* Cantonese is none of this model's */
  g_assert_cmpuint (assert_lines_are_found (f, limited.out), ==, 3);
}

static void
assert_language (const CliRun *run, const char *code, float probability) {
  g_autoptr (JsonNode) root = json_from_string (run->out, NULL);
  JsonObject *object;

  g_assert_nonnull (root);
  object = json_node_get_object (root);
  g_assert_cmpstr (json_object_get_string_member (object, "language"), ==, code);
  if (probability > 0)
    g_assert_cmpfloat ((float)json_object_get_double_member (object, "language_probability"), ==, probability);
  else
    g_assert_true (json_object_get_null_member (object, "language_probability"));
}

static void
transcripts_tell_the_language_and_its_probability (Fixture *f, gconstpointer data) {
  const char *const some[] = { "fr", "de", NULL };
  g_auto (CliRun) any = cli_run ("transcribe", "--model", f->path, "--format", "json", speech (), NULL);
  g_auto (CliRun) limited = cli_run ("transcribe", "--model", f->path, "--format", "json", "--languages",
                                     "fr,de", speech (), NULL);
  g_auto (CliRun) told = cli_run ("transcribe", "--model", f->path, "--format", "json", "--language", "Welsh",
                                  speech (), NULL);
  g_auto (CliRun) english
      = cli_run ("transcribe", "--format", "json", "--languages", "de,en", speech (), NULL);

  find (f, NULL);
  assert_language (&any, f->found[0].code, f->found[0].probability);
  find (f, some);
  assert_language (&limited, f->found[0].code, f->found[0].probability);
  assert_language (&told, "cy", 0);
  assert_language (&english, "en", 0); /* by a model that knows no other */
}

static void
failures_are_told_and_do_not_stop_others (Fixture *f, gconstpointer data) {
  g_autofree char *missing = g_build_filename (f->dir, "missing.wav", NULL);
  g_auto (CliRun) run = cli_run ("detect-language", "--model", f->path, missing, speech (), NULL);
  g_auto (CliRun) unknown
      = cli_run ("detect-language", "--model", f->path, "--languages", "yue", speech (), NULL);

  g_assert_cmpint (run.code, ==, 1);
  cli_assert_contains (run.err, "There is no file");
  find (f, NULL);
  g_assert_true (g_str_has_prefix (run.out, speech ()));
  g_assert_cmpuint (assert_lines_are_found (f, strchr (run.out, '\n') + 1), ==, 10);
  cli_assert_fails (&unknown, 2, "does not know “yue”", "--model, such as large-v3");
}

/* A WAV file of so many bytes of silence, which are fewer than 64 KiB; its path. (transfer full) */
static char *
write_silence (const Fixture *f, guint n_bytes) {
  static const char header[] = "RIFF\x24\x06\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x80\x3e\0\0\0\x7d\0\0\2\0\x10\0"
                               "data\0\x06\0";
  g_autofree char *sound = g_malloc0 (44 + n_bytes);
  char *path = g_build_filename (f->dir, "silence.wav", NULL);

  memcpy (sound, header, MIN (sizeof header, 44));
  sound[40] = (char)(n_bytes & 0xff);
  sound[41] = (char)(n_bytes >> 8);
  g_assert_true (g_file_set_contents (path, sound, 44 + n_bytes, NULL));
  return path;
}

static void
nothing_said_has_no_language (Fixture *f, gconstpointer data) {
  static const struct {
    guint n_bytes;
    const char *said;
  } rows[] = { { 0x600, "silence.wav” is too short to tell its language" }, /* 48 ms */
               { 0xfa00, "Nobody is heard speaking in “" } };               /* 2 s */

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = write_silence (f, rows[i].n_bytes);
    g_auto (CliRun) run = cli_run ("detect-language", "--model", f->path, path, NULL);

    cli_assert_fails (&run, 1, rows[i].said, "record a few words");
  }
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
#define ADD(path, fn) g_test_add ("/cli/languages/" path, Fixture, NULL, set_up, fn, tear_down)
  ADD ("json-has-all-languages-of-each-recording", json_has_all_languages_of_each_recording);
  ADD ("people-get-the-likeliest-languages", people_get_the_likeliest_languages);
  ADD ("transcripts-tell-the-language-and-its-probability",
       transcripts_tell_the_language_and_its_probability);
  ADD ("failures-are-told-and-do-not-stop-others", failures_are_told_and_do_not_stop_others);
  ADD ("nothing-said-has-no-language", nothing_said_has_no_language);
  return g_test_run ();
}
