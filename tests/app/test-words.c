/* How far two texts are apart in words. */
#include "transcript/longhand-words.h"

static void
errors_are_the_fewest_changes (void) {
  static const struct {
    const char *expected, *heard;
    guint errors, n;
  } rows[] = {
    { "", "", 0, 0 },
    { "", "two words", 2, 0 },
    { "two words", "", 2, 2 },
    { "Yes, that is much better.", "yes that is much better", 0, 5 },
    { "Yes, that is much better.", "Yes! That is better...", 1, 5 },
    { "one two three four", "one three four five", 2, 4 },
    { "one two three", "three one two", 2, 3 },
    { "a b c", "x y z", 3, 3 },
    { "it's his dogs' bone", "It\xe2\x80\x99s his dogs bone", 0, 4 },
    { "it's", "its", 1, 1 },
    { "\xc3\x84pfel STRASSE",
      "\xc3\xa4pfel stra\xc3\x9f"
      "e",
      0, 2 },
    { "  'quoted'\n\ttext ", "quoted text", 0, 2 },
    { "route 66", "route sixty six", 2, 2 },
    { "4 of 05, 3 to 10%", "four of five, three to 10 percent", 0, 7 },
    { "a two-fold 3rd", "a two fold third", 1, 4 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    guint n = 99;

    g_test_message ("%s | %s", rows[i].expected, rows[i].heard);
    g_assert_cmpuint (longhand_words_count_errors (rows[i].expected, rows[i].heard, &n), ==, rows[i].errors);
    g_assert_cmpuint (n, ==, rows[i].n);
    g_assert_cmpuint (longhand_words_count_errors (rows[i].heard, rows[i].expected, NULL), ==,
                      rows[i].errors);
  }
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/words/errors-are-the-fewest-changes", errors_are_the_fewest_changes);
  return g_test_run ();
}
