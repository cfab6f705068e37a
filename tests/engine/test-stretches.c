/* Where a recording is cut: stretches of speech between its pauses. */
#include "audio/stretches.h"

#include "audio/boundary.h"
#include "audio/vad.h"
#include "base/arena.h"
#include "noise.h"
#include "sound.h"

#include <math.h>
#include <string.h>

#define FRAME_MS 32
#define ONSET_MS 150 /* how far off the detector may be about where speech begins and ends */

/* Params for made-up speech, which the network takes for what it is. */
static struct quill_vad_params
params_for_tones (void) {
  struct quill_vad_params params;

  quill_vad_params_init (&params);
  params.threshold = 0;
  params.chunk_length_s = 0;
  return params;
}

/* All stretches of the sound; (element-type struct quill_stretch). They are in order, of whole frames, and
 * within it. */
static GArray *
find (const struct quill_vad_params *params, const Sound *sound) {
  GArray *all = g_array_new (FALSE, FALSE, sizeof (struct quill_stretch));
  struct quill_stretches *stretches = NULL;
  struct quill_stretch stretch;
  gsize end = 0;

  g_assert_cmpint (quill_stretches_open (&stretches, params, sound_samples (sound), sound->len, NULL), ==,
                   QUILL_OK);
  while (!quill_stretches_done (stretches))
    if (quill_stretches_next (stretches, &stretch)) {
      g_assert_cmpuint (stretch.begin, >=, end);
      g_assert_cmpuint (stretch.begin, <, stretch.speech_end);
      g_assert_cmpuint (stretch.speech_end, <=, stretch.end);
      g_assert_cmpuint (stretch.end, <=, sound->len);
      g_assert_cmpuint (stretch.begin % QUILL_VAD_FRAME, ==, 0);
      g_assert_true (stretch.end % QUILL_VAD_FRAME == 0 || stretch.end == sound->len);
      end = stretch.end;
      g_array_append_val (all, stretch);
    }
  quill_stretches_close (&stretches);
  g_assert_null (stretches);
  return all;
}

static const struct quill_stretch *
nth (const GArray *all, guint i) {
  g_assert_cmpuint (i, <, all->len);
  return &g_array_index (all, struct quill_stretch, i);
}

static gint64
ms_of (gsize sample) {
  return (gint64)(sample / 16);
}

/* The stretch has all of the speech, and pads that are no longer than asked for. */
static void
assert_holds (const struct quill_stretch *stretch, gint64 begin_ms, gint64 end_ms, guint pad_ms) {
  g_test_message ("%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT " ms for %" G_GINT64_FORMAT "-%" G_GINT64_FORMAT,
                  ms_of (stretch->begin), ms_of (stretch->end), begin_ms, end_ms);
  g_assert_cmpint (ms_of (stretch->begin), <=, begin_ms);
  g_assert_cmpint (ms_of (stretch->begin), >=, begin_ms - pad_ms - ONSET_MS);
  g_assert_cmpint (ms_of (stretch->end), >=, end_ms);
  g_assert_cmpint (ms_of (stretch->end), <=, end_ms + pad_ms + ONSET_MS);
  g_assert_cmpint (ms_of (stretch->speech_end), >=, end_ms - ONSET_MS);
}

/* When something is said. */
typedef struct {
  gint64 begin_ms, end_ms;
} Said;

/* Speech of about these lengths, 0: no more, with a pause before the first and behind each, in a quiet room;
 * said gets when it is. */
static Sound *
speech_with_pauses (const guint *speech_ms, guint pause_ms, Said *said) {
  Sound *sound = sound_new ();

  sound_add_silence (sound, pause_ms);
  for (guint i = 0; speech_ms[i] > 0; i++) {
    said[i].begin_ms = sound_ms (sound);
    sound_add_speech (sound, speech_ms[i], -20);
    said[i].end_ms = sound_ms (sound);
    sound_add_silence (sound, pause_ms);
  }
  sound_add_noise (sound, -70, 3);
  return sound;
}

static void
silence_and_noise_are_no_stretch (void) {
  struct quill_vad_params params;

  quill_vad_params_init (&params);
  params.chunk_length_s = 0;
  for (int kind = 0; kind < N_NOISES; kind++) {
    g_autoptr (Sound) sound = sound_new_noise ((enum noise)kind, 12000, 1);
    g_autoptr (GArray) all = find (&params, sound);

    g_test_message ("%s", noise_name ((enum noise)kind));
    g_assert_cmpuint (all->len, ==, 0);
  }
}

