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

/* Whether the text of tokens[0..n) begins with a mark that closes what stands before it. */
static bool closes(const struct quill_tokenizer *tokenizer, const uint32_t *tokens, size_t n)
{
    static const char marks[][4] = {".",  ",",  "!",  "?",  ":",  ";", ")",  "]",  "}",  "\"", "'",
                                    "。", "，", "！", "？", "：", "”", "）", "、", "」", "』"};
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

size_t quill_split_words(const struct quill_tokenizer *tokenizer, const uint32_t *tokens, size_t n,
                         bool by_spaces, uint16_t *ends)
{
    size_t n_words = 0;

    for (size_t i = 1; i < n; i++) {
        const struct quill_token_text text = quill_token_bytes(tokenizer, tokens[i]);
        const bool has_space = text.len > 0 && text.bytes[0] == ' ';

        if (has_space || (!by_spaces && begins_character(text) && !closes(tokenizer, tokens + i, n - i)))
            ends[n_words++] = (uint16_t)i;
    }
    if (n > 0)
        ends[n_words++] = (uint16_t)n;
    return n_words;
}
