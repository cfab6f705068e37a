/* Figures of live dictation, from events made by hand. */
#include "dictation/longhand-latencies.h"
#include "dictation/longhand-live-figures.h"

#include <string.h>

#define BEGIN_US G_GINT64_CONSTANT (1000000000) /* when sound 0 was captured */
#define MAX_WORDS 16

static const LonghandSoundClock real_time = { .at_ms = 0, .at_us = BEGIN_US, .pace = 1 };

/* A text of which a word ends every 500 ms from speech_ms on, shown at shown_ms on the clock of real_time. */
typedef struct {
  LonghandLiveText text;
  LonghandLiveWord words[MAX_WORDS];
  GStrv parts;
} Shown;

static void
shown_clear (Shown *shown) {
  g_strfreev (shown->parts);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Shown, shown_clear)

static const LonghandLiveText *
make (Shown *shown, const char *text, gint64 speech_ms, gint64 shown_ms) {
  gsize n = 0;

  shown->parts = g_strsplit (text, " ", -1);
  for (; shown->parts[n] != NULL; n++) {
    g_assert_cmpuint (n, <, MAX_WORDS);
    shown->words[n] = (LonghandLiveWord){ .text = shown->parts[n],
                                          .start_ms = speech_ms + 500 * (gint64)n,
                                          .end_ms = speech_ms + 500 * (gint64)(n + 1) };
  }
  shown->text = (LonghandLiveText){ .text = text,
                                    .words = shown->words,
                                    .n_words = n,
                                    .speech_ms = speech_ms,
                                    .speech_end_ms = speech_ms + 500 * (gint64)n,
                                    .shown_us = BEGIN_US + 1000 * shown_ms };
  return &shown->text;
}

/* The first n_firm words are firm. */
static void
tentative (LonghandLiveFigures *figures, const char *text, guint n_firm, gint64 speech_ms, gint64 shown_ms) {
  LonghandLiveText now = { .text = text, .speech_ms = speech_ms, .shown_us = BEGIN_US + 1000 * shown_ms };

  for (guint i = 0; i < n_firm; i++) {
    now.n_firm += strspn (text + now.n_firm, " ");
    now.n_firm += strcspn (text + now.n_firm, " ");
  }
  longhand_live_figures_take_tentative (figures, &now);
}

static void
final (LonghandLiveFigures *figures, const char *text, gint64 speech_ms, gint64 decided_ms, gint64 shown_ms) {
  g_auto (Shown) shown = { 0 };

  longhand_live_figures_take_final (figures, make (&shown, text, speech_ms, shown_ms), decided_ms,
                                    &real_time);
}

static LonghandLiveNumbers
get (const LonghandLiveFigures *figures) {
  LonghandLiveNumbers numbers;

  longhand_live_figures_get (figures, &numbers);
  return numbers;
}

#define assert_s(value, expected) g_assert_cmpfloat_with_epsilon (value, expected, 1e-9)

static void
nothing_heard_tells_nothing (void) {
  g_autoptr (LonghandLiveFigures) figures = longhand_live_figures_new ();
  LonghandLiveNumbers numbers;

  tentative (figures, "", 0, 0, 100);
  final (figures, "", 0, 1000, 1100);
  numbers = get (figures);
  g_assert_cmpuint (numbers.n_utterances, ==, 0);
  g_assert_cmpuint (numbers.n_words, ==, 0);
  g_assert_cmpfloat (numbers.first_tentative_p50_s, <, 0);
  g_assert_cmpfloat (numbers.commit_lag_p95_s, <, 0);
  g_assert_cmpfloat (numbers.final_latency_p50_s, <, 0);
  g_assert_cmpfloat (numbers.final_latency_from_speech_p50_s, <, 0);
  g_assert_cmpfloat (numbers.revisions_per_word, <, 0);
}

