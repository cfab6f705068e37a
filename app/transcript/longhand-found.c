#include "transcript/longhand-found.h"

#include <string.h>

#define MAX_DECOMPOSED 18 /* characters, says Unicode */

typedef struct {
  guint offset, length; /* in the text; characters */
  gsize from, to;       /* of its folded letters */
} Token;

typedef struct {
  GString *folded; /* owned; letters of all tokens, without case and accents */
  GArray *tokens;  /* owned; Token */
} Tokens;

/* ---- tokens ---- */

/* Without its accents, unless it is made up of more than them. */
static gunichar
fold (gunichar letter) {
  gunichar parts[MAX_DECOMPOSED];
  const gsize n = g_unichar_fully_decompose (letter, FALSE, parts, G_N_ELEMENTS (parts));

  for (gsize i = 1; i < n; i++)
    if (!g_unichar_ismark (parts[i]))
      return g_unichar_tolower (letter);
  return g_unichar_tolower (parts[0]);
}

static void
tokens_init (Tokens *self, const char *text, gsize n_bytes) {
  gboolean is_inside = FALSE;
  guint offset = 0;

  self->folded = g_string_new (NULL);
  self->tokens = g_array_new (FALSE, FALSE, sizeof (Token));
  for (const char *p = text; p < text + n_bytes; p = g_utf8_next_char (p), offset++) {
    const gunichar letter = g_utf8_get_char (p);
    const gboolean is_mark = g_unichar_ismark (letter);
    Token *token;

    is_inside = g_unichar_isalnum (letter) || (is_inside && is_mark);
    if (!is_inside)
      continue;
    token = self->tokens->len > 0 ? &g_array_index (self->tokens, Token, self->tokens->len - 1) : NULL;
    if (token == NULL || token->offset + token->length < offset) {
      const Token next = { .offset = offset, .from = self->folded->len, .to = self->folded->len };

      g_array_append_val (self->tokens, next);
      token = &g_array_index (self->tokens, Token, self->tokens->len - 1);
    }
    token->length++;
    if (!is_mark)
      g_string_append_unichar (self->folded, fold (letter));
    token->to = self->folded->len;
  }
}

static void
tokens_clear (Tokens *self) {
  g_string_free (self->folded, TRUE);
  g_array_unref (self->tokens);
}

static const Token *
token_at (const Tokens *self, guint i) {
  return &g_array_index (self->tokens, Token, i);
}

/* ---- phrases ---- */

/* Whether text has the tokens of phrase from i on, the last of them as the beginning of one. */
static gboolean
matches (const Tokens *text, guint i, const Tokens *phrase) {
  const guint n = phrase->tokens->len;

  if (n == 0 || n > text->tokens->len - i)
    return FALSE;
  for (guint k = 0; k < n; k++) {
    const Token *has = token_at (text, i + k), *wants = token_at (phrase, k);
    const gsize length = wants->to - wants->from;

    if (has->to - has->from < length || (k + 1 < n && has->to - has->from > length)
        || memcmp (text->folded->str + has->from, phrase->folded->str + wants->from, length) != 0)
      return FALSE;
  }
  return TRUE;
}

/* How many tokens of text belong to the longest of the phrases that begins at i; 0: none does. */
static guint
count_found (const Tokens *text, guint i, const GArray *phrases) {
  guint n = 0;

  for (guint k = 0; k < phrases->len; k++) {
    const Tokens *phrase = &g_array_index (phrases, Tokens, k);

    if (matches (text, i, phrase))
      n = MAX (n, phrase->tokens->len);
  }
  return n;
}

/* One of every word: “don't” is two tokens. */
static GArray *
make_phrases (const char *words) {
  g_auto (GStrv) parts = g_strsplit_set (words, " \t\r\n\"", -1);
  GArray *phrases = g_array_new (FALSE, FALSE, sizeof (Tokens));

  g_array_set_clear_func (phrases, (GDestroyNotify)tokens_clear);
  for (guint i = 0; parts[i] != NULL; i++) {
    Tokens phrase;

    tokens_init (&phrase, parts[i], strlen (parts[i]));
    g_array_append_val (phrases, phrase);
  }
  return phrases;
}

GArray *
longhand_found_new (const char *text, const char *words) {
  g_autoptr (GArray) phrases = make_phrases (words);
  GArray *found = g_array_new (FALSE, FALSE, sizeof (LonghandFound));
  Tokens tokens;

  tokens_init (&tokens, text, strlen (text));
  for (guint i = 0; i < tokens.tokens->len;) {
    const guint n = count_found (&tokens, i, phrases);

    if (n > 0) {
      const Token *first = token_at (&tokens, i), *last = token_at (&tokens, i + n - 1);
      const LonghandFound place = { first->offset, last->offset + last->length - first->offset };

      g_array_append_val (found, place);
    }
    i += MAX (n, 1);
  }
  tokens_clear (&tokens);
  return found;
}
