/* Matrix steps at every level: products against sums in double precision of what was packed, every way of
 * storing against the plain one, bit by bit. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/split.h"
#include "kernels/attend.h"
#include "kernels/strips.h"
#include "packed.h"
#include "rig.h"

#define GAP 12345.0f

/* --- weights, bias and results ----------------------------------------------------------------------- */

struct layer {
  struct check_memory w_memory, strips_memory, bias_memory;
  struct quill_matrix w;
  float *bias;
  float *weights; /* owned; the matrix expanded */
};

/* Weights lie `shift` bytes off alignment, that far before a forbidden page. */
static struct layer
layer_new (enum quill_type type, size_t rows, size_t cols, size_t shift) {
  const struct quill_type_traits *traits = quill_type_traits (type);
  const size_t n = rows * cols, bytes = n / traits->block_len * traits->block_bytes;
  struct layer l = { .w_memory = check_memory_new (bytes + shift), .weights = g_new (float, n + 1) };
  void *stored = l.w_memory.data;

  check_fill (l.weights, n);
  if (type == QUILL_F32)
    memcpy (stored, l.weights, bytes);
  else
    quill_quantize_row (type, l.weights, stored, n);
  quill_dequantize_row (type, stored, l.weights, n);
  l.w = (struct quill_matrix){ .type = type, .rows = rows, .cols = cols, .data = stored };
  if (quill_strips_have (type)) {
    l.strips_memory = check_memory_new (quill_strip_count (rows) * quill_strip_bytes (type, cols));
    memset (l.strips_memory.data, 0, l.strips_memory.bytes);
    quill_strips_pack (type, stored, rows, cols, l.strips_memory.data);
    l.w.strips = l.strips_memory.data;
  }
  l.bias = check_floats (&l.bias_memory, rows);
  check_fill (l.bias, rows);
  return l;
}

static void
layer_free (struct layer *l) {
  check_memory_free (&l->w_memory);
  if (l->w.strips != NULL)
    check_memory_free (&l->strips_memory);
  check_memory_free (&l->bias_memory);
  g_free (l->weights);
}

/* Results of m rows, each with a gap behind it but the last, which ends at a forbidden page. */
struct result {
  struct check_memory memory;
  struct quill_target target;
  size_t m, row_bytes;
};

#define GAP_BYTES 12

static size_t
stored_bytes (enum quill_store store, const struct quill_gemm *gemm, size_t n) {
  switch (store) {
  case QUILL_STORE_F16:
    return n * sizeof (uint16_t);
  case QUILL_STORE_PACKED:
    return quill_gemm_row_bytes (gemm, n);
  default:
    return n * sizeof (float);
  }
}

static struct result
result_new (enum quill_store store, bool gelu, const struct quill_gemm *gemm, size_t m, size_t n) {
  const size_t row_bytes = stored_bytes (store, gemm, n), stride = row_bytes / 4 * 4 + GAP_BYTES;
  struct result r
      = { .memory = check_memory_new (m ? (m - 1) * stride + row_bytes : 0), .m = m, .row_bytes = row_bytes };

  r.target = (struct quill_target){ .y = r.memory.data, .stride = stride, .store = store, .gelu = gelu };
  for (size_t i = 0; store == QUILL_STORE_ADD && i < m; i++) /* what is there; the same every time */
    for (size_t j = 0; j < n; j++)
      ((float *)(void *)((unsigned char *)r.memory.data + i * stride))[j]
          = (float)(i + 3 * j) / 1000.0f - 0.7f;
  return r;
}

static void *
result_row (const struct result *r, size_t i) {
  return (unsigned char *)r->memory.data + i * r->target.stride;
}

static void
result_free (struct result *r) {
  for (size_t i = 0; i + 1 < r->m; i++)
    for (size_t b = r->row_bytes; b < r->target.stride; b++)
      g_assert_cmphex (((unsigned char *)result_row (r, i))[b], ==, CHECK_PATTERN);
  check_memory_intact (&r->memory);
  check_memory_free (&r->memory);
}

/* sums [m, n] without bias -> what each way of storing must make of them, bit by bit: bias and what is there
 * are added with one rounding, GELU is the kernel's. */
