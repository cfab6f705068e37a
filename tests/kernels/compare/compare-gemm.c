/* Every form of struct quill_gemm. Forms of different levels have panels of different widths, so what is
 * compared is what comes out of tiles; rows of x have the same layout everywhere. */
#include <math.h>
#include <string.h>

#include "compare.h"

#define MAX_K 400

static const size_t lengths[] = { 1, 2, 3, 31, 63, 64, 65, 100, 127, 128, 129, 384 };
#define N_LENGTHS (sizeof lengths / sizeof *lengths)

/* Of the integers of a form. */
static int
x_limit (int form) {
  return form == QUILL_GEMM_I8 ? 127 : 8191;
}
static int
w_limit (int form) {
  return form == QUILL_GEMM_I8 ? 127 : 4095;
}

static float *
row_of (const float *rows, size_t ld, size_t i) {
  return (float *)rows + i * ld;
}

/* y [m, n] = x W^T by whichever form: packs all, then multiplies in tiles of at most max_m x max_n. */
static float *
product (const struct quill_gemm *g, const float *x, const float *w, size_t m, size_t n, size_t k,
         size_t max_m, size_t max_n) {
  const size_t row_bytes = quill_gemm_row_bytes (g, k);
  unsigned char *rows = memory_new (m * row_bytes);
  float *y = floats_new (m * n);

  for (size_t i = 0; i < m; i++)
    g->pack_x (x + i * k, 0, k, k, rows + i * row_bytes);
  for (size_t j = 0; j < n; j += g->nr) {
    const size_t n_rows = n - j < g->nr ? n - j : g->nr;
    void *panel = panel_new (quill_gemm_panel_bytes (g, k));

    g->pack_w (row_of (w, k, j), k, n_rows, k, panel);
    quill_gemm_enter (g);
    for (size_t i = 0; i < m; i += max_m)
      g->tile (rows + i * row_bytes, row_bytes, m - i < max_m ? m - i : max_m, panel, k, y + i * n + j, n,
               n_rows < max_n ? n_rows : max_n);
    quill_gemm_leave (g);
  }
  return y;
}

static float
largest_of (const float *x, size_t n) {
  float max = 0.0f;

  for (size_t i = 0; i < n; i++)
    max = fabsf (x[i]) > max ? fabsf (x[i]) : max;
  return max;
}

/* Numbers that the integer form holds exactly: whole multiples of a power of two for each group, of which one
 * is the limit, so that the scale is that power of two. */
static float *
exact_floats (size_t n_rows, size_t k, int limit) {
  float *x = floats_new (n_rows * k);

  for (size_t i = 0; i < n_rows; i++)
    for (size_t first = 0; first < k; first += 64) {
      const size_t n = k - first < 64 ? k - first : 64;
      const float scale = ldexpf (1.0f, (int)random_below (20) - 30);

      for (size_t l = 0; l < n; l++)
        x[i * k + first + l] = (float)((int)random_below (2 * (size_t)limit + 1) - limit) * scale;
      x[i * k + first + random_below (n)] = (random_below (2) ? scale : -scale) * (float)limit;
    }
  return x;
}

/* Sums of a group are exact integers and their scales powers of two: nothing but the conversion of a sum and
 * the addition of groups rounds, in the same order everywhere. So the bits are the same. */
static void
exact_tiles (int form, const struct quill_kernels *kernels, const struct quill_kernels *portable) {
  const struct quill_gemm *g = &kernels->gemm[form], *c = &portable->gemm[form];

  for (size_t l = 0; l < N_LENGTHS; l++) {
    const size_t k = lengths[l], m = g->mr, n = 2 * g->nr;
    const float *x = exact_floats (m, k, x_limit (form)), *w = exact_floats (n, k, w_limit (form));

    compare_case ("k %zu", k);
    expect_same (product (g, x, w, m, n, k, g->mr, g->nr), product (c, x, w, m, n, k, c->mr, c->nr), m * n);
  }
}

