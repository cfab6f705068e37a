/* Spoken commands: their phrases, and the texts that they make with utterances. */
#include "dictation/longhand-commands.h"
#include "dictation/longhand-composition.h"
#include "dictation/longhand-utterance.h"

#include <quill.h>
#include <string.h>

/* ---- phrases ---- */

static void
phrases_are_found_as_recognition_writes_them (void) {
  static const char *const english[] = { "en", NULL };
  static const struct {
    const char *phrase, *written;
    LonghandCommand command;
  } rows[] = {
    { " New line.", "\n", LONGHAND_COMMAND_BREAK },
    { "new paragraph", "\n\n", LONGHAND_COMMAND_BREAK },
    { "Full stop.", ".", LONGHAND_COMMAND_MARK },
    { "Period...", ".", LONGHAND_COMMAND_MARK },
    { "COMMA!", ",", LONGHAND_COMMAND_MARK },
    { "semicolon", ";", LONGHAND_COMMAND_MARK },
    { "open quote", "\u201c", LONGHAND_COMMAND_OPENING },
    { "close quote", "\u201d", LONGHAND_COMMAND_CLOSING },
    { "dash", "\u2013", LONGHAND_COMMAND_WORD },
    { "Scratch that.", "", LONGHAND_COMMAND_SCRATCH },
    { "Undo", "", LONGHAND_COMMAND_UNDO },
    { "stop listening", "", LONGHAND_COMMAND_STOP },
    { "a new line", "", LONGHAND_COMMAND_NONE },
    { "neue Zeile", "", LONGHAND_COMMAND_NONE },
    { ".", "", LONGHAND_COMMAND_NONE },
    { "", "", LONGHAND_COMMAND_NONE },
  };
  g_autoptr (LonghandCommands) commands = longhand_commands_new (english);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    const char *written;

    g_assert_cmpint (longhand_commands_find (commands, rows[i].phrase, &written), ==, rows[i].command);
    g_assert_cmpstr (written, ==, rows[i].written);
  }
}

static void
languages_have_phrases_of_their_own (void) {
  static const char *const german[] = { "de", NULL }, *const none[] = { "xx", NULL };
  g_autoptr (LonghandCommands) one = longhand_commands_new (german);
  g_autoptr (LonghandCommands) all = longhand_commands_new (NULL);
  const char *written;

  g_assert_null (longhand_commands_new (none));
  g_assert_cmpint (longhand_commands_find (one, " Neue Zeile.", &written), ==, LONGHAND_COMMAND_BREAK);
  g_assert_cmpint (longhand_commands_find (one, "Anf\u00fchrungszeichen auf", &written), ==,
                   LONGHAND_COMMAND_OPENING);
  g_assert_cmpstr (written, ==, "\u201e");
  g_assert_cmpint (longhand_commands_find (one, "new line", &written), ==, LONGHAND_COMMAND_NONE);
  g_assert_cmpint (longhand_commands_find (all, "new line", &written), ==, LONGHAND_COMMAND_BREAK);
  g_assert_cmpint (longhand_commands_find (all, "Neuer Absatz.", &written), ==, LONGHAND_COMMAND_BREAK);
  g_assert_true (g_str_has_prefix (longhand_commands_get_grammar (one), "root ::= \"neue zeile\" | \""));
}

