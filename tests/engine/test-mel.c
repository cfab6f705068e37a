/* The log-mel front end against golden values of the training kit (tests/support/golden/make_golden_mel.py).
 */
#include <float.h>
#include <math.h>
#include <sndfile.h>
#include <string.h>

#include "audio/mel.h"

#include <glib.h>

#define SECOND 16000

/* Slaney's mel scale and area-normalised triangles, as librosa.filters.mel and the training kit have them. */
static double
to_hz (double mel) {
  return mel < 15.0 ? mel * 200.0 / 3.0 : 1000.0 * exp (log (6.4) / 27.0 * (mel - 15.0));
}

static float *
filters_new (size_t n_mels) {
  float *filters = g_new (float, n_mels *QUILL_MEL_BINS);
  const double top = 15.0 + 27.0 * log (8.0) / log (6.4);

  for (size_t m = 0; m < n_mels; m++) {
    const double low = to_hz (top * (double)m / (double)(n_mels + 1));
    const double centre = to_hz (top * (double)(m + 1) / (double)(n_mels + 1));
    const double high = to_hz (top * (double)(m + 2) / (double)(n_mels + 1));

    for (size_t i = 0; i < QUILL_MEL_BINS; i++) {
      const double hz = (double)i * 40.0;
      const double slope = fmin ((hz - low) / (centre - low), (high - hz) / (high - centre));

      filters[m * QUILL_MEL_BINS + i] = (float)(fmax (0.0, slope) * 2.0 / (high - low));
    }
  }
  return filters;
}

struct rig {
  struct quill_mel *mel;
  struct quill_pool *pool;
  size_t n_mels;
};

static void
rig_open (struct rig *rig, size_t n_mels, unsigned n_threads) {
  g_autofree float *filters = filters_new (n_mels);

  rig->n_mels = n_mels;
  g_assert_cmpint (quill_mel_open (&rig->mel, filters, n_mels, n_threads, NULL), ==, QUILL_OK);
  g_assert_cmpint (quill_pool_open (&rig->pool, n_threads, NULL), ==, QUILL_OK);
}

static void
rig_close (struct rig *rig) {
  quill_mel_close (&rig->mel);
  quill_pool_close (&rig->pool);
  g_assert_null (rig->mel);
}

static float *
power (const struct rig *rig, const float *samples, size_t n, size_t first, size_t n_frames) {
  float *out = g_new (float, n_frames * rig->n_mels);

  quill_mel_power (rig->mel, rig->pool, samples, n, first, n_frames, out);
  return out;
}

static float
maximum (const float *x, size_t n) {
  float max = -INFINITY;

  for (size_t i = 0; i < n; i++)
    max = fmaxf (max, x[i]);
  return max;
}

/* The sounds of make_golden_mel.py. */
static float *
noise_new (size_t n) {
  float *x = g_new0 (float, n);
  uint32_t state = 1;

  for (size_t i = 0; i < n; i++) {
    state = state * 1664525u + 1013904223u;
    if (i / 4000 % 2 == 0)
      x[i] = (float)((int)(state >> 16) - 32768) / 32768.0f;
  }
  return x;
}

static float *
sweep_new (size_t n) {
  float *x = g_new (float, n);
  uint32_t phase = 0, step = 0;

  for (size_t i = 0; i < n; i++) {
    x[i] = (float)(0.5 * sin (2.0 * M_PI * (double)phase / 4294967296.0));
    step = (step + 20000u) % 2147483648u;
    phase += step;
  }
  return x;
}

static float *
sample_new (size_t n) {
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "data", "samples", "sample.wav", NULL);
  SF_INFO info = { 0 };
  SNDFILE *file = sf_open (path, SFM_READ, &info);
  float *x = g_new (float, n);

  g_assert_nonnull (file);
  g_assert_cmpint (sf_readf_float (file, x, (sf_count_t)n), ==, (sf_count_t)n);
  sf_close (file);
  return x;
}

static float *
sound_new (const char *name, size_t n) {
  if (strcmp (name, "sample") == 0)
    return sample_new (n);
  if (strcmp (name, "noise") == 0)
    return noise_new (n);
  g_assert_cmpstr (name, ==, "sweep");
  return sweep_new (n);
}

