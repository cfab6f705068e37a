/* When the stream looks at an utterance, how it asks, and what it does when that fails. */
#include "stream-fixture.h"

#include "base/arena.h"
#include "noise.h"

#include <string.h>

/* --- tentative text ----------------------------------------------------------------------------------- */

static void
tentative_text_comes_often_while_speaking (void) {
  g_autoptr (Sound) sound = three_utterances ();
  struct fixture f;
  gint64 begin_ms = 0, last_ms = 0;
  guint n_tentative = 0;

  fixture_init (&f, NULL);
  fixture_play (&f, sound, CHUNK, TRUE);
  for (guint i = 0; i < f.told->len; i++) {
    const struct told *told = &g_array_index (f.told, struct told, i);

    if (told->type == QUILL_STREAM_SPEECH_BEGIN) {
      begin_ms = told->start_ms;
      last_ms = begin_ms + 480; /* the pre-roll was silent */
      n_tentative = 0;
    } else if (told->type == QUILL_STREAM_TENTATIVE) {
      g_assert_cmpint (told->start_ms, ==, begin_ms);
      g_assert_cmpint (told->end_ms - last_ms, <=, 1000);
      g_assert_cmpint (told->end_ms - last_ms, >=, 600 - 100);
      last_ms = told->end_ms;
      n_tentative++;
    } else {
      g_assert_cmpuint (n_tentative, >=, (told->end_ms - told->start_ms - 1500) / 1200);
    }
  }
  g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_TENTATIVE), >=, 6);
  fixture_clear (&f);
}

static void
pause_makes_no_tentative_text (void) {
  g_autoptr (Sound) sound = sound_new ();
  struct quill_stream_settings settings;
  struct fixture f;

  sound_add_silence (sound, 1000);
  sound_add_speech (sound, 1000, -28);
  const gint64 speech_end_ms = sound_ms (sound);
  sound_add_silence (sound, 6000);
  sound_add_noise (sound, -62, 1);
  quill_stream_settings_init (&settings);
  settings.pause_ms = 5000;
  settings.max_utterance_ms = 20000;
  fixture_init (&f, &settings);
  fixture_play (&f, sound, CHUNK, TRUE);
  g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_TENTATIVE), >=, 1);
  for (guint i = 0; i < fixture_count (&f, QUILL_STREAM_TENTATIVE); i++)
    g_assert_cmpint (fixture_nth (&f, QUILL_STREAM_TENTATIVE, i)->end_ms, <=, speech_end_ms + 900);
  g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_TENTATIVE), <=, 2);
  fixture_clear (&f);
}

static void
tentative_text_may_be_switched_off (void) {
  g_autoptr (Sound) sound = three_utterances ();
  struct quill_stream_settings settings;
  struct fixture f;

  quill_stream_settings_init (&settings);
  settings.partial_ms = 0;
  fixture_init (&f, &settings);
  fixture_play (&f, sound, CHUNK, TRUE);
  g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_TENTATIVE), ==, 0);
  g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_FINAL), ==, 3);
  fixture_clear (&f);
}

static void
dear_passes_come_less_often (void) {
  g_autoptr (Sound) sound = sound_new ();
  struct fixture f;

  sound_add_silence (sound, 1000);
  sound_add_speech (sound, 15000, -28);
  sound_add_noise (sound, -62, 1);
  fixture_init (&f, NULL);
  recognition.cost_ms = 2000;
  fixture_play (&f, sound, CHUNK, TRUE);
  g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_TENTATIVE), >=, 4);
  for (guint i = 1; i < fixture_count (&f, QUILL_STREAM_TENTATIVE); i++)
    g_assert_cmpint (fixture_nth (&f, QUILL_STREAM_TENTATIVE, i)->end_ms
                         - fixture_nth (&f, QUILL_STREAM_TENTATIVE, i - 1)->end_ms,
                     >=, 2600);
  fixture_clear (&f);
}

static bool
never (void *user) {
  ++*(guint *)user;
  return false;
}

static void
no_progress (void *user, int64_t done_ms, int64_t total_ms) {
}

static void
no_segment (void *user, const struct quill_segment *segment) {
}

