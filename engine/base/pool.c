#include "base/pool.h"

#include "base/arena.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

struct worker {
    struct quill_pool *pool;
    unsigned index; /* 1..n_threads-1; the caller is 0 */
    pthread_t thread;
};

/* How long a thread looks again and again before it sleeps: some 10-50 us. Within a token the next step comes
 * sooner than that, and waking a thread takes as long. */
#define SPINS 1000

/* A job is announced by a new `job` and done when n_running is 0. Threads that find nothing new for a while
 * sleep on a condition; whoever changes what they wait for looks, after the change, whether somebody sleeps
 * (all four accesses are sequentially consistent, so that one of the two sees the other). */
struct quill_pool {
    unsigned n_threads;
    unsigned n_spins;       /* 0: more threads than processors, whom spinning would only keep from working */
    struct worker *workers; /* owned; [n_threads], entry 0 unused */

    /* A number that grows with each job, and in the low 16 bits the threads that take part, the caller
     * included: in one word, since who does not take part may look while the next job is being announced. */
    atomic_uint_fast64_t job;
    atomic_bool stop;
    atomic_uint n_running; /* workers that take part in this job and have not left it */

    pthread_mutex_t lock;
    pthread_cond_t wake;       /* job or stop changed */
    pthread_cond_t idle;       /* n_running became 0 */
    atomic_uint n_asleep;      /* workers in wake, changed under lock */
    atomic_bool caller_asleep; /* in idle, likewise */

    /* --- written by the caller while no worker runs, published by job --- */
    quill_pool_fn *fn;
    void *context;
    unsigned n_tasks;

    atomic_uint next; /* first task that nobody has taken */
};

#define ACTIVE_MASK 0xffffu
_Static_assert(QUILL_MAX_THREADS <= ACTIVE_MASK, "the number of threads fits beside the job");

static inline void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static void run_tasks(struct quill_pool *pool, unsigned worker)
{
    /* The counter may pass n_tasks by one per thread, far below overflow. */
    for (;;) {
        const unsigned task = atomic_fetch_add_explicit(&pool->next, 1, memory_order_relaxed);

        if (task >= pool->n_tasks)
            return;
        pool->fn(pool->context, task, worker);
    }
}

static bool is_new(struct quill_pool *pool, uint_fast64_t seen)
{
    return atomic_load(&pool->job) != seen || atomic_load(&pool->stop);
}

static void wait_for_job(struct quill_pool *pool, uint_fast64_t seen)
{
    for (unsigned i = 0; i < pool->n_spins; i++) {
        if (is_new(pool, seen))
            return;
        relax();
    }
    pthread_mutex_lock(&pool->lock);
    atomic_fetch_add(&pool->n_asleep, 1);
    while (!is_new(pool, seen))
        pthread_cond_wait(&pool->wake, &pool->lock);
    atomic_fetch_sub(&pool->n_asleep, 1);
    pthread_mutex_unlock(&pool->lock);
}

static void wake_workers(struct quill_pool *pool)
{
    if (atomic_load(&pool->n_asleep) == 0)
        return;
    pthread_mutex_lock(&pool->lock);
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->lock);
}

static void wait_for_workers(struct quill_pool *pool)
{
    for (unsigned i = 0; i < pool->n_spins; i++) {
        if (atomic_load(&pool->n_running) == 0)
            return;
        relax();
    }
    pthread_mutex_lock(&pool->lock);
    atomic_store(&pool->caller_asleep, true);
    while (atomic_load(&pool->n_running) > 0)
        pthread_cond_wait(&pool->idle, &pool->lock);
    atomic_store(&pool->caller_asleep, false);
    pthread_mutex_unlock(&pool->lock);
}

static void leave_job(struct quill_pool *pool)
{
    if (atomic_fetch_sub(&pool->n_running, 1) != 1 || !atomic_load(&pool->caller_asleep))
        return;
    pthread_mutex_lock(&pool->lock);
    pthread_cond_signal(&pool->idle);
    pthread_mutex_unlock(&pool->lock);
}

