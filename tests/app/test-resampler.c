#include "audio/longhand-pump-resampler.h"
#include "audio/longhand-pump.h"
#include "longhand-error.h"

#include <math.h>

/* A tone in channels whose mean is the tone alone. [n_frames, n_channels] */
static float *
tone (double rate_hz, guint n_channels, double tone_hz, gsize n_frames) {
  float *frames = g_new (float, n_frames *n_channels);

  for (gsize i = 0; i < n_frames; i++)
    for (guint c = 0; c < n_channels; c++) {
      const double value = 0.5 * sin (2 * G_PI * tone_hz * (double)i / rate_hz);
      const double offset = n_channels == 1 ? 0 : 0.2 * ((double)c - (n_channels - 1) / 2.0);

      frames[i * n_channels + c] = (float)(value + offset);
    }
  return frames;
}

static GArray *
convert (double rate_hz, guint n_channels, const float *frames, gsize n_frames, gsize piece) {
  g_autoptr (GError) error = NULL;
  g_autoptr (LonghandResampler) resampler = longhand_resampler_new (rate_hz, n_channels, &error);
  GArray *out = g_array_new (FALSE, FALSE, sizeof (float));

  g_assert_no_error (error);
  for (gsize at = 0; at < n_frames; at += piece)
    longhand_resampler_process (resampler, frames + at * n_channels, MIN (piece, n_frames - at), FALSE, out);
  longhand_resampler_process (resampler, frames, 0, TRUE, out);
  return out;
}

/* Every rate and channel count of usual devices gives the same tone of the same length. The bound is the
 * filter's: libsamplerate promises 121 dB for its medium quality, and the ends ring for some milliseconds. */
static void
tone_survives (gconstpointer data) {
  const guint *format = data;
  const double rate_hz = format[0];
  const gsize n_frames = (gsize)rate_hz;
  g_autofree float *frames = tone (rate_hz, format[1], 440, n_frames);
  g_autoptr (GArray) out = convert (rate_hz, format[1], frames, n_frames, 480);
  double worst = 0;

  g_assert_cmpint (ABS ((int)out->len - LONGHAND_PUMP_RATE_HZ), <=, 1);
  for (guint i = 800; i < LONGHAND_PUMP_RATE_HZ - 800; i++)
    worst = fmax (worst, fabs ((double)g_array_index (out, float, i)
                               - 0.5 * sin (2 * G_PI * 440 * i / LONGHAND_PUMP_RATE_HZ)));
  g_test_message ("%.0f Hz, %u channels: worst difference %g", rate_hz, format[1], worst);
  g_assert_cmpfloat (worst, <, 1e-4);
}

static void
right_rate_passes_untouched (void) {
  g_autofree float *frames = tone (LONGHAND_PUMP_RATE_HZ, 1, 440, 5000);
  g_autoptr (GArray) out = convert (LONGHAND_PUMP_RATE_HZ, 1, frames, 5000, 333);

  g_assert_cmpmem (out->data, out->len * sizeof (float), frames, 5000 * sizeof (float));
}

static void
cutting_makes_no_difference (void) {
  g_autofree float *frames = tone (44100, 2, 1234, 44100);
  g_autoptr (GArray) whole = convert (44100, 2, frames, 44100, 44100);

  for (gsize piece = 1; piece < 44100; piece = piece * 7 + 3) {
    g_autoptr (GArray) out = convert (44100, 2, frames, 44100, piece);

    g_assert_cmpuint (out->len, ==, whole->len);
    for (guint i = 0; i < out->len; i++)
      g_assert_cmpfloat_with_epsilon (g_array_index (out, float, i), g_array_index (whole, float, i), 1e-6);
  }
}

static void
what_is_above_half_the_rate_is_gone (void) {
  g_autofree float *frames = tone (48000, 1, 11000, 48000);
  g_autoptr (GArray) out = convert (48000, 1, frames, 48000, 480);

  for (guint i = 800; i < 15200; i++)
    g_assert_cmpfloat (fabsf (g_array_index (out, float, i)), <, 1e-4);
}

static void
not_finite_samples_are_silence (void) {
  float frames[] = { 0.25f, 0.75f, NAN, 0.5f, INFINITY, 0, 0.5f, 0.5f };
  g_autoptr (GArray) out = convert (LONGHAND_PUMP_RATE_HZ, 2, frames, 4, 4);
  const float expected[] = { 0.5f, 0.25f, 0, 0.5f };

  g_assert_cmpmem (out->data, out->len * sizeof (float), expected, sizeof expected);
}

static void
absurd_formats_are_refused (void) {
  const double rates_hz[] = { 0, -1, 10, 1e9, NAN };

  for (guint i = 0; i < G_N_ELEMENTS (rates_hz); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (longhand_resampler_new (rates_hz[i], 1, &error));
    g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID);
  }
  {
    g_autoptr (GError) error = NULL;

    g_assert_null (longhand_resampler_new (48000, 0, &error));
    g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID);
  }
}

int
main (int argc, char **argv) {
  static const guint formats[][2] = { { 8000, 1 },  { 16000, 2 }, { 22050, 1 }, { 32000, 1 }, { 44100, 1 },
                                      { 44100, 2 }, { 48000, 1 }, { 48000, 2 }, { 48000, 6 }, { 96000, 2 } };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_autofree char *path
        = g_strdup_printf ("/resampler/tone-survives/%u-Hz-%u-channels", formats[i][0], formats[i][1]);

    g_test_add_data_func (path, formats[i], tone_survives);
  }
  g_test_add_func ("/resampler/right-rate-passes-untouched", right_rate_passes_untouched);
  g_test_add_func ("/resampler/cutting-makes-no-difference", cutting_makes_no_difference);
  g_test_add_func ("/resampler/what-is-above-half-the-rate-is-gone", what_is_above_half_the_rate_is_gone);
  g_test_add_func ("/resampler/not-finite-samples-are-silence", not_finite_samples_are_silence);
  g_test_add_func ("/resampler/absurd-formats-are-refused", absurd_formats_are_refused);
  return g_test_run ();
}
