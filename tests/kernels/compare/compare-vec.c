/* Vector kernels. Lengths go over every remainder; vectors end where their memory ends. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "compare.h"

#define MAX_N 400

static size_t
next_length (size_t n) {
  return n + (n < 70 ? 1 : 47);
}

static float *
copy_of (const float *x, size_t n) {
  float *copy = floats_new (n);

  memcpy (copy, x, n * sizeof *x);
  return copy;
}

static void
add_is_exact (const struct quill_kernels *kernels, const struct quill_kernels *portable) {
  for (size_t n = 0; n <= MAX_N; n = next_length (n)) {
    const float *x = random_floats (n);
    float *y = random_floats (n), *expected = copy_of (y, n);

    compare_case ("n %zu", n);
    kernels->add (y, x, n);
    portable->add (expected, x, n);
    expect_same (y, expected, n);
  }
}

/* x times a factor within [0, 1] that either side has within 2 eps: erf is rounded before one is added, and
 * the polynomial's error is a quarter of an eps (approx.h). */
static void
gelu_is_the_portable_one (const struct quill_kernels *kernels, const struct quill_kernels *portable) {
  for (size_t n = 0; n <= MAX_N; n = next_length (n)) {
    float *x = random_floats (n), *before, *expected;

    compare_case ("n %zu", n);
    for (size_t i = 0; i < n; i++)
      x[i] *= n % 3 == 0 ? 1.0f : n % 3 == 1 ? 8.0f : 100.0f;
    before = copy_of (x, n);
    expected = copy_of (x, n);
    kernels->gelu (x, n);
    portable->gelu (expected, n);
    for (size_t i = 0; i < n; i++) {
      float alone[3] = { 1.0f, before[i], -1.0f };

      expect_near (x[i], expected[i], 4 * EPS * fabs ((double)before[i]));
      kernels->gelu (alone, 3);
      expect_same (&alone[1], &x[i], 1);
    }
  }
  float special[] = { 0.0f, -0.0f, NAN, 1e30f, -1e18f, 1e-40f };
  kernels->gelu (special, 6);
  compare_case ("special values");
  expect (special[0] == 0.0f && special[1] == 0.0f, "of 0 it is 0");
  expect (isnan (special[2]), "NaN stays");
  expect (special[3] == 1e30f && special[4] == 0.0f, "far out it is x and 0");
}

/* Numbers of the kinds that a maximum may meet: any, few different ones, some or all of them no numbers, all
 * the lowest, and infinite. */
enum { ANY, TIES, SOME_NAN, ALL_NAN, LOWEST, INFINITE, MAXIMUM_KINDS };

static float
number_of_kind (int kind) {
  switch (kind) {
  case TIES:
    return (float)random_below (3) - 1.0f;
  case SOME_NAN:
    return random_below (2) ? NAN : random_float () - 5.0f;
  case ALL_NAN:
    return NAN;
  case LOWEST:
    return -FLT_MAX;
  case INFINITE:
    return random_below (8) ? -INFINITY : INFINITY;
  default:
    return 100.0f * random_float () - 1000.0f;
  }
}

/* It is one of the numbers, so nothing rounds; of zeros either sign will do. */
static void
maximum_is_the_portable_one (const struct quill_kernels *kernels, const struct quill_kernels *portable) {
  for (size_t n = 0; n <= MAX_N; n = next_length (n))
    for (int kind = 0; kind < MAXIMUM_KINDS; kind++) {
      float *x = floats_new (n);

      compare_case ("n %zu, kind %d", n, kind);
      for (size_t i = 0; i < n; i++)
        x[i] = number_of_kind (kind);
      expect_near (kernels->maximum (x, n), portable->maximum (x, n), 0.0);
      expect (!isnan (kernels->maximum (x, n)), "the maximum passes over NaN");
      for (size_t i = 0; kind != INFINITE && i < n; i++) { /* wherever it lies */
        const float before = x[i];

        x[i] = 3.5f;
        expect_near (kernels->maximum (x, n), 3.5, 0.0);
        x[i] = before;
      }
    }
}

/* Numbers of the kinds that scores have: close together, far apart, some or all of them impossible. */
static float *
scores (size_t n, int kind) {
  float *x = random_floats (n);

  for (size_t i = 0; i < n; i++)
    if (kind == 1)
      x[i] = 100.0f * x[i] - 1000.0f;
    else if (kind == 3 || (kind == 2 && random_below (2)))
      x[i] = -INFINITY;
  return x;
}

