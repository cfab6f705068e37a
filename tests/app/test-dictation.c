/* Live dictation: its text, its figures, and how it ends. */
#include "audio/longhand-audio-file.h"
#include "dictation-fixture.h"
#include "dictation/longhand-latencies.h"
#include "transcript/longhand-words.h"

#include <quill.h>

/* The sound as a microphone of 48 kHz gives it, in the second of two channels. [3 * (to - from), 2] */
static void
speak_into_other_format (Fixture *f, gsize from, gsize to) {
  const gsize n = (to - from) * 3;
  g_autofree float *stereo = g_new0 (float, n * 2);

  for (gsize i = 0; i < n; i++) {
    const gsize at = from + i / 3, next = MIN (at + 1, f->n_sound - 1);

    stereo[i * 2 + 1] = f->sound[at] + (float)(i % 3) / 3 * (f->sound[next] - f->sound[at]);
  }
  fake_source_speak (f->microphone, stereo, n);
}

/* ---- text ---- */

static void
on_behind (Fixture *f) {
  f->n_behind++;
}

/* What was said while the model was being loaded is caught up with. */
static void
being_behind_is_told_and_ends (Fixture *f, gconstpointer data) {
  gboolean is_behind;

  fixture_make_dictation (f);
  g_signal_connect_swapped (f->dictation, "notify::is-behind", G_CALLBACK (on_behind), f);
  fixture_start (f);
  fixture_speak (f, 0, f->n_sound);
  RUN_UNTIL (f->n_behind > 0);
  g_object_get (f->dictation, "is-behind", &is_behind, NULL);
  g_assert_true (is_behind);
  RUN_UNTIL (f->n_behind > 1);
  g_object_get (f->dictation, "is-behind", &is_behind, NULL);
  g_assert_false (is_behind);
  fixture_stop (f);
  g_assert_cmpuint (f->committed->len, ==, 2);
  fixture_assert_no_failure (f);
}

static void
words_appear_before_the_utterance_ends (Fixture *f, gconstpointer data) {
  fixture_make_dictation (f);
  fixture_wait_ready (f);
  fixture_start (f);
  fixture_speak (f, 0, IN_FIRST);
  RUN_UNTIL (f->n_tentative > 0);
  g_assert_cmpuint (f->committed->len, ==, 0);
  g_assert_cmpuint (f->tentative->len, >, 0);

  fixture_speak (f, IN_FIRST, IN_PAUSE);
  RUN_UNTIL (f->committed->len == 1);
  g_assert_cmpuint (f->n_firm, >, 0);
  g_assert_cmpint (longhand_dictation_get_state (f->dictation), ==, LONGHAND_STATE_RECORDING);
  g_assert_cmpint (fixture_utterance (f, 0)->start_ms, <, 500);
  g_assert_cmpint (fixture_utterance (f, 0)->end_ms, >, 1500);
  g_assert_cmpint (fixture_utterance (f, 0)->end_ms, <, 3500);
  g_assert_cmpuint (fixture_utterance (f, 0)->segments->len, >, 0);
  fixture_assert_no_failure (f);
}

static void
each_pause_commits_an_utterance (Fixture *f, gconstpointer data) {
  fixture_make_dictation (f);
  fixture_wait_ready (f);
  fixture_start (f);
  fixture_speak (f, 0, f->n_sound);
  RUN_UNTIL (f->committed->len == 1);
  fixture_stop (f);
  g_assert_cmpuint (f->committed->len, ==, 2);
  g_assert_cmpint (fixture_utterance (f, 1)->start_ms, >=, fixture_utterance (f, 0)->end_ms);
  g_assert_cmpint (fixture_utterance (f, 1)->end_ms, <=, (gint64)f->n_sound / MS);
  fixture_assert_no_failure (f);
}

