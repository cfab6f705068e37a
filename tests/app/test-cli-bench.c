/* longhand-cli bench: what it prints can be read back, and says the same in each form. */
#include "cli-run.h"

#include "cli/longhand-cli-trace.h"

#include <json-glib/json-glib.h>
#include <string.h>

static const char *const step_names[]
    = { "load", "audio", "resample", "mel", "encode", "prompt", "decode", "total" };
static const char *const encoder_names[]
    = { "convolutions", "projections", "attention", "feed_forward", "layer_norm", "cross_keys_values" };
static const char *const decoder_names[]
    = { "token_embedding", "positions",  "self_attention", "cross_attention",
        "feed_forward",    "layer_norm", "vocabulary",     "search" };
static const char *const memory_names[]
    = { "weights", "embeddings", "kv_cache", "encoder_output", "working", "peak_rss" };

static const char *
speech (void) {
  return g_getenv ("LONGHAND_TEST_WAV");
}

static JsonObject *
parse (const CliRun *run, JsonNode **root) {
  cli_assert_succeeds (run);
  *root = json_from_string (run->out, NULL);
  g_assert_nonnull (*root);
  return json_node_get_object (*root);
}

static double
number (JsonObject *object, const char *name) {
  g_assert_true (json_object_has_member (object, name));
  return json_object_get_double_member (object, name);
}

/* The list's elements are named like this, in this order. */
static void
assert_names (JsonObject *root, const char *list, const char *member, const char *const *names, guint n) {
  JsonArray *array = json_object_get_array_member (root, list);

  g_assert_cmpuint (json_array_get_length (array), ==, n);
  for (guint i = 0; i < n; i++)
    g_assert_cmpstr (json_object_get_string_member (json_array_get_object_element (array, i), member), ==,
                     names[i]);
}

static void
assert_times (JsonObject *root, const char *list, gint64 runs) {
  JsonArray *array = json_object_get_array_member (root, list);

  for (guint i = 0; i < json_array_get_length (array); i++) {
    JsonObject *entry = json_array_get_object_element (array, i);

    g_assert_cmpint (json_object_get_int_member (entry, "runs"), ==, runs);
    g_assert_cmpfloat (number (entry, "p50_ms"), >=, 0);
    g_assert_cmpfloat (number (entry, "p50_ms"), <=, number (entry, "p95_ms"));
    g_assert_cmpfloat (number (entry, "p95_ms"), <=, number (entry, "p99_ms"));
  }
}

static double
sum_of (JsonObject *root, const char *list, const char *member) {
  JsonArray *array = json_object_get_array_member (root, list);
  double sum = 0;

  for (guint i = 0; i < json_array_get_length (array); i++)
    sum += number (json_array_get_object_element (array, i), member);
  return sum;
}

/* What the encoder's products reach together is the mean of what its kernels do, and its share that of an
 * instruction that was measured. */
static void
assert_products (JsonObject *root) {
  JsonObject *products = json_object_get_object_member (root, "encoder_products");
  JsonArray *kernels = json_object_get_array_member (root, "kernels");
  JsonArray *instructions = json_object_get_array_member (root, "instructions");
  const char *name = json_object_get_string_member (products, "instruction");
  const double gops = number (products, "gops"), peak_gops = number (products, "peak_gops");
  double least = G_MAXDOUBLE, most = 0, found_gops = 0;

  for (guint i = 0; i < json_array_get_length (kernels); i++) {
    JsonObject *kernel = json_array_get_object_element (kernels, i);

    if (!g_str_has_prefix (json_object_get_string_member (kernel, "kernel"), "encoder/"))
      continue;
    least = MIN (least, number (kernel, "gops"));
    most = MAX (most, number (kernel, "gops"));
  }
  g_assert_cmpfloat (gops, >=, least);
  g_assert_cmpfloat (gops, <=, most);
  g_assert_cmpuint (json_array_get_length (instructions), >=, 2);
  for (guint i = 0; i < json_array_get_length (instructions); i++) {
    JsonObject *instruction = json_array_get_object_element (instructions, i);

    g_assert_cmpfloat (number (instruction, "gops"), >, 0);
    if (strcmp (json_object_get_string_member (instruction, "instruction"), name) == 0)
      found_gops = number (instruction, "gops");
  }
  g_assert_cmpfloat (found_gops, >, 0);
  g_assert_cmpfloat (peak_gops, ==, found_gops);
  g_assert_cmpfloat_with_epsilon (number (products, "share"), gops / peak_gops, 1e-9);
}

