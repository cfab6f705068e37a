/* When the stream looks at an utterance, how it asks, and what it does when that fails. */
#include "stream-fixture.h"

#include "base/arena.h"

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
      last_ms = begin_ms + 500; /* the pre-roll was silent */
      n_tentative = 0;
    } else if (told->type == QUILL_STREAM_TENTATIVE) {
      g_assert_cmpint (told->start_ms, ==, begin_ms);
      g_assert_cmpint (told->end_ms - last_ms, <=, 1200);
      g_assert_cmpint (told->end_ms - last_ms, >=, 800 - 100);
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
  g_autoptr (Sound) sound = three_utterances ();
  struct quill_stream_settings settings;
  struct fixture f;
  guint n_asked = 0;
  gsize at = 0;

  quill_stream_settings_init (&settings);
  settings.params.language = "de";
  settings.params.temperature = 0.2f;
  settings.params.temperature_increment = 0.4f;
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
      g_assert_null (recognition.params.progress);
      g_assert_null (recognition.params.segment);
      if (type == QUILL_STREAM_TENTATIVE) {
        g_assert_cmpfloat (recognition.params.temperature, ==, 0);
        g_assert_cmpfloat (recognition.params.temperature_increment, ==, 0);
        g_assert_true (recognition.params.cancelled == never);
      } else {
        g_assert_cmpfloat (recognition.params.temperature, ==, 0.2f);
        g_assert_cmpfloat (recognition.params.temperature_increment, ==, 0.4f);
        g_assert_null (recognition.params.cancelled);
      }
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

    g_assert_cmpstr (told->text, ==, told->type == QUILL_STREAM_SPEECH_BEGIN ? "" : "One two, three.");
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
    status = quill_stream_open (&stream, NULL, NULL, fixture_on_event, NULL, &error);
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
    g_assert_cmpint (quill_stream_open (&stream, NULL, &settings, fixture_on_event, NULL, &error), ==,
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

/* The final text is what the same sound gives when it is recognised as a whole. */
static void
bundled_model_commits_its_offline_text (void) {
  g_autoptr (Sound) sound = recordings ();
  g_autofree char *path
      = g_build_filename (g_getenv ("LONGHAND_MODEL_DIR"), "ggml-longhand-mini.en-q5_1.bin", NULL);
  const struct quill_settings two_threads = { .n_threads = 2, .cpu_mask = ~0u };
  struct quill_stream_settings settings;
  struct quill_error error = { 0 };
  struct quill_model *model = NULL;
  struct quill_transcriber *transcriber = NULL;
  struct fixture f;

  fixture_init (&f, NULL);
  quill_stream_close (&f.stream);
  recognition.real = TRUE;
  g_assert_cmpint (quill_model_open (&model, path, &error), ==, QUILL_OK);
  g_assert_cmpint (quill_transcriber_open (&transcriber, model, &two_threads, &error), ==, QUILL_OK);
  quill_stream_settings_init (&settings);
  g_assert_cmpint (quill_stream_open (&f.stream, transcriber, &settings, fixture_on_event, &f, &error), ==,
                   QUILL_OK);
  fixture_play (&f, sound, 8000, TRUE);
  g_assert_cmpint (quill_stream_finish (f.stream, &error), ==, QUILL_OK);

  g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_FINAL), ==, 2);
  g_assert_cmpuint (fixture_count (&f, QUILL_STREAM_TENTATIVE), >=, 2);
  for (guint i = 0; i < 2; i++) {
    const struct told *final = fixture_nth (&f, QUILL_STREAM_FINAL, i);
    struct quill_result *result = NULL;
    g_autoptr (GString) whole = g_string_new (NULL);

    g_assert_cmpint (quill_transcribe (transcriber, sound_samples (sound) + final->start_ms * 16,
                                       (gsize)(final->end_ms - final->start_ms) * 16, &settings.params,
                                       &result, &error),
                     ==, QUILL_OK);
    for (gsize k = 0; k < result->n_segments; k++)
      g_string_append (whole, result->segments[k].text);
    g_test_message ("%s", final->text);
    g_assert_cmpstr (final->text, !=, "");
    g_assert_cmpstr (final->text, ==, g_strstrip (whole->str));
    g_assert_cmpint (final->last_segment_end_ms, <=, final->end_ms);
    quill_result_free (&result);
  }
  quill_stream_close (&f.stream);
  quill_transcriber_close (&transcriber);
  quill_model_close (&model);
  fixture_clear (&f);
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
  return g_test_run ();
}