/* Words go on being heard behind a cut in the midst of them, as of an utterance of its own. */
static void
a_cut_ends_the_utterance_and_recording_goes_on (Fixture *f, gconstpointer data) {
  gint64 at_ms;

  fixture_make_dictation (f);
  fixture_wait_ready (f);
  fixture_start (f);
  fixture_speak (f, 0, IN_FIRST);
  RUN_UNTIL (f->n_tentative > 0);
  at_ms = longhand_dictation_cut (f->dictation);
  g_assert_cmpint (at_ms, ==, IN_FIRST / MS);
  RUN_UNTIL (f->committed->len == 1);
  g_assert_cmpint (longhand_dictation_get_state (f->dictation), ==, LONGHAND_STATE_RECORDING);
  fixture_speak (f, IN_FIRST, IN_PAUSE);
  RUN_UNTIL (f->committed->len == 2);
  g_assert_cmpint (fixture_utterance (f, 0)->end_ms, <=, at_ms);
  g_assert_cmpint (fixture_utterance (f, 1)->start_ms, >=, at_ms);
  fixture_stop (f);
  g_assert_cmpint (longhand_dictation_cut (f->dictation), ==, IN_PAUSE / MS);
  g_assert_cmpuint (f->committed->len, ==, 2);
  g_assert_cmpuint (f->microphone->n_started, ==, 1);
  fixture_assert_no_failure (f);
}

/* Sound of tests/data/speech, and a pause. */
static void
speak_recording (Fixture *f, const char *name) {
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "speech", name, NULL);
  g_autoptr (GError) error = NULL;
  static const float pause[1000 * MS];
  gsize n;
  g_autofree float *sound = longhand_audio_file_load (path, &n, NULL, &error);

  g_assert_no_error (error);
  fake_source_speak (f->microphone, sound, n);
  fake_source_speak (f->microphone, pause, G_N_ELEMENTS (pause));
}

/* As a command, the person is told of it, and need not do anything. */
static void
spoken_command_stops_recording (Fixture *f, gconstpointer data) {
  fixture_make_dictation (f);
  fixture_start (f);
  speak_recording (f, "stop-listening.wav");
  fixture_wait_state (f, LONGHAND_STATE_IDLE);
  g_assert_cmpuint (f->committed->len, ==, 1);
  g_assert_cmpint (fixture_utterance (f, 0)->command, ==, LONGHAND_COMMAND_STOP);
  fixture_assert_no_failure (f);
}

/* When commands are off they are words, and it goes on. */
static void
words_of_a_command_may_be_written (Fixture *f, gconstpointer data) {
  longhand_settings_set_commands (f->settings, FALSE);
  fixture_make_dictation (f);
  fixture_start (f);
  speak_recording (f, "stop-listening.wav");
  RUN_UNTIL (f->committed->len == 1);
  g_assert_cmpint (fixture_utterance (f, 0)->command, ==, LONGHAND_COMMAND_NONE);
  g_assert_nonnull (strstr (fixture_utterance (f, 0)->text, "istening"));
  g_assert_cmpint (longhand_dictation_get_state (f->dictation), ==, LONGHAND_STATE_RECORDING);
  fixture_stop (f);
}

static void
last_word_survives_stop (Fixture *f, gconstpointer data) {
  g_autofree char *text = fixture_recognise (f, 0, 2100 * MS);

  fixture_make_dictation (f);
  fixture_wait_ready (f);
  fixture_start (f);
  fixture_speak (f, 0, 2100 * MS); /* the last word ends here */
  fixture_stop (f);
  g_assert_cmpuint (f->committed->len, ==, 1);
  fixture_assert_same_last_word (fixture_utterance (f, 0)->text, text);
  fixture_assert_no_failure (f);
}

/* With all that may hold back the ends of the sound: ring, mixer, filter and a model that is not there yet.
 */