/* Each utterance counts from its own first speech to its first text, be that the final one. */
static void
first_text_counts_from_the_first_speech (void) {
  g_autoptr (LonghandLiveFigures) figures = longhand_live_figures_new ();

  tentative (figures, "", 0, 1000, 1400);
  tentative (figures, "he", 0, 1000, 1800);
  tentative (figures, "he had", 0, 1000, 2600);
  final (figures, "he had", 1000, 3000, 3200);
  assert_s (get (figures).first_tentative_p50_s, 0.8);
  final (figures, "yes", 5000, 6000, 6300);
  final (figures, "no", 7000, 8000, 8300);
  assert_s (get (figures).first_tentative_p50_s, 1.3);
  g_assert_cmpuint (get (figures).n_utterances, ==, 3);
}

/* Words end at 1.5, 2.0, 2.5 and 3.0 s: the first two are firm at 2.6, the third at 3.1, the last is final.
 */
static void
words_commit_when_they_become_firm (void) {
  g_autoptr (LonghandLiveFigures) figures = longhand_live_figures_new ();
  LonghandLiveNumbers numbers;

  tentative (figures, "he had flushed", 2, 1000, 2600);
  tentative (figures, "he had flushed a", 3, 1000, 3100);
  final (figures, "He had flushed again.", 1000, 3700, 4000);
  numbers = get (figures); /* 1.1 0.6 0.6 1.0 */
  assert_s (numbers.commit_lag_p50_s, 0.6);
  assert_s (numbers.commit_lag_p95_s, 1.1);
  g_assert_cmpuint (numbers.n_words, ==, 4);
}

static void
latest_lag_is_the_longest_of_the_last_utterance (void) {
  g_autoptr (LonghandLiveFigures) figures = longhand_live_figures_new ();

  g_assert_cmpfloat (get (figures).commit_lag_latest_s, <, 0);
  final (figures, "he had", 1000, 2600, 4000); /* words end at 1.5 and 2.0 */
  assert_s (get (figures).commit_lag_latest_s, 2.5);
  tentative (figures, "yes", 0, 5000, 5700);
  assert_s (get (figures).commit_lag_latest_s, 2.5);
  final (figures, "yes", 5000, 6100, 6300);
  assert_s (get (figures).commit_lag_latest_s, 0.8);
}

static void
word_that_the_final_text_replaces_had_not_been_committed (void) {
  g_autoptr (LonghandLiveFigures) figures = longhand_live_figures_new ();

  tentative (figures, "he", 1, 1000, 1600);
  final (figures, "she", 1000, 2200, 2500);
  assert_s (get (figures).commit_lag_p50_s, 1.0);
}

static void
firm_words_of_one_utterance_say_nothing_about_the_next (void) {
  g_autoptr (LonghandLiveFigures) figures = longhand_live_figures_new ();

  tentative (figures, "he", 1, 1000, 1600);
  final (figures, "", 1000, 2200, 2500);
  final (figures, "he", 5000, 6000, 6500);
  assert_s (get (figures).commit_lag_p50_s, 1.0);
  assert_s (get (figures).first_tentative_p50_s, 1.5);
}

/* Attention may place the end of the last words in the silence behind them. */
static void
no_word_ends_behind_the_last_speech (void) {
  g_autoptr (LonghandLiveFigures) figures = longhand_live_figures_new ();
  g_auto (Shown) shown = { 0 };
  LonghandLiveText text = *make (&shown, "two words", 1000, 3000);

  text.speech_end_ms = 1800; /* the second word would end at 2.0 s */
  longhand_live_figures_take_final (figures, &text, 2400, &real_time);
  assert_s (get (figures).commit_lag_p50_s, 1.2);
  assert_s (get (figures).commit_lag_p95_s, 1.5);
  assert_s (get (figures).final_latency_from_speech_p50_s, 1.2);
}

static void
final_text_counts_from_the_decision_and_from_speech (void) {
  g_autoptr (LonghandLiveFigures) figures = longhand_live_figures_new ();
  LonghandLiveNumbers numbers;

  for (gint64 i = 1; i <= 20; i++) /* words end at 0.5 and 1.0 s of their utterance, the pause at 1.7 s */
    final (figures, "two words", 10000 * i, 10000 * i + 1700, 10000 * i + 1700 + 100 * i);
  numbers = get (figures);
  assert_s (numbers.final_latency_p50_s, 1.0);
  assert_s (numbers.final_latency_p95_s, 1.9);
  assert_s (numbers.final_latency_from_speech_p50_s, 1.7);
  assert_s (numbers.final_latency_from_speech_p95_s, 2.6);
}

