/* Memory: sizes first, one allocation, then only pointers into it. */
#ifndef QUILL_BASE_ARENA_H
#define QUILL_BASE_ARENA_H

#include "base/status.h"

#define QUILL_ALIGN 64

/* *out = a * b (* c); false on overflow. */
bool quill_mul2(size_t *out, size_t a, size_t b);
bool quill_mul3(size_t *out, size_t a, size_t b, size_t c);

/* All heap memory of the engine comes from here, so that tests can make each allocation fail in turn. */
void *quill_alloc(size_t bytes);      /* 64-byte aligned, not cleared; NULL when there is none */
void *quill_alloc_zero(size_t bytes); /* the system lends a page of a large piece when it is first written */
void quill_free(void *memory);

/* Lends the whole pages within these bytes back to the system until they are next used. What was in them is
 * zero then; of a file's map, read anew. */
void quill_release(const void *memory, size_t bytes);

/* Before these bytes are used, which will be read from end to end again and again: has the system lend them
 * in huge pages, if it has some, so that less time goes into finding pages. */
void quill_prefer_huge_pages(const void *memory, size_t bytes);

/* For tests: the n-th allocation from now fails (1: the next), once; 0 switches it off. Process-wide. */
void quill_alloc_fail_at(unsigned long n);
unsigned long quill_alloc_count(void); /* allocations since the process began */

/* A piece of an arena: where it begins and how long it is. */
struct quill_span {
    size_t offset, bytes;
};

/* The sum of all pieces, made before anything is allocated. Start with {0}. */
struct quill_plan {
    size_t bytes;
    bool overflow; /* some size did not fit in size_t; sticky, reported by quill_arena_open */
};
struct quill_span quill_plan_add(struct quill_plan *plan, size_t count, size_t element_bytes);

struct quill_arena {
    unsigned char *base; /* owned */
    size_t bytes;
};
/* Allocates the plan, cleared. `what` names it in the error: "need 120 MiB for <what>". Errors: NOMEM. */
enum quill_status quill_arena_open(struct quill_arena *out, const struct quill_plan *plan, const char *what,
                                   struct quill_error *err);
void quill_arena_close(struct quill_arena *arena);
static inline void *quill_arena_at(const struct quill_arena *arena, struct quill_span span)
{
    return arena->base + span.offset;
}

#endif
