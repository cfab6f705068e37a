#include "transcript/longhand-replacements.h"

#include "longhand-error.h"
#include "transcript/longhand-list-file.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define ARROW "=>"

typedef struct {
  char *heard, *written; /* owned; heard has one space for white space */
  gboolean any_case;
  glong n_chars; /* of heard */
  guint number;  /* in the file */
} Rule;

struct _LonghandReplacements {
  GArray *rules; /* Rule; those that go before others first */
};

static void
rule_clear (gpointer data) {
  Rule *rule = data;

  g_free (rule->heard);
  g_free (rule->written);
}

/* ---- rules ---- */

/* One space for white space, which is left out at both ends. (transfer full) */
static char *
tidy (const char *text) {
  g_autofree char *composed = g_utf8_normalize (text, -1, G_NORMALIZE_NFC);
  GString *tidied = g_string_new (NULL);

  for (const char *at = composed; *at != '\0'; at = g_utf8_next_char (at)) {
    const gunichar c = g_utf8_get_char (at);

    if (!g_unichar_isspace (c))
      g_string_append_unichar (tidied, c);
    else if (tidied->len > 0 && tidied->str[tidied->len - 1] != ' ')
      g_string_append_c (tidied, ' ');
  }
  if (tidied->len > 0 && tidied->str[tidied->len - 1] == ' ')
    g_string_truncate (tidied, tidied->len - 1);
  return g_string_free (tidied, FALSE);
}

static gboolean
has_capital (const char *text) {
  for (; *text != '\0'; text = g_utf8_next_char (text))
    if (g_unichar_tolower (g_utf8_get_char (text)) != g_utf8_get_char (text))
      return TRUE;
  return FALSE;
}

static gboolean
add_rule (const char *entry, gpointer user, GError **error) {
  LonghandReplacements *self = user;
  const char *arrow = strstr (entry, ARROW);
  Rule rule = { .number = self->rules->len };

  if (arrow != NULL) {
    g_autofree char *before = g_strndup (entry, (gsize)(arrow - entry));

    rule.heard = tidy (before);
    rule.written = tidy (arrow + strlen (ARROW));
  }
  if (arrow == NULL || *rule.heard == '\0' || *rule.written == '\0') {
    g_autofree char *shown = longhand_list_file_abridge (entry);

    rule_clear (&rule);
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                 _ ("“%s” is no replacement: write “heard => written”."), shown);
    return FALSE;
  }
  rule.any_case = !has_capital (rule.heard);
  rule.n_chars = g_utf8_strlen (rule.heard, -1);
  g_array_append_val (self->rules, rule);
  return TRUE;
}

static int
compare_rules (gconstpointer a, gconstpointer b) {
  const Rule *one = a, *other = b;

  if (one->n_chars != other->n_chars)
    return one->n_chars > other->n_chars ? -1 : 1;
  return one->number > other->number ? -1 : 1;
}

LonghandReplacements *
longhand_replacements_new (void) {
  LonghandReplacements *self = g_new (LonghandReplacements, 1);

  self->rules = g_array_new (FALSE, FALSE, sizeof (Rule));
  g_array_set_clear_func (self->rules, rule_clear);
  return self;
}

gboolean
longhand_replacements_add (LonghandReplacements *self, const char *rule, GError **error) {
  if (!add_rule (rule, self, error))
    return FALSE;
  g_array_sort (self->rules, compare_rules);
  return TRUE;
}

gboolean
longhand_replacements_equal (const LonghandReplacements *self, const LonghandReplacements *other) {
  const guint n = self != NULL ? self->rules->len : 0;

  if (n != (other != NULL ? other->rules->len : 0))
    return FALSE;
  for (guint i = 0; i < n; i++) {
    const Rule *one = &g_array_index (self->rules, Rule, i), *its = &g_array_index (other->rules, Rule, i);

    if (!g_str_equal (one->heard, its->heard) || !g_str_equal (one->written, its->written))
      return FALSE;
  }
  return TRUE;
}