/* All products of a group at their limit, with the same sign: the sum must not leave int32. */
static void
extreme_sums (int form, const struct quill_kernels *kernels, const struct quill_kernels *portable) {
  const struct quill_gemm *g = &kernels->gemm[form], *c = &portable->gemm[form];
  const size_t k = 128, m = g->mr, n = g->nr;
  float *x = floats_new (m * k), *w = floats_new (n * k);

  for (int sign = -1; sign <= 1; sign += 2) {
    for (size_t i = 0; i < m * k; i++)
      x[i] = (float)x_limit (form);
    for (size_t i = 0; i < n * k; i++)
      w[i] = (float)(sign * w_limit (form));
    compare_case ("sign %d", sign);
    expect_same (product (g, x, w, m, n, k, g->mr, g->nr), product (c, x, w, m, n, k, c->mr, c->nr), m * n);
  }
}

/* Sums of k products of numbers within [-1, 1): each of at most 2 k roundings is half an eps of a partial
 * sum, which with random signs stays around sqrt(k); twice, for both sides may be off. */
static void
float_tiles_are_the_product (const struct quill_kernels *kernels, const struct quill_kernels *portable) {
  const struct quill_gemm *g = &kernels->gemm[QUILL_GEMM_F32], *c = &portable->gemm[QUILL_GEMM_F32];

  for (size_t l = 0; l < N_LENGTHS; l++) {
    const size_t k = lengths[l], m = g->mr, n = 2 * g->nr;
    const float *x = random_floats (m * k), *w = random_floats (n * k);
    const float *y = product (g, x, w, m, n, k, g->mr, g->nr),
                *expected = product (c, x, w, m, n, k, c->mr, c->nr);

    compare_case ("k %zu", k);
    for (size_t i = 0; i < m * n; i++)
      expect_near (y[i], expected[i], 2.0 * (double)k * EPS);
  }
}

/* Every m and n: nothing is written beyond them, and an element is the same in every tile. */
static void
tiles (int form, const struct quill_kernels *kernels, const struct quill_kernels *portable) {
  static const size_t ks[] = { 1, 64, 130 };
  const struct quill_gemm *g = &kernels->gemm[form];

  for (size_t l = 0; l < sizeof ks / sizeof *ks; l++) {
    const size_t k = ks[l], row_bytes = quill_gemm_row_bytes (g, k), ldy = g->nr + 3;
    const float *x = random_floats (g->mr * k), *w = random_floats (g->nr * k);
    unsigned char *rows = memory_new (g->mr * row_bytes);
    void *panel = panel_new (quill_gemm_panel_bytes (g, k));
    const float *whole = product (g, x, w, g->mr, g->nr, k, g->mr, g->nr), gap = 12345.0f;
    float *y = floats_new ((g->mr - 1) * ldy + g->nr);

    for (size_t i = 0; i < g->mr; i++)
      g->pack_x (x + i * k, 0, k, k, rows + i * row_bytes);
    g->pack_w (w, k, g->nr, k, panel);
    for (size_t m = 1; m <= g->mr; m++)
      for (size_t n = 1; n <= g->nr; n++) {
        /* The last rows, so that reading beyond them is noticed; y ends where its memory does. */
        const size_t first = g->mr - m, used = (m - 1) * ldy + n, size = (g->mr - 1) * ldy + g->nr;
        float *end = y + size - used;

        compare_case ("m %zu, n %zu, k %zu", m, n, k);
        for (size_t i = 0; i < size; i++)
          y[i] = gap;
        quill_gemm_enter (g);
        g->tile (rows + first * row_bytes, row_bytes, m, panel, k, end, ldy, n);
        quill_gemm_leave (g);
        for (size_t i = 0; i < m; i++) {
          expect_same (end + i * ldy, whole + (first + i) * g->nr, n);
          for (size_t j = n; j < ldy && i + 1 < m; j++)
            expect (end[i * ldy + j] == gap, "what lies between rows of y is untouched");
        }
        for (const float *p = y; p < end; p++)
          expect (*p == gap, "what lies before y is untouched");
      }
  }
}

/* Panels, looked at through tiles with rows of x that have a single one: the weight itself comes out. In the
 * integer form it may differ by a step, where it lies halfway between two: a step is the largest of its group
 * by its limit. Missing rows count as zero. */
