#include "transcript/longhand-spans.h"

GArray *
longhand_spans_new (void) {
  return g_array_new (FALSE, FALSE, sizeof (LonghandSpan));
}

/* Index of the run that begins at offset, after cutting the run that holds it in two. */
static guint
split_at (GArray *spans, guint offset) {
  guint i;

  for (i = 0; i < spans->len && offset > 0; i++) {
    LonghandSpan *span = &g_array_index (spans, LonghandSpan, i);

    if (offset < span->length) {
      LonghandSpan rest = { span->length - offset, span->id };

      span->length = offset;
      g_array_insert_val (spans, i + 1, rest);
      return i + 1;
    }
    offset -= span->length;
  }
  g_assert (offset == 0);
  return i;
}

/* Joins the run at i with the one before when both are of the same segment. */
static void
join_at (GArray *spans, guint i) {
  LonghandSpan *before, *span;

  if (i == 0 || i >= spans->len)
    return;
  before = &g_array_index (spans, LonghandSpan, i - 1);
  span = &g_array_index (spans, LonghandSpan, i);
  if (before->id != span->id)
    return;
  before->length += span->length;
  g_array_remove_index (spans, i);
}

void
longhand_spans_insert_all (GArray *spans, guint offset, const GArray *inserted) {
  guint i;

  if (inserted->len == 0)
    return;
  i = split_at (spans, offset);
  g_array_insert_vals (spans, i, inserted->data, inserted->len);
  join_at (spans, i + inserted->len);
  join_at (spans, i);
}

void
longhand_spans_insert (GArray *spans, guint offset, guint length, guint id) {
  LonghandSpan span = { length, id };
  g_autoptr (GArray) one = longhand_spans_new ();

  if (length == 0)
    return;
  g_array_append_val (one, span);
  longhand_spans_insert_all (spans, offset, one);
}

GArray *
longhand_spans_remove (GArray *spans, guint offset, guint length) {
  GArray *removed = longhand_spans_new ();
  guint first, last;

  if (length == 0)
    return removed;
  first = split_at (spans, offset);
  last = split_at (spans, offset + length);
  g_array_append_vals (removed, &g_array_index (spans, LonghandSpan, first), last - first);
  g_array_remove_range (spans, first, last - first);
  join_at (spans, first);
  return removed;
}

guint
longhand_spans_get_id (const GArray *spans, guint offset) {
  for (guint i = 0; i < spans->len; i++) {
    const LonghandSpan *span = &g_array_index (spans, LonghandSpan, i);

    if (offset < span->length)
      return span->id;
    offset -= span->length;
  }
  return 0;
}

guint
longhand_spans_get_id_around (const GArray *spans, guint offset) {
  guint before = offset > 0 ? longhand_spans_get_id (spans, offset - 1) : 0;

  return before == longhand_spans_get_id (spans, offset) ? before : 0;
}
