/* What the languages that models know are called in the language of the interface. Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* By the engine's code; code itself where that is none. (transfer none) */
const char *longhand_language_name (const char *code);

/* The first n languages of the engine, or as many as there are, by their names: alternating code and name,
 * NULL-terminated. (transfer full) */
char **longhand_language_names_dup (guint n);

G_END_DECLS