/* A golden frame. The FFT's rounding is relative to the frame's strongest bins: amplitude a of the strongest
 * mel is off by some 2 eps a in every other, which is 2 eps a / b of an amplitude b there; log10 of the power
 * doubles it and multiplies by 1 / ln 10. 5e-6 are the golden file's digits, and as much for sums and the
 * logarithm. */
static void
check_frame (const struct rig *rig, const float *samples, size_t n, size_t index, const char *values) {
  g_auto (GStrv) expected = g_strsplit (values, " ", 0);
  g_autofree float *frame = power (rig, samples, n, index, 1);
  const double top = (double)maximum (frame, rig->n_mels);

  g_assert_cmpuint (g_strv_length (expected), ==, rig->n_mels);
  for (size_t m = 0; m < rig->n_mels; m++) {
    const double value = g_ascii_strtod (expected[m], NULL);
    const double amplitudes = pow (10.0, (top - value) / 2.0); /* a / b */
    const double tolerance = 1e-5 + 4.0 * FLT_EPSILON * amplitudes / log (10.0);

    if (fabs ((double)frame[m] - value) > tolerance)
      g_error ("frame %zu, mel %zu: %.6f, not %.6f (within %.6f)", index, m, (double)frame[m], value,
               tolerance);
  }
}

static void
equals_the_training_kit (void) {
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "golden", "mel.golden", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autofree float *samples = NULL;
  struct rig rig = { 0 };
  size_t n = 0, n_frames = 0;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", 0);
  for (char **line = lines; *line; line++) {
    if (g_str_has_prefix (*line, "case ")) {
      g_auto (GStrv) words = g_strsplit (*line, " ", 0);

      if (rig.mel)
        rig_close (&rig);
      g_free (samples);
      n = (size_t)g_ascii_strtoull (words[2], NULL, 10);
      samples = sound_new (words[1], n);
      rig_open (&rig, (size_t)g_ascii_strtoull (words[3], NULL, 10), 2);
      g_autofree float *all = power (&rig, samples, n, 0, n / QUILL_MEL_HOP + 3000);
      const float max = maximum (all, (n / QUILL_MEL_HOP + 3000) * rig.n_mels);
      g_assert_cmpfloat_with_epsilon (max, (float)g_ascii_strtod (words[4], NULL), 1e-5f);
    } else if (g_str_has_prefix (*line, "frame ")) {
      char *values;
      const size_t index = (size_t)g_ascii_strtoull (*line + strlen ("frame "), &values, 10);

      check_frame (&rig, samples, n, index, values + 1);
      n_frames++;
    }
  }
  g_assert_cmpuint (n_frames, >, 50);
  rig_close (&rig);
}

static void
pieces_are_the_whole (void) {
  const size_t n = 3 * SECOND + 11, n_frames = n / QUILL_MEL_HOP + 5;
  g_autofree float *samples = noise_new (n);
  struct rig rig;

  rig_open (&rig, 80, 2);
  g_autofree float *whole = power (&rig, samples, n, 0, n_frames);
  for (size_t first = 0; first < n_frames; first += 7) {
    const size_t some = MIN (7, n_frames - first);
    g_autofree float *piece = power (&rig, samples, n, first, some);

    g_assert_cmpmem (piece, some * 80 * sizeof *piece, whole + first * 80, some * 80 * sizeof *piece);
  }
  quill_mel_power (rig.mel, rig.pool, samples, n, 0, 0, NULL);
  rig_close (&rig);
}

static void
same_bits_for_every_number_of_threads (void) {
  const size_t n = 10 * SECOND, n_frames = n / QUILL_MEL_HOP;
  g_autofree float *samples = noise_new (n), *first = NULL;
  const unsigned n_threads[] = { 1, 2, 3, 8 };

  for (size_t i = 0; i < G_N_ELEMENTS (n_threads); i++) {
    struct rig rig;

    rig_open (&rig, 80, n_threads[i]);
    g_autofree float *out = power (&rig, samples, n, 0, n_frames);
    if (!first)
      first = g_memdup2 (out, n_frames * 80 * sizeof *out);
    g_assert_cmpmem (out, n_frames * 80 * sizeof *out, first, n_frames * 80 * sizeof *out);
    rig_close (&rig);
  }
}

