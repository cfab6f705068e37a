/* What may be said to Longhand instead of being written: phrases by the language that is spoken, out of
 * data/commands/commands.ini, which comes with the program. Any thread; immutable. */
#pragma once

#include "dictation/longhand-dictation.h"

G_BEGIN_DECLS

typedef struct _LonghandCommands LonghandCommands;

/* Those of languages (codes), NULL: of all that have any. (transfer full); NULL: none of them has. */
LonghandCommands *longhand_commands_new (const char *const *languages);
void longhand_commands_free (LonghandCommands *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LonghandCommands, longhand_commands_free)

/* All phrases, as quill_grammar_open takes them. (transfer none) */
const char *longhand_commands_get_grammar (const LonghandCommands *self);

/* The command that a phrase, as recognition writes it, is for; LONGHAND_COMMAND_NONE: for none. *written:
 * what is written, "" for nothing. (transfer none) */
LonghandCommand longhand_commands_find (const LonghandCommands *self, const char *phrase,
                                        const char **written);

G_END_DECLS