static void
check_result (const struct check_level *level, const struct quill_gemm *gemm, const struct result *r,
              const float *sums, const float *bias, size_t n) {
  const struct result before = result_new (r->target.store, false, gemm, r->m, n);
  g_autofree float *row = g_new (float, n + 1);
  g_autofree void *expected = g_malloc (r->row_bytes + 1);

  for (size_t i = 0; i < r->m; i++) {
    for (size_t j = 0; j < n; j++) {
      row[j] = sums[i * n + j];
      if (bias)
        row[j] += bias[j];
      if (r->target.gelu)
        level->kernels.gelu (&row[j], 1);
      if (r->target.store == QUILL_STORE_F16)
        ((uint16_t *)expected)[j] = quill_f32_to_f16 (row[j]);
      else if (r->target.store == QUILL_STORE_ADD)
        ((float *)expected)[j] = ((float *)result_row (&before, i))[j] + row[j];
    }
    if (r->target.store == QUILL_STORE_F32)
      memcpy (expected, row, r->row_bytes);
    else if (r->target.store == QUILL_STORE_PACKED)
      gemm->pack_x (row, 0, n, n, expected);
    g_assert_cmpmem (result_row (r, i), r->row_bytes, expected, r->row_bytes);
  }
  result_free (&(struct result){ .memory = before.memory });
}

/* --- many rows --------------------------------------------------------------------------------------- */

/* m packed rows of x, ending at a forbidden page. */
static struct check_memory
rows_new (const struct quill_gemm *gemm, size_t m, size_t k) {
  struct check_memory memory = check_memory_new (m * quill_gemm_row_bytes (gemm, k));
  g_autofree float *x = g_new (float, k);

  for (size_t i = 0; i < m; i++) {
    check_fill (x, k);
    gemm->pack_x (x, 0, k, k, (unsigned char *)memory.data + i * quill_gemm_row_bytes (gemm, k));
  }
  return memory;
}

/* sums [m, rows] as the product must give them, without bias: row by row, and with panels that begin at the
 * second row of weights, so that each sum lies elsewhere in its tile. Checked against double precision. */
static float *
gemm_sums (const struct quill_gemm *gemm, const struct layer *l, const void *x, size_t m) {
  const size_t k = l->w.cols, rows = l->w.rows, stride = quill_gemm_row_bytes (gemm, k);
  struct check_memory panel = check_memory_new (quill_gemm_panel_bytes (gemm, k));
  g_autofree double *unpacked_x = g_new (double, m *k + 1), *w = g_new (double, k);
  float *sums = g_new (float, m *rows + 1);

  for (size_t i = 0; i < m; i++)
    packed_row (gemm, (const unsigned char *)x + i * stride, k, unpacked_x + i * k);
  for (size_t first = 0, n = 1; first < rows; first += n, n = MIN (gemm->nr, rows - first)) {
    gemm->pack_w (l->weights + first * k, k, n, k, panel.data);
    for (size_t i = 0; i < m; i++)
      gemm->tile ((const unsigned char *)x + i * stride, stride, 1, panel.data, k, sums + i * rows + first,
                  rows, n);
    for (size_t j = 0; j < n; j++) {
      packed_panel_row (gemm, panel.data, k, j, w);
      /* Weights may exceed 1 a little by quantisation. */
      for (size_t i = 0; i < m; i++)
        packed_check_product (gemm, sums[i * rows + first + j], unpacked_x + i * k, w, k, 1.3);
    }
  }
  check_memory_free (&panel);
  return sums;
}

/* Pools that a product runs on: one of two threads, with and without bias and GELU; or every one, each with a
 * different choice of them. */
enum pools { TWO_THREADS, EVERY_POOL };

static bool
uses_pool (enum pools pools, size_t pool) {
  return pools == EVERY_POOL || rig_n_threads[pool] == 2;
}

static bool
goes_way (enum pools pools, size_t pool, size_t store, size_t way) {
  return pools == TWO_THREADS || way == (pool + store) % 4;
}

