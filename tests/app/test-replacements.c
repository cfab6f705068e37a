/* Lists that people write: terms, and words that are written otherwise. */
#include "longhand-error.h"
#include "transcript/longhand-replacements.h"
#include "transcript/longhand-terms.h"

#include <glib/gstdio.h>
#include <quill.h>
#include <string.h>

typedef struct {
  char *path; /* of a list */
} Fixture;

static void
set_up (Fixture *f, gconstpointer unused) {
  const int fd = g_file_open_tmp ("longhand-list-XXXXXX", &f->path, NULL);

  g_assert_cmpint (fd, >=, 0);
  g_close (fd, NULL);
}

static void
tear_down (Fixture *f, gconstpointer unused) {
  g_unlink (f->path);
  g_free (f->path);
}

static void
write_list (const Fixture *f, const char *text, gssize n) {
  g_assert_true (g_file_set_contents (f->path, text, n, NULL));
}

/* ---- text ---- */

static LonghandReplacements *
rules (const Fixture *f, const char *text) {
  LonghandReplacements *replacements;
  g_autoptr (GError) error = NULL;

  write_list (f, text, -1);
  replacements = longhand_replacements_load (f->path, &error);
  g_assert_no_error (error);
  return replacements;
}

static void
words_are_exchanged_by_the_rules (Fixture *f, gconstpointer unused) {
  static const struct {
    const char *text, *expected;
  } rows[] = {
    { "", "" },
    { "nothing of that", "nothing of that" },
    { "I write long hand.", "I write Longhand." },
    { "Long  Hand, LONG HAND", "Longhand, Longhand" },
    { "long handed along hand", "long handed along hand" },
    { "headlong hand", "headlong hand" },
    { "gonna, Gonna", "going to, Going to" },
    { "US us Us", "U.S. us Us" },                   /* a rule with a capital is exact */
    { "new york city, new york", "NYC, New York" }, /* the longest */
    { "alpha beta", "beta beta" },                  /* what is written is not looked at again */
    { "gamma", "second" },                          /* the last of equals */
    { "\u00dcBER ueber cafe\u0301", "Over ueber cafe\u0301" },
    { "c plus plus's", "C++'s" },
    { "a (long hand)", "a (Longhand)" },
  };
  g_autoptr (LonghandReplacements) replacements
      = rules (f, "\xef\xbb\xbf# what is heard => what is written\n\n"
                  "long hand => Longhand\r\n  gonna=>going   to  \nUS => U.S.\nnew york => New York\n"
                  "new york city => NYC\nalpha => beta\nbeta => beta\ngamma => first\ngamma => second\n"
                  "\u00fcber => over\nc plus plus => C++\ncafe => bar");

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *text = longhand_replacements_apply (replacements, rows[i].text);

    g_assert_cmpstr (text, ==, rows[i].expected);
  }
}

/* ---- transcripts ---- */

/* Text, times, probability and alternatives of each word. (transfer full) */
static char *
describe_words (const LonghandSegment *segment) {
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < segment->words->len; i++) {
    const LonghandWord *word = &g_array_index (segment->words, LonghandWord, i);

    g_string_append_printf (text, "[%s]%d-%d:%.2f", word->text, (int)word->start_ms, (int)word->end_ms,
                            word->probability);
    for (guint k = 0; word->alternatives != NULL && k < word->alternatives->len; k++)
      g_string_append_printf (text, "{%s}", g_array_index (word->alternatives, LonghandAlternative, k).text);
  }
  return g_string_free (text, FALSE);
}

