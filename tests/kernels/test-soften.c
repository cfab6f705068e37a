/* Attention's weights as the packed row that multiplies the values, at every level and in both forms. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "packed.h"

/* Group g of 64 has scores around -drop * g, spread by `range`; the row's maximum lies anywhere if drop is
 * negative. */
static void
check_row (const struct quill_gemm *gemm, size_t n, float range, float drop, float offset) {
  struct check_memory x_memory, row_memory = check_memory_new (quill_gemm_row_bytes (gemm, n));
  float *x = check_floats (&x_memory, n), max = -INFINITY, factor;
  g_autofree double *packed = g_new (double, n);
  g_autofree float *input = NULL;
  double exact_sum = 0.0, sum = 0.0;

  check_fill (x, n);
  for (size_t i = 0; i < n; i++) {
    x[i] = x[i] * range - drop * (float)(i / 64) + offset;
    max = fmaxf (max, x[i]);
  }
  input = g_memdup2 (x, n * sizeof *x);
  for (size_t i = 0; i < n; i++)
    exact_sum += exp ((double)x[i] - (double)max);

  factor = gemm->soften (x, n, row_memory.data);
  g_assert_cmpmem (x, n * sizeof *x, input, n * sizeof *x);
  packed_row (gemm, row_memory.data, n, packed);
  for (size_t i = 0; i < n; i++) {
    const size_t first = i / gemm->group * gemm->group;
    /* exp's own error, 3e-7, and its argument's roundings: of the score, of the maximum and of their
     * difference (or of each times log2 e), each by half an eps of its size. */
    const double distance = (double)max - (double)x[i];
    double relative = 3e-7 + (fabs ((double)x[i]) + fabs ((double)max) + 2.0 * distance) * FLT_EPSILON;
    double expected = exp (-distance), top = 0.0, step = 0.0;

    if (gemm->scale_bytes) {
      const float scale = packed_scale (gemm, row_memory.data, n, i / gemm->group);

      for (size_t j = first; j < n && j < first + gemm->group; j++)
        top = fmax (top, exp ((double)x[j] - (double)max));
      step = top / packed_x_max (gemm);
      g_assert_cmpfloat (packed[i], <=,
                         packed_x_max (gemm) * (double)scale); /* or a tile's sums could overflow */
      /* Groups that are smaller throughout than the inverse of a scale allows may be zero. */
      if (scale != 0.0f || top > 2.0 * (double)PACKED_SMALLEST)
        check_near (scale, step, step * relative + (double)FLT_MIN);
    } else {
      expected
          /= exact_sum; /* divided before it is packed: a sum of n positive numbers in at least 8 lanes */
      relative += (2.0 + (double)n / 16.0) * FLT_EPSILON;
    }
    check_near ((float)packed[i], expected,
                0.5 * step + expected * relative + (double)FLT_MIN
                    + (gemm->scale_bytes && top <= 2.0 * (double)PACKED_SMALLEST ? top : 0.0));
    g_assert_cmpfloat (packed[i], >=, 0.0);
    sum += packed[i];
  }
  /* Every addition of positive numbers rounds by half an eps at most; 64 are exact in integers, and 8 lanes
   * share them in floats. */
  check_near ((float)(sum * (double)factor), 1.0, (2.0 + (double)n / 64.0) * FLT_EPSILON);
  check_memory_intact (&row_memory);
  check_memory_free (&x_memory);
  check_memory_free (&row_memory);
}

static void
row_is_the_softmax (const struct check_level *level) {
  const size_t lengths[] = { 1, 2, 7, 8, 9, 31, 63, 64, 65, 127, 128, 129, 200, 1500 };
  const float drops[] = { 0.0f, 1.0f, -1.0f, 20.0f, -20.0f, 200.0f, -200.0f };
  const float ranges[] = { 0.0f, 1.0f, 8.0f, 40.0f };

  for (size_t form = 0; form < QUILL_GEMM_FORMS; form++)
    for (size_t l = 0; l < G_N_ELEMENTS (lengths) && check_form_is_new (level, form); l++)
      for (size_t d = 0; d < G_N_ELEMENTS (drops); d++)
        for (size_t r = 0; r < G_N_ELEMENTS (ranges); r++) {
          check_row (&level->kernels.gemm[form], lengths[l], ranges[r], drops[d], 0.0f);
          check_row (&level->kernels.gemm[form], lengths[l], ranges[r], drops[d], 100.0f);
          check_row (&level->kernels.gemm[form], lengths[l], ranges[r], drops[d], -100.0f);
        }
}

/* What is mixed with the weights adds up to one, so equal scores are an exact mean. */
static void
equal_scores_have_equal_weights (const struct check_level *level) {
  for (size_t form = 0; form < QUILL_GEMM_FORMS; form++) {
    const struct quill_gemm *gemm = &level->kernels.gemm[form];

    for (size_t n = 1; n < 200; n++) {
      g_autofree float *x = g_new (float, n);
      g_autofree double *packed = g_new (double, n);
      g_autofree void *row = g_malloc (quill_gemm_row_bytes (gemm, n));
      float factor;

      for (size_t i = 0; i < n; i++)
        x[i] = -3.7f;
      factor = gemm->soften (x, n, row);
      packed_row (gemm, row, n, packed);
      for (size_t i = 0; i < n; i++) {
        g_assert_cmpfloat (packed[i], ==, packed[0]);
        check_near ((float)(packed[i] * (double)factor), 1.0 / (double)n,
                    (2.0 + (double)n / 64.0) * FLT_EPSILON / (double)n);
      }
    }
  }
}

/* Nobody has a share beside an infinite score, wherever it lies, or where there are no scores. */
static void
infinite_scores_make_the_row_no_number (const struct check_level *level) {
  for (size_t form = 0; form < QUILL_GEMM_FORMS; form++)
    for (size_t at = 0; at < 200; at += 66) {
      const struct quill_gemm *gemm = &level->kernels.gemm[form];
      g_autofree void *row = g_malloc (quill_gemm_row_bytes (gemm, 200));
      g_autofree double *packed = g_new (double, 200);
      float x[200];
      double sum = 0.0;

      for (size_t i = 0; i < 200; i++)
        x[i] = i == at ? INFINITY : 1.0f;
      const float factor = gemm->soften (x, 200, row);

      packed_row (gemm, row, 200, packed);
      for (size_t i = 0; i < 200; i++)
        sum += packed[i] * (double)factor;
      g_assert_true (isnan (sum));
    }
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  check_add ("soften", "row-is-the-softmax", row_is_the_softmax);
  check_add ("soften", "infinite-scores-make-the-row-no-number", infinite_scores_make_the_row_no_number);
  check_add ("soften", "equal-scores-have-equal-weights", equal_scores_have_equal_weights);
  return g_test_run ();
}
