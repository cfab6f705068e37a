/* Times kernels and the steps built on them, by instruction set. Not a test: run it on a quiet machine.
 *
 *     bench-kernels [--threads N] [--level c|avx2|avx512] [--only TEXT]
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
#include "kernels/strips.h"

#define MIN_MS 400.0
#define MAX_RUNS 400
#define MAX_COLS 2048
#define MAX_KEYS 1500
#define HEAD_DIM 64

struct bench {
  struct quill_compute compute;
  const char *level;
  unsigned n_threads;
  const char *only; /* NULL: everything */
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

  if (bench->only != NULL && strstr (name, bench->only) == NULL)
    return;
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

static void
fill (float *x, size_t n) {
  for (size_t i = 0; i < n; i++)
    x[i] = (float)g_random_double_range (-1.0, 1.0);
}

static float *
floats_new (size_t n) {
  float *x = quill_alloc (n * sizeof *x);

  g_assert_nonnull (x);
  fill (x, n);
  return x;
}

struct linear {
  const struct bench *bench;
  const struct quill_gemm *gemm; /* NULL: dot products */
  struct quill_matrix w;
  size_t m;
  float *x, *y, *bias;
  void *packed;
  struct quill_target target;
};

static void
run_linear (void *context) {
  const struct linear *l = context;

  if (l->gemm)
    quill_gemm_linear (&l->bench->compute, l->gemm, &l->w, l->bias, l->packed, l->m, &l->target);
  else
    quill_dot_linear (&l->bench->compute, &l->w, l->bias, l->x, l->m, l->packed, &l->target);
}

static void
report_linear (const struct linear *l, const char *kind, bool gelu) {
  const double numbers = (double)(l->w.cols * l->w.rows);
  const struct quill_type_traits *traits = quill_type_traits (l->w.type);
  g_autofree char *name = g_strdup_printf ("%s %zu x %zu x %zu %s%s", kind, l->m, l->w.cols, l->w.rows,
                                           traits->name, gelu ? " gelu" : "");

  if (l->m == 1)
    report (l->bench, name, run_linear, (void *)l,
            numbers / (double)traits->block_len * (double)traits->block_bytes, "GB/s");
  else
    report (l->bench, name, run_linear, (void *)l, 2.0 * (double)l->m * numbers, "GOP/s");
}

/* The same weights in strips, as a model has them. */
static void
bench_strips (struct linear *l) {
  const size_t n = quill_strip_count (l->w.rows), bytes = n * quill_strip_bytes (l->w.type, l->w.cols);
  void *strips = quill_alloc_zero (bytes);

  quill_prefer_huge_pages (strips, bytes);
  quill_strips_pack (l->w.type, l->w.data, l->w.rows, l->w.cols, strips);
  l->w.strips = strips;
  report_linear (l, "strips", false);
  quill_free (strips);
}

/* The rows of x are packed beforehand: that is timed on its own. */
static void
bench_linear (const struct bench *bench, const struct quill_gemm *gemm, enum quill_type type, size_t m,
              size_t cols, size_t rows, bool gelu) {
  const struct quill_type_traits *traits = quill_type_traits (type);
  const size_t row_bytes = cols / traits->block_len * traits->block_bytes;
  const size_t packed_bytes = gemm ? quill_gemm_row_bytes (gemm, cols) : quill_dot_row_bytes (type, cols);
  unsigned char *weights = quill_alloc (rows * row_bytes);
  float *row = floats_new (cols);
  struct linear l = { .bench = bench,
                      .gemm = gemm,
                      .w = { type, rows, cols, weights },
                      .m = m,
                      .x = floats_new (m * cols),
                      .y = floats_new (m * rows),
                      .bias = floats_new (rows),
                      .packed = quill_alloc (m * packed_bytes) };

  l.target = (struct quill_target){ l.y, rows * sizeof (float), QUILL_STORE_F32, gelu };
  if (gemm)
    quill_pack_rows (&bench->compute, gemm, l.x, cols * sizeof (float), m, cols, l.packed);
  quill_quantize_row (type, row, weights, cols);
  for (size_t i = 1; i < rows; i++)
    memcpy (weights + i * row_bytes, weights, row_bytes);
  report_linear (&l, gemm ? "gemm" : "dot", gelu);
  if (!gemm && bench->compute.kernels.strips[type])
    bench_strips (&l);
  quill_free (row);
  quill_free (weights);
  quill_free (l.x);
  quill_free (l.y);
  quill_free (l.bias);
  quill_free (l.packed);
}

