/* Texts as words, and how far two of them are apart. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Words of a text in UTF-8, for comparing: runs of letters, digits and the apostrophes between them, in one
 * case. Numbers below ten are spelled out in English, and so is "%", as tests/bench/wer.py does. (transfer
 * full) (element-type utf8) */
GPtrArray *longhand_words_split (const char *text);

/* The fewest words to add, drop or exchange that make heard of expected. n_expected (may be NULL) receives
 * the number of words expected. */
guint longhand_words_count_errors (const char *expected, const char *heard, guint *n_expected);

G_END_DECLS
