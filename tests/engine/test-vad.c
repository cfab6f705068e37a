/* Voice activity: what counts as speech, frame by frame. */
#include "audio/vad.h"

#include "noise.h"
#include "sound.h"

#include <math.h>

#define FRAME_MS 32

/* Frames with speech; *first (may be NULL) is where the first speech begins: its first loud frame. */
static guint
count_speech (struct quill_vad *vad, Sound *sound, guint *first) {
  guint n_speech = 0;

  for (guint i = 0; (i + 1) * QUILL_VAD_FRAME <= sound->len; i++)
    if (quill_vad_frame (vad, sound_samples (sound) + i * QUILL_VAD_FRAME, NULL)) {
      if (n_speech++ == 0 && first)
        *first = i + 1 - vad->onset;
    }
  return n_speech;
}

static void
level_is_that_of_the_sound (void) {
  static const double level_db[] = { 0, -20, -40, -60 };

  for (gsize i = 0; i < G_N_ELEMENTS (level_db); i++) {
    g_autoptr (Sound) sound = sound_new ();
    struct quill_vad vad;
    float level = 0;

    sound_add_tone (sound, 96, 1000, level_db[i]);
    quill_vad_init (&vad);
    for (guint f = 0; f < 3; f++)
      quill_vad_frame (&vad, sound_samples (sound) + f * QUILL_VAD_FRAME, &level);
    g_assert_cmpfloat_with_epsilon (level, level_db[i], 0.3);
  }
}

static void
digital_silence_has_the_lowest_level (void) {
  g_autoptr (Sound) sound = sound_new ();
  struct quill_vad vad;
  float level = 0;

  sound_add_silence (sound, 32);
  quill_vad_init (&vad);
  g_assert_false (quill_vad_frame (&vad, sound_samples (sound), &level));
  g_assert_cmpfloat (level, ==, -120);
}

static void
steady_noise_is_never_speech (void) {
  for (double level_db = -90; level_db <= -10; level_db += 5) {
    g_autoptr (Sound) sound = sound_new ();
    struct quill_vad vad;

    sound_add_silence (sound, 20000);
    sound_add_noise (sound, level_db, 7);
    quill_vad_init (&vad);
    g_test_message ("noise of %g dBFS", level_db);
    g_assert_cmpuint (count_speech (&vad, sound, NULL), ==, 0);
  }
}

static void
hum_and_offset_are_not_speech (void) {
  g_autoptr (Sound) sound = sound_new ();
  struct quill_vad vad;

  sound_add_tone (sound, 8000, 50, -30);
  for (guint i = 0; i < sound->len; i++)
    sound_samples (sound)[i] += 0.3f;
  sound_add_noise (sound, -60, 3);
  quill_vad_init (&vad);
  g_assert_cmpuint (count_speech (&vad, sound, NULL), ==, 0);
}

static void
microphone_that_starts_late_is_not_speech (void) {
  g_autoptr (Sound) noise = sound_new (), sound = sound_new ();
  struct quill_vad vad;

  sound_add_silence (noise, 10000);
  sound_add_noise (noise, -40, 11);
  sound_add_silence (sound, 300);
  g_array_append_vals (sound, noise->data, noise->len);
  quill_vad_init (&vad);
  g_assert_cmpuint (count_speech (&vad, sound, NULL), ==, 0);
}

static void
click_is_not_speech (void) {
  g_autoptr (Sound) sound = sound_new ();
  struct quill_vad vad;

  sound_add_silence (sound, 1000);
  for (guint i = 0; i < 20; i++) {
    sound_add_tone (sound, 30, 2000, -15); /* a key stroke: touches two frames at most */
    sound_add_silence (sound, 200);
  }
  sound_add_noise (sound, -60, 5);
  quill_vad_init (&vad);
  g_assert_cmpuint (count_speech (&vad, sound, NULL), ==, 0);
}

/* A voice with tremolo is now and then taken for speech; bench-vad counts how often. */
static const enum noise told_from_speech[] = {
  NOISE_DIGITAL_SILENCE, NOISE_ROOM,    NOISE_FAN,    NOISE_GUSTS,  NOISE_RAIN,
  NOISE_STREET,          NOISE_STROKES, NOISE_TYPING, NOISE_BREATH, NOISE_CHORDS,
  NOISE_ARPEGGIO,        NOISE_MELODY,  NOISE_DOOR,   NOISE_BAND,   NOISE_PLUCKED,
};

static void
noises_are_not_speech (void) {
  for (gsize i = 0; i < G_N_ELEMENTS (told_from_speech); i++) {
    g_autoptr (Sound) sound = sound_new_noise (told_from_speech[i], 30000, 11);
    struct quill_vad vad;

    quill_vad_init (&vad);
    g_test_message ("%s", noise_name (told_from_speech[i]));
    g_assert_cmpuint (count_speech (&vad, sound, NULL), ==, 0);
  }
}

/* The beginning is at most a pre-roll before that of speech, also where there was other sound before it for
 * long; and at most one behind it. */