/* The share of the instruction is not told where that is AMX's. */
static guint
n_targets (JsonObject *setting) {
  return g_str_equal (json_object_get_string_member (setting, "level"), "amx") ? 3 : 4;
}

static void
json_has_every_documented_field (void) {
  g_auto (CliRun) run = cli_run ("bench", "--json", "--runs", "2", "--threads", "1", speech (), NULL);
  g_autoptr (JsonNode) node = NULL;
  JsonObject *root = parse (&run, &node);
  JsonObject *model = json_object_get_object_member (root, "model");
  JsonObject *machine = json_object_get_object_member (root, "machine");
  JsonObject *setting = json_object_get_object_member (root, "setting");
  static const char *const limits[] = { "none", "affinity", "cgroup", NULL };
  JsonArray *array;
  double encode_ms, total_ms;

  g_assert_cmpstr (json_object_get_string_member (root, "version"), ==, g_getenv ("LONGHAND_TEST_VERSION"));
  g_assert_cmpstr (json_object_get_string_member (model, "id"), ==, "longhand-mini.en-q5_K");
  g_assert_cmpstr (json_object_get_string_member (model, "weight_type"), ==, "q5_K");
  g_assert_cmpint (json_object_get_int_member (model, "file_bytes"), >, 1000000);
  g_assert_cmpint (json_object_get_int_member (machine, "usable_cpus"), >=, 1);
  g_assert_cmpstr (json_array_get_string_element (json_object_get_array_member (machine, "levels"), 0), ==,
                   "c");
  array = json_object_get_array_member (machine, "peaks");
  g_assert_cmpuint (json_array_get_length (array), ==, 1);
  g_assert_cmpfloat (number (json_array_get_object_element (array, 0), "float_gops"), >, 0);
  g_assert_cmpfloat (number (json_array_get_object_element (array, 0), "integer_gops"), >, 0);
  g_assert_cmpfloat (number (json_array_get_object_element (array, 0), "read_gbs"), >, 0);
  g_assert_cmpint (json_object_get_int_member (machine, "usable_cpus"), <=,
                   json_object_get_int_member (machine, "allowed_cpus"));
  g_assert_cmpint (json_object_get_int_member (machine, "allowed_cpus"), <=,
                   json_object_get_int_member (machine, "online_cpus"));
  g_assert_cmpint (json_object_get_int_member (machine, "fast_cores"), <=,
                   json_object_get_int_member (machine, "cores"));
  g_assert_true (g_strv_contains (limits, json_object_get_string_member (machine, "cpu_limit")));
  g_assert_cmpint (json_object_get_int_member (setting, "threads"), ==, 1);
  g_assert_cmpstr (json_object_get_string_member (setting, "threads_reason"), ==, "asked");
  g_assert_cmpstr (json_object_get_string_member (setting, "threads_sentence"), ==, "");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (setting, "threads_candidates")), ==,
                    0);

  assert_names (root, "steps", "name", step_names, G_N_ELEMENTS (step_names));
  assert_names (root, "encoder", "component", encoder_names, G_N_ELEMENTS (encoder_names));
  assert_names (root, "decoder", "component", decoder_names, G_N_ELEMENTS (decoder_names));
  assert_names (root, "memory", "component", memory_names, G_N_ELEMENTS (memory_names));
  assert_times (root, "steps", 2);
  assert_times (root, "encoder", 2);
  assert_times (root, "decoder", 2);
  array = json_object_get_array_member (root, "steps");
  encode_ms = number (json_array_get_object_element (array, 4), "p99_ms");
  total_ms = number (json_array_get_object_element (array, 7), "p50_ms");
  g_assert_cmpfloat (sum_of (root, "encoder", "p50_ms"), <=, encode_ms * 1.01);
  g_assert_cmpfloat_with_epsilon (number (root, "rtf"), total_ms / 1000 / number (root, "audio_s"), 1e-9);

  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (root, "kernels")), ==, 9);
  array = json_object_get_array_member (root, "kernels");
  for (guint i = 0; i < json_array_get_length (array); i++) {
    JsonObject *kernel = json_array_get_object_element (array, i);
    const char *bound = json_object_get_string_member (kernel, "bound");

    g_assert_cmpfloat (number (kernel, "gops"), >, 0);
    g_assert_cmpfloat (number (kernel, "gbs"), >, 0);
    g_assert_cmpfloat (number (kernel, "share"), >, 0);
    g_assert_true (strcmp (bound, "compute") == 0 || strcmp (bound, "memory") == 0);
  }
  assert_products (root);
  array = json_object_get_array_member (root, "threads");
  g_assert_cmpuint (json_array_get_length (array), ==, 1);
  g_assert_false (json_object_has_member (json_array_get_object_element (array, 0), "speedup"));
  array = json_object_get_array_member (root, "targets");
  g_assert_cmpuint (json_array_get_length (array), ==,
                    n_targets (json_object_get_object_member (root, "setting")));
  for (guint i = 0; i < json_array_get_length (array); i++) {
    JsonObject *target = json_array_get_object_element (array, i);
    const gboolean least = json_object_has_member (target, "at_least");
    const double value = number (target, "value"), limit = number (target, least ? "at_least" : "at_most");

    g_assert_cmpint (json_object_get_boolean_member (target, "met"), ==,
                     least ? value >= limit : value <= limit);
  }
}