static void
panels (int form, const struct quill_kernels *kernels, const struct quill_kernels *portable) {
  static const size_t ks[] = { 1, 33, 64, 65, 150 };
  const struct quill_gemm *g = &kernels->gemm[form], *c = &portable->gemm[form];
  const bool exact = form == QUILL_GEMM_F32;

  for (size_t l = 0; l < sizeof ks / sizeof *ks; l++)
    for (size_t n_rows = 1; n_rows <= g->nr; n_rows += 1 + (n_rows > 9 ? 2 : 0)) {
      const size_t k = ks[l], ld = k + 5, row_bytes = quill_gemm_row_bytes (g, k);
      float *w = random_floats ((n_rows - 1) * ld + k), *unit = floats_new (k);
      void *panel = panel_new (quill_gemm_panel_bytes (g, k)), *one = memory_new (row_bytes);
      void *other = panel_new (quill_gemm_panel_bytes (c, k)),
           *other_one = memory_new (quill_gemm_row_bytes (c, k));
      float *y = floats_new (g->nr), expected;

      compare_case ("%zu rows of %zu", n_rows, k);
      if (!exact && n_rows > 2) { /* groups that are too small, and groups that hold no numbers */
        w[ld] = k > 64 ? NAN : 1e-31f;
        for (size_t i = 1; i < k && i < 64; i++)
          w[ld + i] = k > 64 ? 1.0f : -9e-32f;
      }
      g->pack_w (w, ld, n_rows, k, panel);
      for (size_t i = 0; i < k; i++) {
        for (size_t j = 0; j < k; j++)
          unit[j] = j == i ? 1.0f : 0.0f;
        g->pack_x (unit, 0, k, k, one);
        c->pack_x (unit, 0, k, k, other_one);
        quill_gemm_enter (g);
        g->tile (one, row_bytes, 1, panel, k, y, g->nr, g->nr);
        quill_gemm_leave (g);
        for (size_t j = 0; j < g->nr; j++) {
          const size_t first = i / 64 * 64;

          if (j >= n_rows) {
            expect_near (y[j], 0.0, 0.0);
            continue;
          }
          c->pack_w (w + j * ld, ld, 1, k, other);
          c->tile (other_one, quill_gemm_row_bytes (c, k), 1, other, k, &expected, 1, 1);
          expect_near (y[j], expected,
                       exact
                           ? 0.0
                           : (1.0 / w_limit (form) + 4 * EPS)
                                 * (double)largest_of (w + j * ld + first, k - first < 64 ? k - first : 64));
        }
        if (n_rows % 4) /* a sample is enough for most */
          i += random_below (8);
      }
    }
}

/* Integers may differ by one where a number lies halfway; scales by the rounding of one division each. */
static int
integer_at (int form, const void *row, size_t i) {
  return form == QUILL_GEMM_I8 ? ((const uint8_t *)row)[i] - 128 : ((const int16_t *)row)[i];
}

static const float *
scales_of (const struct quill_gemm *g, const void *row, size_t k) {
  return (const float *)(const void *)((const unsigned char *)row
                                       + quill_gemm_padded (g, k) * g->element_bytes);
}

static void
expect_same_row (int form, const struct quill_gemm *g, const void *row, const void *expected, size_t k) {
  const size_t padded = quill_gemm_padded (g, k);
  const float *s = scales_of (g, row, k), *t = scales_of (g, expected, k);

  for (size_t i = 0; i < padded; i++)
    if (!isnan (t[i / 64]))
      expect_near (integer_at (form, row, i), integer_at (form, expected, i), i < k ? 1.0 : 0.0);
  for (size_t i = 0; i < padded / 64; i++)
    expect_near (s[i], t[i], 2 * EPS * fabs ((double)t[i]));
}

