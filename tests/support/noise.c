#include "noise.h"

#include <math.h>

#define RATE_HZ 16000
#define FRAME 512

static const struct {
  const char *name;
  double level_db;
} kinds[N_NOISES] = {
  [NOISE_DIGITAL_SILENCE] = { "digital silence", -200 },
  [NOISE_ROOM] = { "room", -68 },
  [NOISE_FAN] = { "fan", -45 },
  [NOISE_GUSTS] = { "gusts", -42 },
  [NOISE_RAIN] = { "rain", -48 },
  [NOISE_STREET] = { "street", -45 },
  [NOISE_STROKES] = { "strokes", -52 },
  [NOISE_TYPING] = { "typing", -42 },
  [NOISE_DOOR] = { "door", -42 },
  [NOISE_BREATH] = { "breath", -52 },
  [NOISE_CHORDS] = { "chords", -38 },
  [NOISE_ARPEGGIO] = { "arpeggio", -38 },
  [NOISE_MELODY] = { "melody", -38 },
  [NOISE_TREMOLO] = { "tremolo", -38 },
  [NOISE_BAND] = { "band", -36 },
  [NOISE_PLUCKED] = { "plucked", -30 },
};

const char *
noise_name (enum noise noise) {
  return kinds[noise].name;
}

double
noise_level_db (enum noise noise) {
  return kinds[noise].level_db;
}

/* --- parts: each is added to x[0..n) ------------------------------------------------------------------- */

struct maker {
  GRand *rand; /* owned by sound_add_kind */
  float *x;
  guint n;
};

static double
between (const struct maker *m, double low, double high) {
  return g_rand_double_range (m->rand, low, high);
}

static double
white (const struct maker *m) {
  return between (m, -1, 1) + between (m, -1, 1) + between (m, -1, 1); /* nearly normal, variance 1 */
}

static guint
samples (double ms) {
  return (guint)(ms * RATE_HZ / 1000);
}

/* One pole: the share of the new value that makes a low-pass of this frequency. */
static double
pole (double hz) {
  return 1 - exp (-2 * G_PI * hz / RATE_HZ);
}

/* Noise between two frequencies, with slopes of 12 dB an octave, times a slowly changing size: `swing_db` up
 * and down about `swing_hz` times a second. */
static void
add_hiss (const struct maker *m, double from_hz, double to_hz, double size, double swing_db,
          double swing_hz) {
  const double low = pole (to_hz), high = pole (from_hz), slow = pole (swing_hz);
  double l[2] = { 0 }, h[2] = { 0 }, swing[2] = { 0 };
  const double swing_size = swing_db / sqrt (slow / 4); /* of two poles */

  for (guint i = 0; i < m->n; i++) {
    double y = white (m);

    for (guint k = 0; k < 2; k++)
      y = l[k] += low * (y - l[k]);
    for (guint k = 0; k < 2; k++) {
      h[k] += high * (y - h[k]);
      y -= h[k];
    }
    swing[0] += slow * (white (m) - swing[0]);
    swing[1] += slow * (swing[0] - swing[1]);
    m->x[i] += (float)(size * pow (10, swing_size * swing[1] / 20) * y);
  }
}

static void
add_hum (const struct maker *m, double hz, guint n_partials, double size) {
  for (guint k = 1; k <= n_partials; k++) {
    const double phase = between (m, 0, 2 * G_PI);

    for (guint i = 0; i < m->n; i++)
      m->x[i] += (float)(size / k * sin (2 * G_PI * hz * k * i / RATE_HZ + phase));
  }
}

/* A ringing body that was struck: a sine that fades to 1/e in decay_ms. */
static void
add_ring (const struct maker *m, guint at, double hz, double decay_ms, double size) {
  const double decay = exp (-1000 / (decay_ms * RATE_HZ)), step = 2 * G_PI * hz / RATE_HZ;
  const double phase = between (m, 0, 2 * G_PI);

  for (guint i = 0; at + i < m->n && size > 1e-5; i++, size *= decay)
    m->x[at + i] += (float)(size * sin (step * i + phase));
}

/* The noise of a blow: begins at once and fades to 1/e in decay_ms. */
static void
add_blow (const struct maker *m, guint at, double from_hz, double decay_ms, double size) {
  const double decay = exp (-1000 / (decay_ms * RATE_HZ)), high = pole (from_hz);
  double h = 0;

  for (guint i = 0; at + i < m->n && size > 1e-5; i++, size *= decay) {
    const double y = white (m);

    h += high * (y - h);
    m->x[at + i] += (float)(size * (y - h));
  }
}

