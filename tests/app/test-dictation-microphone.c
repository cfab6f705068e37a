/* Live dictation and its microphone: one that goes and comes back, is absent or muted, loses sound. */
#include "dictation-fixture.h"

#include <string.h>

static void
unplug (Fixture *f) {
  fake_source_set_devices (f->microphone, (const char *const[]){ "built-in", NULL });
  fake_source_lose (f->microphone);
  fixture_wait_state (f, LONGHAND_STATE_WAITING);
}

static void
plug_in (Fixture *f) {
  fake_source_set_devices (f->microphone, (const char *const[]){ "built-in", "one", NULL });
  longhand_dictation_refresh_devices (f->dictation);
}

/* It is said at once, not behind the last words: who goes on speaking is not being recorded. */
static void
lost_microphone_keeps_what_was_said (Fixture *f, gconstpointer data) {
  fixture_hold_model ();
  fixture_make_dictation (f);
  fixture_start (f);
  fixture_speak (f, 0, IN_FIRST);
  unplug (f);
  g_assert_cmpuint (f->errors->len, ==, 1);
  fixture_assert_failed (f, 0, LONGHAND_ERROR_DEVICE_LOST);
  g_assert_cmpint (f->at_error, ==, LONGHAND_STATE_WAITING);
  g_assert_cmpuint (f->n_at_error, ==, 0);
  fixture_release_model ();
  RUN_UNTIL (f->committed->len == 1);
  g_assert_cmpint (longhand_dictation_get_state (f->dictation), ==, LONGHAND_STATE_WAITING);
  longhand_dictation_stop (f->dictation);
  fixture_wait_state (f, LONGHAND_STATE_IDLE);
  g_assert_cmpuint (f->errors->len, ==, 1);
}

static void
recording_goes_on_when_the_microphone_is_back (Fixture *f, gconstpointer data) {
  fixture_make_dictation (f);
  fixture_wait_ready (f);
  fixture_start (f);
  fixture_speak (f, 0, IN_FIRST);
  unplug (f);
  g_assert_cmpuint (f->microphone->n_started, ==, 1);
  fake_source_fail (f->microphone, g_error_new (LONGHAND_ERROR, LONGHAND_ERROR_DEVICE_BUSY, "Not ready."));
  plug_in (f);
  fixture_wait_state (f, LONGHAND_STATE_RECORDING); /* at the second try */
  g_assert_cmpuint (f->microphone->n_started, ==, 3);
  g_assert_cmpstr (f->microphone->device_id, ==, "fake/one");
  fixture_speak (f, IN_PAUSE, f->n_sound);
  fixture_stop (f);
  g_assert_cmpuint (f->committed->len, ==, 2);
  g_assert_cmpint (fixture_utterance (f, 1)->start_ms, >=, fixture_utterance (f, 0)->end_ms);
  g_assert_cmpuint (f->errors->len, ==, 1);
}

/* What was said before is still being recognised when recording goes on. */
static void
microphone_may_be_back_before_the_last_words_are_written (Fixture *f, gconstpointer data) {
  fixture_hold_model ();
  fixture_make_dictation (f);
  fixture_start (f);
  fixture_speak (f, 0, IN_FIRST);
  unplug (f);
  plug_in (f);
  fixture_wait_state (f, LONGHAND_STATE_RECORDING);
  fixture_speak (f, IN_PAUSE, f->n_sound);
  fixture_release_model ();
  fixture_stop (f);
  g_assert_cmpuint (f->committed->len, ==, 2);
}

