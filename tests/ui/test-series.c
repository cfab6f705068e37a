/* Samples behind the graphs of the performance panel, and how they come from figures that add up. */
#include "performance/longhand-track.h"

#include <math.h>

static void
add (LonghandSeries *series, double value) {
  longhand_series_add (series, &value);
}

static void
the_newest_samples_are_kept (void) {
  LonghandSeries series;

  longhand_series_init (&series, 1);
  for (guint i = 0; i < LONGHAND_SERIES_LENGTH + 7; i++)
    add (&series, i);
  g_assert_cmpuint (series.n, ==, LONGHAND_SERIES_LENGTH);
  for (guint age = 0; age < series.n; age++)
    g_assert_cmpfloat (*longhand_series_get (&series, age), ==, LONGHAND_SERIES_LENGTH + 6 - age);
}

static void
layers_add_up (void) {
  const double values[] = { 1, 2, 4 };
  LonghandSeries series;

  longhand_series_init (&series, 3);
  longhand_series_add (&series, values);
  g_assert_cmpfloat (longhand_series_get_sum (&series, 0), ==, 7);
  g_assert_cmpfloat (longhand_series_get (&series, 0)[1], ==, 2);
}

static void
range_leaves_out_what_is_not_known (void) {
  LonghandSeries series;
  double lowest = -1, highest = -1;

  longhand_series_init (&series, 1);
  g_assert_false (longhand_series_get_range (&series, &lowest, &highest));
  add (&series, NAN);
  g_assert_false (longhand_series_get_range (&series, &lowest, &highest));
  add (&series, 3);
  add (&series, 1);
  add (&series, NAN);
  add (&series, 2);
  g_assert_true (longhand_series_get_range (&series, &lowest, &highest));
  g_assert_cmpfloat (lowest, ==, 1);
  g_assert_cmpfloat (highest, ==, 3);
}

/* What looks the same is not drawn again. */
static void
a_straight_line_stands_still_once_it_is_complete (void) {
  const double nothing = NAN, five = 5, six = 6;
  LonghandSeries series;

  longhand_series_init (&series, 1);
  g_assert_false (longhand_series_add (&series, &nothing));
  for (guint i = 0; i < LONGHAND_SERIES_LENGTH; i++)
    g_assert_true (longhand_series_add (&series, &five)); /* it grows, and pushes nothing out */
  g_assert_false (longhand_series_add (&series, &five));
  g_assert_true (longhand_series_add (&series, &six));
  for (guint i = 0; i < LONGHAND_SERIES_LENGTH; i++)
    g_assert_true (longhand_series_add (&series, &five)); /* the six moves */
  g_assert_false (longhand_series_add (&series, &five));
  g_assert_true (longhand_series_add (&series, &nothing));
}

static void
scales_end_at_round_numbers (void) {
  g_assert_cmpfloat_with_epsilon (longhand_series_round_up (0.031), 0.05, 1e-12);
  g_assert_cmpfloat_with_epsilon (longhand_series_round_up (1), 1, 1e-12);
  g_assert_cmpfloat_with_epsilon (longhand_series_round_up (1.01), 2, 1e-12);
  g_assert_cmpfloat_with_epsilon (longhand_series_round_up (5), 5, 1e-12);
  g_assert_cmpfloat_with_epsilon (longhand_series_round_up (5.1), 10, 1e-12);
  g_assert_cmpfloat_with_epsilon (longhand_series_round_up (312), 500, 1e-9);
}

/* ---- the track ---- */

typedef struct {
  LonghandTrack track;
  LonghandStats stats;
  gint64 now_us;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data) {
  longhand_track_init (&f->track);
  f->stats = (LonghandStats){ .live.commit_lag_latest_s = -1 };
  f->now_us = 1000 * G_USEC_PER_SEC;
}

static LonghandTrackSample
look_after (Fixture *f, double s) {
  LonghandTrackSample sample;

  f->now_us += (gint64)(s * G_USEC_PER_SEC);
  longhand_track_look (&f->track, &f->stats, f->now_us, 4, &sample);
  return sample;
}

/* A second in which the engine needs so much for a second of sound. */
static LonghandTrackSample
work (Fixture *f, double factor) {
  f->stats.busy_s += factor;
  f->stats.sound_s += 1;
  return look_after (f, 1);
}