static void
marks_are_those_of_the_language (void) {
  static const struct {
    const char *language, *phrase, *written;
    LonghandCommand command;
  } rows[] = {
    { "fr", " Nouvelle ligne.", "\n", LONGHAND_COMMAND_BREAK },
    { "fr", " Point d'interrogation ?", "\u202f?", LONGHAND_COMMAND_MARK },
    { "fr", " Ouvrir les guillemets", "\u00ab\u00a0", LONGHAND_COMMAND_OPENING },
    { "fr", " Arr\u00eater la dict\u00e9e.", "", LONGHAND_COMMAND_STOP },
    { "es", " \u00a1Borra eso!", "", LONGHAND_COMMAND_SCRATCH },
    { "es", " Abrir interrogaci\u00f3n.", "\u00bf", LONGHAND_COMMAND_OPENING },
    { "es", " Punto y coma.", ";", LONGHAND_COMMAND_MARK },
    { "it", " A capo.", "\n", LONGHAND_COMMAND_BREAK },
    { "it", " Chiudi virgolette.", "\u00bb", LONGHAND_COMMAND_CLOSING },
    { "pt", " Travess\u00e3o.", "\u2014", LONGHAND_COMMAND_WORD },
    { "pt", " Desfazer.", "", LONGHAND_COMMAND_UNDO },
    { "ja", "\u53e5\u70b9\u3002", "\u3002", LONGHAND_COMMAND_MARK },
    { "ja", "\u6539\u884c", "\n", LONGHAND_COMMAND_BREAK },
    { "zh", "\u95ee\u53f7\uff1f", "\uff1f", LONGHAND_COMMAND_MARK },
    { "zh", "\u63db\u884c\u3002", "\n", LONGHAND_COMMAND_BREAK }, /* in the other script */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    const char *const language[] = { rows[i].language, NULL };
    g_autoptr (LonghandCommands) commands = longhand_commands_new (language);
    const char *written;

    g_assert_cmpint (longhand_commands_find (commands, rows[i].phrase, &written), ==, rows[i].command);
    g_assert_cmpstr (written, ==, rows[i].written);
  }
}

static struct quill_model *
open_model (void) {
  g_autofree char *path
      = g_build_filename (g_getenv ("LONGHAND_MODEL_DIR"), "ggml-longhand-mini.en-q5_K.bin", NULL);
  struct quill_model *model = NULL;
  struct quill_error error = { 0 };

  quill_model_open (&model, path, &error);
  g_assert_cmpstr (error.message, ==, "");
  return model;
}

static struct quill_grammar *
open_grammar (const struct quill_model *model, const LonghandCommands *commands) {
  struct quill_grammar *grammar = NULL;
  struct quill_error error = { 0 };

  quill_grammar_open (&grammar, model, longhand_commands_get_grammar (commands), NULL, &error);
  g_assert_cmpstr (error.message, ==, "");
  return grammar;
}

/* How a language's sentences are written, and some that have words of commands in them. */
typedef struct {
  const char *language, *before, *behind;
  const char *sentences[8];
} Written;

static void
assert_is_command (const LonghandCommands *commands, const struct quill_grammar *grammar, const char *text) {
  const char *written;

  g_test_message ("%s", text);
  g_assert_true (quill_grammar_matches (grammar, text));
  g_assert_cmpint (longhand_commands_find (commands, text, &written), !=, LONGHAND_COMMAND_NONE);
}

/* As recognition writes it: by itself, and as a sentence. */
static void
assert_phrase_is_found (const LonghandCommands *commands, const struct quill_grammar *grammar,
                        const Written *language, const char *phrase) {
  g_autofree char *first = g_utf8_substring (phrase, 0, 1);
  g_autofree char *capital = g_utf8_strup (first, -1);
  g_autofree char *sentence
      = g_strconcat (" ", language->before, capital, g_utf8_next_char (phrase), language->behind, NULL);

  assert_is_command (commands, grammar, phrase);
  assert_is_command (commands, grammar, sentence);
}

static void
assert_sentence_is_text (const LonghandCommands *commands, const struct quill_grammar *grammar,
                         const char *sentence) {
  const char *written;

  g_test_message ("%s", sentence);
  g_assert_false (quill_grammar_matches (grammar, sentence));
  g_assert_cmpint (longhand_commands_find (commands, sentence, &written), ==, LONGHAND_COMMAND_NONE);
}

