/* Options of longhand-cli that say how names and terms are written. */
#include "cli-run.h"

#include <locale.h>
#include <string.h>

static const char *
speech (void) {
  return g_getenv ("LONGHAND_TEST_WAV");
}

/* A file with this text in a folder. (transfer full) */
static char *
make_list (const char *folder, const char *text) {
  char *path = g_build_filename (folder, "list", NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

/* The word of a text that begins at or behind the middle, without marks. (transfer full) */
static char *
word_in_the_middle (const char *text) {
  const char *begin = strchr (text + strlen (text) / 2, ' ');

  g_assert_nonnull (begin);
  begin++;
  return g_strndup (begin, strspn (begin, "abcdefghijklmnopqrstuvwxyz"));
}

static void
replacements_are_made_in_text_and_words (void) {
  char *folder = cli_make_dir ();
  g_auto (CliRun) plain = cli_run ("transcribe", "--greedy", speech (), NULL);
  g_autofree char *word = word_in_the_middle (plain.out);
  g_autofree char *rule = g_strdup_printf ("# one\n%s => quite other words\n", word);
  g_autofree char *list = make_list (folder, rule);
  g_auto (CliRun) text = cli_run ("transcribe", "--greedy", "--replacements", list, speech (), NULL);
  g_auto (CliRun) json = cli_run ("transcribe", "--greedy", "--word-timestamps", "--format", "json",
                                  "--replacements", list, speech (), NULL);

  g_assert_cmpstr (word, !=, "");
  cli_assert_succeeds (&text);
  cli_assert_contains (text.out, "quite other words");
  cli_assert_succeeds (&json);
  cli_assert_contains (json.out, "\" quite\"");
  cli_assert_contains (json.out, "\" other\"");
  cli_remove_dir (folder);
}

/* At the greatest strength a name is written that nobody said. */
static void
terms_are_favoured (void) {
  char *folder = cli_make_dir ();
  g_autofree char *list = make_list (folder, "# names\nBetterton\nAnswerby\nNomad\n");
  g_auto (CliRun) plain = cli_run ("transcribe", speech (), NULL);
  g_auto (CliRun) strong
      = cli_run ("transcribe", "--vocabulary", list, "--vocabulary-strength", "5", speech (), NULL);
  g_auto (CliRun) hotwords = cli_run ("transcribe", "--hotwords", "Betterton, Answerby,Nomad",
                                      "--vocabulary-strength", "5", speech (), NULL);
  g_auto (CliRun) none
      = cli_run ("transcribe", "--vocabulary", list, "--vocabulary-strength", "0", speech (), NULL);

  cli_assert_succeeds (&strong);
  g_assert_null (strstr (plain.out, "Answerby"));
  cli_assert_contains (strong.out, "Answerby");
  cli_assert_succeeds (&hotwords);
  g_assert_cmpstr (hotwords.out, ==, strong.out);
  cli_assert_succeeds (&none);
  g_assert_cmpstr (none.out, ==, plain.out);
  cli_remove_dir (folder);
}

static void
dictation_is_worded_the_same_way (void) {
  char *folder = cli_make_dir ();
  g_autofree char *list = make_list (folder, "much => far\n");
  g_auto (CliRun) plain = cli_run ("replay", "--speed", "max", speech (), NULL);
  g_auto (CliRun) replaced = cli_run ("replay", "--speed", "max", "--replacements", list, speech (), NULL);
  g_auto (CliRun) strong = cli_run ("replay", "--speed", "max", "--hotwords", "Betterton,Answerby,Nomad",
                                    "--vocabulary-strength", "5", speech (), NULL);
  g_auto (CliRun) wrong = cli_run ("replay", "--vocabulary", "/nowhere/list", speech (), NULL);
  g_auto (CliRun) listening = cli_run ("listen", "--vocabulary-strength", "1", NULL);
  g_auto (CliRun) recovered = cli_run ("recover", "--last", "--replacements", "/nowhere/list", NULL);

  cli_assert_succeeds (&replaced);
  cli_assert_contains (plain.out, " much ");
  cli_assert_contains (replaced.out, " far ");
  cli_assert_succeeds (&strong);
  g_assert_null (strstr (plain.out, "Answerby"));
  cli_assert_contains (strong.out, "Answerby");
  cli_assert_fails (&wrong, 2, "/nowhere/list", "check the path");
  cli_assert_fails (&listening, 2, "--vocabulary-strength", "--hotwords");
  cli_assert_fails (&recovered, 2, "/nowhere/list", "check the path");
  cli_remove_dir (folder);
}

static void
wrong_options_are_refused (void) {
  char *folder = cli_make_dir ();
  g_autofree char *list = make_list (folder, "a => b\nno rule\n");
  g_auto (CliRun) range
      = cli_run ("transcribe", "--hotwords", "a", "--vocabulary-strength", "5.5", speech (), NULL);
  g_auto (CliRun) alone = cli_run ("transcribe", "--vocabulary-strength", "1", speech (), NULL);
  g_auto (CliRun) missing = cli_run ("transcribe", "--vocabulary", "/nowhere/list", speech (), NULL);
  g_auto (CliRun) sound = cli_run ("transcribe", "--vocabulary", speech (), speech (), NULL);
  g_auto (CliRun) rule = cli_run ("transcribe", "--replacements", list, speech (), NULL);

  cli_assert_fails (&range, 2, "--vocabulary-strength 5.5", "use 0 to 5");
  cli_assert_fails (&alone, 2, "--vocabulary-strength", "--hotwords");
  cli_assert_fails (&missing, 2, "/nowhere/list", "check the path");
  cli_assert_fails (&sound, 2, speech (), "text");
  cli_assert_fails (&rule, 2, "line 2", "heard => written");
  cli_remove_dir (folder);
}

int
main (int argc, char **argv) {
  setlocale (LC_ALL, ""); /* options are in its character set */
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/vocabulary/terms-are-favoured", terms_are_favoured);
  g_test_add_func ("/cli/vocabulary/replacements-are-made-in-text-and-words",
                   replacements_are_made_in_text_and_words);
  g_test_add_func ("/cli/vocabulary/dictation-is-worded-the-same-way", dictation_is_worded_the_same_way);
  g_test_add_func ("/cli/vocabulary/wrong-options-are-refused", wrong_options_are_refused);
  return g_test_run ();
}
