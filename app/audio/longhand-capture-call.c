#include "audio/longhand-capture-call.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

typedef struct {
  void (*run) (gpointer);
  void (*abandoned) (gpointer);
  gpointer data;

  pthread_mutex_t lock;
  pthread_cond_t returned;
  /* --- guarded by lock --- */
  gboolean is_done, is_abandoned;
} Call;

static atomic_uint n_stuck;

static void
call_free (Call *call) {
  pthread_cond_destroy (&call->returned);
  pthread_mutex_destroy (&call->lock);
  g_free (call);
}

static void *
call_thread (void *data) {
  Call *call = data;
  gboolean is_abandoned;

  call->run (call->data);
  pthread_mutex_lock (&call->lock);
  call->is_done = TRUE;
  is_abandoned = call->is_abandoned;
  pthread_cond_signal (&call->returned);
  pthread_mutex_unlock (&call->lock);
  if (is_abandoned) {
    call->abandoned (call->data);
    atomic_fetch_sub (&n_stuck, 1);
    call_free (call);
  }
  return NULL;
}

static struct timespec
deadline_in (int timeout_ms) {
  struct timespec t;

  clock_gettime (CLOCK_MONOTONIC, &t);
  t.tv_sec += timeout_ms / 1000;
  t.tv_nsec += timeout_ms % 1000 * 1000000L;
  if (t.tv_nsec >= 1000000000L) {
    t.tv_sec++;
    t.tv_nsec -= 1000000000L;
  }
  return t;
}

gboolean
longhand_call_bounded (void (*run) (gpointer), void (*abandoned) (gpointer), gpointer data, int timeout_ms) {
  const struct timespec deadline = deadline_in (timeout_ms);
  Call *call = g_new0 (Call, 1);
  pthread_condattr_t attr;
  pthread_t thread;
  gboolean is_done;

  call->run = run;
  call->abandoned = abandoned;
  call->data = data;
  pthread_mutex_init (&call->lock, NULL);
  pthread_condattr_init (&attr);
  pthread_condattr_setclock (&attr, CLOCK_MONOTONIC);
  pthread_cond_init (&call->returned, &attr);
  pthread_condattr_destroy (&attr);
  if (pthread_create (&thread, NULL, call_thread, call) != 0) {
    call_free (call);
    abandoned (data);
    return FALSE;
  }

  pthread_mutex_lock (&call->lock);
  while (!call->is_done && pthread_cond_timedwait (&call->returned, &call->lock, &deadline) == 0)
    ;
  is_done = call->is_done;
  call->is_abandoned = !is_done;
  if (!is_done)
    atomic_fetch_add (&n_stuck, 1);
  pthread_mutex_unlock (&call->lock);
  if (is_done) {
    pthread_join (thread, NULL);
    call_free (call);
  } else {
    pthread_detach (thread);
  }
  return is_done;
}

guint
longhand_call_get_n_stuck (void) {
  return atomic_load (&n_stuck);
}
