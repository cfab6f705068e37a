/* Whether times of texts stay with the sound, and how many words are wrong: from utterances made by hand. */
#include "cli/longhand-cli-drift.h"
#include "cli/longhand-cli-replay.h"

#define ROUND_MS 10000

/* Two utterances in each round from first on, later by late_ms. */
static void
say (LonghandDrift *drift, guint first, guint end, gint64 late_ms) {
  for (guint round = first; round < end; round++) {
    const gint64 begin_ms = ROUND_MS * (gint64)round + late_ms;

    longhand_drift_take (drift, begin_ms + 1000, begin_ms + 3000, "one");
    longhand_drift_take (drift, begin_ms + 5000, begin_ms + 9000, "two");
  }
}

static void
assert_drift (const LonghandDrift *drift, guint n_rounds, guint n_compared, double largest_ms,
              guint n_changed) {
  const LonghandDriftResult result = longhand_drift_get (drift, n_rounds);

  g_assert_cmpuint (result.n_compared, ==, n_compared);
  g_assert_cmpfloat_with_epsilon (result.largest_ms, largest_ms, 1e-9);
  g_assert_cmpuint (result.n_changed, ==, n_changed);
}

static void
rounds_that_are_heard_alike_do_not_drift (void) {
  g_autoptr (LonghandDrift) drift = longhand_drift_new (ROUND_MS);

  say (drift, 0, 10, 0);
  assert_drift (drift, 10, 16, 0, 0);
}

/* The first round may differ: nothing is compared with it. */
static void
second_round_is_what_others_are_compared_with (void) {
  g_autoptr (LonghandDrift) drift = longhand_drift_new (ROUND_MS);

  longhand_drift_take (drift, 500, 9500, "other");
  say (drift, 1, 4, 0);
  assert_drift (drift, 4, 4, 0, 0);
}

static void
times_that_move_are_measured (void) {
  g_autoptr (LonghandDrift) drift = longhand_drift_new (ROUND_MS);

  say (drift, 0, 3, 0);
  say (drift, 3, 4, -40);
  say (drift, 4, 5, 32);
  assert_drift (drift, 5, 6, 40, 0);
}

static void
other_texts_and_numbers_of_utterances_count (void) {
  g_autoptr (LonghandDrift) drift = longhand_drift_new (ROUND_MS);

  say (drift, 0, 2, 0);
  longhand_drift_take (drift, 21000, 23000, "won");
  longhand_drift_take (drift, 25000, 26000, "two");
  longhand_drift_take (drift, 27000, 29000, "three");
  longhand_drift_take (drift, 31000, 33000, "one"); /* round 3 lacks one, 4 and 5 both */
  assert_drift (drift, 6, 3, 3000, 1 + 1 + 1 + 2 + 2);
}

static void
nothing_is_compared_before_the_third_round (void) {
  g_autoptr (LonghandDrift) drift = longhand_drift_new (ROUND_MS);

  say (drift, 0, 2, 0);
  assert_drift (drift, 2, 0, 0, 0);
}

static void
wrong_words_are_by_those_expected (void) {
  g_assert_cmpfloat (longhand_replay_wer ("one two three four", "one too three"), ==, 0.5);
  g_assert_cmpfloat (longhand_replay_wer ("Yes.", "yes and no"), ==, 2);
  g_assert_cmpfloat (longhand_replay_wer ("4 o'clock", "four o\xe2\x80\x99"
                                                       "clock!"),
                     ==, 0);
  g_assert_cmpfloat (longhand_replay_wer (" ... ", "yes"), <, 0);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/drift/rounds-that-are-heard-alike-do-not-drift",
                   rounds_that_are_heard_alike_do_not_drift);
  g_test_add_func ("/drift/second-round-is-what-others-are-compared-with",
                   second_round_is_what_others_are_compared_with);
  g_test_add_func ("/drift/times-that-move-are-measured", times_that_move_are_measured);
  g_test_add_func ("/drift/other-texts-and-numbers-of-utterances-count",
                   other_texts_and_numbers_of_utterances_count);
  g_test_add_func ("/drift/nothing-is-compared-before-the-third-round",
                   nothing_is_compared_before_the_third_round);
  g_test_add_func ("/replay/wrong-words-are-by-those-expected", wrong_words_are_by_those_expected);
  return g_test_run ();
}
