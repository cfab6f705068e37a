/* The arithmetic behind “bench”. */
#include "cli/longhand-cli-stats.h"

#include <math.h>

static void
percentiles_are_by_nearest_rank (void) {
  double values[100];

  for (guint i = 0; i < 100; i++)
    values[i] = i + 1;
  g_assert_cmpfloat (longhand_stats_percentile (values, 100, 0.5), ==, 50);
  g_assert_cmpfloat (longhand_stats_percentile (values, 100, 0.95), ==, 95);
  g_assert_cmpfloat (longhand_stats_percentile (values, 100, 0.99), ==, 99);
  g_assert_cmpfloat (longhand_stats_percentile (values, 100, 0), ==, 1);
  g_assert_cmpfloat (longhand_stats_percentile (values, 100, 1), ==, 100);
  g_assert_cmpfloat (longhand_stats_percentile (values, 5, 0.5), ==, 3);
  g_assert_cmpfloat (longhand_stats_percentile (values, 4, 0.5), ==, 2);
  g_assert_cmpfloat (longhand_stats_percentile (values, 10, 0.95), ==, 10);
  g_assert_cmpfloat (longhand_stats_percentile (values, 1, 0.99), ==, 1);
}

static void
variation_is_that_of_a_sample (void) {
  static const double values[] = { 2, 4, 4, 4, 5, 5, 7, 9 };

  g_assert_cmpfloat_with_epsilon (longhand_stats_variation (values, 8), sqrt (32.0 / 7) / 5, 1e-12);
  g_assert_cmpfloat (longhand_stats_variation (values + 1, 3), ==, 0);
  g_assert_cmpfloat (longhand_stats_variation (values, 1), ==, 0);
  g_assert_cmpfloat (longhand_stats_variation (values, 0), ==, 0);
  g_assert_cmpfloat (longhand_stats_variation ((const double[]){ 0, 0 }, 2), ==, 0);
}

static void
measuring_stops_when_times_agree_or_patience_ends (void) {
  const LonghandStopRule rule = { .min_runs = 3, .max_runs = 6, .max_variation = 0.1 };
  static const double steady[] = { 100, 101, 99, 100, 100, 100 }, wild[] = { 100, 200, 50, 400, 100, 10 };

  g_assert_false (longhand_stats_is_enough (&rule, steady, 0));
  g_assert_false (longhand_stats_is_enough (&rule, steady, 2));
  g_assert_true (longhand_stats_is_enough (&rule, steady, 3));
  for (guint n = 0; n < 6; n++)
    g_assert_false (longhand_stats_is_enough (&rule, wild, n));
  g_assert_true (longhand_stats_is_enough (&rule, wild, 6));
}

static void
amdahls_law_is_found_again_in_its_own_times (void) {
  static const guint threads[] = { 1, 2, 4, 8 };
  static const double shares[] = { 0, 0.01, 0.25, 0.5, 1 };

  for (guint s = 0; s < G_N_ELEMENTS (shares); s++) {
    double ms[G_N_ELEMENTS (threads)];

    for (guint i = 0; i < G_N_ELEMENTS (threads); i++) {
      ms[i] = 80 * (shares[s] + (1 - shares[s]) / threads[i]);
      g_assert_cmpfloat_with_epsilon (longhand_stats_amdahl_speedup (shares[s], threads[i]), 80 / ms[i],
                                      1e-9);
    }
    for (gsize n = 2; n <= G_N_ELEMENTS (threads); n++)
      g_assert_cmpfloat_with_epsilon (longhand_stats_fit_serial_share (threads, ms, n), shares[s], 1e-12);
  }
}

