/* Products with many rows on both sides at every level, in every form: what packing makes of the numbers, and
 * that tiles multiply what was packed. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "packed.h"

#define GAP 12345.0f

/* Around the groups of 64, the vectors of 8 and 16, and the pairs. */
static const size_t lengths[] = { 1, 2, 7, 31, 32, 33, 63, 64, 65, 127, 128, 129, 130, 384 };

struct product {
  const struct quill_gemm *gemm;
  struct check_memory rows_memory, panel_memory, y_memory;
  unsigned char *rows; /* [m] packed rows of x */
  void *panel;
  float *y;
  double *x, *w; /* owned; [m, k] and [n, k]: what was packed */
  size_t m, n, k, stride, ldy;
};

/* In the integer forms neighbouring groups differ in size by powers of two, so that no scale is that of the
 * group beside it. */
static void
fill (const struct quill_gemm *gemm, float *x, size_t k, size_t salt) {
  check_fill (x, k);
  if (gemm->scale_bytes)
    for (size_t i = 0; i < k; i++)
      x[i] *= exp2f ((float)((salt + i / gemm->group) % 5) - 2.0f);
}

/* Weights end at a forbidden page, as do the packed rows, the panel and y. */
static struct product
product_new (const struct quill_gemm *gemm, size_t m, size_t n, size_t k, size_t row_gap) {
  const size_t ldw = k + 3, row_bytes = quill_gemm_row_bytes (gemm, k);
  struct product p = { .gemm = gemm, .m = m, .n = n, .k = k, .stride = row_bytes + row_gap, .ldy = n + 2 };
  struct check_memory x_memory, w_memory;
  float *x = check_floats (&x_memory, k), *w = check_floats (&w_memory, n ? (n - 1) * ldw + k : 0);

  p.rows_memory = check_memory_new (m ? (m - 1) * p.stride + row_bytes : 0);
  p.rows = p.rows_memory.data;
  p.panel_memory = check_memory_new (quill_gemm_panel_bytes (gemm, k));
  p.panel = p.panel_memory.data;
  if (gemm->nr >= 16) /* where vectors read panels */
    g_assert_cmpuint (GPOINTER_TO_SIZE (p.panel) % 64, ==, 0);
  p.y = check_floats (&p.y_memory, m ? (m - 1) * p.ldy + n : 0);
  for (size_t i = 0; i < p.y_memory.bytes / sizeof (float); i++)
    p.y[i] = GAP;
  p.x = g_new (double, m *k + 1);
  p.w = g_new (double, n *k + 1);

  for (size_t i = 0; i < m; i++) {
    fill (gemm, x, k, i);
    gemm->pack_x (x, 0, k, k, p.rows + i * p.stride);
    packed_row (gemm, p.rows + i * p.stride, k, p.x + i * k);
  }
  for (size_t i = 0; i < n; i++)
    fill (gemm, w + i * ldw, k, 3 * i + 1);
  gemm->pack_w (w, ldw, n, k, p.panel);
  for (size_t j = 0; j < n; j++)
    packed_panel_row (gemm, p.panel, k, j, p.w + j * k);
  check_memory_free (&x_memory);
  check_memory_free (&w_memory);
  return p;
}

static void
product_free (struct product *p) {
  check_memory_intact (&p->rows_memory);
  check_memory_intact (&p->panel_memory);
  check_memory_intact (&p->y_memory);
  check_memory_free (&p->rows_memory);
  check_memory_free (&p->panel_memory);
  check_memory_free (&p->y_memory);
  g_free (p->x);
  g_free (p->w);
}

static void
run_tile (const struct product *p) {
  p->gemm->tile (p->rows, p->stride, p->m, p->panel, p->k, p->y, p->ldy, p->n);
}

