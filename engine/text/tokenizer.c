#include <string.h>

#include "base/arena.h"
#include "text/tokenizer.h"
#include "text/unicode.h"

#define MAX_PIECE 256
#define N_BYTES 256
#define N_TIMESTAMPS 1501 /* 0.00 to 30.00 s in steps of 20 ms */

#define NO_TOKEN UINT32_MAX

struct quill_tokenizer {
    struct quill_arena arena;
    const struct quill_token_text *tokens; /* borrowed; [n_text] */
    uint32_t n_text;
    struct quill_specials specials;
    uint32_t *slots; /* open addressing by the hash of the bytes; token or NO_TOKEN */
    size_t slot_mask;
    unsigned char byte_of[N_BYTES];  /* tokens 0..255 are the single bytes, in GPT-2's order */
    unsigned char token_of[N_BYTES]; /* and back */
};

/* GPT-2 numbers first the bytes that are printable in Latin-1, then the others (openai/gpt-2 encoder.py,
 * bytes_to_unicode). */
static void number_bytes(struct quill_tokenizer *t)
{
    unsigned n = 0;
    for (unsigned printable = 2; printable-- > 0;) {
        for (unsigned b = 0; b < N_BYTES; b++) {
            const bool is_printable = (b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
            if (is_printable == (printable == 1)) {
                t->byte_of[n] = (unsigned char)b;
                t->token_of[b] = (unsigned char)n;
                n++;
            }
        }
    }
}

static bool set_specials(struct quill_specials *s, uint32_t n_vocab)
{
    unsigned n_slots; /* language tokens; English-only vocabularies have them too, unused */
    switch (n_vocab) {
    case 51864:
        s->eot = 50256, n_slots = 99, s->n_languages = 0;
        break;
    case 51865:
        s->eot = 50257, n_slots = 99, s->n_languages = 99;
        break;
    case QUILL_MAX_VOCAB:
        s->eot = 50257, n_slots = 100, s->n_languages = 100;
        break;
    default:
        return false;
    }
    s->sot = s->eot + 1;
    s->first_language = s->sot + 1;
    s->translate = s->first_language + n_slots;
    s->transcribe = s->translate + 1;
    s->solm = s->translate + 2;
    s->prev = s->translate + 3;
    s->no_speech = s->translate + 4;
    s->no_timestamps = s->translate + 5;
    s->first_timestamp = s->translate + 6;
    return s->first_timestamp + N_TIMESTAMPS == n_vocab;
}

static size_t hash(const char *bytes, size_t n)
{
    uint32_t h = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)bytes[i]) * 16777619u;
    return h ^ h >> 15;
}

/* Of several tokens with the same bytes, the lowest. */
static uint32_t find(const struct quill_tokenizer *t, const char *bytes, size_t n)
{
    for (size_t i = hash(bytes, n) & t->slot_mask;; i = (i + 1) & t->slot_mask) {
        const uint32_t token = t->slots[i];
        if (token == NO_TOKEN)
            return NO_TOKEN;
        const struct quill_token_text text = quill_token_bytes(t, token);
        if (text.len == n && !memcmp(text.bytes, bytes, n))
            return token;
    }
}

static void insert(struct quill_tokenizer *t, uint32_t token)
{
    const struct quill_token_text text = quill_token_bytes(t, token);
    if (text.len == 0 || find(t, text.bytes, text.len) != NO_TOKEN)
        return;
    size_t i = hash(text.bytes, text.len) & t->slot_mask;
    while (t->slots[i] != NO_TOKEN)
        i = (i + 1) & t->slot_mask;
    t->slots[i] = token;
}

enum quill_status quill_tokenizer_open(struct quill_tokenizer **out, const struct quill_ggml *file,
                                       struct quill_error *err)
{
    struct quill_specials specials;
    if (!set_specials(&specials, file->hparams.n_vocab))
        return quill_fail(
            err, QUILL_ERR_UNSUPPORTED,
            "the model has a vocabulary of %u tokens, but Whisper models have 51864, 51865 or 51866",
            (unsigned)file->hparams.n_vocab);
    const uint32_t n_text = file->n_tokens < specials.eot ? file->n_tokens : specials.eot;
    if (n_text < N_BYTES)
        return quill_fail(err, QUILL_ERR_UNSUPPORTED,
                          "the model's vocabulary has %u texts, not even one for each byte",
                          (unsigned)n_text);
    size_t n_slots = 1024;
    while (n_slots < 2 * (size_t)n_text)
        n_slots *= 2;

