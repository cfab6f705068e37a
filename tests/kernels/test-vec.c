/* Vector kernels at every level against the formulas in double precision. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "check.h"

static const size_t lengths[] = { 0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 48, 49, 100, 1500, 4099 };

static void
add_rounds_once (const struct check_level *level) {
  for (size_t l = 0; l < G_N_ELEMENTS (lengths); l++) {
    const size_t n = lengths[l];
    struct check_memory x_memory, y_memory;
    float *x = check_floats (&x_memory, n), *y = check_floats (&y_memory, n);
    g_autofree float *expected = g_new (float, n + 1);

    check_fill (x, n);
    check_fill (y, n);
    for (size_t i = 0; i < n; i++)
      expected[i] = x[i] + y[i];
    level->kernels.add (y, x, n);
    g_assert_cmpmem (y, n * sizeof *y, expected, n * sizeof *y);
    check_memory_intact (&y_memory);
    check_memory_free (&x_memory);
    check_memory_free (&y_memory);
  }
}

static double
exact_gelu (double x) {
  return x < 0.0 ? 0.5 * x * erfc (-x * M_SQRT1_2) : x - 0.5 * x * erfc (x * M_SQRT1_2);
}

static void
gelu_is_exact_not_the_tanh_form (const struct check_level *level) {
  /* The approximation of erfc is within 1e-7, which the factor x / 2 scales; the tanh form is wrong by 5e-4.
   */
  const size_t n = 240001;
  struct check_memory memory;
  float *x = check_floats (&memory, n);

  for (size_t i = 0; i < n; i++)
    x[i] = ((float)i - 120000.0f) * 1e-4f;
  level->kernels.gelu (x, n);
  for (size_t i = 0; i < n; i++) {
    const double at = (double)(((float)i - 120000.0f) * 1e-4f);

    check_near (x[i], exact_gelu (at), 2e-7 * fmax (1.0, fabs (at)));
  }
  check_memory_intact (&memory);
  check_memory_free (&memory);
}

static void
gelu_of_extremes_is_0_or_x (const struct check_level *level) {
  const float xs[] = { 0.0f, -0.0f, 1e-30f, -1e-30f, 1e-42f, 20.0f, -20.0f, 1e4f, -1e4f, 1e30f, -1e30f };

  for (size_t i = 0; i < G_N_ELEMENTS (xs); i++) {
    const double expected = fabsf (xs[i]) < 1.0f ? 0.5 * (double)xs[i] : xs[i] > 0.0f ? (double)xs[i] : 0.0;
    float x = xs[i];

    level->kernels.gelu (&x, 1);
    check_near (x, expected, FLT_EPSILON * fabs (expected) + 0x1p-149);
  }
  float nan = NAN;
  level->kernels.gelu (&nan, 1);
  g_assert_true (isnan (nan));
}

static void
gelu_does_not_depend_on_the_place (const struct check_level *level) {
  for (size_t l = 0; l < G_N_ELEMENTS (lengths); l++) {
    const size_t n = lengths[l];
    struct check_memory memory;
    float *x = check_floats (&memory, n);
    g_autofree float *alone = g_new (float, n + 1);

    check_fill (x, n);
    for (size_t i = 0; i < n; i++) {
      x[i] *= 5.0f;
      alone[i] = x[i];
      level->kernels.gelu (&alone[i], 1);
    }
    level->kernels.gelu (x, n);
    g_assert_cmpmem (x, n * sizeof *x, alone, n * sizeof *x);
    check_memory_intact (&memory);
    check_memory_free (&memory);
  }
}

static uint32_t
bits_of (float f) {
  uint32_t bits;

  memcpy (&bits, &f, sizeof bits);
  return bits;
}

static float
float_of (uint32_t bits) {
  float f;

  memcpy (&f, &bits, sizeof f);
  return f;
}

static void
check_to_f16 (const struct check_level *level, const float *values, size_t n) {
  struct check_memory x_memory, y_memory = check_memory_new (n * sizeof (uint16_t));
  float *x = check_floats (&x_memory, n);
  uint16_t *y = y_memory.data;

  memcpy (x, values, n * sizeof *x);
  level->kernels.to_f16 (x, y, n);
  for (size_t i = 0; i < n; i++)
    if (isnan (x[i]))
      g_assert_cmphex (y[i] & 0x7fff, >, 0x7c00);
    else if (y[i] != quill_f32_to_f16 (x[i]))
      g_error ("0x%08x becomes 0x%04x, not 0x%04x", bits_of (x[i]), y[i], quill_f32_to_f16 (x[i]));
  check_memory_intact (&y_memory);
  check_memory_free (&x_memory);
  check_memory_free (&y_memory);
}

/* Every half float, the tie above each, and the floats next to both; the floats around each power of two,
 * which include what becomes 0 and what becomes infinite; and NaN. */