static void
speech_is_heard_among_noises (void) {
  for (gsize i = 0; i < G_N_ELEMENTS (told_from_speech); i++) {
    g_autoptr (Sound) sound = sound_new (), other = sound_new ();
    struct quill_vad vad;
    guint first = 0;

    sound_add_silence (sound, 20000);
    sound_add_speech (sound, 2000, -25);
    sound_add_kind (other, told_from_speech[i], 22000, -35, 5);
    sound_mix (sound, other, 0, 10);
    sound_add_noise (sound, -70, 6);
    quill_vad_init (&vad);
    g_test_message ("%s", noise_name (told_from_speech[i]));
    g_assert_cmpuint (count_speech (&vad, sound, &first), >, 20);
    g_assert_cmpuint (first * FRAME_MS, >=, 20000 - 15 * FRAME_MS);
    g_assert_cmpuint (first * FRAME_MS, <=, 20000 + 15 * FRAME_MS);
  }
}

static void
single_word_is_speech (void) {
  static const double level_db[] = { -20, -40, -55 };

  for (gsize i = 0; i < G_N_ELEMENTS (level_db); i++)
    for (guint ms = 200; ms <= 500; ms += 50) {
      g_autoptr (Sound) sound = sound_new ();
      struct quill_vad vad;
      guint first = 0;

      sound_add_silence (sound, 2000);
      sound_add_syllable (sound, ms, level_db[i]);
      sound_add_silence (sound, 1000);
      sound_add_noise (sound, -75, 6);
      quill_vad_init (&vad);
      g_test_message ("%u ms of %g dBFS", ms, level_db[i]);
      g_assert_cmpuint (count_speech (&vad, sound, &first), >, 0);
      g_assert_cmpuint (first * FRAME_MS, <=, 2000 + 4 * FRAME_MS);
    }
}

/* Frames on which the rules and the network agree, up to the one with which speech begins. The network by
 * itself is worth 0.6 of a frame. */
static guint
count_clear_frames (const char *name) {
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "speech", name, NULL);
  g_autoptr (Sound) sound = sound_new ();
  struct quill_vad vad;
  guint n_clear = 0;

  sound_add_silence (sound, 2000);
  sound_add_wav (sound, path);
  sound_add_noise (sound, -70, 6);
  quill_vad_init (&vad);
  for (guint i = 0; !vad.speech; i++) {
    const float before = vad.evidence;

    g_assert_cmpuint ((i + 1) * QUILL_VAD_FRAME, <=, sound->len);
    quill_vad_frame (&vad, sound_samples (sound) + i * QUILL_VAD_FRAME, NULL);
    if (vad.likely > 0.8f && vad.evidence > before + 0.61f)
      n_clear++;
  }
  return n_clear;
}

static void
two_clear_frames_begin_speech (void) {
  static const char *const name[] = { "drew-a-new-line.wav", "he-flushed.wav", "new-paragraph.wav",
                                      "oil-my-neck.wav", "scratch-that.wav" };
  guint n_begun_by_two = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (name); i++) {
    const guint n_clear = count_clear_frames (name[i]);

    g_test_message ("%s: %u", name[i], n_clear);
    g_assert_cmpuint (n_clear, <=, 2);
    n_begun_by_two += n_clear == 2;
  }
  g_assert_cmpuint (n_begun_by_two, >, 0);
}

static void
whisper_is_speech (void) {
  for (double level_db = -55; level_db <= -25; level_db += 10) {
    g_autoptr (Sound) sound = sound_new ();
    struct quill_vad vad;
    guint first = 0;

    sound_add_silence (sound, 2000);
    for (guint i = 0; i < 4; i++) {
      sound_add_whisper (sound, 250, level_db, i);
      sound_add_silence (sound, 60);
    }
    sound_add_noise (sound, -75, 6);
    quill_vad_init (&vad);
    g_test_message ("%g dBFS", level_db);
    g_assert_cmpuint (count_speech (&vad, sound, &first), >, 10);
    g_assert_cmpuint (first * FRAME_MS, <=, 2000 + 4 * FRAME_MS);
  }
}

/* Speech in noise of many levels begins within its first syllable, does not fall apart, and ends. */
static void
speech_stands_out_of_noise (void) {
  for (double level_db = -75; level_db <= -30; level_db += 5) {
    g_autoptr (Sound) sound = sound_new ();
    struct quill_vad vad;
    guint first_ms = 0, last_ms = 0, longest_gap_ms = 0;

    sound_add_silence (sound, 2000);
    sound_add_speech (sound, 3000, MAX (level_db + 18, -48));
    sound_add_silence (sound, 2000);
    sound_add_noise (sound, level_db, 9);
    quill_vad_init (&vad);
    for (guint i = 0; (i + 1) * QUILL_VAD_FRAME <= sound->len; i++)
      if (quill_vad_frame (&vad, sound_samples (sound) + i * QUILL_VAD_FRAME, NULL)) {
        if (first_ms == 0)
          first_ms = last_ms = (i + 1 - vad.onset) * FRAME_MS;
        longest_gap_ms = MAX (longest_gap_ms, i * FRAME_MS - last_ms);
        last_ms = (i + 1) * FRAME_MS;
      }
    g_test_message ("noise of %g dBFS: %u to %u ms, longest gap %u", level_db, first_ms, last_ms,
                    longest_gap_ms);
    g_assert_cmpuint (first_ms, >=, 2000 - FRAME_MS);
    g_assert_cmpuint (first_ms, <=, 2000 + 3 * FRAME_MS);
    g_assert_cmpuint (last_ms, >=, 4700);
    g_assert_cmpuint (last_ms, <=, 5400);
    g_assert_cmpuint (longest_gap_ms, <, 400);
  }
}