/* By position: a word put in shifts those behind it, and each of them counts. */
static void
revisions_are_words_that_were_shown_and_changed (void) {
  static const struct {
    const char *texts[4]; /* the last one is final */
    guint n_revised, n_redrawn;
  } rows[] = {
    { { "a", "a b", "a b c", "a b c d" }, 0, 0 },
    { { "a b", "a c", "a c", "a c" }, 1, 1 },
    { { "a b c", "a", "a b c", "a b c" }, 2, 2 },
    { { "a b c", "x a b c", "x a b c", "x a b c" }, 3, 3 },
    { { "a b c", "a x c", "a b c", "a b c d" }, 2, 2 },
    { { "he had.", "he had gone", "he had gone", "He had gone." }, 0, 3 },
    { { "a b", "a b", "a b", "c" }, 2, 2 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (LonghandLiveFigures) figures = longhand_live_figures_new ();
    LonghandLiveNumbers numbers;

    for (gsize k = 0; k < 3; k++)
      tentative (figures, rows[i].texts[k], 0, 0, 1000 * (gint64)(k + 1));
    final (figures, rows[i].texts[3], 0, 4000, 5000);
    numbers = get (figures);
    g_test_message ("row %zu", i);
    assert_s (numbers.revisions_per_word * (double)numbers.n_words, rows[i].n_revised);
    assert_s (numbers.redrawn_per_word * (double)numbers.n_words, rows[i].n_redrawn);
  }
}

/* What was shown and came to nothing is on the account of the words that were committed. */
static void
text_that_is_taken_back_is_revised (void) {
  g_autoptr (LonghandLiveFigures) figures = longhand_live_figures_new ();

  tentative (figures, "thank you", 0, 0, 1000);
  final (figures, "", 0, 2000, 2100);
  final (figures, "one two three four", 5000, 8000, 8100);
  assert_s (get (figures).revisions_per_word, 0.5);
}

/* Twice as fast: a second of sound passes in half a second. */
static void
pace_of_the_sound_counts (void) {
  g_autoptr (LonghandLiveFigures) figures = longhand_live_figures_new ();
  const LonghandSoundClock twice = { .at_ms = 4000, .at_us = BEGIN_US, .pace = 2 };
  g_auto (Shown) shown = { 0 };

  g_assert_cmpint (longhand_sound_clock_get_us (&twice, 4000), ==, BEGIN_US);
  g_assert_cmpint (longhand_sound_clock_get_us (&twice, 3000), ==, BEGIN_US - 500000);
  longhand_live_figures_take_final (figures, make (&shown, "yes", 2000, 100), 3600, &twice);
  assert_s (get (figures).first_tentative_p50_s, 1.1);
  assert_s (get (figures).final_latency_p50_s, 0.3);
  assert_s (get (figures).commit_lag_p50_s, 0.85);
}

static void
sound_that_keeps_no_time_has_no_latencies (void) {
  g_autoptr (LonghandLiveFigures) figures = longhand_live_figures_new ();
  const LonghandSoundClock none = { .at_ms = 4000, .at_us = BEGIN_US };
  LonghandLiveNumbers numbers;
  g_auto (Shown) shown = { 0 };

  tentative (figures, "yet", 0, 2000, 50);
  longhand_live_figures_take_final (figures, make (&shown, "yes", 2000, 100), 3600, &none);
  numbers = get (figures);
  g_assert_cmpuint (numbers.n_words, ==, 1);
  assert_s (numbers.revisions_per_word, 1);
  g_assert_cmpfloat (numbers.first_tentative_p50_s, <, 0);
  g_assert_cmpfloat (numbers.commit_lag_p50_s, <, 0);
  g_assert_cmpfloat (numbers.final_latency_p50_s, <, 0);
}

static void
words_without_times_have_no_lag (void) {
  g_autoptr (LonghandLiveFigures) figures = longhand_live_figures_new ();
  const LonghandLiveText text = {
    .text = "two words", .speech_ms = 1000, .speech_end_ms = 1900, .shown_us = BEGIN_US + 3 * G_USEC_PER_SEC
  };

  longhand_live_figures_take_final (figures, &text, 2500, &real_time);
  g_assert_cmpuint (get (figures).n_words, ==, 2);
  g_assert_cmpfloat (get (figures).commit_lag_p50_s, <, 0);
  assert_s (get (figures).final_latency_from_speech_p50_s, 1.1);
  assert_s (get (figures).final_latency_p50_s, 0.5);
}

/* ---- latencies ---- */

static void
percentiles_are_by_nearest_rank (void) {
  LonghandLatencies latencies = { 0 };

  g_assert_cmpfloat (longhand_latencies_get_percentile_s (&latencies, 0.5), <, 0);
  for (gint64 i = 1; i <= 100; i++)
    longhand_latencies_add (&latencies, 10000 * i);
  assert_s (longhand_latencies_get_percentile_s (&latencies, 0), 0.01);
  assert_s (longhand_latencies_get_percentile_s (&latencies, 0.5), 0.5);
  assert_s (longhand_latencies_get_percentile_s (&latencies, 0.95), 0.95);
  assert_s (longhand_latencies_get_percentile_s (&latencies, 1), 1);
}

static void
latencies_are_to_the_nearest_step (void) {
  LonghandLatencies latencies = { 0 };

  longhand_latencies_add (&latencies, -20000);
  assert_s (longhand_latencies_get_percentile_s (&latencies, 1), 0);
  longhand_latencies_add (&latencies, 14999);
  assert_s (longhand_latencies_get_percentile_s (&latencies, 1), 0.01);
  longhand_latencies_add (&latencies, 15000);
  assert_s (longhand_latencies_get_percentile_s (&latencies, 1), 0.02);
  longhand_latencies_add (&latencies, 90 * G_USEC_PER_SEC);
  assert_s (longhand_latencies_get_percentile_s (&latencies, 0.75), 0.02);
  assert_s (longhand_latencies_get_percentile_s (&latencies, 1), 90);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live-figures/nothing-heard-tells-nothing", nothing_heard_tells_nothing);
  g_test_add_func ("/live-figures/first-text-counts-from-the-first-speech",
                   first_text_counts_from_the_first_speech);
  g_test_add_func ("/live-figures/words-commit-when-they-become-firm", words_commit_when_they_become_firm);
  g_test_add_func ("/live-figures/latest-lag-is-the-longest-of-the-last-utterance",
                   latest_lag_is_the_longest_of_the_last_utterance);
  g_test_add_func ("/live-figures/word-that-the-final-text-replaces-had-not-been-committed",
                   word_that_the_final_text_replaces_had_not_been_committed);
  g_test_add_func ("/live-figures/firm-words-of-one-utterance-say-nothing-about-the-next",
                   firm_words_of_one_utterance_say_nothing_about_the_next);
  g_test_add_func ("/live-figures/no-word-ends-behind-the-last-speech", no_word_ends_behind_the_last_speech);
  g_test_add_func ("/live-figures/final-text-counts-from-the-decision-and-from-speech",
                   final_text_counts_from_the_decision_and_from_speech);
  g_test_add_func ("/live-figures/revisions-are-words-that-were-shown-and-changed",
                   revisions_are_words_that_were_shown_and_changed);
  g_test_add_func ("/live-figures/text-that-is-taken-back-is-revised", text_that_is_taken_back_is_revised);
  g_test_add_func ("/live-figures/pace-of-the-sound-counts", pace_of_the_sound_counts);
  g_test_add_func ("/live-figures/sound-that-keeps-no-time-has-no-latencies",
                   sound_that_keeps_no_time_has_no_latencies);
  g_test_add_func ("/live-figures/words-without-times-have-no-lag", words_without_times_have_no_lag);
  g_test_add_func ("/latencies/percentiles-are-by-nearest-rank", percentiles_are_by_nearest_rank);
  g_test_add_func ("/latencies/are-to-the-nearest-step", latencies_are_to_the_nearest_step);
  return g_test_run ();
}
