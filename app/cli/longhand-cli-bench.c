/* longhand-cli bench: how fast this machine recognises. */
#include "cli/longhand-cli.h"

#include "audio/longhand-audio-file.h"
#include "longhand-config.h"
#include "longhand-engine-error.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>
#include <sys/resource.h>

enum {
  STEP_LOAD,  /* model and transcriber */
  STEP_AUDIO, /* file to 16 kHz mono */
  STEP_MEL,
  STEP_ENCODE,
  STEP_PROMPT, /* cross-attention keys and values, and the prompt's tokens */
  STEP_DECODE,
  STEP_TOTAL, /* of a run: mel to text */
  N_STEPS,
};
static const char *const step_names[N_STEPS]
    = { "load", "audio", "mel", "encode", "prompt", "decode", "total" };

#define N_MEMORY 6

typedef struct {
  GArray *times[N_STEPS]; /* double, ms; owned */
  double audio_s;
  guint n_tokens;
  guint n_windows;
  guint threads;
  const char *kernel_level;
  char *model_id; /* owned */
  struct {
    const char *name;
    guint64 bytes;
  } memory[N_MEMORY];
} Bench;

static void
bench_init (Bench *bench) {
  *bench = (Bench){ 0 };
  for (guint i = 0; i < N_STEPS; i++)
    bench->times[i] = g_array_new (FALSE, FALSE, sizeof (double));
}

static void
bench_clear (Bench *bench) {
  for (guint i = 0; i < N_STEPS; i++)
    g_array_unref (bench->times[i]);
  g_free (bench->model_id);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Bench, bench_clear)

static void
note (Bench *bench, guint step, double ms) {
  g_array_append_val (bench->times[step], ms);
}

static int
compare_doubles (gconstpointer a, gconstpointer b) {
  const double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

/* Nearest rank; times are sorted. */
static double
percentile (const GArray *times, double p) {
  const guint rank = (guint)ceil (p * times->len);

  return g_array_index (times, double, rank > 0 ? rank - 1 : 0);
}

/* ---- measuring ---- */

static double
since_ms (gint64 begin) {
  return (double)(g_get_monotonic_time () - begin) / 1000.0;
}

static void
note_memory (Bench *bench, struct quill_transcriber *transcriber) {
  struct quill_memory memory;
  struct rusage usage;

  quill_transcriber_get_memory (transcriber, &memory);
  getrusage (RUSAGE_SELF, &usage);
  bench->memory[0].name = "weights";
  bench->memory[0].bytes = memory.weights;
  bench->memory[1].name = "embeddings";
  bench->memory[1].bytes = memory.embeddings;
  bench->memory[2].name = "kv_cache";
  bench->memory[2].bytes = memory.kv_cache;
  bench->memory[3].name = "encoder_output";
  bench->memory[3].bytes = memory.encoder_output;
  bench->memory[4].name = "working";
  bench->memory[4].bytes = memory.working;
  bench->memory[5].name = "peak_rss";
  bench->memory[5].bytes = (guint64)usage.ru_maxrss * 1024;
}

static bool
is_cancelled (void *user) {
  return longhand_cli_interrupted ();
}

static gboolean
run_once (Bench *bench, const char *model, int threads, const char *path, gboolean counted, GError **error) {
  struct quill_error engine_error = { 0 };
  struct quill_result *result = NULL;
  g_autofree float *samples = NULL;
  struct quill_params params;
  LonghandCliEngine engine;
  double audio_ms;
  gint64 begin;
  gsize n;

  begin = g_get_monotonic_time ();
  samples = longhand_audio_file_load (path, &n, NULL, error);
  if (samples == NULL)
    return FALSE;
  audio_ms = since_ms (begin);
  if (n == 0) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE,
                 _ ("“%s” holds no sound: choose a recording of some seconds."), path);
    return FALSE;
  }
  if (!longhand_cli_engine_open (&engine, model, threads, error))
    return FALSE;
  quill_params_init (&params);
  params.cancelled = is_cancelled;
  if (quill_transcribe (engine.transcriber, samples, n, &params, &result, &engine_error) != QUILL_OK) {
    longhand_set_error_from_engine (error, &engine_error);
    longhand_cli_engine_close (&engine);
    return FALSE;
  }
  if (counted) {
    note (bench, STEP_LOAD, engine.load_ms);
    note (bench, STEP_AUDIO, audio_ms);
    note (bench, STEP_MEL, result->timings.mel_ms);
    note (bench, STEP_ENCODE, result->timings.encode_ms);
    note (bench, STEP_PROMPT, result->timings.prompt_ms);
    note (bench, STEP_DECODE, result->timings.decode_ms);
    note (bench, STEP_TOTAL, result->timings.total_ms);
  }
  bench->audio_s = (double)n / QUILL_SAMPLE_RATE;
  bench->n_tokens = result->timings.n_tokens;
  bench->n_windows = result->timings.n_windows;
  bench->threads = quill_transcriber_n_threads (engine.transcriber);
  bench->kernel_level = quill_transcriber_kernel_level (engine.transcriber);
  g_free (bench->model_id);
  bench->model_id = g_strdup (engine.model_id);
  note_memory (bench, engine.transcriber);
  quill_result_free (&result);
  longhand_cli_engine_close (&engine);
  return TRUE;
}

