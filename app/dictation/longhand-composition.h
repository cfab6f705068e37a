/* How utterances and commands make up a text. Pure; any thread. */
#pragma once

#include "dictation/longhand-dictation.h"

G_BEGIN_DECLS

/* Of text, where it goes on with what a command writes (LONGHAND_COMMAND_NONE: with words), how many bytes at
 * its end that replaces: a mark that recognition had put there, with the space before it. */
gsize longhand_composition_get_replaced (const char *text, LonghandCommand command);

/* Whether a space goes between them. */
gboolean longhand_composition_needs_space (const char *text, LonghandCommand command);

/* Whether a space goes between text, which a command writes (NONE: words), and a character that is there. */
gboolean longhand_composition_needs_space_behind (const char *text, LonghandCommand command, gunichar after);

/* text goes on with an utterance; not with one that writes nothing. */
void longhand_composition_join (GString *text, const LonghandUtterance *utterance);

/* Of what was committed, one after the other, what has text and is still there, after all that was scratched
 * or taken back. said: (element-type LonghandUtterance), commands included; NULL: here the text was changed
 * by hand, and nothing behind it takes back what lies before, which may be another change than this one knows
 * of. (transfer full) (element-type LonghandUtterance) */
GPtrArray *longhand_composition_dup_texts (const GPtrArray *said);

G_END_DECLS