static void
threads_and_levels_are_compared (void) {
  g_auto (CliRun) run = cli_run ("bench", "--json", "--runs", "1", "--warm-up", "0", "--threads", "3,2",
                                 "--cpu", "all", NULL);
  g_autoptr (JsonNode) node = NULL;
  JsonObject *root = parse (&run, &node);
  JsonArray *threads = json_object_get_array_member (root, "threads");
  JsonArray *levels = json_object_get_array_member (root, "levels");
  struct quill_kernel_level known[32];
  const unsigned n = quill_kernel_levels (known, G_N_ELEMENTS (known));
  JsonObject *last;

  g_assert_cmpuint (json_array_get_length (threads), ==, 3);
  for (guint i = 0; i < 3; i++) {
    JsonObject *entry = json_array_get_object_element (threads, i);

    g_assert_cmpint (json_object_get_int_member (entry, "threads"), ==, i + 1);
    g_assert_cmpfloat (number (entry, "encode_speedup"), >, 0);
    g_assert_cmpfloat (number (entry, "encode_predicted"), >=, 1);
    g_assert_cmpfloat (number (entry, "predicted"), <=, i + 1);
  }
  g_assert_cmpfloat (number (json_array_get_object_element (threads, 0), "speedup"), ==, 1);
  g_assert_cmpfloat (number (root, "serial_share"), >=, 0);
  g_assert_cmpfloat (number (root, "serial_share"), <=, 1);
  g_assert_cmpuint (json_array_get_length (levels), ==, n);
  for (unsigned i = 0; i < n; i++)
    g_assert_cmpstr (json_object_get_string_member (json_array_get_object_element (levels, i), "level"), ==,
                     known[i].name);
  last = json_object_get_object_member (root, "setting");
  g_assert_cmpint (json_object_get_int_member (last, "threads"), ==, 3);
  g_assert_cmpstr (json_object_get_string_member (last, "level"), ==, known[n - 1].name);
  /* With several numbers of threads one more. */
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (root, "targets")), ==,
                    n_targets (last) + 1);
}

static void
csv_has_a_line_for_each_number (void) {
  g_auto (CliRun) run = cli_run ("bench", "--csv", "--runs", "1", "--warm-up", "0", NULL);
  gboolean is_amx = FALSE;
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_auto (GStrv) lines = NULL;

  cli_assert_succeeds (&run);
  lines = g_strsplit (run.out, "\r\n", -1);
  g_assert_cmpstr (lines[0], ==, "section,name,field,value");
  for (guint i = 1; *lines[i] != '\0'; i++) {
    g_auto (GStrv) cells = g_strsplit (lines[i], ",", 4);
    char *end;

    g_assert_cmpuint (g_strv_length (cells), ==, 4);
    if (g_str_has_suffix (cells[2], "_ms") || g_str_has_suffix (cells[2], "bytes"))
      g_assert_true (g_ascii_strtod (cells[3], &end) >= 0 && *end == '\0');
    is_amx |= g_str_equal (lines[i], "encoder_products,,instruction,tdpbusd");
    *strrchr (lines[i], ',') = '\0';
    g_hash_table_add (seen, lines[i]);
  }
  for (guint i = 0; i < G_N_ELEMENTS (step_names); i++) {
    g_autofree char *key = g_strdup_printf ("steps,%s,p95_ms", step_names[i]);

    g_assert_true (g_hash_table_contains (seen, key));
  }
  g_assert_true (g_hash_table_contains (seen, ",,version"));
  g_assert_true (g_hash_table_contains (seen, "machine,,cpu"));
  g_assert_true (g_hash_table_contains (seen, "setting,,threads_reason"));
  g_assert_true (g_hash_table_contains (seen, "encoder_products,,share"));
  g_assert_true (g_hash_table_contains (seen, "decoder,vocabulary,p50_ms"));
  g_assert_true (g_hash_table_contains (seen, "memory,kv_cache,bytes"));
  g_assert_true (g_hash_table_contains (seen, "targets,real_time_factor,met"));
  g_assert_cmpint (g_hash_table_contains (seen, "targets,product_share_of_instruction,met"), !=, is_amx);
}

