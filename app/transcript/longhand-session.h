/* A session as the library keeps it: the text with all edits, and what was dictated of it. Plain data; any
 * one thread at a time. */
#pragma once

#include "transcript/longhand-spans.h"
#include "transcript/longhand-transcript.h"

G_BEGIN_DECLS

typedef struct {
  gint64 id;           /* positive; as longhand_session_make_id gives */
  gint64 begun_us;     /* wall clock, microseconds since 1970 */
  gint64 duration_ms;  /* of what was recorded */
  char *text;          /* owned, as are all below; UTF-8 */
  GPtrArray *segments; /* LonghandSegment; text: as it was heard, or NULL when that is not known */
  GArray *spans;       /* LonghandSpan over text; the id of a segment is its place in segments + 1 */
  char *language;      /* code; NULL: unknown */
  char *model;         /* id; NULL: unknown */
} LonghandSession;

/* A number that no other session has. */
gint64 longhand_session_make_id (void);

/* Empty, with a number of its own, begun now. (transfer full) */
LonghandSession *longhand_session_new (void);
/* Shares segments and spans, which are not changed any more. (transfer full) */
LonghandSession *longhand_session_copy (const LonghandSession *self);
void longhand_session_free (LonghandSession *self);

/* Nothing that anybody could read, and nothing that was left out. */
gboolean longhand_session_is_blank (const LonghandSession *self);

/* Whether spans cover the text exactly and name only segments that are there. */
gboolean longhand_session_is_consistent (const LonghandSession *self);

/* Words of a segment, and spans, as JSON; read returns NULL for what is not of that form. (transfer full) */
char *longhand_session_write_words (const GArray *words);
GArray *longhand_session_read_words (const char *json);
char *longhand_session_write_spans (const GArray *spans);
GArray *longhand_session_read_spans (const char *json);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LonghandSession, longhand_session_free)

G_END_DECLS
