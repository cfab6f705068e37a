/* What the engine tells of a segment, for the application. */
#pragma once

#include "transcript/longhand-transcript.h"

#include <quill.h>

G_BEGIN_DECLS

LonghandScores longhand_engine_scores (const struct quill_segment *segment);

G_END_DECLS
