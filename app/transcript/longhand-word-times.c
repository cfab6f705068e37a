#include "transcript/longhand-word-times.h"

#include <string.h>

#define MAX_PAIRS (1 << 22) /* of words that are compared with each other; beyond it none is the same */

/* A word of the text or of a segment, as it is compared. */
typedef struct {
  char *key;               /* owned; letters and digits, in one case */
  guint offset, length;    /* characters of the text; of a segment's word only length */
  gint64 start_ms, end_ms; /* of a segment's word */
} Word;

static void
word_clear (gpointer word) {
  g_free (((Word *)word)->key);
}

static GArray *
words_new (void) {
  GArray *words = g_array_new (FALSE, FALSE, sizeof (Word));

  g_array_set_clear_func (words, word_clear);
  return words;
}

#define WORD(words, i) (&g_array_index (words, Word, i))

static char *
make_key (const char *begin, const char *end) {
  g_autofree char *folded = g_utf8_casefold (begin, end - begin);
  GString *key = g_string_new (NULL);

  for (const char *p = folded; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_isalnum (g_utf8_get_char (p)))
      g_string_append_unichar (key, g_utf8_get_char (p));
  return g_string_free (key, FALSE);
}

static gboolean
is_space (const char *p) {
  return g_unichar_isspace (g_utf8_get_char (p));
}

/* Runs without white space, from character `offset` on. */
static void
split (const char *text, guint offset, GArray *words) {
  while (*text != '\0') {
    Word word = { .offset = offset };
    const char *end = text;

    while (*end != '\0' && !is_space (end))
      end = g_utf8_next_char (end);
    word.length = (guint)g_utf8_pointer_to_offset (text, end);
    if (word.length > 0) {
      word.key = make_key (text, end);
      g_array_append_val (words, word);
    } else {
      end = g_utf8_next_char (end);
      word.length = 1;
    }
    offset += word.length;
    text = end;
  }
}

/* ---- what was heard ---- */

/* Times between start_ms and end_ms for words [from, to), by their lengths. */
static void
share_time (GArray *words, guint from, guint to, gint64 start_ms, gint64 end_ms) {
  guint64 n_all = 0, n_before = 0;

  for (guint i = from; i < to; i++)
    n_all += WORD (words, i)->length;
  end_ms = MAX (start_ms, end_ms);
  for (guint i = from; i < to; i++) {
    Word *word = WORD (words, i);

    word->start_ms = start_ms + (gint64)((guint64)(end_ms - start_ms) * n_before / n_all);
    n_before += word->length;
    word->end_ms = start_ms + (gint64)((guint64)(end_ms - start_ms) * n_before / n_all);
  }
}

/* (transfer full); empty: nothing is known. */
static GArray *
words_of_segment (const LonghandSegment *segment) {
  GArray *words = words_new ();

  for (guint i = 0; segment->words != NULL && i < segment->words->len; i++) {
    const LonghandWord *heard = &g_array_index (segment->words, LonghandWord, i);
    const Word word = { .key = make_key (heard->text, heard->text + strlen (heard->text)),
                        .length = (guint)g_utf8_strlen (heard->text, -1),
                        .start_ms = heard->start_ms,
                        .end_ms = heard->end_ms };

    g_array_append_val (words, word);
  }
  if (words->len == 0 && segment->text != NULL) {
    split (segment->text, 0, words);
    share_time (words, 0, words->len, segment->start_ms, segment->end_ms);
  }
  return words;
}

/* ---- both ---- */

/* For each of now its place in heard, -1 for those that are not there: a longest common subsequence. */
static int *
match (const GArray *now, const GArray *heard) {
  const guint n = now->len, m = heard->len;
  int *places = g_new (int, n + 1);
  g_autofree guint *best = NULL; /* [n + 1, m + 1]; of what is from there on */
  guint i = 0, k = 0;

  for (guint w = 0; w < n; w++)
    places[w] = -1;
  if ((guint64)(n + 1) * (m + 1) > MAX_PAIRS)
    return places;
  best = g_new0 (guint, (gsize)(n + 1) * (m + 1));
#define BEST(a, b) best[(gsize)(a) * (m + 1) + (b)]
  for (guint a = n; a-- > 0;)
    for (guint b = m; b-- > 0;)
      BEST (a, b) = strcmp (WORD (now, a)->key, WORD (heard, b)->key) == 0
                        ? BEST (a + 1, b + 1) + 1
                        : MAX (BEST (a + 1, b), BEST (a, b + 1));
  while (i < n && k < m) {
    if (strcmp (WORD (now, i)->key, WORD (heard, k)->key) == 0)
      places[i++] = (int)k++;
    else if (BEST (i + 1, k) >= BEST (i, k + 1))
      i++;
    else
      k++;
  }
#undef BEST
  return places;
}

