#include "transcript/longhand-rewriting.h"

#include "audio/longhand-sound-files.h"
#include "dictation/longhand-composition.h"

#include <string.h>

#define MAX_PAIRS ((guint64)1 << 22) /* of words that are compared; beyond it all of them differ */

static void
rewrite_clear (gpointer data) {
  LonghandRewrite *rewrite = data;

  g_free (rewrite->text);
  g_ptr_array_unref (rewrite->segments);
  g_array_unref (rewrite->lengths);
}

#define REWRITE(rewrites, i) (&g_array_index (rewrites, LonghandRewrite, i))

/* ---- which parts ---- */

/* When a part was said. */
typedef struct {
  gint64 start_ms, end_ms;
} Time;

static gboolean
has_sound (const GPtrArray *parts, const Time *time) {
  const gint64 middle_ms = (time->start_ms + time->end_ms) / 2;

  for (guint i = 0; i < parts->len; i++) {
    const LonghandSoundPart *part = parts->pdata[i];

    if (part->start_ms <= middle_ms && middle_ms < part->end_ms)
      return TRUE;
  }
  return FALSE;
}

/* NULL: nobody knows how it was heard, as of what a command wrote. */
static const LonghandSegment *
get_heard (const GPtrArray *segments, const LonghandSpan *span) {
  const LonghandSegment *segment
      = span->id > 0 && span->id <= segments->len ? segments->pdata[span->id - 1] : NULL;

  return segment != NULL && segment->text != NULL ? segment : NULL;
}

static gboolean
is_blank_at (const char *text, guint offset) {
  return g_unichar_isspace (g_utf8_get_char (g_utf8_offset_to_pointer (text, (long)offset)));
}

static void
trim (const char *text, LonghandRewrite *rewrite) {
  while (rewrite->length > 0 && is_blank_at (text, rewrite->offset)) {
    rewrite->offset++;
    rewrite->length--;
  }
  while (rewrite->length > 0 && is_blank_at (text, rewrite->offset + rewrite->length - 1))
    rewrite->length--;
}

/* Runs of spans that were heard, with sound, and with words; times gets theirs. */
static GArray *
find_parts (const char *text, const GPtrArray *segments, const GArray *spans, const GPtrArray *parts,
            GArray *times) {
  GArray *rewrites = g_array_new (FALSE, FALSE, sizeof (LonghandRewrite));
  guint at = 0;

  g_array_set_clear_func (rewrites, rewrite_clear);
  for (guint i = 0; i < spans->len;) {
    LonghandRewrite rewrite = { .offset = at };
    Time time = { G_MAXINT64, G_MININT64 };
    const LonghandSegment *heard;

    for (; i < spans->len; i++) {
      const LonghandSpan *span = &g_array_index (spans, LonghandSpan, i);

      heard = get_heard (segments, span);
      if (heard == NULL || !has_sound (parts, &(Time){ heard->start_ms, heard->end_ms }))
        break;
      time.start_ms = MIN (time.start_ms, heard->start_ms);
      time.end_ms = MAX (time.end_ms, heard->end_ms);
      rewrite.length += span->length;
    }
    at += rewrite.length;
    if (i < spans->len)
      at += g_array_index (spans, LonghandSpan, i++).length;
    trim (text, &rewrite);
    if (rewrite.length == 0)
      continue;
    rewrite.segments = g_ptr_array_new_with_free_func (longhand_segment_free);
    rewrite.lengths = g_array_new (FALSE, FALSE, sizeof (guint));
    g_array_append_val (rewrites, rewrite);
    g_array_append_val (times, time);
  }
  return rewrites;
}

/* ---- what is put there ---- */

static gint64
get_distance_ms (const Time *time, gint64 ms) {
  return ms < time->start_ms ? time->start_ms - ms : MAX (ms - time->end_ms, 0);
}

static guint
find_nearest (const GArray *times, gint64 ms) {
  guint nearest = 0;

  for (guint i = 1; i < times->len; i++)
    if (get_distance_ms (&g_array_index (times, Time, i), ms)
        < get_distance_ms (&g_array_index (times, Time, nearest), ms))
      nearest = i;
  return nearest;
}