/* As when its driver crashes each time: what was said stays, and somebody is told. */
static void
microphone_that_goes_again_and_again_is_given_up (Fixture *f, gconstpointer data) {
  fixture_make_dictation (f);
  fixture_wait_ready (f);
  fixture_start (f);
  fixture_speak (f, 0, IN_FIRST);
  for (guint i = 0; i < 4; i++) {
    unplug (f);
    plug_in (f);
    fixture_wait_state (f, LONGHAND_STATE_RECORDING);
  }
  fake_source_lose (f->microphone);
  fixture_wait_state (f, LONGHAND_STATE_IDLE);
  g_assert_cmpuint (f->committed->len, ==, 1);
  fixture_assert_failed (f, 4, LONGHAND_ERROR_DEVICE_BUSY);
  g_assert_nonnull (strstr (((GError *)f->errors->pdata[4])->message, "again and again"));
  plug_in (f);
  RUN_UNTIL (longhand_dictation_get_devices (f->dictation)->len == 2);
  g_assert_cmpint (longhand_dictation_get_state (f->dictation), ==, LONGHAND_STATE_IDLE);
}

static void
stop_ends_the_wait_for_a_microphone (Fixture *f, gconstpointer data) {
  fixture_make_dictation (f);
  fixture_wait_ready (f);
  fixture_start (f);
  fixture_speak (f, 0, IN_FIRST);
  unplug (f);
  longhand_dictation_toggle (f->dictation);
  fixture_wait_state (f, LONGHAND_STATE_IDLE);
  g_assert_cmpuint (f->committed->len, ==, 1);
  plug_in (f);
  RUN_UNTIL (longhand_dictation_get_devices (f->dictation)->len == 2);
  g_assert_cmpint (longhand_dictation_get_state (f->dictation), ==, LONGHAND_STATE_IDLE);
  g_assert_cmpuint (f->microphone->n_started, ==, 1);
}

/* A device that is there, but was not chosen, is offered and not taken. */
static void
other_microphone_is_used_when_asked_for (Fixture *f, gconstpointer data) {
  g_autofree char *chosen = NULL;

  fixture_make_dictation (f);
  g_assert_null (longhand_dictation_get_other_device (f->dictation));
  fixture_start (f);
  unplug (f);
  RUN_UNTIL (longhand_dictation_get_other_device (f->dictation) != NULL);
  g_assert_cmpint (longhand_dictation_get_state (f->dictation), ==, LONGHAND_STATE_WAITING);
  longhand_dictation_start_from (f->dictation, longhand_dictation_get_other_device (f->dictation)->id);
  fixture_wait_state (f, LONGHAND_STATE_RECORDING);
  g_assert_cmpstr (f->microphone->device_id, ==, "fake/built-in");
  fixture_stop (f);
  chosen = longhand_settings_dup_microphone (f->settings);
  g_assert_cmpstr (chosen, ==, "");
  fixture_start (f);
  g_assert_cmpstr (f->microphone->device_id, ==, "");
}

static void
microphone_chosen_in_the_settings_ends_the_wait (Fixture *f, gconstpointer data) {
  fixture_make_dictation (f);
  fixture_start (f);
  unplug (f);
  longhand_settings_set_microphone (f->settings, "fake/built-in");
  fixture_wait_state (f, LONGHAND_STATE_RECORDING);
  g_assert_cmpstr (f->microphone->device_id, ==, "fake/built-in");
}

static void
chosen_microphone_that_is_absent_is_waited_for (Fixture *f, gconstpointer data) {
  fixture_make_dictation (f);
  longhand_settings_set_microphone (f->settings, "fake/headset");
  fake_source_fail (f->microphone,
                    g_error_new (LONGHAND_ERROR, LONGHAND_ERROR_DEVICE_ABSENT, "Not connected."));
  longhand_dictation_start (f->dictation);
  fixture_wait_state (f, LONGHAND_STATE_WAITING);
  RUN_UNTIL (longhand_dictation_get_other_device (f->dictation) != NULL);
  fixture_assert_failed (f, 0, LONGHAND_ERROR_DEVICE_ABSENT);
  g_assert_cmpuint (f->microphone->n_started, ==, 1);
  fake_source_set_devices (f->microphone, (const char *const[]){ "one", "headset", NULL });
  fixture_wait_state (f, LONGHAND_STATE_RECORDING); /* found by looking every few seconds */
  g_assert_cmpstr (f->microphone->device_id, ==, "fake/headset");
  g_assert_cmpuint (f->errors->len, ==, 1);
}

