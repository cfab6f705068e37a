/* longhand-cli bench: the outcome for programs. Fields are documented in the man page and stay. */
#include "cli/longhand-cli-bench.h"

#include "longhand-config.h"
#include "longhand-engine-threads.h"
#include "longhand-json.h"

#include <math.h>
#include <string.h>

#define MAX_LEVELS 32

/* ---- building ---- */

static void
add_double (JsonBuilder *json, const char *name, double value) {
  longhand_json_double (json, name, isfinite (value) ? value : 0);
}

static void
add_summary (JsonBuilder *json, const GArray *times) {
  const LonghandBenchSummary summary = longhand_bench_summarize (times);

  longhand_json_int (json, "runs", summary.n);
  add_double (json, "p50_ms", summary.p50);
  add_double (json, "p95_ms", summary.p95);
  add_double (json, "p99_ms", summary.p99);
}

/* ---- sections ---- */

static void
add_model (JsonBuilder *json, const LonghandBench *bench) {
  longhand_json_object (json, "model");
  longhand_json_string (json, "id", bench->model_id);
  longhand_json_string (json, "size", bench->model.size);
  longhand_json_string (json, "weight_type", bench->model.weight_type);
  longhand_json_int (json, "file_bytes", (gint64)bench->model.file_bytes);
  json_builder_end_object (json);
}

/* What /proc/cpuinfo calls the processor. (transfer full) */
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
  return g_strstrip (g_utf8_make_valid (at + 1, -1));
}

static void
add_cpus (JsonBuilder *json) {
  static const char *const limits[] = { [QUILL_CPU_LIMIT_NONE] = "none",
                                        [QUILL_CPU_LIMIT_AFFINITY] = "affinity",
                                        [QUILL_CPU_LIMIT_CGROUP] = "cgroup" };
  struct quill_cpus cpus;

  quill_get_cpus (&cpus);
  longhand_json_int (json, "usable_cpus", cpus.n_usable);
  longhand_json_string (json, "cpu_limit", limits[cpus.limit]);
  longhand_json_int (json, "online_cpus", cpus.n_online);
  longhand_json_int (json, "allowed_cpus", cpus.n_allowed);
  longhand_json_int (json, "cores", cpus.n_cores);
  longhand_json_int (json, "fast_cores", cpus.n_fast_cores);
}

static void
add_machine (JsonBuilder *json, const LonghandBench *bench) {
  struct quill_kernel_level levels[MAX_LEVELS];
  const guint n_levels = MIN (quill_kernel_levels (levels, MAX_LEVELS), MAX_LEVELS);
  g_autofree char *cpu = cpu_name ();

  longhand_json_object (json, "machine");
  longhand_json_string (json, "cpu", cpu);
  add_cpus (json);
  longhand_json_array (json, "levels");
  for (guint i = 0; i < n_levels; i++)
    json_builder_add_string_value (json, levels[i].name);
  json_builder_end_array (json);
  longhand_json_array (json, "peaks");
  for (guint i = 0; i < bench->n_peaks; i++) {
    json_builder_begin_object (json);
    longhand_json_int (json, "threads", bench->peaks[i].n_threads);
    add_double (json, "float_gops", bench->peaks[i].float_gops);
    add_double (json, "integer_gops", bench->peaks[i].integer_gops);
    add_double (json, "read_gbs", bench->peaks[i].read_gbs);
    json_builder_end_object (json);
  }
  json_builder_end_array (json);
  json_builder_end_object (json);
}

