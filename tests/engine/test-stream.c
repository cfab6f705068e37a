/* Which sound becomes an utterance, and that none of it is lost. */
#include "stream-fixture.h"

#include "audio/vad.h"

#include <math.h>

/* --- silence ------------------------------------------------------------------------------------------ */

static void
silence_is_not_looked_at (void) {
  static const double noise_db[] = { -200, -70, -50, -30 };

  for (gsize i = 0; i < G_N_ELEMENTS (noise_db); i++) {
    g_autoptr (Sound) sound = sound_new ();
    struct fixture f;

    sound_add_silence (sound, 60000);
    sound_add_noise (sound, noise_db[i], 2);
    fixture_init (&f, NULL);
    fixture_play (&f, sound, CHUNK, TRUE);
    fixture_finish (&f);
    g_assert_cmpuint (f.told->len, ==, 0);
    g_assert_cmpuint (recognition.n_passes, ==, 0);
    g_assert_cmpint (quill_stream_time_ms (f.stream), ==, 60000);
    fixture_clear (&f);
  }
}

static void
no_sound_at_all_finishes (void) {
  struct fixture f;
  bool worked = true;

  fixture_init (&f, NULL);
  g_assert_cmpuint (quill_stream_push (f.stream, NULL, 0), ==, 0);
  g_assert_cmpint (quill_stream_step (f.stream, &worked, NULL), ==, QUILL_OK);
  g_assert_false (worked);
  fixture_finish (&f);
  g_assert_cmpuint (f.told->len, ==, 0);
  fixture_clear (&f);
}

/* --- utterances --------------------------------------------------------------------------------------- */

static void
utterance_has_pre_roll_and_tail (void) {
  g_autoptr (Sound) sound = sound_new ();
  struct fixture f;
  const struct told *final;

  sound_add_silence (sound, 2000);
  sound_add_speech (sound, 2000, -28);
  const gint64 speech_end_ms = sound_ms (sound);
  sound_add_silence (sound, 2000);
  sound_add_noise (sound, -62, 1);
  fixture_init (&f, NULL);
  fixture_play (&f, sound, CHUNK, TRUE);

  g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_SPEECH_BEGIN), ==, 1);
  g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_FINAL), ==, 1);
  g_assert_cmpint (g_array_index (f.told, struct told, 0).type, ==, QUILL_STREAM_SPEECH_BEGIN);
  final = fixture_nth (&f, QUILL_STREAM_FINAL, 0);
  g_assert_cmpint (final->start_ms, <=, 1500 + 64); /* two frames may pass before a swelling sound is loud */
  g_assert_cmpint (final->start_ms, >=, 1500 - 96);
  g_assert_cmpint (final->end_ms, >=, speech_end_ms);
  g_assert_cmpint (final->end_ms, <=, speech_end_ms + 500);
  g_assert_cmpuint (final->n_samples, ==, (final->end_ms - final->start_ms) * 16);
  g_assert_cmpint (fixture_nth (&f, QUILL_STREAM_SPEECH_BEGIN, 0)->start_ms, ==, final->start_ms);
  g_assert_false (quill_stream_in_speech (f.stream));
  /* What the pass was given is what was said then. */
  g_assert_cmpmem (f.said->data, f.said->len * sizeof (float), sound_samples (sound) + final->start_ms * 16,
                   final->n_samples * sizeof (float));
  fixture_clear (&f);
}

static void
word_at_the_very_beginning_is_kept (void) {
  g_autoptr (Sound) sound = sound_new ();
  struct fixture f;

  sound_add_speech (sound, 1000, -28);
  sound_add_silence (sound, 1500);
  sound_add_noise (sound, -62, 1);
  fixture_init (&f, NULL);
  fixture_play (&f, sound, CHUNK, TRUE);
  g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_FINAL), ==, 1);
  g_assert_cmpint (fixture_nth (&f, QUILL_STREAM_FINAL, 0)->start_ms, ==, 0);
  fixture_clear (&f);
}

static void
last_word_survives_the_end (void) {
  g_autoptr (Sound) sound = sound_new ();
  struct fixture f;

  sound_add_silence (sound, 1000);
  sound_add_speech (sound, 1507, -28); /* not a whole number of frames */
  sound_add_noise (sound, -62, 1);
  fixture_init (&f, NULL);
  fixture_play (&f, sound, CHUNK, FALSE);
  g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_FINAL), ==, 0);
  g_assert_true (quill_stream_in_speech (f.stream));
  fixture_finish (&f);
  g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_FINAL), ==, 1);
  g_assert_cmpint (fixture_nth (&f, QUILL_STREAM_FINAL, 0)->end_ms, ==, sound_ms (sound));
  g_assert_cmpmem (sound_samples (f.said) + f.said->len - 1000, 4000,
                   sound_samples (sound) + sound->len - 1000, 4000);
  g_assert_false (quill_stream_in_speech (f.stream));
  fixture_clear (&f);
}