/* --- key strokes, doors, breath ------------------------------------------------------------------------ */

/* A key hits its bottom and, later, its top; the table answers to both. */
static void
add_stroke (const struct maker *m, guint at, double size) {
  const guint up = at + samples (between (m, 60, 110));

  add_blow (m, at, 1500, between (m, 1, 3), size);
  add_ring (m, at, between (m, 180, 420), between (m, 8, 20), 0.5 * size);
  add_ring (m, at, between (m, 1800, 4200), between (m, 2, 5), 0.4 * size);
  add_blow (m, up, 2500, between (m, 1, 2), 0.4 * size);
  add_ring (m, up, between (m, 2500, 5000), between (m, 2, 4), 0.2 * size);
}

static void
add_strokes (const struct maker *m) {
  for (guint at = samples (500); at < m->n; at += samples (between (m, 400, 3000)))
    add_stroke (m, at, between (m, 0.4, 1));
}

static void
add_typing (const struct maker *m) {
  for (guint at = samples (500); at < m->n; at += samples (between (m, 600, 2500)))
    for (guint n_left = (guint)between (m, 5, 40); n_left > 0 && at < m->n; n_left--) {
      add_stroke (m, at, between (m, 0.4, 1));
      at += samples (between (m, 100, 200));
    }
}

static void
add_doors (const struct maker *m) {
  for (guint at = samples (2000); at < m->n; at += samples (between (m, 3000, 9000))) {
    const gboolean knocks = g_rand_boolean (m->rand);

    for (guint k = 0; k < (knocks ? 3 : 1); k++, at += samples (between (m, 180, 300))) {
      add_blow (m, at, 60, knocks ? 8 : 40, 0.6);
      for (guint r = 0; r < 4; r++)
        add_ring (m, at, between (m, 70, 500), between (m, 20, knocks ? 40 : 150), 0.5);
    }
  }
}

static void
add_breath (const struct maker *m) {
  for (guint at = samples (1000); at < m->n; at += samples (between (m, 1500, 2500))) {
    const guint wanted = samples (between (m, 700, 1400)), len = MIN (wanted, m->n - at);
    g_autofree float *breath = g_new0 (float, len);
    struct maker part = { m->rand, breath, len };

    add_hiss (&part, 400, between (m, 1500, 3000), 1, 1, 3);
    for (guint i = 0; i < len; i++)
      m->x[at + i] += breath[i] * (float)sin (G_PI * i / len);
    at += len;
  }
}

/* --- music --------------------------------------------------------------------------------------------- */

static double
hz_of_key (int key) {
  return 440 * pow (2, (key - 69) / 12.0); /* MIDI's numbers: 60 is middle C */
}

struct tone {
  double hz, size;
  double attack_ms, decay_ms; /* decay_ms: 0: held to its end */
  double vibrato;             /* share of the frequency */
  double tremolo;             /* share of the size */
  double brightness;          /* size of partial k is this to the power of k - 1 */
};

static void
add_tone (const struct maker *m, guint at, double ms, const struct tone *tone) {
  const guint len = MIN (samples (ms), m->n - MIN (at, m->n)), release = samples (40);
  const double wobble_hz = between (m, 5, 6.5);
  double phase = 0;

  for (guint i = 0; i < len; i++) {
    const double t = (double)i / RATE_HZ, wobble = sin (2 * G_PI * wobble_hz * t);
    const double swell = MIN (1, i / (tone->attack_ms * RATE_HZ / 1000))
                         * MIN (1, (double)(len - i) / release)
                         * (tone->decay_ms > 0 ? exp (-1000 * t / tone->decay_ms) : 1);
    double y = 0, size = 1;

    phase += 2 * G_PI * tone->hz * (1 + tone->vibrato * wobble * MIN (1, 5 * t)) / RATE_HZ;
    for (guint k = 1; k * tone->hz < 0.45 * RATE_HZ && size > 0.003; k++, size *= tone->brightness)
      y += size * sin (k * phase);
    m->x[at + i] += (float)(tone->size * (1 - tone->tremolo * (0.5 + 0.5 * wobble)) * swell * y);
  }
}

