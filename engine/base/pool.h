/* A pool of threads that runs one job at a time, split into numbered tasks. */
#ifndef QUILL_BASE_POOL_H
#define QUILL_BASE_POOL_H

#include "base/status.h"

struct quill_pool;

/* task: 0..n_tasks-1, each run exactly once; worker: 0..n_threads-1, unique among tasks that run at the same
 * time (for per-worker scratch). */
typedef void quill_pool_fn(void *context, unsigned task, unsigned worker);

/* n_threads counts the caller's thread, which works too: 1 starts none. Errors: INVALID, NOMEM. */
enum quill_status quill_pool_open(struct quill_pool **out, unsigned n_threads, struct quill_error *err);
void quill_pool_close(struct quill_pool **pool);
unsigned quill_pool_n_threads(const struct quill_pool *pool);

/* Runs all tasks and returns when the last is done. One task runs on the caller's thread at once, without
 * waking anybody. Not re-entrant; one caller at a time. */
void quill_pool_run(struct quill_pool *pool, quill_pool_fn *fn, void *context, unsigned n_tasks);

#endif