static void *worker_main(void *data)
{
    const struct worker *self = data;
    struct quill_pool *pool = self->pool;
    uint_fast64_t seen = 0;

    for (;;) {
        wait_for_job(pool, seen);
        if (atomic_load(&pool->stop))
            return NULL;
        seen = atomic_load(&pool->job);
        if (self->index < (seen & ACTIVE_MASK)) {
            run_tasks(pool, self->index);
            leave_job(pool);
        }
    }
}

/* Ends the first n_started workers and frees everything. */
static void pool_destroy(struct quill_pool *pool, unsigned n_started)
{
    atomic_store(&pool->stop, true);
    wake_workers(pool);
    for (unsigned i = 1; i <= n_started; i++)
        pthread_join(pool->workers[i].thread, NULL);
    pthread_cond_destroy(&pool->idle);
    pthread_cond_destroy(&pool->wake);
    pthread_mutex_destroy(&pool->lock);
    quill_free(pool->workers);
    quill_free(pool);
}

enum quill_status quill_pool_open(struct quill_pool **out, unsigned n_threads, struct quill_error *err)
{
    struct quill_pool *pool;

    if (n_threads < 1 || n_threads > QUILL_MAX_THREADS)
        return quill_fail(err, QUILL_ERR_INVALID, "%u threads are not possible; choose 1 to %d", n_threads,
                          QUILL_MAX_THREADS);
    pool = quill_alloc_zero(sizeof *pool);
    if (!pool)
        return quill_fail(err, QUILL_ERR_NOMEM, "no memory for a pool of threads");
    pool->n_threads = n_threads;
    pool->workers = quill_alloc_zero(n_threads * sizeof *pool->workers);
    if (!pool->workers) {
        quill_free(pool);
        return quill_fail(err, QUILL_ERR_NOMEM, "no memory for a pool of threads");
    }
    pool->n_spins = n_threads <= quill_usable_cpus() ? SPINS : 0;
    atomic_init(&pool->next, 0);
    atomic_init(&pool->job, 0);
    atomic_init(&pool->stop, false);
    atomic_init(&pool->n_running, 0);
    atomic_init(&pool->n_asleep, 0);
    atomic_init(&pool->caller_asleep, false);
    /* With default attributes these cannot fail on Linux. */
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->wake, NULL);
    pthread_cond_init(&pool->idle, NULL);

    for (unsigned i = 1; i < n_threads; i++) {
        int failure;

        pool->workers[i] = (struct worker){.pool = pool, .index = i};
        failure = pthread_create(&pool->workers[i].thread, NULL, worker_main, &pool->workers[i]);
        if (failure) {
            pool_destroy(pool, i - 1);
            return quill_fail(err, QUILL_ERR_NOMEM,
                              "could start only %u of %u threads (%s); choose fewer threads",
                              i, n_threads, strerror(failure));
        }
    }
    *out = pool;
    return QUILL_OK;
}

void quill_pool_close(struct quill_pool **pool)
{
    if (!*pool)
        return;
    pool_destroy(*pool, (*pool)->n_threads - 1);
    *pool = NULL;
}

unsigned quill_pool_n_threads(const struct quill_pool *pool)
{
    return pool->n_threads;
}

void quill_pool_run(struct quill_pool *pool, quill_pool_fn *fn, void *context, unsigned n_tasks)
{
    if (n_tasks <= 1 || pool->n_threads == 1) {
        for (unsigned task = 0; task < n_tasks; task++)
            fn(context, task, 0);
        return;
    }

    const unsigned n_active = n_tasks < pool->n_threads ? n_tasks : pool->n_threads;
    pool->fn = fn;
    pool->context = context;
    pool->n_tasks = n_tasks;
    atomic_store_explicit(&pool->next, 0, memory_order_relaxed);
    atomic_store_explicit(&pool->n_running, n_active - 1, memory_order_relaxed);
    atomic_store(&pool->job,
                 (atomic_load(&pool->job) & ~(uint_fast64_t)ACTIVE_MASK) + (ACTIVE_MASK + 1) + n_active);
    wake_workers(pool);

    run_tasks(pool, 0);
    wait_for_workers(pool);
}
