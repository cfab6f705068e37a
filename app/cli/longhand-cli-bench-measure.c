/* longhand-cli bench: measuring. */
#include "cli/longhand-cli-bench.h"

#include "audio/longhand-audio-file.h"
#include "cli/longhand-cli-level.h"
#include "longhand-engine-error.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_STEPS 64

/* ---- life ---- */

static void
part_clear (gpointer data) {
  g_array_unref (((LonghandBenchPart *)data)->times);
}

static LonghandBenchSetting *
setting_new (void) {
  LonghandBenchSetting *self = g_new0 (LonghandBenchSetting, 1);

  for (guint i = 0; i < LONGHAND_BENCH_N_STEPS; i++)
    self->times[i] = g_array_new (FALSE, FALSE, sizeof (double));
  self->parts = g_array_new (FALSE, TRUE, sizeof (LonghandBenchPart));
  g_array_set_clear_func (self->parts, part_clear);
  return self;
}

static void
setting_free (gpointer data) {
  LonghandBenchSetting *self = data;

  for (guint i = 0; i < LONGHAND_BENCH_N_STEPS; i++)
    g_array_unref (self->times[i]);
  g_array_unref (self->parts);
  g_free (self);
}

void
longhand_bench_init (LonghandBench *bench) {
  *bench = (LonghandBench){ .settings = g_ptr_array_new_with_free_func (setting_free),
                            .scaling = g_ptr_array_new (),
                            .levels = g_ptr_array_new () };
}

void
longhand_bench_clear (LonghandBench *bench) {
  g_ptr_array_unref (bench->scaling);
  g_ptr_array_unref (bench->levels);
  g_ptr_array_unref (bench->settings);
  g_free (bench->model_id);
}

/* ---- times ---- */

static void
note (LonghandBenchSetting *setting, guint step, double ms) {
  g_array_append_val (setting->times[step], ms);
}

static int
compare_doubles (gconstpointer a, gconstpointer b) {
  const double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

static void
sort_times (LonghandBenchSetting *setting) {
  for (guint i = 0; i < LONGHAND_BENCH_N_STEPS; i++)
    g_array_sort (setting->times[i], compare_doubles);
  for (guint i = 0; i < setting->parts->len; i++)
    g_array_sort (g_array_index (setting->parts, LonghandBenchPart, i).times, compare_doubles);
}

static gboolean
is_enough (const LonghandBenchPlan *plan, const GArray *times) {
  return longhand_stats_is_enough (&plan->rule, (const double *)(const void *)times->data, times->len);
}

static double
since_ms (gint64 begin_us) {
  return (double)(g_get_monotonic_time () - begin_us) / 1000.0;
}

static gboolean
check_interrupted (GError **error) {
  if (!longhand_cli_interrupted ())
    return TRUE;
  g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_CANCELLED, _ ("The measurement was stopped."));
  return FALSE;
}

static void
show_progress (const LonghandBenchPlan *plan, const char *what, guint n) {
  if (plan->progress)
    g_printerr ("\r\033[K%s: %u", what, n);
}

/* ---- sound and model ---- */

/* (transfer full); the samples of the last run. */
static float *
measure_audio (LonghandBenchSetting *setting, const LonghandBenchPlan *plan, gsize *n, GError **error) {
  g_autofree float *samples = NULL;

  for (guint i = 0; !is_enough (plan, setting->times[LONGHAND_BENCH_AUDIO]); i++) {
    const gint64 begin_us = g_get_monotonic_time ();
    double ms, resample_ms = 0;

    if (!check_interrupted (error))
      return NULL;
    g_clear_pointer (&samples, g_free);
    samples = longhand_audio_file_load_timed (plan->path, n, NULL, &resample_ms, error);
    if (samples == NULL)
      return NULL;
    ms = since_ms (begin_us);
    if (*n == 0) {
      g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE,
                   _ ("“%s” holds no sound: choose a recording of some seconds."), plan->path);
      return NULL;
    }
    show_progress (plan, "audio", i);
    if (i < plan->warm_up)
      continue;
    note (setting, LONGHAND_BENCH_AUDIO, MAX (0, ms - resample_ms));
    note (setting, LONGHAND_BENCH_RESAMPLE, resample_ms);
    if (is_enough (plan, setting->times[LONGHAND_BENCH_AUDIO]))
      longhand_cli_trace_add (plan->trace, "pipeline", "audio", begin_us);
  }
  return g_steal_pointer (&samples);
}

static gboolean
open_engine (LonghandCliEngine *engine, const LonghandBenchSetting *setting, const LonghandBenchPlan *plan,
             GError **error) {
  return longhand_cli_engine_open_masked (engine, plan->model, (int)setting->threads, setting->mask, error);
}