/* Whether what was said then is a command, whose text stays. */
static gboolean
is_of_command (const GPtrArray *segments, gint64 ms) {
  for (guint i = 0; i < segments->len; i++) {
    const LonghandSegment *segment = segments->pdata[i];

    if (segment->text == NULL && segment->start_ms <= ms && ms < segment->end_ms)
      return TRUE;
  }
  return FALSE;
}

/* Words [from, to) of a segment as a segment of their own. */
static LonghandSegment *
cut (const LonghandSegment *segment, guint from, guint to) {
  LonghandSegment *piece = longhand_segment_copy (segment);
  g_autoptr (GString) text = g_string_new (NULL);

  g_array_remove_range (piece->words, to, piece->words->len - to);
  g_array_remove_range (piece->words, 0, from);
  for (guint i = 0; i < piece->words->len; i++)
    g_string_append (text, g_array_index (piece->words, LonghandWord, i).text);
  piece->start_ms = g_array_index (piece->words, LonghandWord, 0).start_ms;
  piece->end_ms = g_array_index (piece->words, LonghandWord, piece->words->len - 1).end_ms;
  g_free (piece->text);
  piece->text = g_strstrip (g_strdup (text->str));
  return piece;
}

static gint64
get_middle_ms (const LonghandSegment *segment, guint word) {
  const LonghandWord *said;

  if (segment->words == NULL)
    return (segment->start_ms + segment->end_ms) / 2;
  said = &g_array_index (segment->words, LonghandWord, word);
  return (said->start_ms + said->end_ms) / 2;
}

static void
distribute (GArray *rewrites, const GArray *times, const GPtrArray *segments, const LonghandSegment *heard) {
  const guint n = heard->words != NULL ? heard->words->len : 1;

  for (guint from = 0, to; from < n; from = to) {
    const gboolean is_command = is_of_command (segments, get_middle_ms (heard, from));
    const guint part = find_nearest (times, get_middle_ms (heard, from));

    for (to = from + 1; to < n; to++)
      if (is_of_command (segments, get_middle_ms (heard, to)) != is_command
          || find_nearest (times, get_middle_ms (heard, to)) != part)
        break;
    if (!is_command)
      g_ptr_array_add (REWRITE (rewrites, part)->segments,
                       heard->words != NULL ? cut (heard, from, to) : longhand_segment_copy (heard));
  }
}

/* A space between two segments belongs to the first one. */
static void
write_text (LonghandRewrite *rewrite) {
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < rewrite->segments->len; i++) {
    const LonghandSegment *segment = rewrite->segments->pdata[i];
    guint length = (guint)g_utf8_strlen (segment->text, -1);

    g_string_append (text, segment->text);
    if (i + 1 < rewrite->segments->len
        && longhand_composition_needs_space (text->str, LONGHAND_COMMAND_NONE)) {
      g_string_append_c (text, ' ');
      length++;
    }
    g_array_append_val (rewrite->lengths, length);
  }
  rewrite->text = g_string_free (text, FALSE);
}

GArray *
longhand_rewriting_new (const char *text, const GPtrArray *segments, const GArray *spans,
                        const GPtrArray *parts, LonghandTranscript *heard) {
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (Time));
  GArray *rewrites = find_parts (text, segments, spans, parts, times);

  for (guint i = 0; times->len > 0 && i < longhand_transcript_get_n_segments (heard); i++)
    distribute (rewrites, times, segments, longhand_transcript_get_segment (heard, i));
  for (guint i = 0; i < rewrites->len; i++)
    write_text (REWRITE (rewrites, i));
  return rewrites;
}

/* ---- how they differ ---- */

static void
diff_part_clear (gpointer part) {
  g_free (((LonghandDiffPart *)part)->text);
}