static void
passes_get_the_right_parameters (void) {
  static const char *const languages[] = { "de", "en", NULL };
  g_autoptr (Sound) sound = three_utterances ();
  struct quill_stream_settings settings;
  struct fixture f;
  guint n_asked = 0;
  gsize at = 0;

  quill_stream_settings_init (&settings);
  settings.params.language = "de";
  settings.params.languages = languages;
  settings.params.temperature = 0.2f;
  settings.params.temperature_increment = 0.4f;
  settings.params.beam_size = 4;
  settings.params.best_of = 3;
  settings.params.vad = true;
  settings.params.cancelled = never;
  settings.params.progress = no_progress;
  settings.params.segment = no_segment;
  settings.params.user = &n_asked;
  fixture_init (&f, &settings);
  while (at < sound->len) {
    const guint n_told = f.told->len;

    at += quill_stream_push (f.stream, sound_samples (sound) + at, MIN (CHUNK, sound->len - at));
    g_assert_cmpint (quill_stream_step (f.stream, NULL, NULL), ==, QUILL_OK);
    for (guint i = n_told; i < f.told->len; i++) {
      const enum quill_stream_event_type type = g_array_index (f.told, struct told, i).type;

      if (type == QUILL_STREAM_SPEECH_BEGIN)
        continue;
      g_assert_cmpstr (recognition.params.language, ==, "de");
      g_assert_true (recognition.params.languages == languages);
      g_assert_null (recognition.params.progress);
      g_assert_null (recognition.params.segment);
      if (type == QUILL_STREAM_TENTATIVE) {
        g_assert_cmpfloat (recognition.params.temperature, ==, 0);
        g_assert_cmpfloat (recognition.params.temperature_increment, ==, 0);
        g_assert_cmpuint (recognition.params.beam_size, ==, 1);
        g_assert_cmpuint (recognition.params.best_of, ==, 1);
        g_assert_nonnull (recognition.params.cancelled);
        g_assert_cmpuint (recognition.params.audio_ctx, ==, 512);
        g_assert_cmpuint (recognition.params.max_tokens, <=, 8 + 12 * 8);
      } else {
        g_assert_cmpfloat (recognition.params.temperature, ==, 0.2f);
        g_assert_cmpfloat (recognition.params.temperature_increment, ==, 0.4f);
        g_assert_cmpuint (recognition.params.beam_size, ==, 4);
        g_assert_cmpuint (recognition.params.best_of, ==, 3);
        g_assert_null (recognition.params.cancelled);
        g_assert_cmpuint (recognition.params.audio_ctx, ==, 0);
      }
      g_assert_true (recognition.params.word_timestamps);
      g_assert_false (recognition.params.timestamps);
      g_assert_false (recognition.params.vad);
    }
  }
  g_assert_cmpuint (n_asked, ==, fixture_count (&f, QUILL_STREAM_TENTATIVE));
  fixture_clear (&f);
}

static void
text_is_joined_and_times_are_the_streams (void) {
  g_autoptr (Sound) sound = three_utterances ();
  struct fixture f;

  fixture_init (&f, NULL);
  fixture_play (&f, sound, CHUNK, TRUE);
  for (guint i = 0; i < f.told->len; i++) {
    const struct told *told = &g_array_index (f.told, struct told, i);

    g_assert_cmpstr (told->text, ==, told->type == QUILL_STREAM_FINAL ? "One two, three." : "");
    g_assert_cmpuint (told->n_segments, ==, told->type == QUILL_STREAM_FINAL ? N_FIXED_SEGMENTS : 0);
    if (told->type == QUILL_STREAM_FINAL)
      g_assert_cmpint (told->last_segment_end_ms, ==, told->start_ms + 900);
  }
  fixture_clear (&f);

  fixture_init (&f, NULL);
  recognition.text = "  ";
  fixture_play (&f, sound, CHUNK, TRUE);
  g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_FINAL), ==, 3);
  g_assert_cmpstr (fixture_nth (&f, QUILL_STREAM_FINAL, 0)->text, ==, "");
  fixture_clear (&f);
}

/* --- words -------------------------------------------------------------------------------------------- */

/* Speech of 10 s; a pass is made of its first ms, with this outcome. */
static const struct told *
pass_at (struct fixture *f, const Sound *speech, gsize *at, gint64 ms, const char *text) {
  const guint n = fixture_count (f, QUILL_STREAM_TENTATIVE);

  recognition.text = text;
  *at += quill_stream_push (f->stream, sound_samples (speech) + *at, (gsize)ms * 16 - *at);
  g_assert_cmpint (quill_stream_step (f->stream, NULL, NULL), ==, QUILL_OK);
  g_assert_cmpuint (fixture_count (f, QUILL_STREAM_TENTATIVE), ==, n + 1);
  return fixture_nth (f, QUILL_STREAM_TENTATIVE, n);
}

static Sound *
long_speech (void) {
  Sound *sound = sound_new ();

  sound_add_silence (sound, 1000);
  sound_add_speech (sound, 10000, -28);
  sound_add_silence (sound, 1500);
  sound_add_noise (sound, -62, 1);
  return sound;
}

/* Words of 500 ms each; the utterance begins half a second into the sound, and its last 300 ms are not shown.
 */
