/* Byte-level BPE vocabulary and Whisper's special tokens (openai/whisper tokenizer.py). */
#ifndef QUILL_TEXT_TOKENIZER_H
#define QUILL_TEXT_TOKENIZER_H

#include "format/ggml.h"

struct quill_specials {
    uint32_t eot, sot, first_language, translate, transcribe, solm, prev, no_speech, no_timestamps,
        first_timestamp;
    unsigned n_languages; /* 0: English only */
};

#define QUILL_MAX_VOCAB 51866

struct quill_tokenizer;

/* Borrows the file's vocabulary. The vocabularies of whisper.cpp files hold raw bytes per token (already
 * mapped back from GPT-2's printable alphabet). Some English-only files were written with every token that is
 * not valid UTF-8 by itself replaced by U+FFFD: its single bytes are restored, longer pieces cannot be.
 * Specials follow from n_vocab (51864: English only, 51865: 99 languages, 51866: 100). Errors: NOMEM,
 * UNSUPPORTED. */
enum quill_status quill_tokenizer_open(struct quill_tokenizer **out, const struct quill_ggml *file,
                                       struct quill_error *err);
void quill_tokenizer_close(struct quill_tokenizer **tokenizer);
const struct quill_specials *quill_tokenizer_specials(const struct quill_tokenizer *tokenizer);
/* Tokens in all, at most QUILL_MAX_VOCAB. */
uint32_t quill_tokenizer_n_vocab(const struct quill_tokenizer *tokenizer);

/* Bytes of a text token (may be part of a UTF-8 sequence); len 0 for specials and unknown ids. */
struct quill_token_text quill_token_bytes(const struct quill_tokenizer *tokenizer, uint32_t token);

/* The token with these bytes, of several the lowest. False: there is none. */
bool quill_token_find(const struct quill_tokenizer *tokenizer, const char *bytes, size_t n, uint32_t *token);

/* Text of tokens[0..n) without specials and timestamps, invalid UTF-8 and NUL replaced by U+FFFD,
 * NUL-terminated, at most cap bytes including NUL (cut at a character). Returns the full length without NUL.
 */
size_t quill_tokens_to_text(const struct quill_tokenizer *tokenizer, const uint32_t *tokens, size_t n,
                            char *text, size_t cap);

/* Encodes text for prompts (GPT-2 pre-splitting, then merges by lowest token id); leaves out the first `skip`
 * tokens, writes at most cap of those that follow and returns how many the text has in all. A run of letters
 * or digits longer than 256 bytes is encoded in pieces of that size. */
size_t quill_text_to_tokens(const struct quill_tokenizer *tokenizer, const char *text, size_t skip,
                            uint32_t *tokens, size_t cap);

#endif
