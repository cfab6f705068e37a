#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/grammar-syntax.h"
#include "text/unicode.h"

#define MAX_SHOWN 40 /* bytes of a name in an error */
#define LAST_CHAR 0x10ffffu

/* ---- errors ---------------------------------------------------------------------------------------------
 */

enum quill_status quill_grammar_fail(const struct quill_grammar_syntax *c, size_t at, const char *format, ...)
{
    size_t line = 1, column = 1, len;
    char what[256];
    va_list args;

    for (size_t i = 0; i < at; i += len) {
        const bool is_end = quill_utf8_next(c->text + i, c->n - i, &len) == '\n';

        line += is_end;
        column = is_end ? 1 : column + 1;
    }
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return quill_fail(c->err, QUILL_ERR_INVALID, "line %zu, column %zu of the grammar: %s", line, column,
                      what);
}

int quill_grammar_shown(size_t len)
{
    return len < MAX_SHOWN ? (int)len : MAX_SHOWN;
}

/* ---- what the text is made of ---------------------------------------------------------------------------
 */

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* '\0' at the end. */
static char peek(const struct quill_grammar_syntax *c)
{
    return c->at < c->n ? c->text[c->at] : '\0';
}

/* Where the text goes on behind white space and comments. */
static size_t skip_space(const struct quill_grammar_syntax *c, size_t at)
{
    while (at < c->n && strchr(" \t\r\n#", c->text[at]))
        if (c->text[at] == '#')
            while (at < c->n && c->text[at] != '\n')
                at++;
        else
            at++;
    return at;
}

static bool take(struct quill_grammar_syntax *c, const char *mark)
{
    const size_t len = strlen(mark);

    if (c->n - c->at < len || memcmp(c->text + c->at, mark, len) != 0)
        return false;
    c->at += len;
    return true;
}

static size_t name_length(const struct quill_grammar_syntax *c)
{
    size_t len = 0;

    while (c->at + len < c->n && is_name_char(c->text[c->at + len]))
        len++;
    return len;
}

/* A name that is being defined, not used. */
static bool is_at_definition(const struct quill_grammar_syntax *c)
{
    const size_t len = name_length(c), at = skip_space(c, c->at + len);

    return len > 0 && c->n - at >= 3 && memcmp(c->text + at, "::=", 3) == 0;
}

/* The rule with the name that the text is at, which is passed over. */
static uint32_t take_rule(struct quill_grammar_syntax *c)
{
    const size_t len = name_length(c);
    const char *name = c->text + c->at;
    uint32_t rule = 1;

    while (rule <= c->n_rules &&
           (c->rules[rule].name_len != len || memcmp(c->rules[rule].name, name, len) != 0))
        rule++;
    if (rule > c->n_rules) {
        c->rules[rule] = (struct quill_grammar_rule){.name = name, .name_len = len, .at = (uint32_t)c->at};
        c->n_rules++;
    }
    c->at += len;
    return rule;
}

static uint32_t add_item(struct quill_grammar_syntax *c, enum quill_grammar_kind kind, size_t at)
{
    c->items[++c->n_items] =
        (struct quill_grammar_item){.kind = kind, .min = 1, .max = 1, .at = (uint32_t)at};
    return (uint32_t)c->n_items;
}

static uint32_t add_alternative(struct quill_grammar_syntax *c)
{
    c->alternatives[++c->n_alternatives] = (struct quill_grammar_alternative){0};
    return (uint32_t)c->n_alternatives;
}

static void add_range(struct quill_grammar_syntax *c, struct quill_grammar_item *item, uint32_t first,
                      uint32_t last)
{
    if (item->n++ == 0)
        item->first = (uint32_t)c->n_ranges;
    c->ranges[c->n_ranges++] = (struct quill_char_range){first, last};
}

