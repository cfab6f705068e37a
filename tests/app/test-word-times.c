/* Which word of a text was said when, after edits of all kinds. */
#include "transcript/longhand-word-times.h"

typedef struct {
  GPtrArray *segments;
  GArray *spans;
  GString *text;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data) {
  f->segments = g_ptr_array_new_with_free_func (longhand_segment_free);
  f->spans = longhand_spans_new ();
  f->text = g_string_new (NULL);
}

static void
tear_down (Fixture *f, gconstpointer data) {
  g_ptr_array_unref (f->segments);
  g_array_unref (f->spans);
  g_string_free (f->text, TRUE);
}

/* A segment from start_ms on, a second for each word, in which each is said in the first half; with_words:
 * that is known. */
static void
hear (Fixture *f, gint64 start_ms, const char *text, gboolean with_words) {
  g_autoptr (LonghandTranscript) transcript = longhand_transcript_new ();
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  const guint n = g_strv_length (words);

  longhand_transcript_append (transcript, start_ms, start_ms + n * 1000, text, NULL);
  for (guint i = 0; i < n && with_words; i++) {
    g_autofree char *word = g_strconcat (i > 0 ? " " : "", words[i], NULL);

    longhand_transcript_add_word (transcript, start_ms + i * 1000, start_ms + i * 1000 + 500, word, 0.5);
  }
  g_ptr_array_add (f->segments, longhand_segment_copy (longhand_transcript_get_segment (transcript, 0)));
}

/* The next part of the text, of segment number id, from 1, or typed: 0. */
static void
compose (Fixture *f, const char *text, guint id) {
  longhand_spans_insert (f->spans, (guint)g_utf8_strlen (f->text->str, -1), (guint)g_utf8_strlen (text, -1),
                         id);
  g_string_append (f->text, text);
}

/* "word start-end" for each, "|" between them, with the word's place in its segment. */
static void
assert_times (Fixture *f, const char *expected) {
  g_autoptr (GArray) times = longhand_word_times_new (f->text->str, f->segments, f->spans);
  g_autoptr (GString) found = g_string_new (NULL);

  for (guint i = 0; i < times->len; i++) {
    const LonghandWordTime *time = &g_array_index (times, LonghandWordTime, i);
    g_autofree char *word = g_utf8_substring (f->text->str, time->offset, time->offset + time->length);

    g_string_append_printf (found, "%s%s %d-%d", i > 0 ? "|" : "", word, (int)time->start_ms,
                            (int)time->end_ms);
    if (time->word >= 0)
      g_string_append_printf (found, " #%d", time->word);
  }
  g_assert_cmpstr (found->str, ==, expected);
}

static void
words_have_their_times (Fixture *f, gconstpointer data) {
  hear (f, 1000, "Zwölf Boxkämpfer jagen.", TRUE);
  compose (f, "Zwölf Boxkämpfer jagen.", 1);
  assert_times (f, "Zwölf 1000-1500 #0|Boxkämpfer 2000-2500 #1|jagen. 3000-3500 #2");
}

static void
case_and_marks_do_not_matter (Fixture *f, gconstpointer data) {
  hear (f, 0, "one two three", TRUE);
  compose (f, "“One, TWO – three!”", 1);
  assert_times (f, "“One, 0-500 #0|TWO 1000-1500 #1|– 1500-2000|three!” 2000-2500 #2");
}

static void
corrected_word_stands_for_what_was_heard (Fixture *f, gconstpointer data) {
  hear (f, 0, "one tow three", TRUE);
  compose (f, "one two three", 1);
  assert_times (f, "one 0-500 #0|two 1000-1500 #1|three 2000-2500 #2");
}

static void
other_words_share_the_time_between (Fixture *f, gconstpointer data) {
  hear (f, 0, "one two three", TRUE);
  compose (f, "one aa bbbb three", 1);
  assert_times (f, "one 0-500 #0|aa 500-1000|bbbb 1000-2000|three 2000-2500 #2");
}

static void
deleted_and_repeated_words (Fixture *f, gconstpointer data) {
  hear (f, 0, "the cat the dog the end", TRUE);
  compose (f, "the dog the end", 1);
  assert_times (f, "the 0-500 #0|dog 3000-3500 #3|the 4000-4500 #4|end 5000-5500 #5");
}

static void
typed_words_have_none (Fixture *f, gconstpointer data) {
  hear (f, 0, "one", TRUE);
  hear (f, 5000, "two", TRUE);
  compose (f, "one", 1);
  compose (f, " by hand ", 0);
  compose (f, "two", 2);
  assert_times (f, "one 0-500 #0|two 5000-5500 #0");
}

static void
moved_segments_keep_their_times (Fixture *f, gconstpointer data) {
  hear (f, 0, "one", TRUE);
  hear (f, 5000, "two", TRUE);
  compose (f, "two ", 2);
  compose (f, "one", 1);
  assert_times (f, "two 5000-5500 #0|one 0-500 #0");
}

static void
without_words_the_segment_is_shared (Fixture *f, gconstpointer data) {
  hear (f, 1000, "aa bb", FALSE);
  compose (f, "aa bb", 1);
  assert_times (f, "aa 1000-2000|bb 2000-3000");
}

static void
without_a_text_either (Fixture *f, gconstpointer data) {
  LonghandSegment *segment = g_new0 (LonghandSegment, 1);

  segment->end_ms = 3000;
  g_ptr_array_add (f->segments, segment);
  compose (f, "a bb", 1);
  assert_times (f, "a 0-1000|bb 1000-3000");
}

static void
words_are_found (Fixture *f, gconstpointer data) {
  g_autoptr (GArray) times = NULL;

  hear (f, 1000, "one two", TRUE);
  compose (f, "one two", 1);
  compose (f, " x", 0);
  times = longhand_word_times_new (f->text->str, f->segments, f->spans);
  g_assert_cmpuint (longhand_word_times_find (times, 0)->offset, ==, 0);
  g_assert_cmpuint (longhand_word_times_find (times, 3)->offset, ==, 0);
  g_assert_cmpuint (longhand_word_times_find (times, 5)->offset, ==, 4);
  g_assert_null (longhand_word_times_find (times, 8));
  g_assert_null (longhand_word_times_find_at (times, 999));
  g_assert_cmpuint (longhand_word_times_find_at (times, 1000)->offset, ==, 0);
  g_assert_cmpuint (longhand_word_times_find_at (times, 1900)->offset, ==, 0);
  g_assert_cmpuint (longhand_word_times_find_at (times, 9000)->offset, ==, 4);
}

#define ADD(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  ADD ("/word-times/words-have-their-times", words_have_their_times);
  ADD ("/word-times/case-and-marks-do-not-matter", case_and_marks_do_not_matter);
  ADD ("/word-times/corrected-word-stands-for-what-was-heard", corrected_word_stands_for_what_was_heard);
  ADD ("/word-times/other-words-share-the-time-between", other_words_share_the_time_between);
  ADD ("/word-times/deleted-and-repeated-words", deleted_and_repeated_words);
  ADD ("/word-times/typed-words-have-none", typed_words_have_none);
  ADD ("/word-times/moved-segments-keep-their-times", moved_segments_keep_their_times);
  ADD ("/word-times/without-words-the-segment-is-shared", without_words_the_segment_is_shared);
  ADD ("/word-times/without-a-text-either", without_a_text_either);
  ADD ("/word-times/words-are-found", words_are_found);
  return g_test_run ();
}
