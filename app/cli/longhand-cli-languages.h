/* What a command line says of the language: which one is spoken, or which ones may be. */
#pragma once

#include "cli/longhand-cli.h"

G_BEGIN_DECLS

/* Options "language" and "languages"; zeroes are the defaults. */
typedef struct {
  char *language; /* owned, as all; code or English name; NULL: auto */
  char *list;     /* such as "en,german": one of them is detected; NULL: any */
  /* --- set by longhand_cli_languages_check --- */
  char **languages; /* those of the list; NULL: any */
} LonghandCliLanguages;

void longhand_cli_languages_clear (LonghandCliLanguages *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LonghandCliLanguages, longhand_cli_languages_clear)

/* Whether it makes sense; otherwise LONGHAND_ERROR_INVALID. */
gboolean longhand_cli_languages_check (LonghandCliLanguages *self, GError **error);

/* Whether the model knows what is spoken, or one at least of what may be; otherwise
 * LONGHAND_ERROR_MODEL_UNSUPPORTED. */
gboolean longhand_cli_languages_check_model (const LonghandCliLanguages *self,
                                             const struct quill_model *model, GError **error);

/* The same for a model that is not open, before anybody speaks; errors of models, too. */
gboolean longhand_cli_languages_check_model_of (const LonghandCliLanguages *self, LonghandModel *model,
                                                GError **error);

G_END_DECLS