static void
portable_rows (int form, const struct quill_kernels *kernels, const struct quill_kernels *portable) {
  const struct quill_gemm *g = &kernels->gemm[form], *c = &portable->gemm[form];

  for (size_t k = 1; k <= MAX_K; k += k < 140 ? 1 : 37)
    for (int kind = 0; kind < 6; kind++) {
      float *x = random_floats (k);
      void *row = memory_new (quill_gemm_row_bytes (g, k)),
           *expected = memory_new (quill_gemm_row_bytes (c, k));

      compare_case ("k %zu, kind %d", k, kind);
      for (size_t i = 0; i < k; i++)
        x[i] *= kind == 1 ? 1e30f : kind == 2 ? 1e-38f : kind == 3 ? 2e-30f : 1.0f;
      if (kind >= 4)
        x[random_below (k)] = kind == 4 ? NAN : -INFINITY;
      g->pack_x (x, 0, k, k, row);
      c->pack_x (x, 0, k, k, expected);
      expect_same_row (form, g, row, expected, k);
    }
}

static void
pieces_make_the_whole_row (const struct quill_kernels *kernels, const struct quill_kernels *portable) {
  for (int form = 0; form < QUILL_GEMM_FORMS; form++) {
    const struct quill_gemm *g = &kernels->gemm[form];

    for (size_t k = 1; k <= MAX_K; k += 13) {
      const float *x = random_floats (k);
      const size_t bytes = quill_gemm_row_bytes (g, k);
      unsigned char *row = memory_new (bytes), *pieces = memory_new (bytes);
      size_t first = 0;

      compare_case ("form %d, k %zu", form, k);
      g->pack_x (x, 0, k, k, row);
      while (first < k) {
        const size_t step = (1 + random_below (3)) * QUILL_GEMM_CHUNK;
        const size_t n = k - first < step ? k - first : step;

        g->pack_x (x + first, first, n, k, pieces);
        first += n;
      }
      expect (memcmp (row, pieces, bytes) == 0, "pieces are the whole");
    }
  }
}

/* A row that is not all numbers gives NaN throughout, and its neighbours do not notice. */
static void
what_is_no_number_stays_in_its_row (const struct quill_kernels *kernels,
                                    const struct quill_kernels *portable) {
  for (int form = 0; form < QUILL_GEMM_FORMS; form++) {
    const struct quill_gemm *g = &kernels->gemm[form];
    const size_t k = 100, m = g->mr, n = g->nr;
    float *x = random_floats (m * k), *w = random_floats (n * k);
    const float *before = product (g, x, w, m, n, k, g->mr, g->nr), *after;

    compare_case ("form %d", form);
    x[0 * k + 3] = NAN;
    x[1 * k + 99] = INFINITY;
    after = product (g, x, w, m, n, k, g->mr, g->nr);
    for (size_t j = 0; j < n; j++) {
      expect (isnan (after[j]), "a NaN makes its row NaN");
      expect (form != QUILL_GEMM_F32 ? isnan (after[n + j]) : !isfinite (after[n + j]),
              "an infinity makes its row no numbers");
    }
    expect_same (after + 2 * n, before + 2 * n, (m - 2) * n);
  }
}

/* Weights as packed, against exp in double. An exponent x - max of float is off by (|x| + |max|) half an eps,
 * and so, relatively, is its exp; the polynomials and their roundings add less than 4 eps (approx.h); an
 * integer is off by half a step and what its argument's error adds, which a step more covers. */