    struct quill_plan plan = {0};
    const struct quill_span self = quill_plan_add(&plan, 1, sizeof(struct quill_tokenizer));
    const struct quill_span slots = quill_plan_add(&plan, n_slots, sizeof(uint32_t));
    struct quill_arena arena;
    QUILL_TRY(quill_arena_open(&arena, &plan, "the vocabulary", err));

    struct quill_tokenizer *t = quill_arena_at(&arena, self);
    t->arena = arena;
    t->tokens = file->tokens;
    t->n_text = n_text;
    t->specials = specials;
    t->slots = quill_arena_at(&arena, slots);
    t->slot_mask = n_slots - 1;
    number_bytes(t);
    for (size_t i = 0; i < n_slots; i++)
        t->slots[i] = NO_TOKEN;
    for (uint32_t i = 0; i < n_text; i++)
        insert(t, i);
    *out = t;
    return QUILL_OK;
}

void quill_tokenizer_close(struct quill_tokenizer **tokenizer)
{
    if (!*tokenizer)
        return;
    struct quill_arena arena = (*tokenizer)->arena; /* holds the struct itself */
    *tokenizer = NULL;
    quill_arena_close(&arena);
}

const struct quill_specials *quill_tokenizer_specials(const struct quill_tokenizer *tokenizer)
{
    return &tokenizer->specials;
}

uint32_t quill_tokenizer_n_vocab(const struct quill_tokenizer *tokenizer)
{
    return tokenizer->specials.first_timestamp + N_TIMESTAMPS;
}

struct quill_token_text quill_token_bytes(const struct quill_tokenizer *t, uint32_t token)
{
    if (token >= t->n_text)
        return (struct quill_token_text){"", 0};
    const struct quill_token_text text = t->tokens[token];
    if (token < N_BYTES && text.len == 3 && !memcmp(text.bytes, "\xef\xbf\xbd", 3))
        return (struct quill_token_text){(const char *)&t->byte_of[token], 1};
    return text;
}

bool quill_token_find(const struct quill_tokenizer *t, const char *bytes, size_t n, uint32_t *token)
{
    const uint32_t found = find(t, bytes, n);
    if (found != NO_TOKEN)
        *token = found;
    return found != NO_TOKEN;
}

/* ---- tokens to text ---------------------------------------------------------------------------------- */

struct sink {
    char *text;
    size_t cap, len; /* len counts what did not fit as well */
    bool full;
    char pending[4]; /* the beginning of a character whose rest is in the next token */
    size_t n_pending;
};

static void put(struct sink *sink, const char *bytes, size_t n)
{
    if (!sink->full && sink->len + n < sink->cap)
        memcpy(sink->text + sink->len, bytes, n);
    else if (!sink->full) {
        sink->full = true;
        if (sink->cap > 0)
            sink->text[sink->len] = '\0';
    }
    sink->len += n;
}

/* Moves finished characters out of pending. At the end of the text an unfinished one is as good as wrong. */
static void drain(struct sink *sink, bool at_end)
{
    while (sink->n_pending > 0) {
        bool valid;
        const size_t len = quill_utf8_scan(sink->pending, sink->n_pending, &valid);
        if (!valid && len == sink->n_pending && !at_end && len < 4 &&
            (unsigned char)sink->pending[0] >= 0xc2 && (unsigned char)sink->pending[0] <= 0xf4)
            return;
        if (valid && sink->pending[0] != '\0')
            put(sink, sink->pending, len);
        else
            put(sink, "\xef\xbf\xbd", 3);
        sink->n_pending -= len;
        memmove(sink->pending, sink->pending + len, sink->n_pending);
    }
}

size_t quill_tokens_to_text(const struct quill_tokenizer *t, const uint32_t *tokens, size_t n, char *text,
                            size_t cap)
{
    struct sink sink = {.text = text, .cap = cap};
    for (size_t i = 0; i < n; i++) {
        const struct quill_token_text piece = quill_token_bytes(t, tokens[i]);
        for (uint32_t j = 0; j < piece.len; j++) {
            sink.pending[sink.n_pending++] = piece.bytes[j];
            drain(&sink, false);
        }
    }
    drain(&sink, true);
    if (!sink.full && cap > 0)
        text[sink.len] = '\0';
    return sink.len;
}