static void
stream_goes_on_after_its_end (void) {
  g_autoptr (Sound) sound = sound_new ();
  struct fixture f;

  sound_add_silence (sound, 1000);
  sound_add_speech (sound, 1007, -28);
  sound_add_noise (sound, -62, 1);
  fixture_init (&f, NULL);
  for (guint i = 1; i <= 3; i++) {
    fixture_play (&f, sound, CHUNK, TRUE);
    fixture_finish (&f);
    g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_FINAL), ==, i);
    g_assert_cmpint (quill_stream_time_ms (f.stream), ==, (gint64)i * sound->len / 16);
    g_assert_cmpint (fixture_nth (&f, QUILL_STREAM_FINAL, i - 1)->end_ms, ==, (gint64)i * sound->len / 16);
    g_assert_cmpint (fixture_nth (&f, QUILL_STREAM_FINAL, i - 1)->start_ms, >=,
                     (gint64)(i - 1) * sound->len / 16);
  }
  fixture_clear (&f);
}

static void
only_a_pause_ends_an_utterance (void) {
  static const struct {
    guint pause_ms, gap_ms, finals;
  } table[] = { { 700, 450, 1 }, { 700, 900, 2 }, { 300, 450, 2 }, { 1500, 900, 1 } };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (Sound) sound = sound_new ();
    struct quill_stream_settings settings;
    struct fixture f;

    sound_add_silence (sound, 1000);
    sound_add_speech (sound, 1000, -28);
    sound_add_silence (sound, table[i].gap_ms);
    sound_add_speech (sound, 1000, -28);
    sound_add_silence (sound, 2000);
    sound_add_noise (sound, -62, 1);
    quill_stream_settings_init (&settings);
    settings.pause_ms = table[i].pause_ms;
    fixture_init (&f, &settings);
    fixture_play (&f, sound, CHUNK, TRUE);
    g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_FINAL), ==, table[i].finals);
    fixture_clear (&f);
  }
}

/* As the header says: once there are 600 ms of silence, and not a frame before. Half of them, in whole
 * frames, are the end of the utterance. */
static void
usual_pause_is_600_ms (void) {
  const gint64 frame_ms = QUILL_VAD_FRAME / 16, tail_ms = (300 + frame_ms - 1) / frame_ms * frame_ms;
  g_autoptr (Sound) sound = sound_new ();
  gint64 speech_end_ms, quiet_ms;
  struct fixture f;
  gsize at = 0;

  sound_add_silence (sound, 1000);
  sound_add_speech (sound, 1000, -28);
  sound_add_silence (sound, 2000);
  sound_add_noise (sound, -62, 1);
  fixture_init (&f, NULL);
  while (fixture_count (&f, QUILL_STREAM_FINAL) == 0) {
    g_assert_cmpuint (at, <, sound->len);
    at += quill_stream_push (f.stream, sound_samples (sound) + at, QUILL_VAD_FRAME);
    g_assert_cmpint (quill_stream_step (f.stream, NULL, NULL), ==, QUILL_OK);
  }
  speech_end_ms = fixture_nth (&f, QUILL_STREAM_FINAL, 0)->end_ms - tail_ms;
  quiet_ms = (gint64)at / 16 - speech_end_ms;
  g_assert_cmpint (speech_end_ms, >=, 2000 - frame_ms);
  g_assert_cmpint (quiet_ms, >=, 600);
  g_assert_cmpint (quiet_ms, <, 600 + frame_ms);
  fixture_clear (&f);
}

static void
utterances_do_not_overlap (void) {
  g_autoptr (Sound) sound = sound_new ();
  struct quill_stream_settings settings;
  struct fixture f;
  gint64 end_ms = 0;

  for (guint i = 0; i < 10; i++) {
    sound_add_speech (sound, 700, -28);
    sound_add_silence (sound, 330); /* shorter than pre-roll and pause */
  }
  sound_add_noise (sound, -62, 1);
  quill_stream_settings_init (&settings);
  settings.pause_ms = 200;
  fixture_init (&f, &settings);
  fixture_play (&f, sound, CHUNK, TRUE);
  fixture_finish (&f);
  g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_FINAL), ==, 10);
  for (guint i = 0; i < 10; i++) {
    const struct told *final = fixture_nth (&f, QUILL_STREAM_FINAL, i);

    g_assert_cmpint (final->start_ms, >=, end_ms);
    g_assert_cmpint (final->end_ms, >, final->start_ms + 700);
    end_ms = final->end_ms;
  }
  fixture_clear (&f);
}