static void
table_names_everything (void) {
  static const char *const more[]
      = { "p95 ms", "Real-time factor",  "GOP/s", "encoder/feed_forward", "product_share", "of peak", "law",
          "Amdahl", "on registers alone" };
  g_auto (CliRun) run = cli_run ("bench", "--runs", "1", "--threads", "1,2", speech (), NULL);

  cli_assert_succeeds (&run);
  for (gsize i = 0; i < G_N_ELEMENTS (step_names); i++)
    cli_assert_contains (run.out, step_names[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (encoder_names); i++)
    cli_assert_contains (run.out, encoder_names[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (decoder_names); i++)
    cli_assert_contains (run.out, decoder_names[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (memory_names); i++)
    cli_assert_contains (run.out, memory_names[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (more); i++)
    cli_assert_contains (run.out, more[i]);
}

/* Many loads and runs are no part of what recognition needs at its height: that is what one process needs
 * which does nothing else, as those of selftest. Blocks that are freed stay in a process, and sanitizers keep
 * them on purpose. */
static void
peak_of_memory_is_that_of_one_recognition (void) {
  g_auto (CliRun) run = cli_run ("bench", "--json", "--runs", "20", "--threads", "1", NULL);
  g_auto (CliRun) once = cli_run ("selftest", "--json", "--threads", "1", NULL);
  g_autoptr (JsonNode) node = NULL, once_node = NULL;
  JsonObject *root = parse (&run, &node), *once_root = parse (&once, &once_node);
  JsonArray *memory = json_object_get_array_member (root, "memory");
  JsonArray *levels = json_object_get_array_member (once_root, "levels");
  JsonObject *best = json_array_get_object_element (levels, json_array_get_length (levels) - 1);
  JsonObject *peak = json_array_get_object_element (memory, G_N_ELEMENTS (memory_names) - 1);

  g_assert_cmpstr (json_object_get_string_member (best, "name"), ==,
                   json_object_get_string_member (json_object_get_object_member (root, "setting"), "level"));
  g_assert_cmpfloat_with_epsilon (number (peak, "bytes") / number (best, "peak_rss_bytes"), 1, 0.1);
}

/* ---- trace ---- */

/* A trace that a viewer can show: names of the rows, then events in order, nothing below the least, `names`
 * of steps among them. What decodes several recordings has a row for each. */
static void
assert_trace (const char *path, guint n_rows, const char *const *names, guint n_names) {
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GError) error = NULL;
  double last_us = 0;
  JsonArray *events;

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  events = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)), "traceEvents");
  g_assert_cmpuint (json_array_get_length (events), >, 5);
  for (guint i = 0; i < json_array_get_length (events); i++) {
    JsonObject *event = json_array_get_object_element (events, i);
    double us;

    if (i < n_rows) {
      g_assert_cmpstr (json_object_get_string_member (event, "ph"), ==, "M");
      g_assert_cmpint (json_object_get_int_member (event, "tid"), ==, i + 1);
      continue;
    }
    us = number (event, "ts");
    g_assert_cmpstr (json_object_get_string_member (event, "ph"), ==, "X");
    g_assert_cmpint (json_object_get_int_member (event, "tid"), ==,
                     g_str_equal (json_object_get_string_member (event, "name"), "decode") ? n_rows : 1);
    g_assert_cmpfloat (us, >=, last_us);
    g_assert_cmpfloat (number (event, "dur"), >=, 100);
    g_assert_cmpfloat (us + number (event, "dur"), <, 600e6);
    last_us = us;
    g_hash_table_add (seen, (gpointer)json_object_get_string_member (event, "name"));
  }
  for (guint i = 0; i < n_names; i++)
    g_assert_true (g_hash_table_contains (seen, names[i]));
}