static void
soften_row (int form, const struct quill_gemm *g, const float *x, size_t n) {
  const bool integers = form != QUILL_GEMM_F32;
  const size_t padded = quill_gemm_padded (g, n);
  void *row = memory_new (quill_gemm_row_bytes (g, n));
  const float inverse = g->soften (x, n, row);
  const float *f = row, *scales = scales_of (g, row, n);
  double steps[MAX_K / 64 + 1] = { 0.0 }, max = -INFINITY, exact_sum = 0.0, packed_sum = 0.0, span = 0.0;
  double sum_error = 0.0; /* of the integers: each is rounded by half a step at most */

  for (size_t i = 0; i < n; i++)
    max = x[i] > max ? x[i] : max;
  for (size_t i = 0; i < n; i++) {
    const double e = exp (x[i] - max);

    exact_sum += e;
    steps[i / 64] = e > steps[i / 64] ? e : steps[i / 64];
    span = fabs (max) + fabs (x[i]) > span && e > 1e-30 ? fabs (max) + fabs (x[i]) : span;
  }
  for (size_t i = 0; integers && i < n; i++)
    sum_error += 0.5 * steps[i / 64] / x_limit (form);
  for (size_t i = 0; i < n; i++) {
    double step = 0.0, value = integers ? integer_at (form, row, i) * (double)scales[i / 64] : f[i],
           expected = exp (x[i] - max);

    if (integers) {
      step = steps[i / 64] / x_limit (form);
      expect (integer_at (form, row, i) >= 0, "a weight is not negative");
    }
    packed_sum += value;
    expect_near (value * inverse, expected / exact_sum,
                 (1.5 * step + expected * (span + 8 + (double)n / 8) * EPS) / exact_sum
                     + (integers ? 1e-30 : 1e-37) + expected / exact_sum * sum_error / exact_sum);
  }
  for (size_t i = n; integers && i < padded; i++)
    expect (integer_at (form, row, i) == 0, "what follows the last weight is zero");
  expect_near (packed_sum * inverse, 1.0, (span + 8 + (double)n / 8) * EPS);
}

static void
soften_is_exp_and_returns_one_over_the_sum (const struct quill_kernels *kernels,
                                            const struct quill_kernels *portable) {
  for (int form = 0; form < QUILL_GEMM_FORMS; form++)
    for (size_t n = 1; n <= MAX_K; n += n < 140 ? 1 : 29)
      for (int kind = 0; kind < 4; kind++) {
        float *x = random_floats (n);

        compare_case ("form %d, n %zu, kind %d", form, n, kind);
        for (size_t i = 0; i < n; i++)
          x[i] = kind == 0   ? x[i]
                 : kind == 1 ? 20.0f * x[i] + 3.0f
                 : kind == 2 ? (float)i * 0.5f /* the maximum moves on in every group */
                             : (float)(n - i) * 3.0f - 200.0f;
        soften_row (form, &kernels->gemm[form], x, n);
      }
}

/* A comparison of any form -> one of a certain form. */
#define OF_FORM(name, of, form)                                                                              \
  static void name##_of_##of (const struct quill_kernels *kernels, const struct quill_kernels *portable) {   \
    name (form, kernels, portable);                                                                          \
  }
#define OF_INTEGERS(name) OF_FORM (name, int16, QUILL_GEMM_I16) OF_FORM (name, bytes, QUILL_GEMM_I8)
OF_INTEGERS (exact_tiles)
OF_INTEGERS (extreme_sums)
OF_INTEGERS (portable_rows)
OF_INTEGERS (tiles)
OF_INTEGERS (panels)
OF_FORM (tiles, floats, QUILL_GEMM_F32)
OF_FORM (panels, floats, QUILL_GEMM_F32)

void
compare_gemm (const struct quill_kernels *k) {
  compare_run (k, "integer tiles are exact", exact_tiles_of_int16);
  compare_run (k, "byte tiles are exact", exact_tiles_of_bytes);
  compare_run (k, "integer sums hold the extremes", extreme_sums_of_int16);
  compare_run (k, "byte sums hold the extremes", extreme_sums_of_bytes);
  compare_run (k, "integer elements are the same in every tile", tiles_of_int16);
  compare_run (k, "byte elements are the same in every tile", tiles_of_bytes);
  compare_run (k, "integer panels hold the weights", panels_of_int16);
  compare_run (k, "byte panels hold the weights", panels_of_bytes);
  compare_run (k, "integer rows are the portable ones", portable_rows_of_int16);
  compare_run (k, "byte rows are the portable ones", portable_rows_of_bytes);
  compare_run (k, "float tiles are the product", float_tiles_are_the_product);
  compare_run (k, "float elements are the same in every tile", tiles_of_floats);
  compare_run (k, "float panels hold the weights", panels_of_floats);
  compare_run (k, "rows packed in pieces are the whole", pieces_make_the_whole_row);
  compare_run (k, "what is no number stays in its row", what_is_no_number_stays_in_its_row);
  compare_run (k, "soften is exp and returns one over the sum", soften_is_exp_and_returns_one_over_the_sum);
}
