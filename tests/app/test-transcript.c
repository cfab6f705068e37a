#include "transcript/longhand-transcript.h"

#include <string.h>

static void
count_cb (guint *n) {
  (*n)++;
}

static void
append_copies_and_strips (void) {
  g_autoptr (LonghandTranscript) transcript = longhand_transcript_new ();
  const LonghandSegment *segment;
  char text[] = "  hello there \n";
  guint n_changed = 0;

  g_signal_connect_swapped (transcript, "changed", G_CALLBACK (count_cb), &n_changed);
  longhand_transcript_append (transcript, 10, 2000, text,
                              &(LonghandScores){ .avg_logprob = -0.25, .no_speech_prob = 0.125 });
  memset (text, 'x', sizeof text - 1);
  g_assert_cmpuint (longhand_transcript_get_n_segments (transcript), ==, 1);
  g_assert_cmpuint (n_changed, ==, 1);
  segment = longhand_transcript_get_segment (transcript, 0);
  g_assert_cmpint (segment->start_ms, ==, 10);
  g_assert_cmpint (segment->end_ms, ==, 2000);
  g_assert_cmpstr (segment->text, ==, "hello there");
  g_assert_cmpfloat (segment->scores.avg_logprob, ==, -0.25);
  g_assert_cmpfloat (segment->scores.no_speech_prob, ==, 0.125);
}

static void
text_without_words_is_left_out (void) {
  g_autoptr (LonghandTranscript) transcript = longhand_transcript_new ();
  guint n_changed = 0;

  g_signal_connect_swapped (transcript, "changed", G_CALLBACK (count_cb), &n_changed);
  longhand_transcript_append (transcript, 0, 10, " \n", NULL);
  longhand_transcript_append (transcript, 0, 10, "", NULL);
  g_assert_cmpuint (longhand_transcript_get_n_segments (transcript), ==, 0);
  g_assert_cmpuint (n_changed, ==, 0);
}

static void
broken_utf8_is_repaired (void) {
  g_autoptr (LonghandTranscript) transcript = longhand_transcript_new ();

  longhand_transcript_append (transcript, 0, 10, "half \xc3 a letter", NULL);
  g_assert_true (g_utf8_validate (longhand_transcript_get_segment (transcript, 0)->text, -1, NULL));
}

static void
times_that_run_backwards_are_set_right (void) {
  g_autoptr (LonghandTranscript) transcript = longhand_transcript_new ();
  const LonghandSegment *segment;

  longhand_transcript_append (transcript, 500, 400, "a", NULL);
  longhand_transcript_append (transcript, -20, -10, "b", NULL);
  segment = longhand_transcript_get_segment (transcript, 0);
  g_assert_cmpint (segment->start_ms, ==, 500);
  g_assert_cmpint (segment->end_ms, ==, 500);
  segment = longhand_transcript_get_segment (transcript, 1);
  g_assert_cmpint (segment->start_ms, ==, 0);
  g_assert_cmpint (segment->end_ms, ==, 0);
}

static void
words_belong_to_the_last_segment (void) {
  g_autoptr (LonghandTranscript) transcript = longhand_transcript_new ();
  char text[] = " two";
  const LonghandSegment *segment;
  const LonghandWord *word;
  guint n_changed = 0;

  g_assert_true (longhand_transcript_append (transcript, 0, 10, "none", NULL));
  g_assert_true (longhand_transcript_append (transcript, 10, 40, "one two \xc3", NULL));
  g_assert_false (longhand_transcript_append (transcript, 40, 50, " ", NULL));
  g_signal_connect_swapped (transcript, "changed", G_CALLBACK (count_cb), &n_changed);
  longhand_transcript_add_word (transcript, -10, 20, "one", 0.5);
  longhand_transcript_add_word (transcript, 30, 20, text, 0.25);
  longhand_transcript_add_word (transcript, 30, 40, " \xc3", 0.125);
  text[1] = 'T';
  g_assert_cmpuint (n_changed, ==, 3);
  g_assert_null (longhand_transcript_get_segment (transcript, 0)->words);
  segment = longhand_transcript_get_segment (transcript, 1);
  g_assert_cmpuint (segment->words->len, ==, 3);
  word = &g_array_index (segment->words, LonghandWord, 0);
  g_assert_cmpint (word->start_ms, ==, 0);
  g_assert_cmpint (word->end_ms, ==, 20);
  g_assert_cmpfloat (word->probability, ==, 0.5);
  word = &g_array_index (segment->words, LonghandWord, 1);
  g_assert_cmpint (word->start_ms, ==, 30);
  g_assert_cmpint (word->end_ms, ==, 30);
  g_assert_cmpstr (word->text, ==, " two");
  word = &g_array_index (segment->words, LonghandWord, 2);
  g_assert_true (g_utf8_validate (word->text, -1, NULL));
}