static gboolean
measure_load (LonghandBenchSetting *setting, const LonghandBenchPlan *plan, GError **error) {
  for (guint i = 0; !is_enough (plan, setting->times[LONGHAND_BENCH_LOAD]); i++) {
    const gint64 begin_us = g_get_monotonic_time ();
    LonghandCliEngine engine;

    if (!check_interrupted (error) || !open_engine (&engine, setting, plan, error))
      return FALSE;
    show_progress (plan, "load", i);
    if (i >= plan->warm_up)
      note (setting, LONGHAND_BENCH_LOAD, engine.load_ms);
    if (is_enough (plan, setting->times[LONGHAND_BENCH_LOAD]))
      longhand_cli_trace_add (plan->trace, "pipeline", "load", begin_us);
    longhand_cli_engine_close (&engine);
  }
  return TRUE;
}

/* ---- recognition ---- */

static bool
is_cancelled (void *user) {
  return longhand_cli_interrupted ();
}

static void
note_run (LonghandBenchSetting *setting, const struct quill_transcriber *transcriber,
          const struct quill_timings *timings) {
  struct quill_step steps[MAX_STEPS];
  const guint n = MIN (quill_transcriber_get_steps (transcriber, steps, MAX_STEPS), MAX_STEPS);

  note (setting, LONGHAND_BENCH_MEL, timings->mel_ms);
  note (setting, LONGHAND_BENCH_ENCODE, timings->encode_ms);
  note (setting, LONGHAND_BENCH_PROMPT, timings->prompt_ms);
  note (setting, LONGHAND_BENCH_DECODE, timings->decode_ms);
  note (setting, LONGHAND_BENCH_TOTAL, timings->total_ms);
  setting->n_tokens = timings->n_tokens;
  setting->n_windows = timings->n_windows;
  while (setting->parts->len < n) {
    const LonghandBenchPart part = { .times = g_array_new (FALSE, FALSE, sizeof (double)) };

    g_array_append_val (setting->parts, part);
  }
  for (guint i = 0; i < n; i++) {
    LonghandBenchPart *part = &g_array_index (setting->parts, LonghandBenchPart, i);

    part->step = steps[i];
    g_array_append_val (part->times, steps[i].total_ms);
  }
}

static gboolean
measure_runs (LonghandBenchSetting *setting, const LonghandBenchPlan *plan, LonghandCliEngine *engine,
              const float *samples, gsize n, GError **error) {
  g_autofree char *what = g_strdup_printf ("%s, %u", setting->level, setting->threads);
  struct quill_params params;

  quill_params_init (&params);
  params.cancelled = is_cancelled;
  for (guint i = 0; !is_enough (plan, setting->times[LONGHAND_BENCH_TOTAL]); i++) {
    struct quill_error engine_error = { 0 };
    struct quill_result *result = NULL;

    show_progress (plan, what, i);
    if (quill_transcribe (engine->transcriber, samples, n, &params, &result, &engine_error) != QUILL_OK) {
      longhand_set_error_from_engine (error, &engine_error);
      return FALSE;
    }
    if (i >= plan->warm_up)
      note_run (setting, engine->transcriber, &result->timings);
    quill_result_free (&result);
  }
  return TRUE;
}

/* Opens the engine for a setting, which learns from it what “automatic” is, and measures. */
static gboolean
measure_setting (LonghandBench *bench, LonghandBenchSetting *setting, const LonghandBenchPlan *plan,
                 LonghandCliTrace *trace, const float *samples, gsize n, GError **error) {
  const struct quill_trace_settings sums_only = { 0 };
  struct quill_memory memory;
  struct quill_error engine_error = { 0 };
  LonghandCliEngine engine;
  gboolean measured = FALSE;

  if (!open_engine (&engine, setting, plan, error))
    return FALSE;
  quill_transcriber_get_thread_choice (engine.transcriber, &setting->choice);
  setting->threads = setting->choice.n_threads;
  setting->level = quill_transcriber_kernel_level (engine.transcriber);
  setting->instruction = quill_transcriber_product_instruction (engine.transcriber);
  if (trace != NULL)
    measured = longhand_cli_trace_start (engine.transcriber, error);
  else if (quill_transcriber_set_trace (engine.transcriber, &sums_only, &engine_error) == QUILL_OK)
    measured = TRUE;
  else
    longhand_set_error_from_engine (error, &engine_error);
  measured = measured && measure_runs (setting, plan, &engine, samples, n, error);
  if (measured && bench->model_id == NULL) {
    bench->model_id = g_strdup (engine.model_id);
    quill_model_get_info (engine.model, &bench->model);
    quill_transcriber_get_memory (engine.transcriber, &memory);
    bench->memory[0] = (LonghandBenchMemory){ "weights", memory.weights };
    bench->memory[1] = (LonghandBenchMemory){ "embeddings", memory.embeddings };
    bench->memory[2] = (LonghandBenchMemory){ "kv_cache", memory.kv_cache };
    bench->memory[3] = (LonghandBenchMemory){ "encoder_output", memory.encoder_output };
    bench->memory[4] = (LonghandBenchMemory){ "working", memory.working };
    if (trace != NULL)
      longhand_cli_trace_take (trace, engine.transcriber);
  }
  longhand_cli_engine_close (&engine);
  sort_times (setting);
  return measured;
}

