/* Options that say how names and terms are written. */
#pragma once

#include "dictation/longhand-wording.h"

#include <quill.h>

G_BEGIN_DECLS

/* As they were given, and what came of them; longhand_cli_vocabulary_init sets the defaults. */
typedef struct {
  char *path, *hotwords;   /* owned; NULL: none */
  double strength;         /* NAN: not given */
  char *replacements_path; /* owned; NULL: none */

  GPtrArray *terms;                    /* owned; element-type utf8 */
  LonghandReplacements *replacements;  /* owned; NULL: none */
  struct quill_vocabulary *vocabulary; /* owned; NULL: no terms, or no model yet */
} LonghandCliVocabulary;

void longhand_cli_vocabulary_init (LonghandCliVocabulary *self);
void longhand_cli_vocabulary_clear (LonghandCliVocabulary *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LonghandCliVocabulary, longhand_cli_vocabulary_clear)

/* Appends the options of self. (element-type GOptionEntry) */
void longhand_cli_vocabulary_add_entries (LonghandCliVocabulary *self, GArray *entries);
/* The entries, up to one without a name, and those behind them. (element-type GOptionEntry) (transfer full)
 */
GArray *longhand_cli_vocabulary_join_entries (LonghandCliVocabulary *self, const GOptionEntry *entries);

/* Reads the files; LONGHAND_ERROR_INVALID when they, or the options, make no sense. */
gboolean longhand_cli_vocabulary_read (LonghandCliVocabulary *self, GError **error);

/* The same for dictation. (transfer full) */
LonghandWording *longhand_cli_vocabulary_take_wording (LonghandCliVocabulary *self);

/* Between the opening of a model and its closing. Errors of the engine. */
gboolean longhand_cli_vocabulary_open (LonghandCliVocabulary *self, const struct quill_model *model,
                                       GError **error);
void longhand_cli_vocabulary_close (LonghandCliVocabulary *self);

/* The vocabulary is borrowed from self. */
void longhand_cli_vocabulary_apply (const LonghandCliVocabulary *self, struct quill_params *params);

/* Exchanges *transcript for one with the replacements made, if there are any. */
void longhand_cli_vocabulary_rewrite (const LonghandCliVocabulary *self, LonghandTranscript **transcript);

G_END_DECLS