static void
agreed_words_are_firm_and_half_heard_ones_not_shown (void) {
  g_autoptr (Sound) speech = long_speech ();
  const struct told *told;
  struct fixture f;
  gsize at = 0;

  fixture_init (&f, NULL);
  recognition.word_ms = 500;
  told = pass_at (&f, speech, &at, 2200, " I scream, for vanilla.");
  g_assert_cmpstr (told->text, ==,
                   "I scream, for"); /* 1.7 s of the utterance: the fourth word's middle is at 1.75 */
  g_assert_cmpstr (told->firm, ==, "");
  g_assert_cmpstr (recognition.expected, ==, "");

  told = pass_at (&f, speech, &at, 3200, " I scream, four eyes.");
  g_assert_cmpstr (told->text, ==, "I scream, four eyes"); /* what will follow is not known yet */
  g_assert_cmpstr (told->firm, ==, "I scream,");
  g_assert_cmpstr (recognition.expected, ==, " I scream, for vanilla.");
  g_assert_cmpuint (recognition.draft.n_forced, ==, 0);

  told = pass_at (&f, speech, &at, 4200, " I scream, four eyes. Cream is");
  g_assert_cmpstr (told->text, ==, "I scream, four eyes. Cream is");
  g_assert_cmpstr (told->firm, ==, "I scream, four eyes.");
  g_assert_cmpuint (recognition.draft.n_forced, ==, 2);

  fixture_clear (&f);
}

/* The final pass may change everything, but is told what was firm, and the next utterance begins from
 * nothing. */
static void
final_pass_expects_what_was_heard (void) {
  g_autoptr (Sound) speech = long_speech ();
  struct fixture f;
  gsize at = 0;

  fixture_init (&f, NULL);
  recognition.word_ms = 500;
  pass_at (&f, speech, &at, 2200, " One two three");
  pass_at (&f, speech, &at, 3200, " One two three four");
  recognition.text = " Won too, three four five.";
  while (fixture_count (&f, QUILL_STREAM_FINAL) == 0) {
    const gsize taken = quill_stream_push (f.stream, sound_samples (speech) + at, speech->len - at);

    at += taken;
    g_assert_cmpuint (at, <, speech->len);
    g_assert_cmpint (quill_stream_step (f.stream, NULL, NULL), ==, QUILL_OK);
  }
  g_assert_cmpstr (recognition.expected, ==, " One two three four");
  g_assert_cmpuint (recognition.draft.n_forced, ==, 0);
  g_assert_cmpuint (recognition.draft.n_firm, ==, 3);
  g_assert_cmpstr (fixture_nth (&f, QUILL_STREAM_FINAL, 0)->text, ==, "Won too, three four five.");
  g_assert_cmpstr (fixture_nth (&f, QUILL_STREAM_FINAL, 0)->firm, ==, "Won too, three four five.");

  at = 0;
  pass_at (&f, speech, &at, 2200, " Six");
  g_assert_cmpstr (recognition.expected, ==, "");
  fixture_clear (&f);
}

/* What nobody seems to have said is no text, but told all the same. */
static void
guards_leave_out_what_nobody_said (void) {
  g_autoptr (Sound) sound = three_utterances ();
  struct quill_stream_settings settings;
  struct fixture f;

  fixture_init (&f, NULL);
  recognition.text = " Thank you. Thank you. Thank you. Thank you. Thank you.";
  fixture_play (&f, sound, CHUNK, TRUE);
  g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_FINAL), ==, 3);
  for (guint i = 0; i < 3; i++) {
    const struct told *final = fixture_nth (&f, QUILL_STREAM_FINAL, i);

    g_assert_cmpstr (final->text, ==, "");
    g_assert_cmpuint (final->n_segments, ==, 0);
    g_assert_cmpstr (final->left_out, ==, recognition.text + 1);
    g_assert_cmpstr (final->reason, ==, "repetition");
  }
  fixture_clear (&f);

  quill_stream_settings_init (&settings);
  settings.keep_all = true;
  fixture_init (&f, &settings);
  recognition.text = " Thank you. Thank you. Thank you. Thank you. Thank you.";
  fixture_play (&f, sound, CHUNK, TRUE);
  g_assert_cmpstr (fixture_nth (&f, QUILL_STREAM_FINAL, 0)->text, ==, recognition.text + 1);
  g_assert_null (fixture_nth (&f, QUILL_STREAM_FINAL, 0)->left_out);
  fixture_clear (&f);
}

/* A tune on strings begins an utterance by the rules, which the detector's network doubts all along. The model
 * hears words in it and is sure of them. */