static void
recording_may_begin_with_speech (void) {
  static const double noise_db[] = { -100, -60 };

  for (gsize i = 0; i < G_N_ELEMENTS (noise_db); i++) {
    g_autoptr (Sound) sound = sound_new ();
    struct quill_vad vad;
    guint first = 99;

    sound_add_speech (sound, 2000, -25);
    sound_add_noise (sound, noise_db[i], 4);
    quill_vad_init (&vad);
    g_assert_cmpuint (count_speech (&vad, sound, &first), >, 20);
    g_assert_cmpuint (first * FRAME_MS, <, 256); /* what came before it is pre-roll */
  }
}

static void
louder_room_is_learnt_within_seconds (void) {
  g_autoptr (Sound) quiet = sound_new (), loud = sound_new ();
  struct quill_vad vad;

  sound_add_silence (quiet, 3000);
  sound_add_noise (quiet, -65, 21);
  sound_add_silence (loud, 5000);
  sound_add_noise (loud, -30, 22);
  quill_vad_init (&vad);
  g_assert_cmpuint (count_speech (&vad, quiet, NULL), ==, 0);
  g_assert_cmpfloat_with_epsilon (vad.floor_db, -66, 2);
  g_assert_cmpuint (count_speech (&vad, loud, NULL), ==, 0);
  g_assert_cmpfloat_with_epsilon (vad.floor_db, -31, 2);
}

static void
absurd_samples_do_no_lasting_harm (void) {
  static const float size[] = { 3.4e38f, 1e20f, 1e19f }; /* of which also the squares have no float */

  for (gsize s = 0; s < G_N_ELEMENTS (size); s++) {
    g_autoptr (Sound) sound = sound_new ();
    struct quill_vad vad;
    float level = 0;

    sound_add_tone (sound, 1000, 1000, 700);
    for (guint i = 0; i < sound->len; i++)
      sound_samples (sound)[i] = i / 16 % 2 ? size[s] : -size[s];
    quill_vad_init (&vad);
    count_speech (&vad, sound, NULL);
    g_array_set_size (sound, 0);
    sound_add_tone (sound, 320, 1000, -20);
    for (guint f = 0; f < 10; f++)
      quill_vad_frame (&vad, sound_samples (sound) + f * QUILL_VAD_FRAME, &level);
    g_test_message ("%g", (double)size[s]);
    g_assert_cmpfloat_with_epsilon (level, -20, 0.3);
    g_array_set_size (sound, 0);
    sound_add_silence (sound, 5000);
    sound_add_speech (sound, 2000, -25);
    g_assert_cmpuint (count_speech (&vad, sound, NULL), >, 20);
  }
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vad/level-is-that-of-the-sound", level_is_that_of_the_sound);
  g_test_add_func ("/vad/digital-silence-has-the-lowest-level", digital_silence_has_the_lowest_level);
  g_test_add_func ("/vad/steady-noise-is-never-speech", steady_noise_is_never_speech);
  g_test_add_func ("/vad/hum-and-offset-are-not-speech", hum_and_offset_are_not_speech);
  g_test_add_func ("/vad/microphone-that-starts-late-is-not-speech",
                   microphone_that_starts_late_is_not_speech);
  g_test_add_func ("/vad/click-is-not-speech", click_is_not_speech);
  g_test_add_func ("/vad/speech-is-heard-among-noises", speech_is_heard_among_noises);
  g_test_add_func ("/vad/single-word-is-speech", single_word_is_speech);
  g_test_add_func ("/vad/two-clear-frames-begin-speech", two_clear_frames_begin_speech);
  g_test_add_func ("/vad/whisper-is-speech", whisper_is_speech);
  g_test_add_func ("/vad/noises-are-not-speech", noises_are_not_speech);
  g_test_add_func ("/vad/speech-stands-out-of-noise", speech_stands_out_of_noise);
  g_test_add_func ("/vad/recording-may-begin-with-speech", recording_may_begin_with_speech);
  g_test_add_func ("/vad/louder-room-is-learnt-within-seconds", louder_room_is_learnt_within_seconds);
  g_test_add_func ("/vad/absurd-samples-do-no-lasting-harm", absurd_samples_do_no_lasting_harm);
  return g_test_run ();
}
