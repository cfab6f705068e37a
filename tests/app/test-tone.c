/* The sounds of a beginning and an end, and samples as a recording. */
#include "audio/longhand-sound-reader.h"
#include "audio/longhand-tone.h"

#include <math.h>

/* How often a wave goes up through zero in samples[n]. */
static guint
count_waves (const float *samples, gsize n) {
  guint n_waves = 0;

  for (gsize i = 1; i < n; i++)
    n_waves += samples[i - 1] < 0 && samples[i] >= 0;
  return n_waves;
}

static void
assert_quiet_and_short (LonghandTone tone, gboolean goes_up) {
  g_autoptr (GBytes) bytes = longhand_tone_new (tone);
  gsize n_bytes;
  const float *samples = g_bytes_get_data (bytes, &n_bytes);
  const gsize n = n_bytes / sizeof *samples;
  float peak = 0;

  g_assert_cmpuint (n, <=, LONGHAND_SOUND_RATE_HZ / 4);
  for (gsize i = 0; i < n; i++)
    peak = MAX (peak, fabsf (samples[i]));
  g_assert_cmpfloat (peak, >, 0.03);
  g_assert_cmpfloat (peak, <, 0.1);
  g_assert_cmpfloat (fabsf (samples[0]), <, 0.001); /* no click */
  g_assert_cmpfloat (fabsf (samples[n - 1]), <, 0.001);
  g_assert_cmpint (count_waves (samples, n / 2) < count_waves (samples + n / 2, n / 2), ==, goes_up);
}

static void
test_tones (void) {
  assert_quiet_and_short (LONGHAND_TONE_BEGIN, TRUE);
  assert_quiet_and_short (LONGHAND_TONE_END, FALSE);
}

static void
test_samples_are_read (void) {
  g_autoptr (GBytes) bytes = longhand_tone_new (LONGHAND_TONE_BEGIN);
  g_autoptr (LonghandSoundReader) reader = longhand_sound_reader_new_for_samples (bytes);
  g_autoptr (GByteArray) all = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  float block[1000];
  gsize n;

  do {
    g_assert_true (longhand_sound_reader_read (reader, block, G_N_ELEMENTS (block), &n, &error));
    g_byte_array_append (all, (const guint8 *)block, (guint)(n * sizeof *block));
  } while (n == G_N_ELEMENTS (block));
  g_assert_cmpmem (all->data, all->len, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tone/is-short-and-quiet-and-goes-up-or-down", test_tones);
  g_test_add_func ("/tone/samples-are-read-as-a-recording", test_samples_are_read);
  return g_test_run ();
}
