/* Where a text has the words that the library's search found it by. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  guint offset, length; /* of a whole word, or several that belong together; characters */
} LonghandFound;

/* In the order of the text. words: as for longhand_library_store_list, whose rules are SQLite's, and the same
 * here but for rare letters. (transfer full) (element-type LonghandFound) */
GArray *longhand_found_new (const char *text, const char *words);

G_END_DECLS