/* Exponents are the same floats on both sides. An exp is off by 2 eps relatively (approx.h; libm: less), a
 * sum of n positive numbers by n / 2 eps at most; what is below the smallest normal float may be 0. */
static void
softmax_is_the_portable_one (const struct quill_kernels *kernels, const struct quill_kernels *portable) {
  for (size_t n = 0; n <= MAX_N; n = next_length (n))
    for (int kind = 0; kind < 4; kind++) {
      float *x = scores (n, kind), *expected = copy_of (x, n);

      compare_case ("n %zu, kind %d", n, kind);
      kernels->softmax (x, n);
      portable->softmax (expected, n);
      for (size_t i = 0; i < n; i++)
        expect_near (x[i], expected[i],
                     expected[i] == 0.0f ? 0.0 : ((double)n / 2 + 8) * EPS * (double)expected[i] + 0x1p-125);
    }
}

static void
log_sum_exp_is_the_portable_one (const struct quill_kernels *kernels, const struct quill_kernels *portable) {
  for (size_t n = 0; n <= MAX_N; n = next_length (n))
    for (int kind = 0; kind < 4; kind++) {
      const float *x = scores (n, kind);
      const float expected = portable->log_sum_exp (x, n);

      compare_case ("n %zu, kind %d", n, kind);
      /* The relative error of the sum is the absolute one of its logarithm; then the result rounds. */
      expect_near (kernels->log_sum_exp (x, n), expected,
                   ((double)n / 2 + 8 + (isfinite (expected) ? fabs ((double)expected) : 0.0)) * EPS);
    }
}

/* What softmax and log_sum_exp make of NaN beside numbers: the maximum passes over it, the sum does not. */
static void
no_number_is_not_hidden (const struct quill_kernels *kernels, const struct quill_kernels *portable) {
  for (size_t n = 1; n <= 70; n++) {
    float *x = random_floats (n);

    compare_case ("n %zu", n);
    x[random_below (n)] = NAN;
    expect (n == 1 || isnan (kernels->log_sum_exp (x, n)), "log_sum_exp of NaN is NaN");
  }
}

/* Mean and variance are sums of n numbers, off by n / 2 eps of the largest at most; the mean's error and the
 * scale's are multiplied by scale and gamma. */
static void
layer_norm_is_the_portable_one (const struct quill_kernels *kernels, const struct quill_kernels *portable) {
  for (size_t n = 0; n <= MAX_N; n = next_length (n))
    for (int kind = 0; kind < 3; kind++) {
      float *x = random_floats (n), *y = floats_new (n), *expected = floats_new (n);
      const float *gamma = random_floats (n), *beta = random_floats (n);
      double mean = 0.0, squares = 0.0, largest = 0.0, error;

      compare_case ("n %zu, kind %d", n, kind);
      for (size_t i = 0; i < n; i++) {
        x[i] = kind == 0 ? x[i] : kind == 1 ? 50.0f + x[i] : 3.25f;
        largest = fabs ((double)x[i]) > largest ? fabs ((double)x[i]) : largest;
        mean += (double)x[i] / (double)n;
      }
      for (size_t i = 0; i < n; i++)
        squares += (x[i] - mean) * (x[i] - mean);
      error = ((double)n / 2 + 8) * EPS * largest / sqrt (squares / (double)(n ? n : 1) + 1e-5);
      kernels->layer_norm (x, gamma, beta, y, n);
      portable->layer_norm (x, gamma, beta, expected, n);
      for (size_t i = 0; i < n; i++)
        expect_near (y[i], expected[i],
                     fabs ((double)gamma[i]) * error
                         + fabs ((double)(expected[i] - beta[i])) * ((double)n / 2 + 8) * EPS + 2 * EPS);
      kernels->layer_norm (x, gamma, beta, x, n);
      expect_same (x, y, n);
    }
}

void
compare_vec (const struct quill_kernels *k) {
  compare_run (k, "add is exact", add_is_exact);
  compare_run (k, "gelu is the portable one, wherever an element lies", gelu_is_the_portable_one);
  compare_run (k, "maximum is the portable one", maximum_is_the_portable_one);
  compare_run (k, "softmax is the portable one", softmax_is_the_portable_one);
  compare_run (k, "log_sum_exp is the portable one", log_sum_exp_is_the_portable_one);
  compare_run (k, "what is no number is not hidden", no_number_is_not_hidden);
  compare_run (k, "layer_norm is the portable one, in place too", layer_norm_is_the_portable_one);
}
