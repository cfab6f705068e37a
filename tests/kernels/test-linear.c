/* quill_linear and quill_norm_rows against naive loops in double precision, at every level. */
#include <math.h>
#include <string.h>

#include "rig.h"

#define GAP 12345.0f

struct linear_case {
  enum quill_type type;
  size_t rows, cols, m, ldx;
  enum quill_epilogue epilogue;
  bool bias;
  size_t weight_shift; /* bytes that the weights lie off alignment */
};

struct linear {
  struct check_memory w_memory, x_memory, y_memory, bias_memory;
  struct quill_matrix w;
  float *x, *y, *bias;
  float *weights; /* owned; the matrix expanded */
  size_t ldy;
};

static void
linear_new (struct linear *l, const struct linear_case *c) {
  const struct quill_type_traits *traits = quill_type_traits (c->type);
  const size_t n = c->rows * c->cols, bytes = n / traits->block_len * traits->block_bytes;
  g_autofree float *weights = g_new (float, n + 1);
  unsigned char *stored;

  check_fill (weights, n);
  l->w_memory = check_memory_new (bytes + c->weight_shift);
  stored = l->w_memory.data;
  if (c->type == QUILL_F32)
    memcpy (stored, weights, bytes);
  else
    quill_quantize_row (c->type, weights, stored, n);
  quill_dequantize_row (c->type, stored, weights, n);
  l->w = (struct quill_matrix){ .type = c->type, .rows = c->rows, .cols = c->cols, .data = stored };
  l->weights = g_steal_pointer (&weights);

  l->x = check_floats (&l->x_memory, c->m ? (c->m - 1) * c->ldx + c->cols : 0);
  check_fill (l->x, l->x_memory.bytes / sizeof (float));
  l->ldy = c->rows + 1;
  l->y = check_floats (&l->y_memory, c->m ? (c->m - 1) * l->ldy + c->rows : 0);
  for (size_t i = 0; i < l->y_memory.bytes / sizeof (float); i++)
    l->y[i] = i % l->ldy == c->rows ? GAP : (float)i / 1000.0f;
  l->bias = check_floats (&l->bias_memory, c->rows);
  check_fill (l->bias, c->rows);
}

static void
linear_free (struct linear *l) {
  check_memory_intact (&l->y_memory);
  check_memory_free (&l->w_memory);
  check_memory_free (&l->x_memory);
  check_memory_free (&l->y_memory);
  check_memory_free (&l->bias_memory);
  g_free (l->weights);
}

static void
run (const struct quill_compute *compute, const struct linear *l, const struct linear_case *c) {
  quill_linear (compute, &l->w, c->bias ? l->bias : NULL, l->x, c->ldx, c->m, l->y, l->ldy, c->epilogue);
}

static double
expected_at (const struct linear *l, const struct linear_case *c, float before, size_t i, size_t j) {
  double sum = c->bias ? (double)l->bias[j] : 0.0;

  for (size_t k = 0; k < c->cols; k++)
    sum += (double)l->x[i * c->ldx + k] * (double)l->weights[j * c->cols + k];
  if (c->epilogue == QUILL_GELU)
    return 0.5 * sum * erfc (-sum * M_SQRT1_2);
  return c->epilogue == QUILL_ADD ? (double)before + sum : sum;
}

static void
check_linear (const struct check_level *level, const struct linear_case *c) {
  struct rig rig;
  struct linear l;
  g_autofree float *before = NULL;

  linear_new (&l, c);
  before = g_memdup2 (l.y, l.y_memory.bytes);
  rig_open (&rig, level, 2, c->cols, 1, 1);
  run (&rig.compute, &l, c);
  for (size_t i = 0; i < c->m; i++)
    for (size_t j = 0; j < c->rows; j++) {
      const float y_before = before[i * l.ldy + j];
      /* Sum of cols products; |w| may exceed 1 a little by quantisation. GELU adds 2e-7 of its size and has a
       * slope up to 1.13; bias and sum are rounded at their size. */
      const double tolerance = (double)(c->cols + 4) * 0x1p-23 * 1.3 + (double)fabsf (y_before) * 0x1p-23;

      check_near (l.y[i * l.ldy + j], expected_at (&l, c, y_before, i, j), tolerance + 4e-6);
    }
  for (size_t i = 0; i + 1 < c->m; i++)
    g_assert_cmpfloat (l.y[i * l.ldy + c->rows], ==, GAP);
  rig_close (&rig);
  linear_free (&l);
}

static void
every_shape (const struct check_level *level) {
  const size_t mr = level->kernels.gemm.mr, nr = level->kernels.gemm.nr;
  const size_t ms[] = { 0, 1, 2, 3, 4, mr - 1, mr, mr + 1, 2 * mr, 2 * mr + 1 };
  const size_t rows[] = { 0, 1, 7, 8, 9, nr - 1, nr, nr + 1, 3 * nr + 5 };
  const size_t cols[] = { 1, 5, 64, 130 };

  for (size_t a = 0; a < G_N_ELEMENTS (ms); a++)
    for (size_t b = 0; b < G_N_ELEMENTS (rows); b++)
      for (size_t k = 0; k < G_N_ELEMENTS (cols); k++)
        check_linear (level, &(struct linear_case){ .type = QUILL_F32,
                                                    .rows = rows[b],
                                                    .cols = cols[k],
                                                    .m = ms[a],
                                                    .ldx = cols[k] + 3,
                                                    .epilogue = (enum quill_epilogue) ((a + b + k) % 3),
                                                    .bias = (a + b) % 2 == 0 });
}

