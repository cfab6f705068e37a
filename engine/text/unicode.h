/* UTF-8, and the classes of characters that GPT-2's pre-splitting tells apart. */
#ifndef QUILL_TEXT_UNICODE_H
#define QUILL_TEXT_UNICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum quill_char_class {
    QUILL_CHAR_OTHER,
    QUILL_CHAR_LETTER, /* \p{L} */
    QUILL_CHAR_NUMBER, /* \p{N} */
    QUILL_CHAR_SPACE,  /* \s */
};
enum quill_char_class quill_char_class(uint32_t c);

/* The letter in the other case, in scripts where that is one letter, too; otherwise c itself. */
uint32_t quill_other_case(uint32_t c);

/* Length of the character at text[0..n), n >= 1. When it is not valid, of the longest piece of it that could
 * have become one: each such piece stands for one U+FFFD (Unicode, "substitution of maximal subparts"). */
size_t quill_utf8_scan(const char *text, size_t n, bool *valid);

/* The character at text[0..n), n >= 1, and its length; U+FFFD when it is not valid. */
uint32_t quill_utf8_next(const char *text, size_t n, size_t *len);

/* Length of text without white space at its end; *start is where it begins without that at its beginning. */
size_t quill_strip(const char *text, const char **start);

#endif
