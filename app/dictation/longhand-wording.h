/* How names and terms are written: those that recognition favours, and what is exchanged afterwards.
 * Reference counted and immutable; any thread. */
#pragma once

#include "transcript/longhand-replacements.h"

G_BEGIN_DECLS

struct quill_model;
struct quill_params;
struct quill_vocabulary;

typedef struct _LonghandWording LonghandWording;

/* Copies terms (ends with NULL; NULL: none) and takes replacements (NULL: none). strength: how much terms are
 * favoured, as quill_params.vocabulary_strength; NaN: as usual. (transfer full) */
LonghandWording *longhand_wording_new (const char *const *terms, double strength,
                                       LonghandReplacements *replacements);
/* The same of lists that people have written; what makes no sense in them is left out. (transfer full) */
LonghandWording *longhand_wording_new_from_lists (const char *const *terms, const char *const *rules);
LonghandWording *longhand_wording_ref (LonghandWording *self);
void longhand_wording_unref (LonghandWording *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LonghandWording, longhand_wording_unref)

/* NULL is equal to NULL. */
gboolean longhand_wording_equal (const LonghandWording *self, const LonghandWording *other);

/* The terms for this model, to be closed before it; *out is NULL when there are none. Errors of the engine.
 */
gboolean longhand_wording_open_vocabulary (const LonghandWording *self, const struct quill_model *model,
                                           struct quill_vocabulary **out, GError **error);

/* The vocabulary, of this wording, is borrowed. */
void longhand_wording_apply (const LonghandWording *self, const struct quill_vocabulary *vocabulary,
                             struct quill_params *params);

/* What becomes of a text. (transfer full) */
char *longhand_wording_rewrite (const LonghandWording *self, const char *text);

G_END_DECLS