/* Nobody else is there to share the sound behind the last word with. */
static void
all_that_is_left_is_the_last_stretchs_pad (void) {
  const struct quill_vad_params params = params_for_tones ();
  g_autoptr (Sound) sound = sound_new ();

  sound_add_silence (sound, 1000);
  sound_add_speech (sound, 2000, -20);
  sound_add_silence (sound, 100); /* half of the pad */
  sound_add_noise (sound, -70, 3);
  g_autoptr (GArray) all = find (&params, sound);
  g_assert_cmpuint (all->len, ==, 1);
  g_assert_cmpuint (nth (all, 0)->end, ==, sound->len);
}

/* It is over before the detector has made up its mind. */
static void
a_word_at_the_very_end_is_a_stretch (void) {
  const struct quill_vad_params params = params_for_tones ();
  g_autoptr (Sound) sound = sound_new ();

  sound_add_silence (sound, 2000);
  sound_add_syllable (sound, 190, -20);
  sound_add_noise (sound, -70, 3);
  g_autoptr (GArray) all = find (&params, sound);
  g_assert_cmpuint (all->len, ==, 1);
  g_assert_cmpint (ms_of (nth (all, 0)->begin), <=, 2000 + FRAME_MS);
}

/* What is left behind a forced cut is no click, however little it is. */
static void
the_rest_of_a_cut_phrase_is_kept (void) {
  struct quill_vad_params params = params_for_tones ();
  g_autoptr (Sound) sound = sound_new ();
  gsize heard = 0;

  params.min_speech_duration_ms = 4000;
  params.max_speech_duration_s = 3;
  sound_add_silence (sound, 1000);
  sound_add_speech (sound, 8000, -20);
  sound_add_silence (sound, 1000);
  sound_add_noise (sound, -70, 3);
  g_autoptr (GArray) all = find (&params, sound);
  for (guint i = 0; i < all->len; i++)
    heard += nth (all, i)->end - nth (all, i)->begin;
  g_assert_cmpint (ms_of (heard), >=, 7900 - 4000); /* from the piece on that shows that it is no click */
  g_assert_cmpint (ms_of (nth (all, all->len - 1)->end), >=, 9000);
}

/* With their pads, and however long these are meant to be. */
static void
wide_pads_make_no_stretch_too_long (void) {
  struct quill_vad_params params = params_for_tones ();
  g_autoptr (Sound) sound = sound_new ();

  params.max_speech_duration_s = 1;
  params.speech_pad_ms = 400;
  sound_add_silence (sound, 1000);
  for (int i = 0; i < 20; i++) {
    sound_add_speech (sound, 450, -20);
    sound_add_silence (sound, 900);
  }
  sound_add_speech (sound, 4000, -20);
  sound_add_silence (sound, 1000);
  sound_add_noise (sound, -70, 3);
  g_autoptr (GArray) all = find (&params, sound);
  g_assert_cmpuint (all->len, >=, 20);
  for (guint i = 0; i < all->len; i++)
    g_assert_cmpint (ms_of (nth (all, i)->end - nth (all, i)->begin), <=, 1000);
}

static void
no_sound_is_no_stretch (void) {
  const struct quill_vad_params params = params_for_tones ();
  g_autoptr (Sound) sound = sound_new ();
  g_autoptr (GArray) all = find (&params, sound);

  g_assert_cmpuint (all->len, ==, 0);
}

static void
each_pause_is_a_cut (void) {
  static const guint speech_ms[] = { 2000, 900, 4000, 0 };
  Said said[G_N_ELEMENTS (speech_ms)];
  const struct quill_vad_params params = params_for_tones ();
  g_autoptr (Sound) sound = speech_with_pauses (speech_ms, 1500, said);
  g_autoptr (GArray) all = find (&params, sound);

  g_assert_cmpuint (all->len, ==, 3);
  for (guint i = 0; i < 3; i++)
    assert_holds (nth (all, i), said[i].begin_ms, said[i].end_ms, params.speech_pad_ms);
}