static void
words_keep_what_is_known_of_them (Fixture *f, gconstpointer unused) {
  g_autoptr (LonghandReplacements) replacements
      = rules (f, "long hand => Longhand\ngonna => going to\nold => new\nx y => z\ny => q");
  static const struct {
    const char *words[5];
    const char *text, *described;
  } rows[] = {
    { { " We", " gonna", " go." },
      "We going to go.",
      "[ We]0-100:0.50{0}[ going]100-166:0.25[ to]166-200:0.25[ go.]200-300:0.50{2}" },
    { { " Use", " long", " hand,", " now" },
      "Use Longhand, now",
      "[ Use]0-100:0.50{0}[ Longhand,]100-300:0.35[ now]300-400:0.25{3}" },
    { { " old", " old-", "old" }, "new new-new", "[ new]0-100:0.50[ new-]100-200:0.25[new]200-300:0.50" },
    { { " x", " y-x", " y", " y" }, "z-z q", "[ z-z]0-300:0.40[ q]300-400:0.25" },
    { { " same" }, "same", "[ same]0-100:0.50{0}" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (LonghandTranscript) before = longhand_transcript_new ();
    g_autoptr (LonghandTranscript) after = NULL;
    g_autofree char *text = g_strjoinv ("", (char **)rows[i].words);
    g_autofree char *described = NULL;
    const LonghandSegment *segment;

    longhand_transcript_set_title (before, "title");
    longhand_transcript_set_model (before, "model");
    longhand_transcript_set_language (before, "en");
    longhand_transcript_set_language_probability (before, 0.75);
    longhand_transcript_append (before, 10, 900, text,
                                &(LonghandScores){ .avg_logprob = -0.5, .no_speech_prob = 0.25 });
    for (guint k = 0; rows[i].words[k] != NULL; k++) {
      const char alternative[] = { (char)('0' + k), '\0' };

      longhand_transcript_add_word (before, 100 * k, 100 * k + 100, rows[i].words[k], k % 2 ? 0.25 : 0.5);
      longhand_transcript_add_alternative (before, alternative, 0.125);
    }
    after = longhand_replacements_apply_to (replacements, before);
    g_assert_cmpstr (longhand_transcript_get_title (after), ==, "title");
    g_assert_cmpstr (longhand_transcript_get_model (after), ==, "model");
    g_assert_cmpstr (longhand_transcript_get_language (after), ==, "en");
    g_assert_cmpfloat (longhand_transcript_get_language_probability (after), ==, 0.75);
    g_assert_cmpuint (longhand_transcript_get_n_segments (after), ==, 1);
    segment = longhand_transcript_get_segment (after, 0);
    described = describe_words (segment);
    g_assert_cmpstr (segment->text, ==, rows[i].text);
    g_assert_cmpstr (described, ==, rows[i].described);
    g_assert_cmpint (segment->start_ms, ==, 10);
    g_assert_cmpint (segment->end_ms, ==, 900);
    g_assert_cmpfloat (segment->scores.avg_logprob, ==, -0.5);
    g_assert_cmpfloat (segment->scores.no_speech_prob, ==, 0.25);
  }
}

static void
segments_without_words_are_rewritten (Fixture *f, gconstpointer unused) {
  g_autoptr (LonghandReplacements) replacements = rules (f, "long hand => Longhand");
  g_autoptr (LonghandTranscript) before = longhand_transcript_new ();
  g_autoptr (LonghandTranscript) after = NULL;

  longhand_transcript_append (before, 0, 100, "a long", NULL);
  longhand_transcript_append (before, 100, 200, "hand of long hand", NULL);
  after = longhand_replacements_apply_to (replacements, before);
  g_assert_cmpstr (longhand_transcript_get_segment (after, 0)->text, ==, "a long");
  g_assert_cmpstr (longhand_transcript_get_segment (after, 1)->text, ==, "hand of Longhand");
  g_assert_null (longhand_transcript_get_segment (after, 1)->words);
}

/* ---- lists ---- */

static void
terms_are_lines_or_parts (Fixture *f, gconstpointer unused) {
  g_autoptr (GPtrArray) terms = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  static const char *const expected[] = { "Kowalski", "New York, NY", "M\u00fcller", "Ann Arbor" };

  write_list (f, "\xef\xbb\xbfKowalski\r\n\n # not this\n  New York, NY \n", -1);
  g_assert_true (longhand_terms_add_file (terms, f->path, &error));
  g_assert_true (longhand_terms_add_text (terms, " M\u00fcller,, Ann Arbor ,", &error));
  g_assert_cmpuint (terms->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < terms->len; i++)
    g_assert_cmpstr (terms->pdata[i], ==, expected[i]);
}

/* The error names both parts. */
static void
assert_invalid (const GError *error, const char *part, const char *other_part) {
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, part));
  g_assert_nonnull (strstr (error->message, other_part));
}