static const int progression[4][3] = { { 48, 64, 67 }, { 45, 60, 64 }, { 53, 57, 60 }, { 55, 59, 62 } };
static const int scale[8] = { 60, 62, 64, 65, 67, 69, 71, 72 };

static void
add_chords (const struct maker *m, double chord_ms) {
  guint chord = 0;

  for (guint at = 0; at < m->n; at += samples (chord_ms), chord++)
    for (guint k = 0; k < 3; k++) {
      const struct tone tone = { .hz = hz_of_key (progression[chord % 4][k]),
                                 .size = between (m, 0.7, 1),
                                 .attack_ms = 5,
                                 .decay_ms = 900,
                                 .brightness = 0.6 };

      add_tone (m, at + samples (between (m, 0, 15)), chord_ms * 1.3, &tone);
    }
}

static void
add_arpeggio (const struct maker *m) {
  guint at = 0;

  while (at < m->n) {
    const double note_ms = between (m, 125, 250);
    const int *chord = progression[g_rand_int_range (m->rand, 0, 4)];

    for (guint k = 0; k < 8; k++, at += samples (note_ms)) {
      const struct tone tone = { .hz = hz_of_key (chord[k % 3] + 12 * (int)(k / 3 % 2)),
                                 .size = between (m, 0.6, 1),
                                 .attack_ms = 4,
                                 .decay_ms = 400,
                                 .brightness = 0.55 };

      add_tone (m, at, 900, &tone);
    }
  }
}

static void
add_melody (const struct maker *m, double vibrato, double tremolo, int transpose) {
  int degree = 3;
  guint at = 0;

  while (at < m->n) {
    const double ms = 250 * g_rand_int_range (m->rand, 1, 5);
    const struct tone tone = { .hz = hz_of_key (scale[degree] + transpose),
                               .size = between (m, 0.6, 1),
                               .attack_ms = 40,
                               .vibrato = vibrato,
                               .tremolo = tremolo,
                               .brightness = 0.75 };

    if (g_rand_int_range (m->rand, 0, 8) > 0)
      add_tone (m, at, ms, &tone);
    degree += g_rand_int_range (m->rand, -2, 3);
    degree = CLAMP (degree, 0, 7);
    at += samples (ms);
  }
}

static void
add_drums (const struct maker *m, double beat_ms) {
  guint beat = 0;

  for (guint at = 0; at < m->n; at += samples (beat_ms / 2), beat++) {
    add_blow (m, at, 5000, 15, 0.15);
    if (beat % 4 == 0)
      add_ring (m, at, 65, 80, 1.2);
    if (beat % 4 == 2) {
      add_blow (m, at, 800, 50, 0.5);
      add_ring (m, at, 190, 40, 0.4);
    }
  }
}

static void
add_band (const struct maker *m) {
  guint beat = 0;

  add_chords (m, 2000);
  add_drums (m, 500);
  for (guint at = 0; at < m->n; at += samples (250), beat++) {
    const struct tone bass = { .hz = hz_of_key (progression[beat / 8 % 4][0] - 12),
                               .size = 0.9,
                               .attack_ms = 5,
                               .decay_ms = 300,
                               .brightness = 0.4 };

    add_tone (m, at, 250, &bass);
  }
}

/* Two beats a second: a note of the tune and a blow on each, a chord on each fourth. */
static void
add_plucked (const struct maker *m) {
  static const int keys[8] = { 57, 59, 60, 62, 64, 65, 67, 69 };
  guint beat = 0;

  for (guint at = 0; at < m->n; at += samples (500), beat++) {
    struct tone tone = { .size = 1, .attack_ms = 5, .decay_ms = 330, .brightness = 0.4 };
    const int root = g_rand_int_range (m->rand, 0, 4); /* and the third and fifth above it */

    tone.hz = hz_of_key (keys[g_rand_int_range (m->rand, 0, 8)] + 12);
    add_tone (m, at, 600, &tone);
    for (int k = 0; beat % 4 == 0 && k < 5; k += 2) {
      tone.hz = hz_of_key (keys[root + k]);
      add_tone (m, at, 600, &tone);
    }
    add_blow (m, at, 20, 25, 1.7);
  }
}

/* --- the whole ----------------------------------------------------------------------------------------- */