/* ---- telling ---- */

static double
real_time_factor (const Bench *bench) {
  return percentile (bench->times[STEP_TOTAL], 0.5) / 1000.0 / bench->audio_s;
}

static char *
cpu_name (void) {
  g_autofree char *info = NULL;
  char *at;

  if (!g_file_get_contents ("/proc/cpuinfo", &info, NULL, NULL))
    return g_strdup ("unknown");
  at = strstr (info, "model name");
  at = at != NULL ? strchr (at, ':') : NULL;
  if (at == NULL)
    return g_strdup ("unknown");
  at[strcspn (at, "\n")] = '\0';
  return g_strstrip (g_strdup (at + 1));
}

static void
print_table (const Bench *bench) {
  g_autofree char *cpu = cpu_name ();

  g_print (
      _ ("Model %s, %u threads, kernels %s, %.1f s of sound, %u runs\nMachine: %s, %u usable processors\n\n"),
      bench->model_id, bench->threads, bench->kernel_level, bench->audio_s, bench->times[STEP_TOTAL]->len,
      cpu, quill_usable_cpus ());
  g_print ("%-10s %10s %10s %10s\n", _ ("step"), "p50 ms", "p95 ms", "p99 ms");
  for (guint i = 0; i < N_STEPS; i++)
    g_print ("%-10s %10.2f %10.2f %10.2f\n", step_names[i], percentile (bench->times[i], 0.5),
             percentile (bench->times[i], 0.95), percentile (bench->times[i], 0.99));
  if (bench->n_tokens > 0)
    g_print (_ ("\nDecoding: %.2f ms a token (%u tokens)"),
             percentile (bench->times[STEP_DECODE], 0.5) / bench->n_tokens, bench->n_tokens);
  g_print (_ ("\nReal-time factor: %.3f (below 1 keeps up)\n\n"), real_time_factor (bench));
  for (guint i = 0; i < N_MEMORY; i++)
    g_print ("%-16s %8.1f MiB\n", bench->memory[i].name, (double)bench->memory[i].bytes / (1024.0 * 1024.0));
}

static void
add_member_string (JsonBuilder *json, const char *name, const char *value) {
  json_builder_set_member_name (json, name);
  json_builder_add_string_value (json, value);
}

static void
add_member_double (JsonBuilder *json, const char *name, double value) {
  json_builder_set_member_name (json, name);
  json_builder_add_double_value (json, value);
}

static void
add_member_int (JsonBuilder *json, const char *name, gint64 value) {
  json_builder_set_member_name (json, name);
  json_builder_add_int_value (json, value);
}