static void
wrong_terms_are_named (Fixture *f, gconstpointer unused) {
  g_autoptr (GPtrArray) terms = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *letters = g_strnfill (QUILL_MAX_TERM_BYTES, 'a');
  g_autofree char *too_long = g_strconcat ("\u00e4", letters, NULL);
  g_autofree char *line = g_strconcat ("a\n#\n", too_long, NULL);
  g_autoptr (GString) many = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  write_list (f, line, -1);
  g_assert_false (longhand_terms_add_file (terms, f->path, &error));
  assert_invalid (error, "line 3", "too long");
  g_clear_error (&error);
  g_assert_false (longhand_terms_add_text (terms, too_long, &error));
  assert_invalid (error, "“\u00e4aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…”", "at most 100 bytes");
  g_clear_error (&error);
  for (int i = 0; i < QUILL_MAX_TERMS; i++)
    g_string_append (many, "b\n");
  write_list (f, many->str, -1);
  g_assert_false (longhand_terms_add_file (terms, f->path, &error)); /* there is one already */
  assert_invalid (error, "line 1000", "at most 1000");
}

static void
wrong_lists_are_named (Fixture *f, gconstpointer unused) {
  static const char *const lines[] = { "no arrow", "=> nothing heard", "nothing written => ", "a = > b" };
  g_autofree char *large = g_strnfill (1024 * 1024 + 1, '\n');
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++) {
    g_autofree char *text = g_strconcat ("a => b\n\n", lines[i], "\n", NULL);

    write_list (f, text, -1);
    g_assert_null (longhand_replacements_load (f->path, &error));
    assert_invalid (error, "line 3", "heard => written");
    g_clear_error (&error);
  }
  write_list (f, "a => \xc3\n", -1);
  g_assert_null (longhand_replacements_load (f->path, &error));
  assert_invalid (error, f->path, "not text in UTF-8");
  g_clear_error (&error);
  write_list (f, "a => b\0c", 8);
  g_assert_null (longhand_replacements_load (f->path, &error));
  assert_invalid (error, f->path, "not text in UTF-8");
  g_clear_error (&error);
  write_list (f, large, -1);
  g_assert_null (longhand_replacements_load (f->path, &error));
  assert_invalid (error, f->path, "more than a megabyte");
  g_clear_error (&error);
  g_assert_null (longhand_replacements_load (g_get_tmp_dir (), &error));
  assert_invalid (error, g_get_tmp_dir (), "is a folder: give a text file in it");
  g_clear_error (&error);
  g_unlink (f->path);
  g_assert_null (longhand_replacements_load (f->path, &error));
  assert_invalid (error, f->path, "check the path");
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
#define ADD(name, fn) g_test_add ("/replacements/" name, Fixture, NULL, set_up, fn, tear_down)
  ADD ("words-are-exchanged-by-the-rules", words_are_exchanged_by_the_rules);
  ADD ("words-keep-what-is-known-of-them", words_keep_what_is_known_of_them);
  ADD ("segments-without-words-are-rewritten", segments_without_words_are_rewritten);
  ADD ("terms-are-lines-or-parts", terms_are_lines_or_parts);
  ADD ("wrong-terms-are-named", wrong_terms_are_named);
  ADD ("wrong-lists-are-named", wrong_lists_are_named);
  return g_test_run ();
}
