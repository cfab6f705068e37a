/* Languages that a command line names. */
#pragma once

#include "cli/longhand-cli.h"

G_BEGIN_DECLS

/* Codes or English names with commas between. (transfer full) NULL-terminated, with one at least; NULL with
 * LONGHAND_ERROR_INVALID. */
char **longhand_cli_languages_parse (const char *text, GError **error);

/* Whether the model knows one of them; NULL: any. Otherwise LONGHAND_ERROR_MODEL_UNSUPPORTED. */
gboolean longhand_cli_languages_check (const char *const *languages, const struct quill_model *model,
                                       GError **error);

G_END_DECLS
