/* Noise reduction and automatic gain. The linker puts speex_preprocess_ctl of this file before the library's
 * (--wrap). Environment: LONGHAND_TEST_WAV, 16 kHz mono speech. */
#include "audio/longhand-enhancer.h"
#include "longhand-error.h"
#include "sound.h"

#include <math.h>
#include <speex/speex_preprocess.h>
#include <string.h>

#define SECOND 16000
#define QUANTUM (1.0f / 32768) /* the library hears samples of 16 bits */

static const LonghandEnhancement neither = { FALSE, FALSE }, denoise = { TRUE, FALSE },
                                 gain = { FALSE, TRUE }, both = { TRUE, TRUE };

/* ---- a library without some of it ---- */

static int refused = -1; /* request */

int __wrap_speex_preprocess_ctl (SpeexPreprocessState *state, int request, void *value);
int __real_speex_preprocess_ctl (SpeexPreprocessState *state, int request, void *value);

int
__wrap_speex_preprocess_ctl (SpeexPreprocessState *state, int request, void *value) {
  return request == refused ? -1 : __real_speex_preprocess_ctl (state, request, value);
}

/* ---- sound ---- */

static Sound *
enhance (const LonghandEnhancement *wanted, const Sound *sound, gsize piece) {
  g_autoptr (GError) error = NULL;
  g_autoptr (LonghandEnhancer) enhancer = longhand_enhancer_new (wanted, &error);
  Sound *out = sound_new ();

  g_assert_no_error (error);
  for (gsize at = 0; at < sound->len; at += piece) {
    longhand_enhancer_process (enhancer, sound_samples (sound) + at, MIN (piece, sound->len - at), FALSE,
                               out);
    g_assert_cmpuint (out->len, <=, MIN (at + piece, sound->len));
    g_assert_cmpuint (out->len + 40 * 16, >=, MIN (at + piece, sound->len)); /* no more than that is held */
  }
  longhand_enhancer_process (enhancer, NULL, 0, TRUE, out);
  return out;
}

static double
level_db (const Sound *sound, gsize from, gsize to) {
  double power = 0;

  for (gsize i = from; i < to; i++)
    power += pow ((double)sound_samples (sound)[i], 2);
  return 10 * log10 (power / (double)(to - from));
}

/* The recording over and over, so much louder. */
static Sound *
speech (guint n_times, double louder_db) {
  const float scale = (float)pow (10, louder_db / 20);
  Sound *sound = sound_new ();

  for (guint i = 0; i < n_times; i++)
    sound_add_wav (sound, g_getenv ("LONGHAND_TEST_WAV"));
  for (guint i = 0; i < sound->len; i++)
    sound_samples (sound)[i] *= scale;
  return sound;
}

/* How alike they are with out so many samples later. */
static double
likeness (const Sound *in, const Sound *out, int later) {
  double sum = 0;

  for (int i = SECOND; i + SECOND < (int)in->len; i++)
    sum += (double)sound_samples (in)[i] * (double)sound_samples (out)[i + later];
  return sum;
}

/* ---- tests ---- */

static void
nothing_wanted_changes_nothing (void) {
  g_autoptr (LonghandEnhancer) enhancer = longhand_enhancer_new (&neither, NULL);
  const float samples[] = { 0.1f, -2.5f, 1e-9f };
  g_autoptr (Sound) out = sound_new ();

  longhand_enhancer_process (enhancer, samples, 2, FALSE, out);
  g_assert_cmpmem (out->data, out->len * sizeof (float), samples, 2 * sizeof (float));
  longhand_enhancer_process (enhancer, samples + 2, 1, TRUE, out);
  g_assert_cmpmem (out->data, out->len * sizeof (float), samples, sizeof samples);
}

static void
every_length_stays_as_it_is (void) {
  const guint lengths[] = { 0, 1, 319, 320, 321, 639, 640, 641, 5000 };

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++) {
    g_autoptr (Sound) sound = sound_new ();
    g_autoptr (Sound) out = NULL;

    g_array_set_size (sound, lengths[i]);
    sound_add_noise (sound, -30, 1);
    out = enhance (&both, sound, 100);
    g_assert_cmpuint (out->len, ==, lengths[i]);
  }
}

/* Before it knows a voice, what is quiet has a gain of 1, and what comes out is what went in but for
 * rounding, of the way in and of that out. */
static void
times_stay_to_the_sample (void) {
  g_autoptr (Sound) sound = sound_new ();
  g_autoptr (Sound) out = NULL;

  sound_add_tone (sound, 300, 440, -45);
  sound_add_noise (sound, -45, 1);
  out = enhance (&gain, sound, sound->len);
  for (guint i = 0; i < sound->len; i++)
    g_assert_cmpfloat_with_epsilon (sound_samples (out)[i], sound_samples (sound)[i], 1.5f * QUANTUM);
}

static void
voice_stays_where_it_was (gconstpointer data) {
  g_autoptr (Sound) sound = speech (2, 0);
  g_autoptr (Sound) out = NULL;
  double best;

  sound_add_noise (sound, -45, 1);
  out = enhance (data, sound, 1600);
  best = likeness (sound, out, 0);
  for (int later = -400; later <= 400; later++)
    if (later != 0)
      g_assert_cmpfloat (likeness (sound, out, later), <, best);
}

static void
cutting_makes_no_difference (void) {
  g_autoptr (Sound) sound = speech (1, -20);
  g_autoptr (Sound) whole = NULL;
  const gsize pieces[] = { 1, 7, 319, 320, 321, 4096 };

  sound_add_noise (sound, -60, 1);
  whole = enhance (&both, sound, sound->len);
  for (gsize i = 0; i < G_N_ELEMENTS (pieces); i++) {
    g_autoptr (Sound) out = enhance (&both, sound, pieces[i]);

    g_assert_cmpmem (out->data, out->len * sizeof (float), whole->data, whole->len * sizeof (float));
  }
}

