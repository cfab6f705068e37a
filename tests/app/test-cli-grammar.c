/* Options of longhand-cli transcribe that say which texts may be written. */
#include "cli-run.h"

#include <locale.h>
#include <string.h>

static const char *
speech (void) {
  return g_getenv ("LONGHAND_TEST_WAV");
}

/* A grammar's text is written for each stretch between pauses. */
#define FIRST_SENTENCE "--duration=2.5"

/* A file with this text in a folder. (transfer full) */
static char *
make_grammar (const char *folder, const char *text) {
  char *path = g_build_filename (folder, "grammar.gbnf", NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

static gboolean
is_one_of (const char *line, const char *const *texts) {
  g_autofree char *stripped = g_utf8_strdown (line, -1);
  gsize n = strlen (g_strstrip (stripped));

  while (n > 0 && strchr (".,!?;:", stripped[n - 1]))
    stripped[--n] = '\0';
  return g_strv_contains (texts, stripped);
}

static void
only_its_texts_are_written (void) {
  static const char *const texts[] = { "new line", "new paragraph", NULL };
  static const char *const others[] = { "stop", NULL };
  char *folder = cli_make_dir ();
  g_autofree char *grammar = make_grammar (
      folder, "\xef\xbb\xbf# commands\nroot ::= \"new \" (\"line\" | \"paragraph\")\nother ::= \"stop\"\n");
  g_auto (CliRun) free_text = cli_run ("transcribe", FIRST_SENTENCE, speech (), NULL);
  g_auto (CliRun) text = cli_run ("transcribe", FIRST_SENTENCE, "--grammar", grammar, speech (), NULL);
  g_auto (CliRun) greedy
      = cli_run ("transcribe", FIRST_SENTENCE, "--greedy", "--grammar", grammar, speech (), NULL);
  g_auto (CliRun) other = cli_run ("transcribe", FIRST_SENTENCE, "--grammar", grammar, "--grammar-rule",
                                   "other", speech (), NULL);
  g_auto (CliRun) weak = cli_run ("transcribe", FIRST_SENTENCE, "--grammar", grammar, "--grammar-penalty",
                                  "0", speech (), NULL);

  cli_assert_succeeds (&text);
  cli_assert_succeeds (&greedy);
  cli_assert_succeeds (&other);
  g_assert_false (is_one_of (free_text.out, texts));
  g_assert_true (is_one_of (text.out, texts));
  g_assert_true (is_one_of (greedy.out, texts));
  g_assert_true (is_one_of (other.out, others));
  g_assert_cmpstr (weak.out, ==, free_text.out);
  cli_remove_dir (folder);
}

static void
wrong_options_are_refused (void) {
  char *folder = cli_make_dir ();
  g_autofree char *grammar = make_grammar (folder, "root ::= \"a\"\n  | b\n");
  g_auto (CliRun) mistake = cli_run ("transcribe", "--grammar", grammar, speech (), NULL);
  g_auto (CliRun) rule = cli_run ("transcribe", "--grammar", grammar, "--grammar-rule", "c", speech (), NULL);
  g_auto (CliRun) alone = cli_run ("transcribe", "--grammar-rule", "c", speech (), NULL);
  g_auto (CliRun) penalty = cli_run ("transcribe", "--grammar-penalty", "1", speech (), NULL);
  g_auto (CliRun) range
      = cli_run ("transcribe", "--grammar", grammar, "--grammar-penalty", "-1", speech (), NULL);
  g_auto (CliRun) missing = cli_run ("transcribe", "--grammar", "/nowhere/grammar", speech (), NULL);
  g_auto (CliRun) sound = cli_run ("transcribe", "--grammar", speech (), speech (), NULL);

  cli_assert_fails (&mistake, 2, "grammar.gbnf",
                    "ine 2, column 5 of the grammar: there is no rule \"b\": add it");
  cli_assert_fails (&rule, 2, "grammar.gbnf", "there is no rule \"b\"");
  cli_assert_fails (&alone, 2, "--grammar-rule", "add --grammar");
  cli_assert_fails (&penalty, 2, "--grammar-penalty", "add --grammar");
  cli_assert_fails (&range, 2, "--grammar-penalty -1", "use 0 to 1000");
  cli_assert_fails (&missing, 2, "/nowhere/grammar", "check the path");
  cli_assert_fails (&sound, 2, speech (), "text");
  cli_remove_dir (folder);
}

int
main (int argc, char **argv) {
  setlocale (LC_ALL, ""); /* options are in its character set */
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/grammar/only-its-texts-are-written", only_its_texts_are_written);
  g_test_add_func ("/cli/grammar/wrong-options-are-refused", wrong_options_are_refused);
  return g_test_run ();
}