static void
what_the_network_doubts_is_left_out (void) {
  const enum noise plucked = NOISE_PLUCKED;
  g_autoptr (Sound) sound = sound_new ();
  struct fixture f;

  sound_add_kind (sound, plucked, 20000, noise_level_db (plucked) + 6, 10);
  sound_add_noise (sound, -66, 10);
  fixture_init (&f, NULL);
  recognition.text = " Thank you.";
  fixture_play (&f, sound, CHUNK, TRUE);
  fixture_finish (&f);
  g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_FINAL), ==, 1);
  g_assert_cmpstr (fixture_nth (&f, QUILL_STREAM_FINAL, 0)->text, ==, "");
  g_assert_cmpstr (fixture_nth (&f, QUILL_STREAM_FINAL, 0)->left_out, ==, "Thank you.");
  g_assert_cmpstr (fixture_nth (&f, QUILL_STREAM_FINAL, 0)->reason, ==, "no speech");
  fixture_clear (&f);
}

/* The rest of the sound, pushed from within a tentative pass, as far as it goes. */
struct pusher {
  struct fixture *f;
  const Sound *sound;
  gsize at;
  guint n_asked;
};

static bool
push_on (void *user) {
  struct pusher *p = user;

  p->n_asked++;
  p->at += quill_stream_push (p->f->stream, sound_samples (p->sound) + p->at, p->sound->len - p->at);
  return false;
}

static void
end_of_an_utterance_cancels_a_tentative_pass (void) {
  g_autoptr (Sound) sound = three_utterances ();
  struct quill_stream_settings settings;
  struct fixture f;
  struct pusher pusher = { .f = &f, .sound = sound, .at = 3000 * 16 };
  struct quill_error error;
  bool worked = false;

  quill_stream_settings_init (&settings);
  settings.params.cancelled = push_on;
  settings.params.user = &pusher;
  fixture_init (&f, &settings);
  g_assert_cmpuint (quill_stream_push (f.stream, sound_samples (sound), pusher.at), ==, pusher.at);
  g_assert_cmpint (quill_stream_step (f.stream, &worked, &error), ==, QUILL_OK);
  g_assert_true (worked);
  g_assert_cmpuint (pusher.n_asked, ==, 1);
  g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_TENTATIVE), ==, 0);
  g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_FINAL), ==, 1);
  g_assert_cmpmem (f.said->data, f.said->len * sizeof (float),
                   sound_samples (sound) + fixture_nth (&f, QUILL_STREAM_FINAL, 0)->start_ms * 16,
                   f.said->len * sizeof (float));
  fixture_clear (&f);
}

/* --- a machine that is too slow ------------------------------------------------------------------------ */

static void
lag_is_mended_by_finals_only (void) {
  g_autoptr (Sound) speech = long_speech ();
  struct fixture f;
  gsize at = 0;

  fixture_init (&f, NULL);
  recognition.text = "";
  at += quill_stream_push (f.stream, sound_samples (speech), 2200 * 16);
  quill_stream_note_lag (f.stream, 2600);
  g_assert_true (quill_stream_is_behind (f.stream));
  g_assert_cmpint (quill_stream_step (f.stream, NULL, NULL), ==, QUILL_OK);
  g_assert_cmpuint (recognition.n_passes, ==, 0);
  quill_stream_note_lag (f.stream, 1600); /* better, but not well */
  g_assert_true (quill_stream_is_behind (f.stream));
  quill_stream_note_lag (f.stream, 1400);
  g_assert_false (quill_stream_is_behind (f.stream));
  g_assert_cmpint (quill_stream_step (f.stream, NULL, NULL), ==, QUILL_OK);
  g_assert_cmpuint (recognition.n_passes, ==, 1);
  quill_stream_note_lag (f.stream, 0);

  /* A final pass that takes half as long as its sound is too late after 5 s of it. */
  while (fixture_count (&f, QUILL_STREAM_FINAL) == 0) {
    at += quill_stream_push (f.stream, sound_samples (speech) + at, speech->len - at);
    recognition.cost_ms = 5400;
    g_assert_cmpint (quill_stream_step (f.stream, NULL, NULL), ==, QUILL_OK);
  }
  g_assert_false (quill_stream_is_behind (f.stream));
  recognition.cost_ms = 10;
  at = 0;
  pass_at (&f, speech, &at, 3200, "");
  g_assert_false (quill_stream_is_behind (f.stream));
  at += quill_stream_push (f.stream, sound_samples (speech) + at, 6200 * 16 - at);
  g_assert_cmpint (quill_stream_step (f.stream, NULL, NULL), ==, QUILL_OK);
  g_assert_true (quill_stream_is_behind (f.stream));
  fixture_clear (&f);
}

