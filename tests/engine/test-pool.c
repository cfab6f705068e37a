/* The pool of threads. pthread_create and pthread_join are counted, and made to fail, through the linker's
 * --wrap. */
#include "base/arena.h"
#include "base/pool.h"

#include <errno.h>
#include <glib.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

static unsigned n_created, n_joined;
static unsigned create_fails_at; /* the n-th from now; 0: never */

int __real_pthread_create (pthread_t *thread, const pthread_attr_t *attr, void *(*fn) (void *), void *data);
int __wrap_pthread_create (pthread_t *thread, const pthread_attr_t *attr, void *(*fn) (void *), void *data);
int __real_pthread_join (pthread_t thread, void **result);
int __wrap_pthread_join (pthread_t thread, void **result);

int
__wrap_pthread_create (pthread_t *thread, const pthread_attr_t *attr, void *(*fn) (void *), void *data) {
  int status;

  if (create_fails_at > 0 && --create_fails_at == 0)
    return EAGAIN;
  status = __real_pthread_create (thread, attr, fn, data);
  if (status == 0)
    n_created++;
  return status;
}

int
__wrap_pthread_join (pthread_t thread, void **result) {
  n_joined++;
  return __real_pthread_join (thread, result);
}

#define MAX_TASKS 257
#define MAX_WORKERS 16

struct record {
  unsigned n_threads;
  atomic_uint runs[MAX_TASKS];
  atomic_flag busy[MAX_WORKERS];
  atomic_uint clashes;
  unsigned char written[MAX_TASKS]; /* plain memory: visible to the caller when the run has returned */
};

static void
record_task (void *context, unsigned task, unsigned worker) {
  struct record *r = context;

  if (task >= MAX_TASKS || worker >= r->n_threads || atomic_flag_test_and_set (&r->busy[worker])) {
    atomic_fetch_add (&r->clashes, 1);
    return;
  }
  atomic_fetch_add (&r->runs[task], 1);
  r->written[task] = (unsigned char)(task + 1);
  atomic_flag_clear (&r->busy[worker]);
}

static void
every_task_runs_once (void) {
  static const unsigned n_tasks[] = { 0, 1, 2, 3, 7, 8, 9, 64, MAX_TASKS };

  for (unsigned n_threads = 1; n_threads <= 9; n_threads++) {
    struct quill_pool *pool = NULL;

    g_assert_cmpint (quill_pool_open (&pool, n_threads, NULL), ==, QUILL_OK);
    g_assert_cmpuint (quill_pool_n_threads (pool), ==, n_threads);
    for (unsigned round = 0; round < 50; round++)
      for (gsize i = 0; i < G_N_ELEMENTS (n_tasks); i++) {
        struct record r = { .n_threads = n_threads };

        for (unsigned w = 0; w < MAX_WORKERS; w++)
          atomic_flag_clear (&r.busy[w]);
        quill_pool_run (pool, record_task, &r, n_tasks[i]);
        g_assert_cmpuint (atomic_load (&r.clashes), ==, 0);
        for (unsigned t = 0; t < MAX_TASKS; t++) {
          g_assert_cmpuint (atomic_load (&r.runs[t]), ==, t < n_tasks[i]);
          g_assert_cmpuint (r.written[t], ==, t < n_tasks[i] ? (unsigned char)(t + 1) : 0);
        }
      }
    quill_pool_close (&pool);
    g_assert_null (pool);
  }
}

struct meeting {
  pthread_barrier_t barrier;
  atomic_uint workers; /* bit per worker */
};

static void
meet (void *context, unsigned task, unsigned worker) {
  struct meeting *m = context;

  atomic_fetch_or (&m->workers, 1u << worker);
  pthread_barrier_wait (&m->barrier);
}

/* Each task waits for all others, so the run can only return when every thread takes one. */
static void
all_threads_take_part (void) {
  for (unsigned n_threads = 2; n_threads <= 8; n_threads++) {
    struct quill_pool *pool = NULL;
    struct meeting m = { .workers = 0 };

    g_assert_cmpint (quill_pool_open (&pool, n_threads, NULL), ==, QUILL_OK);
    pthread_barrier_init (&m.barrier, NULL, n_threads);
    for (unsigned round = 0; round < 20; round++) {
      atomic_store (&m.workers, 0);
      quill_pool_run (pool, meet, &m, n_threads);
      g_assert_cmpuint (atomic_load (&m.workers), ==, (1u << n_threads) - 1);
    }
    pthread_barrier_destroy (&m.barrier);
    quill_pool_close (&pool);
  }
}

