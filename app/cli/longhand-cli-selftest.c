/* longhand-cli selftest: each kernel level of this machine, end to end, and the sandbox that it runs in. Each
 * has a process of its own, which is this verb with a hidden option. */
#include "cli/longhand-cli.h"

#include "cli/longhand-cli-columns.h"
#include "cli/longhand-cli-level.h"
#include "longhand-config.h"
#include "longhand-json.h"
#include "transcript/longhand-words.h"

#include <glib/gi18n.h>
#include <string.h>

/* What is allowed; documented in --help and in the man page. Levels round differently, so that a word which
 * hangs by a hair may tip over. The model card gives the bundled model 60 % on voices that it does not know.
 */
#define WORDS_PER_DIFFERENCE 10
#define MAX_ERROR_RATE 0.6

#define MAX_LEVELS 32

enum {
  NUMBER_AUDIO_S,
  NUMBER_LOAD, /* model and transcriber, ms */
  NUMBER_MEL,
  NUMBER_ENCODE,
  NUMBER_PROMPT,
  NUMBER_DECODE,
  NUMBER_TOTAL, /* mel to text, ms */
  NUMBER_PEAK,  /* resident bytes */
  NUMBER_THREADS,
  N_NUMBERS,
};
static const char *const number_names[N_NUMBERS]
    = { "audio_s",   "load_ms",  "mel_ms",         "encode_ms", "prompt_ms",
        "decode_ms", "total_ms", "peak_rss_bytes", "threads" };

/* What a level is kept from. */
enum {
  GUARD_SOCKETS,
  GUARD_FILES,
  GUARD_PROGRAMS,
  N_GUARDS,
};
static const char *const guard_names[N_GUARDS] = { "sockets", "files", "programs" };

typedef struct {
  const char *name;         /* of the level */
  char *reason;             /* owned; why it failed, without a full stop; NULL: it passed */
  char *text;               /* owned; what it heard; NULL: it did not finish */
  double number[N_NUMBERS]; /* only where it finished, as all below */
  gboolean is_closed[N_GUARDS];
  guint errors, differences; /* words: from the expected text, from what the first level heard */
} Row;

typedef struct {
  GArray *rows;   /* owned; Row */
  char *model;    /* owned; path */
  char *model_id; /* owned */
  char *expected; /* owned */
  guint n_words;  /* of expected */
  int threads;
} Selftest;

static void
row_clear (gpointer data) {
  Row *row = data;

  g_free (row->reason);
  g_free (row->text);
}

static void
selftest_init (Selftest *test) {
  *test = (Selftest){ .rows = g_array_new (FALSE, TRUE, sizeof (Row)) };
  g_array_set_clear_func (test->rows, row_clear);
}

static void
selftest_clear (Selftest *test) {
  g_array_unref (test->rows);
  g_free (test->model);
  g_free (test->model_id);
  g_free (test->expected);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Selftest, selftest_clear)

static void
print_and_free (JsonBuilder *json) {
  g_autoptr (JsonNode) root = json_builder_get_root (json);

  longhand_cli_print_json (root);
  g_object_unref (json);
}

static void
read_outcome (Row *row, JsonObject *object) {
  row->text = g_strdup (json_object_get_string_member_with_default (object, "text", ""));
  for (guint i = 0; i < N_NUMBERS; i++)
    row->number[i] = json_object_get_double_member_with_default (object, number_names[i], 0);
  for (guint i = 0; i < N_GUARDS; i++)
    row->is_closed[i] = json_object_get_boolean_member_with_default (object, guard_names[i], FALSE);
  if (strcmp (json_object_get_string_member_with_default (object, "name", ""), row->name) != 0)
    row->reason = g_strdup_printf (_ ("it ran as “%s”"),
                                   json_object_get_string_member_with_default (object, "name", ""));
}

/* As LonghandCliLevelOutcome.code. */
static int
run_child (const Selftest *test, Row *row) {
  const LonghandCliLevelTask task = { .level = row->name, .model = test->model, .threads = test->threads };
  g_auto (LonghandCliLevelOutcome) outcome;

  longhand_cli_level_run (&outcome, &task);
  row->reason = g_steal_pointer (&outcome.reason);
  if (outcome.told != NULL)
    read_outcome (row, json_node_get_object (outcome.told));
  return outcome.code;
}

/* The first level is what the others are compared with. */
static void
judge (const Selftest *test) {
  const Row *first = &g_array_index (test->rows, Row, 0);

  for (guint i = 0; i < test->rows->len; i++) {
    Row *row = &g_array_index (test->rows, Row, i);
    guint n_first = 0;

    if (row->text == NULL)
      continue;
    row->errors = longhand_words_count_errors (test->expected, row->text, NULL);
    if (first->text != NULL)
      row->differences = longhand_words_count_errors (first->text, row->text, &n_first);
    if (row->reason != NULL)
      continue;
    if (row->differences > n_first / WORDS_PER_DIFFERENCE)
      row->reason
          = g_strdup_printf (_ ("it heard “%s” where %s heard “%s”"), row->text, first->name, first->text);
    else if (row->errors > MAX_ERROR_RATE * test->n_words)
      row->reason = g_strdup_printf (_ ("it heard “%s” where “%s” is said"), row->text, test->expected);
  }
}