static void
phrases_of_each_language_are_told_from_sentences (void) {
  static const Written languages[] = {
    { "en",
      "",
      ".",
      { " I drew a new line.", " Undo the top button.", " A full stop ends it.", " Delete that file." } },
    { "de",
      "",
      "!",
      { " Wir schreiben eine neue Zeile.", " Der Punkt ist, dass er geht.", " Streich das Brot d\u00fcnn.",
        " Komma her." } },
    { "fr",
      "",
      "\u00a0!",
      { " C'est une nouvelle ligne de bus.", " \u00c0 la ligne suivante !", " Efface \u00e7a du tableau.",
        " Deux points pour nous." } },
    { "es",
      "\u00a1",
      "!",
      { " Es una nueva l\u00ednea de metro.", " \u00a1Borra eso de la pizarra!",
        " \u00bfCu\u00e1l es el punto?", " Coma algo." } },
    { "it",
      "",
      ".",
      { " \u00c8 una nuova riga di codice.", " Il punto \u00e8 un altro.", " Annulla questo viaggio.",
        " Apri virgolette e porte." } },
    { "pt",
      "",
      ".",
      { " \u00c9 uma nova linha de \u00f4nibus.", " Apague isso do quadro.", " O ponto final do \u00f4nibus.",
        " Pare de ouvir isso." } },
    { "ja",
      "",
      "\u3002",
      { "\u6539\u884c\u3057\u3066\u304f\u3060\u3055\u3044\u3002",
        "\u65b0\u3057\u3044\u6bb5\u843d\u3092\u66f8\u304f\u3002", "\u4e38\u3044\u673a\u3002" } },
    { "zh",
      "",
      "\uff01",
      { "\u8bf7\u5728\u8fd9\u91cc\u6362\u884c\u3002", "\u64a4\u9500\u5408\u540c\u3002",
        "\u8fd9\u662f\u65b0\u6bb5\u843d\u3002" } },
  };
  struct quill_model *model = open_model ();

  for (gsize i = 0; i < G_N_ELEMENTS (languages); i++) {
    const char *const language[] = { languages[i].language, NULL };
    g_autoptr (LonghandCommands) commands = longhand_commands_new (language);
    struct quill_grammar *grammar = open_grammar (model, commands);
    g_auto (GStrv) parts = g_strsplit (longhand_commands_get_grammar (commands), "\"", -1);

    g_assert_cmpuint (g_strv_length (parts), >, 2 * 20);
    for (guint k = 1; parts[k] != NULL; k += 2)
      assert_phrase_is_found (commands, grammar, &languages[i], parts[k]);
    for (gsize k = 0; languages[i].sentences[k] != NULL; k++)
      assert_sentence_is_text (commands, grammar, languages[i].sentences[k]);
    quill_grammar_close (&grammar);
  }
  quill_model_close (&model);
}

/* Where the language is detected. */
static void
phrases_of_all_languages_are_a_grammar (void) {
  g_autoptr (LonghandCommands) all = longhand_commands_new (NULL);
  struct quill_model *model = open_model ();
  struct quill_grammar *grammar = open_grammar (model, all);

  g_assert_true (quill_grammar_matches (grammar, " \u00c0 la ligne."));
  g_assert_true (quill_grammar_matches (grammar, "\u6539\u884c\u3002"));
  g_assert_false (quill_grammar_matches (grammar, "\u6539"));
  quill_grammar_close (&grammar);
  quill_model_close (&model);
}

/* ---- texts ---- */

static LonghandUtterance *
make (LonghandCommand command, const char *text) {
  return longhand_utterance_new_command (0, 1000, command, text);
}

static void
take (GPtrArray *changes, LonghandCommand command, const char *text) {
  g_ptr_array_add (changes, make (command, text));
}

static void
assert_reads (const GPtrArray *changes, const char *expected) {
  g_autoptr (GPtrArray) texts = longhand_composition_dup_texts (changes);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < texts->len; i++)
    longhand_composition_join (text, g_ptr_array_index (texts, i));
  g_assert_cmpstr (text->str, ==, expected);
}

static void
change_free (gpointer utterance) {
  if (utterance != NULL)
    longhand_utterance_unref (utterance);
}

