#include <assert.h>
#include <regex.h>
#include <string.h>

#include "text/suppress.h"

/* ---- what is not speech (tokenizer.py, non_speech_tokens) -----------------------------------------------
 */

/* Suppressed when they are one token, alone or after a space. */
static const char *const symbols[] = {
    "\"",  "#",  "(",  ")",  "*",   "+",  "/",  ":",   ";",   "<",  "=",  ">",  "@",  "[",   "\\",  "]",
    "^",   "_",  "`",  "{",  "|",   "}",  "~",  "「",  "」",  "『", "』", "<<", ">>", "<<<", ">>>", "--",
    "---", "-(", "-[", "('", "(\"", "((", "))", "(((", ")))", "[[", "]]", "{{", "}}", "♪♪",  "♪♪♪",
};

/* Their first token is suppressed: all between U+2640 and U+267F, they share the first two of three bytes
 * with nothing that is spoken. */
static const char *const notes[] = {"♩", "♪", "♫", "♬", "♭", "♮", "♯"};

/* Vocabularies in which those two bytes were replaced by U+FFFD cannot say so; GPT-2's numbers of "\xe2\x99"
 * without and with a space before. */
static const uint32_t english_note_tokens[] = {17992, 20724};

#define LENGTH(array) (sizeof(array) / sizeof *(array))
static_assert(2 + 2 * LENGTH(symbols) + 2 * LENGTH(notes) + LENGTH(english_note_tokens) <=
                  QUILL_MAX_NON_SPEECH,
              "room for all of them");

/* Alone and behind a space; returns how many of the two are suppressed. */
static size_t find_symbol(const struct quill_tokenizer *tokenizer, const char *symbol, bool is_note,
                          uint32_t *out)
{
    size_t n_found = 0;
    for (int with_space = 0; with_space < 2; with_space++) {
        char text[16];
        text[0] = ' ';
        strcpy(text + with_space, symbol);
        uint32_t first;
        const size_t n = quill_text_to_tokens(tokenizer, text, 0, &first, 1);
        /* One byte of a note, or the space before it, is part of much else. */
        if (n == 1 || (is_note && quill_token_bytes(tokenizer, first).len >= 2))
            out[n_found++] = first;
    }
    return n_found;
}

size_t quill_non_speech_tokens(const struct quill_tokenizer *tokenizer, uint32_t out[QUILL_MAX_NON_SPEECH])
{
    uint32_t blank;
    size_t n = 0;
    quill_text_to_tokens(tokenizer, " ", 0, &blank, 1);

    /* Hyphens and quotes are fine inside a word but do not begin one. */
    for (int i = 0; i < 2; i++) {
        uint32_t first;
        quill_text_to_tokens(tokenizer, i ? " '" : " -", 0, &first, 1);
        if (first != blank)
            out[n++] = first;
    }
    for (size_t i = 0; i < LENGTH(symbols); i++)
        n += find_symbol(tokenizer, symbols[i], false, out + n);
    for (size_t i = 0; i < LENGTH(notes); i++)
        n += find_symbol(tokenizer, notes[i], true, out + n);
    const bool is_english = quill_tokenizer_specials(tokenizer)->n_languages == 0;
    for (size_t i = 0; is_english && i < LENGTH(english_note_tokens); i++)
        out[n++] = english_note_tokens[i];
    return n;
}

/* ---- what a pattern matches -----------------------------------------------------------------------------
 */

#define MAX_TEXT 256 /* no token of Whisper's is longer */

/* POSIX's match is the leftmost and longest: when any is the whole text, it is this one. */
static bool matches_whole(const regex_t *regex, struct quill_token_text token)
{
    char text[MAX_TEXT + 1];
    regmatch_t match;
    if (token.len == 0 || token.len > MAX_TEXT)
        return false;
    memcpy(text, token.bytes, token.len);
    text[token.len] = '\0';
    return !regexec(regex, text, 1, &match, 0) && match.rm_so == 0 && (size_t)match.rm_eo == token.len;
}

enum quill_status quill_suppress_matching(struct quill_token_set *set,
                                          const struct quill_tokenizer *tokenizer, const char *pattern,
                                          struct quill_error *err)
{
    regex_t regex;
    const int failed = regcomp(&regex, pattern, REG_EXTENDED);
    if (failed == REG_ESPACE)
        return quill_fail(err, QUILL_ERR_NOMEM, "not enough memory for the pattern of suppressed tokens");
    if (failed) {
        char reason[128];
        regerror(failed, &regex, reason, sizeof reason);
        return quill_fail(err, QUILL_ERR_INVALID,
                          "the pattern of suppressed tokens is no extended regular expression: %s", reason);
    }
    const uint32_t eot = quill_tokenizer_specials(tokenizer)->eot;
    for (uint32_t i = 0; i < eot; i++) {
        if (matches_whole(&regex, quill_token_bytes(tokenizer, i)))
            quill_token_set_add(set, i);
    }
    regfree(&regex);
    return QUILL_OK;
}
