/* Grammars: which texts they have, what they say of mistakes, and how recognition keeps to them. */
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "bundled.h"
#include "model/model.h"
#include "text/grammar.h"
#include "text/unicode.h"

struct fixture {
  struct quill_model *model;
  struct quill_tokenizer *tokenizer;
  struct quill_grammar *grammar;
  uint32_t eot;
};

static void
set_up (struct fixture *f, const void *unused) {
  f->model = bundled_model ();
  g_assert_cmpint (quill_tokenizer_open (&f->tokenizer, &f->model->file, NULL), ==, QUILL_OK);
  f->eot = quill_tokenizer_specials (f->tokenizer)->eot;
}

static void
tear_down (struct fixture *f, const void *unused) {
  quill_grammar_close (&f->grammar);
  g_assert_null (f->grammar);
  quill_grammar_close (&f->grammar);
  quill_tokenizer_close (&f->tokenizer);
  quill_model_close (&f->model);
}

static void
read_grammar (struct fixture *f, const char *text) {
  struct quill_error err = { 0 };

  quill_grammar_close (&f->grammar);
  quill_grammar_open (&f->grammar, f->model, text, NULL, &err);
  g_assert_cmpstr (err.message, ==, "");
}

/* ---- texts ---- */

/* Texts it has, and behind a NULL texts it has not. */
struct sample {
  const char *grammar;
  const char *texts[16];
  const char *others[16];
};

static const struct sample samples[] = {
  { "root ::= \"new line\"",
    { "new line", " new line", "New line.", " NEW LINE?", "new line..." },
    { "", "new", "new lines", "  new line", "new line .", "new line?!", "new line..", "a new line", "newline",
      "new line\n" } },
  /* alternatives, groups, rules in any order, comments and lines */
  { "# moves\nroot ::= # here\n  side \" \" square | \"castle\"\n  | (\"re\" | \"ad\") \"sign\"\nside\n::= "
    "\"white\" | \"black\"\nsquare ::= [a-h] [1-8]",
    { "white e4", "black h8.", "castle", "resign", "adsign", "Resign" },
    { "white e9", "white E4", "castle castle", "whitee4", "sign" } },
  { "root ::= \"a\"* \"b\"+ \"c\"?", { "b", "ab", "aaabbbc", "bb." }, { "a", "c", "abcc", "aac" } },
  { "root ::= \"ab\"{2}", { "abab" }, { "ab", "ababab", "abb" } },
  { "root ::= \"a\"{2,}", { "aa", "aaaaaa" }, { "a", "" } },
  { "root ::= \"a\"{2,3}", { "aa", "aaa" }, { "a", "aaaa" } },
  { "root ::= \"a\"{,2} \"b\"", { "b", "ab", "aab" }, { "aaab" } },
  { "root ::= (\"a\" | \"b\" \"c\"?)+", { "abca", "bcbc", "a" }, { "c", "ac" } },
  { "root ::= \"\" | \"a\"", { "", "a", "." }, { "b" } },
  /* classes and escapes */
  { "root ::= [^a-cx\\]]", { "d", "A", "\xc3\xa4", "[" }, { "a", "b", "x", "]", "dd" } },
  { "root ::= [-a^] [\\^\\-]", { "-^", "a-", "^^" }, { "b-" } },
  { "root ::= \"\\x41\\u00e4\\U0001F600\\\"\\n\\t\\\\\"",
    { "A\xc3\xa4\xf0\x9f\x98\x80\"\n\t\\", "a\xc3\x84\xf0\x9f\x98\x80\"\n\t\\" },
    { "A" } },
  { "root ::= [\\u4e00-\\u9fff]+", { "\xe4\xbd\xa0\xe5\xa5\xbd\xe3\x80\x82" }, { "a", "\xe4\xbd" } },
  { "root ::= . \"b\"",
    { "ab",
      "\xe4\xbd\xa0"
      "b",
      "\n"
      "b" },
    { "b", "aab" } },
  { "root ::= [^a]", { "\xff", "b" }, { "a", "\xff\xff" } }, /* what is no UTF-8 is U+FFFD */
  /* either case */
  { "root ::= \"Stra\xc3\x9f"
    "e \xc3\x84\xc5\xa0\xd0\x96\xce\xa9\"",
    { "stra\xc3\x9f"
      "e \xc3\xa4\xc5\xa1\xd0\xb6\xcf\x89" },
    { "strasse \xc3\xa4\xc5\xa1\xd0\xb6\xcf\x89" } },
  /* a rule that goes round: a list, and itself once more for nothing */
  { "root ::= item (\", \" root)?\nitem ::= \"a\" | \"b\"", { "a", "a, b", "a, b, a" }, { "a, ", "a b" } },
  { "root ::= \"x\" | root", { "x" }, { "xx", "" } },
  { "root ::= twice twice\ntwice ::= one one\none ::= \"1\"", { "1111" }, { "111" } },
  /* marks of French and Spanish */
  { "root ::= \"new line\"",
    { "new line !", "new line\u202f?", " new line\u00a0:", "\u00a1new line!", " \u00bfNew line?",
      "\u00bfnew line" },
    { "new line ", "new line  !", "new line ,", "new line ...", "\u00a1 new line!", "\u00bf\u00a1new line",
      "\u00a1" } },
};