static void
every_type_and_epilogue (const struct check_level *level) {
  for (int type = 0; type < QUILL_TYPE_COUNT; type++)
    for (int epilogue = QUILL_STORE; epilogue <= QUILL_ADD; epilogue++)
      for (size_t m = 1; m <= 25; m += 12)
        check_linear (level, &(struct linear_case){ .type = (enum quill_type)type,
                                                    .rows = 45,
                                                    .cols = 512,
                                                    .m = m,
                                                    .ldx = 512,
                                                    .epilogue = (enum quill_epilogue)epilogue,
                                                    .bias = m == 13,
                                                    .weight_shift = m });
}

static void
overlapping_rows_are_a_convolution (const struct check_level *level) {
  check_linear (level, &(struct linear_case){ .type = QUILL_F32,
                                              .rows = 40,
                                              .cols = 240,
                                              .m = 50,
                                              .ldx = 80,
                                              .epilogue = QUILL_GELU,
                                              .bias = true });
  check_linear (level, &(struct linear_case){
                           .type = QUILL_F16, .rows = 40, .cols = 240, .m = 2, .ldx = 160, .bias = true });
}

static void
panels_that_fill_the_scratch (const struct check_level *level) {
  /* Long rows: one panel at a time; many rows: several rounds of panels. */
  check_linear (level,
                &(struct linear_case){ .type = QUILL_F32, .rows = 70, .cols = 6000, .m = 5, .ldx = 6000 });
  check_linear (level,
                &(struct linear_case){ .type = QUILL_Q8_0, .rows = 900, .cols = 512, .m = 5, .ldx = 512 });
}

/* Fewer columns than the scratch was made for leave room for more panels, never for more than fits. It is
 * tightest where two panels just do not fit the half MiB of panels, and three of a smaller layer just do. */
static void
scratch_serves_every_smaller_layer (const struct check_level *level) {
  const size_t nr = level->kernels.gemm.nr, budget = (512 << 10) / (nr * sizeof (float));
  const size_t most = budget / 2 + 4;
  struct rig rig;

  rig_open (&rig, level, 1, most, 1, 1);
  for (size_t n_panels = 2; n_panels < 9; n_panels++) {
    const size_t cols = n_panels == 2 ? most : budget / n_panels - 1;
    const struct linear_case c = { .type = QUILL_F32, .rows = 9 * nr, .cols = cols, .m = 4, .ldx = cols };
    struct linear l;

    linear_new (&l, &c);
    run (&rig.compute, &l, &c);
    check_sum (l.y[3 * l.ldy + c.rows - 1], expected_at (&l, &c, 0.0f, 3, c.rows - 1), cols, 1.0, 1.0);
    linear_free (&l);
  }
  rig_close (&rig);
}

static void
same_bits_for_every_number_of_threads (const struct check_level *level) {
  static const struct linear_case cases[] = {
    { .type = QUILL_Q5_1, .rows = 3001, .cols = 256, .m = 1, .ldx = 256, .bias = true },
    { .type = QUILL_F16, .rows = 1009, .cols = 256, .m = 3, .ldx = 256, .epilogue = QUILL_ADD },
    { .type = QUILL_Q8_0,
      .rows = 1023,
      .cols = 256,
      .m = 9,
      .ldx = 256,
      .epilogue = QUILL_GELU,
      .bias = true },
    { .type = QUILL_F32,
      .rows = 515,
      .cols = 240,
      .m = 301,
      .ldx = 80,
      .epilogue = QUILL_GELU,
      .bias = true },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    struct linear l;
    g_autofree float *before = NULL, *first = NULL;

    linear_new (&l, &cases[i]);
    before = g_memdup2 (l.y, l.y_memory.bytes);
    for (size_t t = 0; t < RIG_N_POOLS; t++) {
      struct rig rig;

      memcpy (l.y, before, l.y_memory.bytes);
      rig_open (&rig, level, rig_n_threads[t], cases[i].cols, 1, 1);
      run (&rig.compute, &l, &cases[i]);
      rig_close (&rig);
      if (!first)
        first = g_memdup2 (l.y, l.y_memory.bytes);
      g_assert_cmpmem (l.y, l.y_memory.bytes, first, l.y_memory.bytes);
    }
    linear_free (&l);
  }
}

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
  check_add ("linear", "every-shape-is-the-product", every_shape);
  check_add ("linear", "every-type-and-epilogue-is-the-product", every_type_and_epilogue);
  check_add ("linear", "overlapping-rows-are-a-convolution", overlapping_rows_are_a_convolution);
  check_add ("linear", "panels-that-fill-the-scratch-stay-in-it", panels_that_fill_the_scratch);
  check_add ("linear", "scratch-serves-every-smaller-layer", scratch_serves_every_smaller_layer);
  check_add ("linear", "same-bits-for-every-number-of-threads", same_bits_for_every_number_of_threads);
  check_add ("norm", "rows-are-the-kernel-row-by-row", norm_rows_are_the_kernel_row_by_row);
  return g_test_run ();
}
