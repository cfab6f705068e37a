/* Expansion of weights at every level: bit-equal to the reference conversion of any block whose scales are
 * finite. */
#include <string.h>

#include "check.h"
#include "quant/blocks.h"

/* Where the half floats of a block lie; -1: there is no second. */
static const struct {
  enum quill_type type;
  int scale, min;
} blocks[] = {
  { QUILL_Q4_0, offsetof (struct quill_q4_0, d), -1 },
  { QUILL_Q4_1, offsetof (struct quill_q4_1, d), offsetof (struct quill_q4_1, m) },
  { QUILL_Q5_0, offsetof (struct quill_q5_0, d), -1 },
  { QUILL_Q5_1, offsetof (struct quill_q5_1, d), offsetof (struct quill_q5_1, m) },
  { QUILL_Q8_0, offsetof (struct quill_q8_0, d), -1 },
  { QUILL_Q4_K, offsetof (struct quill_q4_k, d), offsetof (struct quill_q4_k, dmin) },
  { QUILL_Q5_K, offsetof (struct quill_q5_k, d), offsetof (struct quill_q5_k, dmin) },
  { QUILL_Q6_K, offsetof (struct quill_q6_k, d), -1 },
};

static bool
is_finite_half (uint16_t h) {
  return (h & 0x7c00) != 0x7c00;
}

static void
random_half (unsigned char *at) {
  uint16_t h;

  do
    h = (uint16_t)g_test_rand_int ();
  while (!is_finite_half (h));
  memcpy (at, &h, sizeof h);
}

static void
check_expansion (const struct check_level *level, enum quill_type type, const void *src, size_t n) {
  struct check_memory memory;
  float *out = check_floats (&memory, n);
  g_autofree float *expected = g_new (float, n + 1);

  quill_dequantize_row (type, src, expected, n);
  level->kernels.dequantize[type](src, out, n);
  g_assert_cmpmem (out, n * sizeof *out, expected, n * sizeof *out);
  check_memory_intact (&memory);
  check_memory_free (&memory);
}

static void
blocks_are_bit_equal (const struct check_level *level) {
  for (size_t t = 0; t < G_N_ELEMENTS (blocks); t++) {
    const struct quill_type_traits *traits = quill_type_traits (blocks[t].type);

    /* Blocks have odd multiples of 2 as their size, so that their ends meet every alignment; ending at a
     * forbidden page shows any read beyond the last. */
    for (size_t n = 0; n <= 40; n++) {
      struct check_memory memory = check_memory_new (n * traits->block_bytes);
      unsigned char *bytes = memory.data;

      for (size_t i = 0; i < memory.bytes; i++)
        bytes[i] = (unsigned char)g_test_rand_int ();
      for (size_t i = 0; i < n; i++) {
        random_half (bytes + i * traits->block_bytes + blocks[t].scale);
        if (blocks[t].min >= 0)
          random_half (bytes + i * traits->block_bytes + blocks[t].min);
      }
      check_expansion (level, blocks[t].type, bytes, n * traits->block_len);
      check_memory_free (&memory);
    }
  }
}

static void
every_finite_half_is_bit_equal (const struct check_level *level) {
  g_autofree uint16_t *halves = g_new (uint16_t, 1 << 16);
  size_t n = 0;

  for (unsigned h = 0; h < 1 << 16; h++)
    if ((h & 0x7c00) != 0x7c00 || (h & 0x3ff) == 0) /* infinities too, not NaN */
      halves[n++] = (uint16_t)h;
  check_expansion (level, QUILL_F16, halves, n);
}

static void
floats_and_halves_of_any_length_and_alignment (const struct check_level *level) {
  for (size_t n = 0; n < 70; n++)
    for (size_t shift = 0; shift < 4; shift++) {
      struct check_memory memory = check_memory_new (n * 4 + shift);
      unsigned char *bytes = memory.data;

      for (size_t i = 0; i < 4 * n; i++)
        bytes[i] = (unsigned char)g_test_rand_int ();
      check_expansion (level, QUILL_F32, bytes, n);
      bytes += 2 * n + shift; /* the last 2 n bytes */
      for (size_t i = 0; i < n; i++)
        random_half (bytes + 2 * i);
      check_expansion (level, QUILL_F16, bytes, n);
      check_memory_free (&memory);
    }
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  check_add ("dequantize", "blocks-are-bit-equal", blocks_are_bit_equal);
  check_add ("dequantize", "every-finite-half-is-bit-equal", every_finite_half_is_bit_equal);
  check_add ("dequantize", "floats-and-halves-of-any-length-and-alignment",
             floats_and_halves_of_any_length_and_alignment);
  return g_test_run ();
}