struct window {
  const struct bench *bench;
  const struct quill_gemm *gemm;
  struct quill_window_attention a;
};

static void
run_window (void *context) {
  const struct window *t = context;

  quill_attend_window (&t->bench->compute, t->gemm, &t->a);
}

static void
bench_window (const struct bench *bench, enum quill_gemm_form form, size_t n, size_t n_head) {
  const struct quill_gemm *gemm = &bench->compute.kernels.gemm[form];
  const enum quill_type type = form == QUILL_GEMM_F32 ? QUILL_F32 : QUILL_F16;
  static const char *const forms[QUILL_GEMM_FORMS] = { "f32", "i16", "i8" };
  const size_t width = n_head * HEAD_DIM, stride = 3 * width * quill_type_traits (type)->block_bytes;
  g_autofree char *name = g_strdup_printf ("attend %zu x %zu, %zu heads %s", n, n, n_head, forms[form]);
  float *values = floats_new (n * 3 * width);
  unsigned char *qkv = quill_alloc (n * stride);
  struct window t = { bench,
                      gemm,
                      { .q = qkv,
                        .k = qkv + stride / 3,
                        .v = qkv + 2 * stride / 3,
                        .type = type,
                        .stride = stride,
                        .n = n,
                        .n_head = n_head,
                        .head_dim = HEAD_DIM,
                        .panels = quill_alloc (quill_attend_panels_bytes (gemm, n, n_head, HEAD_DIM)),
                        .out = quill_alloc (n * quill_gemm_row_bytes (gemm, width)),
                        .out_gemm = gemm } };

  if (type == QUILL_F16)
    bench->compute.kernels.to_f16 (values, (uint16_t *)(void *)qkv, n * 3 * width);
  else
    memcpy (qkv, values, n * stride);
  report (bench, name, run_window, &t, 4.0 * (double)(n * n * width), "GOP/s");
  quill_free (values);
  quill_free (qkv);
  quill_free (t.a.panels);
  quill_free (t.a.out);
}

struct cache {
  const struct bench *bench;
  struct quill_cache_attention a;
};

static void
run_cache (void *context) {
  const struct cache *t = context;

  quill_attend_cache (&t->bench->compute, &t->a);
}

static struct quill_cache
cache_new (const struct bench *bench, enum quill_cache_form form, size_t n, size_t n_head) {
  const size_t width = n_head * HEAD_DIM;
  struct quill_cache cache = { .rows = quill_alloc (n * n_head * quill_cache_row_bytes (form, HEAD_DIM)),
                               .scales = quill_alloc (n * n_head * quill_cache_scale_bytes (form)),
                               .form = form,
                               .page_len = n,
                               .n_head = n_head,
                               .head_dim = HEAD_DIM };
  float *x = floats_new (n * width);

  quill_cache_store (&bench->compute, &cache, 0, 0, x, n);
  quill_free (x);
  return cache;
}

static void
bench_cache (const struct bench *bench, enum quill_cache_form form, size_t n_query, size_t n_key,
             size_t n_head) {
  static const char *const names[QUILL_CACHE_FORMS] = { "f32", "f16", "int8" };
  const size_t width = n_head * HEAD_DIM;
  g_autofree char *name
      = g_strdup_printf ("attend %zu x %zu cached as %s, %zu heads", n_query, n_key, names[form], n_head);
  float *q = floats_new (n_query * width), *out = floats_new (n_query * width);
  struct quill_cache k = cache_new (bench, form, n_key, n_head), v = cache_new (bench, form, n_key, n_head);
  const uint32_t page = 0;
  g_autofree struct quill_cache_view *views = g_new (struct quill_cache_view, n_query);
  struct cache t = { bench, { .q = q, .k = &k, .v = &v, .out = out, .views = views, .n_query = n_query } };

  for (size_t i = 0; i < n_query; i++)
    views[i] = (struct quill_cache_view){ &page, n_key };

  report (bench, name, run_cache, &t, 4.0 * (double)(n_query * n_key * width), "GOP/s");
  quill_free (q);
  quill_free (out);
  quill_free (k.rows);
  quill_free (k.scales);
  quill_free (v.rows);
  quill_free (v.scales);
}

