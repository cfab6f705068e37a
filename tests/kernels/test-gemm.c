/* GEMM and GEMV at every level against sums in double precision. */
#include <math.h>
#include <string.h>

#include "check.h"

static const size_t lengths[] = { 0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 130, 384 };

struct product {
  struct check_memory x_memory, w_memory, panel_memory, y_memory;
  float *x, *w, *panel, *y;
  size_t m, n, k, ldx, ldw, ldy;
};

static struct product
product_new (const struct check_level *level, size_t m, size_t n, size_t k, size_t ldx) {
  struct product p = { .m = m, .n = n, .k = k, .ldx = ldx, .ldw = k + 3, .ldy = n + 2 };
  const size_t nr = level->kernels.gemm.nr;

  /* Panels are [k][nr] with nr * 4 a multiple of 32 bytes; an even number of rows keeps them 64-byte aligned.
   */
  p.x = check_floats (&p.x_memory, m ? (m - 1) * ldx + k : 0);
  p.w = check_floats (&p.w_memory, n ? (n - 1) * p.ldw + k : 0);
  p.panel = check_floats (&p.panel_memory, (k + k % 2) * nr);
  p.y = check_floats (&p.y_memory, m ? (m - 1) * p.ldy + n : 0);
  check_fill (p.x, p.x_memory.bytes / sizeof (float));
  check_fill (p.w, p.w_memory.bytes / sizeof (float));
  level->kernels.gemm.pack (p.w, p.ldw, n, k, p.panel);
  return p;
}

static void
product_free (struct product *p) {
  check_memory_intact (&p->panel_memory);
  check_memory_intact (&p->y_memory);
  check_memory_free (&p->x_memory);
  check_memory_free (&p->w_memory);
  check_memory_free (&p->panel_memory);
  check_memory_free (&p->y_memory);
}

static void
run_tile (const struct check_level *level, const struct product *p) {
  level->kernels.gemm.tile (p->x, p->ldx, p->m, p->panel, p->k, p->y, p->ldy, p->n);
}

static double
exact (const float *a, const float *b, size_t n) {
  double sum = 0.0;

  for (size_t i = 0; i < n; i++)
    sum += (double)a[i] * (double)b[i];
  return sum;
}

static void
check_product (const struct check_level *level, size_t m, size_t n, size_t k, size_t ldx) {
  struct product p = product_new (level, m, n, k, ldx);
  const float gap = 12345.0f;

  for (size_t i = 0; i + 1 < m; i++)
    p.y[i * p.ldy + n] = p.y[i * p.ldy + n + 1] = gap;
  run_tile (level, &p);
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < n; j++)
      check_sum (p.y[i * p.ldy + j], exact (p.x + i * ldx, p.w + j * p.ldw, k), k, 1.0, 1.0);
  for (size_t i = 0; i + 1 < m; i++) {
    g_assert_cmpfloat (p.y[i * p.ldy + n], ==, gap);
    g_assert_cmpfloat (p.y[i * p.ldy + n + 1], ==, gap);
  }
  product_free (&p);
}

static void
tile_is_the_product (const struct check_level *level) {
  const size_t mr = level->kernels.gemm.mr, nr = level->kernels.gemm.nr;
  const size_t ns[] = { 1, 2, nr / 2 - 1, nr / 2, nr / 2 + 1, nr - 1, nr };

  for (size_t l = 0; l < G_N_ELEMENTS (lengths); l++)
    for (size_t m = 0; m <= mr; m++)
      for (size_t j = 0; j < G_N_ELEMENTS (ns); j++) {
        check_product (level, m, ns[j], lengths[l], lengths[l]);
        check_product (level, m, ns[j], lengths[l], lengths[l] + 5);
        check_product (level, m, ns[j], lengths[l], lengths[l] / 3); /* rows overlap, as in a convolution */
      }
}

static void
panel_is_the_transpose_padded_with_zeros (const struct check_level *level) {
  const size_t nr = level->kernels.gemm.nr;

  for (size_t l = 0; l < G_N_ELEMENTS (lengths); l++)
    for (size_t n = 0; n <= nr; n++) {
      struct product p = product_new (level, 0, n, lengths[l], lengths[l]);

      for (size_t i = 0; i < p.k; i++)
        for (size_t j = 0; j < nr; j++)
          g_assert_cmpfloat (p.panel[i * nr + j], ==, j < n ? p.w[j * p.ldw + i] : 0.0f);
      product_free (&p);
    }
}

