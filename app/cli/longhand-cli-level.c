#include "cli/longhand-cli-level.h"

#include "audio/longhand-audio-file.h"
#include "cli/longhand-cli-sandbox.h"
#include "longhand-engine-error.h"
#include "longhand-json.h"
#include "longhand-process.h"
#include "sandbox/longhand-sandbox.h"

#include <glib/gi18n.h>
#include <string.h>
#include <sys/wait.h>

#define MAX_LEVELS 32

/* ---- the child ---- */

static gboolean
mask_of (const char *level, guint32 *mask) {
  struct quill_kernel_level levels[MAX_LEVELS];
  const guint n = MIN (quill_kernel_levels (levels, MAX_LEVELS), MAX_LEVELS);

  for (guint i = 0; i < n; i++)
    if (strcmp (levels[i].name, level) == 0) {
      *mask = levels[i].mask;
      return TRUE;
    }
  return FALSE;
}

static void
add_guards (JsonBuilder *json) {
  LonghandSandboxState state;

  longhand_sandbox_probe (&state);
  longhand_json_boolean (json, "sockets", state.no_sockets);
  longhand_json_boolean (json, "files", state.no_files);
  longhand_json_boolean (json, "programs", state.no_programs);
}

static gboolean
hear (LonghandCliEngine *engine, const float *samples, gsize n, GError **error) {
  struct quill_error engine_error = { 0 };
  struct quill_result *result = NULL;
  struct quill_params params;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (JsonBuilder) json = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  quill_params_init (&params);
  params.temperature_increment = 0;
  if (quill_transcribe (engine->transcriber, samples, n, &params, &result, &engine_error) != QUILL_OK) {
    longhand_set_error_from_engine (error, &engine_error);
    return FALSE;
  }
  for (gsize i = 0; i < result->n_segments; i++)
    g_string_append (text, result->segments[i].text);
  json_builder_begin_object (json);
  longhand_json_string (json, "name", quill_transcriber_kernel_level (engine->transcriber));
  longhand_json_string (json, "text", g_strstrip (text->str));
  longhand_json_double (json, "audio_s", (double)n / QUILL_SAMPLE_RATE);
  longhand_json_double (json, "load_ms", engine->load_ms);
  longhand_json_double (json, "mel_ms", result->timings.mel_ms);
  longhand_json_double (json, "encode_ms", result->timings.encode_ms);
  longhand_json_double (json, "prompt_ms", result->timings.prompt_ms);
  longhand_json_double (json, "decode_ms", result->timings.decode_ms);
  longhand_json_double (json, "total_ms", result->timings.total_ms);
  longhand_json_double (json, "peak_rss_bytes", (double)longhand_process_get_peak_rss_bytes ());
  longhand_json_double (json, "threads", quill_transcriber_n_threads (engine->transcriber));
  add_guards (json);
  json_builder_end_object (json);
  root = json_builder_get_root (json);
  longhand_cli_print_json (root);
  quill_result_free (&result);
  return TRUE;
}

int
longhand_cli_level_recognise (const LonghandCliLevelTask *task) {
  g_autofree char *path = task->recording != NULL ? g_strdup (task->recording)
                                                  : longhand_model_store_dup_sample_path ("sample.wav");
  g_autofree float *samples = NULL;
  g_autoptr (GError) error = NULL;
  LonghandCliEngine engine;
  guint32 mask;
  gboolean heard;
  gsize n;

  if (!mask_of (task->level, &mask)) {
    longhand_cli_complain (_ ("This machine has no kernel level “%s”."), task->level);
    return LONGHAND_EXIT_USAGE;
  }
  longhand_cli_close_in (NULL, 0);
  samples = longhand_audio_file_load (path, &n, NULL, &error);
  if (samples == NULL || !longhand_cli_engine_open_masked (&engine, task->model, task->threads, mask, &error))
    return longhand_cli_fail (error);
  heard = hear (&engine, samples, n, &error);
  longhand_cli_engine_close (&engine);
  return heard ? LONGHAND_EXIT_OK : longhand_cli_fail (error);
}

/* ---- the parent ---- */

/* What the child said about its failure, without the program's name and the full stop. (transfer full) */
static char *
sentence_of (const char *complaint) {
  const char *begin
      = g_str_has_prefix (complaint, "longhand-cli: ") ? complaint + strlen ("longhand-cli: ") : complaint;
  g_autofree char *line = g_strndup (begin, strcspn (begin, "\n"));

  if (g_str_has_suffix (line, "."))
    line[strlen (line) - 1] = '\0';
  return g_steal_pointer (&line);
}

/* Of what the child is. (transfer container); its elements are borrowed from program, task and threads. */
static GPtrArray *
command_line (const char *program, const LonghandCliLevelTask *task, const char *threads) {
  const char *const always[] = { program, "selftest", "--run-level", task->level, "--threads", threads };
  const char *const options[][2] = { { "--model", task->model }, { "--recording", task->recording } };
  GPtrArray *arguments = g_ptr_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (always); i++)
    g_ptr_array_add (arguments, (gpointer)always[i]);
  for (guint i = 0; i < G_N_ELEMENTS (options); i++)
    if (options[i][1] != NULL) {
      g_ptr_array_add (arguments, (gpointer)options[i][0]);
      g_ptr_array_add (arguments, (gpointer)options[i][1]);
    }
  g_ptr_array_add (arguments, NULL);
  return arguments;
}

/* What the child told, or that it makes no sense. */
static void
take_told (LonghandCliLevelOutcome *outcome, const char *output) {
  g_autoptr (JsonNode) root = json_from_string (output, NULL);

  if (root != NULL && JSON_NODE_HOLDS_OBJECT (root))
    outcome->told = g_steal_pointer (&root);
  else
    outcome->reason = g_strdup (_ ("what it told makes no sense"));
}

void
longhand_cli_level_run (LonghandCliLevelOutcome *outcome, const LonghandCliLevelTask *task) {
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *threads = g_strdup_printf ("%d", task->threads);
  g_autoptr (GPtrArray) arguments = command_line (program != NULL ? program : "longhand-cli", task, threads);
  g_autoptr (GError) error = NULL;
  g_autofree char *output = NULL, *complaint = NULL;
  int status;

  *outcome = (LonghandCliLevelOutcome){ .code = LONGHAND_EXIT_OK };
  /* A GSubprocess would leave threads behind, which the sandbox of whoever enters it later does not hold. */
  if (!g_spawn_sync (NULL, (char **)arguments->pdata, NULL,
                     G_SPAWN_CHILD_INHERITS_STDIN | G_SPAWN_SEARCH_PATH, NULL, NULL, &output, &complaint,
                     &status, &error)) {
    outcome->reason = g_strdup (error->message);
    return;
  }
  if (WIFSIGNALED (status)) {
    outcome->reason = g_strdup_printf (_ ("it was ended by a signal: %s"), g_strsignal (WTERMSIG (status)));
    return;
  }
  outcome->code = WEXITSTATUS (status);
  if (outcome->code != LONGHAND_EXIT_OK)
    outcome->reason = sentence_of (complaint);
  else
    take_told (outcome, output);
}

void
longhand_cli_level_outcome_clear (LonghandCliLevelOutcome *outcome) {
  g_clear_pointer (&outcome->reason, g_free);
  g_clear_pointer (&outcome->told, json_node_unref);
}
