#include "dictation/longhand-sound-watch.h"

#include <string.h>

#define RATE_HZ 48000

/* ---- digital silence ---- */

static void
silence_counts_after_some_seconds (void) {
  static const struct {
    double recorded_s, silent_s; /* of which at the end */
    gboolean is_silent;
  } rows[] = {
    { 0, 0, FALSE },  { 4.9, 4.9, FALSE }, { 5, 5, TRUE },   { 60, 60, TRUE },
    { 60, 0, FALSE }, { 60, 14.9, FALSE }, { 60, 15, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_test_message ("row %u", i);
    g_assert_cmpint (longhand_sound_watch_is_silent ((guint64)(rows[i].recorded_s * RATE_HZ + 0.5),
                                                     (guint64)(rows[i].silent_s * RATE_HZ + 0.5), RATE_HZ),
                     ==, rows[i].is_silent);
  }
}

/* ---- losses ---- */

/* What is lost before each look ("1" dropped, "x" overrun, "." nothing, "e" the end), and the look that
 * tells. */
static void
losses_are_told_once_when_they_are_over (void) {
  static const struct {
    const char *looks;
    int told_at; /* -1: never */
  } rows[] = {
    { "..........e", -1 },      { "1....e", 4 }, { "x....e", 4 }, { "1..1..x....e", 10 },
    { "11111111111", -1 },      { "11111e", 5 }, { "1e", 1 },     { "e", -1 },
    { "1....1....x.....e", 4 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    LonghandSoundWatch watch = { 0 };
    LonghandSoundLosses losses = { 0 };
    int told_at = -1, n_told = 0;

    for (guint k = 0; rows[i].looks[k] != '\0'; k++) {
      losses.n_dropped += rows[i].looks[k] == '1';
      losses.n_overruns += rows[i].looks[k] == 'x';
      if (longhand_sound_watch_look (&watch, &losses, rows[i].looks[k] == 'e')) {
        told_at = (int)k;
        n_told++;
      }
    }
    g_test_message ("%s", rows[i].looks);
    g_assert_cmpint (told_at, ==, rows[i].told_at);
    g_assert_cmpint (n_told, <=, 1);
  }
}

static void
losses_of_feeds_add_up_as_time (void) {
  g_autoptr (LonghandFeed) slow = longhand_feed_new (8000, 1);
  g_autoptr (LonghandFeed) fast = longhand_feed_new (48000, 1);
  const gsize n_slow = longhand_ring_get_capacity (longhand_feed_get_ring (slow)) + 4000;
  const gsize n_fast = longhand_ring_get_capacity (longhand_feed_get_ring (fast)) + 48000;
  g_autofree float *frames = g_new0 (float, MAX (n_slow, n_fast));
  LonghandSoundLosses losses = { 0 };

  g_assert_false (longhand_sound_losses_any (&losses));
  longhand_feed_write (slow, frames, n_slow);
  longhand_feed_write (fast, frames, n_fast);
  longhand_feed_count_overrun (fast);
  longhand_sound_losses_add (&losses, slow);
  longhand_sound_losses_add (&losses, fast);
  g_assert_true (longhand_sound_losses_any (&losses));
  g_assert_cmpuint (losses.n_dropped, ==, 52000);
  g_assert_cmpfloat_with_epsilon (losses.dropped_s, 1.5, 1e-9);
  g_assert_cmpuint (losses.n_overruns, ==, 1);
}

static void
sentence_says_how_much (void) {
  const LonghandSoundLosses dropped = { 56000, 3.5, 2 }, once = { 0, 0, 1 }, often = { 0, 0, 7 };
  g_autofree char *first = longhand_sound_losses_dup_sentence (&dropped);
  g_autofree char *second = longhand_sound_losses_dup_sentence (&once);
  g_autofree char *third = longhand_sound_losses_dup_sentence (&often);

  g_assert_nonnull (strstr (first, "3.5 s"));
  g_assert_nonnull (strstr (second, "1 place:"));
  g_assert_nonnull (strstr (third, "7 places:"));
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sound-watch/silence-counts-after-some-seconds", silence_counts_after_some_seconds);
  g_test_add_func ("/sound-watch/losses-are-told-once-when-they-are-over",
                   losses_are_told_once_when_they_are_over);
  g_test_add_func ("/sound-watch/losses-of-feeds-add-up-as-time", losses_of_feeds_add_up_as_time);
  g_test_add_func ("/sound-watch/sentence-says-how-much", sentence_says_how_much);
  return g_test_run ();
}