static void
check_product (const struct quill_gemm *gemm, size_t m, size_t n, size_t k, size_t row_gap) {
  struct product p = product_new (gemm, m, n, k, row_gap);

  run_tile (&p);
  for (size_t i = 0; i < m; i++) {
    for (size_t j = 0; j < n; j++)
      packed_check_product (gemm, p.y[i * p.ldy + j], p.x + i * k, p.w + j * k, k, 1.0);
    for (size_t j = n; i + 1 < m && j < p.ldy; j++)
      g_assert_cmpfloat (p.y[i * p.ldy + j], ==, GAP);
    for (size_t b = 0; i + 1 < m && b < row_gap; b++) /* packing keeps to its row */
      g_assert_cmphex (p.rows[(i + 1) * p.stride - 1 - b], ==, CHECK_PATTERN);
  }
  product_free (&p);
}

static void
tile_is_the_product (const struct check_level *level) {
  for (size_t form = 0; form < QUILL_GEMM_FORMS; form++) {
    const struct quill_gemm *gemm = &level->kernels.gemm[form];

    for (size_t l = 0; l < G_N_ELEMENTS (lengths) && check_form_is_new (level, form); l++)
      for (size_t m = 1; m <= gemm->mr; m++)
        for (size_t n = 1; n <= gemm->nr; n++)
          check_product (gemm, m, n, lengths[l], (m + n) % 2 * 12);
  }
}

static void
form_is_sound (const struct check_level *level) {
  for (size_t form = 0; form < QUILL_GEMM_FORMS; form++) {
    const struct quill_gemm *gemm = &level->kernels.gemm[form];

    g_assert_cmpuint (gemm->mr, >=, 1);
    g_assert_cmpuint (QUILL_GEMM_CHUNK % gemm->nr, ==, 0);
    g_assert_cmpuint (QUILL_GEMM_CHUNK % gemm->group, ==, 0);
  }
}

/* --- what packing makes of the numbers --------------------------------------------------------------- */

static void
floats_are_copied_and_padded_with_zeros (const struct check_level *level) {
  const struct quill_gemm *gemm = &level->kernels.gemm[QUILL_GEMM_F32];
  const size_t nr = gemm->nr;

  for (size_t l = 0; l < G_N_ELEMENTS (lengths); l++)
    for (size_t n = 0; n <= nr; n++) {
      const size_t k = lengths[l], ld = k + 3;
      struct check_memory x_memory, row_memory, panel_memory;
      float *x = check_floats (&x_memory, n ? (n - 1) * ld + k : k), *row = check_floats (&row_memory, k);
      float *panel = check_floats (&panel_memory, k * nr);

      check_fill (x, x_memory.bytes / sizeof *x);
      gemm->pack_x (x, 0, k, k, row);
      g_assert_cmpmem (row, k * sizeof *row, x, k * sizeof *x);
      gemm->pack_w (x, ld, n, k, panel);
      for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j < nr; j++)
          g_assert_cmpfloat (panel[i * nr + j], ==, j < n ? x[j * ld + i] : 0.0f);
      check_memory_intact (&row_memory);
      check_memory_intact (&panel_memory);
      check_memory_free (&x_memory);
      check_memory_free (&row_memory);
      check_memory_free (&panel_memory);
    }
}

/* Group [first, first + n) of what was packed, against what it was packed from. */
static void
check_group (const float *x, const double *packed, size_t n, float scale, int limit) {
  float max = 0.0f;
  double largest = 0.0;

  for (size_t i = 0; i < n; i++)
    max = fmaxf (max, fabsf (x[i]));
  if (max < PACKED_SMALLEST) {
    g_assert_cmpfloat (scale, ==, 0.0f);
    for (size_t i = 0; i < n; i++)
      g_assert_cmpfloat (packed[i], ==, 0.0);
    return;
  }
  g_assert_cmpfloat (scale, ==, max / (float)limit);
  for (size_t i = 0; i < n; i++) {
    /* Half a step, and what three roundings (of the inverse of the scale, of the product with it, of the
     * scale) move 8191 steps by: 8191 * 1.5 * 2^-23. */
    check_near ((float)(packed[i] / (double)scale), (double)x[i] / (double)scale, 0.5 + 0.0015 + 0.0005);
    largest = fmax (largest, fabs (packed[i]));
  }
  g_assert_cmpfloat (largest, ==, (double)limit * (double)scale); /* all steps are used, and not one more */
}

