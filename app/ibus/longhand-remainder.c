#include "ibus/longhand-remainder.h"

typedef struct {
  GPtrArray *words; /* owned char *: folded, without marks */
  GArray *ends;     /* const char *: behind each word in the text */
} Words;

static void
words_clear (Words *words) {
  g_ptr_array_unref (words->words);
  g_array_unref (words->ends);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Words, words_clear)

/* (transfer full) */
static char *
fold (const char *word, const char *end) {
  g_autoptr (GString) letters = g_string_new ("");

  for (; word < end; word = g_utf8_next_char (word))
    if (!g_unichar_ispunct (g_utf8_get_char (word)))
      g_string_append_unichar (letters, g_utf8_get_char (word));
  return g_utf8_casefold (letters->str, (gssize)letters->len);
}

static const char *
skip (const char *text, gboolean spaces) {
  while (*text != '\0' && (g_unichar_isspace (g_utf8_get_char (text)) != 0) == (spaces != 0))
    text = g_utf8_next_char (text);
  return text;
}

static Words
split (const char *text) {
  Words words = { g_ptr_array_new_with_free_func (g_free), g_array_new (FALSE, FALSE, sizeof (char *)) };

  for (text = skip (text, TRUE); *text != '\0'; text = skip (text, TRUE)) {
    const char *end = skip (text, FALSE);

    g_ptr_array_add (words.words, fold (text, end));
    g_array_append_val (words.ends, end);
    text = end;
  }
  return words;
}

/* Of the prefixes of text, by number of words, the one nearest to all of written: Levenshtein's distance, one
 * row for each word of written; of equally near ones the one that is as long, or else longer. */
static guint
nearest_prefix (const Words *written, const Words *text) {
  const guint n = written->words->len, m = text->words->len;
  g_autofree guint *row = g_new (guint, m + 1);
  guint best = 0;

  for (guint j = 0; j <= m; j++)
    row[j] = j;
  for (guint i = 1; i <= n; i++) {
    guint corner = row[0];

    row[0] = i;
    for (guint j = 1; j <= m; j++) {
      const gboolean differs = !g_str_equal (written->words->pdata[i - 1], text->words->pdata[j - 1]);
      const guint changed = corner + (differs ? 1 : 0);

      corner = row[j];
      row[j] = MIN (changed, MIN (row[j], row[j - 1]) + 1);
    }
  }
  for (guint j = 1; j <= m; j++)
    if (row[j] < row[best] || (row[j] == row[best] && j <= n))
      best = j;
  return best;
}

const char *
longhand_remainder_find (const char *written, const char *text) {
  g_auto (Words) all = split (text);
  g_auto (Words) before = split (written);
  const guint n = nearest_prefix (&before, &all);

  return skip (n > 0 ? g_array_index (all.ends, const char *, n - 1) : text, TRUE);
}
