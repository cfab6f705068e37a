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

struct quill_pool {
    unsigned n_threads;
    struct worker *workers; /* owned; [n_threads], entry 0 unused */

    pthread_mutex_t lock;
    pthread_cond_t wake; /* serial or stop changed */
    pthread_cond_t idle; /* n_running became 0 */
    /* --- guarded by lock --- */
    unsigned serial;    /* bumps once per job; workers compare with their own copy */
    unsigned n_running; /* workers that take part in this job and have not left it */
    unsigned n_active;  /* threads that take part, the caller included */
    bool stop;

    /* --- written by the caller while no worker runs, published by lock --- */
    quill_pool_fn *fn;
    void *context;
    unsigned n_tasks;

    atomic_uint next; /* first task that nobody has taken */
};

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

static void *worker_main(void *data)
{
    const struct worker *self = data;
    struct quill_pool *pool = self->pool;
    unsigned seen = 0;

    pthread_mutex_lock(&pool->lock);
    for (;;) {
        while (!pool->stop && pool->serial == seen)
            pthread_cond_wait(&pool->wake, &pool->lock);
        if (pool->stop)
            break;
        seen = pool->serial;
        if (self->index >= pool->n_active)
            continue;
        pthread_mutex_unlock(&pool->lock);
        run_tasks(pool, self->index);
        pthread_mutex_lock(&pool->lock);
        if (--pool->n_running == 0)
            pthread_cond_signal(&pool->idle);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* Ends the first n_started workers and frees everything. */
static void pool_destroy(struct quill_pool *pool, unsigned n_started)
{
    pthread_mutex_lock(&pool->lock);
    pool->stop = true;
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->lock);
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
    atomic_init(&pool->next, 0);
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
                              "could start only %u of %u threads (%s); choose fewer threads in the settings",
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

    pthread_mutex_lock(&pool->lock);
    pool->fn = fn;
    pool->context = context;
    pool->n_tasks = n_tasks;
    atomic_store_explicit(&pool->next, 0, memory_order_relaxed);
    pool->n_active = n_tasks < pool->n_threads ? n_tasks : pool->n_threads;
    pool->n_running = pool->n_active - 1;
    pool->serial++;
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->lock);

    run_tasks(pool, 0);

    pthread_mutex_lock(&pool->lock);
    while (pool->n_running > 0)
        pthread_cond_wait(&pool->idle, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}
