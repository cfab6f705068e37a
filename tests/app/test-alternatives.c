/* Which alternatives of a word are offered. */
#include "dictation/longhand-alternatives.h"

#include "quill.h"

static const struct quill_alternative of_first[] = {
  { .text = " Efflushed", .probability = 0.2F }, /* with the word behind it */
  { .text = " if,", .probability = 0.1F },
  { .text = " IF", .probability = 0.05F },
  { .text = " Eve", .probability = 0.009F },
};
static const struct quill_alternative of_second[] = {
  { .text = " flush", .probability = 0.3F },
  { .text = " of", .probability = 0.2F }, /* like the end of others, as the next one is short */
};
static const struct quill_word words[] = {
  { .text = " Eff",
    .start_ms = 0,
    .end_ms = 400,
    .probability = 0.6F,
    .alternatives = of_first,
    .n_alternatives = 4 },
  { .text = " flushed",
    .start_ms = 400,
    .end_ms = 900,
    .probability = 0.5F,
    .alternatives = of_second,
    .n_alternatives = 2 },
  { .text = " of.", .start_ms = 900, .end_ms = 1200, .probability = 0.9F },
};
static struct quill_segment segments[] = {
  { .start_ms = 0, .end_ms = 400, .words = words, .n_words = 1 },
  { .start_ms = 400, .end_ms = 1200, .words = words + 1, .n_words = 2 },
};
static const struct quill_result result = { .segments = segments, .n_segments = 2 };

/* "one two " */
static void
assert_collected (gint64 start_ms, gint64 end_ms, const char *word, const char *expected) {
  g_autoptr (GArray) found = longhand_alternatives_collect (&result, start_ms, end_ms, word);
  g_autoptr (GString) texts = g_string_new (NULL);

  for (guint i = 0; i < found->len; i++)
    g_string_append_printf (texts, "%s ", g_array_index (found, LonghandAlternative, i).text);
  g_assert_cmpstr (texts->str, ==, expected);
}

static void
rare_and_repeating_ones_are_left_out (void) {
  assert_collected (0, 350, "Eff", "if ");
}

static void
short_words_repeat_nothing (void) {
  assert_collected (420, 880, "flushed", "flush of ");
}

static void
what_is_heard_now_comes_first (void) {
  assert_collected (420, 880, "flash", "flushed flush of ");
}

static void
nothing_is_heard_there (void) {
  assert_collected (5000, 6000, "word", "");
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/alternatives/rare-and-repeating-ones-are-left-out",
                   rare_and_repeating_ones_are_left_out);
  g_test_add_func ("/alternatives/short-words-repeat-nothing", short_words_repeat_nothing);
  g_test_add_func ("/alternatives/what-is-heard-now-comes-first", what_is_heard_now_comes_first);
  g_test_add_func ("/alternatives/nothing-is-heard-there", nothing_is_heard_there);
  return g_test_run ();
}