/* ---- cutting ---- */

/* A segment of words that take 100 ms each and begin every 200 ms; before it and behind it there are 50 ms.
 */
static void
append_words (LonghandTranscript *transcript, gint64 start_ms, const char *const *words) {
  g_autofree char *text = g_strjoinv ("", (char **)words);
  const gint64 n = g_strv_length ((char **)words);

  longhand_transcript_append (transcript, start_ms - 50, start_ms + 200 * n - 50, text,
                              &(LonghandScores){ .avg_logprob = -0.5, .no_speech_prob = 0.25 });
  for (gint64 i = 0; i < n; i++)
    longhand_transcript_add_word (transcript, start_ms + 200 * i, start_ms + 200 * i + 100, words[i], 0.5);
}

static void
assert_segment (LonghandTranscript *transcript, guint i, gint64 start_ms, gint64 end_ms, const char *text,
                guint n_words) {
  const LonghandSegment *segment = longhand_transcript_get_segment (transcript, i);

  g_assert_cmpstr (segment->text, ==, text);
  g_assert_cmpint (segment->start_ms, ==, start_ms);
  g_assert_cmpint (segment->end_ms, ==, end_ms);
  g_assert_cmpfloat (segment->scores.avg_logprob, ==, -0.5);
  g_assert_cmpfloat (segment->scores.no_speech_prob, ==, 0.25);
  g_assert_cmpuint (segment->words != NULL ? segment->words->len : 0, ==, n_words);
}

static void
split_cuts_between_words (void) {
  g_autoptr (LonghandTranscript) transcript = longhand_transcript_new ();
  g_autoptr (LonghandTranscript) split = NULL;
  const LonghandWord *word;

  append_words (transcript, 1000, (const char *[]){ " Ça", " va", " être", " bien,", " là-bas.", NULL });
  append_words (transcript, 3000, (const char *[]){ " Short.", NULL });
  longhand_transcript_add_alternative (transcript, "Shirt\xc3", 0.5);
  longhand_transcript_add_alternative (transcript, "Sort", 0.25);
  longhand_transcript_set_title (transcript, "Title");
  longhand_transcript_set_model (transcript, "base");
  longhand_transcript_set_language (transcript, "fr");
  longhand_transcript_set_language_probability (transcript, 0.25);
  split = longhand_transcript_split (transcript, 10); /* "Ça va être" exactly */
  g_assert_cmpuint (longhand_transcript_get_n_segments (split), ==, 4);
  assert_segment (split, 0, 1000, 1500, "Ça va être", 3);
  assert_segment (split, 1, 1600, 1700, "bien,", 1);
  assert_segment (split, 2, 1800, 1900, "là-bas.", 1);
  assert_segment (split, 3, 2950, 3150, "Short.", 1);
  word = &g_array_index (longhand_transcript_get_segment (split, 1)->words, LonghandWord, 0);
  g_assert_cmpstr (word->text, ==, " bien,");
  g_assert_cmpint (word->start_ms, ==, 1600);
  g_assert_cmpint (word->end_ms, ==, 1700);
  g_assert_cmpfloat (word->probability, ==, 0.5);
  g_assert_null (word->alternatives);
  word = &g_array_index (longhand_transcript_get_segment (split, 3)->words, LonghandWord, 0);
  g_assert_cmpuint (word->alternatives->len, ==, 2);
  g_assert_true (g_utf8_validate (g_array_index (word->alternatives, LonghandAlternative, 0).text, -1, NULL));
  g_assert_cmpstr (g_array_index (word->alternatives, LonghandAlternative, 1).text, ==, "Sort");
  g_assert_cmpfloat (g_array_index (word->alternatives, LonghandAlternative, 1).probability, ==, 0.25);
  g_assert_cmpstr (longhand_transcript_get_title (split), ==, "Title");
  g_assert_cmpstr (longhand_transcript_get_model (split), ==, "base");
  g_assert_cmpstr (longhand_transcript_get_language (split), ==, "fr");
  g_assert_cmpfloat (longhand_transcript_get_language_probability (split), ==, 0.25);
}