#define REPEAT 2000 /* kernels too short for the clock */

struct kernel {
  const struct quill_kernels *kernels;
  const struct quill_gemm *gemm;
  float *x, *panel, *y;
  size_t n;
  enum quill_type type;
  void *src;
};

static void
run_tile (void *context) {
  const struct kernel *k = context;
  const size_t stride = quill_gemm_row_bytes (k->gemm, k->n);

  quill_gemm_enter (k->gemm);
  for (size_t i = 0; i < REPEAT; i++)
    k->gemm->tile (k->x, stride, k->gemm->mr, k->panel, k->n, k->y, k->gemm->nr, k->gemm->nr);
  quill_gemm_leave (k->gemm);
}

static void
run_soften (void *context) {
  const struct kernel *k = context;

  for (size_t i = 0; i < REPEAT; i++)
    k->gemm->soften (k->x, k->n, k->y);
}

static void
run_pack (void *context) {
  const struct kernel *k = context;

  for (size_t i = 0; i < REPEAT; i++)
    k->gemm->pack_x (k->x, 0, k->n, k->n, k->y);
}

static void
run_pack_w (void *context) {
  const struct kernel *k = context;

  for (size_t i = 0; i < REPEAT; i++)
    k->gemm->pack_w (k->x, k->n, k->gemm->nr, k->n, k->panel);
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

  for (int form = 0; form < QUILL_GEMM_FORMS; form++) {
    static const char *const types[QUILL_GEMM_FORMS] = { "f32", "i16", "i8" };
    const char *type = types[form];
    g_autofree char *tile = g_strdup_printf ("tile %s in first-level cache", type);
    g_autofree char *pack = g_strdup_printf ("pack x %s", type);
    g_autofree char *pack_w = g_strdup_printf ("pack panel %s", type);
    g_autofree char *soften = g_strdup_printf ("soften %s 1500", type);

    k.gemm = &kernels->gemm[form];
    k.n = 128;
    fill (k.y, 1 << 14);
    for (size_t i = 0; i < k.gemm->mr; i++)
      k.gemm->pack_x (k.y + i * k.n, 0, k.n, k.n,
                      (unsigned char *)k.x + i * quill_gemm_row_bytes (k.gemm, k.n));
    k.gemm->pack_w (k.y, k.n, k.gemm->nr, k.n, k.panel);
    report (bench, tile, run_tile, &k, 2.0 * REPEAT * (double)(k.n * k.gemm->mr * k.gemm->nr), "GOP/s");
    fill (k.x, 1 << 14);
    report (bench, pack, run_pack, &k, REPEAT * (double)k.n, "G/s");
    report (bench, pack_w, run_pack_w, &k, REPEAT * (double)(k.n * k.gemm->nr), "G/s");
    k.n = 1500;
    report (bench, soften, run_soften, &k, REPEAT * (double)k.n, "G/s");
  }
  for (size_t i = 0; i < 1 << 14; i++)
    k.panel[i] = k.x[i];
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
bench_level (uint32_t mask, unsigned n_threads, const char *only) {
  struct bench bench = { .n_threads = n_threads, .only = only };

  quill_kernels_init (&bench.compute.kernels, mask);
  bench.level = bench.compute.kernels.level;
  bench.compute.scratch_bytes
      = quill_compute_scratch_bytes (&bench.compute.kernels, MAX_COLS, MAX_KEYS, MAX_COLS);
  bench.compute.scratch = quill_alloc (n_threads * bench.compute.scratch_bytes);
  bench.compute.panels_bytes
      = quill_compute_panels_bytes (&bench.compute.kernels, MAX_COLS, QUILL_PANELS_BYTES);
  bench.compute.panels = quill_alloc (bench.compute.panels_bytes);
  g_assert_nonnull (bench.compute.scratch);
  g_assert_nonnull (bench.compute.panels);
  g_assert_cmpint (quill_pool_open (&bench.compute.pool, n_threads, NULL), ==, QUILL_OK);

  if (n_threads == 1)
    bench_kernels (&bench);
  const struct quill_gemm *f32 = &bench.compute.kernels.gemm[QUILL_GEMM_F32];
  const struct quill_gemm *coarse = &bench.compute.kernels.gemm[bench.compute.kernels.coarse_form];

  bench_linear (&bench, f32, QUILL_F16, 1500, 384, 1536, true);
  bench_linear (&bench, f32, QUILL_F16, 1500, 1536, 384, false);
  bench_linear (&bench, coarse, QUILL_Q8_0, 1500, 384, 384, false);
  bench_linear (&bench, coarse, QUILL_Q8_0, 1500, 384, 1536, true);
  bench_linear (&bench, coarse, QUILL_Q5_1, 1500, 384, 1536, true);
  bench_linear (&bench, coarse, QUILL_Q8_0, 1500, 1536, 384, false);
  bench_linear (&bench, coarse, QUILL_Q8_0, 1500, 512, 2048, true);
  bench_linear (&bench, coarse, QUILL_Q4_K, 1500, 2048, 512, false);
  for (size_t m = 1; m <= 8; m *= 2)
    bench_linear (&bench, NULL, QUILL_Q8_0, m, 384, 1536, false);
  bench_linear (&bench, NULL, QUILL_Q8_0, 1, 384, 384, false);
  for (int type = QUILL_F32; type < QUILL_TYPE_COUNT; type++)
    bench_linear (&bench, NULL, type, 1, 512, 51864, false);
  bench_linear (&bench, NULL, QUILL_Q5_1, 4, 512, 51864, false);
  bench_window (&bench, QUILL_GEMM_F32, 1500, 6);
  bench_window (&bench, QUILL_GEMM_I16, 1500, 6);
  if (bench.compute.kernels.coarse_form != QUILL_GEMM_I16)
    bench_window (&bench, bench.compute.kernels.coarse_form, 1500, 6);
  for (enum quill_cache_form form = 0; form < QUILL_CACHE_FORMS; form++) {
    bench_cache (&bench, form, 1, 1500, 6);
    bench_cache (&bench, form, 4, 1500, 6);
    bench_cache (&bench, form, 1, 100, 6);
  }
  bench_mel (&bench);

  quill_pool_close (&bench.compute.pool);
  quill_free (bench.compute.scratch);
  quill_free (bench.compute.panels);
}

int
main (int argc, char **argv) {
  struct quill_kernel_level levels[16];
  const unsigned n_levels = MIN (quill_kernel_levels (levels, G_N_ELEMENTS (levels)), G_N_ELEMENTS (levels));
  int n_threads = 0;
  g_autofree char *level = NULL, *only = NULL;
  g_autoptr (GError) error = NULL;
  const GOptionEntry entries[] = {
    { "threads", 0, 0, G_OPTION_ARG_INT, &n_threads, "Threads (default: 1 and all)", "N" },
    { "level", 0, 0, G_OPTION_ARG_STRING, &level, "Only this instruction set", "NAME" },
    { "only", 0, 0, G_OPTION_ARG_STRING, &only, "Only lines with this in their name", "TEXT" },
    { NULL },
  };
  g_autoptr (GOptionContext) options = g_option_context_new (NULL);

  g_option_context_add_main_entries (options, entries, NULL);
  if (!g_option_context_parse (options, &argc, &argv, &error)) {
    g_printerr ("%s\n", error->message);
    return 2;
  }
  for (unsigned i = 0; i < n_levels; i++) {
    if (level && strcmp (level, levels[i].name) != 0)
      continue;
    bench_level (levels[i].mask, n_threads > 0 ? (unsigned)n_threads : 1, only);
    if (n_threads <= 0 && quill_usable_cpus () > 1)
      bench_level (levels[i].mask, quill_usable_cpus (), only);
  }
  return 0;
}
