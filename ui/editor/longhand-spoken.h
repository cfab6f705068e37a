/* Between utterances and spans: which characters of a committed utterance belong to which of its segments,
 * and what the segments read after all edits. Pure, no GTK. */
#pragma once

#include "dictation/longhand-dictation.h"

G_BEGIN_DECLS

/* Times of every segment ever dictated into a text; element i is the segment of span id i + 1.
 * (transfer full) (element-type LonghandSegment; text as it was heard) */
GPtrArray *longhand_spoken_segments_new (void);

/* Spans for the utterance's text with lead characters before it, length in all. Its segments, which are added
 * to segments, get a span each when their texts are found in it one after the other; else it is one segment
 * as a whole. (transfer full) */
GArray *longhand_spoken_spans_new (GPtrArray *segments, const LonghandUtterance *utterance, guint lead,
                                   guint length);

/* Segments by start time with their present text on one line each. What was typed between two segments
 * belongs to the one before, as do segments without letters and digits; what was typed before all of them,
 * to the first. (transfer full) */
LonghandTranscript *longhand_spoken_dup_transcript (const GPtrArray *segments, const GArray *spans,
                                                    const char *text);

G_END_DECLS
