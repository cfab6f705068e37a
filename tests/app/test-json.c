#include "longhand-json.h"

#include <math.h>

/* What is written for json, which JsonGenerator may have written otherwise. */
static void
assert_text (const char *json, const char *expected) {
  g_autoptr (JsonNode) root = json_from_string (json, NULL);
  g_autoptr (GString) text = NULL;

  g_assert_nonnull (root);
  text = longhand_json_to_text (root);
  g_assert_cmpstr (text->str, ==, expected);
}

static void
numbers_have_no_more_digits_than_they_mean (void) {
  assert_text ("[0.096, -0.2874136269092559, 100000.123, 0.1, 1.5e-7]",
               "[\n  0.096,\n  -0.287413627,\n  100000.123,\n  0.1,\n  1.5e-07\n]\n");
}

static void
whole_numbers_keep_all_their_digits (void) {
  assert_text ("[9007199254740993, 12345678912.0, -3, 0.0]",
               "[\n  9007199254740993,\n  12345678912.0,\n  -3,\n  0.0\n]\n");
}

static void
strings_are_left_alone (void) {
  assert_text ("{\"0.30000000000000004\": \"\\\"0.30000000000000004 \\\\\", \"a\": \"\", \"b\": null}",
               "{\n  \"0.30000000000000004\" : \"\\\"0.30000000000000004 \\\\\",\n  \"a\" : \"\",\n  \"b\" : "
               "null\n}\n");
}

/* Readers get the float that was meant. */
static void
floats_come_back (void) {
  g_autoptr (GRand) chance = g_rand_new_with_seed (1);

  for (guint i = 0; i < 1000; i++) {
    const float kept = (float)ldexp (g_rand_double_range (chance, -1, 1), g_rand_int_range (chance, -30, 30));
    g_autoptr (JsonNode) root = json_node_init_double (json_node_alloc (), (double)kept);
    g_autoptr (GString) text = longhand_json_to_text (root);

    g_assert_true ((float)g_ascii_strtod (text->str, NULL) == kept);
  }
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/numbers-have-no-more-digits-than-they-mean",
                   numbers_have_no_more_digits_than_they_mean);
  g_test_add_func ("/json/whole-numbers-keep-all-their-digits", whole_numbers_keep_all_their_digits);
  g_test_add_func ("/json/strings-are-left-alone", strings_are_left_alone);
  g_test_add_func ("/json/floats-come-back", floats_come_back);
  return g_test_run ();
}