/* The caller's lag alone, as long as no final pass has told what one takes. */
static void
words_are_shown_up_to_two_and_a_half_seconds_of_lag (void) {
  g_autoptr (Sound) speech = long_speech ();
  static const struct {
    guint lag_ms;
    gboolean is_behind;
  } rows[] = { { 2500, FALSE }, { 2501, TRUE }, { 1501, TRUE }, { 1500, FALSE }, { 2500, FALSE } };
  struct fixture f;
  gsize at = 0;

  fixture_init (&f, NULL);
  recognition.text = "";
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    const guint n_before = fixture_count (&f, QUILL_STREAM_TENTATIVE);

    at += quill_stream_push (f.stream, sound_samples (speech) + at, (2200 + i * 1000) * 16 - at);
    quill_stream_note_lag (f.stream, rows[i].lag_ms);
    g_assert_cmpint (quill_stream_is_behind (f.stream), ==, rows[i].is_behind);
    g_assert_cmpint (quill_stream_step (f.stream, NULL, NULL), ==, QUILL_OK);
    g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_TENTATIVE), ==, n_before + !rows[i].is_behind);
  }
  g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_FINAL), ==, 0);
  fixture_clear (&f);
}

/* Until a final pass has been made. Returns what one takes of its sound, by what this one is told to take. */
static double
learn_final_cost (struct fixture *f, const Sound *speech, double cost_ms) {
  gsize at = 0;

  while (fixture_count (f, QUILL_STREAM_FINAL) == 0) {
    at += quill_stream_push (f->stream, sound_samples (speech) + at, speech->len - at);
    recognition.cost_ms = cost_ms;
    g_assert_cmpint (quill_stream_step (f->stream, NULL, NULL), ==, QUILL_OK);
  }
  recognition.cost_ms = 10;
  return cost_ms * 16 / fixture_nth (f, QUILL_STREAM_FINAL, 0)->n_samples;
}

/* An utterance is as long as it would be if it ended now. */
static gint64
length_ms (const struct fixture *f) {
  const guint n = fixture_count (f, QUILL_STREAM_SPEECH_BEGIN);

  return quill_stream_time_ms (f->stream) - fixture_nth (f, QUILL_STREAM_SPEECH_BEGIN, n - 1)->start_ms;
}

/* What is projected is the caller's lag, and what the final pass would take if the utterance ended now: as it
 * grows, words are shown to the last look at which that is no more than the limit. */
static void
final_pass_that_would_be_late_is_all_there_is (void) {
  g_autoptr (Sound) speech = long_speech ();
  const guint lag_ms = 500;
  struct fixture f;
  double cost, projected_ms = 0;
  gsize at = 0;

  fixture_init (&f, NULL);
  recognition.text = "";
  cost = learn_final_cost (&f, speech, 4000);
  quill_stream_note_lag (f.stream, lag_ms);
  while (projected_ms < 2500 + 100) {
    at += quill_stream_push (f.stream, sound_samples (speech) + at, 160);
    g_assert_cmpint (quill_stream_step (f.stream, NULL, NULL), ==, QUILL_OK);
    if (fixture_count (&f, QUILL_STREAM_SPEECH_BEGIN) < 2)
      continue;
    projected_ms = lag_ms + cost * (double)length_ms (&f);
    g_assert_cmpint (quill_stream_is_behind (f.stream), ==, projected_ms > 2500);
  }
  g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_FINAL), ==, 1);
  quill_stream_note_lag (f.stream, 0); /* no more than the final pass itself: too much to be caught up with */
  g_assert_true (quill_stream_is_behind (f.stream));
  while (fixture_count (&f, QUILL_STREAM_FINAL) < 2) {
    at += quill_stream_push (f.stream, sound_samples (speech) + at, speech->len - at);
    g_assert_cmpint (quill_stream_step (f.stream, NULL, NULL), ==, QUILL_OK);
  }
  g_assert_cmpint (quill_stream_step (f.stream, NULL, NULL), ==, QUILL_OK);
  g_assert_false (quill_stream_is_behind (f.stream));
  fixture_clear (&f);
}

/* --- failures ----------------------------------------------------------------------------------------- */

static void
failed_final_pass_stays_due (void) {
  g_autoptr (Sound) sound = three_utterances ();
  struct quill_error error = { 0 };
  struct fixture f;
  gsize taken;

  fixture_init (&f, NULL);
  taken = quill_stream_push (f.stream, sound_samples (sound), sound->len);
  recognition.fail_next = 2;
  for (guint i = 0; i < 2; i++) {
    g_assert_cmpint (quill_stream_step (f.stream, NULL, &error), ==, QUILL_ERR_NOMEM);
    g_assert_cmpstr (error.message, ==, "no memory for a test");
    g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_FINAL), ==, 0);
    g_assert_true (quill_stream_in_speech (f.stream));
    g_assert_cmpuint (quill_stream_push (f.stream, sound_samples (sound) + taken, 100), ==, 0);
  }
  g_assert_cmpint (quill_stream_step (f.stream, NULL, &error), ==, QUILL_OK);
  g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_FINAL), ==, 1);
  g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_SPEECH_BEGIN), ==, 1);
  g_assert_cmpmem (f.said->data, f.said->len * sizeof (float),
                   sound_samples (sound) + fixture_nth (&f, QUILL_STREAM_FINAL, 0)->start_ms * 16,
                   f.said->len * sizeof (float));
  fixture_clear (&f);
}

