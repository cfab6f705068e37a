/* Conversions: all of them are exact, or rounded in one defined way, so bits are compared. */
#include <math.h>
#include <string.h>

#include "compare.h"

static void
weights_expand_to_the_same_bits (const struct quill_kernels *kernels, const struct quill_kernels *portable) {
  for (int type = 0; type < QUILL_TYPE_COUNT; type++) {
    const struct quill_type_traits *traits = quill_type_traits (type);
    const size_t step = traits->block_len, max = traits->block_len == 1 ? 70 : 20 * traits->block_len;

    for (size_t n = 0; n <= max; n += step)
      for (int raw = 0; raw < 2; raw++) {
        const size_t bytes = n / step * traits->block_bytes;
        /* The second ends where the memory ends; the first lies a byte off any alignment. */
        const unsigned char *src = random_weights (type, 2, n, bytes + 1, raw != 0);
        float *dst = floats_new (n), *expected = floats_new (n);

        for (size_t i = 0; i < 2; i++) {
          compare_case ("%s, n %zu%s%s", traits->name, n, raw ? ", any bytes" : "", i == 0 ? ", odd" : "");
          kernels->dequantize[type](src + i * (bytes + 1), dst, n);
          portable->dequantize[type](src + i * (bytes + 1), expected, n);
          expect_same (dst, expected, n);
        }
      }
  }
}

static void
every_half_float_becomes_its_float (const struct quill_kernels *kernels,
                                    const struct quill_kernels *portable) {
  uint16_t *halves = memory_new (0x10000 * sizeof *halves);
  float *dst = floats_new (0x10000), *expected = floats_new (0x10000);

  for (size_t i = 0; i < 0x10000; i++)
    halves[i] = (uint16_t)i;
  kernels->dequantize[QUILL_F16](halves, dst, 0x10000);
  portable->dequantize[QUILL_F16](halves, expected, 0x10000);
  expect_same (dst, expected, 0x10000);
}

static bool
half_is_nan (uint16_t h) {
  return (h & 0x7fff) > 0x7c00;
}

static void
expect_halves (const struct quill_kernels *kernels, const struct quill_kernels *portable, const float *x,
               size_t n) {
  uint16_t *y = memory_new (n * sizeof *y), *expected = memory_new (n * sizeof *y);

  kernels->to_f16 (x, y, n);
  portable->to_f16 (x, expected, n);
  for (size_t i = 0; i < n; i++)
    if (!(half_is_nan (y[i]) && half_is_nan (expected[i])) && y[i] != expected[i]) {
      compare_case ("%zu floats, %a", n, (double)x[i]);
      expect_near (y[i], expected[i], 0.0);
    }
}

static void
floats_round_to_the_nearest_half (const struct quill_kernels *kernels, const struct quill_kernels *portable) {
  float *x = floats_new (3 * 0x10000), *any = floats_new (0x10000);

  /* Every half float, halfway to the next, and the float after that. */
  for (size_t i = 0; i < 0x10000; i++) {
    const float a = quill_f16_to_f32 ((uint16_t)i), b = quill_f16_to_f32 ((uint16_t)((i + 1) & 0xffff));

    x[3 * i] = a;
    x[3 * i + 1] = 0.5f * a + 0.5f * b;
    x[3 * i + 2] = nextafterf (x[3 * i + 1], INFINITY);
  }
  expect_halves (kernels, portable, x, 3 * 0x10000);
  for (size_t i = 0; i < 0x10000; i++) {
    const uint32_t bits = (uint32_t)random_bits ();

    memcpy (&any[i], &bits, sizeof bits);
  }
  expect_halves (kernels, portable, any, 0x10000);
  for (size_t n = 0; n <= 40; n++)
    expect_halves (kernels, portable, random_floats (n), n);
}

void
compare_weights (const struct quill_kernels *k) {
  compare_run (k, "weights of every type expand to the same bits", weights_expand_to_the_same_bits);
  compare_run (k, "every half float becomes its float", every_half_float_becomes_its_float);
  compare_run (k, "floats round to the nearest half, ties to even", floats_round_to_the_nearest_half);
}