static GPtrArray *
changes_new (void) {
  return g_ptr_array_new_with_free_func (change_free);
}

static void
marks_go_behind_text_and_replace_those_of_recognition (void) {
  static const struct {
    const char *text;
    LonghandCommand command;
    const char *written, *expected;
  } rows[] = {
    { "I went home.", LONGHAND_COMMAND_MARK, ",", "I went home, Then" },
    { "I went home", LONGHAND_COMMAND_MARK, "?", "I went home? Then" },
    { "I went\u2026", LONGHAND_COMMAND_MARK, ".", "I went. Then" },
    { "I said \u201cNo.", LONGHAND_COMMAND_CLOSING, "\u201d", "I said \u201cNo.\u201d Then" },
    { "I said:", LONGHAND_COMMAND_OPENING, "\u201c", "I said: \u201cThen" },
    { "Ich: \u201eNein.", LONGHAND_COMMAND_CLOSING, "\u201c", "Ich: \u201eNein.\u201c Then" },
    { "\u201eA\u201c b", LONGHAND_COMMAND_OPENING, "\u201e", "\u201eA\u201c b \u201eThen" },
    { "So.", LONGHAND_COMMAND_BREAK, "\n\n", "So.\n\nThen" },
    { "So", LONGHAND_COMMAND_WORD, "\u2013", "So \u2013 Then" },
    { "Oui ?", LONGHAND_COMMAND_MARK, "\u202f!", "Oui\u202f! Then" },
    { "Dijo:", LONGHAND_COMMAND_OPENING, "\u00bf", "Dijo: \u00bfThen" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GPtrArray) changes = changes_new ();

    take (changes, LONGHAND_COMMAND_NONE, rows[i].text);
    take (changes, rows[i].command, rows[i].written);
    take (changes, LONGHAND_COMMAND_NONE, "Then");
    assert_reads (changes, rows[i].expected);
  }
}

static void
scripts_without_spaces_get_none (void) {
  static const struct {
    const char *first;
    LonghandCommand command;
    const char *written, *second, *expected;
  } rows[] = {
    { "\u306f\u3044\u3002", LONGHAND_COMMAND_NONE, "\u305d\u3046", "\u3067\u3059",
      "\u306f\u3044\u3002\u305d\u3046\u3067\u3059" },
    { "\u306f\u3044\u3002", LONGHAND_COMMAND_MARK, "\u3001", "\u305d\u3046",
      "\u306f\u3044\u3001\u305d\u3046" },
    { "\u4f60", LONGHAND_COMMAND_WORD, "\u2014\u2014", "\u597d", "\u4f60\u2014\u2014\u597d" },
    { "\u201c\u4f60\u3002", LONGHAND_COMMAND_CLOSING, "\u201d", "\u597d", "\u201c\u4f60\u3002\u201d\u597d" },
    { "\uc608.", LONGHAND_COMMAND_NONE, "\ub124.", "\uc88b\ub2e4",
      "\uc608. \ub124. \uc88b\ub2e4" }, /* Korean has them */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GPtrArray) changes = changes_new ();

    take (changes, LONGHAND_COMMAND_NONE, rows[i].first);
    take (changes, rows[i].command, rows[i].written);
    take (changes, LONGHAND_COMMAND_NONE, rows[i].second);
    assert_reads (changes, rows[i].expected);
  }
  g_assert_true (longhand_composition_needs_space_behind ("I", LONGHAND_COMMAND_NONE, 'a'));
  g_assert_false (longhand_composition_needs_space_behind ("I", LONGHAND_COMMAND_OPENING, 'a'));
  g_assert_false (longhand_composition_needs_space_behind ("\u597d", LONGHAND_COMMAND_NONE, 'a'));
  g_assert_false (longhand_composition_needs_space_behind ("I", LONGHAND_COMMAND_NONE, 0x597d));
}