static void
failed_finish_may_be_repeated (void) {
  g_autoptr (Sound) sound = sound_new ();
  struct quill_error error = { 0 };
  struct fixture f;

  sound_add_silence (sound, 1000);
  sound_add_speech (sound, 1000, -28);
  sound_add_noise (sound, -62, 1);
  fixture_init (&f, NULL);
  fixture_play (&f, sound, CHUNK, FALSE);
  recognition.fail_next = 1;
  g_assert_cmpint (quill_stream_finish (f.stream, &error), ==, QUILL_ERR_NOMEM);
  g_assert_cmpuint (quill_stream_push (f.stream, sound_samples (sound), 100), ==, 0);
  g_assert_cmpint (quill_stream_finish (f.stream, &error), ==, QUILL_OK);
  g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_FINAL), ==, 1);
  g_assert_cmpint (fixture_nth (&f, QUILL_STREAM_FINAL, 0)->end_ms, ==, sound_ms (sound));
  fixture_clear (&f);
}

static bool
always (void *user) {
  return true;
}

static void
cancelled_tentative_passes_lose_nothing (void) {
  g_autoptr (Sound) sound = sound_new ();
  struct quill_stream_settings settings;
  struct quill_error error = { 0 };
  struct fixture f;

  sound_add_silence (sound, 1000);
  sound_add_speech (sound, 3000, -28);
  sound_add_noise (sound, -62, 1);
  quill_stream_settings_init (&settings);
  settings.params.cancelled = always;
  fixture_init (&f, &settings);
  fixture_play (&f, sound, 1000000, FALSE);
  g_assert_cmpint (quill_stream_step (f.stream, NULL, &error), ==, QUILL_ERR_CANCELLED);
  g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_TENTATIVE), ==, 0);
  g_assert_cmpint (quill_stream_finish (f.stream, &error), ==, QUILL_OK);
  g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_FINAL), ==, 1);
  g_assert_cmpint (fixture_nth (&f, QUILL_STREAM_FINAL, 0)->end_ms, ==, sound_ms (sound));
  fixture_clear (&f);
}

static void
each_allocation_may_fail (void) {
  struct quill_stream *stream = NULL;
  struct quill_error error = { 0 };
  enum quill_status status;
  guint n = 0;

  do {
    quill_alloc_fail_at (++n);
    status = quill_stream_open (&stream, fixture_transcriber (), NULL, fixture_on_event, NULL, &error);
    if (status != QUILL_OK) {
      g_assert_cmpint (status, ==, QUILL_ERR_NOMEM);
      g_assert_null (stream);
    }
  } while (status != QUILL_OK);
  quill_alloc_fail_at (0);
  g_assert_cmpuint (n, ==, 3);
  quill_stream_close (&stream);
  quill_stream_close (&stream);
}

static void
no_memory_for_the_text_keeps_the_utterance (void) {
  g_autoptr (Sound) sound = three_utterances ();
  struct quill_error error = { 0 };
  struct fixture f;

  fixture_init (&f, NULL);
  quill_stream_push (f.stream, sound_samples (sound), sound->len);
  quill_alloc_fail_at (1);
  g_assert_cmpint (quill_stream_step (f.stream, NULL, &error), ==, QUILL_ERR_NOMEM);
  g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_FINAL), ==, 0);
  g_assert_cmpint (quill_stream_step (f.stream, NULL, &error), ==, QUILL_OK);
  g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_FINAL), ==, 1);
  fixture_clear (&f);
}

static void
open_allocates_and_pushing_does_not (void) {
  g_autoptr (Sound) sound = three_utterances ();
  struct fixture f;
  unsigned long before;

  fixture_init (&f, NULL);
  before = quill_alloc_count ();
  quill_stream_push (f.stream, sound_samples (sound), sound->len);
  g_assert_cmpuint (quill_alloc_count (), ==, before);
  fixture_clear (&f);
}

