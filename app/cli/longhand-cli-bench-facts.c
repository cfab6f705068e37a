/* longhand-cli bench: what follows from the times. */
#include "cli/longhand-cli-bench.h"

#include <string.h>

const char *const longhand_bench_step_names[LONGHAND_BENCH_N_STEPS]
    = { "load", "audio", "resample", "mel", "encode", "prompt", "decode", "total" };

/* What Longhand wants to reach on a machine for which it is meant; in the man page. */
#define TARGET_RTF 0.3
#define TARGET_LOAD_MS 1000
#define TARGET_PEAK_SHARE 0.5
#define TARGET_INSTRUCTION_SHARE 0.5
#define TARGET_SPEEDUP_2 1.8

LonghandBenchSummary
longhand_bench_summarize (const GArray *times) {
  const double *ms = (const double *)(const void *)times->data;

  if (times->len == 0)
    return (LonghandBenchSummary){ 0 };
  return (LonghandBenchSummary){ .p50 = longhand_stats_percentile (ms, times->len, 0.5),
                                 .p95 = longhand_stats_percentile (ms, times->len, 0.95),
                                 .p99 = longhand_stats_percentile (ms, times->len, 0.99),
                                 .n = times->len };
}

const LonghandBenchSetting *
longhand_bench_main (const LonghandBench *bench) {
  return g_ptr_array_index (bench->settings, 0);
}

double
longhand_bench_median (const LonghandBenchSetting *setting, guint step) {
  return longhand_bench_summarize (setting->times[step]).p50;
}

double
longhand_bench_real_time_factor (const LonghandBench *bench, const LonghandBenchSetting *setting) {
  return longhand_bench_median (setting, LONGHAND_BENCH_TOTAL) / 1000.0 / bench->audio_s;
}

double
longhand_bench_serial_share (const LonghandBench *bench, guint step) {
  g_autofree guint *threads = g_new (guint, bench->scaling->len);
  g_autofree double *ms = g_new (double, bench->scaling->len);

  for (guint i = 0; i < bench->scaling->len; i++) {
    const LonghandBenchSetting *setting = g_ptr_array_index (bench->scaling, i);

    threads[i] = setting->threads;
    ms[i] = longhand_bench_median (setting, step);
  }
  return longhand_stats_fit_serial_share (threads, ms, bench->scaling->len);
}

/* Operations a nanosecond that the kernels of this model can reach. */
static double
peak_gops (const LonghandBench *bench) {
  const struct quill_peaks *peaks = &bench->peaks[bench->n_peaks - 1];

  if (strcmp (bench->model.weight_type, "f32") == 0)
    return peaks->float_gops;
  return MAX (peaks->float_gops, peaks->integer_gops);
}

GArray *
longhand_bench_kernels (const LonghandBench *bench) {
  const LonghandBenchSetting *setting = longhand_bench_main (bench);
  const double compute_gops = peak_gops (bench), read_gbs = bench->peaks[bench->n_peaks - 1].read_gbs;
  GArray *kernels = g_array_new (FALSE, TRUE, sizeof (LonghandBenchKernel));

  for (guint i = 0; i < setting->parts->len; i++) {
    const LonghandBenchPart *part = &g_array_index (setting->parts, LonghandBenchPart, i);
    const double ms = longhand_bench_summarize (part->times).p50;
    const double operations = part->step.operations, bytes = part->step.bytes;
    LonghandBenchKernel kernel = { .gops = operations / ms * 1e-6, .gbs = bytes / ms * 1e-6 };

    if (!(operations > 0) || !(ms > 0))
      continue;
    g_snprintf (kernel.name, sizeof kernel.name, "%s/%s", part->step.group, part->step.name);
    kernel.compute_bound = operations / compute_gops > bytes / read_gbs;
    kernel.share = kernel.compute_bound ? kernel.gops / compute_gops : kernel.gbs / read_gbs;
    g_array_append_val (kernels, kernel);
  }
  return kernels;
}

LonghandBenchProducts
longhand_bench_encoder_products (const LonghandBench *bench) {
  const LonghandBenchSetting *setting = longhand_bench_main (bench);
  const struct quill_peaks *peaks = &bench->peaks[bench->n_peaks - 1];
  LonghandBenchProducts products = { .instruction = setting->instruction };
  double operations = 0, ms = 0;

  for (guint i = 0; i < setting->parts->len; i++) {
    const LonghandBenchPart *part = &g_array_index (setting->parts, LonghandBenchPart, i);

    if (strcmp (part->step.group, "encoder") != 0 || !(part->step.operations > 0))
      continue;
    operations += part->step.operations;
    ms += longhand_bench_summarize (part->times).p50;
  }
  for (guint i = 0; i < peaks->n_instructions; i++)
    if (strcmp (peaks->instructions[i].name, products.instruction) == 0)
      products.peak_gops = peaks->instructions[i].gops;
  products.gops = ms > 0 ? operations / ms * 1e-6 : 0;
  products.share = products.peak_gops > 0 ? products.gops / products.peak_gops : 0;
  return products;
}

static void
add_target (GArray *targets, const char *name, double value, gboolean at_least, double limit) {
  const LonghandBenchTarget target
      = { name, value, limit, at_least, at_least ? value >= limit : value <= limit };

  g_array_append_val (targets, target);
}

/* Whether the bare instruction is what the products could reach. What is measured is the best integer
 * product, which is not that of half floats; and AMX adds up whole tiles, which no product of groups can do
 * for long: each group has scales of its own, for which its tile must be taken apart. */
static gboolean
is_vectors_limit (const LonghandBench *bench) {
  return strcmp (bench->model.weight_type, "f16") != 0
         && strcmp (longhand_bench_main (bench)->level, "amx") != 0;
}

GArray *
longhand_bench_targets (const LonghandBench *bench, const GArray *kernels) {
  const LonghandBenchSetting *setting = longhand_bench_main (bench);
  const double instruction_gops = longhand_bench_encoder_products (bench).peak_gops;
  GArray *targets = g_array_new (FALSE, TRUE, sizeof (LonghandBenchTarget));
  double one_ms = 0;

  add_target (targets, "real_time_factor", longhand_bench_real_time_factor (bench, setting), FALSE,
              TARGET_RTF);
  add_target (targets, "load_ms", longhand_bench_median (setting, LONGHAND_BENCH_LOAD), FALSE,
              TARGET_LOAD_MS);
  for (guint i = 0; i < kernels->len; i++) {
    const LonghandBenchKernel *kernel = &g_array_index (kernels, LonghandBenchKernel, i);

    if (strcmp (kernel->name, "encoder/feed_forward") == 0)
      add_target (targets, "product_share_of_peak", kernel->share, TRUE, TARGET_PEAK_SHARE);
  }
  if (instruction_gops > 0 && is_vectors_limit (bench))
    add_target (targets, "product_share_of_instruction", peak_gops (bench) / instruction_gops, TRUE,
                TARGET_INSTRUCTION_SHARE);
  for (guint i = 0; i < bench->scaling->len; i++) {
    const LonghandBenchSetting *scaled = g_ptr_array_index (bench->scaling, i);
    const double ms = longhand_bench_median (scaled, LONGHAND_BENCH_ENCODE);

    if (scaled->threads == 1)
      one_ms = ms;
    else if (scaled->threads == 2 && one_ms > 0)
      add_target (targets, "encode_speedup_2_threads", one_ms / ms, TRUE, TARGET_SPEEDUP_2);
  }
  return targets;
}