static void
first_and_last_word_survive_conversion (Fixture *f, gconstpointer data) {
  g_autofree char *text = fixture_recognise (f, 0, 2100 * MS);

  fixture_hold_model ();
  fixture_make_dictation (f);
  f->microphone->rate_hz = 48000;
  f->microphone->n_channels = 2;
  fixture_start (f);
  speak_into_other_format (f, 0, 2100 * MS);
  longhand_dictation_stop (f->dictation);
  fixture_release_model ();
  fixture_wait_state (f, LONGHAND_STATE_IDLE);
  g_assert_cmpuint (f->committed->len, ==, 1);
  fixture_assert_same_first_word (fixture_utterance (f, 0)->text, text);
  fixture_assert_same_last_word (fixture_utterance (f, 0)->text, text);
  fixture_assert_no_failure (f);
}

static void
silence_gives_no_text (Fixture *f, gconstpointer data) {
  g_autofree float *silence = g_new0 (float, 3000 * MS);

  fixture_make_dictation (f);
  fixture_wait_ready (f);
  fixture_start (f);
  fake_source_speak (f->microphone, silence, 3000 * MS);
  fixture_stop (f);
  g_assert_cmpuint (f->committed->len, ==, 0);
  g_assert_cmpuint (f->n_tentative, ==, 0);
  fixture_assert_no_failure (f);
}

static void
other_formats_give_the_same_words (Fixture *f, gconstpointer data) {
  fixture_make_dictation (f);
  f->microphone->rate_hz = 48000;
  f->microphone->n_channels = 2;
  fixture_wait_ready (f);
  fixture_start (f);
  speak_into_other_format (f, 0, f->n_sound);
  fixture_stop (f);
  g_assert_cmpuint (f->committed->len, ==, 2);
  fixture_assert_no_failure (f);
}

static void
times_go_on_over_recordings (Fixture *f, gconstpointer data) {
  fixture_make_dictation (f);
  fixture_wait_ready (f);
  fixture_start (f);
  fixture_speak (f, 0, IN_PAUSE);
  fixture_stop (f);
  g_assert_cmpint (longhand_dictation_get_elapsed_ms (f->dictation), ==, IN_PAUSE / MS);
  fixture_start (f);
  fixture_speak (f, 0, IN_PAUSE);
  g_assert_cmpint (longhand_dictation_get_elapsed_ms (f->dictation), ==, 2 * IN_PAUSE / MS);
  g_assert_cmpint (longhand_dictation_get_recording_ms (f->dictation), ==, IN_PAUSE / MS);
  fixture_stop (f);
  g_assert_cmpuint (f->committed->len, ==, 2);
  g_assert_cmpint (fixture_utterance (f, 1)->start_ms, >=, IN_PAUSE / MS);
  g_assert_cmpint (fixture_utterance (f, 1)->end_ms, <=, 2 * IN_PAUSE / MS);
  g_assert_cmpint (((LonghandSegment *)fixture_utterance (f, 1)->segments->pdata[0])->start_ms, >=,
                   IN_PAUSE / MS);
}

/* ---- settings and figures ---- */

static guint
threads_in_use (Fixture *f) {
  LonghandStats stats;

  longhand_dictation_get_stats (f->dictation, &stats);
  return stats.threads;
}

static void
threads_change_while_recording (Fixture *f, gconstpointer data) {
  longhand_settings_set_threads (f->settings, 2);
  fixture_make_dictation (f);
  fixture_wait_ready (f);
  g_assert_cmpuint (threads_in_use (f), ==, 2);
  fixture_start (f);
  fixture_speak (f, 0, IN_FIRST);
  longhand_settings_set_threads (f->settings, 1);
  RUN_UNTIL (threads_in_use (f) == 1);
  g_assert_cmpuint (f->microphone->n_started, ==, 1);
  fixture_speak (f, IN_FIRST, f->n_sound);
  fixture_stop (f);
  g_assert_cmpuint (f->committed->len, ==, 2);
  fixture_assert_no_failure (f);
}

