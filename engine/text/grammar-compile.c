/* Writes a grammar out: from what its text says to its automaton. */
#include <string.h>

#include "base/arena.h"
#include "text/grammar-syntax.h"

#define MAX_DEPTH 128 /* of groups and rules in each other */

struct writer {
    const struct quill_grammar_syntax *syntax;
    struct quill_grammar_automaton *out;
};

/* ---- writing out ----------------------------------------------------------------------------------------
 */

/* A rule that is being written out, and where it goes on behind it. */
struct use {
    const struct use *outer;
    uint32_t rule;
    uint16_t entry, next;
};

static enum quill_status add_state(struct writer *w, size_t at, struct quill_grammar_state state,
                                   uint16_t *out)
{
    if (w->out->n_states == QUILL_MAX_GRAMMAR_STATES)
        return quill_grammar_fail(
            w->syntax, at,
            "from here on the grammar is too large, with each rule written out where it is used: "
            "it has room for about %d characters",
            QUILL_MAX_GRAMMAR_STATES);
    *out = (uint16_t)w->out->n_states;
    w->out->states[w->out->n_states++] = state;
    return QUILL_OK;
}

/* All of these write out something that goes on to `next`, and say where it begins. */
static enum quill_status write_alternatives(struct writer *w, uint32_t first, size_t at,
                                            const struct use *use, unsigned depth, uint16_t next,
                                            uint16_t *entry);

static enum quill_status write_rule(struct writer *w, const struct quill_grammar_item *item,
                                    const struct use *outer, unsigned depth, uint16_t next, uint16_t *entry)
{
    const struct quill_grammar_rule *rule = &w->syntax->rules[item->first];
    struct use use = {.outer = outer, .rule = item->first, .next = next};

    for (const struct use *u = outer; u; u = u->outer) {
        if (u->rule != item->first)
            continue;
        *entry = u->entry;
        return u->next == next
                   ? QUILL_OK
                   : quill_grammar_fail(w->syntax, item->at,
                                        "the rule \"%.*s\" uses itself here, which it may at its very end "
                                        "only: say with * or + what is repeated",
                                        quill_grammar_shown(rule->name_len), rule->name);
    }
    QUILL_TRY(add_state(w, item->at, (struct quill_grammar_state){.other = QUILL_GRAMMAR_NOWHERE}, entry));
    use.entry = *entry;
    uint16_t body;
    QUILL_TRY(write_alternatives(w, rule->first_alternative, item->at, &use, depth, next, &body));
    w->out->states[*entry].next = body;
    return QUILL_OK;
}

static enum quill_status write_once(struct writer *w, const struct quill_grammar_item *item,
                                    const struct use *use, unsigned depth, uint16_t next, uint16_t *entry)
{
    const struct quill_grammar_state state = {
        .first_range = item->first, .n_ranges = item->n, .next = next, .other = QUILL_GRAMMAR_NOWHERE};

    if (item->kind == QUILL_GRAMMAR_CHARACTER)
        return add_state(w, item->at, state, entry);
    if (depth == MAX_DEPTH)
        return quill_grammar_fail(w->syntax, item->at, "groups and rules are nested more than %d deep",
                                  MAX_DEPTH);
    return item->kind == QUILL_GRAMMAR_RULE
               ? write_rule(w, item, use, depth + 1, next, entry)
               : write_alternatives(w, item->first, item->at, use, depth + 1, next, entry);
}

static enum quill_status write_item(struct writer *w, const struct quill_grammar_item *item,
                                    const struct use *use, unsigned depth, uint16_t next, uint16_t *entry)
{
    struct quill_grammar_state fork = {.next = QUILL_GRAMMAR_NOWHERE, .other = next};

    *entry = next;
    if (item->max == QUILL_GRAMMAR_ANY_NUMBER) {
        uint16_t loop = QUILL_GRAMMAR_NOWHERE, body;

        QUILL_TRY(add_state(w, item->at, fork, &loop));
        QUILL_TRY(write_once(w, item, use, depth, loop, &body));
        w->out->states[loop].next = body;
        *entry = loop;
    }
    for (unsigned i = item->min; item->max != QUILL_GRAMMAR_ANY_NUMBER && i < item->max; i++) {
        QUILL_TRY(write_once(w, item, use, depth, *entry, &fork.next));
        QUILL_TRY(add_state(w, item->at, fork, entry));
    }
    for (unsigned i = 0; i < item->min; i++)
        QUILL_TRY(write_once(w, item, use, depth, *entry, entry));
    return QUILL_OK;
}

