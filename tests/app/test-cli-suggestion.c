/* Which name was meant, where there is no such name. */
#include "cli/longhand-cli-suggestion.h"

#include "longhand-error.h"

#include <string.h>

static const char *const names[]
    = { "transcribe", "detect-language", "listen", "recover", "list", "--json", "en", "german", NULL };

static void
nearest_is_meant (void) {
  static const struct {
    const char *typed, *nearest;
  } rows[] = {
    { "transcibe", "transcribe" }, /* one left out */
    { "transscribe", "transcribe" } /* one too many */,
    { "trnascribe", "transcribe" }, /* two exchanged, which count as one */
    { "detectlnguge", "detect-language" },
    { "lsiten", "listen" },
    { "lst", "list" },
    { "Recover", "recover" },
    { "rec", "recover" }, /* its beginning */
    { "ger", "german" },
    { "eng", "en" },
    { "--jsno", "--json" },
    { "-json", "--json" },
    { "germna", "german" },
    { "german", "german" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpstr (longhand_cli_find_nearest (rows[i].typed, names), ==, rows[i].nearest);
}

static void
nothing_is_meant_by_what_is_far (void) {
  static const char *const rows[] = {
    "",        "e",    "xx",     "de",        "re", /* too short to tell */
    "tst",                                          /* two of three are wrong */
    "klingon", "sing", "--loud", "trnxxribx", "d\xc3\xa9tail",
  };
  static const char *const none[] = { NULL };
  g_autofree char *endless = g_strnfill (1 << 20, 'l');

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_null (longhand_cli_find_nearest (rows[i], names));
  g_assert_null (longhand_cli_find_nearest (endless, names));
  g_assert_null (longhand_cli_find_nearest ("listen", none));
}

static void
first_of_several_is_taken (void) {
  static const char *const several[] = { "tiny", "tiny.en", "base", "base.en", NULL };

  g_assert_cmpstr (longhand_cli_find_nearest ("tinx", several), ==, "tiny");
  g_assert_cmpstr (longhand_cli_find_nearest ("base.em", several), ==, "base.en");
  g_assert_cmpstr (longhand_cli_find_nearest ("bas", several), ==, "base");
}

static void
suggestion_follows_the_sentence (void) {
  g_autoptr (GError) error = g_error_new_literal (LONGHAND_ERROR, LONGHAND_ERROR_INVALID, "There is no x.");

  longhand_cli_suggest (&error, "klingon", names);
  g_assert_cmpstr (error->message, ==, "There is no x.");
  longhand_cli_suggest (&error, "germna", names);
  g_assert_cmpstr (error->message, ==, "There is no x. Perhaps you meant “german”.");
  longhand_cli_suggest (NULL, "germna", names);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/suggestion/nearest-is-meant", nearest_is_meant);
  g_test_add_func ("/cli/suggestion/nothing-is-meant-by-what-is-far", nothing_is_meant_by_what_is_far);
  g_test_add_func ("/cli/suggestion/first-of-several-is-taken", first_of_several_is_taken);
  g_test_add_func ("/cli/suggestion/suggestion-follows-the-sentence", suggestion_follows_the_sentence);
  return g_test_run ();
}