static void
absurd_settings_are_refused (void) {
  static const struct {
    guint preroll_ms, pause_ms, max_utterance_ms;
  } table[] = {
    { 500, 199, 25000 },       { 500, 5001, 25000 },    { 500, 700, 28001 },  { 500, 700, 4999 },
    { 5001, 700, 25000 },      { 500, 700, 0 },         { 3000, 3000, 9000 }, { G_MAXUINT, 700, 25000 },
    { 500, G_MAXUINT, 25000 }, { 500, 700, G_MAXUINT },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    struct quill_stream_settings settings;
    struct quill_stream *stream = NULL;
    struct quill_error error = { 0 };

    quill_stream_settings_init (&settings);
    settings.preroll_ms = table[i].preroll_ms;
    settings.pause_ms = table[i].pause_ms;
    settings.max_utterance_ms = table[i].max_utterance_ms;
    g_assert_cmpint (
        quill_stream_open (&stream, fixture_transcriber (), &settings, fixture_on_event, NULL, &error), ==,
        QUILL_ERR_INVALID);
    g_assert_cmpuint (strlen (error.message), >, 20);
    g_assert_null (stream);
  }
}

/* --- real speech -------------------------------------------------------------------------------------- */

static Sound *
recordings (void) {
  static const char *const name[] = { "oil-my-neck.wav", "he-flushed.wav" };
  Sound *sound = sound_new ();

  sound_add_silence (sound, 1000);
  for (gsize i = 0; i < G_N_ELEMENTS (name); i++) {
    g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "speech", name[i], NULL);

    sound_add_wav (sound, path);
    sound_add_silence (sound, 1500);
  }
  sound_add_noise (sound, -62, 1);
  return sound;
}

static void
recordings_are_one_utterance_each (void) {
  g_autoptr (Sound) sound = recordings ();
  struct fixture f;

  fixture_init (&f, NULL);
  fixture_play (&f, sound, CHUNK, TRUE);
  fixture_finish (&f);
  g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_FINAL), ==, 2);
  g_assert_cmpint (fixture_nth (&f, QUILL_STREAM_FINAL, 0)->start_ms, <=, 1000);
  fixture_clear (&f);
}

/* A stream over the recordings with the bundled model. */
struct real {
  struct quill_model *model;
  struct quill_transcriber *transcriber;
};

static void
play_recordings (struct fixture *f, struct real *real, const struct quill_stream_settings *settings,
                 const Sound *sound) {
  g_autofree char *path
      = g_build_filename (g_getenv ("LONGHAND_MODEL_DIR"), "ggml-longhand-mini.en-q5_K.bin", NULL);
  const struct quill_settings two_threads = { .n_threads = 2, .cpu_mask = ~0u, .word_timestamps = true };
  struct quill_error error = { 0 };

  *real = (struct real){ 0 };
  fixture_init (f, NULL);
  quill_stream_close (&f->stream);
  recognition.real = TRUE;
  g_assert_cmpint (quill_model_open (&real->model, path, &error), ==, QUILL_OK);
  g_assert_cmpint (quill_transcriber_open (&real->transcriber, real->model, &two_threads, &error), ==,
                   QUILL_OK);
  g_assert_cmpint (quill_stream_open (&f->stream, real->transcriber, settings, fixture_on_event, f, &error),
                   ==, QUILL_OK);
  fixture_play (f, sound, CHUNK, TRUE);
  g_assert_cmpint (quill_stream_finish (f->stream, &error), ==, QUILL_OK);
  quill_stream_close (&f->stream);
  g_assert_cmpuint (fixture_count (f, QUILL_STREAM_FINAL), ==, 2);
}

static void
real_clear (struct real *real) {
  quill_transcriber_close (&real->transcriber);
  quill_model_close (&real->model);
}

/* Without tentative passes before it, a final text is what the same sound gives when it is recognised as a
 * whole. */
static void
bundled_model_commits_its_offline_text (void) {
  g_autoptr (Sound) sound = recordings ();
  struct quill_stream_settings settings;
  struct quill_params params;
  struct fixture f;
  struct real real;

  quill_stream_settings_init (&settings);
  settings.partial_ms = 0;
  play_recordings (&f, &real, &settings, sound);
  quill_params_init (&params);
  params.timestamps = false;
  for (guint i = 0; i < 2; i++) {
    const struct told *final = fixture_nth (&f, QUILL_STREAM_FINAL, i);
    struct quill_result *result = NULL;
    g_autoptr (GString) whole = g_string_new (NULL);

    g_assert_cmpint (quill_transcribe (real.transcriber, sound_samples (sound) + final->start_ms * 16,
                                       (gsize)(final->end_ms - final->start_ms) * 16, &params, &result, NULL),
                     ==, QUILL_OK);
    for (gsize k = 0; k < result->n_segments; k++)
      g_string_append (whole, result->segments[k].text);
    g_test_message ("%s", final->text);
    g_assert_cmpstr (final->text, !=, "");
    g_assert_cmpstr (final->text, ==, g_strstrip (whole->str));
    g_assert_cmpint (final->last_segment_end_ms, <=, final->end_ms);
    quill_result_free (&result);
  }
  real_clear (&real);
  fixture_clear (&f);
}

