/* Tensor types: blocks worked out by hand from the format's definition, and how far quantising may be off. */
#include "quant/types.h"

#include "quant/blocks.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#define HALF_ONE 0x3c00     /* 1.0 */
#define HALF_HALF 0x3800    /* 0.5 */
#define HALF_QUARTER 0x3400 /* 0.25 */
#define HALF_MINUS_2 0xc000 /* -2.0 */

/* --- half floats --- */

static void
every_half_survives_a_round_trip (void) {
  for (guint h = 0; h <= 0xffff; h++) {
    const float f = quill_f16_to_f32 ((guint16)h);
    const gboolean is_nan = (h & 0x7c00) == 0x7c00 && (h & 0x3ff);

    g_assert_cmpint (!!isnan (f), ==, is_nan);
    if (is_nan)
      g_assert_true (isnan (quill_f16_to_f32 (quill_f32_to_f16 (f))));
    else
      g_assert_cmphex (quill_f32_to_f16 (f), ==, h);
  }
}

static void
known_halves (void) {
  static const struct {
    float f;
    guint16 h;
  } table[] = {
    { 0.0f, 0 },          { -0.0f, 0x8000 },    { 1, 0x3c00 },
    { -2, 0xc000 },       { 65504, 0x7bff },    { 0x1p-14f, 0x0400 },
    { 0x1p-24f, 0x0001 }, { INFINITY, 0x7c00 }, { -INFINITY, 0xfc00 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_assert_cmphex (quill_f32_to_f16 (table[i].f), ==, table[i].h);
    g_assert_cmpfloat (quill_f16_to_f32 (table[i].h), ==, table[i].f);
  }
}

static void
halves_round_to_nearest_even (void) {
  g_assert_cmphex (quill_f32_to_f16 (1 + 0x1p-11f), ==, 0x3c00);            /* tie: to even, down */
  g_assert_cmphex (quill_f32_to_f16 (1 + 0x1p-11f + 0x1p-20f), ==, 0x3c01); /* above the tie */
  g_assert_cmphex (quill_f32_to_f16 (1 + 3 * 0x1p-11f), ==, 0x3c02);        /* tie: to even, up */
  g_assert_cmphex (quill_f32_to_f16 (2 - 0x1p-12f), ==, 0x4000);            /* carries into the exponent */
  g_assert_cmphex (quill_f32_to_f16 (65519), ==, 0x7bff);
  g_assert_cmphex (quill_f32_to_f16 (65520), ==, 0x7c00); /* half way to 65536 */
  g_assert_cmphex (quill_f32_to_f16 (1e30f), ==, 0x7c00);
  g_assert_cmphex (quill_f32_to_f16 (0x1p-25f), ==, 0); /* tie between 0 and the smallest */
  g_assert_cmphex (quill_f32_to_f16 (0x1p-25f * 1.001f), ==, 1);
  g_assert_cmphex (quill_f32_to_f16 (3 * 0x1p-25f), ==, 2);            /* tie among subnormals */
  g_assert_cmphex (quill_f32_to_f16 (0x1p-14f - 0x1p-26f), ==, 0x400); /* subnormal that rounds to normal */
  g_assert_cmphex (quill_f32_to_f16 (-0x1p-30f), ==, 0x8000);
}

/* --- blocks by hand --- */

/* Dequantises one block from an odd address: weights lie in files at any alignment. */
static void
expand (enum quill_type type, const void *block, float *out) {
  const struct quill_type_traits *traits = quill_type_traits (type);
  g_autofree guint8 *shifted = g_malloc (traits->block_bytes + 1);

  memcpy (shifted + 1, block, traits->block_bytes);
  quill_dequantize_row (type, shifted + 1, out, traits->block_len);
}

static void
plain_blocks_by_hand (void) {
  float x[QUILL_QK];
  /* Byte j has element j in its low nibble and element j + 16 in its high one: 0xb3 is 3 and 11. */
  struct quill_q4_0 q4_0 = { .d = HALF_HALF, .qs = { [0] = 0xb3, [15] = 0xf0 } };
  struct quill_q4_1 q4_1 = { .d = HALF_HALF, .m = HALF_MINUS_2, .qs = { [0] = 0xb3, [15] = 0xf0 } };
  /* Bits 0 and 31 of qh are the fifth bits of elements 0 and 31. */
  struct quill_q5_0 q5_0 = { .d = HALF_HALF, .qh = { 0x01, 0, 0, 0x80 }, .qs = { [0] = 0xb3, [15] = 0xf0 } };
  struct quill_q5_1 q5_1
      = { .d = HALF_HALF, .m = HALF_MINUS_2, .qh = { 0x01, 0, 0, 0x80 }, .qs = { [0] = 0xb3, [15] = 0xf0 } };
  struct quill_q8_0 q8_0 = { .d = HALF_HALF, .qs = { [0] = -128, [7] = 127, [31] = 3 } };

  expand (QUILL_Q4_0, &q4_0, x);
  g_assert_cmpfloat (x[0], ==, (3 - 8) * 0.5f);
  g_assert_cmpfloat (x[16], ==, (11 - 8) * 0.5f);
  g_assert_cmpfloat (x[15], ==, -8 * 0.5f);
  g_assert_cmpfloat (x[31], ==, 7 * 0.5f);
  g_assert_cmpfloat (x[1], ==, -8 * 0.5f);

  expand (QUILL_Q4_1, &q4_1, x);
  g_assert_cmpfloat (x[0], ==, 3 * 0.5f - 2);
  g_assert_cmpfloat (x[16], ==, 11 * 0.5f - 2);
  g_assert_cmpfloat (x[15], ==, -2);
  g_assert_cmpfloat (x[31], ==, 15 * 0.5f - 2);

  expand (QUILL_Q5_0, &q5_0, x);
  g_assert_cmpfloat (x[0], ==, (16 + 3 - 16) * 0.5f);
  g_assert_cmpfloat (x[16], ==, (11 - 16) * 0.5f);
  g_assert_cmpfloat (x[15], ==, -16 * 0.5f);
  g_assert_cmpfloat (x[31], ==, (16 + 15 - 16) * 0.5f);

  expand (QUILL_Q5_1, &q5_1, x);
  g_assert_cmpfloat (x[0], ==, (16 + 3) * 0.5f - 2);
  g_assert_cmpfloat (x[16], ==, 11 * 0.5f - 2);
  g_assert_cmpfloat (x[31], ==, 31 * 0.5f - 2);

  expand (QUILL_Q8_0, &q8_0, x);
  g_assert_cmpfloat (x[0], ==, -64);
  g_assert_cmpfloat (x[7], ==, 63.5f);
  g_assert_cmpfloat (x[31], ==, 1.5f);
  g_assert_cmpfloat (x[8], ==, 0);
}

/* Sub-block 1: scale 63, min 5. Sub-block 6: scale 0x2a (low nibble 0xa, top bits 2), min 0x35 (5, top bits
 * 3). */
static const guint8 k_scales[12] = { [1] = 63, [5] = 5, [10] = 0x5a, [2] = 2 << 6, [6] = 3 << 6 };

static void
super_blocks_by_hand (void) {
  float x[QUILL_QK_K];
  /* Elements 32 + l are the high nibbles of bytes 0..31; elements 192 + l the low ones of bytes 96..127. */
  struct quill_q4_k q4 = { .d = HALF_HALF, .dmin = HALF_QUARTER, .qs = { [3] = 0x70, [100] = 0x09 } };
  struct quill_q5_k q5 = { .d = HALF_HALF,
                           .dmin = HALF_QUARTER,
                           .qh = { [3] = 1 << 1, [4] = 1 << 6 },
                           .qs = { [3] = 0x70, [100] = 0x09 } };

  memcpy (q4.scales, k_scales, sizeof k_scales);
  expand (QUILL_Q4_K, &q4, x);
  g_assert_cmpfloat (x[0], ==, 0); /* scale and min 0 */
  g_assert_cmpfloat (x[32], ==, -0.25f * 5);
  g_assert_cmpfloat (x[32 + 3], ==, 0.5f * 63 * 7 - 0.25f * 5);
  g_assert_cmpfloat (x[192], ==, -0.25f * 0x35);
  g_assert_cmpfloat (x[192 + 4], ==, 0.5f * 0x2a * 9 - 0.25f * 0x35);

  memcpy (q5.scales, k_scales, sizeof k_scales);
  expand (QUILL_Q5_K, &q5, x);
  g_assert_cmpfloat (x[32 + 3], ==, 0.5f * 63 * (7 + 16) - 0.25f * 5);
  g_assert_cmpfloat (x[192 + 4], ==, 0.5f * 0x2a * (9 + 16) - 0.25f * 0x35);
  g_assert_cmpfloat (x[192 + 3], ==, -0.25f * 0x35);
}

static void
q6_super_block_by_hand (void) {
  float x[QUILL_QK_K];
  struct quill_q6_k q = { .d = HALF_HALF };

  for (int i = 0; i < 16; i++)
    q.scales[i] = (gint8)(i - 8);
  /* First half: element 5 is the low nibble of ql[5] and bits 0-1 of qh[5]; element 32 + 5 the low nibble of
   * ql[37] and bits 2-3; 64 + 5 the high nibble of ql[5] and bits 4-5; 96 + 5 that of ql[37] and bits 6-7. */
  q.ql[5] = 0xc1;
  q.ql[37] = 0xf2;
  q.qh[5] = 3 << 0 | 2 << 2 | 1 << 4 | 0 << 6;
  /* Second half, last element: high nibble of ql[64 + 63], bits 6-7 of qh[32 + 31]. */
  q.ql[127] = 0x40;
  q.qh[63] = 3 << 6;
  expand (QUILL_Q6_K, &q, x);
  g_assert_cmpfloat (x[5], ==, 0.5f * (0 - 8) * (0x31 - 32));
  g_assert_cmpfloat (x[37], ==, 0.5f * (2 - 8) * (0x22 - 32));
  g_assert_cmpfloat (x[69], ==, 0.5f * (4 - 8) * (0x1c - 32));
  g_assert_cmpfloat (x[101], ==, 0.5f * (6 - 8) * (0x0f - 32));
  g_assert_cmpfloat (x[255], ==, 0.5f * (15 - 8) * (0x34 - 32));
  g_assert_cmpfloat (x[128], ==, 0.5f * (8 - 8) * (0 - 32));
}

static void
file_numbers_are_ggmls (void) {
  static const guint32 file_id[QUILL_TYPE_COUNT] = { 0, 1, 2, 3, 6, 7, 8, 12, 13, 14 };

  for (guint i = 0; i < QUILL_TYPE_COUNT; i++) {
    g_assert_cmpuint (quill_type_traits (i)->file_id, ==, file_id[i]);
    g_assert_cmpuint (quill_type_from_file (file_id[i]), ==, i);
  }
  g_assert_cmpuint (quill_type_from_file (4), ==, QUILL_TYPE_COUNT);
  g_assert_cmpuint (quill_type_from_file (G_MAXUINT32), ==, QUILL_TYPE_COUNT);
}

/* --- quantise and back --- */

/* Largest error that x may suffer as element i of its block of len, and why. */
static double
bound (enum quill_type type, const float *x, gsize len, gsize i) {
  const double half_eps = 0x1p-10; /* a step rounded away from zero to a half float grows by at most this */
  double low = x[0], high = x[0], most = 0, lowest = 0, widest = 0;

  for (gsize j = 0; j < len; j++) {
    low = MIN (low, x[j]);
    high = MAX (high, x[j]);
    most = MAX (most, fabs (x[j]));
  }
  switch (type) {
  case QUILL_F16: /* half a unit in the last place of 11 bits, or of a subnormal */
    return MAX (fabs (x[i]) * 0x1p-11, 0x1p-25);
  case QUILL_Q8_0: /* half a step of most/127 */
    return most / 127 * (1 + half_eps) / 2;
  case QUILL_Q4_0: /* half a step; a whole one where the side with one step fewer is cut off */
    return most / 8 * (1 + half_eps);
  case QUILL_Q5_0:
    return most / 16 * (1 + half_eps);
  case QUILL_Q4_1: /* half a step of range/15; the min moved down by at most an eps of itself */
    return (high - low + fabs (low) * half_eps) / 15 * (1 + half_eps) / 2;
  case QUILL_Q5_1:
    return (high - low + fabs (low) * half_eps) / 31 * (1 + half_eps) / 2;
  default:
    break;
  }
  /* Super-blocks without any search. Scales and mins are rounded up to a unit of 1/63 (1/127 in q6_K) of the
   * super-block's largest. */
  if (type == QUILL_Q6_K) {
    double sub = 0;

    for (gsize j = i / 16 * 16; j < i / 16 * 16 + 16; j++)
      sub = MAX (sub, fabs (x[j]));
    return (sub / 32 + most / 32 / 127 * (1 + half_eps)) * (1 + half_eps);
  }
  {
    const int n_steps = type == QUILL_Q4_K ? 15 : 31;
    double own = 0, unit_min;

    for (gsize s = 0; s < len; s += 32) {
      double sub_low = 0, sub_high = x[s];

      for (gsize j = s; j < s + 32; j++) {
        sub_low = MIN (sub_low, x[j]);
        sub_high = MAX (sub_high, x[j]);
      }
      lowest = MIN (lowest, sub_low);
      widest = MAX (widest, sub_high - sub_low);
      if (i / 32 == s / 32)
        own = sub_high - sub_low;
    }
    unit_min = -lowest / 63 * (1 + half_eps);
    return ((own + unit_min) / n_steps + (widest + unit_min) / n_steps / 63 * (1 + half_eps)) / 2;
  }
}

static void
fill (GRand *rand, float *x, gsize n, guint shape) {
  for (gsize i = 0; i < n; i++) {
    /* A sum of uniforms is near enough to normal. */
    double sum = -6;

    for (guint k = 0; k < 12; k++)
      sum += g_rand_double (rand);
    switch (shape) {
    case 0:
      x[i] = (float)(0.05 * sum);
      break;
    case 1: /* all above zero, far from it */
      x[i] = (float)(3 + 0.1 * sum);
      break;
    case 2: /* all below */
      x[i] = (float)(-20 + sum);
      break;
    case 3: /* nothing but zeros and one outlier */
      x[i] = i % 97 == 13 ? (float)(10 * sum) : 0;
      break;
    case 4: /* sub-blocks of very different size */
      x[i] = (float)(sum * pow (10, (double)(i / 16 % 5) - 4));
      break;
    default: /* so small that half floats are subnormal */
      x[i] = (float)(1e-6 * sum);
      break;
    }
  }
}

static void
error_stays_within_its_bound (gconstpointer data) {
  const enum quill_type type = GPOINTER_TO_UINT (data);
  const struct quill_type_traits *traits = quill_type_traits (type);
  const gsize n = 4 * QUILL_QK_K;
  const guint32 seed = 20240;
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autofree float *x = g_new (float, n), *y = g_new (float, n);
  g_autofree guint8 *packed = g_malloc (n / traits->block_len * traits->block_bytes + 1);

  g_test_message ("seed %u", seed);
  for (guint round = 0; round < 60; round++) {
    fill (rand, x, n, round % 6);
    quill_quantize_row (type, x, packed + 1, n);
    quill_dequantize_row (type, packed + 1, y, n);
    for (gsize start = 0; start < n; start += traits->block_len) {
      const gsize len = traits->block_len;
      double squares = 0, most_squares = 0;

      for (gsize i = 0; i < len; i++) {
        /* A step and a min rounded away from zero among subnormal halves grow by up to 2^-24 each. */
        const double subnormal = type == QUILL_F16 ? 0 : 0x1p-23;
        const double most = type == QUILL_F32 ? 0 : bound (type, x + start, len, i) * (1 + 1e-5) + subnormal;
        const double error = fabs ((double)y[start + i] - x[start + i]);

        squares += error * error;
        most_squares += most * most;
        /* Where steps are fitted one value may lose for the good of all: there the sum counts. */
        if (len == 1 || type == QUILL_Q8_0)
          g_assert_cmpfloat (error, <=, most);
      }
      g_assert_cmpfloat (squares, <=, most_squares);
    }
  }
}

/* Normal weights, as those of a trained layer are: error by size, both root mean square. */
static void
steps_are_fitted (void) {
  static const struct {
    enum quill_type type;
    double most; /* without a search */
  } table[] = { { QUILL_Q4_0, 0.0825 }, { QUILL_Q4_1, 0.074 },  { QUILL_Q5_0, 0.041 }, { QUILL_Q5_1, 0.0355 },
                { QUILL_Q4_K, 0.073 },  { QUILL_Q5_K, 0.0365 }, { QUILL_Q6_K, 0.0175 } };
  const guint32 seed = 20241;
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  float x[100 * QUILL_QK_K], y[100 * QUILL_QK_K];
  guint8 packed[sizeof x];

  g_test_message ("seed %u", seed);
  fill (rand, x, G_N_ELEMENTS (x), 0);
  for (gsize t = 0; t < G_N_ELEMENTS (table); t++) {
    double error = 0, size = 0;

    quill_quantize_row (table[t].type, x, packed, G_N_ELEMENTS (x));
    quill_dequantize_row (table[t].type, packed, y, G_N_ELEMENTS (x));
    for (gsize i = 0; i < G_N_ELEMENTS (x); i++) {
      error += ((double)y[i] - x[i]) * ((double)y[i] - x[i]);
      size += (double)x[i] * x[i];
    }
    g_test_message ("%s: %.4f", quill_type_traits (table[t].type)->name, sqrt (error / size));
    g_assert_cmpfloat (sqrt (error / size), <, table[t].most);
  }
}

/* Values that a type holds exactly come back exactly. */
static void
exact_values_survive (gconstpointer data) {
  const enum quill_type type = GPOINTER_TO_UINT (data);
  const struct quill_type_traits *traits = quill_type_traits (type);
  float x[QUILL_QK_K] = { 0 }, y[QUILL_QK_K];
  guint8 packed[sizeof x];

  quill_quantize_row (type, x, packed, QUILL_QK_K);
  quill_dequantize_row (type, packed, y, QUILL_QK_K);
  for (gsize i = 0; i < QUILL_QK_K; i++)
    g_assert_cmpfloat (y[i], ==, 0);

  for (gsize i = 0; i < QUILL_QK_K; i++)
    x[i] = i % 2 ? -0.5f : 0;
  quill_quantize_row (type, x, packed, QUILL_QK_K);
  quill_dequantize_row (type, packed, y, QUILL_QK_K);
  for (gsize i = 0; i < QUILL_QK_K; i++)
    g_assert_cmpfloat (fabsf (y[i] - x[i]), <=, 0.5f * 0x1p-10f);
  g_assert_cmpuint (QUILL_QK_K % traits->block_len, ==, 0);
}

/* Weights that are not numbers must not be undefined behaviour (the sanitizers watch), and leave neighbours
 * alone. */
static void
odd_values_do_no_harm (gconstpointer data) {
  const enum quill_type type = GPOINTER_TO_UINT (data);
  const struct quill_type_traits *traits = quill_type_traits (type);
  static const float odd[] = { NAN, INFINITY, -INFINITY, 3.4e38f, -3.4e38f, 1e-45f, -0.0f };
  float x[2 * QUILL_QK_K], y[2 * QUILL_QK_K];
  guint8 packed[sizeof x];

  for (gsize k = 0; k < G_N_ELEMENTS (odd); k++) {
    for (gsize i = 0; i < G_N_ELEMENTS (x); i++)
      x[i] = (float)(i % 16) / 16;
    x[3] = odd[k];
    quill_quantize_row (type, x, packed, G_N_ELEMENTS (x));
    quill_dequantize_row (type, packed, y, G_N_ELEMENTS (y));
    for (gsize i = traits->block_len > 1 ? traits->block_len : 4; i < G_N_ELEMENTS (x); i++)
      g_assert_cmpfloat (fabsf (y[i] - x[i]), <, 0.13f);
  }
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/quant/every-half-survives-a-round-trip", every_half_survives_a_round_trip);
  g_test_add_func ("/quant/known-halves", known_halves);
  g_test_add_func ("/quant/halves-round-to-nearest-even", halves_round_to_nearest_even);
  g_test_add_func ("/quant/plain-blocks-by-hand", plain_blocks_by_hand);
  g_test_add_func ("/quant/super-blocks-by-hand", super_blocks_by_hand);
  g_test_add_func ("/quant/q6-super-block-by-hand", q6_super_block_by_hand);
  g_test_add_func ("/quant/file-numbers-are-ggmls", file_numbers_are_ggmls);
  g_test_add_func ("/quant/steps-are-fitted", steps_are_fitted);
  for (guint i = 0; i < QUILL_TYPE_COUNT; i++) {
    static const struct {
      const char *name;
      GTestDataFunc fn;
    } test[] = { { "error-stays-within-its-bound", error_stays_within_its_bound },
                 { "exact-values-survive", exact_values_survive },
                 { "odd-values-do-no-harm", odd_values_do_no_harm } };

    for (gsize t = 0; t < G_N_ELEMENTS (test); t++) {
      g_autofree char *path = g_strdup_printf ("/quant/%s/%s", quill_type_traits (i)->name, test[t].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test[t].fn);
    }
  }
  return g_test_run ();
}