static enum quill_status write_alternatives(struct writer *w, uint32_t first, size_t at,
                                            const struct use *use, unsigned depth, uint16_t next,
                                            uint16_t *entry)
{
    *entry = QUILL_GRAMMAR_NOWHERE;
    for (uint32_t i = first; i != QUILL_GRAMMAR_NONE; i = w->syntax->alternatives[i].next) {
        struct quill_grammar_state fork = {.next = next, .other = *entry};

        for (uint32_t k = w->syntax->alternatives[i].last_item; k != QUILL_GRAMMAR_NONE;
             k = w->syntax->items[k].before)
            QUILL_TRY(write_item(w, &w->syntax->items[k], use, depth, fork.next, &fork.next));
        QUILL_TRY(add_state(w, at, fork, entry));
    }
    return QUILL_OK;
}

/* ---- the whole ------------------------------------------------------------------------------------------
 */

/* What speech recognition writes at the end of a sentence, in any of its scripts. */
static const struct quill_char_range closing_marks[] = {
    {'!', '!'},       {',', ','},       {'.', '.'},       {':', ';'},       {'?', '?'},
    {0x61f, 0x61f},   {0x964, 0x964},   {0x2026, 0x2026}, {0x3001, 0x3002}, {0xff01, 0xff01},
    {0xff0c, 0xff0c}, {0xff0e, 0xff0e}, {0xff1a, 0xff1b}, {0xff1f, 0xff1f},
};

/* Those that French has a space before, and the spaces that it may be. */
static const struct quill_char_range spaced_marks[] = {{'!', '!'}, {':', ';'}, {'?', '?'}};
static const struct quill_char_range spaces_before[] = {{' ', ' '}, {0xa0, 0xa0}, {0x202f, 0x202f}};

/* What Spanish begins questions and exclamations with. */
static const struct quill_char_range opening_marks[] = {{0xa1, 0xa1}, {0xbf, 0xbf}};

#define LENGTH(array) (sizeof(array) / sizeof *(array))

size_t quill_grammar_max_ranges(size_t n_bytes)
{
    const size_t n_marks =
        LENGTH(closing_marks) + LENGTH(spaced_marks) + LENGTH(spaces_before) + LENGTH(opening_marks);

    return 2 * n_bytes + n_marks + 4; /* and dots, and a space */
}

/* Appends what stands for characters of these ranges and goes on to `next`. Errors: INVALID. */
static enum quill_status write_char(struct writer *w, size_t at, const struct quill_char_range *ranges,
                                    size_t n, uint16_t next, uint16_t *entry)
{
    struct quill_grammar_automaton *out = w->out;
    const struct quill_grammar_state state = {.first_range = (uint32_t)out->n_ranges,
                                              .n_ranges = (uint32_t)n,
                                              .next = next,
                                              .other = QUILL_GRAMMAR_NOWHERE};

    memcpy(out->ranges + out->n_ranges, ranges, n * sizeof *ranges);
    out->n_ranges += n;
    return add_state(w, at, state, entry);
}

/* Goes on in either way. */
static enum quill_status write_fork(struct writer *w, size_t at, uint16_t one, uint16_t other,
                                    uint16_t *entry)
{
    return add_state(w, at, (struct quill_grammar_state){.next = one, .other = other}, entry);
}

/* One of the marks, perhaps with a space before it, "..." or nothing. */
static enum quill_status write_closing(struct writer *w, size_t at, uint16_t *entry)
{
    const struct quill_char_range dot = {'.', '.'};
    uint16_t end = QUILL_GRAMMAR_END, mark = QUILL_GRAMMAR_NOWHERE, spaced = QUILL_GRAMMAR_NOWHERE;

    QUILL_TRY(write_fork(w, at, QUILL_GRAMMAR_NOWHERE, QUILL_GRAMMAR_NOWHERE, &end)); /* the first state */
    QUILL_TRY(write_char(w, at, closing_marks, LENGTH(closing_marks), end, &mark));
    QUILL_TRY(write_fork(w, at, end, mark, entry));
    QUILL_TRY(write_char(w, at, spaced_marks, LENGTH(spaced_marks), end, &spaced));
    QUILL_TRY(write_char(w, at, spaces_before, LENGTH(spaces_before), spaced, &spaced));
    QUILL_TRY(write_fork(w, at, *entry, spaced, entry));
    for (int i = 0; i < 3; i++)
        QUILL_TRY(write_char(w, at, &dot, 1, end, &end));
    return write_fork(w, at, *entry, end, entry);
}