static void
split_keeps_long_words_and_what_has_no_words (void) {
  g_autoptr (LonghandTranscript) transcript = longhand_transcript_new ();
  g_autoptr (LonghandTranscript) split = NULL;

  append_words (transcript, 1000, (const char *[]){ " a", " straightforward", " b", NULL });
  append_words (transcript, 3000, (const char *[]){ "你", "好", "世", "界", NULL });
  longhand_transcript_append (transcript, 5000, 6000, "nobody knows when",
                              &(LonghandScores){ .avg_logprob = -0.5, .no_speech_prob = 0.25 });
  split = longhand_transcript_split (transcript, 2);
  g_assert_cmpuint (longhand_transcript_get_n_segments (split), ==, 6);
  assert_segment (split, 0, 1000, 1100, "a", 1);
  assert_segment (split, 1, 1200, 1300, "straightforward", 1);
  assert_segment (split, 2, 1400, 1500, "b", 1);
  assert_segment (split, 3, 3000, 3300, "你好", 2);
  assert_segment (split, 4, 3400, 3700, "世界", 2);
  assert_segment (split, 5, 5000, 6000, "nobody knows when", 0);
}

static void
split_stays_within_the_segment (void) {
  g_autoptr (LonghandTranscript) transcript = longhand_transcript_new ();
  g_autoptr (LonghandTranscript) split = NULL;

  longhand_transcript_append (transcript, 1000, 2000, "one two",
                              &(LonghandScores){ .avg_logprob = -0.5, .no_speech_prob = 0.25 });
  longhand_transcript_add_word (transcript, 500, 1300, " one", 0.5);
  longhand_transcript_add_word (transcript, 1400, 2100, " two", 0.5);
  split = longhand_transcript_split (transcript, 3);
  g_assert_cmpuint (longhand_transcript_get_n_segments (split), ==, 2);
  assert_segment (split, 0, 1000, 1300, "one", 1);
  assert_segment (split, 1, 1400, 2000, "two", 1);
}

static void
split_shares_the_time_where_words_have_none (void) {
  g_autoptr (LonghandTranscript) transcript = longhand_transcript_new ();
  g_autoptr (LonghandTranscript) split = NULL;

  longhand_transcript_append (transcript, 1000, 3000, "one twenty ä",
                              &(LonghandScores){ .avg_logprob = -0.5, .no_speech_prob = 0.25 });
  longhand_transcript_add_word (transcript, 0, 1500, " one", 0.5);
  longhand_transcript_add_word (transcript, 1500, 6200, " twenty", 0.5);
  longhand_transcript_add_word (transcript, 6200, 6200, " ä", 0.5);
  split = longhand_transcript_split (transcript, 6);
  g_assert_cmpuint (longhand_transcript_get_n_segments (split), ==, 3);
  assert_segment (split, 0, 1000, 1600, "one", 1);
  assert_segment (split, 1, 1600, 2800, "twenty", 1);
  assert_segment (split, 2, 2800, 3000, "ä", 1);
}

/* "one two three. four five six." in two segments, which follow each other, and "seven" much later. */
static LonghandTranscript *
count_to_seven (void) {
  LonghandTranscript *transcript = longhand_transcript_new ();

  append_words (transcript, 1000, (const char *[]){ " one", " two", " three.", NULL });
  append_words (transcript, 2000, (const char *[]){ " four", " five", " six.", NULL });
  append_words (transcript, 5400, (const char *[]){ " seven", NULL });
  longhand_transcript_set_title (transcript, "Title");
  return transcript;
}

static void
lines_break_at_their_width (void) {
  g_autoptr (LonghandTranscript) transcript = count_to_seven ();
  g_autoptr (LonghandTranscript) lines
      = longhand_transcript_lay_out (transcript, &(LonghandLayout){ .line_width = 9 });

  g_assert_cmpuint (longhand_transcript_get_n_segments (lines), ==, 3);
  assert_segment (lines, 0, 1000, 1500, "one two\nthree.", 3);
  assert_segment (lines, 1, 2000, 2500, "four five\nsix.", 3); /* 9 exactly */
  assert_segment (lines, 2, 5400, 5500, "seven", 1);
  g_assert_cmpstr (longhand_transcript_get_title (lines), ==, "Title");
}