static void
check_packing (const struct quill_gemm *gemm, size_t k, float size) {
  const size_t nr = gemm->nr, ld = k + 1;
  struct check_memory x_memory, row_memory, panel_memory;
  float *x = check_floats (&x_memory, (nr - 1) * ld + k);
  g_autofree double *packed = g_new (double, k);

  row_memory = check_memory_new (quill_gemm_row_bytes (gemm, k));
  panel_memory = check_memory_new (quill_gemm_panel_bytes (gemm, k));
  for (size_t j = 0; j < nr; j++) {
    fill (gemm, x + j * ld, k, j);
    for (size_t i = 0; i < k; i++)
      x[j * ld + i] *= size;
  }
  for (size_t n_rows = 1; n_rows <= nr; n_rows++) {
    /* The last n_rows, so that they end where reading is forbidden. */
    const float *rows = x + (nr - n_rows) * ld;

    gemm->pack_x (rows, 0, k, k, row_memory.data);
    packed_row (gemm, row_memory.data, k, packed);
    for (size_t i = 0; i < k; i += gemm->group)
      check_group (rows + i, packed + i, MIN (gemm->group, k - i),
                   packed_scale (gemm, row_memory.data, k, i / gemm->group), packed_x_max (gemm));
    gemm->pack_w (rows, ld, n_rows, k, panel_memory.data);
    for (size_t j = 0; j < nr; j++) {
      packed_panel_row (gemm, panel_memory.data, k, j, packed);
      for (size_t i = 0; i < k; i += gemm->group) {
        const float scale = packed_panel_scale (gemm, panel_memory.data, j, i / gemm->group);

        if (j < n_rows)
          check_group (rows + j * ld + i, packed + i, MIN (gemm->group, k - i), scale, packed_w_max (gemm));
        else
          g_assert_cmpfloat (scale, ==, 0.0f);
      }
    }
  }
  check_memory_intact (&row_memory);
  check_memory_intact (&panel_memory);
  check_memory_free (&x_memory);
  check_memory_free (&row_memory);
  check_memory_free (&panel_memory);
}

static void
integers_are_within_half_a_step (const struct check_level *level) {
  const float sizes[] = { 1.0f, 1e-30f, 0x1p-140f, 0.0f, 5e37f };

  for (size_t l = 0; l < G_N_ELEMENTS (lengths); l++)
    for (size_t s = 0; s < G_N_ELEMENTS (sizes); s++)
      for (int form = QUILL_GEMM_I16; form <= QUILL_GEMM_I8; form++)
        check_packing (&level->kernels.gemm[form], lengths[l], sizes[s]);
}

/* Conversions round to nearest even whatever makes them: the same bytes at every level. */
static void
check_integers (const struct quill_gemm *gemm, const struct quill_gemm *c, size_t k, size_t salt, bool ties) {
  const size_t bytes = quill_gemm_row_bytes (gemm, k);
  const int max = packed_x_max (gemm);
  g_autofree float *x = g_new (float, k);
  g_autofree void *row = g_malloc (bytes), *expected = g_malloc (bytes);
  g_autofree double *w = g_new (double, k), *expected_w = g_new (double, k);

  fill (gemm, x, k, salt);
  for (size_t i = 0; ties && i < k; i++) /* the scale is 1 or nearly: numbers half way between steps */
    x[i] = i % 64 == 0 ? (float)max : (float)g_test_rand_int_range (-max + 1, max) + 0.5f;
  gemm->pack_x (x, 0, k, k, row);
  c->pack_x (x, 0, k, k, expected);
  g_assert_cmpmem (row, bytes, expected, bytes);
  packed_w (gemm, x, k, w);
  packed_w (c, x, k, expected_w);
  g_assert_cmpmem (w, k * sizeof *w, expected_w, k * sizeof *w);
}

