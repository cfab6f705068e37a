#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "model/model.h"
#include "text/grammar.h"
#include "text/unicode.h"

struct quill_grammar {
    struct quill_arena arena;          /* owned; holds the struct itself */
    const struct quill_model *model;   /* borrowed */
    struct quill_tokenizer *tokenizer; /* owned */
    size_t n_vocab;
    uint32_t eot;
    struct quill_grammar_automaton automaton;
};

/* ---- life -----------------------------------------------------------------------------------------------
 */

enum quill_status quill_grammar_open(struct quill_grammar **out, const struct quill_model *model,
                                     const char *text, const char *root, struct quill_error *err)
{
    const size_t n = strlen(text);
    struct quill_plan plan = {0};
    struct quill_arena arena;

    if (n > QUILL_MAX_GRAMMAR_BYTES)
        return quill_fail(err, QUILL_ERR_INVALID, "a grammar of %zu bytes is too long: use at most %d", n,
                          QUILL_MAX_GRAMMAR_BYTES);
    const struct quill_span self = quill_plan_add(&plan, 1, sizeof(struct quill_grammar));
    const struct quill_span states =
        quill_plan_add(&plan, QUILL_MAX_GRAMMAR_STATES, sizeof(struct quill_grammar_state));
    const struct quill_span ranges =
        quill_plan_add(&plan, quill_grammar_max_ranges(n), sizeof(struct quill_char_range));
    QUILL_TRY(quill_arena_open(&arena, &plan, "a grammar", err));
    struct quill_grammar *g = quill_arena_at(&arena, self);
    *g = (struct quill_grammar){
        .arena = arena,
        .model = model,
        .n_vocab = model->hparams.n_vocab,
        .automaton = {.states = quill_arena_at(&arena, states), .ranges = quill_arena_at(&arena, ranges)}};
    enum quill_status status = quill_grammar_compile(&g->automaton, text, root ? root : "root", err);
    if (status == QUILL_OK)
        status = quill_tokenizer_open(&g->tokenizer, &model->file, err);
    if (status == QUILL_OK) {
        g->eot = quill_tokenizer_specials(g->tokenizer)->eot;
        *out = g;
    } else {
        quill_grammar_close(&g);
    }
    return status;
}

void quill_grammar_close(struct quill_grammar **grammar)
{
    struct quill_grammar *g = *grammar;

    if (!g)
        return;
    struct quill_arena arena = g->arena;
    quill_tokenizer_close(&g->tokenizer);
    quill_arena_close(&arena);
    *grammar = NULL;
}

bool quill_grammar_is_for(const struct quill_grammar *g, const struct quill_model *model)
{
    return g->model == model;
}

/* ---- sets of states -------------------------------------------------------------------------------------
 */

/* States that wait for a character, and whether the text may end here. */
struct set {
    size_t n;
    bool is_end;
    uint16_t states[QUILL_MAX_GRAMMAR_STATES];
};

/* Each state at most once. */
struct marks {
    uint64_t bits[QUILL_MAX_GRAMMAR_STATES / 64];
};

static bool mark(struct marks *marks, uint16_t state)
{
    const uint64_t bit = UINT64_C(1) << state % 64;
    const bool is_new = !(marks->bits[state / 64] & bit);

    marks->bits[state / 64] |= bit;
    return is_new;
}

/* Adds a state and all that it leads to at once. */
static void add_state(const struct quill_grammar_automaton *a, struct set *set, struct marks *marks,
                      uint16_t first)
{
    uint16_t stack[QUILL_MAX_GRAMMAR_STATES];
    size_t n = 0;

    if (mark(marks, first))
        stack[n++] = first;
    while (n > 0) {
        const uint16_t at = stack[--n];
        const struct quill_grammar_state *state = &a->states[at];

        set->is_end = set->is_end || at == QUILL_GRAMMAR_END;
        if (state->n_ranges > 0) {
            set->states[set->n++] = at;
            continue;
        }
        if (state->other != QUILL_GRAMMAR_NOWHERE && mark(marks, state->other))
            stack[n++] = state->other;
        if (state->next != QUILL_GRAMMAR_NOWHERE && mark(marks, state->next))
            stack[n++] = state->next;
    }
}

/* Whether a state takes any of the characters first..last. */
static bool takes(const struct quill_grammar_automaton *a, uint16_t at, uint32_t first, uint32_t last)
{
    const struct quill_grammar_state *state = &a->states[at];
    const struct quill_char_range *range = a->ranges + state->first_range;

    for (uint32_t i = 0; i < state->n_ranges; i++)
        if (first <= range[i].last && last >= range[i].first)
            return true;
    return false;
}

static void begin(const struct quill_grammar_automaton *a, struct set *set)
{
    struct marks marks = {{0}};

    set->n = 0;
    set->is_end = false;
    add_state(a, set, &marks, a->start);
}