static void
sound_system_that_hangs_ends_the_wait (Fixture *f, gconstpointer data) {
  fixture_make_dictation (f);
  fixture_start (f);
  unplug (f);
  fake_source_fail (f->microphone, g_error_new (LONGHAND_ERROR, LONGHAND_ERROR_FAILED, "No answer."));
  plug_in (f);
  fixture_wait_state (f, LONGHAND_STATE_IDLE);
  g_assert_cmpuint (f->errors->len, ==, 2);
  fixture_assert_failed (f, 1, LONGHAND_ERROR_FAILED);
}

static void
wait_for_a_microphone_that_stays_away_ends_with_a_word (Fixture *f, gconstpointer data) {
  fixture_make_dictation (f);
  fixture_wait_ready (f);
  fixture_start (f);
  fixture_speak (f, 0, IN_FIRST);
  fixture_end_long_waits ();
  unplug (f);
  fixture_wait_state (f, LONGHAND_STATE_IDLE);
  g_assert_cmpuint (f->errors->len, ==, 2);
  fixture_assert_failed (f, 1, LONGHAND_ERROR_DEVICE_ABSENT);
  g_assert_nonnull (strstr (((GError *)f->errors->pdata[1])->message, "ten minutes"));
  g_assert_cmpuint (f->committed->len, ==, 1);
  plug_in (f);
  RUN_UNTIL (longhand_dictation_get_devices (f->dictation)->len == 2);
  g_assert_cmpint (longhand_dictation_get_state (f->dictation), ==, LONGHAND_STATE_IDLE);
  g_assert_cmpuint (f->microphone->n_started, ==, 1);
}

static void
shutdown_ends_the_wait_for_a_microphone (Fixture *f, gconstpointer data) {
  fixture_make_dictation (f);
  fixture_wait_ready (f);
  fixture_start (f);
  fixture_speak (f, 0, IN_FIRST);
  unplug (f);
  longhand_dictation_shutdown (f->dictation);
  g_assert_cmpuint (f->committed->len, ==, 1);
  g_assert_cmpint (longhand_dictation_get_state (f->dictation), ==, LONGHAND_STATE_IDLE);
}

static void
microphone_that_cannot_be_opened_is_reported (Fixture *f, gconstpointer data) {
  static const int codes[] = { LONGHAND_ERROR_NO_MICROPHONE, LONGHAND_ERROR_DEVICE_BUSY };

  fixture_make_dictation (f);
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++) {
    fake_source_fail (f->microphone, g_error_new (LONGHAND_ERROR, codes[i], "No sound."));
    longhand_dictation_start (f->dictation);
    RUN_UNTIL (f->errors->len == i + 1);
    fixture_assert_failed (f, i, codes[i]);
    g_assert_cmpint (f->at_error, ==, LONGHAND_STATE_IDLE);
    g_assert_cmpint (longhand_dictation_get_state (f->dictation), ==, LONGHAND_STATE_IDLE);
  }
  fixture_start (f);
}

static void
absurd_microphone_is_reported (Fixture *f, gconstpointer data) {
  fixture_make_dictation (f);
  fixture_wait_ready (f);
  f->microphone->rate_hz = 100;
  longhand_dictation_start (f->dictation);
  RUN_UNTIL (f->errors->len == 1);
  fixture_assert_failed (f, 0, LONGHAND_ERROR_INVALID);
  g_assert_cmpint (longhand_dictation_get_state (f->dictation), ==, LONGHAND_STATE_IDLE);
  f->microphone->rate_hz = 16000;
  fixture_start (f);
}

static void
stop_before_the_microphone_is_open (Fixture *f, gconstpointer data) {
  fixture_make_dictation (f);
  fixture_wait_ready (f);
  f->microphone->hold = TRUE;
  longhand_dictation_start (f->dictation);
  longhand_dictation_toggle (f->dictation);
  g_assert_cmpint (longhand_dictation_get_state (f->dictation), ==, LONGHAND_STATE_FINISHING);
  fake_source_open (f->microphone);
  f->microphone->source.stop (&f->microphone->source);
  fixture_wait_state (f, LONGHAND_STATE_IDLE);
  fixture_assert_no_failure (f);
}