static void
pause_length_changes_between_utterances (Fixture *f, gconstpointer data) {
  fixture_make_dictation (f);
  fixture_wait_ready (f);
  fixture_start (f);
  fixture_speak (f, 0, IN_FIRST);
  RUN_UNTIL (f->n_tentative > 0); /* the utterance is open: it keeps its pause */
  longhand_settings_set_pause_length (f->settings, 2.0);
  fixture_speak (f, IN_FIRST, IN_PAUSE);
  RUN_UNTIL (f->committed->len == 1);
  fixture_speak (f, IN_PAUSE, IN_SECOND); /* the next one has the new pause, and all of its words */
  fixture_stop (f);
  g_assert_cmpuint (f->committed->len, ==, 2);
  g_assert_cmpint (fixture_utterance (f, 1)->start_ms, >, fixture_utterance (f, 0)->end_ms);
  g_assert_cmpint (fixture_utterance (f, 1)->end_ms, <=, IN_SECOND / MS);
  fixture_assert_no_failure (f);
}

static void
longer_pause_joins_utterances (Fixture *f, gconstpointer data) {
  longhand_settings_set_pause_length (f->settings, 2.0);
  fixture_make_dictation (f);
  fixture_wait_ready (f);
  fixture_start (f);
  fixture_speak (f, 0, 2500 * MS); /* 1.2 s of the pause is left */
  fixture_speak (f, 3200 * MS, f->n_sound);
  fixture_stop (f);
  g_assert_cmpuint (f->committed->len, ==, 1);
}

static void
figures_are_those_of_the_engine (Fixture *f, gconstpointer data) {
  g_autoptr (GPtrArray) words = NULL;
  LonghandStats stats;

  fixture_make_dictation (f);
  fixture_wait_ready (f);
  longhand_dictation_get_stats (f->dictation, &stats);
  g_assert_cmpfloat (stats.rtf, ==, 0);
  g_assert_cmpuint (stats.threads, >=, 1);
  g_assert_cmpuint (stats.threads, <=, quill_usable_cpus ());
  g_assert_nonnull (stats.kernel_level);
  g_assert_cmpfloat (stats.live.final_latency_p50_s, <, 0);
  fixture_start (f);
  fixture_speak (f, 0, IN_FIRST);
  RUN_UNTIL (f->n_tentative > 0);
  fixture_speak (f, IN_FIRST, IN_PAUSE);
  fixture_stop (f);
  longhand_dictation_get_stats (f->dictation, &stats);
  g_assert_cmpfloat (stats.rtf, >, 0);
  g_assert_cmpfloat (stats.partial_cost_ms, >, 0);
  g_assert_cmpfloat (stats.final_cost_ms, >, 0);
  g_assert_cmpuint (stats.live.n_utterances, ==, 1);
  words = longhand_words_split (fixture_utterance (f, 0)->text);
  g_assert_cmpuint (stats.live.n_words, >, 0);
  g_assert_cmpuint (stats.live.n_words, ==, words->len);
  g_assert_cmpfloat (stats.live.revisions_per_word, >=, 0);
  g_assert_cmpfloat (stats.live.first_tentative_p50_s, >, 0);
  g_assert_cmpfloat (1000 * stats.live.final_latency_p50_s + LONGHAND_LATENCY_STEP_MS, >=,
                     stats.final_cost_ms);
  g_assert_cmpuint (stats.dropped_samples, ==, 0);
  for (guint i = 0; i < LONGHAND_N_MEMORY; i++) {
    g_assert_nonnull (stats.memory[i].name);
    g_assert_cmpuint (stats.memory[i].bytes, >, 0);
  }
  g_assert_cmpuint (stats.memory[LONGHAND_N_MEMORY - 1].bytes, >, stats.memory[2].bytes);
}

/* ---- end ---- */