static void
add_setting (JsonBuilder *json, const LonghandBenchSetting *setting) {
  static const char *const reasons[] = { [QUILL_THREADS_ASKED] = "asked",
                                         [QUILL_THREADS_NO_CHOICE] = "no_choice",
                                         [QUILL_THREADS_MEASURED] = "measured",
                                         [QUILL_THREADS_UNMEASURED] = "unmeasured" };
  const struct quill_thread_choice *choice = &setting->choice;
  g_autofree char *sentence = longhand_engine_describe_threads (choice);

  longhand_json_object (json, "setting");
  longhand_json_int (json, "threads", setting->threads);
  longhand_json_string (json, "threads_reason", reasons[choice->reason]);
  longhand_json_string (json, "threads_sentence", sentence != NULL ? sentence : "");
  longhand_json_array (json, "threads_candidates");
  for (guint i = 0; i < choice->n_candidates; i++) {
    json_builder_begin_object (json);
    longhand_json_int (json, "threads", choice->candidates[i].n_threads);
    add_double (json, "product_ms", choice->candidates[i].product_ms);
    add_double (json, "token_ms", choice->candidates[i].token_ms);
    json_builder_end_object (json);
  }
  json_builder_end_array (json);
  longhand_json_string (json, "level", setting->level);
  json_builder_end_object (json);
}

static void
add_steps (JsonBuilder *json, const LonghandBenchSetting *setting) {
  longhand_json_array (json, "steps");
  for (guint i = 0; i < LONGHAND_BENCH_N_STEPS; i++) {
    json_builder_begin_object (json);
    longhand_json_string (json, "name", longhand_bench_step_names[i]);
    add_summary (json, setting->times[i]);
    json_builder_end_object (json);
  }
  json_builder_end_array (json);
}

static void
add_components (JsonBuilder *json, const LonghandBenchSetting *setting, const char *group) {
  longhand_json_array (json, group);
  for (guint i = 0; i < setting->parts->len; i++) {
    const LonghandBenchPart *part = &g_array_index (setting->parts, LonghandBenchPart, i);

    if (strcmp (part->step.group, group) != 0)
      continue;
    json_builder_begin_object (json);
    longhand_json_string (json, "component", part->step.name);
    longhand_json_int (json, "count", (gint64)part->step.count);
    add_summary (json, part->times);
    json_builder_end_object (json);
  }
  json_builder_end_array (json);
}

static void
add_memory (JsonBuilder *json, const LonghandBench *bench) {
  longhand_json_array (json, "memory");
  for (guint i = 0; i < LONGHAND_BENCH_N_MEMORY; i++) {
    json_builder_begin_object (json);
    longhand_json_string (json, "component", bench->memory[i].component);
    longhand_json_int (json, "bytes", (gint64)bench->memory[i].bytes);
    json_builder_end_object (json);
  }
  json_builder_end_array (json);
}

static void
add_kernels (JsonBuilder *json, const GArray *kernels) {
  longhand_json_array (json, "kernels");
  for (guint i = 0; i < kernels->len; i++) {
    const LonghandBenchKernel *kernel = &g_array_index (kernels, LonghandBenchKernel, i);

    json_builder_begin_object (json);
    longhand_json_string (json, "kernel", kernel->name);
    add_double (json, "gops", kernel->gops);
    add_double (json, "gbs", kernel->gbs);
    longhand_json_string (json, "bound", kernel->compute_bound ? "compute" : "memory");
    add_double (json, "share", kernel->share);
    json_builder_end_object (json);
  }
  json_builder_end_array (json);
}

/* Of as many threads as the main setting has. */
static void
add_instructions (JsonBuilder *json, const LonghandBench *bench) {
  const struct quill_peaks *peaks = &bench->peaks[bench->n_peaks - 1];

  longhand_json_array (json, "instructions");
  for (guint i = 0; i < peaks->n_instructions; i++) {
    json_builder_begin_object (json);
    longhand_json_string (json, "instruction", peaks->instructions[i].name);
    add_double (json, "gops", peaks->instructions[i].gops);
    json_builder_end_object (json);
  }
  json_builder_end_array (json);
}

static void
add_products (JsonBuilder *json, const LonghandBench *bench) {
  const LonghandBenchProducts products = longhand_bench_encoder_products (bench);

  longhand_json_object (json, "encoder_products");
  longhand_json_string (json, "instruction", products.instruction);
  add_double (json, "gops", products.gops);
  add_double (json, "peak_gops", products.peak_gops);
  add_double (json, "share", products.share);
  json_builder_end_object (json);
}

