#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "model/model.h"
#include "text/unicode.h"
#include "text/vocabulary.h"

/* Bytes of a term that count: a long one is not worth any number of words that were spoken. */
#define MAX_CREDIT 24

#define NOWHERE 0u /* within a word that is no term's; it has no children, but its arcs hold everywhere */
#define START 1u   /* where a word may begin */

/* A beginning of terms. */
struct node {
    uint32_t fail;     /* the longest end of it that is a beginning of terms, too; START or NOWHERE: none */
    uint32_t complete; /* it, or the longest end of it, that is a whole term; NOWHERE: none */
    uint32_t first_child; /* children lie together, by their bytes */
    uint32_t first_arc;   /* up to the next node's */
    uint16_t n_children;
    uint16_t first_term, end_term; /* that begin so; of the sorted terms */
    uint8_t byte;                  /* its last */
    uint8_t depth;                 /* its length */
    uint8_t kept;                  /* of its credit, what a term that is complete on the way has gained */
    uint8_t credit;                /* beyond that */
};

/* A token that leads from a node to one further down. */
struct arc {
    uint32_t token, node;
};

struct quill_vocabulary {
    struct quill_arena arena;          /* owned; what is known of the terms; holds the struct itself */
    struct quill_arena arcs_arena;     /* owned */
    const struct quill_model *model;   /* borrowed */
    struct quill_tokenizer *tokenizer; /* owned */
    size_t n_vocab, n_terms;
    char **terms; /* [n_terms], sorted */
    struct node
        *nodes; /* [n_nodes + 1]; children behind their parents, and at the end one for its first_arc */
    uint32_t n_nodes;
    bool *ends_word;  /* [n_vocab]; no token of these goes on with a word */
    struct arc *arcs; /* [nodes[n_nodes].first_arc], by the nodes that they begin at */
};

/* ---- characters -----------------------------------------------------------------------------------------
 */

enum place {
    IN_WORD,
    BETWEEN_WORDS,
    WHERE_IT_WAS, /* in the middle of a character */
};

/* Scripts that are written without spaces: words may begin and end anywhere. */
static bool is_spaceless(uint32_t c)
{
    return (c >= 0x0e00 && c <= 0x0eff) || (c >= 0x1000 && c <= 0x109f) || (c >= 0x1780 && c <= 0x17ff) ||
           (c >= 0x3000 && c <= 0x9fff) || (c >= 0xf900 && c <= 0xfaff) || c >= 0x20000;
}

/* What a character begins with is cut off behind that: it tells marks and scripts without spaces, U+00A0 to
 * U+00BF, U+0E00 to U+0FFF, U+2000 to U+9FFF, from the rest, which is letters. */
static bool is_cut_between_words(const char *bytes, size_t n)
{
    const unsigned char first = (unsigned char)bytes[0];

    return first == 0xc2 || (first == 0xe0 && n > 1 && (unsigned char)bytes[1] >= 0xb8) ||
           (first >= 0xe2 && first <= 0xe9);
}

/* Where the byte bytes[0], n >= 1, leads to. Tokens may cut characters: then the beginning decides. */
static enum place place_of(const char *bytes, size_t n)
{
    bool valid;
    size_t len;

    if (((unsigned char)bytes[0] & 0xc0) == 0x80)
        return WHERE_IT_WAS;
    quill_utf8_scan(bytes, n, &valid);
    if (!valid)
        return is_cut_between_words(bytes, n) ? BETWEEN_WORDS : IN_WORD;
    const uint32_t c = quill_utf8_next(bytes, n, &len);
    const enum quill_char_class class = quill_char_class(c);
    const bool is_joined = class == QUILL_CHAR_LETTER || class == QUILL_CHAR_NUMBER;
    return is_joined && !is_spaceless(c) ? IN_WORD : BETWEEN_WORDS;
}

/* ---- the automaton --------------------------------------------------------------------------------------
 */