struct place {
  pthread_t thread;
  unsigned worker;
};

static void
note_place (void *context, unsigned task, unsigned worker) {
  *(struct place *)context = (struct place){ pthread_self (), worker };
}

static void
single_task_stays_on_the_caller (void) {
  struct quill_pool *pool = NULL;

  g_assert_cmpint (quill_pool_open (&pool, 4, NULL), ==, QUILL_OK);
  for (unsigned round = 0; round < 100; round++) {
    struct place place = { .worker = 99 };

    quill_pool_run (pool, note_place, &place, 1);
    g_assert_true (pthread_equal (place.thread, pthread_self ()));
    g_assert_cmpuint (place.worker, ==, 0);
  }
  quill_pool_close (&pool);
}

static void
one_thread_starts_none (void) {
  const unsigned before = n_created;
  struct quill_pool *pool = NULL;

  g_assert_cmpint (quill_pool_open (&pool, 1, NULL), ==, QUILL_OK);
  g_assert_cmpuint (n_created, ==, before);
  quill_pool_close (&pool);

  g_assert_cmpint (quill_pool_open (&pool, 4, NULL), ==, QUILL_OK);
  g_assert_cmpuint (n_created, ==, before + 3);
  quill_pool_close (&pool);
}

static void
absurd_counts_are_refused (void) {
  struct quill_pool *pool = NULL;
  struct quill_error error = { 0 };

  g_assert_cmpint (quill_pool_open (&pool, 0, &error), ==, QUILL_ERR_INVALID);
  g_assert_cmpint (quill_pool_open (&pool, QUILL_MAX_THREADS + 1, &error), ==, QUILL_ERR_INVALID);
  g_assert_nonnull (strstr (error.message, "257"));
  g_assert_null (pool);
  quill_pool_close (&pool);
}

static void
failed_thread_leaves_none_running (void) {
  for (unsigned n = 1; n <= 7; n++) {
    const unsigned created = n_created, joined = n_joined;
    struct quill_pool *pool = NULL;
    struct quill_error error = { 0 };

    create_fails_at = n;
    g_assert_cmpint (quill_pool_open (&pool, 8, &error), ==, QUILL_ERR_NOMEM);
    g_assert_nonnull (strstr (error.message, "of 8 threads"));
    g_assert_null (pool);
    g_assert_cmpuint (n_created - created, ==, n - 1);
    g_assert_cmpuint (n_joined - joined, ==, n - 1);
  }
  create_fails_at = 0;
}

static void
failed_allocation_leaves_nothing (void) {
  struct quill_pool *pool = NULL;
  unsigned n = 0;
  enum quill_status status;

  do {
    struct quill_error error = { 0 };

    quill_alloc_fail_at (++n);
    status = quill_pool_open (&pool, 3, &error);
    if (status != QUILL_OK) {
      g_assert_cmpint (status, ==, QUILL_ERR_NOMEM);
      g_assert_cmpint (error.code, ==, QUILL_ERR_NOMEM);
      g_assert_null (pool);
    }
  } while (status != QUILL_OK);
  quill_alloc_fail_at (0);
  g_assert_cmpuint (n, >, 1);
  quill_pool_close (&pool);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pool/every-task-runs-once-with-a-worker-of-its-own", every_task_runs_once);
  g_test_add_func ("/pool/all-threads-take-part", all_threads_take_part);
  g_test_add_func ("/pool/single-task-stays-on-the-caller", single_task_stays_on_the_caller);
  g_test_add_func ("/pool/one-thread-starts-none", one_thread_starts_none);
  g_test_add_func ("/pool/absurd-counts-are-refused", absurd_counts_are_refused);
  g_test_add_func ("/pool/failed-thread-leaves-none-running", failed_thread_leaves_none_running);
  g_test_add_func ("/pool/failed-allocation-leaves-nothing", failed_allocation_leaves_nothing);
  return g_test_run ();
}