static void
integers_are_those_of_the_c_level (const struct check_level *level) {
  struct quill_kernels c;

  quill_kernels_init (&c, 0);
  for (int form = QUILL_GEMM_I16; form <= QUILL_GEMM_I8; form++)
    for (size_t l = 0; l < G_N_ELEMENTS (lengths); l++)
      for (int ties = 0; ties < 2; ties++)
        check_integers (&level->kernels.gemm[form], &c.gemm[form], lengths[l], l, ties);
}

static void
row_in_pieces_is_the_row (const struct check_level *level) {
  for (size_t form = 0; form < QUILL_GEMM_FORMS; form++) {
    const struct quill_gemm *gemm = &level->kernels.gemm[form];

    for (size_t l = 0; l < G_N_ELEMENTS (lengths); l++)
      for (size_t groups = 1; groups <= 3; groups++) {
        const size_t k = lengths[l], bytes = quill_gemm_row_bytes (gemm, k), piece = groups * gemm->group;
        struct check_memory memory = check_memory_new (bytes);
        g_autofree void *whole = g_malloc (bytes);
        g_autofree float *x = g_new (float, k);

        fill (gemm, x, k, groups);
        gemm->pack_x (x, 0, k, k, whole);
        for (size_t end = k; end > 0;) { /* the last first: no piece touches another */
          const size_t first = (end - 1) / piece * piece;

          gemm->pack_x (x + first, first, end - first, k, memory.data);
          end = first;
        }
        g_assert_cmpmem (memory.data, bytes, whole, bytes);
        check_memory_intact (&memory);
        check_memory_free (&memory);
      }
  }
}

static void
check_poisons (const struct quill_gemm *gemm) {
  const float poisons[] = { NAN, -NAN, INFINITY, -INFINITY };
  const size_t k = 200, nr = gemm->nr, at = 70; /* in the second group of four */

  for (size_t c = 0; c < G_N_ELEMENTS (poisons); c++)
    for (size_t row = 0; row < nr; row++) {
      g_autofree float *x = g_new (float, nr *k);
      g_autofree double *before = g_new (double, k), *after = g_new (double, k);
      struct check_memory memory[2], row_memory = check_memory_new (quill_gemm_row_bytes (gemm, k));

      for (size_t j = 0; j < nr; j++)
        fill (gemm, x + j * k, k, j);
      packed_x (gemm, x + row * k, k, before);
      for (size_t i = 0; i < 2; i++) {
        memory[i] = check_memory_new (quill_gemm_panel_bytes (gemm, k));
        if (i == 1)
          x[row * k + at] = poisons[c];
        gemm->pack_w (x, k, nr, k, memory[i].data);
      }
      gemm->pack_x (x + row * k, 0, k, k, row_memory.data);
      packed_row (gemm, row_memory.data, k, after);
      for (size_t i = 0; i < k; i++)
        if (i / 64 == at / 64)
          g_assert_true (isnan (after[i]));
        else
          g_assert_cmpfloat (after[i], ==, before[i]);
      for (size_t j = 0; j < nr; j++) {
        packed_panel_row (gemm, memory[0].data, k, j, before);
        packed_panel_row (gemm, memory[1].data, k, j, after);
        for (size_t i = 0; i < k; i++)
          if (j == row && i / 64 == at / 64)
            g_assert_true (isnan (after[i]));
          else
            g_assert_cmpfloat (after[i], ==, before[i]);
      }
      check_memory_free (&memory[0]);
      check_memory_free (&memory[1]);
      check_memory_free (&row_memory);
    }
}

static void
nan_and_infinity_take_their_group_with_them (const struct check_level *level) {
  for (int form = QUILL_GEMM_I16; form <= QUILL_GEMM_I8; form++)
    check_poisons (&level->kernels.gemm[form]);
}

/* --- elements ---------------------------------------------------------------------------------------- */

