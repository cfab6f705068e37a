/* How utterances and commands make up a text. Pure; any thread. */
#pragma once

#include "dictation/longhand-dictation.h"

G_BEGIN_DECLS

/* Of text, where it goes on with what a command writes (LONGHAND_COMMAND_NONE: with words), how many bytes at
 * its end that replaces: a mark that recognition had put there. */
gsize longhand_composition_get_replaced (const char *text, LonghandCommand command);

/* Whether a space goes between them. */
gboolean longhand_composition_needs_space (const char *text, LonghandCommand command);

/* text goes on with an utterance; not with one that writes nothing. */
void longhand_composition_join (GString *text, const LonghandUtterance *utterance);

/* What was committed, one after the other, as long as it can be taken back: (element-type LonghandUtterance),
 * owned by the array. An utterance or a command comes in; LONGHAND_COMMAND_UNDO takes the last one out. */
void longhand_composition_take (GPtrArray *changes, LonghandUtterance *utterance); /* (transfer full) */

/* Those of them that have text and are still there, after all that was scratched. (transfer full)
 * (element-type LonghandUtterance) */
GPtrArray *longhand_composition_dup_texts (const GPtrArray *changes);

G_END_DECLS