/* NOWHERE when there is none. */
static uint32_t find_child(const struct quill_vocabulary *v, uint32_t node, unsigned char byte)
{
    uint32_t low = v->nodes[node].first_child, high = low + v->nodes[node].n_children;

    while (low < high) {
        const uint32_t mid = low + (high - low) / 2;

        if (v->nodes[mid].byte == byte)
            return mid;
        if (v->nodes[mid].byte < byte)
            low = mid + 1;
        else
            high = mid;
    }
    return NOWHERE;
}

/* Goes on by bytes[0] of bytes[0..n). */
static uint32_t step(const struct quill_vocabulary *v, uint32_t node, const char *bytes, size_t n)
{
    bool at_start = false;

    for (; node != NOWHERE; node = v->nodes[node].fail) {
        const uint32_t child = find_child(v, node, (unsigned char)bytes[0]);

        if (child != NOWHERE)
            return child;
        at_start = node == START;
    }
    switch (place_of(bytes, n)) {
    case IN_WORD:
        return NOWHERE;
    case BETWEEN_WORDS:
        return START;
    case WHERE_IT_WAS:
    default:
        return at_start ? START : NOWHERE;
    }
}

/* Tokens without bytes are times and the end. */
static uint32_t walk(const struct quill_vocabulary *v, uint32_t node, uint32_t token)
{
    const struct quill_token_text text = quill_token_bytes(v->tokenizer, token);

    if (text.len == 0)
        return START;
    for (uint32_t i = 0; i < text.len; i++)
        node = step(v, node, text.bytes + i, text.len - i);
    return node;
}

/* ---- building -------------------------------------------------------------------------------------------
 */

/* Writes text without white space around it, and with one space for what is within; returns the length, or
 * SIZE_MAX when it is not UTF-8. */
static size_t tidy(const char *text, char out[QUILL_MAX_TERM_BYTES + 1])
{
    const size_t n = strlen(text);
    size_t length = 0, len;
    bool space = false, valid;

    for (size_t i = 0; i < n; i += len) {
        len = quill_utf8_scan(text + i, n - i, &valid);
        if (!valid)
            return SIZE_MAX;
        if (quill_char_class(quill_utf8_next(text + i, n - i, &len)) == QUILL_CHAR_SPACE) {
            space = length > 0;
            continue;
        }
        if (length + space + len <= QUILL_MAX_TERM_BYTES) {
            if (space)
                out[length] = ' ';
            memcpy(out + length + space, text + i, len);
        }
        length += space + len;
        space = false;
    }
    if (length <= QUILL_MAX_TERM_BYTES)
        out[length] = '\0';
    return length;
}

/* Errors: INVALID. *n_bytes: of all terms. */
static enum quill_status check_terms(const char *const *terms, size_t n, size_t *n_bytes,
                                     struct quill_error *err)
{
    char term[QUILL_MAX_TERM_BYTES + 1];

    if (n > QUILL_MAX_TERMS)
        return quill_fail(err, QUILL_ERR_INVALID, "a vocabulary of %zu terms is too long: use at most %d", n,
                          QUILL_MAX_TERMS);
    for (size_t i = 0; i < n; i++) {
        const size_t length = tidy(terms[i], term);

        if (length == SIZE_MAX)
            return quill_fail(err, QUILL_ERR_INVALID, "term %zu of the vocabulary is not text in UTF-8",
                              i + 1);
        if (length == 0)
            return quill_fail(err, QUILL_ERR_INVALID, "term %zu of the vocabulary is empty", i + 1);
        if (length > QUILL_MAX_TERM_BYTES)
            return quill_fail(err, QUILL_ERR_INVALID,
                              "term %zu of the vocabulary has %zu bytes: use at most %d", i + 1, length,
                              QUILL_MAX_TERM_BYTES);
        *n_bytes += length;
    }
    return QUILL_OK;
}

