#include "base/arena.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static atomic_ulong alloc_count;
static atomic_ulong fail_countdown; /* 0: off */

bool quill_mul2(size_t *out, size_t a, size_t b)
{
    return !__builtin_mul_overflow(a, b, out);
}

bool quill_mul3(size_t *out, size_t a, size_t b, size_t c)
{
    size_t ab;

    return quill_mul2(&ab, a, b) && quill_mul2(out, ab, c);
}

static bool must_fail(void)
{
    unsigned long n = atomic_load(&fail_countdown);

    while (n > 0)
        if (atomic_compare_exchange_weak(&fail_countdown, &n, n - 1))
            return n == 1;
    return false;
}

/* Memory of malloc or calloc, aligned: the byte before it says by how much it was moved (16 to 64). */
static void *take(size_t bytes, bool zero)
{
    unsigned char *raw;
    size_t shift;

    atomic_fetch_add(&alloc_count, 1);
    if (must_fail() || bytes > PTRDIFF_MAX - QUILL_ALIGN)
        return NULL;
    raw = zero ? calloc(1, bytes + QUILL_ALIGN) : malloc(bytes + QUILL_ALIGN);
    if (!raw)
        return NULL;
    shift = QUILL_ALIGN - (uintptr_t)raw % QUILL_ALIGN;
    raw[shift - 1] = (unsigned char)shift;
    return raw + shift;
}

void *quill_alloc(size_t bytes)
{
    return take(bytes, false);
}

void *quill_alloc_zero(size_t bytes)
{
    return take(bytes, true);
}

void quill_free(void *memory)
{
    unsigned char *at = memory;

    if (at)
        free(at - at[-1]);
}

/* Of the whole pages within these bytes. */
static void advise(const void *memory, size_t bytes, int advice)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), begin = (uintptr_t)memory;
    const uintptr_t first = (begin + page - 1) / page * page, last = (begin + bytes) / page * page;

    if (first < last)
        madvise((void *)first, last - first, advice);
}

void quill_release(const void *memory, size_t bytes)
{
    advise(memory, bytes, MADV_DONTNEED);
}

void quill_prefer_huge_pages(const void *memory, size_t bytes)
{
    advise(memory, bytes, MADV_HUGEPAGE);
}

void quill_alloc_fail_at(unsigned long n)
{
    atomic_store(&fail_countdown, n);
}

unsigned long quill_alloc_count(void)
{
    return atomic_load(&alloc_count);
}

struct quill_span quill_plan_add(struct quill_plan *plan, size_t count, size_t element_bytes)
{
    struct quill_span span = {.offset = plan->bytes};
    size_t padded, end;

    if (plan->overflow || !quill_mul2(&span.bytes, count, element_bytes) ||
        __builtin_add_overflow(span.bytes, QUILL_ALIGN - 1, &padded) ||
        __builtin_add_overflow(plan->bytes, padded / QUILL_ALIGN * QUILL_ALIGN, &end)) {
        plan->overflow = true;
        return (struct quill_span){0};
    }
    plan->bytes = end;
    return span;
}

enum quill_status quill_arena_open(struct quill_arena *out, const struct quill_plan *plan, const char *what,
                                   struct quill_error *err)
{
    unsigned char *base;

    if (plan->overflow)
        return quill_fail(err, QUILL_ERR_NOMEM, "%s would need more memory than this machine can address",
                          what);
    base = quill_alloc_zero(plan->bytes);
    if (!base)
        return quill_fail(err, QUILL_ERR_NOMEM, "need %zu MiB for %s, which is more memory than there is",
                          plan->bytes / 1048576 + (plan->bytes % 1048576 != 0), what);
    *out = (struct quill_arena){.base = base, .bytes = plan->bytes};
    return QUILL_OK;
}

void quill_arena_close(struct quill_arena *arena)
{
    quill_free(arena->base);
    *arena = (struct quill_arena){0};
}