static void
check_gemm (const struct check_level *level, const struct quill_gemm *gemm, const struct layer *l, size_t m,
            enum pools pools, const enum quill_store *stores, size_t n_stores) {
  struct check_memory x = rows_new (gemm, m, l->w.cols);
  g_autofree float *sums = gemm_sums (gemm, l, x.data, m);

  for (size_t pool = 0; pool < RIG_N_POOLS; pool++) {
    struct rig rig;

    if (!uses_pool (pools, pool))
      continue;
    rig_open (&rig, level, rig_n_threads[pool], l->w.cols, 1, 1);
    for (size_t s = 0; s < n_stores; s++)
      for (size_t way = 0; way < 4; way++)
        if (goes_way (pools, pool, s, way)) {
          const float *bias = way & 1 ? l->bias : NULL;
          struct result r = result_new (stores[s], way & 2, gemm, m, l->w.rows);

          quill_gemm_linear (&rig.compute, gemm, &l->w, bias, x.data, m, &r.target);
          check_result (level, gemm, &r, sums, bias, l->w.rows);
          result_free (&r);
        }
    rig_close (&rig);
  }
  check_memory_free (&x);
}

static const enum quill_store all_stores[]
    = { QUILL_STORE_F32, QUILL_STORE_F16, QUILL_STORE_ADD, QUILL_STORE_PACKED };

static void
gemm_of_every_shape (const struct check_level *level) {
  for (size_t form = 0; form < QUILL_GEMM_FORMS; form++) {
    const struct quill_gemm *gemm = &level->kernels.gemm[form];
    const size_t mr = gemm->mr, nr = gemm->nr;
    const size_t ms[] = { 0, 1, 2, mr - 1, mr, mr + 1, 23, 24, 25, 2 * 24 + mr + 1 };
    const size_t rows[] = { 0, 1, 7, 8, 9, nr - 1, nr, nr + 1, 63, 64, 65, 128 + nr + 5 };
    const size_t cols[] = { 1, 5, 64, 130 };

    if (!check_form_is_new (level, form))
      continue;
    for (size_t b = 0; b < G_N_ELEMENTS (rows); b++)
      for (size_t k = 0; k < G_N_ELEMENTS (cols); k++) {
        struct layer l = layer_new (QUILL_F32, rows[b], cols[k], (b + k) % 2);

        for (size_t a = 0; a < G_N_ELEMENTS (ms); a++)
          check_gemm (level, gemm, &l, ms[a], TWO_THREADS, &all_stores[(a + b + k) % 4], 1);
        layer_free (&l);
      }
  }
}

static void
gemm_of_every_type_and_store (const struct check_level *level) {
  for (size_t form = 0; form < QUILL_GEMM_FORMS; form++)
    for (int type = 0; type < QUILL_TYPE_COUNT && check_form_is_new (level, form); type++) {
      struct layer l = layer_new ((enum quill_type)type, 77, 512, (size_t)type % 2);

      for (size_t m = 1; m <= 31; m += 15)
        check_gemm (level, &level->kernels.gemm[form], &l, m, TWO_THREADS, all_stores, 4);
      layer_free (&l);
    }
}

/* Weights that are packed at a time with what rig.h lends. */
static size_t
slice_rows (const struct check_level *level, const struct quill_gemm *gemm, size_t k) {
  return RIG_CHUNKS * quill_compute_panels_bytes (&level->kernels, k, 0)
         / (QUILL_GEMM_CHUNK / gemm->nr * quill_gemm_panel_bytes (gemm, k)) * QUILL_GEMM_CHUNK;
}

/* Large enough to be split both ways, over rows of x and over weights, into more tasks than there are
 * threads; and a second slice, which ends amid a panel. The smaller a form's numbers, the more rows are a
 * slice, and the fewer columns are enough. */
static void
gemm_of_every_number_of_threads (const struct check_level *level) {
  static const size_t cols[QUILL_GEMM_FORMS]
      = { [QUILL_GEMM_F32] = 320, [QUILL_GEMM_I16] = 256, [QUILL_GEMM_I8] = 128 };
  const unsigned most_threads = rig_n_threads[RIG_N_POOLS - 1];
  const size_t m = 501;

  for (size_t form = 0; form < QUILL_GEMM_FORMS; form++) {
    const struct quill_gemm *gemm = &level->kernels.gemm[form];
    const size_t rows = slice_rows (level, gemm, cols[form]);
    const struct quill_grid grid
        = quill_split_grid (rows, QUILL_GEMM_CHUNK, m, quill_rows_at_once (gemm), cols[form], most_threads);
    struct layer l;

    if (!check_form_is_new (level, form))
      continue;
    g_assert_cmpuint (grid.n_across, >, 1);
    g_assert_cmpuint (grid.n_down, >, most_threads);
    l = layer_new (QUILL_Q8_0, rows + QUILL_GEMM_CHUNK + 3, cols[form], 1);
    check_gemm (level, gemm, &l, m, EVERY_POOL, all_stores, 4);
    layer_free (&l);
  }
}