static void
to_f16_rounds_to_nearest_even (const struct check_level *level) {
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (float));

  for (unsigned h = 0; h <= 0xffff; h++) {
    const float exact = quill_f16_to_f32 ((uint16_t)h), next = quill_f16_to_f32 ((uint16_t)(h + 1));
    const float both[] = { exact, isfinite (exact) && isfinite (next) ? 0.5f * (exact + next) : exact };

    for (size_t i = 0; i < G_N_ELEMENTS (both); i++)
      for (int step = -1; step <= 1; step++) {
        const float value = float_of (bits_of (both[i]) + (uint32_t)step);
        g_array_append_val (values, value);
      }
  }
  for (uint32_t exponent = 0; exponent <= 0xff; exponent++)
    for (uint32_t mantissa = 0; mantissa < 8; mantissa++) {
      const float value = float_of (exponent << 23 | (mantissa - 4) % (1u << 23)), opposite = -value;
      g_array_append_val (values, value);
      g_array_append_val (values, opposite);
    }
  check_to_f16 (level, (const float *)(void *)values->data, values->len);
  for (size_t l = 0; l < G_N_ELEMENTS (lengths) && lengths[l] < 200; l++)
    for (size_t first = 0; first < values->len; first += 20011)
      check_to_f16 (level, (const float *)(void *)values->data + first,
                    MIN (lengths[l], values->len - first));
}

static double
exact_log_sum_exp (const float *x, size_t n) {
  double max = -INFINITY, sum = 0.0;

  for (size_t i = 0; i < n; i++)
    max = fmax (max, (double)x[i]);
  for (size_t i = 0; i < n; i++)
    sum += exp ((double)x[i] - max);
  return isinf (max) ? max : max + log (sum);
}

/* Relative error of softmax: exp 2e-7, x - max rounded at its size, n additions of positive numbers in at
 * least 8 lanes (a rounding each, of random sign: sqrt(n / 8) half eps at worst seen, n / 8 allowed), the
 * division. */
static double
softmax_tolerance (size_t n, double range) {
  return 5e-7 + range * FLT_EPSILON + (double)n / 16.0 * FLT_EPSILON;
}

static void
check_softmax (const struct check_level *level, size_t n, float range, bool holes) {
  struct check_memory memory;
  float *x = check_floats (&memory, n);
  g_autofree float *input = g_new (float, n + 1);
  double total = 0.0;

  check_fill (x, n);
  for (size_t i = 0; i < n; i++) {
    x[i] *= range;
    if (holes && i % 3 != 1)
      x[i] = -INFINITY;
    input[i] = x[i];
  }
  const double lse = exact_log_sum_exp (input, n);
  const double tolerance = softmax_tolerance (n, 2.0 * (double)range);

  check_near (level->kernels.log_sum_exp (x, n), lse, tolerance + fabs (lse) * FLT_EPSILON);
  g_assert_cmpmem (x, n * sizeof *x, input, n * sizeof *x);
  level->kernels.softmax (x, n);
  for (size_t i = 0; i < n; i++) {
    const double expected = isinf (lse) ? 0.0 : exp ((double)input[i] - lse);

    check_near (x[i], expected, expected * tolerance + (double)FLT_MIN); /* denormals are flushed to 0 */
    if (isinf (input[i]))
      g_assert_cmpfloat (x[i], ==, 0.0f);
    total += (double)x[i];
  }
  if (!isinf (lse))
    check_near ((float)total, 1.0, tolerance + FLT_EPSILON);
  check_memory_intact (&memory);
  check_memory_free (&memory);
}

static void
maximum_passes_over_nan (const struct check_level *level) {
  g_assert_cmpfloat (level->kernels.maximum (NULL, 0), ==, -INFINITY);
  for (size_t l = 1; l < G_N_ELEMENTS (lengths); l++)
    for (size_t at = 0; at < lengths[l]; at += 1 + lengths[l] / 37) {
      struct check_memory memory;
      float *x = check_floats (&memory, lengths[l]);

      for (size_t i = 0; i < lengths[l]; i++)
        x[i] = i % 5 == 0 ? NAN : i % 7 == 0 ? -INFINITY : -1000.0f - (float)i;
      x[at] = -3.5f;
      g_assert_cmpfloat (level->kernels.maximum (x, lengths[l]), ==, -3.5f);
      x[at] = at % 2 == 0 ? NAN : -INFINITY;
      if (lengths[l] == 1)
        g_assert_cmpfloat (level->kernels.maximum (x, 1), ==, -INFINITY);
      check_memory_free (&memory);
    }
}

