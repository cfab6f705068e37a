/* The line that says how far recognition is, and how threads are shared out. */
#include "cli/longhand-cli-jobs.h"
#include "cli/longhand-cli-progress.h"

#include <string.h>

static const LonghandCliProgressItem two[]
    = { { "talk.wav", 0.43 }, { "a very long name of a recording.flac", 0.999 } };

static void
assert_line (const LonghandCliProgress *progress, guint n_columns, const char *expected) {
  g_autofree char *line = longhand_cli_progress_to_line (progress, n_columns);

  g_assert_cmpstr (line, ==, expected);
}

static void
one_recording_needs_no_count (void) {
  const LonghandCliProgress begun = { .items = two, .n_items = 1, .n = 1, .done_s = 4.3, .total_s = 10 };
  LonghandCliProgress later = begun;

  later.elapsed_s = 4;
  later.done_s = 100;
  later.total_s = 3825;
  assert_line (&begun, 79, "talk.wav 43 %");
  assert_line (&later, 79, "25.0 × real time, 2:29 left: talk.wav 43 %");
  later.since_s = 30;
  assert_line (&later, 79, "25.0 × real time, 1:59 left: talk.wav 43 %");
  later.since_s = 300;
  assert_line (&later, 79, "25.0 × real time, 0:00 left: talk.wav 43 %");
  later.since_s = 0;
  assert_line (&later, 30, "2:29 left: talk.wav 43 %");
  assert_line (&later, 20, "talk.wav 43 %");
  later.total_s = 0;
  assert_line (&later, 79, "25.0 × real time: talk.wav 43 %");
}

static void
several_are_counted_and_time_left_is_of_all (void) {
  const LonghandCliProgress progress = {
    .items = two, .n_items = 2, .n_done = 3, .n = 10, .done_s = 1000, .total_s = 10000, .elapsed_s = 500
  };

  assert_line (&progress, 200,
               "3 of 10, 10 %, 2.0 × real time, 1:15:00 left: talk.wav 43 %, a very long name of a "
               "recording.flac 99 %");
}

static void
what_holds_of_all_goes_before_names (void) {
  const LonghandCliProgress progress = {
    .items = two, .n_items = 2, .n_done = 3, .n = 10, .done_s = 1000, .total_s = 10000, .elapsed_s = 500
  };

  assert_line (&progress, 79,
               "3 of 10, 10 %, 2.0 × real time, 1:15:00 left: talk.wav 43 %, a very long … 99 %");
  assert_line (&progress, 60, "3 of 10, 10 %, 2.0 × real time, 1:15:00 left: talk.wav 43 %");
  assert_line (&progress, 44, "3 of 10, 10 %, 2.0 × real time, 1:15:00 left");
  assert_line (&progress, 43, "3 of 10, 10 %, 1:15:00 left: talk.wav 43 %");
  assert_line (&progress, 35, "3 of 10, 10 %, 1:15:00 left");
  assert_line (&progress, 20, "3 of 10, 10 %");
  assert_line (&progress, 8, "3 of 10…");
}

/* Counted as a terminal does: wide characters take two columns, combining ones none. */
static void
no_line_is_wider_than_the_terminal (void) {
  static const LonghandCliProgressItem items[]
      = { { "会議の録音二〇二六年十一月.wav", 0.5 }, { "de\xcc\x81ja\xcc\x80 vu.ogg", 0.25 } };
  const LonghandCliProgress progress = { .items = items, .n_items = 2, .n = 2, .total_s = 10, .done_s = 5 };

  for (guint n_columns = 1; n_columns < 90; n_columns++) {
    g_autofree char *line = longhand_cli_progress_to_line (&progress, n_columns);
    guint n = 0;

    for (const char *at = line; *at != '\0'; at = g_utf8_next_char (at))
      n += g_unichar_iszerowidth (g_utf8_get_char (at)) ? 0 : g_unichar_iswide (g_utf8_get_char (at)) ? 2 : 1;
    g_assert_true (g_utf8_validate (line, -1, NULL));
    g_assert_cmpuint (n, <=, n_columns);
  }
}

static void
names_cannot_give_the_terminal_orders (void) {
  const LonghandCliProgressItem item = { "a\033[2J\nb\xff.wav", 0 };
  const LonghandCliProgress progress = { .items = &item, .n_items = 1, .n = 1 };

  assert_line (&progress, 79, "a?[2J?b\xef\xbf\xbd.wav 0 %");
}

static void
jobs_share_all_threads_evenly (void) {
  for (guint n_threads = 1; n_threads < 20; n_threads++)
    for (guint n_jobs = 1; n_jobs <= n_threads; n_jobs++) {
      guint sum = 0;

      for (guint i = 0; i < n_jobs; i++) {
        const guint share = longhand_cli_jobs_share (n_threads, n_jobs, i);

        g_assert_cmpuint (share, >=, n_threads / n_jobs);
        g_assert_cmpuint (share, <=, (n_threads + n_jobs - 1) / n_jobs);
        sum += share;
      }
      g_assert_cmpuint (sum, ==, n_threads);
    }
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli-progress/one-recording-needs-no-count", one_recording_needs_no_count);
  g_test_add_func ("/cli-progress/several-are-counted-and-time-left-is-of-all",
                   several_are_counted_and_time_left_is_of_all);
  g_test_add_func ("/cli-progress/what-holds-of-all-goes-before-names", what_holds_of_all_goes_before_names);
  g_test_add_func ("/cli-progress/no-line-is-wider-than-the-terminal", no_line_is_wider_than_the_terminal);
  g_test_add_func ("/cli-progress/names-cannot-give-the-terminal-orders",
                   names_cannot_give_the_terminal_orders);
  g_test_add_func ("/cli-progress/jobs-share-all-threads-evenly", jobs_share_all_threads_evenly);
  return g_test_run ();
}