/* Puts a term, whose memory the vocabulary has, in its place, unless it is there already. */
static bool insert_term(struct quill_vocabulary *v, char *term)
{
    size_t low = 0, high = v->n_terms;

    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        const int order = strcmp(v->terms[mid], term);

        if (order == 0)
            return false;
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    memmove(&v->terms[low + 1], &v->terms[low], (v->n_terms - low) * sizeof *v->terms);
    v->terms[low] = term;
    v->n_terms++;
    return true;
}

static bool is_term(const struct quill_vocabulary *v, const struct node *node)
{
    return node->depth > 0 && v->terms[node->first_term][node->depth] == '\0';
}

static uint8_t credit_of(const struct node *node)
{
    return node->depth < MAX_CREDIT ? node->depth : MAX_CREDIT;
}

/* Terms [first, end) share one more byte than their parent's. */
static void add_child(struct quill_vocabulary *v, uint32_t parent, uint16_t first, uint16_t end)
{
    const struct node *above = &v->nodes[parent];
    struct node *node = &v->nodes[v->n_nodes];
    const char *rest = v->terms[first] + above->depth;
    const bool keeps = is_term(v, above) && place_of(rest, strlen(rest)) == BETWEEN_WORDS;

    *node = (struct node){.byte = (uint8_t)rest[0],
                          .depth = (uint8_t)(above->depth + 1),
                          .kept = keeps ? credit_of(above) : above->kept,
                          .first_term = first,
                          .end_term = end};
    node->credit = (uint8_t)(credit_of(node) - node->kept);
    node->fail = step(v, above->fail, rest, strlen(rest));
    node->complete = is_term(v, node) ? v->n_nodes : v->nodes[node->fail].complete;
    v->n_nodes++;
    v->nodes[parent].n_children++;
}

/* Breadth first: what is at the end of a node, which is shorter, is there when it is made. */
static void grow_trie(struct quill_vocabulary *v)
{
    v->nodes[START] = (struct node){.end_term = (uint16_t)v->n_terms};
    v->n_nodes = 2;
    for (uint32_t i = START; i < v->n_nodes; i++) {
        const struct node node = v->nodes[i];
        uint16_t first = (uint16_t)(node.first_term + is_term(v, &node));

        v->nodes[i].first_child = v->n_nodes;
        for (uint16_t k = first; k < node.end_term; first = k) {
            while (k < node.end_term && v->terms[k][node.depth] == v->terms[first][node.depth])
                k++;
            add_child(v, i, first, k);
        }
    }
}

/* Appends what leads down from a node, or only counts when arcs is NULL. */
struct descent {
    const struct quill_vocabulary *v;
    struct arc *arcs;
    size_t n;
    char bytes[QUILL_MAX_TERM_BYTES]; /* on the way from where it began */
};

static void descend(struct descent *d, uint32_t node, size_t n)
{
    for (uint32_t i = 0; i < d->v->nodes[node].n_children; i++) {
        const uint32_t child = d->v->nodes[node].first_child + i;
        uint32_t token;

        d->bytes[n] = (char)d->v->nodes[child].byte;
        if (quill_token_find(d->v->tokenizer, d->bytes, n + 1, &token)) {
            if (d->arcs)
                d->arcs[d->n] = (struct arc){.token = token, .node = child};
            d->n++;
        }
        descend(d, child, n + 1);
    }
}

/* The same for NOWHERE and START, from where tokens may lead down once they have ended a word or a character;
 * those that do so from NOWHERE are not named again. */
static void find_beginnings(struct descent *d, uint32_t from)
{
    for (uint32_t token = 0; token < d->v->n_vocab; token++) {
        const uint32_t node = walk(d->v, from, token);

        if (d->v->nodes[node].depth == 0 || (from == START && node == walk(d->v, NOWHERE, token)))
            continue;
        if (d->arcs)
            d->arcs[d->n] = (struct arc){.token = token, .node = node};
        d->n++;
    }
}