static void
softmax_and_log_sum_exp (const struct check_level *level) {
  const float ranges[] = { 0.0f, 1.0f, 30.0f, 2000.0f };

  for (size_t l = 0; l < G_N_ELEMENTS (lengths); l++)
    for (size_t r = 0; r < G_N_ELEMENTS (ranges); r++) {
      check_softmax (level, lengths[l], ranges[r], false);
      check_softmax (level, lengths[l], ranges[r], true);
    }
  check_softmax (level, 51865, 10.0f, false); /* a vocabulary */
}

static void
softmax_of_nothing_possible_is_0 (const struct check_level *level) {
  for (size_t n = 0; n < 40; n++) {
    float x[40] = { 0 };

    for (size_t i = 0; i < n; i++)
      x[i] = -INFINITY;
    g_assert_cmpfloat (level->kernels.log_sum_exp (x, n), ==, -INFINITY);
    level->kernels.softmax (x, n);
    for (size_t i = 0; i < n; i++)
      g_assert_cmpfloat (x[i], ==, 0.0f);
  }
}

static void
softmax_keeps_nan_where_it_is (const struct check_level *level) {
  for (size_t n = 2; n < 40; n++) {
    float x[40] = { 0 };

    x[n / 2] = NAN;
    g_assert_true (isnan (level->kernels.log_sum_exp (x, n)));
    level->kernels.softmax (x, n);
    g_assert_true (isnan (x[n / 2]));
  }
}

/* offset moves the mean away from 0, where it cancels: its rounding shows in the result. */
static void
check_layer_norm (const struct check_level *level, size_t n, float offset, float range, bool in_place) {
  struct check_memory x_memory, gamma_memory, beta_memory, y_memory;
  float *x = check_floats (&x_memory, n), *gamma = check_floats (&gamma_memory, n);
  float *beta = check_floats (&beta_memory, n), *other = check_floats (&y_memory, n);
  g_autofree float *input = g_new (float, n + 1);
  double mean = 0.0, variance = 0.0;
  float *y = in_place ? x : other;

  check_fill (x, n);
  check_fill (gamma, n);
  check_fill (beta, n);
  for (size_t i = 0; i < n; i++) {
    x[i] = input[i] = x[i] * range + offset;
    mean += (double)x[i] / (double)n;
  }
  for (size_t i = 0; i < n; i++)
    variance += ((double)x[i] - mean) * ((double)x[i] - mean) / (double)n;
  const double deviation = sqrt (variance + 1e-5);

  level->kernels.layer_norm (x, gamma, beta, y, n);
  for (size_t i = 0; i < n; i++) {
    const double unit = ((double)input[i] - mean) / deviation;
    /* The mean is a sum of n / 8 roundings of partial means, each at most the largest |x|. */
    const double of_mean = (2.0 + (double)n / 64.0) * FLT_EPSILON * ((double)fabsf (offset) + (double)range);

    check_near (y[i], unit * (double)gamma[i] + (double)beta[i],
                of_mean / deviation * (1.0 + fabs (unit)) + 8.0 * FLT_EPSILON * (1.0 + fabs (unit)));
  }
  check_memory_intact (&x_memory);
  check_memory_intact (&y_memory);
  check_memory_free (&x_memory);
  check_memory_free (&gamma_memory);
  check_memory_free (&beta_memory);
  check_memory_free (&y_memory);
}

static void
layer_norm_is_the_formula (const struct check_level *level) {
  for (size_t l = 0; l < G_N_ELEMENTS (lengths); l++)
    for (int in_place = 0; in_place < 2; in_place++) {
      check_layer_norm (level, lengths[l], 0.0f, 1.0f, in_place);
      check_layer_norm (level, lengths[l], 100.0f, 1.0f, in_place);
      check_layer_norm (level, lengths[l], 0.0f, 1e-4f, in_place);
      check_layer_norm (level, lengths[l], 0.5f, 0.0f, in_place); /* all equal: beta is left */
    }
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  check_add ("vec", "add-rounds-once", add_rounds_once);
  check_add ("vec", "gelu-is-exact-not-the-tanh-form", gelu_is_exact_not_the_tanh_form);
  check_add ("vec", "gelu-of-extremes-is-0-or-x", gelu_of_extremes_is_0_or_x);
  check_add ("vec", "gelu-does-not-depend-on-the-place", gelu_does_not_depend_on_the_place);
  check_add ("vec", "to-f16-rounds-to-nearest-even", to_f16_rounds_to_nearest_even);
  check_add ("vec", "maximum-passes-over-nan", maximum_passes_over_nan);
  check_add ("vec", "softmax-and-log-sum-exp-are-the-formulas", softmax_and_log_sum_exp);
  check_add ("vec", "softmax-of-nothing-possible-is-0", softmax_of_nothing_possible_is_0);
  check_add ("vec", "softmax-keeps-nan-where-it-is", softmax_keeps_nan_where_it_is);
  check_add ("vec", "layer-norm-is-the-formula", layer_norm_is_the_formula);
  return g_test_run ();
}