static void
shorter_pauses_are_none (void) {
  static const guint speech_ms[] = { 2000, 2000, 0 };
  Said said[G_N_ELEMENTS (speech_ms)];
  struct quill_vad_params params = params_for_tones ();
  g_autoptr (Sound) sound = speech_with_pauses (speech_ms, 1000, said);
  g_autoptr (GArray) cut = NULL;
  g_autoptr (GArray) whole = NULL;

  params.min_silence_duration_ms = 700;
  cut = find (&params, sound);
  g_assert_cmpuint (cut->len, ==, 2);
  params.min_silence_duration_ms = 1300;
  whole = find (&params, sound);
  g_assert_cmpuint (whole->len, ==, 1);
  assert_holds (nth (whole, 0), said[0].begin_ms, said[1].end_ms, params.speech_pad_ms);
}

/* What lies between two stretches is shared out where both want it. */
static void
pads_do_not_overlap (void) {
  static const guint speech_ms[] = { 2000, 2000, 0 };
  Said said[G_N_ELEMENTS (speech_ms)];
  struct quill_vad_params params = params_for_tones ();
  g_autoptr (Sound) sound = speech_with_pauses (speech_ms, 500, said);
  g_autoptr (GArray) none = NULL;
  g_autoptr (GArray) all = NULL;

  params.speech_pad_ms = 400;
  all = find (&params, sound);
  g_assert_cmpuint (all->len, ==, 2);
  g_assert_cmpuint (nth (all, 1)->begin - nth (all, 0)->end, <=, QUILL_VAD_FRAME);
  assert_holds (nth (all, 0), said[0].begin_ms, said[0].end_ms, 400);
  assert_holds (nth (all, 1), said[1].begin_ms, said[1].end_ms, 400);
  params.speech_pad_ms = 0;
  none = find (&params, sound);
  g_assert_cmpuint (none->len, ==, 2);
  g_assert_cmpuint (nth (none, 0)->end, ==, nth (none, 0)->speech_end);
  g_assert_cmpuint (nth (none, 0)->begin, >, nth (all, 0)->begin);
}

static void
neighbours_that_fit_are_joined (void) {
  static const guint speech_ms[] = { 2000, 2000, 2000, 2000, 2000, 0 };
  Said said[G_N_ELEMENTS (speech_ms)];
  struct quill_vad_params params = params_for_tones ();
  g_autoptr (Sound) sound = speech_with_pauses (speech_ms, 1000, said);
  g_autoptr (GArray) all = NULL;

  params.chunk_length_s = 6; /* two and the pause between them, but not three */
  all = find (&params, sound);
  g_assert_cmpuint (all->len, ==, 3);
  assert_holds (nth (all, 0), said[0].begin_ms, said[1].end_ms, params.speech_pad_ms);
  assert_holds (nth (all, 1), said[2].begin_ms, said[3].end_ms, params.speech_pad_ms);
  assert_holds (nth (all, 2), said[4].begin_ms, said[4].end_ms, params.speech_pad_ms);
}

static void
short_speech_is_left_out_when_asked_for (void) {
  static const guint speech_ms[] = { 2000, 600, 2000, 0 };
  Said said[G_N_ELEMENTS (speech_ms)];
  struct quill_vad_params params = params_for_tones ();
  g_autoptr (Sound) sound = speech_with_pauses (speech_ms, 1000, said);
  g_autoptr (GArray) all = NULL;

  params.min_speech_duration_ms = 1000;
  all = find (&params, sound);
  g_assert_cmpuint (all->len, ==, 2);
  assert_holds (nth (all, 0), said[0].begin_ms, said[0].end_ms, params.speech_pad_ms);
  assert_holds (nth (all, 1), said[2].begin_ms, said[2].end_ms, params.speech_pad_ms);
}

/* Nothing is as sure as 1; everything is as likely as 0. */
static void
threshold_is_what_must_be_reached (void) {
  struct quill_vad_params params;
  g_autoptr (Sound) sound = sound_new ();
  static const struct {
    float threshold;
    guint n;
  } rows[] = { { 0, 1 }, { 0.5f, 1 }, { 1, 0 } };

  sound_add_silence (sound, 1000);
  sound_add_wav (sound, g_getenv ("LONGHAND_TEST_WAV"));
  sound_add_silence (sound, 1000);
  sound_add_noise (sound, -70, 3);
  quill_vad_params_init (&params);
  params.chunk_length_s = 30;
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GArray) all = NULL;

    params.threshold = rows[i].threshold;
    all = find (&params, sound);
    g_assert_cmpuint (all->len, ==, rows[i].n);
  }
}

