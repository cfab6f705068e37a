#include "dictation/longhand-composition.h"

#include <string.h>

#define REPLACED_MARKS ".,;:!?…。、，．：；！？"
#define OPENING_MARKS "¿¡"
#define MARKS_OF_ANY_SCRIPT "“”‘’—―…·" /* as wide as what stands around them */
#define LOW_QUOTE 0x201e               /* opens in German, say */
#define HIGH_QUOTE 0x201c              /* opens in English, but closes where the low one opened */

/* 0: there is none. */
static gunichar
last_char (const char *text) {
  const gsize n = strlen (text);

  return n > 0 ? g_utf8_get_char (g_utf8_prev_char (text + n)) : 0;
}

static gboolean
is_closed_quote (const char *text) {
  const char *at = text + strlen (text);

  while ((at = g_utf8_find_prev_char (text, at)) != NULL) {
    const gunichar c = g_utf8_get_char (at);

    if (c == LOW_QUOTE)
      return TRUE;
    if (c == HIGH_QUOTE && at[strlen ("“")] != '\0')
      return FALSE;
  }
  return FALSE;
}

/* Chinese and Japanese are written without. */
static gboolean
has_spaces (gunichar c) {
  switch (g_unichar_get_script (c)) {
  case G_UNICODE_SCRIPT_HAN:
  case G_UNICODE_SCRIPT_HIRAGANA:
  case G_UNICODE_SCRIPT_KATAKANA:
    return FALSE;
  case G_UNICODE_SCRIPT_COMMON:
    return !g_unichar_iswide (c); /* their marks */
  default:
    return TRUE;
  }
}

static gboolean
ends_with_spaceless_script (const char *text) {
  const char *at = text + strlen (text);

  while ((at = g_utf8_find_prev_char (text, at)) != NULL)
    if (g_utf8_strchr (MARKS_OF_ANY_SCRIPT, -1, g_utf8_get_char (at)) == NULL)
      return !has_spaces (g_utf8_get_char (at));
  return FALSE;
}

gsize
longhand_composition_get_replaced (const char *text, LonghandCommand command) {
  const gunichar last = last_char (text);
  const char *end = text + strlen (text), *at = end, *before;

  if (command != LONGHAND_COMMAND_MARK || last == 0 || g_utf8_strchr (REPLACED_MARKS, -1, last) == NULL)
    return 0;
  at = g_utf8_prev_char (at);
  while ((before = g_utf8_find_prev_char (text, at)) != NULL && g_unichar_isspace (g_utf8_get_char (before)))
    at = before; /* French has one there */
  return (gsize)(end - at);
}

gboolean
longhand_composition_needs_space_behind (const char *text, LonghandCommand command, gunichar after) {
  return g_unichar_isalnum (after) && has_spaces (after) && !ends_with_spaceless_script (text)
         && command != LONGHAND_COMMAND_OPENING && command != LONGHAND_COMMAND_BREAK;
}

gboolean
longhand_composition_needs_space (const char *text, LonghandCommand command) {
  const gunichar last = last_char (text);
  const GUnicodeType type = g_unichar_type (last);

  if (command == LONGHAND_COMMAND_BREAK || command == LONGHAND_COMMAND_MARK
      || command == LONGHAND_COMMAND_CLOSING || last == 0 || g_unichar_isspace (last)
      || g_utf8_strchr (OPENING_MARKS, -1, last) != NULL || ends_with_spaceless_script (text))
    return FALSE;
  if (last == HIGH_QUOTE)
    return is_closed_quote (text);
  return type != G_UNICODE_OPEN_PUNCTUATION && type != G_UNICODE_INITIAL_PUNCTUATION;
}

void
longhand_composition_join (GString *text, const LonghandUtterance *utterance) {
  g_string_truncate (text, text->len - longhand_composition_get_replaced (text->str, utterance->command));
  if (longhand_composition_needs_space (text->str, utterance->command))
    g_string_append_c (text, ' ');
  g_string_append (text, utterance->text);
}

static guint
count_texts (const GPtrArray *changes) {
  guint n = 0;

  for (guint i = 0; i < changes->len; i++) {
    const LonghandUtterance *change = g_ptr_array_index (changes, i);

    if (change->command != LONGHAND_COMMAND_SCRATCH)
      n++;
    else
      n--;
  }
  return n;
}

/* changes: (element-type LonghandUtterance), those that can be taken back. */
static void
take (GPtrArray *changes, LonghandUtterance *utterance) {
  const LonghandCommand command = utterance->command;

  if (command == LONGHAND_COMMAND_UNDO && changes->len > 0)
    g_ptr_array_set_size (changes, (int)changes->len - 1);
  if (command != LONGHAND_COMMAND_UNDO && command != LONGHAND_COMMAND_STOP
      && (command != LONGHAND_COMMAND_SCRATCH || count_texts (changes) > 0))
    g_ptr_array_add (changes, utterance);
}

/* What there is of them goes behind texts, for good. */
static void
settle (GPtrArray *texts, GPtrArray *changes) {
  for (guint i = 0; i < changes->len; i++) {
    LonghandUtterance *change = g_ptr_array_index (changes, i);

    if (change->command != LONGHAND_COMMAND_SCRATCH)
      g_ptr_array_add (texts, longhand_utterance_ref (change));
    else
      g_ptr_array_set_size (texts, (int)texts->len - 1);
  }
  g_ptr_array_set_size (changes, 0);
}

GPtrArray *
longhand_composition_dup_texts (const GPtrArray *said) {
  GPtrArray *texts = g_ptr_array_new_with_free_func ((GDestroyNotify)longhand_utterance_unref);
  g_autoptr (GPtrArray) changes = g_ptr_array_new ();

  for (guint i = 0; i < said->len; i++) {
    LonghandUtterance *utterance = g_ptr_array_index (said, i);

    if (utterance != NULL)
      take (changes, utterance);
    else
      settle (texts, changes);
  }
  settle (texts, changes);
  return texts;
}