static void
factor_is_that_of_the_last_seconds (Fixture *f, gconstpointer data) {
  f->stats.busy_s = 50;
  f->stats.sound_s = 100;
  g_assert_true (isnan (look_after (f, 1).rtf)); /* whatever was before */
  g_assert_true (isnan (work (f, 0.25).rtf));
  g_assert_true (isnan (work (f, 0.25).rtf));
  g_assert_cmpfloat (work (f, 0.25).rtf, ==, 0.25); /* of enough sound */
  for (guint i = 0; i < 9; i++)
    work (f, 0.75);
  g_assert_cmpfloat (work (f, 0.75).rtf, ==, 0.75); /* the quarters are too long ago */
}

static void
silence_and_another_model_have_no_factor (Fixture *f, gconstpointer data) {
  for (guint i = 0; i < 5; i++)
    work (f, 0.5);
  for (guint i = 0; i < 8; i++)
    look_after (f, 1);
  f->stats.busy_s += 2; /* the last words, with two seconds of sound in the time that counts */
  g_assert_true (isnan (look_after (f, 1).rtf));
  set_up (f, NULL);
  for (guint i = 0; i < 5; i++)
    work (f, 0.5);
  f->stats.busy_s = 0.25;
  g_assert_true (isnan (look_after (f, 1).rtf));
}

static void
processor_time_is_a_share_of_all (Fixture *f, gconstpointer data) {
  f->stats.cpu_s = 70;
  g_assert_true (isnan (look_after (f, 1).cpu));
  f->stats.cpu_s += 1;
  g_assert_cmpfloat (look_after (f, 0.5).cpu, ==, 0.5);
  f->stats.cpu_s += 9;
  g_assert_cmpfloat (look_after (f, 1).cpu, ==, 1); /* clocks differ */
}

static void
lag_is_not_known_before_words (Fixture *f, gconstpointer data) {
  g_assert_true (isnan (look_after (f, 1).lag_s));
  f->stats.live.commit_lag_latest_s = 0.5;
  g_assert_cmpfloat (look_after (f, 1).lag_s, ==, 0.5);
}

static void
memory_is_the_parts_and_the_rest (Fixture *f, gconstpointer data) {
  LonghandTrackSample sample;

  for (guint i = 0; i < LONGHAND_N_MEMORY; i++)
    f->stats.memory[i].bytes = 10;
  f->stats.memory[LONGHAND_N_MEMORY - 1].bytes = 80;
  sample = look_after (f, 1);
  for (guint i = 0; i + 1 < LONGHAND_N_MEMORY; i++)
    g_assert_cmpfloat (sample.memory[i], ==, 10);
  g_assert_cmpfloat (sample.memory[LONGHAND_N_MEMORY - 1], ==, 80 - 10 * (LONGHAND_N_MEMORY - 1));
  f->stats.memory[LONGHAND_N_MEMORY - 1].bytes = 7; /* less than planned */
  g_assert_cmpfloat (look_after (f, 1).memory[LONGHAND_N_MEMORY - 1], ==, 0);
}

#define ADD(name, function) g_test_add ("/track/" name, Fixture, NULL, set_up, function, NULL)

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/series/the-newest-samples-are-kept", the_newest_samples_are_kept);
  g_test_add_func ("/series/layers-add-up", layers_add_up);
  g_test_add_func ("/series/range-leaves-out-what-is-not-known", range_leaves_out_what_is_not_known);
  g_test_add_func ("/series/a-straight-line-stands-still-once-it-is-complete",
                   a_straight_line_stands_still_once_it_is_complete);
  g_test_add_func ("/series/scales-end-at-round-numbers", scales_end_at_round_numbers);
  ADD ("factor-is-that-of-the-last-seconds", factor_is_that_of_the_last_seconds);
  ADD ("silence-and-another-model-have-no-factor", silence_and_another_model_have_no_factor);
  ADD ("processor-time-is-a-share-of-all", processor_time_is_a_share_of_all);
  ADD ("lag-is-not-known-before-words", lag_is_not_known_before_words);
  ADD ("memory-is-the-parts-and-the-rest", memory_is_the_parts_and_the_rest);
  return g_test_run ();
}
