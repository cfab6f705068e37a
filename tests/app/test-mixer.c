#include "audio/longhand-pump-mixer.h"

#include <math.h>

#define RATE_HZ 16000
#define BLOCK (RATE_HZ / 100)

/* Noise of this amplitude in one of the channels, from frame begin on. frames: [n_frames, n_channels] */
static void
add_noise (float *frames, guint n_channels, guint channel, double amplitude, gsize begin, gsize n_frames) {
  g_autoptr (GRand) rand = g_rand_new_with_seed (channel + 1);

  for (gsize i = begin; i < n_frames; i++)
    frames[i * n_channels + channel] += (float)(amplitude * g_rand_double_range (rand, -1, 1));
}

static float *
mix (const float *frames, guint n_channels, gsize n_frames, gsize piece) {
  g_autoptr (LonghandMixer) mixer = longhand_mixer_new (RATE_HZ, n_channels);
  float *mono = g_new (float, n_frames);

  for (gsize at = 0; at < n_frames; at += piece)
    longhand_mixer_process (mixer, frames + at * n_channels, MIN (piece, n_frames - at), mono + at);
  return mono;
}

static double
energy (const float *samples, guint stride, gsize n) {
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += (double)samples[i * stride] * samples[i * stride];
  return sum;
}

static void
one_channel_passes_untouched (void) {
  float frames[1000] = { 0 };
  g_autofree float *mono = NULL;

  add_noise (frames, 1, 0, 1, 0, 1000);
  mono = mix (frames, 1, 1000, 77);
  g_assert_cmpmem (mono, sizeof frames, frames, sizeof frames);
}

/* From the third block on: the first is the mean, in the second loudness glides. */
static void
microphone_among_dead_inputs_is_as_loud_as_alone (gconstpointer data) {
  const guint n_channels = GPOINTER_TO_UINT (data);

  for (guint used = 0; used < n_channels; used++) {
    g_autofree float *frames = g_new0 (float, 10 * BLOCK * n_channels);
    g_autofree float *mono = NULL;

    add_noise (frames, n_channels, used, 0.5, 0, 10 * BLOCK);
    mono = mix (frames, n_channels, 10 * BLOCK, 64);
    for (gsize i = 2 * BLOCK; i < 10 * BLOCK; i++)
      g_assert_cmpfloat (mono[i], ==, frames[i * n_channels + used]);
    for (gsize i = 0; i < BLOCK; i++)
      g_assert_cmpfloat_with_epsilon (mono[i], frames[i * n_channels + used] / (float)n_channels, 1e-7);
  }
}

static void
hiss_of_unused_inputs_does_not_count (void) {
  g_autofree float *frames = g_new0 (float, 10 * BLOCK * 4);
  g_autofree float *mono = NULL;
  double gain;

  add_noise (frames, 4, 0, 0.5, 0, 10 * BLOCK);
  for (guint c = 1; c < 4; c++)
    add_noise (frames, 4, c, 0.01, 0, 10 * BLOCK);
  mono = mix (frames, 4, 10 * BLOCK, 64);
  gain = energy (mono + 2 * BLOCK, 1, 8 * BLOCK) / energy (frames + 2 * BLOCK * 4, 4, 8 * BLOCK);
  g_assert_cmpfloat_with_epsilon (gain, 1, 0.05);
}

static void
microphones_that_hear_the_same_give_their_mean (void) {
  g_autofree float *frames = g_new0 (float, 10 * BLOCK * 2);
  g_autofree float *mono = NULL;

  add_noise (frames, 2, 0, 0.5, 0, 10 * BLOCK);
  for (gsize i = 0; i < 10 * BLOCK; i++)
    frames[2 * i + 1] = frames[2 * i] * 0.5f;
  mono = mix (frames, 2, 10 * BLOCK, 64);
  for (gsize i = 0; i < 10 * BLOCK; i++)
    g_assert_cmpfloat_with_epsilon (mono[i], 0.75f * frames[2 * i], 1e-7);
}

/* Whoever speaks first, however loud, does not shut the other one up. */
static void
second_speaker_is_heard_from_the_first_sample (void) {
  g_autofree float *frames = g_new0 (float, 20 * BLOCK * 2);
  g_autofree float *mono = NULL;

  add_noise (frames, 2, 0, 1, 0, 10 * BLOCK);
  add_noise (frames, 2, 1, 0.01, 10 * BLOCK, 20 * BLOCK);
  for (gsize i = 10 * BLOCK; i < 20 * BLOCK; i++)
    frames[2 * i] = 0;
  mono = mix (frames, 2, 20 * BLOCK, 64);
  for (gsize i = 10 * BLOCK; i < 20 * BLOCK; i++)
    g_assert_cmpfloat (mono[i], ==, frames[2 * i + 1]);
}

static void
cutting_makes_no_difference (void) {
  g_autofree float *frames = g_new0 (float, 20 * BLOCK * 3);
  g_autofree float *whole = NULL;

  add_noise (frames, 3, 1, 0.5, 300, 20 * BLOCK);
  add_noise (frames, 3, 2, 0.3, 1111, 20 * BLOCK);
  whole = mix (frames, 3, 20 * BLOCK, 20 * BLOCK);
  for (gsize piece = 1; piece < 20 * BLOCK; piece = piece * 3 + 1) {
    g_autofree float *mono = mix (frames, 3, 20 * BLOCK, piece);

    g_assert_cmpmem (mono, 20 * BLOCK * sizeof (float), whole, 20 * BLOCK * sizeof (float));
  }
}

int
main (int argc, char **argv) {
  static const guint counts[] = { 2, 4, 8 };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mixer/one-channel-passes-untouched", one_channel_passes_untouched);
  for (guint i = 0; i < G_N_ELEMENTS (counts); i++) {
    g_autofree char *path
        = g_strdup_printf ("/mixer/microphone-on-one-of-%u-inputs-is-as-loud-as-alone", counts[i]);

    g_test_add_data_func (path, GUINT_TO_POINTER (counts[i]),
                          microphone_among_dead_inputs_is_as_loud_as_alone);
  }
  g_test_add_func ("/mixer/hiss-of-unused-inputs-does-not-count", hiss_of_unused_inputs_does_not_count);
  g_test_add_func ("/mixer/microphones-that-hear-the-same-give-their-mean",
                   microphones_that_hear_the_same_give_their_mean);
  g_test_add_func ("/mixer/second-speaker-is-heard-from-the-first-sample",
                   second_speaker_is_heard_from_the_first_sample);
  g_test_add_func ("/mixer/cutting-makes-no-difference", cutting_makes_no_difference);
  return g_test_run ();
}