static void
silence_is_the_floor (void) {
  const float quiet[500] = { 0 };
  struct rig rig;

  rig_open (&rig, 128, 1);
  g_autofree float *nothing = power (&rig, NULL, 0, 0, 3), *zeros = power (&rig, quiet, 500, 0, 6);
  for (size_t i = 0; i < 3 * 128; i++) {
    g_assert_cmpfloat (nothing[i], ==, -10.0f);
    g_assert_cmpfloat (zeros[i], ==, -10.0f);
  }
  rig_close (&rig);
}

static void
non_finite_samples_count_as_silence (void) {
  const size_t n = SECOND;
  g_autofree float *broken = noise_new (n), *mended = noise_new (n);
  const float bad[] = { NAN, INFINITY, -INFINITY };
  struct rig rig;

  for (size_t i = 0; i < n; i += 37) {
    broken[i] = bad[i % 3];
    mended[i] = 0.0f;
  }
  rig_open (&rig, 80, 1);
  g_autofree float *a = power (&rig, broken, n, 0, 100), *b = power (&rig, mended, n, 0, 100);
  g_assert_cmpmem (a, 8000 * sizeof *a, b, 8000 * sizeof *b);
  rig_close (&rig);
}

static void
enormous_samples_stay_finite (void) {
  g_autofree float *samples = noise_new (4000);
  struct rig rig;

  for (size_t i = 0; i < 4000; i++)
    samples[i] *= FLT_MAX;
  rig_open (&rig, 80, 1);
  g_autofree float *out = power (&rig, samples, 4000, 0, 25);
  for (size_t i = 0; i < 25 * 80; i++)
    g_assert_true (isfinite (out[i]));
  rig_close (&rig);
}

static void
finish_clamps_to_eight_below_the_maximum (void) {
  float x[] = { 2.0f, -5.9f, -6.0f, -6.1f, -10.0f };

  quill_mel_finish (x, G_N_ELEMENTS (x), 2.0f);
  g_assert_cmpfloat (x[0], ==, 1.5f);
  g_assert_cmpfloat_with_epsilon (x[1], -0.475f, 1e-6f);
  for (size_t i = 2; i < G_N_ELEMENTS (x); i++)
    g_assert_cmpfloat (x[i], ==, -0.5f);
}

static void
open_says_when_there_is_no_memory_and_leaks_nothing (void) {
  g_autofree float *filters = filters_new (80);
  const unsigned long before = quill_alloc_count ();
  struct quill_mel *mel = NULL;

  g_assert_cmpint (quill_mel_open (&mel, filters, 80, 3, NULL), ==, QUILL_OK);
  const unsigned long n = quill_alloc_count () - before;
  g_assert_cmpuint (quill_mel_bytes (mel), >, 0);
  quill_mel_close (&mel);
  g_assert_cmpuint (n, >, 0);
  for (unsigned long at = 1; at <= n; at++) {
    struct quill_error err = { 0 };

    quill_alloc_fail_at (at);
    g_assert_cmpint (quill_mel_open (&mel, filters, 80, 3, &err), ==, QUILL_ERR_NOMEM);
    quill_alloc_fail_at (0);
    g_assert_cmpint (err.code, ==, QUILL_ERR_NOMEM);
    g_assert_cmpstr (err.message, !=, "");
    g_assert_null (mel);
  }
  quill_mel_close (&mel);
  quill_mel_close (NULL);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mel/equals-the-training-kit", equals_the_training_kit);
  g_test_add_func ("/mel/pieces-are-the-whole", pieces_are_the_whole);
  g_test_add_func ("/mel/same-bits-for-every-number-of-threads", same_bits_for_every_number_of_threads);
  g_test_add_func ("/mel/silence-is-the-floor", silence_is_the_floor);
  g_test_add_func ("/mel/non-finite-samples-count-as-silence", non_finite_samples_count_as_silence);
  g_test_add_func ("/mel/enormous-samples-stay-finite", enormous_samples_stay_finite);
  g_test_add_func ("/mel/finish-clamps-to-eight-below-the-maximum", finish_clamps_to_eight_below_the_maximum);
  g_test_add_func ("/mel/open-says-when-there-is-no-memory-and-leaks-nothing",
                   open_says_when_there_is_no_memory_and_leaks_nothing);
  return g_test_run ();
}