static guint
count_words (const char *text) {
  g_auto (GStrv) words = g_strsplit (text, " ", -1);

  return *text ? g_strv_length (words) : 0;
}

/* Words become firm while they are spoken, and what is firm is at the beginning of every later text. */
static void
firm_words_stay (void) {
  static const enum quill_commit_rule rules[] = { QUILL_COMMIT_AUTO, QUILL_COMMIT_AGREEMENT };
  g_autoptr (Sound) sound = recordings ();

  for (gsize r = 0; r < G_N_ELEMENTS (rules); r++) {
    struct quill_stream_settings settings;
    const char *firm = "";
    guint n_words = 0, n_firm = 0;
    struct fixture f;
    struct real real;

    quill_stream_settings_init (&settings);
    settings.commit = rules[r];
    play_recordings (&f, &real, &settings, sound);
    for (guint i = 0; i < f.told->len; i++) {
      const struct told *told = &g_array_index (f.told, struct told, i);

      g_test_message ("[%s] %s", told->firm, told->text);
      if (told->type == QUILL_STREAM_TENTATIVE) {
        g_assert_true (g_str_has_prefix (told->text, firm));
        g_assert_true (g_str_has_prefix (told->firm, firm));
        firm = told->firm;
      } else if (told->type == QUILL_STREAM_FINAL) {
        n_words += count_words (told->text);
        n_firm += count_words (firm);
        firm = "";
      }
    }
    g_assert_cmpuint (n_firm, >=, n_words / 2);
    real_clear (&real);
    fixture_clear (&f);
  }
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stream/tentative-text-comes-often-while-speaking",
                   tentative_text_comes_often_while_speaking);
  g_test_add_func ("/stream/pause-makes-no-tentative-text", pause_makes_no_tentative_text);
  g_test_add_func ("/stream/tentative-text-may-be-switched-off", tentative_text_may_be_switched_off);
  g_test_add_func ("/stream/dear-passes-come-less-often", dear_passes_come_less_often);
  g_test_add_func ("/stream/passes-get-the-right-parameters", passes_get_the_right_parameters);
  g_test_add_func ("/stream/text-is-joined-and-times-are-the-streams",
                   text_is_joined_and_times_are_the_streams);
  g_test_add_func ("/stream/agreed-words-are-firm-and-half-heard-ones-not-shown",
                   agreed_words_are_firm_and_half_heard_ones_not_shown);
  g_test_add_func ("/stream/final-pass-expects-what-was-heard", final_pass_expects_what_was_heard);
  g_test_add_func ("/stream/guards-leave-out-what-nobody-said", guards_leave_out_what_nobody_said);
  g_test_add_func ("/stream/what-the-network-doubts-is-left-out", what_the_network_doubts_is_left_out);
  g_test_add_func ("/stream/end-of-an-utterance-cancels-a-tentative-pass",
                   end_of_an_utterance_cancels_a_tentative_pass);
  g_test_add_func ("/stream/lag-is-mended-by-finals-only", lag_is_mended_by_finals_only);
  g_test_add_func ("/stream/words-are-shown-up-to-two-and-a-half-seconds-of-lag",
                   words_are_shown_up_to_two_and_a_half_seconds_of_lag);
  g_test_add_func ("/stream/final-pass-that-would-be-late-is-all-there-is",
                   final_pass_that_would_be_late_is_all_there_is);
  g_test_add_func ("/stream/failed-final-pass-stays-due", failed_final_pass_stays_due);
  g_test_add_func ("/stream/failed-finish-may-be-repeated", failed_finish_may_be_repeated);
  g_test_add_func ("/stream/cancelled-tentative-passes-lose-nothing",
                   cancelled_tentative_passes_lose_nothing);
  g_test_add_func ("/stream/each-allocation-may-fail", each_allocation_may_fail);
  g_test_add_func ("/stream/no-memory-for-the-text-keeps-the-utterance",
                   no_memory_for_the_text_keeps_the_utterance);
  g_test_add_func ("/stream/open-allocates-and-pushing-does-not", open_allocates_and_pushing_does_not);
  g_test_add_func ("/stream/absurd-settings-are-refused", absurd_settings_are_refused);
  g_test_add_func ("/stream/recordings-are-one-utterance-each", recordings_are_one_utterance_each);
  g_test_add_func ("/stream/bundled-model-commits-its-offline-text", bundled_model_commits_its_offline_text);
  g_test_add_func ("/stream/firm-words-stay", firm_words_stay);
  return g_test_run ();
}
