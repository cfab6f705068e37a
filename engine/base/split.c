#include "base/split.h"

#include <stdint.h>

/* Waking a thread and hearing back from it costs 10-20 us, in which a core does some 100 thousand
 * multiply-adds; a task must be worth that. */
#define MIN_TASK_COST 100000u

/* Above this a step takes milliseconds: then more tasks than threads even out a core that somebody else
 * is using. */
#define BIG_STEP_COST 20000000u
#define TASKS_PER_THREAD_BIG 4u

/* One query row against fewer heads or keys than this is over before a second thread is awake. */
#define MANY_HEADS 4u
#define LONG_KEYS 256u

static size_t saturating_mul(size_t a, size_t b)
{
    size_t product;

    return __builtin_mul_overflow(a, b, &product) ? SIZE_MAX : product;
}

static size_t ceil_div(size_t a, size_t b)
{
    return a / b + (a % b != 0);
}

static size_t min_size(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* n_units of `unit` items in about n_tasks equal shares. */
static struct quill_split share(size_t n_units, size_t unit, size_t n_tasks)
{
    const size_t units_per_task = ceil_div(n_units, n_tasks ? n_tasks : 1);

    return (struct quill_split){
        .n_tasks = (unsigned)ceil_div(n_units, units_per_task),
        .per_task = units_per_task * unit,
    };
}

/* Tasks that a step of so many multiply-adds is worth. */
static size_t tasks_of(size_t cost, unsigned n_threads)
{
    const size_t most = n_threads > 1 && cost >= BIG_STEP_COST ? n_threads * TASKS_PER_THREAD_BIG : n_threads;

    return min_size(most, cost / MIN_TASK_COST);
}

struct quill_split quill_split_rows(size_t n_rows, size_t granule, size_t cost_per_row, unsigned n_threads)
{
    if (n_rows == 0)
        return (struct quill_split){0};
    return share(ceil_div(n_rows, granule), granule,
                 tasks_of(saturating_mul(n_rows, cost_per_row), n_threads));
}

struct quill_grid quill_split_grid(size_t n_rows, size_t granule, size_t m, size_t m_granule, size_t n_cols,
                                   unsigned n_threads)
{
    const size_t wanted = tasks_of(saturating_mul(saturating_mul(n_rows, n_cols), m), n_threads);

    if (n_rows == 0 || m == 0)
        return (struct quill_grid){0};
    const struct quill_split down = share(ceil_div(m, m_granule), m_granule, wanted);
    const struct quill_split across =
        share(ceil_div(n_rows, granule), granule, ceil_div(wanted, down.n_tasks));

    return (struct quill_grid){across.n_tasks, down.n_tasks, across.per_task, down.per_task};
}

struct quill_split quill_split_heads(size_t n_heads, size_t n_query, size_t n_key, size_t head_dim,
                                     unsigned n_threads)
{
    /* A head costs a product with the keys and one with the values. */
    const size_t cost = saturating_mul(saturating_mul(n_heads, n_query), saturating_mul(n_key, 2 * head_dim));

    if (n_heads == 0)
        return (struct quill_split){0};
    if (n_query <= 1 && (n_heads < MANY_HEADS || n_key < LONG_KEYS))
        return share(n_heads, 1, 1);
    return share(n_heads, 1, min_size(n_threads, cost / MIN_TASK_COST));
}