static void
element_is_the_same_in_every_tile (const struct check_level *level) {
  for (size_t form = 0; form < QUILL_GEMM_FORMS; form++) {
    const struct quill_gemm *gemm = &level->kernels.gemm[form];
    struct product p = product_new (gemm, gemm->mr, gemm->nr, 200, 12);

    run_tile (&p);
    for (size_t m = 1; m <= p.m; m++)
      for (size_t n = 1; n <= p.n; n++) {
        float part[64 * 64];

        g_assert_cmpuint (m * n, <=, G_N_ELEMENTS (part));
        for (size_t first = 0; first + m <= p.m; first++) {
          gemm->tile (p.rows + first * p.stride, p.stride, m, p.panel, p.k, part, n, n);
          for (size_t i = 0; i < m; i++)
            g_assert_cmpmem (part + i * n, n * sizeof (float), p.y + (first + i) * p.ldy, n * sizeof (float));
        }
      }
    product_free (&p);
  }
}

/* The same two rows, wherever they lie in the tile. */
static void
element_is_the_same_in_every_position (const struct check_level *level) {
  for (size_t form = 0; form < QUILL_GEMM_FORMS; form++) {
    const struct quill_gemm *gemm = &level->kernels.gemm[form];
    struct product p = product_new (gemm, gemm->mr, gemm->nr, 200, 0);
    g_autofree float *x = g_new (float, p.k), *w = g_new (float, p.n *p.k), *others = g_new (float, p.k);
    float first = 0.0f;

    fill (gemm, x, p.k, 1);
    fill (gemm, others, p.k, 2);
    for (size_t i = 0; i < p.m; i++)
      for (size_t j = 0; j < p.n; j++) {
        for (size_t l = 0; l < p.n; l++)
          memcpy (w + l * p.k, l == j ? x : others, p.k * sizeof *w);
        for (size_t l = 0; l < p.m; l++)
          gemm->pack_x (l == i ? x : others, 0, p.k, p.k, p.rows + l * p.stride);
        gemm->pack_w (w, p.k, p.n, p.k, p.panel);
        run_tile (&p);
        if (i == 0 && j == 0)
          first = p.y[0];
        g_assert_cmpfloat (p.y[i * p.ldy + j], ==, first);
        g_assert_cmpfloat (p.y[i * p.ldy + (j + 1) % p.n], !=, first);
      }
    product_free (&p);
  }
}

static void
extreme_floats_stay_in_their_row (const struct check_level *level) {
  const struct quill_gemm *gemm = &level->kernels.gemm[QUILL_GEMM_F32];
  struct product p = product_new (gemm, gemm->mr, gemm->nr, 40, 0);
  float *x = (float *)(void *)p.rows;

  x[0 * p.k + 3] = INFINITY;
  x[1 * p.k + 7] = NAN;
  for (size_t i = 0; i < p.k; i++) {
    x[2 * p.k + i] *= 1e30f;
    x[3 * p.k + i] *= 1e-38f;
  }
  run_tile (&p);
  for (size_t j = 0; j < p.n; j++) {
    g_assert_true (isinf (p.y[j]));
    g_assert_true (isnan (p.y[p.ldy + j]));
    for (size_t i = 2; i < p.m; i++) {
      const double scale = i == 2 ? 1e30 : i == 3 ? 1e-38 : 1.0;
      /* Below the smallest normal float an ulp no longer shrinks: one more term per addition. */
      const double denormal = (double)p.k * 0x1p-149;
      double expected = 0.0;

      for (size_t l = 0; l < p.k; l++)
        expected += (double)x[i * p.k + l] * p.w[j * p.k + l];
      check_near (p.y[i * p.ldy + j], expected, (double)p.k * 0x1p-23 * scale + denormal);
    }
  }
  product_free (&p);
}