static void
chosen_microphone_is_opened (Fixture *f, gconstpointer data) {
  fixture_make_dictation (f);
  longhand_settings_set_microphone (f->settings, "ALSA/Blue Snowball: USB Audio");
  fixture_start (f);
  g_assert_cmpstr (f->microphone->device_id, ==, "ALSA/Blue Snowball: USB Audio");
}

static void
level_and_lost_samples_are_told (Fixture *f, gconstpointer data) {
  const gsize n = 400000; /* more than the ring holds, in one go */
  g_autofree float *loud = g_new (float, n);
  LonghandStats stats;
  double peak, rms;

  for (gsize i = 0; i < n; i++)
    loud[i] = i % 2 ? 0.25f : -0.25f;
  fixture_make_dictation (f);
  longhand_dictation_get_level (f->dictation, &peak, &rms);
  g_assert_cmpfloat (peak, ==, 0);
  fixture_start (f);
  fake_source_speak (f->microphone, loud, n);
  longhand_dictation_get_level (f->dictation, &peak, &rms);
  g_assert_cmpfloat_with_epsilon (peak, 0.25, 1e-6);
  g_assert_cmpfloat_with_epsilon (rms, 0.25, 1e-6);
  longhand_dictation_get_stats (f->dictation, &stats);
  g_assert_cmpuint (stats.dropped_samples, ==,
                    n - longhand_ring_get_capacity (longhand_feed_get_ring (f->microphone->feed)));
  g_assert_cmpuint (stats.n_overruns, ==, 0);
  g_assert_cmpuint (f->notices->len, ==, 0);
  longhand_dictation_stop (f->dictation);
  longhand_dictation_get_level (f->dictation, &peak, &rms);
  g_assert_cmpfloat (peak, ==, 0);
  fixture_wait_state (f, LONGHAND_STATE_IDLE);
  longhand_dictation_get_stats (f->dictation, &stats);
  g_assert_cmpuint (stats.dropped_samples, >, 0);
  g_assert_cmpuint (f->notices->len, ==, 1);
  g_assert_nonnull (strstr (f->notices->pdata[0], "sound was lost"));
}

/* Once in each recording; while it goes on when the loss is over. */
static void
sound_that_the_device_lost_is_told_once (Fixture *f, gconstpointer data) {
  LonghandStats stats;

  fixture_make_dictation (f);
  fixture_start (f);
  longhand_feed_count_overrun (f->microphone->feed);
  RUN_UNTIL (f->notices->len == 1);
  g_assert_cmpint (longhand_dictation_get_state (f->dictation), ==, LONGHAND_STATE_RECORDING);
  longhand_feed_count_overrun (f->microphone->feed);
  fixture_stop (f);
  g_assert_cmpuint (f->notices->len, ==, 1);
  longhand_dictation_get_stats (f->dictation, &stats);
  g_assert_cmpuint (stats.n_overruns, ==, 2);
  fixture_start (f);
  longhand_feed_count_overrun (f->microphone->feed);
  fixture_stop (f);
  g_assert_cmpuint (f->notices->len, ==, 2);
  longhand_dictation_get_stats (f->dictation, &stats);
  g_assert_cmpuint (stats.n_overruns, ==, 3);
}

static gboolean
is_silent (Fixture *f) {
  gboolean silent;

  g_object_get (f->dictation, "silent", &silent, NULL);
  return silent;
}

static void
muted_microphone_is_told_until_sound_comes (Fixture *f, gconstpointer data) {
  g_autofree float *silence = g_new0 (float, 6000 * MS);

  fixture_make_dictation (f);
  fixture_start (f);
  fake_source_speak (f->microphone, silence, 6000 * MS);
  RUN_UNTIL (is_silent (f));
  fixture_speak (f, 0, IN_FIRST);
  RUN_UNTIL (!is_silent (f));
  fixture_stop (f);
  fixture_start (f);
  fake_source_speak (f->microphone, silence, 6000 * MS);
  RUN_UNTIL (is_silent (f));
  longhand_dictation_stop (f->dictation);
  RUN_UNTIL (!is_silent (f));
}

