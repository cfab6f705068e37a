/* longhand-cli detect-language: which languages recordings may be in. */
#include "cli/longhand-cli-languages.h"

#include "audio/longhand-audio-file.h"
#include "cli/longhand-cli-sandbox.h"
#include "longhand-engine-error.h"
#include "longhand-json.h"

#include <glib/gi18n.h>

#define FORMAT_VERSION 1
#define SHORTEST_SAMPLES (QUILL_SAMPLE_RATE / 10) /* that are looked at */
#define N_SHOWN 10                                /* of the languages, where people read them */

typedef struct {
  char *model;                 /* owned */
  LonghandCliLanguages spoken; /* those that may be */
  int threads;
  gboolean json;

  char **files; /* borrowed */
  guint n_files;
} Options;

static void
options_clear (Options *options) {
  g_free (options->model);
  longhand_cli_languages_clear (&options->spoken);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* What one recording may be in, likeliest first. */
typedef struct {
  struct quill_language_probability languages[QUILL_MAX_LANGUAGES];
  guint n;
} Found;

static bool
is_cancelled (void *user) {
  return longhand_cli_interrupted ();
}

static gboolean
detect (const LonghandCliEngine *engine, const Options *options, const char *path, Found *found,
        GError **error) {
  struct quill_params params;
  struct quill_error engine_error = { 0 };
  gsize n_samples;
  g_autofree float *samples = longhand_audio_file_load (path, &n_samples, NULL, error);

  if (samples == NULL)
    return FALSE;
  quill_params_init (&params);
  params.vad = TRUE;
  params.languages = (const char *const *)options->spoken.languages;
  params.cancelled = is_cancelled;
  if (quill_detect_language (engine->transcriber, samples, n_samples, &params, found->languages, &found->n,
                             &engine_error)
      != QUILL_OK) {
    longhand_set_error_from_engine (error, &engine_error);
    return FALSE;
  }
  if (found->n == 0) {
    g_autofree char *name = g_filename_display_name (path);

    g_set_error (
        error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE,
        n_samples < SHORTEST_SAMPLES
            ? _ ("“%s” is too short to tell its language: record a few words.")
            : _ ("Nobody is heard speaking in “%s”, so its language cannot be told: record a few words."),
        name);
    return FALSE;
  }
  return TRUE;
}

/* ---- what is printed ---- */

static const char *
name_of (const char *code) {
  return quill_language_name ((unsigned)quill_language_find (code));
}

static void
print_found (const Options *options, const char *path, const Found *found) {
  if (options->n_files > 1) {
    g_autofree char *name = g_filename_display_name (path);

    g_print ("%s:\n", name);
  }
  for (guint i = 0; i < MIN (found->n, N_SHOWN); i++)
    g_print ("%5.1f %%  %-3s  %s\n", 100.0 * (double)found->languages[i].probability,
             found->languages[i].code, name_of (found->languages[i].code));
}

static void
add_found (JsonBuilder *json, const char *path, const Found *found) {
  g_autofree char *name = g_filename_display_name (path);

  json_builder_begin_object (json);
  longhand_json_string (json, "file", name);
  longhand_json_array (json, "languages");
  for (guint i = 0; i < found->n; i++) {
    json_builder_begin_object (json);
    longhand_json_string (json, "code", found->languages[i].code);
    longhand_json_string (json, "name", name_of (found->languages[i].code));
    longhand_json_double (json, "probability", (double)found->languages[i].probability);
    json_builder_end_object (json);
  }
  json_builder_end_array (json);
  json_builder_end_object (json);
}

/* All recordings; the exit status. */
static int
detect_all (const LonghandCliEngine *engine, const Options *options, JsonBuilder *json) {
  int code = LONGHAND_EXIT_OK;

  for (guint i = 0; i < options->n_files && !longhand_cli_interrupted (); i++) {
    g_autoptr (GError) error = NULL;
    Found found;

    if (!detect (engine, options, options->files[i], &found, &error))
      code = longhand_cli_fail (error);
    else if (options->json)
      add_found (json, options->files[i], &found);
    else
      print_found (options, options->files[i], &found);
  }
  return code;
}

static int
detect_and_print (const LonghandCliEngine *engine, const Options *options) {
  g_autoptr (JsonBuilder) json = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  int code;

  json_builder_begin_object (json);
  longhand_json_int (json, "version", FORMAT_VERSION);
  longhand_json_string (json, "model", engine->model_id);
  longhand_json_array (json, "recordings");
  code = detect_all (engine, options, json);
  json_builder_end_array (json);
  json_builder_end_object (json);
  root = json_builder_get_root (json);
  if (options->json)
    longhand_cli_print_json (root);
  return code;
}

/* ---- the verb ---- */

static gboolean
check (Options *options, GError **error) {
  if (options->n_files == 0) {
    g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                         _ ("Name at least one recording, as in “longhand-cli detect-language FILE”."));
    return FALSE;
  }
  return longhand_cli_languages_check (&options->spoken, error)
         && longhand_cli_check_threads (options->threads, error);
}

/* What only the model can tell. */
static gboolean
check_model (const Options *options, const struct quill_model *model, GError **error) {
  if (quill_model_n_languages (model) > 0)
    return longhand_cli_languages_check_model (&options->spoken, model, error);
  g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_MODEL_UNSUPPORTED,
                       _ ("This model knows English only and detects no language: choose a multilingual "
                          "model with --model."));
  return FALSE;
}

int
longhand_cli_detect_language (int argc, char **argv) {
  g_auto (Options) options = { 0 };
  const GOptionEntry entries[] = {
    { "languages", 0, 0, G_OPTION_ARG_STRING, &options.spoken.list,
      N_ ("Languages that may be spoken, such as “en,de”: one of them is detected (default: any)"),
      N_ ("LANGUAGES") },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("Print JSON, with all languages"), NULL },
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &options.model,
      N_ ("Model: name of an installed one, or a file (default: the best installed one)"), N_ ("MODEL") },
    { "threads", 't', 0, G_OPTION_ARG_INT, &options.threads,
      N_ ("Threads, 1 to 256 (default 0: as many as are best)"), N_ ("N") },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GError) error = NULL;
  LonghandCliEngine engine;
  int code;

  if (!longhand_cli_parse (
          &argc, &argv, _ ("FILE…"),
          _ ("Tells which language is spoken in recordings: the likeliest ten, with their "
             "probabilities."),
          _ ("Thirty seconds from the first speech on are looked at, as “transcribe” does it "
             "without --language. The\nmodel must be a multilingual one."),
          entries))
    return LONGHAND_EXIT_USAGE;
  options.files = argv + 1;
  options.n_files = (guint)argc - 1;
  if (!check (&options, &error))
    return longhand_cli_fail (error);
  longhand_cli_close_in (NULL, 0);
  if (!longhand_cli_engine_open_masked (&engine, options.model, options.threads, ~0u, &error))
    return longhand_cli_fail (error);
  if (!check_model (&options, engine.model, &error)) {
    longhand_cli_engine_close (&engine);
    return longhand_cli_fail (error);
  }
  longhand_cli_catch_interrupt ();
  code = detect_and_print (&engine, &options);
  longhand_cli_engine_close (&engine);
  return longhand_cli_interrupted () ? LONGHAND_EXIT_INTERRUPTED : code;
}