static void
packed_rows_are_the_kernel_row_by_row (const struct check_level *level) {
  static const struct {
    size_t m, k, stride; /* in floats */
  } cases[] = { { 0, 5, 5 },      { 1, 1, 1 },       { 50, 240, 80 },
                { 49, 240, 160 }, { 777, 130, 133 }, { 1600, 384, 384 } };

  for (size_t form = 0; form < QUILL_GEMM_FORMS; form++)
    for (size_t c = 0; c < G_N_ELEMENTS (cases); c++)
      for (size_t t = 0; t < RIG_N_POOLS; t++) {
        const struct quill_gemm *gemm = &level->kernels.gemm[form];
        const size_t m = cases[c].m, k = cases[c].k, row_bytes = quill_gemm_row_bytes (gemm, k);
        struct check_memory x_memory, packed = check_memory_new (m * row_bytes);
        float *x = check_floats (&x_memory, m ? (m - 1) * cases[c].stride + k : 0);
        g_autofree void *expected = g_malloc (row_bytes);
        struct rig rig;

        check_fill (x, x_memory.bytes / sizeof *x);
        rig_open (&rig, level, rig_n_threads[t], 1, 1, 1);
        quill_pack_rows (&rig.compute, gemm, x, cases[c].stride * sizeof *x, m, k, packed.data);
        rig_close (&rig);
        for (size_t i = 0; i < m; i++) {
          gemm->pack_x (x + i * cases[c].stride, 0, k, k, expected);
          g_assert_cmpmem ((unsigned char *)packed.data + i * row_bytes, row_bytes, expected, row_bytes);
        }
        check_memory_intact (&packed);
        check_memory_free (&packed);
        check_memory_free (&x_memory);
      }
}

static void
packed_norm_is_both_kernels_row_by_row (const struct check_level *level) {
  const size_t ms[] = { 0, 1, 2, 25, 700 }, ns[] = { 1, 5, 64, 130, 384 };

  for (size_t form = 0; form < QUILL_GEMM_FORMS; form++)
    for (size_t a = 0; a < G_N_ELEMENTS (ms); a++)
      for (size_t b = 0; b < G_N_ELEMENTS (ns); b++)
        for (size_t t = 0; t < RIG_N_POOLS; t++) {
          const struct quill_gemm *gemm = &level->kernels.gemm[form];
          const size_t m = ms[a], n = ns[b], row_bytes = quill_gemm_row_bytes (gemm, n);
          struct check_memory x_memory, gamma_memory, beta_memory, packed = check_memory_new (m * row_bytes);
          float *x = check_floats (&x_memory, m * n), *gamma = check_floats (&gamma_memory, n);
          float *beta = check_floats (&beta_memory, n);
          g_autofree void *expected = g_malloc (row_bytes);
          g_autofree float *normed = g_new (float, n), *input = NULL;
          struct rig rig;

          check_fill (x, m * n);
          check_fill (gamma, n);
          check_fill (beta, n);
          input = g_memdup2 (x, m * n * sizeof *x);
          rig_open (&rig, level, rig_n_threads[t], 1, 1, n);
          quill_pack_norm (&rig.compute, gemm, x, gamma, beta, m, n, packed.data);
          rig_close (&rig);
          g_assert_cmpmem (x, m * n * sizeof *x, input, m * n * sizeof *x);
          for (size_t i = 0; i < m; i++) {
            level->kernels.layer_norm (x + i * n, gamma, beta, normed, n);
            gemm->pack_x (normed, 0, n, n, expected);
            g_assert_cmpmem ((unsigned char *)packed.data + i * row_bytes, row_bytes, expected, row_bytes);
          }
          check_memory_intact (&packed);
          check_memory_free (&packed);
          check_memory_free (&x_memory);
          check_memory_free (&gamma_memory);
          check_memory_free (&beta_memory);
        }
}