static void
devices_are_listed_in_the_background (Fixture *f, gconstpointer data) {
  const LonghandDevice *device;

  fixture_make_dictation (f);
  g_assert_cmpuint (longhand_dictation_get_devices (f->dictation)->len, ==, 0);
  RUN_UNTIL (f->n_device_lists == 1);
  g_assert_cmpuint (longhand_dictation_get_devices (f->dictation)->len, ==, 1);
  device = longhand_dictation_get_devices (f->dictation)->pdata[0];
  g_assert_cmpstr (device->name, ==, "one");
  fake_source_set_devices (f->microphone, (const char *const[]){ "one", "two", NULL });
  longhand_dictation_refresh_devices (f->dictation);
  RUN_UNTIL (f->n_device_lists == 2);
  g_assert_cmpuint (longhand_dictation_get_devices (f->dictation)->len, ==, 2);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  FIXTURE_ADD ("/dictation/lost-microphone-keeps-what-was-said", lost_microphone_keeps_what_was_said);
  FIXTURE_ADD ("/dictation/recording-goes-on-when-the-microphone-is-back",
               recording_goes_on_when_the_microphone_is_back);
  FIXTURE_ADD ("/dictation/microphone-may-be-back-before-the-last-words-are-written",
               microphone_may_be_back_before_the_last_words_are_written);
  FIXTURE_ADD ("/dictation/microphone-that-goes-again-and-again-is-given-up",
               microphone_that_goes_again_and_again_is_given_up);
  FIXTURE_ADD ("/dictation/stop-ends-the-wait-for-a-microphone", stop_ends_the_wait_for_a_microphone);
  FIXTURE_ADD ("/dictation/other-microphone-is-used-when-asked-for", other_microphone_is_used_when_asked_for);
  FIXTURE_ADD ("/dictation/microphone-chosen-in-the-settings-ends-the-wait",
               microphone_chosen_in_the_settings_ends_the_wait);
  FIXTURE_ADD ("/dictation/chosen-microphone-that-is-absent-is-waited-for",
               chosen_microphone_that_is_absent_is_waited_for);
  FIXTURE_ADD ("/dictation/sound-system-that-hangs-ends-the-wait", sound_system_that_hangs_ends_the_wait);
  FIXTURE_ADD ("/dictation/wait-for-a-microphone-that-stays-away-ends-with-a-word",
               wait_for_a_microphone_that_stays_away_ends_with_a_word);
  FIXTURE_ADD ("/dictation/shutdown-ends-the-wait-for-a-microphone", shutdown_ends_the_wait_for_a_microphone);
  FIXTURE_ADD ("/dictation/microphone-that-cannot-be-opened-is-reported",
               microphone_that_cannot_be_opened_is_reported);
  FIXTURE_ADD ("/dictation/absurd-microphone-is-reported", absurd_microphone_is_reported);
  FIXTURE_ADD ("/dictation/stop-before-the-microphone-is-open", stop_before_the_microphone_is_open);
  FIXTURE_ADD ("/dictation/chosen-microphone-is-opened", chosen_microphone_is_opened);
  FIXTURE_ADD ("/dictation/level-and-lost-samples-are-told", level_and_lost_samples_are_told);
  FIXTURE_ADD ("/dictation/sound-that-the-device-lost-is-told-once", sound_that_the_device_lost_is_told_once);
  FIXTURE_ADD ("/dictation/muted-microphone-is-told-until-sound-comes",
               muted_microphone_is_told_until_sound_comes);
  FIXTURE_ADD ("/dictation/devices-are-listed-in-the-background", devices_are_listed_in_the_background);
  return g_test_run ();
}