/* --- pushes ------------------------------------------------------------------------------------------- */

static void
pushes_do_not_change_the_outcome (void) {
  static const gsize chunk[] = { 1, 37, 160, 511, 512, 513, 4096, 1000000 };
  g_autoptr (Sound) sound = three_utterances ();
  struct fixture reference, f;

  sound_add_speech (sound, 40000, -28); /* longer than an utterance may be: cuts are compared too */
  fixture_init (&reference, NULL);
  fixture_play (&reference, sound, CHUNK, FALSE);
  fixture_finish (&reference);
  g_assert_cmpuint (fixture_count (&reference, QUILL_STREAM_FINAL), ==, 5);

  for (gsize i = 0; i < 2 * G_N_ELEMENTS (chunk); i++) {
    Sound *kept = g_steal_pointer (&recognition.sound);

    fixture_init (&f, NULL);
    fixture_play (&f, sound, chunk[i / 2], i % 2);
    fixture_finish (&f);
    g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_FINAL), ==,
                      fixture_count (&reference, QUILL_STREAM_FINAL));
    for (guint k = 0; k < fixture_count (&f, QUILL_STREAM_FINAL); k++) {
      const struct told *a = fixture_nth (&f, QUILL_STREAM_FINAL, k),
                        *b = fixture_nth (&reference, QUILL_STREAM_FINAL, k);

      g_assert_cmpint (a->start_ms, ==, b->start_ms);
      g_assert_cmpint (a->end_ms, ==, b->end_ms);
      g_assert_cmpuint (a->hash, ==, b->hash);
    }
    fixture_clear (&f);
    recognition.sound = kept;
  }
  fixture_clear (&reference);
}

static void
push_stops_where_a_final_pass_is_due (void) {
  g_autoptr (Sound) sound = three_utterances ();
  struct fixture f;
  gsize taken;

  fixture_init (&f, NULL);
  taken = quill_stream_push (f.stream, sound_samples (sound), sound->len);
  g_assert_cmpuint (taken, >, 4000 * 16);
  g_assert_cmpuint (taken, <, 5000 * 16);
  g_assert_cmpuint (quill_stream_push (f.stream, sound_samples (sound) + taken, 100), ==, 0);
  g_assert_cmpuint (recognition.n_passes, ==, 0); /* a push never decodes, nor tells anything */
  g_assert_cmpuint (f.told->len, ==, 0);
  g_assert_cmpint (quill_stream_step (f.stream, NULL, NULL), ==, QUILL_OK);
  g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_FINAL), ==, 1);
  g_assert_cmpuint (quill_stream_push (f.stream, sound_samples (sound) + taken, 100), ==, 100);
  fixture_clear (&f);
}

static void
broken_samples_become_silence (void) {
  g_autoptr (Sound) sound = three_utterances ();
  static const float broken[] = { NAN, INFINITY, -INFINITY };
  struct fixture f;
  guint n_zero = 0;

  for (guint i = 0; i < sound->len; i += 7)
    sound_samples (sound)[i] = broken[i % 3];
  fixture_init (&f, NULL);
  fixture_play (&f, sound, CHUNK, TRUE);
  fixture_finish (&f);
  g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_FINAL), >=, 1);
  for (guint i = 0; i < f.said->len; i++) {
    g_assert_true (isfinite (sound_samples (f.said)[i]));
    n_zero += sound_samples (f.said)[i] == 0;
  }
  g_assert_cmpuint (n_zero, >=, f.said->len / 7);
  fixture_clear (&f);
}

/* --- the greatest length ------------------------------------------------------------------------------ */