/* A convolution of three frames of 80 with a stride of two, by its definition. */
static void
overlapping_rows_are_a_convolution (const struct check_level *level) {
  const size_t frames = 101, channels = 80, outputs = 40, k = 3 * channels, m = (frames - 3) / 2 + 1;

  for (size_t form = 0; form < QUILL_GEMM_FORMS; form++) {
    const struct quill_gemm *gemm = &level->kernels.gemm[form];
    struct check_memory x_memory, packed = check_memory_new (m * quill_gemm_row_bytes (gemm, k));
    float *x = check_floats (&x_memory, frames * channels);
    struct layer l = layer_new (QUILL_F32, outputs, k, 0);
    struct result r = result_new (QUILL_STORE_F32, false, gemm, m, outputs);
    struct rig rig;

    check_fill (x, frames * channels);
    rig_open (&rig, level, 2, k, 1, 1);
    quill_pack_rows (&rig.compute, gemm, x, 2 * channels * sizeof *x, m, k, packed.data);
    quill_gemm_linear (&rig.compute, gemm, &l.w, l.bias, packed.data, m, &r.target);
    rig_close (&rig);
    for (size_t i = 0; i < m; i++)
      for (size_t j = 0; j < outputs; j++) {
        double expected = (double)l.bias[j];
        /* As check_sum; and each number is off by up to half a step, of which packed.h says how many there
         * are. k products of that, evenly distributed, with what is evenly distributed within 1, come to
         * sqrt(k / 3 / 3) of it by chance, of which eight are allowed. */
        const double step = gemm->scale_bytes ? 0.5 / packed_x_max (gemm) + 0.5 / packed_w_max (gemm) : 0.0;
        const double tolerance = (double)(k + 1) * 2.0 * FLT_EPSILON + 8.0 * sqrt ((double)k / 9.0) * step;

        for (size_t tap = 0; tap < 3; tap++)
          for (size_t c = 0; c < channels; c++)
            expected
                += (double)x[(2 * i + tap) * channels + c] * (double)l.weights[j * k + tap * channels + c];
        check_near (((float *)result_row (&r, i))[j], expected, tolerance);
      }
    result_free (&r);
    layer_free (&l);
    check_memory_free (&packed);
    check_memory_free (&x_memory);
  }
}

/* --- few rows ---------------------------------------------------------------------------------------- */

/* sums [rows] of one packed row, each strip as a product of its own. */
static void
strip_sums (const struct check_level *level, const struct layer *l, const void *row, float *sums) {
  const size_t bytes = quill_strip_bytes (l->w.type, l->w.cols);

  for (size_t first = 0; first < l->w.rows; first += QUILL_STRIP_ROWS) {
    float y[QUILL_STRIP_ROWS];

    level->kernels.strips[l->w.type]((const unsigned char *)l->w.strips + first / QUILL_STRIP_ROWS * bytes, 1,
                                     l->w.cols, row, 0, 1, y, QUILL_STRIP_ROWS);
    memcpy (sums + first, y, MIN (QUILL_STRIP_ROWS, l->w.rows - first) * sizeof *y);
  }
}

/* sums [m, rows] as the product must give them, without bias: each as a product of its own, whose value
 * test-dot.c vouches for. */
static float *
dot_sums (const struct check_level *level, const struct layer *l, const float *x, size_t m) {
  const struct quill_type_traits *traits = quill_type_traits (l->w.type);
  const size_t k = l->w.cols, bytes = k / traits->block_len * traits->block_bytes;
  const bool packs = l->w.type != QUILL_F32 && l->w.type != QUILL_F16;
  g_autofree void *row = g_malloc (quill_dot_row_bytes (l->w.type, k));
  float *sums = g_new (float, m * l->w.rows + 1);

  for (size_t i = 0; i < m; i++) {
    const void *used = packs ? row : x + i * k;

    if (packs)
      level->kernels.pack_dot (x + i * k, k, row);
    if (l->w.strips != NULL && level->kernels.strips[l->w.type] != NULL) {
      strip_sums (level, l, row, sums + i * l->w.rows);
      continue;
    }
    for (size_t j = 0; j < l->w.rows; j++)
      level->kernels.dot[l->w.type]((const unsigned char *)l->w.data + j * bytes, bytes, 1, k, used, 0, 1,
                                    &sums[i * l->w.rows + j], 1);
  }
  return sums;
}

