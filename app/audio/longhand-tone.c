#include "audio/longhand-tone.h"

#include "audio/longhand-sound-files.h"

#include <math.h>

#define NOTE_MS 80
#define N_NOTES 2
#define PEAK 0.06 /* of full scale, 24 dB below it: beside a voice it is hardly there */

static const double notes_hz[][N_NOTES] = {
  [LONGHAND_TONE_BEGIN] = { 523.25, 783.99 }, /* C5, G5 */
  [LONGHAND_TONE_END] = { 783.99, 523.25 },
};

/* samples[n]; swells and fades as a Hann window, without a click. */
static void
write_note (float *samples, gsize n, double hz) {
  for (gsize i = 0; i < n; i++) {
    const double t = (double)i / LONGHAND_SOUND_RATE_HZ;
    const double swell = 0.5 - 0.5 * cos (2 * G_PI * (double)i / (double)n);

    samples[i] = (float)(PEAK * swell * sin (2 * G_PI * hz * t));
  }
}

GBytes *
longhand_tone_new (LonghandTone tone) {
  const gsize n = (gsize)NOTE_MS * LONGHAND_SOUND_PER_MS;
  float *samples = g_new (float, n *N_NOTES);

  for (gsize k = 0; k < N_NOTES; k++)
    write_note (samples + k * n, n, notes_hz[tone][k]);
  return g_bytes_new_take (samples, n * N_NOTES * sizeof *samples);
}