LonghandReplacements *
longhand_replacements_load (const char *path, GError **error) {
  g_autoptr (LonghandReplacements) self = longhand_replacements_new ();

  if (!longhand_list_file_read (path, add_rule, self, error))
    return NULL;
  g_array_sort (self->rules, compare_rules);
  return g_steal_pointer (&self);
}

void
longhand_replacements_free (LonghandReplacements *self) {
  if (self == NULL)
    return;
  g_array_unref (self->rules);
  g_free (self);
}

/* ---- text ---- */

static gboolean
is_of_word (gunichar c) {
  return g_unichar_isalnum (c) || g_unichar_ismark (c);
}

/* Whether a word goes on at this place of the text. */
static gboolean
is_within_word (const char *text, const char *at) {
  return at > text && is_of_word (g_utf8_get_char (g_utf8_prev_char (at)))
         && is_of_word (g_utf8_get_char (at));
}

static const char *
skip_space (const char *at) {
  while (*at != '\0' && g_unichar_isspace (g_utf8_get_char (at)))
    at = g_utf8_next_char (at);
  return at;
}

/* The end of what the rule is about at this place; NULL when it is not. */
static const char *
match (const Rule *rule, const char *text, const char *at) {
  if (is_within_word (text, at))
    return NULL;
  for (const char *heard = rule->heard; *heard != '\0'; heard = g_utf8_next_char (heard)) {
    const gunichar expected = g_utf8_get_char (heard), c = g_utf8_get_char (at);

    if (expected == ' ' && c != 0 && g_unichar_isspace (c)) {
      at = skip_space (at);
      continue;
    }
    if (c == 0 || (rule->any_case ? g_unichar_tolower (c) : c) != expected)
      return NULL;
    at = g_utf8_next_char (at);
  }
  return is_within_word (text, at) ? NULL : at;
}

static const Rule *
find_rule (const LonghandReplacements *self, const char *text, const char *at, const char **end) {
  for (guint i = 0; i < self->rules->len; i++) {
    const Rule *rule = &g_array_index (self->rules, Rule, i);

    *end = match (rule, text, at);
    if (*end != NULL)
      return rule;
  }
  return NULL;
}

static void
write_out (GString *out, const Rule *rule, const char *heard) {
  const gunichar first = g_utf8_get_char (rule->written);

  g_string_append_unichar (out,
                           g_unichar_isupper (g_utf8_get_char (heard)) ? g_unichar_toupper (first) : first);
  g_string_append (out, g_utf8_next_char (rule->written));
}

/* A piece of a text, in bytes, that has been exchanged. */
typedef struct {
  gsize begin, end;         /* of the text before */
  gsize new_begin, new_end; /* of the text after */
} Exchange;

/* exchanges: may be NULL. */
static char *
apply (const LonghandReplacements *self, const char *text, GArray *exchanges) {
  GString *out = g_string_new (NULL);

  for (const char *at = text; *at != '\0';) {
    const char *end;
    const Rule *rule = find_rule (self, text, at, &end);
    Exchange exchange = { .begin = (gsize)(at - text), .new_begin = out->len };

    if (rule == NULL) {
      end = g_utf8_next_char (at);
      g_string_append_len (out, at, end - at);
    } else {
      write_out (out, rule, at);
      exchange.end = (gsize)(end - text);
      exchange.new_end = out->len;
      if (exchanges != NULL)
        g_array_append_val (exchanges, exchange);
    }
    at = end;
  }
  return g_string_free (out, FALSE);
}

char *
longhand_replacements_apply (const LonghandReplacements *self, const char *text) {
  return apply (self, text, NULL);
}

/* ---- words ---- */

/* Words first..first + n of a segment, and what becomes of their text. */
typedef struct {
  const LonghandWord *words;
  guint n;
  const char *text; /* [n_bytes] */
  gsize n_bytes;
} Group;

