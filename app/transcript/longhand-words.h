/* How far two texts are apart in words. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The fewest words to add, drop or exchange that make heard of expected. Words are runs of letters, digits
 * and the apostrophes between them; upper and lower case are the same. n_expected (may be NULL) receives the
 * number of words expected. Texts are UTF-8. */
guint longhand_words_count_errors (const char *expected, const char *heard, guint *n_expected);

G_END_DECLS