/* A rule's text, perhaps with a space and an opening mark in front and a mark behind. */
static enum quill_status write_text(struct writer *w, uint32_t rule)
{
    const struct quill_char_range blank = {' ', ' '};
    const struct quill_grammar_item root = {
        .kind = QUILL_GRAMMAR_RULE, .first = rule, .at = w->syntax->rules[rule].at};
    uint16_t closing = QUILL_GRAMMAR_NOWHERE, text = QUILL_GRAMMAR_NOWHERE, other = QUILL_GRAMMAR_NOWHERE;

    QUILL_TRY(write_closing(w, root.at, &closing));
    QUILL_TRY(write_once(w, &root, NULL, 0, closing, &text));
    QUILL_TRY(write_char(w, root.at, opening_marks, LENGTH(opening_marks), text, &other));
    QUILL_TRY(write_fork(w, root.at, text, other, &text));
    QUILL_TRY(write_char(w, root.at, &blank, 1, text, &other));
    return write_fork(w, root.at, text, other, &w->out->start);
}

/* Whether any way leads from the beginning to the end. */
static bool ends(const struct quill_grammar_automaton *a)
{
    uint16_t stack[QUILL_MAX_GRAMMAR_STATES];
    bool seen[QUILL_MAX_GRAMMAR_STATES] = {false};
    size_t n = 0;

    seen[a->start] = true;
    stack[n++] = a->start;
    while (n > 0) {
        const struct quill_grammar_state *state = &a->states[stack[--n]];
        const uint16_t ways[] = {state->next, state->other};

        for (size_t i = 0; i < LENGTH(ways); i++)
            if (ways[i] != QUILL_GRAMMAR_NOWHERE && !seen[ways[i]]) {
                seen[ways[i]] = true;
                stack[n++] = ways[i];
            }
    }
    return seen[QUILL_GRAMMAR_END];
}

static enum quill_status find_root(const struct writer *w, const char *name, uint32_t *root)
{
    for (*root = 1; *root <= w->syntax->n_rules; ++*root)
        if (w->syntax->rules[*root].name_len == strlen(name) &&
            memcmp(w->syntax->rules[*root].name, name, strlen(name)) == 0)
            return QUILL_OK;
    return quill_fail(w->syntax->err, QUILL_ERR_INVALID,
                      "the grammar has no rule \"%.*s\" to begin with: add it, or name another",
                      quill_grammar_shown(strlen(name)), name);
}

/* Errors: INVALID. */
static enum quill_status write_out(struct writer *w, const char *root)
{
    uint32_t rule;

    QUILL_TRY(find_root(w, root, &rule));
    QUILL_TRY(write_text(w, rule));
    if (!ends(w->out))
        return quill_grammar_fail(
            w->syntax, w->syntax->rules[rule].at, "no text of the rule \"%.*s\" ever ends",
            quill_grammar_shown(w->syntax->rules[rule].name_len), w->syntax->rules[rule].name);
    return QUILL_OK;
}

enum quill_status quill_grammar_compile(struct quill_grammar_automaton *out, const char *text,
                                        const char *root, struct quill_error *err)
{
    const size_t n = strlen(text);
    struct quill_plan plan = {0};
    const struct quill_span items = quill_plan_add(&plan, n + 1, sizeof(struct quill_grammar_item));
    const struct quill_span alternatives =
        quill_plan_add(&plan, n + 1, sizeof(struct quill_grammar_alternative));
    const struct quill_span rules = quill_plan_add(&plan, n + 1, sizeof(struct quill_grammar_rule));
    struct quill_arena arena;

    QUILL_TRY(quill_arena_open(&arena, &plan, "a grammar", err));
    struct quill_grammar_syntax syntax = {.text = text,
                                          .n = n,
                                          .ranges = out->ranges,
                                          .items = quill_arena_at(&arena, items),
                                          .alternatives = quill_arena_at(&arena, alternatives),
                                          .rules = quill_arena_at(&arena, rules),
                                          .err = err};
    struct writer writer = {.syntax = &syntax, .out = out};
    enum quill_status status = quill_grammar_parse(&syntax);
    out->n_ranges = syntax.n_ranges;
    if (status == QUILL_OK)
        status = write_out(&writer, root);
    quill_arena_close(&arena);
    return status;
}
