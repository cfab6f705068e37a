#include "transcript/longhand-words.h"

#define APOSTROPHE 0x27
#define TYPOGRAPHIC_APOSTROPHE 0x2019

static const char *const numbers[]
    = { "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine" };

static void
add_word (GPtrArray *words, const GString *word) {
  char *end;
  const guint64 number = g_ascii_strtoull (word->str, &end, 10);

  if (word->len == 0)
    return;
  if (*end == '\0' && number < G_N_ELEMENTS (numbers))
    g_ptr_array_add (words, g_strdup (numbers[number]));
  else
    g_ptr_array_add (words, g_strdup (word->str));
}

GPtrArray *
longhand_words_split (const char *text) {
  GPtrArray *words = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *folded = g_utf8_casefold (text, -1);
  g_autoptr (GString) word = g_string_new (NULL);

  for (const char *at = folded;; at = g_utf8_next_char (at)) {
    const gunichar c = g_utf8_get_char (at);

    if (g_unichar_isalnum (c) || g_unichar_ismark (c)) {
      g_string_append_unichar (word, c);
      continue;
    }
    if ((c == APOSTROPHE || c == TYPOGRAPHIC_APOSTROPHE) && word->len > 0
        && g_unichar_isalnum (g_utf8_get_char (g_utf8_next_char (at)))) {
      g_string_append_c (word, '\'');
      continue;
    }
    add_word (words, word);
    g_string_truncate (word, 0);
    if (c == '%')
      g_ptr_array_add (words, g_strdup ("percent"));
    if (c == 0)
      return words;
  }
}

guint
longhand_words_count_errors (const char *expected, const char *heard, guint *n_expected) {
  g_autoptr (GPtrArray) a = longhand_words_split (expected);
  g_autoptr (GPtrArray) b = longhand_words_split (heard);
  g_autofree guint *row = g_new (guint, b->len + 1);

  /* Levenshtein's distance, one row of its table at a time: row[j] is that of a[0..i) and b[0..j). */
  for (guint j = 0; j <= b->len; j++)
    row[j] = j;
  for (guint i = 0; i < a->len; i++) {
    guint diagonal = row[0];

    row[0] = i + 1;
    for (guint j = 0; j < b->len; j++) {
      const guint exchanged = diagonal + !g_str_equal (a->pdata[i], b->pdata[j]);

      diagonal = row[j + 1];
      row[j + 1] = MIN (exchanged, MIN (row[j], diagonal) + 1);
    }
  }
  if (n_expected != NULL)
    *n_expected = a->len;
  return row[b->len];
}