/* *to: where a character leads from a set; for most tokens of a vocabulary that is nowhere. */
static void step(const struct quill_grammar_automaton *a, const struct set *from, uint32_t c, struct set *to)
{
    size_t i = 0;

    to->n = 0;
    to->is_end = false;
    while (i < from->n && !takes(a, from->states[i], c, c))
        i++;
    if (i == from->n)
        return;
    struct marks marks = {{0}};
    for (; i < from->n; i++)
        if (takes(a, from->states[i], c, c))
            add_state(a, to, &marks, a->states[from->states[i]].next);
}

/* ---- texts ----------------------------------------------------------------------------------------------
 */

/* Where a text has led to; behind that, the beginning of a character. */
struct place {
    const struct set *set;
    char bytes[4];
    size_t n_bytes;
};

static bool is_nowhere(const struct place *place)
{
    return place->set->n == 0 && !place->set->is_end;
}

/* Whether these bytes, which are no character, are the beginning of one. */
static bool is_begun(const char *bytes, size_t n, size_t scanned)
{
    const unsigned char lead = (unsigned char)bytes[0];

    return scanned == n && lead >= 0xc2 && lead <= 0xf4;
}

/* Goes on with bytes, to a set of these two. Stops where nothing goes on. */
static void go_on(const struct quill_grammar_automaton *a, struct place *place, struct set sets[2],
                  const char *bytes, size_t n)
{
    for (size_t i = 0; i < n && !is_nowhere(place);) {
        struct set *to = place->set == &sets[0] ? &sets[1] : &sets[0];
        bool valid;

        place->bytes[place->n_bytes++] = bytes[i++];
        const size_t len = quill_utf8_scan(place->bytes, place->n_bytes, &valid);
        if (!valid && is_begun(place->bytes, place->n_bytes, len))
            continue;
        size_t one;
        step(a, place->set, quill_utf8_next(place->bytes, place->n_bytes, &one), to);
        place->set = to;
        if (!valid && len < place->n_bytes)
            i--; /* it begins anew behind what is no character */
        place->n_bytes = 0;
    }
}

/* Whether the character that has begun, if any, can be one that goes on. */
static bool can_go_on(const struct quill_grammar_automaton *a, const struct place *place)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000}; /* by the number of bytes */

    if (place->n_bytes == 0)
        return !is_nowhere(place);
    const unsigned char lead = (unsigned char)place->bytes[0];
    const size_t n = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    uint32_t first = lead & (0x7fu >> n), last;
    for (size_t i = 1; i < place->n_bytes; i++)
        first = first << 6 | ((unsigned char)place->bytes[i] & 0x3fu);
    first <<= 6 * (n - place->n_bytes);
    last = first | ((1u << 6 * (n - place->n_bytes)) - 1);
    first = first > least[n] ? first : least[n];
    for (size_t i = 0; i < place->set->n; i++)
        if (takes(a, place->set->states[i], first, last))
            return true;
    return false;
}

bool quill_grammar_matches(const struct quill_grammar *g, const char *text)
{
    struct set sets[2];
    struct place place = {.set = &sets[0]};

    begin(&g->automaton, &sets[0]);
    go_on(&g->automaton, &place, sets, text, strlen(text));
    return place.set->is_end && place.n_bytes == 0;
}

/* ---- tokens ---------------------------------------------------------------------------------------------
 */

static struct place place_behind(const struct quill_grammar *g, struct set sets[2], const uint32_t *tokens,
                                 size_t n)
{
    struct place place = {.set = &sets[0]};

    begin(&g->automaton, &sets[0]);
    for (size_t i = 0; i < n; i++) {
        const struct quill_token_text text = quill_token_bytes(g->tokenizer, tokens[i]);

        go_on(&g->automaton, &place, sets, text.bytes, text.len);
    }
    return place;
}

static bool allows(const struct quill_grammar *g, const struct place *from, struct set sets[2],
                   uint32_t token)
{
    const struct quill_token_text text = quill_token_bytes(g->tokenizer, token);
    struct place place = *from;

    if (token == g->eot)
        return from->set->is_end && from->n_bytes == 0;
    go_on(&g->automaton, &place, sets, text.bytes, text.len);
    return text.len == 0 || can_go_on(&g->automaton, &place);
}

bool quill_grammar_allows(const struct quill_grammar *g, const uint32_t *tokens, size_t n, uint32_t token)
{
    struct set so_far[2], sets[2];
    const struct place place = place_behind(g, so_far, tokens, n);

    return !can_go_on(&g->automaton, &place) || allows(g, &place, sets, token);
}

void quill_grammar_penalise(const struct quill_grammar *g, const uint32_t *tokens, size_t n, float penalty,
                            float *logits)
{
    struct set so_far[2], sets[2];
    const struct place place = place_behind(g, so_far, tokens, n);

    if (!can_go_on(&g->automaton, &place))
        return;
    for (uint32_t token = 0; token <= g->eot; token++)
        if (logits[token] > -INFINITY && !allows(g, &place, sets, token))
            logits[token] -= penalty;
}