/* TAP is UTF-8. */
static void
note (const char *grammar, const char *what) {
  g_autofree char *shown = g_strescape (what, NULL);

  g_test_message ("%s: %s", grammar, shown);
}

static void
has_its_texts (struct fixture *f, const void *unused) {
  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++) {
    read_grammar (f, samples[i].grammar);
    for (gsize k = 0; samples[i].texts[k] != NULL; k++) {
      note (samples[i].grammar, samples[i].texts[k]);
      g_assert_true (quill_grammar_matches (f->grammar, samples[i].texts[k]));
    }
    for (gsize k = 0; samples[i].others[k] != NULL; k++) {
      note (samples[i].grammar, samples[i].others[k]);
      g_assert_false (quill_grammar_matches (f->grammar, samples[i].others[k]));
    }
  }
}

static void
begins_with_the_rule_that_is_named (struct fixture *f, const void *unused) {
  g_assert_cmpint (quill_grammar_open (&f->grammar, f->model, "root ::= \"a\" b\nb ::= \"b\"", "b", NULL), ==,
                   QUILL_OK);
  g_assert_true (quill_grammar_matches (f->grammar, "b"));
  g_assert_false (quill_grammar_matches (f->grammar, "ab"));
}

static void
letters_have_another_case (void) {
  static const gunichar without[] = { '1', ' ', 0xd7, 0xf7, 0xdf, 0x138, 0x149, 0x4f60, 0x1f600 };

  for (gunichar c = 0; c < 0x600; c++) {
    const uint32_t other = quill_other_case (c);

    if (other != c) {
      g_assert_cmpuint (other, ==, g_unichar_isupper (c) ? g_unichar_tolower (c) : g_unichar_toupper (c));
      g_assert_cmpuint (quill_other_case (other), ==, c);
    }
  }
  for (gsize i = 0; i < G_N_ELEMENTS (without); i++)
    g_assert_cmpuint (quill_other_case (without[i]), ==, without[i]);
  g_assert_cmpuint (quill_other_case (0xc4), ==, 0xe4);
  g_assert_cmpuint (quill_other_case (0x161), ==, 0x160);
}

/* ---- mistakes ---- */

