/* What a grammar's text says, before anything is written out. Part of grammar.h. */
#ifndef QUILL_TEXT_GRAMMAR_SYNTAX_H
#define QUILL_TEXT_GRAMMAR_SYNTAX_H

#include "text/grammar.h"

#define QUILL_GRAMMAR_MAX_DEPTH 64       /* of groups in groups */
#define QUILL_GRAMMAR_ANY_NUMBER 0xffffu /* of times */
#define QUILL_GRAMMAR_NONE 0u            /* nothing: items, alternatives and rules count from 1 */

enum quill_grammar_kind {
    QUILL_GRAMMAR_CHARACTER, /* one of ranges */
    QUILL_GRAMMAR_GROUP,
    QUILL_GRAMMAR_RULE,
};

/* A character, a group or the name of a rule, and how often. */
struct quill_grammar_item {
    enum quill_grammar_kind kind;
    uint16_t min, max;
    uint32_t first, n; /* ranges; the first alternative; or the rule */
    uint32_t before;   /* the item in front of it */
    uint32_t at;       /* in the text */
};

struct quill_grammar_alternative {
    uint32_t last_item; /* they are written out from the end, since each has to know where it goes on */
    uint32_t next;
};

struct quill_grammar_rule {
    const char *name; /* in the text */
    size_t name_len;
    uint32_t first_alternative; /* QUILL_GRAMMAR_NONE: it is only used so far */
    uint32_t at;                /* where it is first named */
};

struct quill_grammar_syntax {
    const char *text;
    size_t n, at;
    struct quill_char_range *ranges; /* [quill_grammar_max_ranges] */
    size_t n_ranges;
    /* [n + 1] each, for nothing is said in less than a byte. */
    struct quill_grammar_item *items;
    size_t n_items;
    struct quill_grammar_alternative *alternatives;
    size_t n_alternatives;
    struct quill_grammar_rule *rules;
    size_t n_rules;
    struct quill_error *err;
};

/* Parses all of syntax->text, whose arrays are the caller's. Errors: INVALID. */
enum quill_status quill_grammar_parse(struct quill_grammar_syntax *syntax);

/* INVALID: "line 2, column 7 of the grammar: ...", for what is at text[at]; columns are characters. */
enum quill_status quill_grammar_fail(const struct quill_grammar_syntax *syntax, size_t at, const char *format,
                                     ...) __attribute__((format(printf, 3, 4)));

/* Bytes of a name of this length that an error shows. */
int quill_grammar_shown(size_t len);

#endif
