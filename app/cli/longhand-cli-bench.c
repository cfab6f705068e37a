/* longhand-cli bench: how fast this machine recognises, and where time and memory go. */
#include "cli/longhand-cli-bench.h"

#include "cli/longhand-cli-sandbox.h"

#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

#define MAX_RUNS 1000
#define MAX_LEVELS 32

typedef struct {
  char *model, *threads_text, *levels_text, *runs_text, *trace_path; /* owned */
  int warm_up;
  double variation; /* percent */
  gboolean as_json, as_csv;

  char *path;      /* owned; recording */
  GArray *threads; /* owned; guint, ascending; the last is the main setting's */
  GArray *levels;  /* owned; struct quill_kernel_level */
  LonghandStopRule rule;
} Options;

static void
options_init (Options *options) {
  *options = (Options){ .warm_up = 1,
                        .variation = 10,
                        .threads = g_array_new (FALSE, FALSE, sizeof (guint)),
                        .levels = g_array_new (FALSE, FALSE, sizeof (struct quill_kernel_level)) };
}

static void
options_clear (Options *options) {
  g_free (options->model);
  g_free (options->threads_text);
  g_free (options->levels_text);
  g_free (options->runs_text);
  g_free (options->trace_path);
  g_free (options->path);
  g_array_unref (options->threads);
  g_array_unref (options->levels);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* ---- what is asked ---- */

static int
compare_counts (gconstpointer a, gconstpointer b) {
  const guint x = *(const guint *)a, y = *(const guint *)b;

  return (x > y) - (x < y);
}

/* Speed-ups need one thread to be compared with. */
static gboolean
read_threads (Options *options, GError **error) {
  const char *text = options->threads_text != NULL ? options->threads_text : "0";
  const guint min = strchr (text, ',') != NULL ? 1 : 0, one = 1;

  if (!longhand_stats_parse_list (text, min, QUILL_MAX_THREADS, options->threads)) {
    g_set_error (
        error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
        _ ("“%s” threads are not possible: use 1 to %d, or several such numbers as in 1,2,4, or 0 for as "
           "many as are best."),
        text, QUILL_MAX_THREADS);
    return FALSE;
  }
  g_array_sort (options->threads, compare_counts);
  if (options->threads->len > 1 && g_array_index (options->threads, guint, 0) != one)
    g_array_prepend_val (options->threads, one);
  return TRUE;
}

/* (transfer full): "c, avx2" */
static char *
list_levels (const struct quill_kernel_level *levels, guint n) {
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", levels[i].name);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
read_levels (Options *options, GError **error) {
  struct quill_kernel_level known[MAX_LEVELS];
  const guint n = MIN (quill_kernel_levels (known, MAX_LEVELS), MAX_LEVELS);
  g_auto (GStrv) names = NULL;

  if (options->levels_text == NULL)
    g_array_append_val (options->levels, known[n - 1]);
  if (options->levels_text == NULL || strcmp (options->levels_text, "all") == 0) {
    if (options->levels_text != NULL)
      g_array_append_vals (options->levels, known, n);
    return TRUE;
  }
  names = g_strsplit (options->levels_text, ",", -1);
  for (guint i = 0; names[i] != NULL || i == 0; i++) {
    guint at = 0;

    while (at < n && g_strcmp0 (known[at].name, names[i]) != 0)
      at++;
    if (at == n) {
      g_autofree char *choices = list_levels (known, n);

      g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                   _ ("This machine has no kernels “%s”: use all, or some of %s."),
                   names[i] != NULL ? names[i] : "", choices);
      return FALSE;
    }
    g_array_append_val (options->levels, known[at]);
  }
  return TRUE;
}

static gboolean
set_invalid (GError **error, const char *sentence) {
  g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID, sentence);
  return FALSE;
}

static gboolean
read_options (Options *options, int argc, char **argv, GError **error) {
  const char *runs = options->runs_text != NULL ? options->runs_text : "10-100";

  if (!longhand_stats_parse_range (runs, MAX_RUNS, &options->rule.min_runs, &options->rule.max_runs))
    return set_invalid (error, _ ("--runs must be between 1 and 1000, or two such numbers as in 10-100."));
  if (options->warm_up < 0 || options->warm_up > MAX_RUNS)
    return set_invalid (error, _ ("--warm-up must be between 0 and 1000."));
  if (!(options->variation > 0 && options->variation <= 1000))
    return set_invalid (error, _ ("--variation must be above 0 and at most 1000 percent."));
  if (options->as_json && options->as_csv)
    return set_invalid (error, _ ("Choose one of --json and --csv."));
  options->rule.max_variation = options->variation / 100;
  options->path = argc == 2 ? g_strdup (argv[1]) : longhand_model_store_dup_sample_path ("sample.wav");
  return read_threads (options, error) && read_levels (options, error);
}

