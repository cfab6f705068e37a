#include "virtual-clock.h"

#include "disk-recorder.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>

#define REAL_SYNC_US 20000 /* when time is as ever: what disks need */

typedef struct {
  pthread_cond_t *event; /* NULL: nothing but time */
  gint64 due_us;
  gboolean is_late; /* time was what woke it */
  sem_t wake;
} Sleeper;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* --- guarded by lock --- */
static gboolean is_on;
static gint64 now;
static guint n_awake; /* threads */
static GPtrArray *sleepers;
static GRand *disk;
static gint32 sync_min, sync_max;

gint64 __real_g_get_monotonic_time (void);
gint64 __wrap_g_get_monotonic_time (void);
void __real_g_usleep (gulong us);
void __wrap_g_usleep (gulong us);
int __real_pthread_create (pthread_t *thread, const pthread_attr_t *attr, void *(*fn) (void *), void *user);
int __wrap_pthread_create (pthread_t *thread, const pthread_attr_t *attr, void *(*fn) (void *), void *user);
int __real_pthread_join (pthread_t thread, void **result);
int __wrap_pthread_join (pthread_t thread, void **result);
int __real_pthread_cond_wait (pthread_cond_t *event, pthread_mutex_t *guard);
int __wrap_pthread_cond_wait (pthread_cond_t *event, pthread_mutex_t *guard);
int __real_pthread_cond_timedwait (pthread_cond_t *event, pthread_mutex_t *guard, const struct timespec *due);
int __wrap_pthread_cond_timedwait (pthread_cond_t *event, pthread_mutex_t *guard, const struct timespec *due);
int __real_pthread_cond_signal (pthread_cond_t *event);
int __wrap_pthread_cond_signal (pthread_cond_t *event);
int __real_pthread_cond_broadcast (pthread_cond_t *event);
int __wrap_pthread_cond_broadcast (pthread_cond_t *event);

void
virtual_clock_start (gint64 now_us, guint32 seed) {
  now = now_us;
  n_awake = 1;
  sleepers = g_ptr_array_new ();
  disk = g_rand_new_with_seed (seed);
  is_on = TRUE;
}

void
virtual_clock_set_sync (gint32 min_us, gint32 max_us) {
  pthread_mutex_lock (&lock);
  sync_min = min_us;
  sync_max = max_us;
  pthread_mutex_unlock (&lock);
}

/* ---- with the lock ---- */

static void
wake (Sleeper *sleeper, gboolean is_late) {
  g_ptr_array_remove (sleepers, sleeper);
  sleeper->is_late = is_late;
  n_awake++;
  sem_post (&sleeper->wake);
}

/* A thread fell asleep or ended. When it was the last one, it is time for what is due first. */
static void
one_less (void) {
  Sleeper *first = NULL;

  if (--n_awake > 0)
    return;
  for (guint i = 0; i < sleepers->len; i++) {
    Sleeper *sleeper = sleepers->pdata[i];

    if (first == NULL || sleeper->due_us < first->due_us)
      first = sleeper;
  }
  if (first == NULL)
    return; /* somebody is being joined */
  if (first->due_us == G_MAXINT64)
    g_error ("every thread waits for another one");
  now = MAX (now, first->due_us);
  wake (first, TRUE);
}

/* ---- without it ---- */

/* guard: to be given up meanwhile; NULL: none. FALSE: it was late. */
static gboolean
sleep_until (gint64 due_us, pthread_cond_t *event, pthread_mutex_t *guard) {
  Sleeper self = { .event = event, .due_us = due_us };

  sem_init (&self.wake, 0, 0);
  pthread_mutex_lock (&lock);
  g_ptr_array_add (sleepers, &self);
  one_less ();
  pthread_mutex_unlock (&lock);
  if (guard != NULL)
    pthread_mutex_unlock (guard);
  while (sem_wait (&self.wake) != 0)
    ;
  sem_destroy (&self.wake);
  if (guard != NULL)
    pthread_mutex_lock (guard);
  return !self.is_late;
}