static void
check_poisoned_row (const struct quill_gemm *gemm) {
  const size_t k = 130;

  for (size_t poisoned = 0; poisoned < gemm->mr; poisoned++) {
    struct product p = product_new (gemm, gemm->mr, gemm->nr, k, 0);
    g_autofree float *before = NULL, *x = g_new (float, k);

    run_tile (&p);
    before = g_memdup2 (p.y, p.y_memory.bytes);
    fill (gemm, x, k, 0);
    x[129] = poisoned % 2 ? NAN : INFINITY;
    gemm->pack_x (x, 0, k, k, p.rows + poisoned * p.stride);
    run_tile (&p);
    for (size_t i = 0; i < p.m; i++)
      for (size_t j = 0; j < p.n; j++)
        if (i == poisoned)
          g_assert_true (isnan (p.y[i * p.ldy + j]));
        else
          g_assert_cmpfloat (p.y[i * p.ldy + j], ==, before[i * p.ldy + j]);
    product_free (&p);
  }
}

static void
nan_stays_in_its_row (const struct check_level *level) {
  for (int form = QUILL_GEMM_I16; form <= QUILL_GEMM_I8; form++)
    check_poisoned_row (&level->kernels.gemm[form]);
}

/* A group of nothing but its largest number: 64 * 8191 * 4095 is 2^31 less a fraction of a thousandth, of
 * either sign; and 4 * 255 * 127 is more than instructions for bytes that add in 16 bits can hold. Groups of
 * one row may have different signs. */
static void
check_largest (const struct quill_gemm *gemm) {
  for (size_t n_groups = 1; n_groups <= 3; n_groups++)
    for (unsigned signs = 0; signs < 16; signs++) {
      struct product p = product_new (gemm, gemm->mr, gemm->nr, 64 * n_groups, 0);
      g_autofree float *x = g_new (float, p.k), *w = g_new (float, p.n *p.k);

      for (size_t l = 0; l < p.k; l++) {
        x[l] = (l / 64 % 2 ? signs & 1 : signs & 2) ? -3.0f : 3.0f;
        for (size_t j = 0; j < p.n; j++)
          w[j * p.k + l] = (l / 64 % 2 ? signs & 4 : signs & 8) ? -7.0f : 7.0f;
      }
      for (size_t i = 0; i < p.m; i++)
        gemm->pack_x (x, 0, p.k, p.k, p.rows + i * p.stride);
      gemm->pack_w (w, p.k, p.n, p.k, p.panel);
      run_tile (&p);
      for (size_t i = 0; i < p.m; i++)
        for (size_t j = 0; j < p.n; j++) {
          double expected = 0.0;

          for (size_t l = 0; l < p.k; l++)
            expected += (double)x[l] * (double)w[l];
          /* See packed_check_product; each scale is rounded besides. */
          check_near (p.y[i * p.ldy + j], expected,
                      (2.5 + (double)n_groups / 2.0) * FLT_EPSILON * 21.0 * (double)p.k);
        }
      product_free (&p);
    }
}

static void
largest_integers_do_not_overflow (const struct check_level *level) {
  for (int form = QUILL_GEMM_I16; form <= QUILL_GEMM_I8; form++)
    check_largest (&level->kernels.gemm[form]);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  check_add ("gemm", "form-divides-what-it-must", form_is_sound);
  check_add ("gemm", "tile-is-the-product", tile_is_the_product);
  check_add ("gemm", "floats-are-copied-and-padded-with-zeros", floats_are_copied_and_padded_with_zeros);
  check_add ("gemm", "integers-are-within-half-a-step", integers_are_within_half_a_step);
  check_add ("gemm", "integers-are-those-of-the-c-level", integers_are_those_of_the_c_level);
  check_add ("gemm", "row-in-pieces-is-the-row", row_in_pieces_is_the_row);
  check_add ("gemm", "nan-and-infinity-take-their-group-with-them",
             nan_and_infinity_take_their_group_with_them);
  check_add ("gemm", "element-is-the-same-in-every-tile", element_is_the_same_in_every_tile);
  check_add ("gemm", "element-is-the-same-in-every-position", element_is_the_same_in_every_position);
  check_add ("gemm", "extreme-floats-stay-in-their-row", extreme_floats_stay_in_their_row);
  check_add ("gemm", "nan-stays-in-its-row", nan_stays_in_its_row);
  check_add ("gemm", "largest-integers-do-not-overflow", largest_integers_do_not_overflow);
  return g_test_run ();
}
