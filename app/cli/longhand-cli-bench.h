/* What “bench” measures, and what becomes of it. */
#pragma once

#include "cli/longhand-cli.h"
#include "cli/longhand-cli-stats.h"
#include "cli/longhand-cli-trace.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Steps of the pipeline; names are stable. */
enum {
  LONGHAND_BENCH_LOAD,     /* model and buffers */
  LONGHAND_BENCH_AUDIO,    /* file to samples */
  LONGHAND_BENCH_RESAMPLE, /* samples to 16 kHz mono */
  LONGHAND_BENCH_MEL,
  LONGHAND_BENCH_ENCODE, /* with keys and values of cross-attention */
  LONGHAND_BENCH_PROMPT,
  LONGHAND_BENCH_DECODE,
  LONGHAND_BENCH_TOTAL, /* of a run: mel to text */
  LONGHAND_BENCH_N_STEPS,
};
extern const char *const longhand_bench_step_names[LONGHAND_BENCH_N_STEPS];

/* Times of one step in ms, in ascending order once they are measured. */
typedef struct {
  double p50, p95, p99;
  guint n;
} LonghandBenchSummary;
LonghandBenchSummary longhand_bench_summarize (const GArray *times);

/* A component of encoder or decoder: struct quill_step over all runs. */
typedef struct {
  struct quill_step step; /* of the last run, which all are like */
  GArray *times;          /* owned; double */
} LonghandBenchPart;

/* What was measured with one number of threads and one level of kernels. */
typedef struct {
  guint threads;
  struct quill_thread_choice choice;     /* of threads */
  const char *level, *instruction;       /* static */
  guint32 mask;                          /* of level */
  GArray *times[LONGHAND_BENCH_N_STEPS]; /* owned; double; the first three only in the main setting */
  GArray *parts;                         /* owned; LonghandBenchPart */
  guint n_tokens, n_windows;
} LonghandBenchSetting;

typedef struct {
  const char *component; /* stable */
  guint64 bytes;
} LonghandBenchMemory;
#define LONGHAND_BENCH_N_MEMORY 6

/* A target and whether it is met; values without a limit do not occur. */
typedef struct {
  const char *name; /* stable */
  double value, limit;
  gboolean at_least; /* else at most */
  gboolean met;
} LonghandBenchTarget;

/* A component against the roof above it. */
typedef struct {
  char name[48]; /* "encoder/feed_forward" */
  double gops, gbs;
  gboolean compute_bound; /* else memory, by its operations for each byte */
  double share;           /* of what that roof allows; above 1 where its data lie in a cache */
} LonghandBenchKernel;

/* All matrix products of the encoder together, against the bare instruction that they are made of. */
typedef struct {
  const char *instruction; /* static */
  double gops, peak_gops;  /* 0: not measured */
  double share;
} LonghandBenchProducts;

typedef struct {
  char *model_id; /* owned */
  struct quill_model_info model;
  double audio_s;
  GPtrArray *settings; /* owned; all that were measured, the main one first */
  GPtrArray *scaling;  /* borrowed ones, by threads, one thread first; empty: only one number of threads */
  GPtrArray *levels;   /* borrowed ones, by level; empty: only one level */
  LonghandBenchMemory memory[LONGHAND_BENCH_N_MEMORY];
  struct quill_peaks peaks[2]; /* with one thread, and as many as the main setting */
  guint n_peaks;
} LonghandBench;

/* ---- measuring ---- */

typedef struct {
  const char *model;     /* as longhand_cli_find_model */
  const char *path;      /* recording */
  const GArray *threads; /* guint; the last one is the main setting's; 0: automatic */
  const GArray *levels;  /* struct quill_kernel_level; likewise */
  LonghandStopRule rule;
  guint warm_up;
  gboolean progress;       /* on standard error */
  guint64 peak_bytes;      /* as longhand_bench_measure_peak tells */
  LonghandCliTrace *trace; /* NULL: none; of the main setting's last run */
} LonghandBenchPlan;

void longhand_bench_init (LonghandBench *bench);
void longhand_bench_clear (LonghandBench *bench);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LonghandBench, longhand_bench_clear)

/* The most resident memory of a process that opens the main setting's engine and recognises once, which one
 * that measures is not. Before longhand_cli_close_in. FALSE with LONGHAND_ERROR_FAILED. */
gboolean longhand_bench_measure_peak (guint64 *bytes, const LonghandBenchPlan *plan, GError **error);

/* FALSE with any error of models, recordings and the engine, or LONGHAND_ERROR_CANCELLED. */
gboolean longhand_bench_measure (LonghandBench *bench, const LonghandBenchPlan *plan, GError **error);

/* ---- what follows from it ---- */

const LonghandBenchSetting *longhand_bench_main (const LonghandBench *bench);
double longhand_bench_median (const LonghandBenchSetting *setting, guint step);
/* Median time to recognise by the sound's length. */
double longhand_bench_real_time_factor (const LonghandBench *bench, const LonghandBenchSetting *setting);
/* Serial share of Amdahl's law over longhand_bench.scaling, by a step's medians. */
double longhand_bench_serial_share (const LonghandBench *bench, guint step);
/* Components whose work is counted; (transfer full) (element-type LonghandBenchKernel). */
GArray *longhand_bench_kernels (const LonghandBench *bench);
LonghandBenchProducts longhand_bench_encoder_products (const LonghandBench *bench);
/* (transfer full) (element-type LonghandBenchTarget) */
GArray *longhand_bench_targets (const LonghandBench *bench, const GArray *kernels);

/* ---- telling ---- */

void longhand_bench_print_table (const LonghandBench *bench);
/* Fields as in the man page. (transfer full) */
JsonNode *longhand_bench_to_json (const LonghandBench *bench);
/* The same, one number a line: section,name,field,value; the first field of each object is its name.
 * (transfer full) */
char *longhand_bench_json_to_csv (JsonNode *root);

G_END_DECLS