/* Words [from, to) stand where heard [first, end) were said. As many: each stands for one. */
static void
take_times (GArray *now, guint from, guint to, const GArray *heard, guint first, guint end, int *places,
            const LonghandSegment *segment) {
  const gint64 start_ms = first > 0 ? WORD (heard, first - 1)->end_ms : segment->start_ms;
  const gint64 end_ms = end < heard->len ? WORD (heard, end)->start_ms : segment->end_ms;

  if (to - from != end - first) {
    share_time (now, from, to, start_ms, end_ms);
    return;
  }
  for (guint i = 0; i < to - from; i++)
    places[from + i] = (int)(first + i);
}

static void
append_times (GArray *times, GArray *now, guint number, const LonghandSegment *segment) {
  g_autoptr (GArray) heard = words_of_segment (segment);
  g_autofree int *places = match (now, heard);
  guint from = 0, first = 0;

  for (guint i = 0; i <= now->len; i++) {
    if (i < now->len && places[i] < 0)
      continue;
    take_times (now, from, i, heard, first, i < now->len ? (guint)places[i] : heard->len, places, segment);
    from = i + 1;
    first = i < now->len ? (guint)places[i] + 1 : heard->len;
  }
  for (guint i = 0; i < now->len; i++) {
    const Word *word = places[i] >= 0 ? WORD (heard, (guint)places[i]) : WORD (now, i);
    const LonghandWordTime time = { .offset = WORD (now, i)->offset,
                                    .length = WORD (now, i)->length,
                                    .start_ms = word->start_ms,
                                    .end_ms = word->end_ms,
                                    .segment = number,
                                    .word = segment->words != NULL ? places[i] : -1 };

    g_array_append_val (times, time);
  }
}

static int
compare_offsets (gconstpointer a, gconstpointer b) {
  const LonghandWordTime *first = a, *second = b;

  return first->offset < second->offset ? -1 : first->offset > second->offset;
}

/* The segment that a word is of: the first that any of its characters is of; 0: none. */
static guint
find_id (const GArray *spans, const Word *word) {
  guint at = 0;

  for (guint i = 0; i < spans->len && at < word->offset + word->length; i++) {
    const LonghandSpan *span = &g_array_index (spans, LonghandSpan, i);

    at += span->length;
    if (at > word->offset && span->id > 0)
      return span->id;
  }
  return 0;
}

/* Words of the text by segments. (transfer full) (element-type GArray) */
static GPtrArray *
sort_words (const char *text, guint n_segments, const GArray *spans) {
  GPtrArray *sorted = g_ptr_array_new_with_free_func ((GDestroyNotify)g_array_unref);
  g_autoptr (GArray) words = words_new ();

  for (guint i = 0; i < n_segments; i++)
    g_ptr_array_add (sorted, words_new ());
  split (text, 0, words);
  for (guint i = 0; i < words->len; i++) {
    const guint id = find_id (spans, WORD (words, i));
    Word word = *WORD (words, i);

    if (id == 0 || id > n_segments)
      continue;
    word.key = g_strdup (word.key);
    g_array_append_val ((GArray *)sorted->pdata[id - 1], word);
  }
  return sorted;
}

GArray *
longhand_word_times_new (const char *text, const GPtrArray *segments, const GArray *spans) {
  g_autoptr (GPtrArray) sorted = sort_words (text, segments->len, spans);
  GArray *times = g_array_new (FALSE, FALSE, sizeof (LonghandWordTime));

  for (guint i = 0; i < segments->len; i++)
    append_times (times, sorted->pdata[i], i, segments->pdata[i]);
  g_array_sort (times, compare_offsets);
  return times;
}

const LonghandWordTime *
longhand_word_times_find (const GArray *times, guint offset) {
  for (guint i = 0; i < times->len; i++) {
    const LonghandWordTime *time = &g_array_index (times, LonghandWordTime, i);

    if (offset >= time->offset && offset <= time->offset + time->length)
      return time;
  }
  return NULL;
}

const LonghandWordTime *
longhand_word_times_find_at (const GArray *times, gint64 ms) {
  const LonghandWordTime *last = NULL;

  for (guint i = 0; i < times->len; i++) {
    const LonghandWordTime *time = &g_array_index (times, LonghandWordTime, i);

    if (time->start_ms <= ms && (last == NULL || time->start_ms >= last->start_ms))
      last = time;
  }
  return last;
}
