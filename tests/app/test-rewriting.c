/* What becomes of a text whose sound is recognised again. */
#include "audio/longhand-sound-files.h"
#include "transcript/longhand-rewriting.h"

typedef struct {
  GPtrArray *segments, *parts;
  GArray *spans;
  GString *text;
  LonghandTranscript *heard;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data) {
  LonghandSoundPart *part = g_new0 (LonghandSoundPart, 1);

  f->segments = g_ptr_array_new_with_free_func (longhand_segment_free);
  f->parts = g_ptr_array_new_with_free_func (longhand_sound_part_free);
  part->end_ms = 60000;
  g_ptr_array_add (f->parts, part);
  f->spans = longhand_spans_new ();
  f->text = g_string_new (NULL);
  f->heard = longhand_transcript_new ();
}

static void
tear_down (Fixture *f, gconstpointer data) {
  g_ptr_array_unref (f->segments);
  g_ptr_array_unref (f->parts);
  g_array_unref (f->spans);
  g_string_free (f->text, TRUE);
  g_object_unref (f->heard);
}

static void
append (Fixture *f, const char *text, guint id) {
  longhand_spans_insert (f->spans, (guint)g_utf8_strlen (f->text->str, -1), (guint)g_utf8_strlen (text, -1),
                         id);
  g_string_append (f->text, text);
}

/* Behind the text; heard: FALSE for what a command wrote. */
static void
dictate (Fixture *f, gint64 start_ms, gint64 end_ms, const char *text, gboolean heard) {
  LonghandSegment *segment = g_new0 (LonghandSegment, 1);

  segment->start_ms = start_ms;
  segment->end_ms = end_ms;
  segment->text = heard ? g_strdup (text) : NULL;
  g_ptr_array_add (f->segments, segment);
  append (f, text, f->segments->len);
}

/* A second for each word. */
static void
hear (Fixture *f, gint64 start_ms, const char *text) {
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  const guint n = g_strv_length (words);

  longhand_transcript_append (f->heard, start_ms, start_ms + n * 1000, text, NULL);
  for (guint i = 0; i < n; i++) {
    g_autofree char *word = g_strconcat (i > 0 ? " " : "", words[i], NULL);

    longhand_transcript_add_word (f->heard, start_ms + i * 1000, start_ms + (i + 1) * 1000, word, 0.5);
  }
}

/* Removed words are in [], added ones in {}. */
static void
assert_diff (Fixture *f, const char *expected) {
  g_autoptr (GArray) rewrites
      = longhand_rewriting_new (f->text->str, f->segments, f->spans, f->parts, f->heard);
  g_autoptr (GArray) diff = longhand_rewriting_diff (f->text->str, rewrites);
  g_autoptr (GString) found = g_string_new (NULL);

  for (guint i = 0; i < diff->len; i++) {
    const LonghandDiffPart *part = &g_array_index (diff, LonghandDiffPart, i);

    g_string_append_printf (found,
                            part->kind == LONGHAND_DIFF_SAME    ? "%s"
                            : part->kind == LONGHAND_DIFF_ADDED ? "{%s}"
                                                                : "[%s]",
                            part->text);
  }
  g_assert_cmpstr (found->str, ==, expected);
  g_assert_cmpint (longhand_rewriting_changes_anything (diff), ==, strpbrk (expected, "[{") != NULL);
}

static void
same_words_change_nothing (Fixture *f, gconstpointer data) {
  dictate (f, 0, 2000, "one two", TRUE);
  hear (f, 0, "one two");
  assert_diff (f, "one two");
}

static void
other_words_are_told (Fixture *f, gconstpointer data) {
  dictate (f, 0, 3000, "Zwölf tow three", TRUE);
  hear (f, 0, "Zwölf two three four");
  assert_diff (f, "Zwölf [tow ]{two }three {four}");
}

static void
typed_text_stays (Fixture *f, gconstpointer data) {
  dictate (f, 0, 2000, "one tow", TRUE);
  append (f, " (by hand)\n\n", 0);
  dictate (f, 5000, 6000, "three", TRUE);
  append (f, " end", 0);
  hear (f, 0, "one two");
  hear (f, 5000, "tree");
  assert_diff (f, "one [tow]{two} (by hand)\n\n[three]{tree} end");
}

/* A segment may go on where something was typed in between. */
static void
segment_over_typed_text_is_cut (Fixture *f, gconstpointer data) {
  dictate (f, 0, 2000, "one two", TRUE);
  append (f, " typed ", 0);
  dictate (f, 2000, 4000, "three four", TRUE);
  hear (f, 0, "one two tree four");
  assert_diff (f, "one two typed [three ]{tree }four");
}

