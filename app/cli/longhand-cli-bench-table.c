/* longhand-cli bench: the outcome for people. Columns and names of steps are not translated, so that they can
 * be looked up in the man page. */
#include "cli/longhand-cli-bench.h"

#include "cli/longhand-cli-columns.h"
#include "longhand-engine-threads.h"

#include <glib/gi18n.h>
#include <string.h>

#define MIB (1024.0 * 1024.0)
#define COLUMN 20

static void
print_head (const LonghandBench *bench) {
  const LonghandBenchSetting *setting = longhand_bench_main (bench);
  g_autofree char *reason = longhand_engine_describe_threads (&setting->choice);

  g_print (_ ("Model %s (%s, %.1f MiB), %u threads, kernels %s, %.1f s of sound, %u tokens\n"),
           bench->model_id, bench->model.weight_type, (double)bench->model.file_bytes / MIB, setting->threads,
           setting->level, bench->audio_s, setting->n_tokens);
  if (reason != NULL)
    g_print (_ ("Automatic: %s\n"), reason);
  for (guint i = 0; i < bench->n_peaks; i++)
    g_print (_ ("This machine reaches, with %u of %u threads: %.0f GOP/s in floats, %.0f in integers; %.1f "
                "GB/s out "
                "of memory\n"),
             bench->peaks[i].n_threads, quill_usable_cpus (), bench->peaks[i].float_gops,
             bench->peaks[i].integer_gops, bench->peaks[i].read_gbs);
}

/* Of the main setting, each with what it reaches on registers alone. */
static void
print_instructions (const LonghandBench *bench) {
  const struct quill_peaks *peaks = &bench->peaks[bench->n_peaks - 1];

  g_print ("\n");
  longhand_cli_print_row (-COLUMN - 8, _ ("instruction"), 10, "GOP/s", 0, NULL);
  for (guint i = 0; i < peaks->n_instructions; i++)
    g_print ("%-*s %10.1f\n", COLUMN + 8, peaks->instructions[i].name, peaks->instructions[i].gops);
}

static void
print_products (const LonghandBench *bench) {
  const LonghandBenchProducts products = longhand_bench_encoder_products (bench);

  g_print (
      _ ("The encoder’s products together reach %.1f GOP/s, %.0f %% of the %.1f of %s on registers alone.\n"),
      products.gops, 100 * products.share, products.peak_gops, products.instruction);
}

static void
print_times (const char *name, const GArray *times, double whole_ms) {
  const LonghandBenchSummary summary = longhand_bench_summarize (times);

  g_print ("%-*s %6u %10.2f %10.2f %10.2f", COLUMN, name, summary.n, summary.p50, summary.p95, summary.p99);
  if (whole_ms > 0)
    g_print (" %6.1f %%", 100 * summary.p50 / whole_ms);
  g_print ("\n");
}

static void
print_steps (const LonghandBench *bench) {
  const LonghandBenchSetting *setting = longhand_bench_main (bench);
  const double decode_ms = longhand_bench_median (setting, LONGHAND_BENCH_DECODE);

  g_print ("\n");
  longhand_cli_print_row (-COLUMN, _ ("step"), 6, _ ("runs"), 10, "p50 ms", 10, "p95 ms", 10, "p99 ms", 0,
                          NULL);
  for (guint i = 0; i < LONGHAND_BENCH_N_STEPS; i++)
    print_times (longhand_bench_step_names[i], setting->times[i], 0);
  if (setting->n_tokens > 0)
    g_print (_ ("\nDecoding: %.2f ms a token (%u tokens)"), decode_ms / setting->n_tokens, setting->n_tokens);
  g_print (_ ("\nReal-time factor: %.3f (below 1 keeps up)\n"),
           longhand_bench_real_time_factor (bench, setting));
}

/* Shares are of the group's components together. */
static void
print_components (const LonghandBenchSetting *setting, const char *group, const char *title) {
  double whole_ms = 0;

  for (guint i = 0; i < setting->parts->len; i++) {
    const LonghandBenchPart *part = &g_array_index (setting->parts, LonghandBenchPart, i);

    if (strcmp (part->step.group, group) == 0)
      whole_ms += longhand_bench_summarize (part->times).p50;
  }
  g_print ("\n");
  longhand_cli_print_row (-COLUMN, title, 6, _ ("runs"), 10, "p50 ms", 10, "p95 ms", 10, "p99 ms", 8,
                          _ ("share"), 0, NULL);
  for (guint i = 0; i < setting->parts->len; i++) {
    const LonghandBenchPart *part = &g_array_index (setting->parts, LonghandBenchPart, i);

    if (strcmp (part->step.group, group) == 0)
      print_times (part->step.name, part->times, whole_ms);
  }
}