static void
make (const struct maker *m, enum noise noise) {
  switch (noise) {
  case NOISE_ROOM:
    add_hiss (m, 30, 400, 1, 0.5, 0.5);
    add_hiss (m, 400, 7000, 0.05, 0, 1);
    break;
  case NOISE_FAN:
    add_hiss (m, 40, 500, 1, 0.7, 0.3);
    add_hiss (m, 500, 5000, 0.08, 0.7, 0.3);
    add_hum (m, 100, 4, 0.1);
    add_hum (m, 233, 3, 0.05);
    break;
  case NOISE_GUSTS:
    add_hiss (m, 40, 300, 1, 3, 0.7);
    add_hiss (m, 200, 3000, 0.15, 3, 0.7);
    break;
  case NOISE_RAIN:
    add_hiss (m, 600, 6000, 0.5, 0.5, 0.5);
    for (guint at = 0; at < m->n; at += samples (between (m, 5, 60)))
      add_ring (m, at, between (m, 1500, 5000), between (m, 1, 4), between (m, 0.2, 1.5));
    break;
  case NOISE_STREET:
    add_hiss (m, 30, 300, 1, 4, 0.15);
    add_hiss (m, 300, 2000, 0.1, 5, 0.15);
    break;
  case NOISE_STROKES:
    add_strokes (m);
    break;
  case NOISE_TYPING:
    add_typing (m);
    break;
  case NOISE_DOOR:
    add_doors (m);
    break;
  case NOISE_BREATH:
    add_breath (m);
    break;
  case NOISE_CHORDS:
    add_chords (m, 1500);
    break;
  case NOISE_ARPEGGIO:
    add_arpeggio (m);
    break;
  case NOISE_MELODY:
    add_melody (m, 0.012, 0.1, 0);
    break;
  case NOISE_TREMOLO:
    add_melody (m, 0, 0.7, -12);
    break;
  case NOISE_BAND:
    add_band (m);
    break;
  case NOISE_PLUCKED:
    add_plucked (m);
    break;
  case NOISE_DIGITAL_SILENCE:
  case N_NOISES:
    break;
  }
}

static double
rms_of (const float *x, guint n) {
  double power = 0;

  for (guint i = 0; i < n; i++)
    power += (double)x[i] * x[i];
  return sqrt (power / MAX (n, 1));
}

void
sound_add_kind (Sound *sound, enum noise noise, guint ms, double level_db, guint32 seed) {
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed * N_NOISES + (guint32)noise);
  const guint first = sound->len;

  sound_add_silence (sound, ms);
  const struct maker maker = { rand, sound_samples (sound) + first, sound->len - first };
  make (&maker, noise);
  const double rms = rms_of (maker.x, maker.n);
  for (guint i = 0; rms > 0 && i < maker.n; i++)
    maker.x[i] *= (float)(pow (10, level_db / 20) / rms);
}

Sound *
sound_new_noise (enum noise noise, guint ms, guint32 seed) {
  Sound *sound = sound_new ();
  g_autoptr (Sound) room = sound_new ();

  sound_add_kind (sound, noise, ms, noise_level_db (noise), seed);
  if (noise == NOISE_DIGITAL_SILENCE || noise == NOISE_ROOM)
    return sound;
  sound_add_kind (room, NOISE_ROOM, ms, noise_level_db (NOISE_ROOM), seed);
  for (guint i = 0; i < sound->len; i++)
    sound_samples (sound)[i] += sound_samples (room)[i];
  return sound;
}

static double
loud_rms (const Sound *sound) {
  const float *x = sound_samples (sound);
  double loudest = 0, power = 0;
  guint n = 0;

  for (guint i = 0; i + FRAME <= sound->len; i += FRAME)
    loudest = MAX (loudest, rms_of (x + i, FRAME));
  for (guint i = 0; i + FRAME <= sound->len; i += FRAME) {
    const double rms = rms_of (x + i, FRAME);

    if (rms > loudest * pow (10, -25.0 / 20)) {
      power += rms * rms;
      n++;
    }
  }
  return sqrt (power / MAX (n, 1));
}

void
sound_mix (Sound *sound, const Sound *noise, guint from, double snr_db) {
  const double noise_rms = rms_of (sound_samples (noise), noise->len);
  const double gain = noise_rms > 0 ? loud_rms (sound) / noise_rms * pow (10, -snr_db / 20) : 0;

  for (guint i = 0; i < sound->len; i++)
    sound_samples (sound)[i] += (float)(gain * sound_samples (noise)[(from + i) % noise->len]);
}