static void
words_longer_than_a_line_stay_whole (void) {
  g_autoptr (LonghandTranscript) transcript = count_to_seven ();
  g_autoptr (LonghandTranscript) lines
      = longhand_transcript_lay_out (transcript, &(LonghandLayout){ .line_width = 1 });

  assert_segment (lines, 0, 1000, 1500, "one\ntwo\nthree.", 3);
}

static void
subtitles_of_full_lines_go_on_over_segments (void) {
  g_autoptr (LonghandTranscript) transcript = count_to_seven ();
  g_autoptr (LonghandTranscript) lines
      = longhand_transcript_lay_out (transcript, &(LonghandLayout){ .line_width = 11, .n_lines = 2 });

  g_assert_cmpuint (longhand_transcript_get_n_segments (lines), ==, 2);
  assert_segment (lines, 0, 1000, 2100, "one two\nthree. four", 4);
  assert_segment (lines, 1, 2200, 5500, "five six.\nseven", 3);
}

/* Put together they are the text, line ends among them. */
static void
subtitles_have_their_words (void) {
  g_autoptr (LonghandTranscript) transcript = count_to_seven ();
  g_autoptr (LonghandTranscript) lines
      = longhand_transcript_lay_out (transcript, &(LonghandLayout){ .line_width = 11, .n_lines = 2 });

  for (guint i = 0; i < longhand_transcript_get_n_segments (lines); i++) {
    const LonghandSegment *segment = longhand_transcript_get_segment (lines, i);
    g_autoptr (GString) text = g_string_new (NULL);

    for (guint w = 0; w < segment->words->len; w++)
      g_string_append (text, g_array_index (segment->words, LonghandWord, w).text);
    g_assert_cmpstr (text->str, ==, segment->text);
    g_assert_cmpint (g_array_index (segment->words, LonghandWord, 0).start_ms, ==, segment->start_ms);
  }
}

static void
subtitles_do_not_go_on_over_a_long_pause (void) {
  g_autoptr (LonghandTranscript) transcript = longhand_transcript_new ();
  g_autoptr (LonghandTranscript) lines = NULL;

  append_words (transcript, 1000, (const char *[]){ " one", NULL });
  append_words (transcript, 4000, (const char *[]){ " two", NULL });
  append_words (transcript, 7001, (const char *[]){ " three", NULL });
  lines = longhand_transcript_lay_out (transcript, &(LonghandLayout){ .line_width = 40, .n_lines = 2 });
  g_assert_cmpuint (longhand_transcript_get_n_segments (lines), ==, 2);
  assert_segment (lines, 0, 1000, 4100, "one two", 2);
  assert_segment (lines, 1, 7001, 7101, "three", 1);
}

static void
subtitles_of_words_end_with_their_segment (void) {
  g_autoptr (LonghandTranscript) transcript = count_to_seven ();
  g_autoptr (LonghandTranscript) lines
      = longhand_transcript_lay_out (transcript, &(LonghandLayout){ .n_words = 2 });

  g_assert_cmpuint (longhand_transcript_get_n_segments (lines), ==, 5);
  assert_segment (lines, 0, 1000, 1300, "one two", 2);
  assert_segment (lines, 1, 1400, 1500, "three.", 1);
  assert_segment (lines, 2, 2000, 2300, "four five", 2);
  assert_segment (lines, 3, 2400, 2500, "six.", 1);
  assert_segment (lines, 4, 5400, 5500, "seven", 1);
}

static void
subtitles_stay_within_the_segments_and_need_words (void) {
  g_autoptr (LonghandTranscript) transcript = longhand_transcript_new ();
  g_autoptr (LonghandTranscript) lines = NULL;

  longhand_transcript_append (transcript, 1000, 2000, "one two",
                              &(LonghandScores){ .avg_logprob = -0.5, .no_speech_prob = 0.25 });
  longhand_transcript_add_word (transcript, 500, 1300, " one", 0.5);
  longhand_transcript_add_word (transcript, 1400, 2100, " two", 0.5);
  longhand_transcript_append (transcript, 2000, 3000, "nobody knows when",
                              &(LonghandScores){ .avg_logprob = -0.5, .no_speech_prob = 0.25 });
  append_words (transcript, 3050, (const char *[]){ " three", NULL });
  lines = longhand_transcript_lay_out (transcript, &(LonghandLayout){ .line_width = 40, .n_lines = 2 });
  g_assert_cmpuint (longhand_transcript_get_n_segments (lines), ==, 3);
  assert_segment (lines, 0, 1000, 2000, "one two", 2);
  assert_segment (lines, 1, 2000, 3000, "nobody knows when", 0);
  assert_segment (lines, 2, 3050, 3150, "three", 1);
}

