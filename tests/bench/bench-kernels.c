/* Times kernels and the steps built on them, by instruction set. Not a test: run it on a quiet machine.
 *
 *     bench-kernels [--threads N] [--level c|avx2|avx512]
 *
 * Each line: median and best of repeated runs, and what the median makes of the work (multiply-adds count as
 * two operations; bytes are those of the weights in their file type). */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <glib.h>

#include "audio/mel.h"
#include "base/clock.h"
#include "kernels/compute.h"

#define MIN_MS 400.0
#define MAX_RUNS 400
#define MAX_COLS 2048
#define MAX_KEYS 1500
#define HEAD_DIM 64

struct bench {
  struct quill_compute compute;
  const char *level;
  unsigned n_threads;
};

typedef void step (void *context);

/* With one thread its processor time, so that a busy machine disturbs less; with more the wall clock. */
static double
clock_ms (const struct bench *bench) {
  struct timespec now;

  if (bench->n_threads > 1)
    return quill_now_ms ();
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int
by_value (const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

static void
report (const struct bench *bench, const char *name, step *run, void *context, double amount,
        const char *unit) {
  double ms[MAX_RUNS], total = 0.0;
  size_t n = 0;

  run (context);
  while (n < MAX_RUNS && (total < MIN_MS || n < 5)) {
    const double start = clock_ms (bench);

    run (context);
    ms[n] = clock_ms (bench) - start;
    total += ms[n++];
  }
  qsort (ms, n, sizeof *ms, by_value);
  g_print ("%-7s %2u  %-34s %9.3f ms  %9.3f best %9.1f %s\n", bench->level, bench->n_threads, name, ms[n / 2],
           ms[0], amount / ms[n / 2] / 1e6, unit);
}

static float *
floats_new (size_t n) {
  float *x = quill_alloc (n * sizeof *x);

  g_assert_nonnull (x);
  for (size_t i = 0; i < n; i++)
    x[i] = (float)g_random_double_range (-1.0, 1.0);
  return x;
}

struct linear {
  const struct bench *bench;
  struct quill_matrix w;
  size_t m;
  float *x, *y, *bias;
  enum quill_epilogue epilogue;
};

static void
run_linear (void *context) {
  const struct linear *l = context;

  quill_linear (&l->bench->compute, &l->w, l->bias, l->x, l->w.cols, l->m, l->y, l->w.rows, l->epilogue);
}

static void
bench_linear (const struct bench *bench, enum quill_type type, size_t m, size_t cols, size_t rows,
              enum quill_epilogue epilogue) {
  const struct quill_type_traits *traits = quill_type_traits (type);
  const size_t row_bytes = cols / traits->block_len * traits->block_bytes;
  unsigned char *weights = quill_alloc (rows * row_bytes);
  g_autofree char *name = g_strdup_printf ("linear %zu x %zu x %zu %s%s", m, cols, rows, traits->name,
                                           epilogue == QUILL_GELU ? " gelu" : "");
  float *row = floats_new (cols);
  struct linear l = { bench,
                      { type, rows, cols, weights },
                      m,
                      floats_new (m * cols),
                      floats_new (m * rows),
                      floats_new (rows),
                      epilogue };

  quill_quantize_row (type, row, weights, cols);
  for (size_t i = 1; i < rows; i++)
    memcpy (weights + i * row_bytes, weights, row_bytes);
  if (m == 1)
    report (bench, name, run_linear, &l, (double)(rows * row_bytes), "GB/s");
  else
    report (bench, name, run_linear, &l, 2.0 * (double)(m * cols * rows), "GFLOP/s");
  quill_free (row);
  quill_free (weights);
  quill_free (l.x);
  quill_free (l.y);
  quill_free (l.bias);
}

struct attend {
  const struct bench *bench;
  struct quill_attention a;
};

static void
run_attend (void *context) {
  const struct attend *t = context;

  quill_attend (&t->bench->compute, &t->a);
}

static void
bench_attend (const struct bench *bench, size_t n_query, size_t n_key, size_t n_head) {
  const size_t width = n_head * HEAD_DIM;
  g_autofree char *name = g_strdup_printf ("attend %zu x %zu, %zu heads", n_query, n_key, n_head);
  float *q = floats_new (n_query * width), *k = floats_new (n_key * width), *v = floats_new (n_key * width);
  float *out = floats_new (n_query * width);
  struct attend t = { bench,
                      { .q = q,
                        .k = k,
                        .v = v,
                        .out = out,
                        .ldq = width,
                        .ldk = width,
                        .ldv = width,
                        .ldo = width,
                        .n_query = n_query,
                        .n_key = n_key,
                        .n_head = n_head,
                        .head_dim = HEAD_DIM } };

  report (bench, name, run_attend, &t, 4.0 * (double)(n_query * n_key * width), "GFLOP/s");
  quill_free (q);
  quill_free (k);
  quill_free (v);
  quill_free (out);
}

#define REPEAT 2000 /* kernels too short for the clock */

struct kernel {
  const struct quill_kernels *kernels;
  float *x, *panel, *y;
  size_t n;
  enum quill_type type;
  void *src;
};

static void
run_tile (void *context) {
  const struct kernel *k = context;
  const size_t mr = k->kernels->gemm.mr, nr = k->kernels->gemm.nr;

  for (size_t i = 0; i < REPEAT; i++)
    k->kernels->gemm.tile (k->x, k->n, mr, k->panel, k->n, k->y, nr, nr);
}

/* From fresh input each time: values that shrink from call to call would end as denormals. */
static void
run_gelu (void *context) {
  const struct kernel *k = context;

  for (size_t i = 0; i < REPEAT; i++) {
    memcpy (k->y, k->x, k->n * sizeof (float));
    k->kernels->gelu (k->y, k->n);
  }
}

static void
run_softmax (void *context) {
  const struct kernel *k = context;

  for (size_t i = 0; i < REPEAT; i++) {
    memcpy (k->y, k->x, k->n * sizeof (float));
    k->kernels->softmax (k->y, k->n);
  }
}

static void
run_norm (void *context) {
  const struct kernel *k = context;

  for (size_t i = 0; i < REPEAT; i++)
    k->kernels->layer_norm (k->x, k->panel, k->panel, k->y, k->n);
}

static void
run_dequantize (void *context) {
  const struct kernel *k = context;

  for (size_t i = 0; i < REPEAT; i++)
    k->kernels->dequantize[k->type](k->src, k->y, k->n);
}

static void
bench_kernels (const struct bench *bench) {
  const struct quill_kernels *kernels = &bench->compute.kernels;
  struct kernel k = {
    .kernels = kernels, .x = floats_new (1 << 14), .panel = floats_new (1 << 14), .y = floats_new (1 << 14)
  };

  k.n = 128;
  report (bench, "tile in first-level cache", run_tile, &k,
          2.0 * REPEAT * (double)(k.n * kernels->gemm.mr * kernels->gemm.nr), "GFLOP/s");
  k.n = 1500;
  report (bench, "gelu 1500", run_gelu, &k, REPEAT * (double)k.n, "G/s");
  report (bench, "softmax 1500", run_softmax, &k, REPEAT * (double)k.n, "G/s");
  k.n = 512;
  report (bench, "layer norm 512", run_norm, &k, REPEAT * (double)k.n, "G/s");
  k.n = 2048;
  for (int type = QUILL_F16; type < QUILL_TYPE_COUNT; type++) {
    g_autofree char *name = g_strdup_printf ("dequantize %s 2048", quill_type_traits (type)->name);

    k.type = type;
    k.src = quill_alloc (k.n * sizeof (float));
    quill_quantize_row (k.type, k.x, k.src, k.n);
    report (bench, name, run_dequantize, &k, REPEAT * (double)k.n, "G/s");
    quill_free (k.src);
  }
  quill_free (k.x);
  quill_free (k.panel);
  quill_free (k.y);
}

#define MEL_SAMPLES (30 * 16000)
#define MEL_FRAMES (MEL_SAMPLES / QUILL_MEL_HOP)
#define N_MELS 80

struct front_end {
  const struct bench *bench;
  struct quill_mel *mel;
  float *samples, *out;
};

static void
run_mel (void *context) {
  const struct front_end *f = context;

  quill_mel_power (f->mel, f->bench->compute.pool, f->samples, MEL_SAMPLES, 0, MEL_FRAMES, f->out);
}

static void
bench_mel (const struct bench *bench) {
  float *filters = quill_alloc_zero (N_MELS * QUILL_MEL_BINS * sizeof (float));
  struct front_end f = { bench, NULL, floats_new (MEL_SAMPLES), floats_new (MEL_FRAMES * N_MELS) };

  g_assert_nonnull (filters);
  for (size_t m = 0; m < N_MELS; m++) /* about as wide as Whisper's */
    for (size_t i = 2 * m; i < 2 * m + 5; i++)
      filters[m * QUILL_MEL_BINS + i] = 0.01f;
  g_assert_cmpint (quill_mel_open (&f.mel, filters, N_MELS, bench->n_threads, NULL), ==, QUILL_OK);
  report (bench, "log-mel of 30 s", run_mel, &f, 30e3 * 1e6, "x real time");
  quill_mel_close (&f.mel);
  quill_free (filters);
  quill_free (f.samples);
  quill_free (f.out);
}

static void
bench_level (uint32_t mask, unsigned n_threads) {
  struct bench bench = { .n_threads = n_threads };

  quill_kernels_init (&bench.compute.kernels, mask);
  bench.level = bench.compute.kernels.level;
  bench.compute.scratch_bytes
      = quill_compute_scratch_bytes (&bench.compute.kernels, MAX_COLS, MAX_KEYS, HEAD_DIM);
  bench.compute.scratch = quill_alloc (n_threads * bench.compute.scratch_bytes);
  g_assert_nonnull (bench.compute.scratch);
  g_assert_cmpint (quill_pool_open (&bench.compute.pool, n_threads, NULL), ==, QUILL_OK);

  if (n_threads == 1)
    bench_kernels (&bench);
  bench_linear (&bench, QUILL_F32, 1500, 256, 256, QUILL_STORE);
  bench_linear (&bench, QUILL_Q5_1, 1500, 256, 1024, QUILL_GELU);
  bench_linear (&bench, QUILL_F32, 1500, 384, 1536, QUILL_STORE);
  bench_linear (&bench, QUILL_F32, 1500, 1536, 384, QUILL_STORE);
  bench_linear (&bench, QUILL_F16, 1500, 512, 2048, QUILL_STORE);
  bench_linear (&bench, QUILL_F16, 1500, 2048, 512, QUILL_STORE);
  bench_linear (&bench, QUILL_Q5_1, 4, 256, 1024, QUILL_STORE);
  bench_linear (&bench, QUILL_Q5_1, 16, 256, 1024, QUILL_STORE);
  bench_linear (&bench, QUILL_Q5_1, 1, 256, 256, QUILL_STORE);
  for (int type = QUILL_F32; type < QUILL_TYPE_COUNT; type++)
    bench_linear (&bench, type, 1, 256, 51864, QUILL_STORE);
  bench_linear (&bench, QUILL_F16, 1, 512, 51864, QUILL_STORE);
  bench_attend (&bench, 1500, 1500, 4);
  bench_attend (&bench, 1500, 1500, 8);
  bench_attend (&bench, 1, 1500, 4);
  bench_attend (&bench, 1, 100, 4);
  bench_mel (&bench);

  quill_pool_close (&bench.compute.pool);
  quill_free (bench.compute.scratch);
}

int
main (int argc, char **argv) {
  static const struct {
    const char *name;
    uint32_t mask;
  } levels[] = { { "c", 0 }, { "avx2", QUILL_CPU_AVX2 }, { "avx512", QUILL_CPU_AVX2 | QUILL_CPU_AVX512 } };
  int n_threads = 0;
  g_autofree char *only = NULL;
  g_autoptr (GError) error = NULL;
  const GOptionEntry entries[] = {
    { "threads", 0, 0, G_OPTION_ARG_INT, &n_threads, "Threads (default: 1 and all)", "N" },
    { "level", 0, 0, G_OPTION_ARG_STRING, &only, "Only this instruction set", "NAME" },
    { NULL },
  };
  g_autoptr (GOptionContext) options = g_option_context_new (NULL);

  g_option_context_add_main_entries (options, entries, NULL);
  if (!g_option_context_parse (options, &argc, &argv, &error)) {
    g_printerr ("%s\n", error->message);
    return 2;
  }
  for (size_t i = 0; i < G_N_ELEMENTS (levels); i++) {
    if ((quill_cpu_flags () & levels[i].mask) != levels[i].mask
        || (only && strcmp (only, levels[i].name) != 0))
      continue;
    bench_level (levels[i].mask, n_threads > 0 ? (unsigned)n_threads : 1);
    if (n_threads <= 0 && quill_usable_cpus () > 1)
      bench_level (levels[i].mask, quill_usable_cpus ());
  }
  return 0;
}
