/* How names and terms are written in dictation. */
#include "dictation/longhand-wording.h"

#include <math.h>

static LonghandWording *
wording_of (const char *term, const char *rule) {
  const char *const terms[] = { term, NULL }, *const rules[] = { rule, NULL };

  return longhand_wording_new_from_lists (terms, rules);
}

static void
text_is_rewritten_by_the_rules (void) {
  g_autoptr (LonghandWording) wording = wording_of ("Nomad", "long hand => Longhand");
  g_autoptr (LonghandWording) none = longhand_wording_new (NULL, NAN, NULL);
  g_autofree char *text = longhand_wording_rewrite (wording, "Use long hand, please.");
  g_autofree char *same = longhand_wording_rewrite (none, "Use long hand, please.");

  g_assert_cmpstr (text, ==, "Use Longhand, please.");
  g_assert_cmpstr (same, ==, "Use long hand, please.");
}

/* People write lists while they are used. */
static void
lines_that_make_no_sense_are_left_out (void) {
  g_autofree char *endless = g_strnfill (1000, 'a');
  const char *const terms[] = { endless, "Nomad", NULL };
  const char *const rules[] = { "no rule", "a => b", "=> c", NULL };
  g_autoptr (LonghandWording) wording = longhand_wording_new_from_lists (terms, rules);
  g_autoptr (LonghandWording) expected = wording_of ("Nomad", "a => b");
  g_autofree char *text = longhand_wording_rewrite (wording, "no rule: a.");

  g_assert_true (longhand_wording_equal (wording, expected));
  g_assert_cmpstr (text, ==, "no rule: b.");
}

static void
what_differs_is_not_equal (void) {
  const char *const terms[] = { "Nomad", NULL };
  g_autoptr (LonghandWording) wording = wording_of ("Nomad", "a => b");
  g_autoptr (LonghandWording) same = wording_of (" Nomad ", "a  =>  b");
  g_autoptr (LonghandWording) other_term = wording_of ("Nomads", "a => b");
  g_autoptr (LonghandWording) other_rule = wording_of ("Nomad", "a => c");
  g_autoptr (LonghandWording) other_heard = wording_of ("Nomad", "b => b");
  g_autoptr (LonghandWording) no_rule = longhand_wording_new (terms, NAN, NULL);
  g_autoptr (LonghandWording) strong = longhand_wording_new (terms, 2, NULL);
  g_autoptr (LonghandWording) as_strong = longhand_wording_new (terms, 2, longhand_replacements_new ());

  g_assert_true (longhand_wording_equal (wording, same));
  g_assert_false (longhand_wording_equal (wording, other_term));
  g_assert_false (longhand_wording_equal (wording, other_rule));
  g_assert_false (longhand_wording_equal (wording, other_heard));
  g_assert_false (longhand_wording_equal (wording, no_rule));
  g_assert_false (longhand_wording_equal (no_rule, strong));
  g_assert_true (longhand_wording_equal (strong, as_strong));
  g_assert_false (longhand_wording_equal (wording, NULL));
  g_assert_false (longhand_wording_equal (NULL, wording));
  g_assert_true (longhand_wording_equal (NULL, NULL));
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wording/text-is-rewritten-by-the-rules", text_is_rewritten_by_the_rules);
  g_test_add_func ("/wording/lines-that-make-no-sense-are-left-out", lines_that_make_no_sense_are_left_out);
  g_test_add_func ("/wording/what-differs-is-not-equal", what_differs_is_not_equal);
  return g_test_run ();
}