/* Against the formula: quantized weights take rows of x of 8 bits. */
static void
check_dot_sums (const struct layer *l, const float *x, size_t m, const float *sums) {
  const size_t k = l->w.cols;
  const bool packs = l->w.type != QUILL_F32 && l->w.type != QUILL_F16;

  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < l->w.rows; j++) {
      double expected = 0.0;
      /* As check_sum; and half a step of 127, which adds up by chance as in the convolution above. */
      const double tolerance
          = (double)k * 1.3 * FLT_EPSILON + (packs ? 8.0 * sqrt ((double)k / 9.0) * 0.5 / 127.0 : 0.0);

      for (size_t c = 0; c < k; c++)
        expected += (double)x[i * k + c] * (double)l->weights[j * k + c];
      check_near (sums[i * l->w.rows + j], expected, tolerance);
    }
}

static void
check_dot (const struct check_level *level, const struct layer *l, size_t m, enum pools pools,
           const enum quill_store *stores, size_t n_stores) {
  const bool packs = l->w.type != QUILL_F32 && l->w.type != QUILL_F16;
  struct check_memory x_memory;
  /* Float rows are used where they lie. */
  struct check_memory rows = check_memory_new (packs ? m * quill_dot_row_bytes (l->w.type, l->w.cols) : 0);
  float *x = check_floats (&x_memory, m * l->w.cols);
  g_autofree float *sums = NULL;

  check_fill (x, m * l->w.cols);
  sums = dot_sums (level, l, x, m);
  check_dot_sums (l, x, m, sums);
  for (size_t pool = 0; pool < RIG_N_POOLS; pool++) {
    struct rig rig;

    if (!uses_pool (pools, pool))
      continue;
    rig_open (&rig, level, rig_n_threads[pool], l->w.cols, 1, 1);
    for (size_t s = 0; s < n_stores; s++)
      for (size_t way = 0; way < 4; way++)
        if (goes_way (pools, pool, s, way)) {
          const float *bias = way & 1 ? l->bias : NULL;
          struct result r = result_new (stores[s], way & 2, NULL, m, l->w.rows);

          quill_dot_linear (&rig.compute, &l->w, bias, x, m, rows.data, &r.target);
          check_result (level, NULL, &r, sums, bias, l->w.rows);
          result_free (&r);
        }
    rig_close (&rig);
  }
  check_memory_intact (&rows);
  check_memory_free (&rows);
  check_memory_free (&x_memory);
}

/* A row of the vocabulary is a token's embedding, wherever it lies. */
static void
rows_of_a_matrix_are_its_weights (const struct check_level *level) {
  for (int type = 0; type < QUILL_TYPE_COUNT; type++)
    for (size_t cols = 256; cols <= 768; cols += 256) {
      struct layer l = layer_new ((enum quill_type)type, 33, cols, 1);

      for (size_t i = 0; i < l.w.rows; i++) {
        struct check_memory memory;
        float *row = check_floats (&memory, cols);

        quill_matrix_row (&level->kernels, &l.w, i, row);
        for (size_t c = 0; c < cols; c++)
          check_near (row[c], (double)l.weights[i * cols + c], 0x1p-22 * fabs ((double)row[c]));
        check_memory_intact (&memory);
        check_memory_free (&memory);
      }
      layer_free (&l);
    }
}

static void
dot_of_every_shape (const struct check_level *level) {
  const size_t rows[] = { 0, 1, 7, 8, 9, 15, 16, 17, 31, 33, 50 };
  const size_t cols[] = { 1, 5, 64, 130 };

  for (size_t b = 0; b < G_N_ELEMENTS (rows); b++)
    for (size_t k = 0; k < G_N_ELEMENTS (cols); k++) {
      struct layer plain = layer_new (QUILL_F32, rows[b], cols[k], (b + k) % 2);
      struct layer quantized = layer_new (QUILL_Q5_1, rows[b], 32 * (k + 1), (b + k) % 2);

      for (size_t m = 0; m <= 18; m += 1 + m / 3) {
        check_dot (level, &plain, m, TWO_THREADS, &all_stores[(m + b + k) % 3], 1);
        check_dot (level, &quantized, m, TWO_THREADS, &all_stores[(m + b + k + 1) % 3], 1);
      }
      layer_free (&plain);
      layer_free (&quantized);
    }
}