static void
shutdown_commits_what_was_said (Fixture *f, gconstpointer data) {
  fixture_make_dictation (f);
  fixture_wait_ready (f);
  fixture_start (f);
  fixture_speak (f, 0, IN_FIRST);
  longhand_dictation_shutdown (f->dictation);
  g_assert_cmpuint (f->committed->len, ==, 1);
  g_assert_cmpint (longhand_dictation_get_state (f->dictation), ==, LONGHAND_STATE_IDLE);
  longhand_dictation_start (f->dictation);
  longhand_dictation_refresh_devices (f->dictation);
  g_assert_cmpint (longhand_dictation_get_state (f->dictation), ==, LONGHAND_STATE_IDLE);
  longhand_dictation_shutdown (f->dictation);
}

/* What tear_down asserts: nothing holds on to the object. */
static void
object_goes_while_recording (Fixture *f, gconstpointer data) {
  fixture_make_dictation (f);
  fixture_start (f);
  fixture_speak (f, 0, IN_FIRST);
}

static void
object_goes_while_the_model_loads (Fixture *f, gconstpointer data) {
  fixture_make_dictation (f);
}

static void
on_notify (LonghandDictation *dictation, GParamSpec *pspec, GString *names) {
  g_string_append_printf (names, "%s ", pspec->name);
}

static double
parts_ms (Fixture *f, guint first, guint end) {
  LonghandStats stats;
  double ms = 0;

  longhand_dictation_get_stats (f->dictation, &stats);
  for (guint i = first; i < end; i++) {
    g_assert_nonnull (stats.parts[i].name);
    ms += stats.parts[i].ms;
  }
  return ms;
}

/* Also for a model that is opened later, and only as long as somebody looks. */
static void
passes_are_timed_by_component_while_asked (Fixture *f, gconstpointer data) {
  LonghandStats stats;

  fixture_make_dictation (f);
  longhand_dictation_set_detailed (f->dictation, TRUE);
  fixture_wait_ready (f);
  g_assert_cmpfloat (parts_ms (f, 0, LONGHAND_N_PARTS), ==, 0);
  fixture_start (f);
  fixture_speak (f, 0, IN_PAUSE);
  RUN_UNTIL (f->committed->len == 1);
  g_assert_cmpfloat (parts_ms (f, 0, LONGHAND_N_ENCODER_PARTS), >, 0);
  g_assert_cmpfloat (parts_ms (f, LONGHAND_N_ENCODER_PARTS, LONGHAND_N_PARTS), >, 0);
  longhand_dictation_get_stats (f->dictation, &stats);
  g_assert_cmpfloat (parts_ms (f, 0, LONGHAND_N_PARTS), <=, stats.final_cost_ms);

  longhand_dictation_set_detailed (f->dictation, FALSE);
  fixture_speak (f, IN_PAUSE, f->n_sound);
  fixture_stop (f);
  g_assert_cmpuint (f->committed->len, ==, 2);
  g_assert_cmpfloat (parts_ms (f, 0, LONGHAND_N_PARTS), ==, 0);
  fixture_assert_no_failure (f);
}

static double
step_ms (Fixture *f, const char *key) {
  LonghandStats stats;

  longhand_dictation_get_stats (f->dictation, &stats);
  for (guint i = 0; i < LONGHAND_N_STEPS; i++)
    if (strcmp (stats.steps[i].key, key) == 0)
      return stats.steps[i].ms;
  g_assert_not_reached ();
}

