/* Expansion of weights at every level: bit-equal to the reference conversion of any block whose scales are
 * finite. */
#include <float.h>
#include <string.h>

#include "check.h"
#include "quant/unpack.h"

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
  for (size_t t = 0; t < CHECK_N_QUANTIZED; t++) {
    const struct quill_type_traits *traits = quill_type_traits (check_quantized[t]);

    /* Blocks have odd multiples of 2 as their size, so that their ends meet every alignment; ending at a
     * forbidden page shows any read beyond the last. */
    for (size_t n = 0; n <= 40; n++) {
      struct check_memory memory = check_memory_new (n * traits->block_bytes);

      check_blocks (check_quantized[t], memory.data, n, FLT_MAX);
      check_expansion (level, check_quantized[t], memory.data, n * traits->block_len);
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
      for (size_t i = 0; i < n; i++) {
        const uint16_t h = quill_f32_to_f16 ((float)g_test_rand_double_range (-70000.0, 70000.0));
        memcpy (bytes + 2 * i, &h, sizeof h);
      }
      check_expansion (level, QUILL_F16, bytes, n);
      check_memory_free (&memory);
    }
}

/* Integers with their scale and offset are the same weights: scales of half floats times integers of a few
 * bits are exact in a float, and so are their products; only adding the offset rounds. Equal, not bit-equal:
 * a zero that an offset makes has no sign. */
static void
unpacked_blocks_are_the_same_weights (void) {
  for (size_t t = 0; t < CHECK_N_QUANTIZED; t++) {
    const enum quill_type type = check_quantized[t];
    const struct quill_type_traits *traits = quill_type_traits (type);
    const size_t n = 64 * traits->block_len;
    struct check_memory memory = check_memory_new (64 * traits->block_bytes);
    g_autofree float *expected = g_new (float, n);

    check_blocks (type, memory.data, 64, FLT_MAX);
    quill_dequantize_row (type, memory.data, expected, n);
    for (size_t b = 0; b < n / 32; b++) {
      struct quill_block32 block;

      quill_unpack_block (type, memory.data, b, &block);
      for (size_t i = 0; i < 32; i++)
        g_assert_cmpfloat (block.d[i / 16] * (float)block.q[i] + block.m, ==, expected[32 * b + i]);
    }
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
  g_test_add_func ("/kernels/unpack/blocks-are-the-same-weights", unpacked_blocks_are_the_same_weights);
  return g_test_run ();
}
