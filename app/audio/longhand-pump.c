#include "audio/longhand-pump.h"

#include "audio/longhand-pump-resampler.h"
#include "longhand-error.h"

#include <glib/gi18n.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>

#define PERIOD_MS 10
#define BLOCK 4096 /* frames */

struct _LonghandPump {
  pthread_t thread;
  atomic_bool stop;

  /* owned */
  LonghandFeed *feed;
  LonghandJournal *journal; /* NULL: none */
  LonghandPumpQueue *queue;
  LonghandResampler *resampler;
  float *frames; /* [BLOCK, n_channels] */
  GArray *mono;  /* float */

  LonghandPumpFn ended;
  gpointer user;
};

/* What is in the journal outlives whatever becomes of it from here on. */
static void
pass_on (LonghandPump *self) {
  const float *samples = (const float *)self->mono->data;

  if (self->mono->len == 0)
    return;
  longhand_journal_append_sound (self->journal, samples, self->mono->len);
  longhand_pump_queue_push (self->queue, samples, self->mono->len);
}

static void
drain (LonghandPump *self, gboolean last) {
  LonghandRing *ring = longhand_feed_get_ring (self->feed);
  gsize n;

  do {
    n = longhand_ring_read (ring, self->frames, BLOCK);
    g_array_set_size (self->mono, 0);
    longhand_resampler_process (self->resampler, self->frames, n, last && n == 0, self->mono);
    pass_on (self);
  } while (n > 0);
}

static void *
pump_thread (void *data) {
  LonghandPump *self = data;
  const struct timespec period = { .tv_nsec = PERIOD_MS * 1000000L };

  while (!atomic_load_explicit (&self->stop, memory_order_acquire)) {
    drain (self, FALSE);
    nanosleep (&period, NULL);
  }
  drain (self, TRUE);
  longhand_journal_append_end (self->journal);
  longhand_pump_queue_push_end (self->queue);
  self->ended (self->user);
  return NULL;
}

static void
pump_destroy (LonghandPump *self) {
  longhand_feed_unref (self->feed);
  longhand_journal_unref (self->journal);
  longhand_pump_queue_unref (self->queue);
  g_clear_pointer (&self->resampler, longhand_resampler_free);
  g_free (self->frames);
  g_array_unref (self->mono);
  g_free (self);
}

LonghandPump *
longhand_pump_new (LonghandFeed *feed, LonghandJournal *journal, LonghandPumpQueue *queue,
                   LonghandPumpFn ended, gpointer user, GError **error) {
  LonghandPump *self = g_new0 (LonghandPump, 1);
  const guint n_channels = longhand_feed_get_n_channels (feed);

  self->feed = longhand_feed_ref (feed);
  self->journal = journal != NULL ? longhand_journal_ref (journal) : NULL;
  self->queue = longhand_pump_queue_ref (queue);
  self->frames = g_new (float, (gsize)BLOCK *n_channels);
  self->mono = g_array_new (FALSE, FALSE, sizeof (float));
  self->ended = ended;
  self->user = user;
  self->resampler = longhand_resampler_new (longhand_feed_get_rate_hz (feed), n_channels, error);
  if (self->resampler == NULL) {
    pump_destroy (self);
    return NULL;
  }
  if (pthread_create (&self->thread, NULL, pump_thread, self) != 0) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
                 _ ("The system allows no more threads. Close other programs and try again."));
    pump_destroy (self);
    return NULL;
  }
  return self;
}

void
longhand_pump_stop (LonghandPump *self) {
  atomic_store_explicit (&self->stop, true, memory_order_release);
}

void
longhand_pump_free (LonghandPump *self) {
  if (self == NULL)
    return;
  longhand_pump_stop (self);
  pthread_join (self->thread, NULL);
  pump_destroy (self);
}