/* Joins the last part when it is of the same kind. */
static void
add_part (GArray *diff, LonghandDiffKind kind, const char *text, gsize n_bytes) {
  LonghandDiffPart part = { kind, NULL };
  LonghandDiffPart *last = diff->len > 0 ? &g_array_index (diff, LonghandDiffPart, diff->len - 1) : NULL;
  g_autofree char *copy = g_strndup (text, n_bytes);
  char *joined;

  if (n_bytes == 0)
    return;
  if (last != NULL && last->kind == kind) {
    joined = g_strconcat (last->text, copy, NULL);
    g_free (last->text);
    last->text = joined;
    return;
  }
  part.text = g_steal_pointer (&copy);
  g_array_append_val (diff, part);
}

/* Words with the white space behind them. (transfer full) */
static GPtrArray *
split_words (const char *text) {
  GPtrArray *words = g_ptr_array_new_with_free_func (g_free);

  while (*text != '\0') {
    const char *end = text;

    while (*end != '\0' && !g_unichar_isspace (g_utf8_get_char (end)))
      end = g_utf8_next_char (end);
    while (*end != '\0' && g_unichar_isspace (g_utf8_get_char (end)))
      end = g_utf8_next_char (end);
    g_ptr_array_add (words, g_strndup (text, (gsize)(end - text)));
    text = end;
  }
  return words;
}

static gboolean
same_word (const GPtrArray *a, guint i, const GPtrArray *b, guint k) {
  const char *first = a->pdata[i], *second = b->pdata[k];
  const gsize n = strcspn (first, " \t\n");

  return n == strcspn (second, " \t\n") && strncmp (first, second, n) == 0;
}

static void
add_word (GArray *diff, LonghandDiffKind kind, const char *word) {
  add_part (diff, kind, word, strlen (word));
}

static void
diff_words (GArray *diff, const char *before, const char *after) {
  g_autoptr (GPtrArray) a = split_words (before);
  g_autoptr (GPtrArray) b = split_words (after);
  const guint n = a->len, m = b->len;
  const gboolean is_small = (guint64)(n + 1) * (m + 1) <= MAX_PAIRS;
  g_autofree guint *best = is_small ? g_new0 (guint, (gsize)(n + 1) * (m + 1)) : NULL;
  guint i = 0, k = 0;

#define BEST(x, y) best[(gsize)(x) * (m + 1) + (y)]
  for (guint x = is_small ? n : 0; x-- > 0;)
    for (guint y = m; y-- > 0;)
      BEST (x, y) = same_word (a, x, b, y) ? BEST (x + 1, y + 1) + 1 : MAX (BEST (x + 1, y), BEST (x, y + 1));
  while (i < n || k < m) {
    if (is_small && i < n && k < m && same_word (a, i, b, k)) {
      add_word (diff, LONGHAND_DIFF_SAME, b->pdata[k++]);
      i++;
    } else if (i < n && (k == m || !is_small || BEST (i + 1, k) >= BEST (i, k + 1))) {
      add_word (diff, LONGHAND_DIFF_REMOVED, a->pdata[i++]);
    } else {
      add_word (diff, LONGHAND_DIFF_ADDED, b->pdata[k++]);
    }
  }
#undef BEST
}

GArray *
longhand_rewriting_diff (const char *text, const GArray *rewrites) {
  GArray *diff = g_array_new (FALSE, FALSE, sizeof (LonghandDiffPart));
  const char *at = text;

  g_array_set_clear_func (diff, diff_part_clear);
  for (guint i = 0; i < rewrites->len; i++) {
    const LonghandRewrite *rewrite = REWRITE (rewrites, i);
    const char *begin = g_utf8_offset_to_pointer (text, (long)rewrite->offset);
    const char *end = g_utf8_offset_to_pointer (begin, (long)rewrite->length);
    g_autofree char *before = g_strndup (begin, (gsize)(end - begin));

    add_part (diff, LONGHAND_DIFF_SAME, at, (gsize)(begin - at));
    diff_words (diff, before, rewrite->text);
    at = end;
  }
  add_part (diff, LONGHAND_DIFF_SAME, at, strlen (at));
  return diff;
}

gboolean
longhand_rewriting_changes_anything (const GArray *diff) {
  for (guint i = 0; i < diff->len; i++)
    if (g_array_index (diff, LonghandDiffPart, i).kind != LONGHAND_DIFF_SAME)
      return TRUE;
  return FALSE;
}