/* ---- text to tokens ---------------------------------------------------------------------------------- */

/* Length of the run of characters of one class at text[0..n), cut before max bytes. */
static size_t run(const char *text, size_t n, enum quill_char_class class, size_t max)
{
    size_t i = 0, len;
    while (i < n && quill_char_class(quill_utf8_next(text + i, n - i, &len)) == class && i + len <= max)
        i += len;
    return i;
}

static size_t contraction(const char *text, size_t n)
{
    static const char endings[][3] = {"s", "t", "re", "ve", "m", "ll", "d"};
    for (size_t i = 0; text[0] == '\'' && i < sizeof endings / sizeof *endings; i++) {
        const size_t len = strlen(endings[i]);
        if (len < n && !memcmp(text + 1, endings[i], len))
            return 1 + len;
    }
    return 0;
}

/* Length of the first piece of text[0..n), n > 0; at most MAX_PIECE. The expression behind it is GPT-2's:
 * 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+ */
static size_t next_piece(const char *text, size_t n)
{
    const size_t short_form = contraction(text, n);
    if (short_form)
        return short_form;
    const size_t space = text[0] == ' ' && n > 1;
    size_t len;
    const enum quill_char_class class = quill_char_class(quill_utf8_next(text + space, n - space, &len));
    if (class != QUILL_CHAR_SPACE)
        return space + run(text + space, n - space, class, MAX_PIECE - space);

    const size_t spaces = run(text, n, QUILL_CHAR_SPACE, MAX_PIECE);
    if (spaces == n)
        return spaces;
    /* Something follows: the last white space is left to it, unless there is no other. */
    size_t last = 0;
    for (size_t i = 0; i < spaces; i += len) {
        last = i;
        quill_utf8_next(text + i, n - i, &len);
    }
    return last > 0 ? last : spaces;
}

struct output {
    size_t skip, cap, n;
    uint32_t *tokens;
};

static void emit(struct output *out, uint32_t token)
{
    if (out->n >= out->skip && out->n - out->skip < out->cap)
        out->tokens[out->n - out->skip] = token;
    out->n++;
}

/* Merges the neighbours that make the lowest token, the leftmost first, until none do. A piece that is a
 * token as it stands needs none of that, nor the pieces of characters that some vocabularies lack on the way
 * to it. */
static void encode_piece(const struct quill_tokenizer *t, const char *piece, size_t n, struct output *out)
{
    struct {
        uint32_t token;  /* of bytes [begin, next part's begin) */
        uint32_t merged; /* with the part that follows; NO_TOKEN when that is none */
        uint32_t begin;
    } parts[MAX_PIECE + 1];
    size_t n_parts = n;
    const uint32_t whole = find(t, piece, n);
    if (whole != NO_TOKEN) {
        emit(out, whole);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        parts[i].begin = (uint32_t)i;
        parts[i].token = t->token_of[(unsigned char)piece[i]];
        parts[i].merged = i + 1 < n ? find(t, piece + i, 2) : NO_TOKEN;
    }
    parts[n].begin = (uint32_t)n;
    for (;;) {
        size_t best = 0;
        for (size_t i = 1; i < n_parts; i++) {
            if (parts[i].merged < parts[best].merged)
                best = i;
        }
        if (parts[best].merged == NO_TOKEN)
            break;
        parts[best].token = parts[best].merged;
        memmove(&parts[best + 1], &parts[best + 2], (n_parts - best - 1) * sizeof *parts);
        n_parts--;
        for (size_t i = best ? best - 1 : 0; i <= best; i++)
            parts[i].merged = i + 1 < n_parts
                                  ? find(t, piece + parts[i].begin, parts[i + 2].begin - parts[i].begin)
                                  : NO_TOKEN;
    }
    for (size_t i = 0; i < n_parts; i++)
        emit(out, parts[i].token);
}

size_t quill_text_to_tokens(const struct quill_tokenizer *t, const char *text, size_t skip, uint32_t *tokens,
                            size_t cap)
{
    struct output out = {.skip = skip, .cap = cap, .tokens = tokens};
    size_t n = strlen(text);
    while (n > 0) {
        const size_t len = next_piece(text, n);
        encode_piece(t, text, len, &out);
        text += len;
        n -= len;
    }
    return out.n;
}