/* Without being asked to; all passes together. */
static void
time_is_told_by_step (Fixture *f, gconstpointer data) {
  static const char *const steps[] = { "voice_activity", "mel", "encode", "decode" };
  LonghandStats stats;
  double first_ms, all_ms = 0;

  fixture_make_dictation (f);
  fixture_wait_ready (f);
  g_assert_cmpfloat (step_ms (f, "load"), >, 0);
  g_assert_cmpfloat (step_ms (f, "encode"), ==, 0);
  fixture_start (f);
  fixture_speak (f, 0, IN_PAUSE);
  RUN_UNTIL (f->committed->len == 1);
  first_ms = step_ms (f, "encode");
  fixture_speak (f, IN_PAUSE, f->n_sound);
  fixture_stop (f);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    g_assert_cmpfloat (step_ms (f, steps[i]), >, 0);
  g_assert_cmpfloat (step_ms (f, "encode"), >, first_ms);
  longhand_dictation_get_stats (f->dictation, &stats);
  g_assert_cmpfloat (stats.sound_s, >, 0);
  for (guint i = 1; i < LONGHAND_N_STEPS; i++)
    all_ms += stats.steps[i].ms;
  g_assert_cmpfloat (all_ms - step_ms (f, "voice_activity"), <=, 1000 * stats.busy_s + 1);
  fixture_assert_no_failure (f);
}

static void
properties_notify (Fixture *f, gconstpointer data) {
  g_autoptr (GString) names = g_string_new ("");
  int state, model_state;

  fixture_make_dictation (f);
  g_signal_connect (f->dictation, "notify", G_CALLBACK (on_notify), names);
  fixture_wait_ready (f);
  g_assert_cmpstr (names->str, ==, "threads-reason model-state ");
  fixture_start (f);
  fixture_stop (f);
  g_assert_cmpstr (names->str, ==, "threads-reason model-state state state state state ");
  g_object_get (f->dictation, "state", &state, "model-state", &model_state, NULL);
  g_assert_cmpint (state, ==, LONGHAND_STATE_IDLE);
  g_assert_cmpint (model_state, ==, LONGHAND_MODEL_STATE_READY);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  FIXTURE_ADD ("/dictation/words-appear-before-the-utterance-ends", words_appear_before_the_utterance_ends);
  FIXTURE_ADD ("/dictation/being-behind-is-told-and-ends", being_behind_is_told_and_ends);
  FIXTURE_ADD ("/dictation/each-pause-commits-an-utterance", each_pause_commits_an_utterance);
  FIXTURE_ADD ("/dictation/a-cut-ends-the-utterance-and-recording-goes-on",
               a_cut_ends_the_utterance_and_recording_goes_on);
  FIXTURE_ADD ("/dictation/spoken-command-stops-recording", spoken_command_stops_recording);
  FIXTURE_ADD ("/dictation/words-of-a-command-may-be-written", words_of_a_command_may_be_written);
  FIXTURE_ADD ("/dictation/last-word-survives-stop", last_word_survives_stop);
  FIXTURE_ADD ("/dictation/first-and-last-word-survive-conversion", first_and_last_word_survive_conversion);
  FIXTURE_ADD ("/dictation/silence-gives-no-text", silence_gives_no_text);
  FIXTURE_ADD ("/dictation/other-formats-give-the-same-words", other_formats_give_the_same_words);
  FIXTURE_ADD ("/dictation/times-go-on-over-recordings", times_go_on_over_recordings);
  FIXTURE_ADD ("/dictation/threads-change-while-recording", threads_change_while_recording);
  FIXTURE_ADD ("/dictation/pause-length-changes-between-utterances", pause_length_changes_between_utterances);
  FIXTURE_ADD ("/dictation/longer-pause-joins-utterances", longer_pause_joins_utterances);
  FIXTURE_ADD ("/dictation/figures-are-those-of-the-engine", figures_are_those_of_the_engine);
  FIXTURE_ADD ("/dictation/passes-are-timed-by-component-while-asked",
               passes_are_timed_by_component_while_asked);
  FIXTURE_ADD ("/dictation/time-is-told-by-step", time_is_told_by_step);
  FIXTURE_ADD ("/dictation/shutdown-commits-what-was-said", shutdown_commits_what_was_said);
  FIXTURE_ADD ("/dictation/object-goes-while-recording", object_goes_while_recording);
  FIXTURE_ADD ("/dictation/object-goes-while-the-model-loads", object_goes_while_the_model_loads);
  FIXTURE_ADD ("/dictation/properties-notify", properties_notify);
  return g_test_run ();
}
