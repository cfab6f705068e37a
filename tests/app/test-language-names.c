/* What languages are called where people choose one. */
#include "longhand-language-names.h"

#include <quill.h>

static void
every_language_of_the_engine_has_a_name (void) {
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < QUILL_MAX_LANGUAGES; i++) {
    const char *code = quill_language_code (i), *name = longhand_language_name (code);

    g_assert_cmpstr (name, !=, code);
    g_assert_true (g_ascii_isupper (name[0]));
    g_assert_true (g_hash_table_add (names, (gpointer)name));
  }
  g_assert_cmpstr (longhand_language_name ("de"), ==, "German");
  g_assert_cmpstr (longhand_language_name ("xx"), ==, "xx");
}

static void
languages_come_in_the_order_of_their_names (void) {
  g_auto (GStrv) all = longhand_language_names_dup (G_MAXUINT);
  g_auto (GStrv) three = longhand_language_names_dup (3);
  g_auto (GStrv) none = longhand_language_names_dup (0);
  static const char *const expected[] = { "zh", "Chinese", "en", "English", "de", "German", NULL };

  g_assert_true (g_strv_equal ((const char *const *)three, expected));
  g_assert_cmpuint (g_strv_length (none), ==, 0);
  g_assert_cmpuint (g_strv_length (all), ==, 2 * QUILL_MAX_LANGUAGES);
  for (guint i = 3; i < g_strv_length (all); i += 2)
    g_assert_cmpint (g_utf8_collate (all[i - 2], all[i]), <, 0);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/language-names/every-language-of-the-engine-has-a-name",
                   every_language_of_the_engine_has_a_name);
  g_test_add_func ("/language-names/languages-come-in-the-order-of-their-names",
                   languages_come_in_the_order_of_their_names);
  return g_test_run ();
}
