/* Names and terms that recognition shall favour, as people write them down. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Adds the entries of a list file (longhand-list-file.h), or those of a text with commas between them, to
 * terms (element-type utf8). LONGHAND_ERROR_INVALID: the file, a term that is too long, or too many. */
gboolean longhand_terms_add_file (GPtrArray *terms, const char *path, GError **error);
gboolean longhand_terms_add_text (GPtrArray *terms, const char *text, GError **error);
/* Adds one, without the white space around it; none when there is nothing else. */
gboolean longhand_terms_add (GPtrArray *terms, const char *term, GError **error);

G_END_DECLS