static void find_arcs(struct quill_vocabulary *v, struct descent *d)
{
    d->n = 0;
    for (uint32_t i = 0; i < v->n_nodes; i++) {
        v->nodes[i].first_arc = (uint32_t)d->n;
        if (v->nodes[i].depth == 0)
            find_beginnings(d, i);
        else
            descend(d, i, 0);
    }
    v->nodes[v->n_nodes].first_arc = (uint32_t)d->n;
}

static void find_word_ends(struct quill_vocabulary *v)
{
    for (uint32_t token = 0; token < v->n_vocab; token++) {
        const struct quill_token_text text = quill_token_bytes(v->tokenizer, token);

        v->ends_word[token] = text.len == 0 || place_of(text.bytes, text.len) == BETWEEN_WORDS;
    }
}

/* Counts what leads where, and then writes it down. Errors: NOMEM. */
static enum quill_status connect(struct quill_vocabulary *v, struct quill_error *err)
{
    struct descent d = {.v = v};
    struct quill_plan plan = {0};

    find_word_ends(v);
    find_arcs(v, &d);
    const struct quill_span arcs = quill_plan_add(&plan, d.n, sizeof *v->arcs);
    QUILL_TRY(quill_arena_open(&v->arcs_arena, &plan, "a vocabulary", err));
    v->arcs = d.arcs = quill_arena_at(&v->arcs_arena, arcs);
    find_arcs(v, &d);
    return QUILL_OK;
}

enum quill_status quill_vocabulary_open(struct quill_vocabulary **out, const struct quill_model *model,
                                        const char *const *terms, size_t n, struct quill_error *err)
{
    size_t n_bytes = 0;

    QUILL_TRY(check_terms(terms, n, &n_bytes, err));
    struct quill_plan plan = {0};
    const struct quill_span self = quill_plan_add(&plan, 1, sizeof(struct quill_vocabulary));
    const struct quill_span sorted = quill_plan_add(&plan, n, sizeof(char *));
    const struct quill_span nodes = quill_plan_add(&plan, n_bytes + 3, sizeof(struct node));
    const struct quill_span ends_word = quill_plan_add(&plan, model->hparams.n_vocab, sizeof(bool));
    const struct quill_span text = quill_plan_add(&plan, n_bytes + n, 1);
    struct quill_arena arena;
    QUILL_TRY(quill_arena_open(&arena, &plan, "a vocabulary", err));
    struct quill_vocabulary *v = quill_arena_at(&arena, self);
    *v = (struct quill_vocabulary){.arena = arena,
                                   .model = model,
                                   .n_vocab = model->hparams.n_vocab,
                                   .terms = quill_arena_at(&arena, sorted),
                                   .nodes = quill_arena_at(&arena, nodes),
                                   .ends_word = quill_arena_at(&arena, ends_word)};
    char *at = quill_arena_at(&arena, text);
    for (size_t i = 0; i < n; i++) {
        char term[QUILL_MAX_TERM_BYTES + 1];
        const size_t length = tidy(terms[i], term);

        memcpy(at, term, length + 1);
        if (insert_term(v, at))
            at += length + 1;
    }
    grow_trie(v);
    enum quill_status status = quill_tokenizer_open(&v->tokenizer, &model->file, err);
    if (status == QUILL_OK)
        status = connect(v, err);
    if (status == QUILL_OK)
        *out = v;
    else
        quill_vocabulary_close(&v);
    return status;
}

void quill_vocabulary_close(struct quill_vocabulary **vocabulary)
{
    struct quill_vocabulary *v = *vocabulary;

    if (!v)
        return;
    struct quill_arena arena = v->arena;
    quill_tokenizer_close(&v->tokenizer);
    quill_arena_close(&v->arcs_arena);
    quill_arena_close(&arena);
    *vocabulary = NULL;
}

/* ---- use ------------------------------------------------------------------------------------------------
 */

