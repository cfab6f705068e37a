/* Tokens that are never chosen, whatever was heard (openai/whisper decoding.py, SuppressTokens). */
#ifndef QUILL_TEXT_SUPPRESS_H
#define QUILL_TEXT_SUPPRESS_H

#include "text/tokenizer.h"

/* A bit for each token of the largest vocabulary. */
struct quill_token_set {
    uint64_t bits[(QUILL_MAX_VOCAB + 63) / 64];
};

static inline void quill_token_set_add(struct quill_token_set *set, uint32_t token)
{
    set->bits[token / 64] |= UINT64_C(1) << token % 64;
}

static inline bool quill_token_set_has(const struct quill_token_set *set, uint32_t token)
{
    return set->bits[token / 64] >> token % 64 & 1;
}

#define QUILL_MAX_NON_SPEECH 150

/* Symbols that are written but not spoken (tokenizer.py, non_speech_tokens). Writes them to out, some perhaps
 * twice, and returns how many. */
size_t quill_non_speech_tokens(const struct quill_tokenizer *tokenizer, uint32_t out[QUILL_MAX_NON_SPEECH]);

/* Adds the text tokens that an extended regular expression (POSIX, in the program's locale) matches from
 * their beginning to their end, as whisper.cpp's suppress_regex does. Errors: INVALID (it is none), NOMEM. */
enum quill_status quill_suppress_matching(struct quill_token_set *set,
                                          const struct quill_tokenizer *tokenizer, const char *pattern,
                                          struct quill_error *err);

#endif
