#include "audio/longhand-pump-queue.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#define BLOCK 8192 /* samples */

struct _LonghandPumpQueue {
  atomic_uint n_refs;
  pthread_mutex_t lock;
  pthread_cond_t filled;
  /* --- guarded by lock --- */
  GQueue blocks; /* owned float[BLOCK] each, oldest first; sample p of all time is in block p / BLOCK */
  GQueue ends;   /* owned guint64: n_pushed at the end of each recording not popped yet */
  guint64 n_pushed, n_popped;
  gboolean woken;
};

LonghandPumpQueue *
longhand_pump_queue_new (void) {
  LonghandPumpQueue *self = g_new0 (LonghandPumpQueue, 1);

  atomic_init (&self->n_refs, 1);
  pthread_mutex_init (&self->lock, NULL);
  pthread_cond_init (&self->filled, NULL);
  g_queue_init (&self->blocks);
  g_queue_init (&self->ends);
  return self;
}

LonghandPumpQueue *
longhand_pump_queue_ref (LonghandPumpQueue *self) {
  atomic_fetch_add_explicit (&self->n_refs, 1, memory_order_relaxed);
  return self;
}

void
longhand_pump_queue_unref (LonghandPumpQueue *self) {
  if (atomic_fetch_sub_explicit (&self->n_refs, 1, memory_order_acq_rel) > 1)
    return;
  g_queue_clear_full (&self->blocks, g_free);
  g_queue_clear_full (&self->ends, g_free);
  pthread_cond_destroy (&self->filled);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

void
longhand_pump_queue_push (LonghandPumpQueue *self, const float *samples, gsize n) {
  pthread_mutex_lock (&self->lock);
  for (gsize done = 0; done < n;) {
    const gsize at = self->n_pushed % BLOCK;
    const gsize m = MIN (n - done, BLOCK - at);

    if (at == 0)
      g_queue_push_tail (&self->blocks, g_new (float, BLOCK));
    memcpy ((float *)g_queue_peek_tail (&self->blocks) + at, samples + done, m * sizeof (float));
    done += m;
    self->n_pushed += m;
  }
  pthread_cond_signal (&self->filled);
  pthread_mutex_unlock (&self->lock);
}

void
longhand_pump_queue_push_end (LonghandPumpQueue *self) {
  pthread_mutex_lock (&self->lock);
  g_queue_push_tail (&self->ends, g_memdup2 (&self->n_pushed, sizeof self->n_pushed));
  pthread_cond_signal (&self->filled);
  pthread_mutex_unlock (&self->lock);
}

gsize
longhand_pump_queue_pop (LonghandPumpQueue *self, float *samples, gsize max, gboolean *end) {
  const guint64 *end_at;
  gsize n, done = 0;

  pthread_mutex_lock (&self->lock);
  end_at = g_queue_peek_head (&self->ends);
  n = (gsize)MIN (max, (end_at != NULL ? *end_at : self->n_pushed) - self->n_popped);
  while (done < n) {
    const gsize at = self->n_popped % BLOCK;
    const gsize m = MIN (n - done, BLOCK - at);

    memcpy (samples + done, (float *)g_queue_peek_head (&self->blocks) + at, m * sizeof (float));
    done += m;
    self->n_popped += m;
    if (at + m == BLOCK)
      g_free (g_queue_pop_head (&self->blocks));
  }
  *end = end_at != NULL && *end_at == self->n_popped;
  if (*end)
    g_free (g_queue_pop_head (&self->ends));
  pthread_mutex_unlock (&self->lock);
  return n;
}

void
longhand_pump_queue_wait (LonghandPumpQueue *self, gboolean or_sound) {
  pthread_mutex_lock (&self->lock);
  while (!self->woken && !(or_sound && (self->n_pushed > self->n_popped || !g_queue_is_empty (&self->ends))))
    pthread_cond_wait (&self->filled, &self->lock);
  self->woken = FALSE;
  pthread_mutex_unlock (&self->lock);
}

void
longhand_pump_queue_wake (LonghandPumpQueue *self) {
  pthread_mutex_lock (&self->lock);
  self->woken = TRUE;
  pthread_cond_signal (&self->filled);
  pthread_mutex_unlock (&self->lock);
}

gsize
longhand_pump_queue_get_n_samples (LonghandPumpQueue *self) {
  gsize n;

  pthread_mutex_lock (&self->lock);
  n = (gsize)(self->n_pushed - self->n_popped);
  pthread_mutex_unlock (&self->lock);
  return n;
}

guint64
longhand_pump_queue_get_n_pushed (LonghandPumpQueue *self) {
  guint64 n;

  pthread_mutex_lock (&self->lock);
  n = self->n_pushed;
  pthread_mutex_unlock (&self->lock);
  return n;
}

gboolean
longhand_pump_queue_has_end (LonghandPumpQueue *self) {
  gboolean has_end;

  pthread_mutex_lock (&self->lock);
  has_end = !g_queue_is_empty (&self->ends);
  pthread_mutex_unlock (&self->lock);
  return has_end;
}