static void
says_where_mistakes_are (struct fixture *f, const void *unused) {
  static const struct {
    const char *grammar, *said;
  } rows[] = {
    { "root ::= \"a\nb ::= \"c\"",
      "line 1, column 10 of the grammar: what begins here is not closed: put \"" },
    { "root ::= [a", "line 1, column 10 of the grammar: what begins here is not closed: put ]" },
    { "root ::= \"\xc3\xa4\" \"\\q\"", "line 1, column 15 of the grammar: this escape is not known" },
    { "root ::= \"\\x4\"", "line 1, column 11 of the grammar: this escape needs 2 hexadecimal digits" },
    { "root ::= \"\\ud800\"", "line 1, column 11 of the grammar: this escape stands for no character" },
    { "root ::= \"\\x00\"", "stands for no character" },
    { "root ::= \"\xff\"", "line 1, column 11 of the grammar: this is not text in UTF-8" },
    { "root ::= [z-a]", "line 1, column 11 of the grammar: this range ends before it begins" },
    { "root ::= []", "line 1, column 10 of the grammar: there is no character in this class" },
    { "root ::= [^\\x01-\\U0010FFFF]", "" },
    { "root ::= \"a\" {2", "line 1, column 14 of the grammar: how often is written" },
    { "root ::= \"a\"{}", "how often is written" },
    { "root ::= \"a\"{,}", "how often is written" },
    { "root ::= \"a\"{5000}", "line 1, column 13 of the grammar: more than 4096 times is too often" },
    { "root ::= \"a\"{99999999999999999999}", "more than 4096 times is too often" },
    { "root ::= \"a\"{0}", "less than the smallest, or than 1" },
    { "root ::= \"a\"{3,2}", "less than the smallest, or than 1" },
    { "root ::= (\"a\" | (\"b\")\n", "line 1, column 10 of the grammar: the group that begins here" },
    { "root ::= (\"a\"\nb ::= \"c\"", "line 1, column 10 of the grammar: the group that begins here" },
    { "root ::= (\"a\" =)", "line 1, column 15 of the grammar: nothing can begin with this character" },
    { "root ::= \"a\" )", "line 1, column 14 of the grammar: nothing can begin with this character" },
    { "root ::= *", "line 1, column 10 of the grammar: nothing can begin with this character" },
    { "root = \"a\"", "line 1, column 1 of the grammar: behind the name of a rule comes ::=" },
    { "\n\n  root ::= a b\na ::= \"a\"", "line 3, column 14 of the grammar: there is no rule \"b\"" },
    { "root ::= \"a\"\nroot ::= \"b\"",
      "line 2, column 1 of the grammar: the rule \"root\" is there already" },
    { "main ::= \"a\"", "the grammar has no rule \"root\" to begin with" },
    { "", "the grammar has no rule \"root\" to begin with" },
    /* recursion that is none of repetition */
    { "root ::= root \"a\" | \"b\"", "line 1, column 10 of the grammar: the rule \"root\" uses itself here" },
    { "root ::= \"(\" a \")\"\na ::= \"x\" | root",
      "line 2, column 13 of the grammar: the rule \"root\" uses" },
    { "root ::= (\"a\" root)*", "line 1, column 15 of the grammar: the rule \"root\" uses itself here" },
    { "root ::= \"a\" root", "line 1, column 1 of the grammar: no text of the rule \"root\" ever ends" },
    { "root ::= root", "no text of the rule \"root\" ever ends" },
    /* size */
    { "root ::= \"a\"{4096}", "is too large" },
    { "root ::= (\"\"{4000}){4000}",
      "line 1, column 11 of the grammar: from here on the grammar is too large" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    struct quill_error err = { 0 };

    quill_grammar_close (&f->grammar);
    quill_grammar_open (&f->grammar, f->model, rows[i].grammar, NULL, &err);
    note (err.message, rows[i].grammar);
    g_assert_cmpint (err.code, ==, *rows[i].said ? QUILL_ERR_INVALID : QUILL_OK);
    g_assert_nonnull (strstr (err.message, rows[i].said));
    g_assert_true ((f->grammar == NULL) == (*rows[i].said != '\0'));
  }
}

/* `open` n times, a text, `close` n times. (transfer full) */
static char *
nest (const char *open, const char *text, const char *close, int n) {
  GString *all = g_string_new ("root ::= ");

  for (int i = 0; i < n; i++)
    g_string_append (all, open);
  g_string_append (all, text);
  for (int i = 0; i < n; i++)
    g_string_append (all, close);
  return g_string_free (all, FALSE);
}

static void
assert_refused (struct fixture *f, const char *grammar, const char *said) {
  struct quill_error err = { 0 };

  g_assert_cmpint (quill_grammar_open (&f->grammar, f->model, grammar, NULL, &err), ==, QUILL_ERR_INVALID);
  g_test_message ("%s", err.message);
  g_assert_nonnull (strstr (err.message, said));
}

/* Rules that use each other twice would be as large as 2 to the power of their number. */
static void
size_and_depth_are_bounded (struct fixture *f, const void *unused) {
  g_autofree char *deep = nest ("(", "\"a\"", ")", 64), *deeper = nest ("(", "\"a\"", ")", 65);
  g_autofree char *too_long = nest ("", "\"a\"", " ", QUILL_MAX_GRAMMAR_BYTES);
  g_autofree char *name = g_strnfill (1000, 'n');
  g_autofree char *unknown = g_strconcat ("root ::= ", name, NULL);
  g_autoptr (GString) doubled = g_string_new ("root ::= r0 r0\n");
  g_autoptr (GString) chain = g_string_new ("root ::= r0\n");

  for (int i = 0; i < 40; i++)
    g_string_append_printf (doubled, "r%d ::= r%d r%d\n", i, i + 1, i + 1);
  g_string_append (doubled, "r40 ::= \"\"");
  for (int i = 0; i < 200; i++)
    g_string_append_printf (chain, "r%d ::= r%d\n", i, i + 1);
  g_string_append (chain, "r200 ::= \"a\"");
  assert_refused (f, deeper, "column 74 of the grammar: groups are nested more than 64 deep");
  assert_refused (f, too_long, "bytes is too long: use at most 65536");
  assert_refused (f, unknown, "there is no rule \"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn\"");
  assert_refused (f, doubled->str, "is too large");
  assert_refused (f, chain->str, "groups and rules are nested more than 128 deep");
  read_grammar (f, deep);
  g_assert_true (quill_grammar_matches (f->grammar, "a"));
}

/* Where texts can be read in very many ways. */
static void
many_ways_cost_no_more (struct fixture *f, const void *unused) {
  g_autofree char *text = g_strnfill (20000, 'a');

  read_grammar (f, "root ::= ((\"a\"* \"a\"*)* \"a\"?){30} \"b\"");
  g_assert_false (quill_grammar_matches (f->grammar, text));
  text[19999] = 'b';
  g_assert_true (quill_grammar_matches (f->grammar, text));
}

static void
failing_allocations_are_reported (struct fixture *f, const void *unused) {
  unsigned n = 0;

  for (enum quill_status status = QUILL_ERR_NOMEM; status != QUILL_OK;) {
    struct quill_error err = { 0 };

    quill_alloc_fail_at (++n);
    status = quill_grammar_open (&f->grammar, f->model, samples[1].grammar, NULL, &err);
    quill_alloc_fail_at (0);
    g_assert_cmpint (err.code, ==, status);
    g_assert_cmpint (status, ==, f->grammar ? QUILL_OK : QUILL_ERR_NOMEM);
  }
  g_assert_cmpuint (n, >=, 4); /* itself, its syntax, the tokenizer; and once none failed */
}

/* ---- tokens ---- */

/* A token for each byte. (transfer full) (element-type guint32) */
static GArray *
spell (const struct fixture *f, const char *text) {
  GArray *tokens = g_array_new (FALSE, FALSE, sizeof (uint32_t));
  uint32_t token;

  for (; *text != '\0'; text++) {
    g_assert_true (quill_token_find (f->tokenizer, text, 1, &token));
    g_array_append_val (tokens, token);
  }
  return tokens;
}

/* Tokens behind a text that are allowed, with | between. (transfer full) */
static char *
list_allowed (const struct fixture *f, const char *text) {
  g_autoptr (GArray) tokens = spell (f, text);
  const uint32_t *begin = (const uint32_t *)(gconstpointer)tokens->data;
  g_autofree float *logits = g_new0 (float, f->model->hparams.n_vocab);
  GString *list = g_string_new (NULL);

  quill_grammar_penalise (f->grammar, begin, tokens->len, 2.5f, logits);
  for (uint32_t i = 0; i < f->model->hparams.n_vocab; i++) {
    const struct quill_token_text token = quill_token_bytes (f->tokenizer, i);

    g_assert_cmpfloat (logits[i], ==, quill_grammar_allows (f->grammar, begin, tokens->len, i) ? 0 : -2.5f);
    if (i == f->eot && logits[i] == 0)
      g_string_append (list, "<end>");
    else if (logits[i] == 0 && token.len > 0)
      g_string_append_printf (list, "%.*s|", (int)token.len, token.bytes);
  }
  return g_string_free (list, FALSE);
}

static void
allows_tokens_that_go_on (struct fixture *f, const void *unused) {
  static const struct {
    const char *text, *allowed;
  } rows[] = {
    { " white ", "a|b|c|d|e|f|g|h|" },
    { " white e", "1|2|3|4|5|6|7|8|" },
    { "bl", "A|a|ac|ack|AC|ACK|Ac|" },
    { "blac", "K|k|" },
  };

  read_grammar (f, samples[1].grammar);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *allowed = list_allowed (f, rows[i].text);
    g_test_message ("%s: %s", rows[i].text, allowed);
    g_assert_cmpstr (allowed, ==, rows[i].allowed);
  }
}