bool quill_vocabulary_is_for(const struct quill_vocabulary *v, const struct quill_model *model)
{
    return v->model == model;
}

bool quill_vocabulary_is_empty(const struct quill_vocabulary *v)
{
    return v->n_terms == 0;
}

void quill_vocabulary_begin(struct quill_term_state *state)
{
    state->node = START;
    state->n_done = 0;
}

/* Of a node, as long as a term below it can still be gained. */
static int credit_at(const struct quill_vocabulary *v, const struct quill_term_state *state, uint32_t node)
{
    const struct node *at = &v->nodes[node];
    uint32_t n_left = (uint32_t)(at->end_term - at->first_term);

    if (at->credit == 0 || state->n_done == QUILL_TERMS_PER_WINDOW)
        return 0;
    for (uint32_t i = 0; i < state->n_done; i++)
        n_left -= state->done[i] >= at->first_term && state->done[i] < at->end_term;
    return n_left > 0 ? at->credit : 0;
}

static bool is_done(const struct quill_term_state *state, uint16_t term)
{
    for (uint32_t i = 0; i < state->n_done; i++)
        if (state->done[i] == term)
            return true;
    return false;
}

/* The word ends: what a complete term is worth, if it counts; then it is done. */
static int complete(const struct quill_vocabulary *v, struct quill_term_state *state)
{
    const struct node *node = &v->nodes[v->nodes[state->node].complete];

    if (node->depth == 0 || state->n_done == QUILL_TERMS_PER_WINDOW || is_done(state, node->first_term))
        return 0;
    state->done[state->n_done++] = node->first_term;
    return node->credit;
}

int quill_vocabulary_advance(const struct quill_vocabulary *v, struct quill_term_state *state, uint32_t token)
{
    const int lost = credit_at(v, state, state->node);
    const int kept = v->ends_word[token] ? complete(v, state) : 0;

    state->node = walk(v, state->node, token);
    return kept + credit_at(v, state, state->node) - lost;
}

/* What arcs lead to, whatever was added to their tokens before. `after` is the state behind the end of a
 * word, where that gained `kept`. */
struct favour {
    const struct quill_vocabulary *v;
    const struct quill_term_state *before, *after;
    int kept;
    float strength;
    const struct quill_written *written;
    const float *raw;
    float *logits;
};

static void follow(const struct favour *f, const struct arc *arcs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const bool ends_word = f->v->ends_word[arcs[i].token];
        const int gain =
            (ends_word ? f->kept : 0) + credit_at(f->v, ends_word ? f->after : f->before, arcs[i].node);

        const uint32_t token = arcs[i].token;

        if (f->logits[token] > -INFINITY)
            f->logits[token] =
                quill_repetition_penalise(f->written, token, f->raw[token]) + f->strength * (float)gain;
    }
}

/* The nearer an end of what is written, the longer the term that a token goes on with: it counts last. */
static void follow_chain(const struct favour *f, uint32_t node)
{
    const struct node *nodes = f->v->nodes;

    if (node != NOWHERE)
        follow_chain(f, nodes[node].fail);
    follow(f, f->v->arcs + nodes[node].first_arc, nodes[node + 1].first_arc - nodes[node].first_arc);
}

int quill_vocabulary_favour(const struct quill_vocabulary *v, const struct quill_term_state *state,
                            float strength, const struct quill_written *written, const float *raw,
                            float *logits)
{
    struct quill_term_state after = *state;
    const struct favour f = {.v = v,
                             .before = state,
                             .after = &after,
                             .kept = complete(v, &after),
                             .strength = strength,
                             .written = written,
                             .raw = raw,
                             .logits = logits};

    for (size_t i = 0; f.kept > 0 && i < v->n_vocab; i++)
        if (v->ends_word[i])
            logits[i] += strength * (float)f.kept;
    follow_chain(&f, state->node);
    return -credit_at(v, state, state->node);
}