/* ---- telling ---- */

/* In every level, as far as they could tell. */
static gboolean
is_closed (const Selftest *test, guint guard) {
  guint n_told = 0, n_closed = 0;

  for (guint i = 0; i < test->rows->len; i++) {
    const Row *row = &g_array_index (test->rows, Row, i);

    n_told += row->text != NULL ? 1 : 0;
    n_closed += row->is_closed[guard] ? 1 : 0;
  }
  return n_told > 0 && n_closed == n_told;
}

/* No test is failed by it: a kernel that cannot close something in recognises all the same. */
static void
print_guards (const Selftest *test) {
  static const char *const titles[N_GUARDS]
      = { N_ ("network, and other sockets"), N_ ("files that are not asked for"), N_ ("other programs") };

  g_print (_ ("\nWhat recognition cannot reach, whatever a model or a recording does to it:\n"));
  for (guint i = 0; i < N_GUARDS; i++)
    g_print ("  %s: %s\n", _ (titles[i]),
             is_closed (test, i) ? _ ("closed") : _ ("open: this kernel, or a container, does not close it"));
}

static double
real_time_factor (const Row *row) {
  return row->number[NUMBER_AUDIO_S] > 0 ? row->number[NUMBER_TOTAL] / 1000 / row->number[NUMBER_AUDIO_S] : 0;
}

static void
print_table (const Selftest *test) {
  g_print (_ ("Model %s; the recording says: %s\n\n"), test->model_id, test->expected);
  /* Translators: columns of a table: kernel level, pass or fail, wrong words of how many, words that differ
   * from those of the first level, real-time factor, steps in milliseconds, memory. */
  longhand_cli_print_row (-12, _ ("level"), -7, _ ("result"), 7, _ ("wrong"), 7, _ ("differ"), 7, _ ("RTF"),
                          8, "load ms", 8, "mel", 8, "encode", 8, "prompt", 8, "decode", 9, _ ("peak MiB"), 0,
                          NULL);
  for (guint i = 0; i < test->rows->len; i++) {
    const Row *row = &g_array_index (test->rows, Row, i);
    g_autofree char *wrong = g_strdup_printf ("%u/%u", row->errors, test->n_words);
    g_autofree char *result = longhand_cli_pad (-7, row->reason == NULL ? _ ("pass") : _ ("FAIL"));

    if (row->text == NULL)
      g_print ("%-12s %s\n", row->name, _ ("FAIL"));
    else
      g_print ("%-12s %s %7s %7u %7.3f %8.1f %8.1f %8.1f %8.1f %8.1f %9.1f\n", row->name, result, wrong,
               row->differences, real_time_factor (row), row->number[NUMBER_LOAD], row->number[NUMBER_MEL],
               row->number[NUMBER_ENCODE], row->number[NUMBER_PROMPT], row->number[NUMBER_DECODE],
               row->number[NUMBER_PEAK] / (1024.0 * 1024.0));
  }
  print_guards (test);
}

static void
add_row (JsonBuilder *json, const Selftest *test, const Row *row) {
  json_builder_begin_object (json);
  longhand_json_string (json, "name", row->name);
  longhand_json_boolean (json, "pass", row->reason == NULL);
  if (row->reason != NULL)
    longhand_json_string (json, "reason", row->reason);
  if (row->text != NULL) {
    longhand_json_string (json, "text", row->text);
    longhand_json_int (json, "errors", row->errors);
    longhand_json_double (json, "wer", test->n_words > 0 ? (double)row->errors / test->n_words : 0);
    longhand_json_int (json, "differences", row->differences);
    longhand_json_double (json, "rtf", real_time_factor (row));
    for (guint i = NUMBER_LOAD; i < NUMBER_PEAK; i++)
      longhand_json_double (json, number_names[i], row->number[i]);
    longhand_json_int (json, number_names[NUMBER_PEAK], (gint64)row->number[NUMBER_PEAK]);
    longhand_json_int (json, number_names[NUMBER_THREADS], (gint64)row->number[NUMBER_THREADS]);
  }
  json_builder_end_object (json);
}

static void
print_json (const Selftest *test, gboolean passed) {
  JsonBuilder *json = json_builder_new ();

  json_builder_begin_object (json);
  longhand_json_string (json, "version", VERSION);
  longhand_json_string (json, "model", test->model_id);
  longhand_json_int (json, "threads", test->threads);
  longhand_json_string (json, "expected", test->expected);
  longhand_json_int (json, "words", test->n_words);
  longhand_json_boolean (json, "pass", passed);
  json_builder_set_member_name (json, "closed");
  json_builder_begin_object (json);
  for (guint i = 0; i < N_GUARDS; i++)
    longhand_json_boolean (json, guard_names[i], is_closed (test, i));
  json_builder_end_object (json);
  longhand_json_array (json, "levels");
  for (guint i = 0; i < test->rows->len; i++)
    add_row (json, test, &g_array_index (test->rows, Row, i));
  json_builder_end_array (json);
  json_builder_end_object (json);
  print_and_free (json);
}