static void
allows_the_end_and_marks_behind_a_text (struct fixture *f, const void *unused) {
  read_grammar (f, samples[0].grammar);
  g_autofree char *complete = list_allowed (f, " new line");
  g_autofree char *marked = list_allowed (f, " new line?");
  g_autofree char *begun = list_allowed (f, " new lin");
  g_assert_nonnull (strstr (complete, "<end>"));
  g_assert_nonnull (strstr (complete, ".|"));
  g_assert_nonnull (strstr (marked, "<end>"));
  g_assert_cmpstr (begun, ==, "E|e|");
}

/* What has left the grammar is free, and so are times. */
static void
lets_go_what_has_left (struct fixture *f, const void *unused) {
  const uint32_t time = quill_tokenizer_specials (f->tokenizer)->first_timestamp + 3;
  g_autoptr (GArray) left = spell (f, "x");

  read_grammar (f, samples[0].grammar);
  for (uint32_t token = 0; token <= f->eot; token++)
    g_assert_true (
        quill_grammar_allows (f->grammar, (const uint32_t *)(gpointer)left->data, left->len, token));
  g_assert_true (quill_grammar_allows (f->grammar, &time, 1, time));
  g_assert_false (quill_grammar_allows (f->grammar, &time, 1, f->eot));
}