/* FALSE: nobody waits for it. */
static gboolean
wake_one (pthread_cond_t *event) {
  gboolean any = FALSE;

  pthread_mutex_lock (&lock);
  for (guint i = 0; i < sleepers->len && !any; i++) {
    Sleeper *sleeper = sleepers->pdata[i];

    any = sleeper->event == event;
    if (any)
      wake (sleeper, FALSE);
  }
  pthread_mutex_unlock (&lock);
  return any;
}

/* ---- in place of the library's ---- */

gint64
__wrap_g_get_monotonic_time (void) {
  gint64 us;

  if (!is_on)
    return __real_g_get_monotonic_time ();
  pthread_mutex_lock (&lock);
  us = now;
  pthread_mutex_unlock (&lock);
  return us;
}

void
__wrap_g_usleep (gulong us) {
  if (is_on)
    sleep_until (__wrap_g_get_monotonic_time () + (gint64)us, NULL, NULL);
  else
    __real_g_usleep (us);
}

int
__wrap_pthread_cond_wait (pthread_cond_t *event, pthread_mutex_t *guard) {
  if (!is_on)
    return __real_pthread_cond_wait (event, guard);
  sleep_until (G_MAXINT64, event, guard);
  return 0;
}

int
__wrap_pthread_cond_timedwait (pthread_cond_t *event, pthread_mutex_t *guard, const struct timespec *due) {
  if (!is_on)
    return __real_pthread_cond_timedwait (event, guard, due);
  return sleep_until ((gint64)due->tv_sec * G_USEC_PER_SEC + due->tv_nsec / 1000, event, guard) ? 0
                                                                                                : ETIMEDOUT;
}

int
__wrap_pthread_cond_signal (pthread_cond_t *event) {
  if (!is_on)
    return __real_pthread_cond_signal (event);
  wake_one (event);
  return 0;
}

int
__wrap_pthread_cond_broadcast (pthread_cond_t *event) {
  if (!is_on)
    return __real_pthread_cond_broadcast (event);
  while (wake_one (event))
    ;
  return 0;
}

typedef struct {
  void *(*fn) (void *);
  void *user;
} Thread;

static void *
run_thread (void *data) {
  g_autofree Thread *self = data;
  void *result = self->fn (self->user);

  pthread_mutex_lock (&lock);
  one_less ();
  pthread_mutex_unlock (&lock);
  return result;
}

int
__wrap_pthread_create (pthread_t *thread, const pthread_attr_t *attr, void *(*fn) (void *), void *user) {
  Thread *self;

  if (!is_on)
    return __real_pthread_create (thread, attr, fn, user);
  self = g_new (Thread, 1);
  *self = (Thread){ fn, user };
  pthread_mutex_lock (&lock);
  n_awake++;
  pthread_mutex_unlock (&lock);
  return __real_pthread_create (thread, attr, run_thread, self);
}

int
__wrap_pthread_join (pthread_t thread, void **result) {
  int rc;

  if (!is_on)
    return __real_pthread_join (thread, result);
  pthread_mutex_lock (&lock);
  one_less ();
  pthread_mutex_unlock (&lock);
  rc = __real_pthread_join (thread, result);
  pthread_mutex_lock (&lock);
  n_awake++;
  pthread_mutex_unlock (&lock);
  return rc;
}

/* ---- for disk-recorder ---- */

int64_t
disk_recorder_now_us (void) {
  return __wrap_g_get_monotonic_time ();
}

void
disk_recorder_disk_works (void) {
  gint32 us;

  if (!is_on) {
    __real_g_usleep (REAL_SYNC_US);
    return;
  }
  pthread_mutex_lock (&lock);
  us = g_rand_int_range (disk, sync_min, sync_max);
  pthread_mutex_unlock (&lock);
  __wrap_g_usleep ((gulong)us);
}