static void
print_kernels (const GArray *kernels) {
  g_print ("\n");
  longhand_cli_print_row (-28, _ ("kernel"), 10, "GOP/s", 10, "GB/s", 0, "", -8, _ ("roof"), 8, _ ("of peak"),
                          0, NULL);
  for (guint i = 0; i < kernels->len; i++) {
    const LonghandBenchKernel *kernel = &g_array_index (kernels, LonghandBenchKernel, i);

    g_print ("%-28s %10.1f %10.2f  %-8s %6.0f %%\n", kernel->name, kernel->gops, kernel->gbs,
             kernel->compute_bound ? "compute" : "memory", 100 * kernel->share);
  }
}

static void
print_memory (const LonghandBench *bench) {
  g_print ("\n");
  longhand_cli_print_row (-COLUMN, _ ("memory"), 10, "MiB", 0, NULL);
  for (guint i = 0; i < LONGHAND_BENCH_N_MEMORY; i++)
    g_print ("%-*s %10.1f\n", COLUMN, bench->memory[i].component, (double)bench->memory[i].bytes / MIB);
}

static void
print_speedup (const LonghandBench *bench, const LonghandBenchSetting *setting, guint step) {
  const LonghandBenchSetting *one = g_ptr_array_index (bench->scaling, 0);

  g_print (" %10.2f %6.2f / %.2f", longhand_bench_median (setting, step),
           longhand_bench_median (one, step) / longhand_bench_median (setting, step),
           longhand_stats_amdahl_speedup (longhand_bench_serial_share (bench, step), setting->threads));
}

static void
print_scaling (const LonghandBench *bench) {
  if (bench->scaling->len == 0)
    return;
  g_print ("\n");
  /* Translators: columns of a table: threads; median time and how many times faster than one thread, measured
   * and as Amdahl's law predicts, of two steps. */
  longhand_cli_print_row (-COLUMN, _ ("threads"), 10, "encode ms", 13, _ ("gain / law"), 10, "total ms", 13,
                          _ ("gain / law"), 0, NULL);
  for (guint i = 0; i < bench->scaling->len; i++) {
    const LonghandBenchSetting *setting = g_ptr_array_index (bench->scaling, i);

    g_print ("%-*u", COLUMN, setting->threads);
    print_speedup (bench, setting, LONGHAND_BENCH_ENCODE);
    print_speedup (bench, setting, LONGHAND_BENCH_TOTAL);
    g_print ("\n");
  }
  g_print (_ ("By Amdahl’s law %.1f %% of encoding and %.1f %% of the whole do not run in parallel.\n"),
           100 * longhand_bench_serial_share (bench, LONGHAND_BENCH_ENCODE),
           100 * longhand_bench_serial_share (bench, LONGHAND_BENCH_TOTAL));
}

static void
print_levels (const LonghandBench *bench) {
  if (bench->levels->len == 0)
    return;
  g_print ("\n");
  longhand_cli_print_row (-COLUMN, _ ("level"), 10, "encode ms", 10, "decode ms", 10, "total ms", 8,
                          _ ("RTF"), 0, NULL);
  for (guint i = 0; i < bench->levels->len; i++) {
    const LonghandBenchSetting *setting = g_ptr_array_index (bench->levels, i);

    g_print ("%-*s %10.2f %10.2f %10.2f %8.3f\n", COLUMN, setting->level,
             longhand_bench_median (setting, LONGHAND_BENCH_ENCODE),
             longhand_bench_median (setting, LONGHAND_BENCH_DECODE),
             longhand_bench_median (setting, LONGHAND_BENCH_TOTAL),
             longhand_bench_real_time_factor (bench, setting));
  }
}

static void
print_targets (const GArray *targets) {
  g_print ("\n");
  longhand_cli_print_row (-COLUMN - 8, _ ("target"), 8, _ ("value"), 10, _ ("limit"), 0, NULL);
  for (guint i = 0; i < targets->len; i++) {
    const LonghandBenchTarget *target = &g_array_index (targets, LonghandBenchTarget, i);

    g_print ("%-*s %8.3g %3s %6.4g  %s\n", COLUMN + 8, target->name, target->value,
             target->at_least ? "≥" : "≤", target->limit, target->met ? _ ("met") : _ ("missed"));
  }
}

void
longhand_bench_print_table (const LonghandBench *bench) {
  const LonghandBenchSetting *setting = longhand_bench_main (bench);
  g_autoptr (GArray) kernels = longhand_bench_kernels (bench);
  g_autoptr (GArray) targets = longhand_bench_targets (bench, kernels);

  print_head (bench);
  print_steps (bench);
  print_components (setting, "encoder", _ ("encoder"));
  print_components (setting, "decoder", _ ("decoder"));
  print_kernels (kernels);
  print_instructions (bench);
  print_products (bench);
  print_memory (bench);
  print_scaling (bench);
  print_levels (bench);
  print_targets (targets);
}