static void
bench_and_transcribe_write_a_trace (void) {
  static const char *const names[] = { "audio",     "load",         "mel",          "encode",    "decode",
                                       "attention", "convolutions", "feed_forward", "vocabulary" };
  char *dir = cli_make_dir ();
  g_autofree char *path = g_build_filename (dir, "trace.json", NULL);
  g_auto (CliRun) plain = cli_run ("transcribe", speech (), NULL);
  g_auto (CliRun) traced = cli_run ("transcribe", "--trace", path, speech (), NULL);

  cli_assert_succeeds (&traced);
  g_assert_cmpstr (plain.out, ==, traced.out);
  assert_trace (path, 2, names + 1, G_N_ELEMENTS (names) - 1); /* reading so little may take no time */
  {
    g_auto (CliRun) bench
        = cli_run ("bench", "--runs", "1", "--warm-up", "0", "--trace", path, speech (), NULL);

    cli_assert_succeeds (&bench);
    assert_trace (path, 1, names + 1, G_N_ELEMENTS (names) - 1);
  }
  cli_remove_dir (dir);
}

static void
trace_that_cannot_be_written_is_said_after_the_text (void) {
  g_auto (CliRun) plain = cli_run ("transcribe", speech (), NULL);
  g_auto (CliRun) run = cli_run ("transcribe", "--trace", "/nonexistent/trace.json", speech (), NULL);
  g_auto (CliRun) same = cli_run ("transcribe", "--trace", speech (), speech (), NULL);

  g_assert_cmpint (run.code, ==, 1);
  g_assert_cmpstr (run.out, ==, plain.out);
  cli_assert_contains (run.err, "/nonexistent/trace.json");
  cli_assert_fails (&same, 2, "is a recording", "--trace");
}

static void
events_nest_and_begin_at_zero (void) {
  g_autoptr (LonghandCliTrace) trace = longhand_cli_trace_new ();
  const gint64 now_us = g_get_monotonic_time ();
  g_autofree char *empty = longhand_cli_trace_to_json (trace);
  g_autoptr (JsonNode) none = json_from_string (empty, NULL), root = NULL;
  g_autofree char *json = NULL;
  JsonArray *events;

  g_assert_nonnull (none);
  longhand_cli_trace_add (NULL, "group", "nobody", now_us);
  longhand_cli_trace_add (trace, "group", "inner", now_us - 2000);
  longhand_cli_trace_add (trace, "group", "outer", now_us - 5000);
  longhand_cli_trace_add (trace, "group", "short", g_get_monotonic_time () + 1000);
  json = longhand_cli_trace_to_json (trace);
  root = json_from_string (json, NULL);
  g_assert_nonnull (root);
  events = json_object_get_array_member (json_node_get_object (root), "traceEvents");
  g_assert_cmpuint (json_array_get_length (events), ==, 3);
  g_assert_cmpstr (json_object_get_string_member (json_array_get_object_element (events, 0), "name"), ==,
                   "thread_name");
  g_assert_cmpstr (json_object_get_string_member (json_array_get_object_element (events, 1), "name"), ==,
                   "outer");
  g_assert_cmpfloat (number (json_array_get_object_element (events, 1), "ts"), ==, 0);
  g_assert_cmpfloat_with_epsilon (number (json_array_get_object_element (events, 2), "ts"), 3000, 0.01);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli-bench/json-has-every-documented-field", json_has_every_documented_field);
  g_test_add_func ("/cli-bench/threads-and-levels-are-compared", threads_and_levels_are_compared);
  g_test_add_func ("/cli-bench/csv-has-a-line-for-each-number", csv_has_a_line_for_each_number);
  g_test_add_func ("/cli-bench/table-names-everything", table_names_everything);
  g_test_add_func ("/cli-bench/peak-of-memory-is-that-of-one-recognition",
                   peak_of_memory_is_that_of_one_recognition);
  g_test_add_func ("/cli-bench/bench-and-transcribe-write-a-trace", bench_and_transcribe_write_a_trace);
  g_test_add_func ("/cli-bench/trace-that-cannot-be-written-is-said-after-the-text",
                   trace_that_cannot_be_written_is_said_after_the_text);
  g_test_add_func ("/cli-bench/events-nest-and-begin-at-zero", events_nest_and_begin_at_zero);
  return g_test_run ();
}
