/* Tokens -> words. */
#ifndef QUILL_TEXT_WORDS_H
#define QUILL_TEXT_WORDS_H

#include "text/tokenizer.h"

/* Splits n tokens of text, no specials among them, into words: ends[i] is the index behind the last token of
 * word i. Words begin with a space; with by_spaces false, for languages that are written without, each is a
 * character. Marks that stand next to a word, without a space, belong to it. ends: [n]. Returns how many
 * words there are. */
size_t quill_split_words(const struct quill_tokenizer *tokenizer, const uint32_t *tokens, size_t n,
                         bool by_spaces, uint16_t *ends);

/* Whether a word begins with this token when it comes behind another one: with a space; with by_spaces false,
 * with a character, too. */
bool quill_begins_word(const struct quill_tokenizer *tokenizer, uint32_t token, bool by_spaces);

/* The n bytes of a word without the spaces before it and the marks behind it; returns how many these are,
 * from *core on. */
size_t quill_word_core(const char *word, size_t n, const char **core);

/* Whether the language with this code is written with spaces between words. */
bool quill_language_has_spaces(const char *code);

#endif