static void
text_is_segments_joined_by_spaces (void) {
  g_autoptr (LonghandTranscript) transcript = longhand_transcript_new ();
  g_autofree char *empty = longhand_transcript_dup_text (transcript);
  g_autofree char *text = NULL;

  g_assert_cmpstr (empty, ==, "");
  longhand_transcript_append (transcript, 0, 1, "one", NULL);
  longhand_transcript_append (transcript, 1, 2, " two", NULL);
  text = longhand_transcript_dup_text (transcript);
  g_assert_cmpstr (text, ==, "one two");
}

static void
clear_empties_and_says_so_once (void) {
  g_autoptr (LonghandTranscript) transcript = longhand_transcript_new ();
  guint n_changed = 0;

  longhand_transcript_append (transcript, 0, 1, "one", NULL);
  g_signal_connect_swapped (transcript, "changed", G_CALLBACK (count_cb), &n_changed);
  longhand_transcript_clear (transcript);
  longhand_transcript_clear (transcript);
  g_assert_cmpuint (longhand_transcript_get_n_segments (transcript), ==, 0);
  g_assert_cmpuint (n_changed, ==, 1);
}

static void
object_is_finalized (void) {
  LonghandTranscript *transcript = longhand_transcript_new ();

  longhand_transcript_set_model (transcript, "base.en");
  longhand_transcript_set_model (transcript, longhand_transcript_get_model (transcript));
  longhand_transcript_set_language (transcript, "en");
  g_assert_cmpstr (longhand_transcript_get_model (transcript), ==, "base.en");
  g_assert_cmpstr (longhand_transcript_get_language (transcript), ==, "en");
  longhand_transcript_append (transcript, 0, 1, "one", NULL);
  g_assert_finalize_object (transcript);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transcript/append-copies-and-strips", append_copies_and_strips);
  g_test_add_func ("/transcript/text-without-words-is-left-out", text_without_words_is_left_out);
  g_test_add_func ("/transcript/broken-utf8-is-repaired", broken_utf8_is_repaired);
  g_test_add_func ("/transcript/words-belong-to-the-last-segment", words_belong_to_the_last_segment);
  g_test_add_func ("/transcript/split-cuts-between-words", split_cuts_between_words);
  g_test_add_func ("/transcript/split-keeps-long-words-and-what-has-no-words",
                   split_keeps_long_words_and_what_has_no_words);
  g_test_add_func ("/transcript/split-stays-within-the-segment", split_stays_within_the_segment);
  g_test_add_func ("/transcript/split-shares-the-time-where-words-have-none",
                   split_shares_the_time_where_words_have_none);
  g_test_add_func ("/transcript/lines-break-at-their-width", lines_break_at_their_width);
  g_test_add_func ("/transcript/words-longer-than-a-line-stay-whole", words_longer_than_a_line_stay_whole);
  g_test_add_func ("/transcript/subtitles-have-their-words", subtitles_have_their_words);
  g_test_add_func ("/transcript/subtitles-of-full-lines-go-on-over-segments",
                   subtitles_of_full_lines_go_on_over_segments);
  g_test_add_func ("/transcript/subtitles-do-not-go-on-over-a-long-pause",
                   subtitles_do_not_go_on_over_a_long_pause);
  g_test_add_func ("/transcript/subtitles-of-words-end-with-their-segment",
                   subtitles_of_words_end_with_their_segment);
  g_test_add_func ("/transcript/subtitles-stay-within-the-segments-and-need-words",
                   subtitles_stay_within_the_segments_and_need_words);
  g_test_add_func ("/transcript/times-that-run-backwards-are-set-right",
                   times_that_run_backwards_are_set_right);
  g_test_add_func ("/transcript/text-is-segments-joined-by-spaces", text_is_segments_joined_by_spaces);
  g_test_add_func ("/transcript/clear-empties-and-says-so-once", clear_empties_and_says_so_once);
  g_test_add_func ("/transcript/object-is-finalized", object_is_finalized);
  return g_test_run ();
}