/* Fluent speech of 20 s with one gap, too short for a pause, where it is cut: nothing is lost there. */
static void
fluent_speech_is_cut_where_it_is_quietest (void) {
  struct quill_vad_params params = params_for_tones ();
  g_autoptr (Sound) sound = sound_new ();
  g_autoptr (GArray) all = NULL;
  gint64 gap_ms, end_ms;

  sound_add_silence (sound, 960);
  sound_add_speech (sound, 8000, -20);
  gap_ms = sound_ms (sound);
  sound_add_silence (sound, 200);
  sound_add_speech (sound, 6000, -20);
  end_ms = sound_ms (sound);
  sound_add_silence (sound, 960);
  sound_add_noise (sound, -70, 3);
  params.max_speech_duration_s = 12;
  all = find (&params, sound);
  g_assert_cmpuint (all->len, ==, 2);
  g_assert_cmpuint (nth (all, 0)->end, ==, nth (all, 1)->begin);
  g_assert_cmpint (ms_of (nth (all, 0)->end), >=, gap_ms);
  g_assert_cmpint (ms_of (nth (all, 0)->end), <=, gap_ms + 200);
  g_assert_cmpint (ms_of (nth (all, 0)->begin), <=, 960);
  g_assert_cmpint (ms_of (nth (all, 1)->end), >=, end_ms);
}

static void
no_stretch_is_longer_than_asked_for (void) {
  for (float most_s = 1; most_s <= 28; most_s *= 2.5f) {
    struct quill_vad_params params = params_for_tones ();
    g_autoptr (Sound) sound = sound_new ();
    g_autoptr (GArray) all = NULL;
    gint64 end_ms;

    sound_add_silence (sound, 1000);
    sound_add_speech (sound, 45000, -20);
    end_ms = sound_ms (sound);
    sound_add_silence (sound, 1000);
    sound_add_noise (sound, -70, 3);
    params.max_speech_duration_s = most_s;
    all = find (&params, sound);
    g_test_message ("%g s: %u", (double)most_s, all->len);
    g_assert_cmpuint (all->len, >=, (guint)(45 / most_s));
    g_assert_cmpint (ms_of (nth (all, 0)->begin), <=, 1000);
    g_assert_cmpint (ms_of (nth (all, all->len - 1)->end), >=, end_ms);
    for (guint i = 0; i < all->len; i++) {
      g_assert_cmpfloat ((double)(nth (all, i)->end - nth (all, i)->begin) / 16000, <=, (double)most_s);
      if (i > 0)
        g_assert_cmpuint (nth (all, i)->begin, ==, nth (all, i - 1)->end);
    }
  }
}

static void
broken_samples_are_silence (void) {
  static const guint speech_ms[] = { 2000, 0 };
  Said said[G_N_ELEMENTS (speech_ms)];
  const struct quill_vad_params params = params_for_tones ();
  g_autoptr (Sound) sound = speech_with_pauses (speech_ms, 1000, said);
  g_autoptr (GArray) all = NULL;

  for (guint i = 0; i < 8000; i++)
    sound_samples (sound)[i] = i % 2 ? NAN : INFINITY;
  all = find (&params, sound);
  g_assert_cmpuint (all->len, ==, 1);
  assert_holds (nth (all, 0), said[0].begin_ms, said[0].end_ms, params.speech_pad_ms);
}

/* Whoever asks for the next stretch can be cancelled in between. */
static void
long_silence_is_listened_to_in_turns (void) {
  const struct quill_vad_params params = params_for_tones ();
  g_autoptr (Sound) sound = sound_new ();
  struct quill_stretches *stretches = NULL;
  struct quill_stretch stretch;
  guint n_turns = 0;

  sound_add_silence (sound, 60000);
  g_assert_cmpint (quill_stretches_open (&stretches, &params, sound_samples (sound), sound->len, NULL), ==,
                   QUILL_OK);
  for (; !quill_stretches_done (stretches); n_turns++)
    g_assert_false (quill_stretches_next (stretches, &stretch));
  g_assert_cmpuint (n_turns, >=, 58);
  quill_stretches_close (&stretches);
}

static void
out_of_memory_is_said (void) {
  const struct quill_vad_params params = params_for_tones ();
  struct quill_stretches *stretches = NULL;
  struct quill_error err = { 0 };

  quill_alloc_fail_at (1);
  g_assert_cmpint (quill_stretches_open (&stretches, &params, NULL, 0, &err), ==, QUILL_ERR_NOMEM);
  quill_alloc_fail_at (0);
  g_assert_nonnull (strstr (err.message, "memory"));
  g_assert_null (stretches);
}