static void
print_json (const Bench *bench) {
  g_autoptr (JsonBuilder) json = json_builder_new ();
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *cpu = cpu_name ();
  g_autofree char *text = NULL;

  json_builder_begin_object (json);
  add_member_string (json, "version", VERSION);
  add_member_string (json, "model", bench->model_id);
  add_member_int (json, "threads", bench->threads);
  json_builder_set_member_name (json, "machine");
  json_builder_begin_object (json);
  add_member_string (json, "cpu", cpu);
  add_member_int (json, "usable_cpus", quill_usable_cpus ());
  add_member_string (json, "kernels", bench->kernel_level);
  json_builder_end_object (json);
  add_member_double (json, "audio_s", bench->audio_s);
  add_member_double (json, "rtf", real_time_factor (bench));
  add_member_int (json, "tokens", bench->n_tokens);
  add_member_int (json, "windows", bench->n_windows);
  json_builder_set_member_name (json, "steps");
  json_builder_begin_array (json);
  for (guint i = 0; i < N_STEPS; i++) {
    json_builder_begin_object (json);
    add_member_string (json, "name", step_names[i]);
    add_member_int (json, "runs", bench->times[i]->len);
    add_member_double (json, "p50_ms", percentile (bench->times[i], 0.5));
    add_member_double (json, "p95_ms", percentile (bench->times[i], 0.95));
    add_member_double (json, "p99_ms", percentile (bench->times[i], 0.99));
    json_builder_end_object (json);
  }
  json_builder_end_array (json);
  json_builder_set_member_name (json, "memory");
  json_builder_begin_array (json);
  for (guint i = 0; i < N_MEMORY; i++) {
    json_builder_begin_object (json);
    add_member_string (json, "component", bench->memory[i].name);
    add_member_int (json, "bytes", (gint64)bench->memory[i].bytes);
    json_builder_end_object (json);
  }
  json_builder_end_array (json);
  json_builder_end_object (json);
  root = json_builder_get_root (json);
  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, TRUE);
  text = json_generator_to_data (generator, NULL);
  longhand_cli_print_text (text);
  longhand_cli_print_text ("\n");
}

/* The recording that comes with the program: beside the models. (transfer full) */
static char *
sample_path (void) {
  const char *models = g_getenv ("LONGHAND_MODEL_DIR");
  g_autofree char *uninstalled
      = models != NULL ? g_build_filename (models, "..", "samples", "sample.wav", NULL) : NULL;

  if (uninstalled != NULL && g_file_test (uninstalled, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&uninstalled);
  return g_build_filename (PKGDATADIR, "samples", "sample.wav", NULL);
}

int
longhand_cli_bench (int argc, char **argv) {
  g_autofree char *model = NULL;
  g_autofree char *path = NULL;
  gboolean as_json = FALSE;
  int threads = 0, runs = 10;
  const GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &model,
      N_ ("Model: name of an installed one, or a file (default: the best installed one)"), N_ ("MODEL") },
    { "threads", 't', 0, G_OPTION_ARG_INT, &threads, N_ ("Threads, 1 to 256 (default 0: all processors)"),
      N_ ("N") },
    { "runs", 'n', 0, G_OPTION_ARG_INT, &runs, N_ ("Runs that count, after one that does not (default 10)"),
      N_ ("N") },
    { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, N_ ("Print JSON"), NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_auto (Bench) bench;
  g_autoptr (GError) error = NULL;

  bench_init (&bench);
  if (!longhand_cli_parse (
          &argc, &argv, _ ("[FILE]"),
          _ ("Measures each step of recognising FILE (default: the sample that comes with "
             "Longhand)."),
          _ ("JSON: version, model, threads, machine {cpu, usable_cpus, kernels}, audio_s, rtf, "
             "tokens, windows,\nsteps [{name, runs, p50_ms, p95_ms, p99_ms}], memory "
             "[{component, bytes}]. “load” is model and\nbuffers, “total” from sound to text; rtf "
             "is the median total by the sound's length."),
          entries))
    return LONGHAND_EXIT_USAGE;
  if (argc > 2 || runs < 1 || runs > 1000) {
    longhand_cli_complain (argc > 2 ? _ ("“bench” takes one recording.")
                                    : _ ("--runs must be between 1 and 1000."));
    return LONGHAND_EXIT_USAGE;
  }
  if (!longhand_cli_check_threads (threads, &error))
    return longhand_cli_fail (error);
  path = argc == 2 ? g_strdup (argv[1]) : sample_path ();
  longhand_cli_catch_interrupt ();
  for (int i = 0; i <= runs; i++)
    if (!run_once (&bench, model, threads, path, i > 0, &error))
      return longhand_cli_fail (error);
  for (guint i = 0; i < N_STEPS; i++)
    g_array_sort (bench.times[i], compare_doubles);
  if (as_json)
    print_json (&bench);
  else
    print_table (&bench);
  return LONGHAND_EXIT_OK;
}