static void
add_speedups (JsonBuilder *json, const LonghandBench *bench, const LonghandBenchSetting *setting) {
  static const struct {
    guint step;
    const char *speedup, *predicted;
  } rows[] = { { LONGHAND_BENCH_TOTAL, "speedup", "predicted" },
               { LONGHAND_BENCH_ENCODE, "encode_speedup", "encode_predicted" } };
  const LonghandBenchSetting *one = bench->scaling->len > 0 ? g_ptr_array_index (bench->scaling, 0) : setting;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    const double serial = longhand_bench_serial_share (bench, rows[i].step);

    add_double (json, rows[i].speedup,
                longhand_bench_median (one, rows[i].step) / longhand_bench_median (setting, rows[i].step));
    add_double (json, rows[i].predicted, longhand_stats_amdahl_speedup (serial, setting->threads));
  }
}

/* With one number of threads: that one, without speed-ups, which have nothing to be compared with. */
static void
add_threads (JsonBuilder *json, const LonghandBench *bench) {
  longhand_json_array (json, "threads");
  for (guint i = 0; i < MAX (1, bench->scaling->len); i++) {
    const LonghandBenchSetting *setting
        = bench->scaling->len > 0 ? g_ptr_array_index (bench->scaling, i) : longhand_bench_main (bench);

    json_builder_begin_object (json);
    longhand_json_int (json, "threads", setting->threads);
    add_double (json, "encode_ms", longhand_bench_median (setting, LONGHAND_BENCH_ENCODE));
    add_double (json, "decode_ms", longhand_bench_median (setting, LONGHAND_BENCH_DECODE));
    add_double (json, "total_ms", longhand_bench_median (setting, LONGHAND_BENCH_TOTAL));
    if (bench->scaling->len > 0)
      add_speedups (json, bench, setting);
    json_builder_end_object (json);
  }
  json_builder_end_array (json);
}

static void
add_levels (JsonBuilder *json, const LonghandBench *bench) {
  longhand_json_array (json, "levels");
  for (guint i = 0; i < MAX (1, bench->levels->len); i++) {
    const LonghandBenchSetting *setting
        = bench->levels->len > 0 ? g_ptr_array_index (bench->levels, i) : longhand_bench_main (bench);

    json_builder_begin_object (json);
    longhand_json_string (json, "level", setting->level);
    add_double (json, "encode_ms", longhand_bench_median (setting, LONGHAND_BENCH_ENCODE));
    add_double (json, "decode_ms", longhand_bench_median (setting, LONGHAND_BENCH_DECODE));
    add_double (json, "total_ms", longhand_bench_median (setting, LONGHAND_BENCH_TOTAL));
    add_double (json, "rtf", longhand_bench_real_time_factor (bench, setting));
    json_builder_end_object (json);
  }
  json_builder_end_array (json);
}

static void
add_targets (JsonBuilder *json, const GArray *targets) {
  longhand_json_array (json, "targets");
  for (guint i = 0; i < targets->len; i++) {
    const LonghandBenchTarget *target = &g_array_index (targets, LonghandBenchTarget, i);

    json_builder_begin_object (json);
    longhand_json_string (json, "target", target->name);
    add_double (json, "value", target->value);
    add_double (json, target->at_least ? "at_least" : "at_most", target->limit);
    longhand_json_boolean (json, "met", target->met);
    json_builder_end_object (json);
  }
  json_builder_end_array (json);
}