static void
what_commands_wrote_stays (Fixture *f, gconstpointer data) {
  dictate (f, 0, 1000, "one", TRUE);
  dictate (f, 1000, 3000, "\n\n", FALSE);
  dictate (f, 3000, 4000, "two", TRUE);
  hear (f, 0, "one new paragraph two");
  assert_diff (f, "one\n\ntwo");
}

static void
text_without_sound_stays (Fixture *f, gconstpointer data) {
  dictate (f, 0, 1000, "one", TRUE);
  append (f, " ", 0);
  dictate (f, 70000, 71000, "two", TRUE);
  hear (f, 0, "won");
  assert_diff (f, "[one]{won} two");
}

/* The sound before and behind it says nothing about it. */
static void
text_without_sound_stays_beside_other_text (Fixture *f, gconstpointer data) {
  dictate (f, 0, 1000, "one", TRUE);
  dictate (f, 70000, 71000, " two", TRUE);
  dictate (f, 5000, 6000, " tree", TRUE);
  hear (f, 0, "won");
  hear (f, 5000, "three");
  assert_diff (f, "[one]{won} two [tree]{three}");
}

static void
nothing_heard_takes_the_words_away (Fixture *f, gconstpointer data) {
  dictate (f, 0, 1000, "one", TRUE);
  append (f, " typed", 0);
  assert_diff (f, "[one] typed");
}

static void
typed_text_alone_is_untouched (Fixture *f, gconstpointer data) {
  append (f, "typed", 0);
  hear (f, 0, "one");
  assert_diff (f, "typed");
}

static void
segments_have_their_times (Fixture *f, gconstpointer data) {
  g_autoptr (GArray) rewrites = NULL;
  const LonghandRewrite *rewrite;
  const LonghandSegment *segment;

  dictate (f, 1000, 3000, "one two", TRUE);
  hear (f, 1000, "one two");
  hear (f, 4000, "three");
  rewrites = longhand_rewriting_new (f->text->str, f->segments, f->spans, f->parts, f->heard);
  g_assert_cmpuint (rewrites->len, ==, 1);
  rewrite = &g_array_index (rewrites, LonghandRewrite, 0);
  g_assert_cmpstr (rewrite->text, ==, "one two three");
  g_assert_cmpuint (rewrite->segments->len, ==, 2);
  segment = rewrite->segments->pdata[1];
  g_assert_cmpstr (segment->text, ==, "three");
  g_assert_cmpint (segment->start_ms, ==, 4000);
  g_assert_cmpuint (segment->words->len, ==, 1);
}

static void
spaces_are_those_of_the_script (Fixture *f, gconstpointer data) {
  g_autoptr (GArray) rewrites = NULL;
  const LonghandRewrite *rewrite;

  dictate (f, 0, 6000, "one", TRUE);
  hear (f, 0, "Zwölf.");
  hear (f, 2000, "今日は。");
  hear (f, 4000, "明日も");
  rewrites = longhand_rewriting_new (f->text->str, f->segments, f->spans, f->parts, f->heard);
  rewrite = &g_array_index (rewrites, LonghandRewrite, 0);
  g_assert_cmpstr (rewrite->text, ==, "Zwölf. 今日は。明日も");
  g_assert_cmpuint (rewrite->lengths->len, ==, 3);
  g_assert_cmpuint (g_array_index (rewrite->lengths, guint, 0), ==, 7);
  g_assert_cmpuint (g_array_index (rewrite->lengths, guint, 1), ==, 4);
  g_assert_cmpuint (g_array_index (rewrite->lengths, guint, 2), ==, 3);
}

#define ADD(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  ADD ("/rewriting/same-words-change-nothing", same_words_change_nothing);
  ADD ("/rewriting/other-words-are-told", other_words_are_told);
  ADD ("/rewriting/typed-text-stays", typed_text_stays);
  ADD ("/rewriting/segment-over-typed-text-is-cut", segment_over_typed_text_is_cut);
  ADD ("/rewriting/what-commands-wrote-stays", what_commands_wrote_stays);
  ADD ("/rewriting/text-without-sound-stays", text_without_sound_stays);
  ADD ("/rewriting/text-without-sound-stays-beside-other-text", text_without_sound_stays_beside_other_text);
  ADD ("/rewriting/nothing-heard-takes-the-words-away", nothing_heard_takes_the_words_away);
  ADD ("/rewriting/typed-text-alone-is-untouched", typed_text_alone_is_untouched);
  ADD ("/rewriting/segments-have-their-times", segments_have_their_times);
  ADD ("/rewriting/spaces-are-those-of-the-script", spaces_are_those_of_the_script);
  return g_test_run ();
}
