/* A text whose sound was recognised again: what of it is to be written otherwise, and how that differs. Pure;
 * any thread. */
#pragma once

#include "transcript/longhand-spans.h"
#include "transcript/longhand-transcript.h"

G_BEGIN_DECLS

/* What comes in the place of a part of the text. */
typedef struct {
  guint offset, length; /* characters of the text */
  char *text;           /* owned; the segments' texts, with spaces between them where their script has some */
  GPtrArray *segments;  /* owned; LonghandSegment */
  GArray *lengths;      /* owned; guint; characters of text that are each one's, with the space behind it */
} LonghandRewrite;

/* Parts of the text that were heard, without the space around them, by offset. What was typed between them,
 * or written by commands, stays where it is, and so does what there is no sound of. Each new word goes to the
 * part in whose time it was said, or which is nearest to it. heard: in the session's time; parts:
 * LonghandSoundPart. (transfer full) (element-type LonghandRewrite) */
GArray *longhand_rewriting_new (const char *text, const GPtrArray *segments, const GArray *spans,
                                const GPtrArray *parts, LonghandTranscript *heard);

typedef enum {
  LONGHAND_DIFF_SAME,
  LONGHAND_DIFF_REMOVED,
  LONGHAND_DIFF_ADDED,
} LonghandDiffKind;

typedef struct {
  LonghandDiffKind kind;
  char *text; /* owned; with the white space behind it */
} LonghandDiffPart;

/* How a text and what is made of it differ, word by word. (transfer full) (element-type LonghandDiffPart) */
GArray *longhand_rewriting_diff (const char *text, const GArray *rewrites);
gboolean longhand_rewriting_changes_anything (const GArray *diff);

G_END_DECLS