JsonNode *
longhand_bench_to_json (const LonghandBench *bench) {
  const LonghandBenchSetting *setting = longhand_bench_main (bench);
  g_autoptr (GArray) kernels = longhand_bench_kernels (bench);
  g_autoptr (GArray) targets = longhand_bench_targets (bench, kernels);
  g_autoptr (JsonBuilder) json = json_builder_new ();

  json_builder_begin_object (json);
  longhand_json_string (json, "version", VERSION);
  add_model (json, bench);
  add_machine (json, bench);
  add_setting (json, setting);
  add_double (json, "audio_s", bench->audio_s);
  add_double (json, "rtf", longhand_bench_real_time_factor (bench, setting));
  longhand_json_int (json, "tokens", setting->n_tokens);
  longhand_json_int (json, "windows", setting->n_windows);
  add_steps (json, setting);
  add_components (json, setting, "encoder");
  add_components (json, setting, "decoder");
  add_memory (json, bench);
  add_kernels (json, kernels);
  add_instructions (json, bench);
  add_products (json, bench);
  add_threads (json, bench);
  add_double (json, "serial_share", longhand_bench_serial_share (bench, LONGHAND_BENCH_TOTAL));
  add_levels (json, bench);
  add_targets (json, targets);
  json_builder_end_object (json);
  return json_builder_get_root (json);
}

/* ---- the same as lines ---- */

static void
append_quoted (GString *csv, const char *text) {
  g_auto (GStrv) parts = NULL;
  g_autofree char *doubled = NULL;

  if (strpbrk (text, ",\"\r\n") == NULL) {
    g_string_append (csv, text);
    return;
  }
  parts = g_strsplit (text, "\"", -1);
  doubled = g_strjoinv ("\"\"", parts);
  g_string_append_printf (csv, "\"%s\"", doubled);
}

/* (transfer full) */
static char *
text_of (JsonNode *value) {
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  if (json_node_get_value_type (value) == G_TYPE_STRING)
    return g_strdup (json_node_get_string (value));
  if (json_node_get_value_type (value) == G_TYPE_BOOLEAN)
    return g_strdup (json_node_get_boolean (value) ? "true" : "false");
  if (json_node_get_value_type (value) == G_TYPE_INT64)
    return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (value));
  return g_strdup (g_ascii_formatd (number, sizeof number, "%.6g", json_node_get_double (value)));
}

static void
append_line (GString *csv, const char *section, const char *name, const char *field, JsonNode *value) {
  const char *const cells[] = { section, name, field };
  g_autofree char *text = text_of (value);

  for (guint i = 0; i < G_N_ELEMENTS (cells); i++) {
    append_quoted (csv, cells[i]);
    g_string_append_c (csv, ',');
  }
  append_quoted (csv, text);
  g_string_append (csv, "\r\n");
}

static void append_node (GString *csv, const char *section, const char *field, JsonNode *node);

/* An object of a list: its first member names it. */
static void
append_element (GString *csv, const char *section, JsonObject *object) {
  g_autoptr (GList) members = json_object_get_members (object);
  g_autofree char *name = text_of (json_object_get_member (object, members->data));

  for (const GList *member = members->next; member != NULL; member = member->next)
    append_line (csv, section, name, member->data, json_object_get_member (object, member->data));
}

static void
append_object (GString *csv, const char *section, JsonObject *object) {
  g_autoptr (GList) members = json_object_get_members (object);

  for (const GList *member = members; member != NULL; member = member->next)
    append_node (csv, section, member->data, json_object_get_member (object, member->data));
}

static void
append_node (GString *csv, const char *section, const char *field, JsonNode *node) {
  g_autofree char *path = *section != '\0' ? g_strdup_printf ("%s.%s", section, field) : g_strdup (field);

  if (JSON_NODE_HOLDS_OBJECT (node)) {
    append_object (csv, path, json_node_get_object (node));
  } else if (JSON_NODE_HOLDS_ARRAY (node)) {
    JsonArray *array = json_node_get_array (node);

    for (guint i = 0; i < json_array_get_length (array); i++) {
      JsonNode *element = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_OBJECT (element))
        append_element (csv, path, json_node_get_object (element));
      else
        append_line (csv, path, "", "", element);
    }
  } else {
    append_line (csv, section, "", field, node);
  }
}

char *
longhand_bench_json_to_csv (JsonNode *root) {
  GString *csv = g_string_new ("section,name,field,value\r\n");

  append_object (csv, "", json_node_get_object (root));
  return g_string_free (csv, FALSE);
}