static void
forced_cuts_lose_nothing (void) {
  g_autoptr (Sound) sound = sound_new ();
  struct fixture f;
  guint n;

  sound_add_silence (sound, 1000);
  sound_add_speech (sound, 90000, -28);
  const gint64 speech_end_ms = sound_ms (sound);
  sound_add_silence (sound, 1500);
  sound_add_noise (sound, -62, 1);
  fixture_init (&f, NULL);
  fixture_play (&f, sound, CHUNK, TRUE);
  n = fixture_count (&f, QUILL_STREAM_FINAL);
  g_assert_cmpuint (n, ==, 4);
  g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_SPEECH_BEGIN), ==, n);
  for (guint i = 0; i < n; i++) {
    const struct told *final = fixture_nth (&f, QUILL_STREAM_FINAL, i);

    g_assert_cmpint (final->end_ms - final->start_ms, <=, 28000);
    if (i > 0)
      g_assert_cmpint (final->start_ms, ==, fixture_nth (&f, QUILL_STREAM_FINAL, i - 1)->end_ms);
    if (i + 1 < n)
      g_assert_cmpint (final->end_ms - final->start_ms, >=, 25000);
  }
  g_assert_cmpint (fixture_nth (&f, QUILL_STREAM_FINAL, n - 1)->end_ms, >=, speech_end_ms);
  /* Sample for sample. */
  g_assert_cmpmem (f.said->data, f.said->len * sizeof (float),
                   sound_samples (sound) + fixture_nth (&f, QUILL_STREAM_FINAL, 0)->start_ms * 16,
                   f.said->len * sizeof (float));
  fixture_clear (&f);
}

static void
cut_falls_into_the_quietest_gap (void) {
  g_autoptr (Sound) sound = sound_new ();
  struct fixture f;
  gint64 gap_ms;

  sound_add_tone (sound, 300, 500, -80);
  for (guint i = 0; i < 5; i++) {
    sound_add_speech (sound, 4900, -28);
    gap_ms = sound_ms (sound);
    sound_add_silence (sound, 200); /* longer than the closures within speech */
  }
  sound_add_speech (sound, 20000, -28);
  sound_add_noise (sound, -62, 1);
  fixture_init (&f, NULL);
  fixture_play (&f, sound, CHUNK, TRUE);
  g_assert_cmpint (fixture_nth (&f, QUILL_STREAM_FINAL, 0)->end_ms, >=, gap_ms - 32);
  g_assert_cmpint (fixture_nth (&f, QUILL_STREAM_FINAL, 0)->end_ms, <=, gap_ms + 200 + 32);
  fixture_clear (&f);
}

static void
silence_after_a_cut_is_not_looked_at (void) {
  g_autoptr (Sound) sound = sound_new ();
  struct quill_stream_settings settings;
  struct fixture f;

  /* The greatest length is reached within the pause, which is where the cut falls. */
  sound_add_silence (sound, 1000);
  sound_add_speech (sound, 26500, -28);
  sound_add_silence (sound, 10000);
  sound_add_noise (sound, -62, 1);
  quill_stream_settings_init (&settings);
  settings.pause_ms = 5000;
  fixture_init (&f, &settings);
  fixture_play (&f, sound, CHUNK, TRUE);
  fixture_finish (&f);
  g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_FINAL), ==, 1);
  g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_SPEECH_BEGIN), ==, 1);
  fixture_clear (&f);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stream/silence-is-not-looked-at", silence_is_not_looked_at);
  g_test_add_func ("/stream/no-sound-at-all-finishes", no_sound_at_all_finishes);
  g_test_add_func ("/stream/utterance-has-pre-roll-and-tail", utterance_has_pre_roll_and_tail);
  g_test_add_func ("/stream/word-at-the-very-beginning-is-kept", word_at_the_very_beginning_is_kept);
  g_test_add_func ("/stream/last-word-survives-the-end", last_word_survives_the_end);
  g_test_add_func ("/stream/goes-on-after-its-end", stream_goes_on_after_its_end);
  g_test_add_func ("/stream/only-a-pause-ends-an-utterance", only_a_pause_ends_an_utterance);
  g_test_add_func ("/stream/usual-pause-is-600-ms", usual_pause_is_600_ms);
  g_test_add_func ("/stream/utterances-do-not-overlap", utterances_do_not_overlap);
  g_test_add_func ("/stream/pushes-do-not-change-the-outcome", pushes_do_not_change_the_outcome);
  g_test_add_func ("/stream/push-stops-where-a-final-pass-is-due", push_stops_where_a_final_pass_is_due);
  g_test_add_func ("/stream/broken-samples-become-silence", broken_samples_become_silence);
  g_test_add_func ("/stream/forced-cuts-lose-nothing", forced_cuts_lose_nothing);
  g_test_add_func ("/stream/cut-falls-into-the-quietest-gap", cut_falls_into_the_quietest_gap);
  g_test_add_func ("/stream/silence-after-a-cut-is-not-looked-at", silence_after_a_cut_is_not_looked_at);
  return g_test_run ();
}