/* ---- characters -----------------------------------------------------------------------------------------
 */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static enum quill_status parse_hex(struct quill_grammar_syntax *c, size_t begin, unsigned n_digits,
                                   uint32_t *out)
{
    *out = 0;
    for (unsigned i = 0; i < n_digits; i++, c->at++) {
        const int digit = hex_digit(peek(c));

        if (digit < 0)
            return quill_grammar_fail(c, begin, "this escape needs %u hexadecimal digits", n_digits);
        *out = *out << 4 | (uint32_t)digit;
    }
    if (*out == 0 || *out > LAST_CHAR || (*out >= 0xd800 && *out <= 0xdfff))
        return quill_grammar_fail(c, begin, "this escape stands for no character");
    return QUILL_OK;
}

static enum quill_status parse_escape(struct quill_grammar_syntax *c, uint32_t *out)
{
    static const char names[] = "nrt\\\"'[]-^", meanings[] = "\n\r\t\\\"'[]-^";
    const size_t begin = c->at++;
    const char name = peek(c);
    const char *found = name ? strchr(names, name) : NULL;

    if (name == 'x' || name == 'u' || name == 'U') {
        c->at++;
        return parse_hex(c, begin, name == 'x' ? 2 : name == 'u' ? 4 : 8, out);
    }
    if (!found)
        return quill_grammar_fail(
            c, begin,
            "this escape is not known: use \\n, \\r, \\t, \\x, \\u, \\U, or \\ before a mark such as \"");
    c->at++;
    *out = (uint32_t)(unsigned char)meanings[found - names];
    return QUILL_OK;
}

/* A character of a literal or class that began at `begin` and ends with `end`. */
static enum quill_status parse_char(struct quill_grammar_syntax *c, size_t begin, char end, uint32_t *out)
{
    size_t len;
    bool valid;

    if (peek(c) == '\0' || peek(c) == '\n')
        return quill_grammar_fail(c, begin,
                                  "what begins here is not closed: put %c at its end, in the same line", end);
    if (peek(c) == '\\')
        return parse_escape(c, out);
    quill_utf8_scan(c->text + c->at, c->n - c->at, &valid);
    if (!valid)
        return quill_grammar_fail(c, c->at, "this is not text in UTF-8");
    *out = quill_utf8_next(c->text + c->at, c->n - c->at, &len);
    c->at += len;
    return QUILL_OK;
}

/* A group of one alternative, so that it can be repeated as a whole. */
static enum quill_status parse_literal(struct quill_grammar_syntax *c, uint32_t *out)
{
    const size_t begin = c->at++;
    const uint32_t group = add_item(c, QUILL_GRAMMAR_GROUP, begin), alternative = add_alternative(c);
    uint32_t *last = &c->alternatives[alternative].last_item;

    c->items[group].first = alternative;
    while (!take(c, "\"")) {
        const size_t at = c->at;
        uint32_t character;

        QUILL_TRY(parse_char(c, begin, '"', &character));
        const uint32_t item = add_item(c, QUILL_GRAMMAR_CHARACTER, at), other = quill_other_case(character);

        add_range(c, &c->items[item], character, character);
        if (other != character)
            add_range(c, &c->items[item], other, other);
        c->items[item].before = *last;
        *last = item;
    }
    *out = group;
    return QUILL_OK;
}

static int compare_ranges(const void *a, const void *b)
{
    const uint32_t x = ((const struct quill_char_range *)a)->first;
    const uint32_t y = ((const struct quill_char_range *)b)->first;

    return x < y ? -1 : x > y;
}

/* Exchanges the item's ranges, the last there are, for what lies between them: at most one more. */
static void negate(struct quill_grammar_syntax *c, struct quill_grammar_item *item)
{
    struct quill_char_range *ranges = c->ranges + item->first;
    const size_t n = item->n;
    uint32_t free_from = 0;

    qsort(ranges, n, sizeof *ranges, compare_ranges);
    item->n = 0;
    c->n_ranges = item->first;
    for (size_t i = 0; i < n; i++) {
        const struct quill_char_range range = ranges[i];

        if (range.first > free_from)
            add_range(c, item, free_from, range.first - 1);
        if (range.last >= free_from)
            free_from = range.last + 1;
    }
    if (free_from <= LAST_CHAR)
        add_range(c, item, free_from, LAST_CHAR);
}

