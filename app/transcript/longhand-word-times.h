/* When each word of a text was said, whatever has become of the text since. Pure; any thread. */
#pragma once

#include "transcript/longhand-spans.h"
#include "transcript/longhand-transcript.h"

G_BEGIN_DECLS

typedef struct {
  guint offset, length;    /* characters of the text */
  gint64 start_ms, end_ms; /* in the session */
  guint segment;           /* its place among the segments */
  int word;                /* its place among the segment's words; -1: it is none of them */
} LonghandWordTime;

/* By offset. Words that stand as they were heard have the times that they had; what was changed shares the
 * time between those. What was typed between segments has none, and is left out. text: UTF-8; spans: over all
 * of it. (transfer full) (element-type LonghandWordTime) */
GArray *longhand_word_times_new (const char *text, const GPtrArray *segments, const GArray *spans);

/* The word at a character, or behind which that is; NULL: none. */
const LonghandWordTime *longhand_word_times_find (const GArray *times, guint offset);
/* The word that is being said then, or the last one before it in the pause behind; NULL: none was said yet.
 */
const LonghandWordTime *longhand_word_times_find_at (const GArray *times, gint64 ms);

G_END_DECLS