/* ---- the verb ---- */

/* Finds the model once for all levels, and what is said in the recording. */
static gboolean
prepare (Selftest *test, const char *model, int threads, GError **error) {
  g_autoptr (LonghandModelStore) store = longhand_model_store_new ();
  g_autoptr (LonghandModel) found = longhand_cli_find_model (store, model, error);
  g_autofree char *path = longhand_model_store_dup_sample_path ("sample.txt");
  g_autoptr (GError) local_error = NULL;

  if (found == NULL)
    return FALSE;
  test->model = g_strdup (longhand_model_get_path (found));
  test->model_id = g_strdup (longhand_model_get_id (found));
  test->threads = threads;
  if (!g_file_get_contents (path, &test->expected, NULL, &local_error)) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
                 _ ("The words of the sample recording cannot be read (%s): install Longhand again."),
                 local_error->message);
    return FALSE;
  }
  g_strstrip (test->expected);
  longhand_words_count_errors (test->expected, "", &test->n_words);
  return TRUE;
}

static int
run_all (Selftest *test, gboolean as_json) {
  struct quill_kernel_level levels[MAX_LEVELS];
  const guint n = MIN (quill_kernel_levels (levels, MAX_LEVELS), MAX_LEVELS);
  gboolean passed = TRUE;

  for (guint i = 0; i < n && !longhand_cli_interrupted (); i++) {
    Row row = { .name = levels[i].name };
    const int code = run_child (test, &row);

    g_array_append_val (test->rows, row);
    if (code == LONGHAND_EXIT_MODEL) { /* no level can do anything about that */
      longhand_cli_complain ("%s.", row.reason);
      return code;
    }
  }
  if (longhand_cli_interrupted ())
    return LONGHAND_EXIT_INTERRUPTED;
  judge (test);
  for (guint i = 0; i < n; i++)
    passed = passed && g_array_index (test->rows, Row, i).reason == NULL;
  if (as_json)
    print_json (test, passed);
  else
    print_table (test);
  for (guint i = 0; i < n; i++) {
    const Row *row = &g_array_index (test->rows, Row, i);

    if (row->reason != NULL)
      longhand_cli_complain (_ ("The kernel level “%s” failed: %s."), row->name, row->reason);
  }
  return passed ? LONGHAND_EXIT_OK : LONGHAND_EXIT_FAILED;
}

int
longhand_cli_selftest (int argc, char **argv) {
  g_autofree char *model = NULL;
  g_autofree char *level = NULL, *recording = NULL;
  gboolean as_json = FALSE;
  int threads = 0;
  const GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &model,
      N_ ("Model: name of an installed one, or a file (default: the best installed one)"), N_ ("MODEL") },
    { "threads", 't', 0, G_OPTION_ARG_INT, &threads,
      N_ ("Threads, 1 to 256 (default 0: as many as are best)"), N_ ("N") },
    { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, N_ ("Print JSON"), NULL },
    { "run-level", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_STRING, &level, NULL, NULL },
    { "recording", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, &recording, NULL, NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_auto (Selftest) test;
  g_autoptr (GError) error = NULL;

  selftest_init (&test);
  if (!longhand_cli_parse (
          &argc, &argv, NULL,
          _ ("Recognises the sample that comes with Longhand with each set of kernels that this machine "
             "has."),
          _ ("A level passes when at most one word in ten differs from what the first level, portable C,\n"
             "heard, and at most six of ten words said are wrong, which the card of the bundled model "
             "allows\n"
             "for. The exit status is 0 only when all pass.\n\n"
             "JSON: version, model, threads (0: automatic), expected, words, pass, closed {sockets, files, "
             "programs},\n"
             "levels [{name, pass, reason (of a failure), text, errors, wer, differences, rtf, load_ms, "
             "mel_ms,\n"
             "encode_ms, prompt_ms, decode_ms, total_ms, peak_rss_bytes, threads}]; what follows “reason” is "
             "absent\n"
             "where a level did not finish."),
          entries))
    return LONGHAND_EXIT_USAGE;
  if (longhand_cli_refuse_surplus (argc, argv, 0))
    return LONGHAND_EXIT_USAGE;
  if (!longhand_cli_check_threads (threads, &error))
    return longhand_cli_fail (error);
  if (level != NULL)
    return longhand_cli_level_recognise (&(LonghandCliLevelTask){ level, model, recording, threads });
  if (!prepare (&test, model, threads, &error))
    return longhand_cli_fail (error);
  longhand_cli_catch_interrupt ();
  return run_all (&test, as_json);
}