/* Bytes of a character are allowed as far as one of the class begins with them. */
static void
allows_pieces_of_characters (struct fixture *f, const void *unused) {
  uint32_t c3, c4, a4, e2;
  g_autoptr (GArray) begun = spell (f, "\xc3");

  g_assert_true (quill_token_find (f->tokenizer, "\xc3", 1, &c3));
  g_assert_true (quill_token_find (f->tokenizer, "\xc4", 1, &c4));
  g_assert_true (quill_token_find (f->tokenizer, "\xa4", 1, &a4));
  g_assert_true (quill_token_find (f->tokenizer, "\xe2", 1, &e2));
  read_grammar (f, "root ::= [\\u00e0-\\u00ff] | \"\\u2026\"");
  g_assert_true (quill_grammar_allows (f->grammar, NULL, 0, c3));
  g_assert_false (quill_grammar_allows (f->grammar, NULL, 0, c4));
  g_assert_true (quill_grammar_allows (f->grammar, NULL, 0, e2));
  g_assert_true (quill_grammar_allows (f->grammar, (const uint32_t *)(gpointer)begun->data, 1, a4));
  g_assert_false (quill_grammar_allows (f->grammar, (const uint32_t *)(gpointer)begun->data, 1, c3));
  g_assert_false (quill_grammar_allows (f->grammar, (const uint32_t *)(gpointer)begun->data, 1, f->eot));
}

/* ---- recognition ---- */

/* The text that the bundled model hears, or the error. (transfer full) */
static char *
hear (const struct fixture *f, const struct quill_params *params) {
  struct quill_transcriber *transcriber = NULL;
  struct quill_result *result = NULL;
  struct quill_settings settings;
  struct quill_error err = { 0 };
  size_t n;
  g_autofree float *sound = bundled_sound ("002-flite-rms.flac", &n);
  GString *heard = g_string_new (NULL);

  quill_settings_init (&settings);
  settings.n_hypotheses = 3;
  quill_transcriber_open (&transcriber, f->model, &settings, &err);
  g_assert_cmpstr (err.message, ==, "");
  quill_transcribe (transcriber, sound, n, params, &result, &err);
  for (size_t i = 0; result != NULL && i < result->n_segments; i++)
    g_string_append (heard, result->segments[i].text);
  g_string_append (heard, err.message);
  quill_result_free (&result);
  quill_transcriber_close (&transcriber);
  return g_string_free (heard, FALSE);
}