static void
dot_of_every_type_store_and_number_of_rows (const struct check_level *level) {
  for (int type = 0; type < QUILL_TYPE_COUNT; type++) {
    struct layer l = layer_new ((enum quill_type)type, 45, 512, (size_t)type % 2);

    for (size_t m = 1; m <= 40; m++)
      check_dot (level, &l, m, TWO_THREADS, &all_stores[m % 3], 1);
    check_dot (level, &l, 13, TWO_THREADS, all_stores, 3);
    layer_free (&l);
  }
}

static void
dot_of_every_number_of_threads (const struct check_level *level) {
  static const struct {
    enum quill_type type;
    size_t rows, m;
  } cases[]
      = { { QUILL_Q5_1, 3001, 1 }, { QUILL_F16, 1009, 3 }, { QUILL_Q8_0, 1023, 9 }, { QUILL_Q6_K, 515, 40 } };

  for (size_t c = 0; c < G_N_ELEMENTS (cases); c++) {
    struct layer l = layer_new (cases[c].type, cases[c].rows, 256, 1);

    check_dot (level, &l, cases[c].m, EVERY_POOL, all_stores, 3);
    layer_free (&l);
  }
}

/* --- layer norm -------------------------------------------------------------------------------------- */

static void
norm_rows_are_the_kernel_row_by_row (const struct check_level *level) {
  const size_t m = 777, n = 300;
  struct check_memory x_memory, y_memory;
  float *x = check_floats (&x_memory, m * n), *y = check_floats (&y_memory, m * n), gamma[300], beta[300];
  g_autofree float *expected = g_new (float, m *n);

  check_fill (x, m * n);
  check_fill (gamma, n);
  check_fill (beta, n);
  for (size_t i = 0; i < m; i++)
    level->kernels.layer_norm (x + i * n, gamma, beta, expected + i * n, n);
  for (size_t t = 0; t < RIG_N_POOLS; t++) {
    struct rig rig;

    rig_open (&rig, level, rig_n_threads[t], n, 1, 1);
    memset (y, 0, m * n * sizeof *y);
    quill_norm_rows (&rig.compute, x, gamma, beta, y, m, n);
    g_assert_cmpmem (y, m * n * sizeof *y, expected, m * n * sizeof *y);
    memcpy (y, x, m * n * sizeof *y);
    quill_norm_rows (&rig.compute, y, gamma, beta, y, m, n);
    g_assert_cmpmem (y, m * n * sizeof *y, expected, m * n * sizeof *y);
    rig_close (&rig);
  }
  check_memory_intact (&y_memory);
  check_memory_free (&x_memory);
  check_memory_free (&y_memory);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  check_add ("linear", "gemm-of-every-shape-is-the-product", gemm_of_every_shape);
  check_add ("linear", "gemm-of-every-type-and-store-is-the-product", gemm_of_every_type_and_store);
  check_add ("linear", "gemm-is-the-same-for-every-number-of-threads", gemm_of_every_number_of_threads);
  check_add ("linear", "packed-rows-are-the-kernel-row-by-row", packed_rows_are_the_kernel_row_by_row);
  check_add ("linear", "packed-norm-is-both-kernels-row-by-row", packed_norm_is_both_kernels_row_by_row);
  check_add ("linear", "overlapping-rows-are-a-convolution", overlapping_rows_are_a_convolution);
  check_add ("linear", "rows-of-a-matrix-are-its-weights", rows_of_a_matrix_are_its_weights);
  check_add ("linear", "dot-of-every-shape-is-the-product", dot_of_every_shape);
  check_add ("linear", "dot-of-every-type-store-and-number-of-rows",
             dot_of_every_type_store_and_number_of_rows);
  check_add ("linear", "dot-is-the-same-for-every-number-of-threads", dot_of_every_number_of_threads);
  check_add ("norm", "rows-are-the-kernel-row-by-row", norm_rows_are_the_kernel_row_by_row);
  return g_test_run ();
}