static enum quill_status parse_class(struct quill_grammar_syntax *c, uint32_t *out)
{
    const size_t begin = c->at++;
    const bool is_negated = take(c, "^");
    const uint32_t item = add_item(c, QUILL_GRAMMAR_CHARACTER, begin);

    while (!take(c, "]")) {
        const size_t at = c->at;
        uint32_t first, last;

        QUILL_TRY(parse_char(c, begin, ']', &first));
        last = first;
        if (peek(c) == '-' && c->at + 1 < c->n && c->text[c->at + 1] != ']') {
            c->at++;
            QUILL_TRY(parse_char(c, begin, ']', &last));
        }
        if (last < first)
            return quill_grammar_fail(c, at, "this range ends before it begins");
        add_range(c, &c->items[item], first, last);
    }
    if (c->items[item].n == 0)
        return quill_grammar_fail(c, begin, "there is no character in this class");
    if (is_negated)
        negate(c, &c->items[item]);
    if (c->items[item].n == 0)
        return quill_grammar_fail(c, begin, "this class leaves no character");
    *out = item;
    return QUILL_OK;
}

/* ---- rules ----------------------------------------------------------------------------------------------
 */

static bool take_number(struct quill_grammar_syntax *c, uint32_t *out)
{
    const size_t begin = c->at;

    for (*out = 0; peek(c) >= '0' && peek(c) <= '9'; c->at++)
        if (*out < QUILL_GRAMMAR_ANY_NUMBER)
            *out = 10 * *out + (uint32_t)(peek(c) - '0');
    return c->at > begin;
}

/* {m}, {m,}, {m,n} or {,n} */
static enum quill_status parse_times(struct quill_grammar_syntax *c, struct quill_grammar_item *item)
{
    const size_t begin = c->at - 1;
    uint32_t min, max;
    const bool has_min = take_number(c, &min), has_comma = take(c, ","), has_max = take_number(c, &max);

    if (!take(c, "}") || !(has_comma ? has_min || has_max : has_min && !has_max))
        return quill_grammar_fail(c, begin, "how often is written {2}, {2,}, {2,5} or {,5}");
    if (!has_max)
        max = has_comma ? QUILL_GRAMMAR_ANY_NUMBER : min;
    if (min > QUILL_MAX_GRAMMAR_STATES || (has_max && max > QUILL_MAX_GRAMMAR_STATES))
        return quill_grammar_fail(c, begin, "more than %d times is too often", QUILL_MAX_GRAMMAR_STATES);
    if (max == 0 || max < min)
        return quill_grammar_fail(c, begin,
                                  "the largest number of times is less than the smallest, or than 1");
    item->min = (uint16_t)min;
    item->max = (uint16_t)max;
    return QUILL_OK;
}

static enum quill_status parse_repetition(struct quill_grammar_syntax *c, struct quill_grammar_item *item)
{
    c->at = skip_space(c, c->at);
    if (take(c, "{"))
        return parse_times(c, item);
    if (take(c, "*"))
        item->min = 0, item->max = QUILL_GRAMMAR_ANY_NUMBER;
    else if (take(c, "+"))
        item->max = QUILL_GRAMMAR_ANY_NUMBER;
    else if (take(c, "?"))
        item->min = 0;
    return QUILL_OK;
}

static enum quill_status parse_alternatives(struct quill_grammar_syntax *c, unsigned depth, uint32_t *first);

static enum quill_status parse_group(struct quill_grammar_syntax *c, unsigned depth, uint32_t *out)
{
    const size_t begin = c->at++;