static void
element_is_the_same_in_every_tile (const struct check_level *level) {
  struct product p = product_new (level, level->kernels.gemm.mr, level->kernels.gemm.nr, 200, 203);

  run_tile (level, &p);
  for (size_t m = 1; m <= p.m; m++)
    for (size_t n = 1; n <= p.n; n += 3) {
      float part[64 * 64];

      for (size_t first = 0; first + m <= p.m; first += m) {
        level->kernels.gemm.tile (p.x + first * p.ldx, p.ldx, m, p.panel, p.k, part, n, n);
        for (size_t i = 0; i < m; i++)
          g_assert_cmpmem (part + i * n, n * sizeof (float), p.y + (first + i) * p.ldy, n * sizeof (float));
      }
    }
  product_free (&p);
}

static void
extreme_values_stay_in_their_row (const struct check_level *level) {
  struct product p = product_new (level, level->kernels.gemm.mr, level->kernels.gemm.nr, 40, 40);

  p.x[0 * p.ldx + 3] = INFINITY;
  p.x[1 * p.ldx + 7] = NAN;
  for (size_t i = 0; i < p.k; i++) {
    p.x[2 * p.ldx + i] *= 1e30f;
    p.x[3 * p.ldx + i] *= 1e-38f;
  }
  run_tile (level, &p);
  for (size_t j = 0; j < p.n; j++) {
    g_assert_true (isinf (p.y[j]));
    g_assert_true (isnan (p.y[p.ldy + j]));
    for (size_t i = 2; i < p.m; i++) {
      const double scale = i == 2 ? 1e30 : i == 3 ? 1e-38 : 1.0;
      /* Below the smallest normal float an ulp no longer shrinks: one more term per addition. */
      const double denormal = (double)p.k * 0x1p-149;
      check_near (p.y[i * p.ldy + j], exact (p.x + i * p.ldx, p.w + j * p.ldw, p.k),
                  (double)p.k * 0x1p-23 * scale + denormal);
    }
  }
  product_free (&p);
}

static void
dot_rows_are_the_product (const struct check_level *level) {
  for (size_t l = 0; l < G_N_ELEMENTS (lengths); l++)
    for (size_t n = 0; n <= 18; n++) {
      const size_t k = lengths[l], ld = k + 1;
      struct check_memory x_memory, rows_memory, y_memory;
      float *x = check_floats (&x_memory, k);
      float *rows = check_floats (&rows_memory, n ? (n - 1) * ld + k : 0);
      float *y = check_floats (&y_memory, n);

      check_fill (x, k);
      check_fill (rows, rows_memory.bytes / sizeof (float));
      level->kernels.dot_rows (x, rows, ld, n, k, y);
      for (size_t i = 0; i < n; i++) {
        float alone;

        check_sum (y[i], exact (x, rows + i * ld, k), k, 1.0, 1.0);
        level->kernels.dot_rows (x, rows + i * ld, ld, 1, k, &alone);
        g_assert_cmpmem (&alone, sizeof alone, &y[i], sizeof y[i]);
      }
      check_memory_intact (&y_memory);
      check_memory_free (&x_memory);
      check_memory_free (&rows_memory);
      check_memory_free (&y_memory);
    }
}

static void
sum_rows_are_the_mix (const struct check_level *level) {
  for (size_t l = 0; l < G_N_ELEMENTS (lengths); l++)
    for (size_t n_rows = 0; n_rows <= 40; n_rows += 1 + n_rows / 4) {
      const size_t n = lengths[l], ld = n + 1;
      struct check_memory a_memory, rows_memory, y_memory;
      float *a = check_floats (&a_memory, n_rows);
      float *rows = check_floats (&rows_memory, n_rows ? (n_rows - 1) * ld + n : 0);
      float *y = check_floats (&y_memory, n);

      check_fill (a, n_rows);
      check_fill (rows, rows_memory.bytes / sizeof (float));
      level->kernels.sum_rows (a, rows, ld, n_rows, y, n);
      for (size_t j = 0; j < n; j++) {
        double expected = 0.0;

        for (size_t i = 0; i < n_rows; i++)
          expected += (double)a[i] * (double)rows[i * ld + j];
        check_sum (y[j], expected, n_rows, 1.0, 1.0);
      }
      check_memory_intact (&y_memory);
      check_memory_free (&a_memory);
      check_memory_free (&rows_memory);
      check_memory_free (&y_memory);
    }
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  check_add ("gemm", "tile-is-the-product", tile_is_the_product);
  check_add ("gemm", "panel-is-the-transpose-padded-with-zeros", panel_is_the_transpose_padded_with_zeros);
  check_add ("gemm", "element-is-the-same-in-every-tile", element_is_the_same_in_every_tile);
  check_add ("gemm", "extreme-values-stay-in-their-row", extreme_values_stay_in_their_row);
  check_add ("gemv", "dot-rows-are-the-product-and-do-not-depend-on-neighbours", dot_rows_are_the_product);
  check_add ("gemv", "sum-rows-are-the-mix", sum_rows_are_the_mix);
  return g_test_run ();
}