static void
recognition_keeps_to_it (struct fixture *f, const void *unused) {
  struct quill_params params;

  read_grammar (f, "root ::= (\"one\" | \"two\" | \"seven\") (\" or \" (\"one\" | \"two\" | \"seven\"))?");
  for (unsigned i = 0; i < 4; i++) {
    quill_params_init (&params);
    params.grammar = f->grammar;
    params.beam_size = 1 + i % 2 * 2;
    params.timestamps = i / 2;
    params.grammar_penalty = i == 3 ? INFINITY : 100;
    g_autofree char *heard = hear (f, &params);
    g_test_message ("%s", heard);
    g_assert_true (quill_grammar_matches (f->grammar, heard));
  }
}

/* The weaker, the more what was said counts. */
static void
a_weak_penalty_is_overcome (struct fixture *f, const void *unused) {
  struct quill_params params;

  read_grammar (f, "root ::= \"one\"");
  for (unsigned n = 1; n <= 3; n += 2) {
    quill_params_init (&params);
    params.beam_size = n;
    g_autofree char *expected = hear (f, &params);
    params.grammar = f->grammar;
    params.grammar_penalty = 0;
    g_autofree char *without = hear (f, &params);
    params.grammar_penalty = 1e-4f;
    g_autofree char *weak = hear (f, &params);
    g_assert_false (quill_grammar_matches (f->grammar, expected));
    g_assert_cmpstr (without, ==, expected);
    g_assert_cmpstr (weak, ==, expected);
  }
}

static void
wrong_settings_are_refused (struct fixture *f, const void *unused) {
  struct quill_model *other = bundled_model ();
  struct quill_params params;

  quill_params_init (&params);
  params.grammar_penalty = -1;
  g_autofree char *negative = hear (f, &params);
  g_assert_cmpstr (negative, ==, "grammar penalty -1 is out of range: use 0 or more");
  params.grammar_penalty = NAN;
  g_autofree char *none = hear (f, &params);
  g_assert_nonnull (strstr (none, "is out of range: use 0 or more"));
  quill_params_init (&params);
  g_assert_cmpint (quill_grammar_open (&f->grammar, other, "root ::= \"a\"", NULL, NULL), ==, QUILL_OK);
  params.grammar = f->grammar;
  g_autofree char *said = hear (f, &params);
  g_assert_cmpstr (said, ==, "the grammar was made for another model");
  quill_grammar_close (&f->grammar);
  quill_model_close (&other);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
#define ADD(name, fn) g_test_add ("/grammar/" name, struct fixture, NULL, set_up, fn, tear_down)
  ADD ("has-its-texts", has_its_texts);
  ADD ("begins-with-the-rule-that-is-named", begins_with_the_rule_that_is_named);
  g_test_add_func ("/grammar/letters-have-another-case", letters_have_another_case);
  ADD ("says-where-mistakes-are", says_where_mistakes_are);
  ADD ("size-and-depth-are-bounded", size_and_depth_are_bounded);
  ADD ("many-ways-cost-no-more", many_ways_cost_no_more);
  ADD ("failing-allocations-are-reported", failing_allocations_are_reported);
  ADD ("allows-tokens-that-go-on", allows_tokens_that_go_on);
  ADD ("allows-the-end-and-marks-behind-a-text", allows_the_end_and_marks_behind_a_text);
  ADD ("lets-go-what-has-left", lets_go_what_has_left);
  ADD ("allows-pieces-of-characters", allows_pieces_of_characters);
  ADD ("recognition-keeps-to-it", recognition_keeps_to_it);
  ADD ("a-weak-penalty-is-overcome", a_weak_penalty_is_overcome);
  ADD ("wrong-settings-are-refused", wrong_settings_are_refused);
  return g_test_run ();
}