static void
assert_refused (const struct quill_vad_params *params, const char *said) {
  struct quill_error err = { 0 };

  g_assert_cmpint (quill_vad_params_check (params, &err), ==, QUILL_ERR_INVALID);
  g_test_message ("%s", err.message);
  g_assert_nonnull (strstr (err.message, said));
}

static void
impossible_params_are_refused (void) {
  struct quill_vad_params good, bad;

  quill_vad_params_init (&good);
  g_assert_cmpint (quill_vad_params_check (&good, NULL), ==, QUILL_OK);
  bad = good;
  bad.threshold = 1.5f;
  assert_refused (&bad, "threshold of speech of 1.5");
  bad.threshold = NAN;
  assert_refused (&bad, "threshold");
  bad = good;
  bad.min_speech_duration_ms = 10001;
  assert_refused (&bad, "10001 ms");
  bad = good;
  bad.min_silence_duration_ms = 99;
  assert_refused (&bad, "silence of 99 ms");
  bad = good;
  bad.max_speech_duration_s = 31;
  assert_refused (&bad, "31 s");
  bad = good;
  bad.speech_pad_ms = 401;
  assert_refused (&bad, "pad of speech of 401 ms");
  bad = good;
  bad.chunk_length_s = NAN;
  assert_refused (&bad, "chunk length");
  bad.chunk_length_s = 31;
  assert_refused (&bad, "chunk length of 31 s");
}

static void
boundary_is_in_the_widest_gap (void) {
  float level_db[40];

  for (gsize i = 0; i < G_N_ELEMENTS (level_db); i++)
    level_db[i] = -20;
  g_assert_cmpuint (quill_quietest_boundary (level_db, 10, 40), ==, 37); /* the last of equals */
  level_db[30] = -80;                                                    /* a closure within a word */
  for (gsize i = 16; i < 22; i++)
    level_db[i] = -50;
  g_assert_cmpuint (quill_quietest_boundary (level_db, 10, 40), ==, 19);
  g_assert_cmpuint (quill_quietest_boundary (level_db, 25, 40), ==, 33);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stretches/silence-and-noise-are-none", silence_and_noise_are_no_stretch);
  g_test_add_func ("/stretches/all-that-is-left-is-the-last-ones-pad",
                   all_that_is_left_is_the_last_stretchs_pad);
  g_test_add_func ("/stretches/a-word-at-the-very-end-is-one", a_word_at_the_very_end_is_a_stretch);
  g_test_add_func ("/stretches/the-rest-of-a-cut-phrase-is-kept", the_rest_of_a_cut_phrase_is_kept);
  g_test_add_func ("/stretches/no-sound-is-none", no_sound_is_no_stretch);
  g_test_add_func ("/stretches/each-pause-is-a-cut", each_pause_is_a_cut);
  g_test_add_func ("/stretches/shorter-pauses-are-none", shorter_pauses_are_none);
  g_test_add_func ("/stretches/wide-pads-make-no-stretch-too-long", wide_pads_make_no_stretch_too_long);
  g_test_add_func ("/stretches/pads-do-not-overlap", pads_do_not_overlap);
  g_test_add_func ("/stretches/neighbours-that-fit-are-joined", neighbours_that_fit_are_joined);
  g_test_add_func ("/stretches/short-speech-is-left-out-when-asked-for",
                   short_speech_is_left_out_when_asked_for);
  g_test_add_func ("/stretches/threshold-is-what-must-be-reached", threshold_is_what_must_be_reached);
  g_test_add_func ("/stretches/fluent-speech-is-cut-where-it-is-quietest",
                   fluent_speech_is_cut_where_it_is_quietest);
  g_test_add_func ("/stretches/none-is-longer-than-asked-for", no_stretch_is_longer_than_asked_for);
  g_test_add_func ("/stretches/broken-samples-are-silence", broken_samples_are_silence);
  g_test_add_func ("/stretches/long-silence-is-listened-to-in-turns", long_silence_is_listened_to_in_turns);
  g_test_add_func ("/stretches/out-of-memory-is-said", out_of_memory_is_said);
  g_test_add_func ("/stretches/impossible-params-are-refused", impossible_params_are_refused);
  g_test_add_func ("/stretches/boundary-is-in-the-widest-gap", boundary_is_in_the_widest_gap);
  return g_test_run ();
}
