/* How the voice activity detector does: what it takes for speech in noises, what it misses of recordings in
 * the midst of them, and what it costs.
 *
 *     bench-vad [--minutes N] WAV...
 *
 * Utterances are what the stream would make of the detector's frames: a pre-roll of 480 ms before the first
 * loud one, an end after 600 ms without speech, of which 300 ms belong to it. First the utterances that N
 * minutes (5) of each noise begin, and the seconds of sound in them. Then, for each noise and signal-to-noise
 * ratio, with three seconds of noise before each recording: how many recordings there are whose beginning no
 * utterance holds, and the share of loud frames (within 25 dB of the recording's loudest) that no utterance
 * holds. Last, the processor time of a frame. */
#include "audio/vad.h"

#include "noise.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#define PREROLL 15
#define PAUSE 19
#define TAIL 10
#define LEAD_MS 3008 /* whole frames */
#define SEED 1

/* Marks the frames that utterances hold; how many utterances there are. */
static guint
find_utterances (const Sound *sound, GArray *held) {
  struct quill_vad vad;
  guint n_utterances = 0, n_quiet = 0;
  gboolean open = FALSE;

  quill_vad_init (&vad);
  g_array_set_size (held, 0);
  g_array_set_size (held, sound->len / QUILL_VAD_FRAME);
  for (guint i = 0; i < held->len; i++) {
    const gboolean speech
        = quill_vad_frame (&vad, (const float *)(gpointer)sound->data + i * QUILL_VAD_FRAME, NULL);

    if (speech && !open) {
      n_utterances++;
      n_quiet = 0;
      open = TRUE;
      for (guint k = i + 1 - MIN (i + 1, vad.onset + PREROLL); k < i; k++)
        g_array_index (held, gboolean, k) = TRUE;
    }
    for (guint k = i - (speech ? n_quiet : 0); k < i; k++)
      g_array_index (held, gboolean, k) = TRUE;
    n_quiet = speech ? 0 : n_quiet + 1;
    g_array_index (held, gboolean, i) = open && n_quiet <= TAIL;
    open = open && n_quiet < PAUSE;
  }
  return n_utterances;
}

static double
frame_db (const Sound *sound, guint i) {
  const float *x = (const float *)(gpointer)sound->data + i * QUILL_VAD_FRAME;
  double power = 1e-20;

  for (guint k = 0; k < QUILL_VAD_FRAME; k++)
    power += (double)x[k] * x[k];
  return 10 * log10 (power / QUILL_VAD_FRAME);
}

struct missed {
  guint n_beginnings, n_loud, n_lost;
};

static void
count_missed (const Sound *clean, const Sound *noise, double snr_db, guint at, struct missed *missed) {
  g_autoptr (Sound) sound = sound_new (), room = sound_new ();
  g_autoptr (GArray) held = g_array_new (FALSE, TRUE, sizeof (gboolean));
  const guint lead = LEAD_MS * 16 / QUILL_VAD_FRAME;
  double loudest = -INFINITY;
  gboolean begun = FALSE;

  sound_add_silence (sound, LEAD_MS);
  g_array_append_vals (sound, clean->data, clean->len);
  sound_add_silence (sound, 1500);
  if (noise)
    sound_mix (sound, noise, at, snr_db);
  sound_add_kind (room, NOISE_ROOM, (guint)sound_ms (sound) + 1, -75, at);
  for (guint i = 0; i < sound->len; i++)
    sound_samples (sound)[i] += sound_samples (room)[i];
  find_utterances (sound, held);
  for (guint i = 0; (i + 1) * QUILL_VAD_FRAME <= clean->len; i++)
    loudest = MAX (loudest, frame_db (clean, i));
  for (guint i = 0; (i + 1) * QUILL_VAD_FRAME <= clean->len; i++) {
    const double level = frame_db (clean, i) - loudest;
    const gboolean lost = !g_array_index (held, gboolean, lead + i);

    if (level > -35 && !begun) {
      begun = TRUE;
      missed->n_beginnings += lost;
    }
    if (level > -25) {
      missed->n_loud++;
      missed->n_lost += lost;
    }
  }
}

static void
report_missed (const GPtrArray *recordings, const char *name, const Sound *noise, double gain_db) {
  static const double snr_db[] = { 20, 10, 5 };

  g_print ("%-16s", name);
  for (guint s = 0; s < (noise ? G_N_ELEMENTS (snr_db) : 1); s++) {
    struct missed missed = { 0 };

    for (guint i = 0; i < recordings->len; i++) {
      g_autoptr (Sound) quiet = sound_new ();
      const Sound *recording = g_ptr_array_index (recordings, i);

      g_array_append_vals (quiet, recording->data, recording->len);
      for (guint k = 0; k < quiet->len; k++)
        sound_samples (quiet)[k] *= (float)pow (10, gain_db / 20);
      count_missed (quiet, noise, snr_db[s], i * 77777, &missed);
    }
    g_print ("  %3u %6.2f %%", missed.n_beginnings, 100.0 * missed.n_lost / MAX (missed.n_loud, 1));
  }
  g_print ("\n");
}

static void
report_noise (enum noise kind, double minutes) {
  g_autoptr (Sound) noise = sound_new_noise (kind, (guint)(minutes * 60000), SEED);
  g_autoptr (GArray) held = g_array_new (FALSE, TRUE, sizeof (gboolean));
  const guint n = find_utterances (noise, held);
  guint n_held = 0;

  for (guint i = 0; i < held->len; i++)
    n_held += g_array_index (held, gboolean, i) ? 1 : 0;
  g_print ("%-16s  %4u %7.1f s\n", noise_name (kind), n, n_held * 0.032);
}

static void
report_cost (void) {
  g_autoptr (Sound) noise = sound_new_noise (NOISE_BAND, 60000, SEED);
  g_autoptr (GArray) held = g_array_new (FALSE, TRUE, sizeof (gboolean));
  const clock_t begin = clock ();

  find_utterances (noise, held);
  const double us = 1e6 * (double)(clock () - begin) / CLOCKS_PER_SEC / held->len;
  g_print ("\na frame takes %.0f us, %.2f %% of a core while listening\n", us, us / 32000 * 100);
}

int
main (int argc, char **argv) {
  g_autoptr (GPtrArray) recordings = g_ptr_array_new_with_free_func ((GDestroyNotify)g_array_unref);
  double minutes = 5;
  int first = 1;

  if (argc > 2 && g_str_equal (argv[1], "--minutes")) {
    minutes = g_ascii_strtod (argv[2], NULL);
    first = 3;
  }
  for (int i = first; i < argc; i++) {
    g_ptr_array_add (recordings, sound_new ());
    sound_add_wav (g_ptr_array_index (recordings, recordings->len - 1), argv[i]);
  }
  g_print ("%g minutes of       utterances, seconds in them\n", minutes);
  for (guint k = 0; k < N_NOISES; k++)
    report_noise (k, minutes);
  g_print ("\n%u recordings    beginnings missed, loud frames missed at 20, 10, 5 dB\n", recordings->len);
  report_missed (recordings, "clean", NULL, 0);
  report_missed (recordings, "clean, -20 dB", NULL, -20);
  report_missed (recordings, "clean, -30 dB", NULL, -30);
  for (guint k = NOISE_ROOM; k < N_NOISES; k++) {
    g_autoptr (Sound) noise = sound_new ();

    sound_add_kind (noise, k, 60000, -40, SEED + 1);
    report_missed (recordings, noise_name (k), noise, 0);
  }
  report_cost ();
  return 0;
}