/* Residuals to either side are balanced: a little more or less fits worse. */
static void
amdahls_law_fits_least_squares (void) {
  static const guint threads[] = { 1, 2, 3, 4 };
  static const double ms[] = { 100, 58, 40, 36 };
  const double share = longhand_stats_fit_serial_share (threads, ms, 4);
  double error[3] = { 0 };

  for (guint k = 0; k < 3; k++)
    for (guint i = 0; i < 4; i++) {
      const double s = share + ((double)k - 1) * 0.001;
      const double residual = ms[i] / ms[0] - (s + (1 - s) / threads[i]);

      error[k] += residual * residual;
    }
  g_assert_cmpfloat (share, >, 0.1);
  g_assert_cmpfloat (share, <, 0.2);
  g_assert_cmpfloat (error[1], <, error[0]);
  g_assert_cmpfloat (error[1], <, error[2]);
}

static void
serial_share_stays_a_share (void) {
  static const guint threads[] = { 1, 2 };

  /* More than twice as fast: caches. Slower: others have the machine. */
  g_assert_cmpfloat (longhand_stats_fit_serial_share (threads, (const double[]){ 100, 40 }, 2), ==, 0);
  g_assert_cmpfloat (longhand_stats_fit_serial_share (threads, (const double[]){ 100, 140 }, 2), ==, 1);
  g_assert_cmpfloat (longhand_stats_fit_serial_share (threads, (const double[]){ 100 }, 1), ==, 0);
  g_assert_cmpfloat (longhand_stats_fit_serial_share ((const guint[]){ 1, 1 }, (const double[]){ 5, 5 }, 2),
                     ==, 0);
}

static void
lists_are_numbers_between_commas (void) {
  static const struct {
    const char *text;
    guint n, values[4];
  } good[]
      = { { "1", 1, { 1 } }, { "1,2,4", 3, { 1, 2, 4 } }, { "256", 1, { 256 } }, { "4,2", 2, { 4, 2 } } };
  static const char *const bad[] = { "",   ",",   "1,",  ",1",  "1,,2",
                                     "0",  "257", "1,1", "-1",  "+1",
                                     " 1", "1 ",  "1;2", "one", "99999999999999999999" };

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (guint));

    g_assert_true (longhand_stats_parse_list (good[i].text, 1, 256, list));
    g_assert_cmpmem (list->data, list->len * sizeof (guint), good[i].values, good[i].n * sizeof (guint));
  }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (guint));

    g_test_message ("%s", bad[i]);
    g_assert_false (longhand_stats_parse_list (bad[i], 1, 256, list));
  }
}

static void
ranges_are_one_number_or_two (void) {
  static const char *const bad[]
      = { "", "0", "-", "5-", "-5", "10-5", "0-5", "1-1001", "1001", "1-2-3", "1 - 2", "x" };
  guint from, to;

  g_assert_true (longhand_stats_parse_range ("10-100", 1000, &from, &to));
  g_assert_cmpuint (from, ==, 10);
  g_assert_cmpuint (to, ==, 100);
  g_assert_true (longhand_stats_parse_range ("7", 1000, &from, &to));
  g_assert_cmpuint (from, ==, 7);
  g_assert_cmpuint (to, ==, 7);
  g_assert_true (longhand_stats_parse_range ("3-3", 1000, &from, &to));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_test_message ("%s", bad[i]);
    g_assert_false (longhand_stats_parse_range (bad[i], 1000, &from, &to));
  }
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli-stats/percentiles-are-by-nearest-rank", percentiles_are_by_nearest_rank);
  g_test_add_func ("/cli-stats/variation-is-that-of-a-sample", variation_is_that_of_a_sample);
  g_test_add_func ("/cli-stats/measuring-stops-when-times-agree-or-patience-ends",
                   measuring_stops_when_times_agree_or_patience_ends);
  g_test_add_func ("/cli-stats/amdahls-law-is-found-again-in-its-own-times",
                   amdahls_law_is_found_again_in_its_own_times);
  g_test_add_func ("/cli-stats/amdahls-law-fits-least-squares", amdahls_law_fits_least_squares);
  g_test_add_func ("/cli-stats/serial-share-stays-a-share", serial_share_stays_a_share);
  g_test_add_func ("/cli-stats/lists-are-numbers-between-commas", lists_are_numbers_between_commas);
  g_test_add_func ("/cli-stats/ranges-are-one-number-or-two", ranges_are_one_number_or_two);
  return g_test_run ();
}