gboolean
longhand_bench_measure_peak (guint64 *bytes, const LonghandBenchPlan *plan, GError **error) {
  const LonghandCliLevelTask task
      = { .level = g_array_index (plan->levels, struct quill_kernel_level, plan->levels->len - 1).name,
          .model = plan->model,
          .recording = plan->path,
          .threads = (int)g_array_index (plan->threads, guint, plan->threads->len - 1) };
  g_auto (LonghandCliLevelOutcome) outcome;

  show_progress (plan, "memory", 0);
  longhand_cli_level_run (&outcome, &task);
  if (outcome.told == NULL) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED, _ ("The kernel level “%s” failed: %s."),
                 task.level, outcome.reason);
    return FALSE;
  }
  *bytes = (guint64)json_object_get_int_member_with_default (json_node_get_object (outcome.told),
                                                             "peak_rss_bytes", 0);
  return TRUE;
}

/* ---- the whole ---- */

static LonghandBenchSetting *
add_setting (LonghandBench *bench, guint threads, const struct quill_kernel_level *level) {
  LonghandBenchSetting *setting = setting_new ();

  setting->threads = threads;
  setting->level = level->name;
  setting->mask = level->mask;
  g_ptr_array_add (bench->settings, setting);
  return setting;
}

static gboolean
measure_main (LonghandBench *bench, LonghandBenchSetting *setting, const LonghandBenchPlan *plan,
              float **samples, gsize *n, GError **error) {
  *samples = measure_audio (setting, plan, n, error);
  if (*samples == NULL || !measure_load (setting, plan, error)
      || !measure_setting (bench, setting, plan, plan->trace, *samples, *n, error))
    return FALSE;
  bench->audio_s = (double)*n / QUILL_SAMPLE_RATE;
  bench->memory[5] = (LonghandBenchMemory){ "peak_rss", plan->peak_bytes };
  return TRUE;
}

/* The main setting's number of threads, then what else is asked for; the outcome in that order of asking. */
static gboolean
measure_scaling (LonghandBench *bench, LonghandBenchSetting *main_setting, const LonghandBenchPlan *plan,
                 const float *samples, gsize n, GError **error) {
  const struct quill_kernel_level level = { main_setting->level, main_setting->mask };

  for (guint i = 0; plan->threads->len > 1 && i < plan->threads->len; i++) {
    const guint threads = g_array_index (plan->threads, guint, i);
    LonghandBenchSetting *setting = main_setting;

    if (i + 1 < plan->threads->len) {
      setting = add_setting (bench, threads, &level);
      if (!measure_setting (bench, setting, plan, NULL, samples, n, error))
        return FALSE;
    }
    g_ptr_array_add (bench->scaling, setting);
  }
  return TRUE;
}

static gboolean
measure_levels (LonghandBench *bench, LonghandBenchSetting *main_setting, const LonghandBenchPlan *plan,
                const float *samples, gsize n, GError **error) {
  for (guint i = 0; plan->levels->len > 1 && i < plan->levels->len; i++) {
    LonghandBenchSetting *setting = main_setting;

    if (i + 1 < plan->levels->len) {
      setting = add_setting (bench, main_setting->threads,
                             &g_array_index (plan->levels, struct quill_kernel_level, i));
      if (!measure_setting (bench, setting, plan, NULL, samples, n, error))
        return FALSE;
    }
    g_ptr_array_add (bench->levels, setting);
  }
  return TRUE;
}

static gboolean
measure_peaks (LonghandBench *bench, const LonghandBenchSetting *setting, GError **error) {
  const guint threads[] = { 1, setting->threads };
  struct quill_error engine_error = { 0 };

  for (guint i = 0; i < (setting->threads > 1 ? 2 : 1); i++) {
    if (quill_measure_peaks (&bench->peaks[i], threads[i], setting->mask, &engine_error) != QUILL_OK) {
      longhand_set_error_from_engine (error, &engine_error);
      return FALSE;
    }
    bench->n_peaks = i + 1;
  }
  return TRUE;
}

gboolean
longhand_bench_measure (LonghandBench *bench, const LonghandBenchPlan *plan, GError **error) {
  LonghandBenchSetting *main_setting
      = add_setting (bench, g_array_index (plan->threads, guint, plan->threads->len - 1),
                     &g_array_index (plan->levels, struct quill_kernel_level, plan->levels->len - 1));
  g_autofree float *samples = NULL;
  gboolean measured;
  gsize n = 0;

  measured = measure_main (bench, main_setting, plan, &samples, &n, error)
             && measure_scaling (bench, main_setting, plan, samples, n, error)
             && measure_levels (bench, main_setting, plan, samples, n, error)
             && measure_peaks (bench, main_setting, error);
  if (plan->progress)
    g_printerr ("\r\033[K");
  return measured;
}
