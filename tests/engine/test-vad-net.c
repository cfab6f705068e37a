/* What the detector's network is told, and what it remembers. */
#include "audio/vad-net.h"

#include "sound.h"

#include <math.h>

#define FRAME QUILL_SPECTRUM_FRAME

static int
loudest_band (const float power[QUILL_SPECTRUM_BANDS]) {
  int best = 0;

  for (int b = 1; b < QUILL_SPECTRUM_BANDS; b++)
    best = power[b] > power[best] ? b : best;
  return best;
}

static void
tone_is_in_its_band (void) {
  static const struct {
    double hz;
    int band;
  } table[] = { { 150, 0 }, { 1000, 6 }, { 3000, 13 }, { 7000, 19 } };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (Sound) sound = sound_new ();
    struct quill_spectrum spectrum;
    float power[QUILL_SPECTRUM_HALVES][QUILL_SPECTRUM_BANDS];

    sound_add_tone (sound, 64, table[i].hz, -3.01);
    quill_spectrum_init (&spectrum);
    quill_spectrum_frame (&spectrum, sound_samples (sound), power);
    quill_spectrum_frame (&spectrum, sound_samples (sound) + FRAME, power);
    g_test_message ("%g Hz", table[i].hz);
    for (int h = 0; h < QUILL_SPECTRUM_HALVES; h++) {
      g_assert_cmpint (loudest_band (power[h]), ==, table[i].band);
      g_assert_cmpfloat (power[h][table[i].band], >, 0.1);
      g_assert_cmpfloat (power[h][(table[i].band + 10) % QUILL_SPECTRUM_BANDS], <, 1e-4);
    }
  }
}

/* The first half's window is the frame before and the first half, the second's the frame itself. */
static void
halves_follow_one_another (void) {
  struct quill_spectrum spectrum;
  float samples[FRAME] = { 0 }, power[QUILL_SPECTRUM_HALVES][QUILL_SPECTRUM_BANDS];

  quill_spectrum_init (&spectrum);
  samples[FRAME - 1 - FRAME / 8] = 1;
  quill_spectrum_frame (&spectrum, samples, power);
  g_assert_cmpfloat (power[0][10], ==, 0);
  g_assert_cmpfloat (power[1][10], >, 0);
  samples[FRAME - 1 - FRAME / 8] = 0;
  quill_spectrum_frame (&spectrum, samples, power);
  g_assert_cmpfloat (power[0][10], >, 0);
  g_assert_cmpfloat (power[1][10], ==, 0);
}

static void
hear (struct quill_net *net, GRand *rand, guint n_frames, float *likely) {
  for (guint i = 0; i < n_frames; i++) {
    float inputs[QUILL_NET_INPUTS];

    for (guint k = 0; k < QUILL_NET_INPUTS; k++)
      inputs[k] = (float)g_rand_double_range (rand, -1, 1);
    *likely = quill_net_frame (net, inputs);
    g_assert_cmpfloat (*likely, >=, 0);
    g_assert_cmpfloat (*likely, <=, 1);
  }
}

/* However long it listens and to what: nothing goes astray for good. */
static void
what_was_two_seconds_ago_is_forgotten (void) {
  g_autoptr (GRand) other = g_rand_new_with_seed (1);

  for (guint n_before = 0; n_before < 100; n_before += 33) {
    g_autoptr (GRand) same = g_rand_new_with_seed (2);
    struct quill_net fresh, used;
    float a, b;

    quill_net_init (&fresh);
    quill_net_init (&used);
    for (guint i = 0; i < 2; i++) {
      hear (&fresh, other, 50, &a);
      hear (&used, other, 60 + n_before, &b);
    }
    for (guint i = 0; i <= QUILL_NET_PAST; i++) {
      g_autoptr (GRand) twin = g_rand_copy (same);

      hear (&fresh, same, 1, &a);
      hear (&used, twin, 1, &b);
    }
    g_assert_cmpfloat (a, ==, b);
  }
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vad-net/tone-is-in-its-band", tone_is_in_its_band);
  g_test_add_func ("/vad-net/halves-follow-one-another", halves_follow_one_another);
  g_test_add_func ("/vad-net/what-was-two-seconds-ago-is-forgotten", what_was_two_seconds_ago_is_forgotten);
  return g_test_run ();
}
