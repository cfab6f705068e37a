/* Words that are written otherwise than the model writes them: exchanged after recognition, always in the
 * same way.
 *
 * A rule is a line “heard => written” of a list file (longhand-list-file.h). What was heard is one word or
 * several, whole ones: no letter or digit stands next to it. Rules in small letters hold for any case; a rule
 * with a capital holds for exactly that. White space matches any white space. Where several rules hold, the
 * one with the longest heard does, and of equals the last in the file. Text is gone through once, from left
 * to right; what has been written is not looked at again. It is written as it stands in the rule, but begins
 * with a capital where what was heard did.  */
#pragma once

#include "transcript/longhand-transcript.h"

G_BEGIN_DECLS

typedef struct _LonghandReplacements LonghandReplacements;

/* LONGHAND_ERROR_INVALID as for list files, and for lines that are no rule. (transfer full) */
LonghandReplacements *longhand_replacements_load (const char *path, GError **error);
LonghandReplacements *longhand_replacements_new (void); /* without rules (transfer full) */
/* Adds one behind those there are, before it is shared. LONGHAND_ERROR_INVALID: it is none. */
gboolean longhand_replacements_add (LonghandReplacements *self, const char *rule, GError **error);
/* Whether the rules are the same; NULL has none. */
gboolean longhand_replacements_equal (const LonghandReplacements *self, const LonghandReplacements *other);
void longhand_replacements_free (LonghandReplacements *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LonghandReplacements, longhand_replacements_free)

/* text: UTF-8. (transfer full) */
char *longhand_replacements_apply (const LonghandReplacements *self, const char *text);

/* The same for all text of a transcript, where nothing is exchanged across segments. Words that are exchanged
 * share the time of those heard, one each where there are as many, by their lengths where not; and their
 * probability, as its geometric mean. (transfer full) */
LonghandTranscript *longhand_replacements_apply_to (const LonghandReplacements *self,
                                                    LonghandTranscript *transcript);

G_END_DECLS
