/* What a model knows of the languages that people chose. Apart, as longhand-engine-error.h. Any thread. */
#pragma once

#include <glib.h>
#include <quill.h>

G_BEGIN_DECLS

/* The code of a language, by code or English name; NULL: the model does not know it. (transfer none) */
const char *longhand_engine_find_language (const struct quill_model *model, const char *language);

/* The codes of those languages (ends with NULL; NULL: none) that the model knows, in out
 * [QUILL_MAX_LANGUAGES + 1], which ends with NULL. Returns their number. */
gsize longhand_engine_find_languages (const struct quill_model *model, char **languages, const char **out);

G_END_DECLS