/* The library lowers it by 15 dB at most, so that it does not sound like water. */
static void
steady_noise_is_lowered (void) {
  g_autoptr (Sound) sound = sound_new ();
  g_autoptr (Sound) out = NULL;
  double lower_db;

  sound_add_silence (sound, 5000);
  sound_add_noise (sound, -40, 1);
  out = enhance (&denoise, sound, sound->len);
  lower_db = level_db (sound, 2 * SECOND, 5 * SECOND) - level_db (out, 2 * SECOND, 5 * SECOND);
  g_test_message ("lower by %.1f dB", lower_db);
  g_assert_cmpfloat (lower_db, >, 12);
}

/* A voice 25 dB above it is not. Where the recording's second utterance is, of 3.9 to 5.5 s. */
static void
voice_in_noise_is_kept (void) {
  g_autoptr (Sound) clean = speech (2, 0);
  g_autoptr (Sound) sound = speech (2, 0);
  g_autoptr (Sound) out = NULL;
  const gsize from = clean->len / 2 + 39 * SECOND / 10, to = clean->len / 2 + 55 * SECOND / 10;
  double louder_db;

  sound_add_noise (sound, level_db (clean, from, to) - 25, 1);
  out = enhance (&denoise, sound, sound->len);
  louder_db = level_db (out, from, to) - level_db (clean, from, to);
  g_test_message ("louder by %.1f dB", louder_db);
  g_assert_cmpfloat (fabs (louder_db), <, 1);
}

/* Half a minute of it, of which the last ten seconds count. */
static void
voices_come_to_one_level (void) {
  const double louder_db[] = { 6, 0, -12, -24 };

  for (gsize i = 0; i < G_N_ELEMENTS (louder_db); i++) {
    g_autoptr (Sound) sound = speech (5, louder_db[i]);
    g_autoptr (Sound) out = enhance (&gain, sound, sound->len);

    const double end_db = level_db (out, out->len - 10 * SECOND, out->len);

    g_test_message ("%.1f dBFS became %.1f", level_db (sound, sound->len - 10 * SECOND, sound->len), end_db);
    g_assert_cmpfloat (fabs (end_db + 31), <, 2);
  }
}

static void
silence_stays_silent (void) {
  g_autoptr (Sound) sound = sound_new ();
  g_autoptr (Sound) out = NULL;

  sound_add_silence (sound, 10000);
  out = enhance (&both, sound, 1600);
  g_assert_cmpmem (out->data, out->len * sizeof (float), sound->data, sound->len * sizeof (float));
}

/* What is beyond full scale is cut off there. */
static void
too_loud_does_not_wrap_around (void) {
  g_autoptr (Sound) sound = sound_new ();
  g_autoptr (Sound) out = NULL;

  sound_add_tone (sound, 200, 100, 6);
  out = enhance (&denoise, sound, sound->len);
  for (guint i = 0; i < sound->len; i++)
    if (fabsf (sound_samples (sound)[i]) >= 1)
      g_assert_cmpfloat (sound_samples (sound)[i] * sound_samples (out)[i], >, 0.5f);
}

static void
library_that_lacks_it_is_an_error (void) {
  const int requests[] = { SPEEX_PREPROCESS_SET_AGC, SPEEX_PREPROCESS_SET_DENOISE };

  for (gsize i = 0; i < G_N_ELEMENTS (requests); i++) {
    g_autoptr (GError) error = NULL;

    refused = requests[i];
    g_assert_null (longhand_enhancer_new (&both, &error));
    g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED);
    g_assert_nonnull (strstr (error->message, "speexdsp"));
  }
  {
    g_autoptr (GError) error = NULL;
    g_autoptr (LonghandEnhancer) enhancer = NULL;

    refused = SPEEX_PREPROCESS_SET_AGC;
    enhancer = longhand_enhancer_new (&denoise, &error); /* which is not asked for it */
    g_assert_no_error (error);
    g_assert_nonnull (enhancer);
  }
  refused = -1;
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/enhancer/nothing-wanted-changes-nothing", nothing_wanted_changes_nothing);
  g_test_add_func ("/enhancer/every-length-stays-as-it-is", every_length_stays_as_it_is);
  g_test_add_func ("/enhancer/times-stay-to-the-sample", times_stay_to_the_sample);
  g_test_add_data_func ("/enhancer/voice-stays-where-it-was/noise-reduction", &denoise,
                        voice_stays_where_it_was);
  g_test_add_data_func ("/enhancer/voice-stays-where-it-was/both", &both, voice_stays_where_it_was);
  g_test_add_func ("/enhancer/cutting-makes-no-difference", cutting_makes_no_difference);
  g_test_add_func ("/enhancer/steady-noise-is-lowered", steady_noise_is_lowered);
  g_test_add_func ("/enhancer/voice-in-noise-is-kept", voice_in_noise_is_kept);
  g_test_add_func ("/enhancer/voices-come-to-one-level", voices_come_to_one_level);
  g_test_add_func ("/enhancer/silence-stays-silent", silence_stays_silent);
  g_test_add_func ("/enhancer/too-loud-does-not-wrap-around", too_loud_does_not_wrap_around);
  g_test_add_func ("/enhancer/library-that-lacks-it-is-an-error", library_that_lacks_it_is_an_error);
  return g_test_run ();
}
