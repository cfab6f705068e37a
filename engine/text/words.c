#include "text/words.h"

#include <string.h>

bool quill_language_has_spaces(const char *code)
{
    static const char without[][4] = {"zh", "ja", "th", "lo", "my", "yue"}; /* openai/whisper tokenizer.py */

    for (size_t i = 0; i < sizeof without / sizeof *without; i++)
        if (!strcmp(code, without[i]))
            return false;
    return true;
}

/* A character of several bytes may be spread over tokens: continuation bytes begin none. */
static bool begins_character(struct quill_token_text text)
{
    return text.len > 0 && ((unsigned char)text.bytes[0] & 0xc0) != 0x80;
}

/* Marks that close what stands before them. */
static const char marks[][4] = {".",  ",",  "!",  "?",  ":",  ";", ")",  "]",  "}",  "\"", "'",
                                "。", "，", "！", "？", "：", "”", "）", "、", "」", "』"};

/* Whether the text of tokens[0..n) begins with one. */
static bool closes(const struct quill_tokenizer *tokenizer, const uint32_t *tokens, size_t n)
{
    char begin[sizeof *marks];
    size_t len = 0;

    for (size_t i = 0; i < n && len < sizeof begin; i++) {
        const struct quill_token_text text = quill_token_bytes(tokenizer, tokens[i]);
        const size_t more = text.len < sizeof begin - len ? text.len : sizeof begin - len;

        memcpy(begin + len, text.bytes, more);
        len += more;
    }
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (len >= strlen(marks[i]) && !memcmp(begin, marks[i], strlen(marks[i])))
            return true;
    return false;
}

bool quill_begins_word(const struct quill_tokenizer *tokenizer, uint32_t token, bool by_spaces)
{
    const struct quill_token_text text = quill_token_bytes(tokenizer, token);
    const bool has_space = text.len > 0 && text.bytes[0] == ' ';

    return has_space || (!by_spaces && begins_character(text));
}

/* Bytes of the mark at the end of text[0..n); 0: there is none. */
static size_t mark_at_end(const char *text, size_t n)
{
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        const size_t len = strlen(marks[i]);

        if (n >= len && !memcmp(text + n - len, marks[i], len))
            return len;
    }
    return 0;
}

size_t quill_word_core(const char *word, size_t n, const char **core)
{
    while (n > 0 && *word == ' ') {
        word++;
        n--;
    }
    for (size_t len = mark_at_end(word, n); len > 0; len = mark_at_end(word, n))
        n -= len;
    *core = word;
    return n;
}

size_t quill_split_words(const struct quill_tokenizer *tokenizer, const uint32_t *tokens, size_t n,
                         bool by_spaces, uint16_t *ends)
{
    size_t n_words = 0;

    for (size_t i = 1; i < n; i++) {
        if (quill_begins_word(tokenizer, tokens[i], true) ||
            (quill_begins_word(tokenizer, tokens[i], by_spaces) && !closes(tokenizer, tokens + i, n - i)))
            ends[n_words++] = (uint16_t)i;
    }
    if (n > 0)
        ends[n_words++] = (uint16_t)n;
    return n_words;
}