static void
marks_without_text_stand_alone (void) {
  g_autoptr (GPtrArray) changes = changes_new ();

  take (changes, LONGHAND_COMMAND_MARK, ",");
  take (changes, LONGHAND_COMMAND_BREAK, "\n");
  assert_reads (changes, ",\n");
}

static void
scratching_takes_the_last_and_undo_takes_that_back (void) {
  g_autoptr (GPtrArray) changes = changes_new ();

  take (changes, LONGHAND_COMMAND_SCRATCH, "scratch that"); /* there is nothing */
  take (changes, LONGHAND_COMMAND_UNDO, "undo");
  take (changes, LONGHAND_COMMAND_NONE, "One.");
  take (changes, LONGHAND_COMMAND_NONE, "Two.");
  take (changes, LONGHAND_COMMAND_MARK, ",");
  assert_reads (changes, "One. Two,");
  take (changes, LONGHAND_COMMAND_SCRATCH, "scratch that");
  assert_reads (changes, "One. Two.");
  take (changes, LONGHAND_COMMAND_SCRATCH, "scratch that");
  assert_reads (changes, "One.");
  take (changes, LONGHAND_COMMAND_UNDO, "undo");
  assert_reads (changes, "One. Two.");
  take (changes, LONGHAND_COMMAND_STOP, "stop listening");
  take (changes, LONGHAND_COMMAND_UNDO, "undo");
  take (changes, LONGHAND_COMMAND_UNDO, "undo");
  assert_reads (changes, "One. Two.");
  take (changes, LONGHAND_COMMAND_UNDO, "undo");
  assert_reads (changes, "One.");
  take (changes, LONGHAND_COMMAND_SCRATCH, "scratch that");
  take (changes, LONGHAND_COMMAND_SCRATCH, "scratch that");
  assert_reads (changes, "");
  take (changes, LONGHAND_COMMAND_UNDO, "undo");
  assert_reads (changes, "One.");
}

/* The last change may be the person's, and then undo is about that. */
static void
words_before_a_change_by_hand_stay (void) {
  g_autoptr (GPtrArray) said = changes_new ();

  take (said, LONGHAND_COMMAND_NONE, "One.");
  take (said, LONGHAND_COMMAND_NONE, "Wrong.");
  take (said, LONGHAND_COMMAND_SCRATCH, "scratch that");
  g_ptr_array_add (said, NULL);
  take (said, LONGHAND_COMMAND_UNDO, "undo");
  assert_reads (said, "One.");
  take (said, LONGHAND_COMMAND_NONE, "Two.");
  assert_reads (said, "One. Two.");
  take (said, LONGHAND_COMMAND_SCRATCH, "scratch that");
  take (said, LONGHAND_COMMAND_SCRATCH, "scratch that");
  assert_reads (said, "One.");
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/commands/phrases-are-found-as-recognition-writes-them",
                   phrases_are_found_as_recognition_writes_them);
  g_test_add_func ("/commands/languages-have-phrases-of-their-own", languages_have_phrases_of_their_own);
  g_test_add_func ("/commands/marks-are-those-of-the-language", marks_are_those_of_the_language);
  g_test_add_func ("/commands/phrases-of-each-language-are-told-from-sentences",
                   phrases_of_each_language_are_told_from_sentences);
  g_test_add_func ("/commands/phrases-of-all-languages-are-a-grammar",
                   phrases_of_all_languages_are_a_grammar);
  g_test_add_func ("/commands/marks-go-behind-text-and-replace-those-of-recognition",
                   marks_go_behind_text_and_replace_those_of_recognition);
  g_test_add_func ("/commands/scripts-without-spaces-get-none", scripts_without_spaces_get_none);
  g_test_add_func ("/commands/marks-without-text-stand-alone", marks_without_text_stand_alone);
  g_test_add_func ("/commands/scratching-takes-the-last-and-undo-takes-that-back",
                   scratching_takes_the_last_and_undo_takes_that_back);
  g_test_add_func ("/commands/words-before-a-change-by-hand-stay", words_before_a_change_by_hand_stay);
  return g_test_run ();
}
