#include "sound.h"

#include <math.h>
#include <string.h>

#define RATE_HZ 16000

Sound *
sound_new (void) {
  return g_array_new (FALSE, TRUE, sizeof (float));
}

void
sound_add_silence (Sound *sound, guint ms) {
  g_array_set_size (sound, sound->len + ms * (RATE_HZ / 1000));
}

void
sound_add_noise (Sound *sound, double level_db, guint32 seed) {
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  const double peak = sqrt (3) * pow (10, level_db / 20); /* of a uniform distribution */

  for (guint i = 0; i < sound->len; i++)
    sound_samples (sound)[i] += (float)g_rand_double_range (rand, -peak, peak);
}

void
sound_add_syllable (Sound *sound, guint ms, double level_db) {
  const guint first = sound->len, n = ms * (RATE_HZ / 1000);
  const double size = pow (10, level_db / 20) * 1.63; /* of the swell: an RMS of 1 needs 1.63 */
  double phase = 0;

  sound_add_silence (sound, ms);
  for (guint i = 0; i < n; i++) {
    const double part = (double)i / n, swell = sin (G_PI * part);
    const double formant_hz[2] = { 350 + 400 * part, 2200 - 1000 * part };
    double x = 0, power = 0;

    phase += 2 * G_PI * (135 - 30 * part) / RATE_HZ;
    for (guint h = 1; h <= 30; h++)
      for (guint k = 0; k < 2; k++) {
        const double off = (120 * h - formant_hz[k]) / 150, partial = exp (-off * off) * (k == 0 ? 1 : 0.3);

        x += partial * sin (h * phase + h);
        power += partial * partial / 2;
      }
    sound_samples (sound)[first + i] = (float)(size * swell * x / sqrt (power));
  }
}

void
sound_add_whisper (Sound *sound, guint ms, double level_db, guint32 seed) {
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  const guint first = sound->len, n = ms * (RATE_HZ / 1000);
  const double size = pow (10, level_db / 20) * 1.63; /* as of a syllable */
  double y1[2] = { 0 }, y2[2] = { 0 };

  sound_add_silence (sound, ms);
  for (guint i = 0; i < n; i++) {
    const double part = (double)i / n, radius = 0.97;
    const double formant_hz[2] = { 700 + 800 * part, 3500 - 1500 * part };
    double x = 0;

    for (guint k = 0; k < 2; k++) {
      const double pole = 2 * radius * cos (2 * G_PI * formant_hz[k] / RATE_HZ);
      const double y = g_rand_double_range (rand, -1, 1) + pole * y1[k] - radius * radius * y2[k];

      y2[k] = y1[k];
      y1[k] = y;
      x += y * 0.2;
    }
    sound_samples (sound)[first + i] = (float)(size * sin (G_PI * part) * x);
  }
}

void
sound_add_tone (Sound *sound, guint ms, double hz, double level_db) {
  const guint first = sound->len;
  const double size = sqrt (2) * pow (10, level_db / 20);

  sound_add_silence (sound, ms);
  for (guint i = first; i < sound->len; i++)
    sound_samples (sound)[i] = (float)(size * sin (2 * G_PI * hz * (i - first) / RATE_HZ));
}

void
sound_add_speech (Sound *sound, guint ms, double level_db) {
  static const guint syllable_ms[] = { 160, 220, 130, 300, 180 };
  const guint end = sound->len + ms * (RATE_HZ / 1000);

  for (guint i = 0; sound->len < end; i++) {
    sound_add_syllable (sound, syllable_ms[i % G_N_ELEMENTS (syllable_ms)], level_db - 2 * (double)(i % 3));
    sound_add_silence (sound, i % 4 == 3 ? 120 : 50);
  }
}

void
sound_add_wav (Sound *sound, const char *path) {
  g_autofree char *bytes = NULL;
  g_autoptr (GError) error = NULL;
  gsize n = 0, at = 12;

  g_file_get_contents (path, &bytes, &n, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (n, >, 44);
  g_assert_true (memcmp (bytes, "RIFF", 4) == 0 && memcmp (bytes + 8, "WAVE", 4) == 0);
  while (at + 8 <= n) {
    guint32 size;

    memcpy (&size, bytes + at + 4, 4);
    size = GUINT32_FROM_LE (size);
    g_assert_cmpuint (size, <=, n - at - 8);
    if (memcmp (bytes + at, "fmt ", 4) == 0) {
      static const guint8 pcm_mono_16k[] = { 1, 0, 1, 0, 0x80, 0x3e, 0, 0, 0, 0x7d, 0, 0, 2, 0, 16, 0 };

      g_assert_cmpmem (bytes + at + 8, 16, pcm_mono_16k, 16);
    } else if (memcmp (bytes + at, "data", 4) == 0) {
      for (gsize i = 0; i + 1 < size; i += 2) {
        gint16 value;
        float sample;

        memcpy (&value, bytes + at + 8 + i, 2);
        sample = (float)GINT16_FROM_LE (value) / 32768.0f;
        g_array_append_val (sound, sample);
      }
      return;
    }
    at += 8 + size + size % 2;
  }
  g_error ("%s holds no sound", path);
}