    if (depth == QUILL_GRAMMAR_MAX_DEPTH)
        return quill_grammar_fail(c, begin, "groups are nested more than %d deep", QUILL_GRAMMAR_MAX_DEPTH);
    *out = add_item(c, QUILL_GRAMMAR_GROUP, begin);
    QUILL_TRY(parse_alternatives(c, depth + 1, &c->items[*out].first));
    if (!take(c, ")"))
        return peek(c) == '\0' || is_at_definition(c)
                   ? quill_grammar_fail(c, begin,
                                        "the group that begins here is not closed: put ) at its end")
                   : quill_grammar_fail(c, c->at, "nothing can begin with this character");
    return QUILL_OK;
}

/* *out: QUILL_GRAMMAR_NONE where an alternative ends. */
static enum quill_status parse_item(struct quill_grammar_syntax *c, unsigned depth, uint32_t *out)
{
    const size_t begin = c->at;

    *out = QUILL_GRAMMAR_NONE;
    if (peek(c) == '"')
        return parse_literal(c, out);
    if (peek(c) == '[')
        return parse_class(c, out);
    if (peek(c) == '(')
        return parse_group(c, depth, out);
    if (take(c, ".")) {
        *out = add_item(c, QUILL_GRAMMAR_CHARACTER, begin);
        add_range(c, &c->items[*out], 0, LAST_CHAR);
    } else if (is_name_char(peek(c)) && !is_at_definition(c)) {
        *out = add_item(c, QUILL_GRAMMAR_RULE, begin);
        c->items[*out].first = take_rule(c);
    }
    return QUILL_OK;
}

static enum quill_status parse_sequence(struct quill_grammar_syntax *c, unsigned depth, uint32_t *last)
{
    for (;;) {
        uint32_t item;

        c->at = skip_space(c, c->at);
        QUILL_TRY(parse_item(c, depth, &item));
        if (item == QUILL_GRAMMAR_NONE)
            return QUILL_OK;
        QUILL_TRY(parse_repetition(c, &c->items[item]));
        c->items[item].before = *last;
        *last = item;
    }
}

static enum quill_status parse_alternatives(struct quill_grammar_syntax *c, unsigned depth, uint32_t *first)
{
    uint32_t *link = first;

    do {
        const uint32_t alternative = add_alternative(c);

        *link = alternative;
        link = &c->alternatives[alternative].next;
        QUILL_TRY(parse_sequence(c, depth, &c->alternatives[alternative].last_item));
    } while (take(c, "|"));
    return QUILL_OK;
}

static enum quill_status parse_rule(struct quill_grammar_syntax *c)
{
    const size_t begin = c->at;

    if (!is_at_definition(c))
        return is_name_char(peek(c)) ? quill_grammar_fail(c, begin, "behind the name of a rule comes ::=")
                                     : quill_grammar_fail(c, begin, "nothing can begin with this character");
    struct quill_grammar_rule *rule = &c->rules[take_rule(c)];

    if (rule->first_alternative != QUILL_GRAMMAR_NONE)
        return quill_grammar_fail(c, begin, "the rule \"%.*s\" is there already",
                                  quill_grammar_shown(rule->name_len), rule->name);
    c->at = skip_space(c, c->at);
    take(c, "::=");
    return parse_alternatives(c, 0, &rule->first_alternative);
}

enum quill_status quill_grammar_parse(struct quill_grammar_syntax *c)
{
    for (c->at = skip_space(c, 0); c->at < c->n; c->at = skip_space(c, c->at))
        QUILL_TRY(parse_rule(c));
    for (size_t i = 1; i <= c->n_rules; i++)
        if (c->rules[i].first_alternative == QUILL_GRAMMAR_NONE)
            return quill_grammar_fail(c, c->rules[i].at, "there is no rule \"%.*s\": add it, or correct its name",
                                      quill_grammar_shown(c->rules[i].name_len), c->rules[i].name);
    return QUILL_OK;
}
