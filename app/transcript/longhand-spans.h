/* Which characters of a text were dictated, and in which segment: a run-length list over character offsets
 * that follows every edit. Pure data, no GTK; any one thread at a time. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  guint length; /* characters; never 0 inside a list */
  guint id;     /* of a dictated segment; 0: typed */
} LonghandSpan;

/* (transfer full) (element-type LonghandSpan); free with g_array_unref. */
GArray *longhand_spans_new (void);

/* Puts length characters of the segment id before the character at offset; offset <= total length. */
void longhand_spans_insert (GArray *spans, guint offset, guint length, guint id);
/* The same for a whole list, which is copied. */
void longhand_spans_insert_all (GArray *spans, guint offset, const GArray *inserted);
/* Takes length characters out from offset on, and returns what they were. (transfer full) */
GArray *longhand_spans_remove (GArray *spans, guint offset, guint length);

/* Of the character at offset; 0 past the end. */
guint longhand_spans_get_id (const GArray *spans, guint offset);
/* What typing at offset belongs to: the segment that surrounds it, or 0 between two segments. */
guint longhand_spans_get_id_around (const GArray *spans, guint offset);

G_END_DECLS