/* Parts of a text that begin with white space, as words do; at least one. (element-type utf8) */
static GPtrArray *
split_words (const char *text, gsize n_bytes) {
  GPtrArray *parts = g_ptr_array_new_with_free_func (g_free);
  const char *begin = text, *end = text + n_bytes, *at = text;

  while (at < end) {
    const char *word = skip_space (at);

    for (at = MIN (word, end); at < end && !g_unichar_isspace (g_utf8_get_char (at));)
      at = g_utf8_next_char (at);
    if (skip_space (at) >= end)
      at = end;
    g_ptr_array_add (parts, g_strndup (begin, (gsize)(at - begin)));
    begin = at;
  }
  return parts;
}

static double
mean_probability (const Group *group) {
  double sum = 0;

  for (guint i = 0; i < group->n; i++)
    sum += log (group->words[i].probability);
  return exp (sum / group->n);
}

static void
append_group (LonghandTranscript *to, const Group *group) {
  g_autoptr (GPtrArray) parts = split_words (group->text, group->n_bytes);
  const gint64 start_ms = group->words[0].start_ms, end_ms = group->words[group->n - 1].end_ms;
  const glong n_chars = g_utf8_strlen (group->text, (gssize)group->n_bytes);
  glong n_done = 0;

  for (guint i = 0; i < parts->len; i++) {
    const char *part = parts->pdata[i];
    const gint64 begin_ms = start_ms + (end_ms - start_ms) * n_done / n_chars;

    n_done += g_utf8_strlen (part, -1);
    if (parts->len == group->n && g_str_equal (part, group->words[i].text))
      longhand_transcript_copy_word (to, &group->words[i]);
    else if (parts->len == group->n)
      longhand_transcript_add_word (to, group->words[i].start_ms, group->words[i].end_ms, part,
                                    group->words[i].probability);
    else
      longhand_transcript_add_word (to, begin_ms, start_ms + (end_ms - start_ms) * n_done / n_chars, part,
                                    mean_probability (group));
  }
}

/* Words that share an exchange, or those that one of them shares another with, become others together; the
 * rest stays as it is. */
static void
append_words (LonghandTranscript *to, const GArray *words, const char *text, const GArray *exchanges) {
  gsize end = 0, new_begin = 0; /* bytes up to the group's end before, and to its beginning after */
  guint next = 0;

  for (guint first = 0, i = 0; i < words->len; i++) {
    const LonghandWord *word = &g_array_index (words, LonghandWord, i);
    const Exchange *exchange = NULL;
    gsize new_end;

    end += strlen (word->text);
    while (next < exchanges->len && g_array_index (exchanges, Exchange, next).end <= end)
      next++;
    exchange = next < exchanges->len ? &g_array_index (exchanges, Exchange, next) : NULL;
    if (exchange != NULL && exchange->begin < end)
      continue;
    new_end = end;
    if (next > 0) {
      const Exchange *last = &g_array_index (exchanges, Exchange, next - 1);

      new_end = last->new_end + end - last->end;
    }
    append_group (to, &(Group){ .words = &g_array_index (words, LonghandWord, first),
                                .n = i + 1 - first,
                                .text = text + new_begin,
                                .n_bytes = new_end - new_begin });
    first = i + 1;
    new_begin = new_end;
  }
}

/* (transfer full) */
static char *
join (const GArray *words) {
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < words->len; i++)
    g_string_append (text, g_array_index (words, LonghandWord, i).text);
  return g_string_free (text, FALSE);
}

static void
append_segment (const LonghandReplacements *self, LonghandTranscript *to, const LonghandSegment *segment) {
  g_autoptr (GArray) exchanges = g_array_new (FALSE, FALSE, sizeof (Exchange));
  g_autofree char *before = segment->words != NULL ? join (segment->words) : g_strdup (segment->text);
  g_autofree char *after = apply (self, before, exchanges);

  if (longhand_transcript_append (to, segment->start_ms, segment->end_ms, after, &segment->scores)
      && segment->words != NULL)
    append_words (to, segment->words, after, exchanges);
}

LonghandTranscript *
longhand_replacements_apply_to (const LonghandReplacements *self, LonghandTranscript *transcript) {
  LonghandTranscript *to = longhand_transcript_new_like (transcript);

  for (guint i = 0; i < longhand_transcript_get_n_segments (transcript); i++)
    append_segment (self, to, longhand_transcript_get_segment (transcript, i));
  return to;
}