/* ---- the verb ---- */

static void
print_outcome (const LonghandBench *bench, const Options *options) {
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *csv = NULL;

  if (!options->as_json && !options->as_csv) {
    longhand_bench_print_table (bench);
    return;
  }
  root = longhand_bench_to_json (bench);
  if (options->as_json) {
    longhand_cli_print_json (root);
    return;
  }
  csv = longhand_bench_json_to_csv (root);
  longhand_cli_print_text (csv);
}

static int
run (const Options *options) {
  g_autoptr (LonghandCliTrace) trace = options->trace_path != NULL ? longhand_cli_trace_new () : NULL;
  LonghandBenchPlan plan = { .model = options->model,
                             .path = options->path,
                             .threads = options->threads,
                             .levels = options->levels,
                             .rule = options->rule,
                             .warm_up = (guint)options->warm_up,
                             .progress = isatty (STDERR_FILENO),
                             .trace = trace };
  g_auto (LonghandBench) bench;
  g_autoptr (GError) error = NULL, peak_error = NULL;

  longhand_bench_init (&bench);
  longhand_cli_catch_interrupt ();
  /* What is wrong with a model or a recording is said better below. */
  longhand_bench_measure_peak (&plan.peak_bytes, &plan, &peak_error);
  longhand_cli_close_in ((const char *const *)&options->trace_path, 1);
  if (!longhand_bench_measure (&bench, &plan, &error))
    return longhand_cli_fail (error);
  if (peak_error != NULL)
    return longhand_cli_fail (peak_error);
  print_outcome (&bench, options);
  if (trace != NULL && !longhand_cli_trace_finish (trace, options->trace_path, &error))
    return longhand_cli_fail (error);
  return LONGHAND_EXIT_OK;
}

int
longhand_cli_bench (int argc, char **argv) {
  g_auto (Options) options;
  const GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &options.model,
      N_ ("Model: name of an installed one, or a file (default: the best installed one)"), N_ ("MODEL") },
    { "threads", 't', 0, G_OPTION_ARG_STRING, &options.threads_text,
      N_ ("Threads, 1 to 256 (default 0: as many as are best); or several, as in 1,2,4"), N_ ("N,…") },
    { "cpu", 0, 0, G_OPTION_ARG_STRING, &options.levels_text,
      N_ ("Kernels to compare, as in c,avx2, or all (default: the machine’s best)"), N_ ("LEVEL,…") },
    { "runs", 'n', 0, G_OPTION_ARG_STRING, &options.runs_text,
      N_ ("Runs that count, or the least and the most (default 10-100)"), N_ ("N-M") },
    { "variation", 0, 0, G_OPTION_ARG_DOUBLE, &options.variation,
      N_ ("Stop between them when times vary by less (default 10)"), N_ ("PERCENT") },
    { "warm-up", 0, 0, G_OPTION_ARG_INT, &options.warm_up, N_ ("Runs before those that count (default 1)"),
      N_ ("N") },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.as_json, N_ ("Print JSON"), NULL },
    { "csv", 0, 0, G_OPTION_ARG_NONE, &options.as_csv,
      N_ ("Print the same numbers as comma-separated values"), NULL },
    { "trace", 0, 0, G_OPTION_ARG_FILENAME, &options.trace_path,
      N_ ("Write what was done when, for chrome://tracing or ui.perfetto.dev"), N_ ("FILE") },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GError) error = NULL;

  options_init (&options);
  if (!longhand_cli_parse (
          &argc, &argv, _ ("[FILE]"),
          _ ("Measures each step of recognising FILE (default: the sample that comes with Longhand)."),
          _ ("Of several numbers of threads or levels, the breakdown is that of the most threads and of the "
             "level "
             "named last.\nThe fields of JSON and CSV are in the man page."),
          entries))
    return LONGHAND_EXIT_USAGE;
  if (longhand_cli_refuse_surplus (argc, argv, 1))
    return LONGHAND_EXIT_USAGE;
  if (!read_options (&options, argc, argv, &error))
    return longhand_cli_fail (error);
  return run (&options);
}
