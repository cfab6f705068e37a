#include "audio/longhand-capture-feed.h"

#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#define LEVEL_SLOTS 5
#define LEVEL_SLOT_MS 10

struct _LonghandFeed {
  atomic_uint n_refs;
  LonghandRing *ring; /* owned */
  double rate_hz, pace;
  guint n_channels;
  atomic_uint_fast64_t n_frames, n_overruns, n_silent;
  atomic_bool closed;
  atomic_uint_fast64_t level; /* two floats, peak and RMS, that belong together */

  /* --- the writing thread's own: the last slots of 10 ms each --- */
  struct {
    float peak;
    double energy;
  } slots[LEVEL_SLOTS];
  guint slot;
  gsize slot_frames, n_in_slot;
};

LonghandFeed *
longhand_feed_new (double rate_hz, guint n_channels) {
  LonghandFeed *self = g_new0 (LonghandFeed, 1);

  atomic_init (&self->n_refs, 1);
  self->ring = longhand_ring_new ((gsize)(rate_hz * LONGHAND_FEED_SECONDS), n_channels);
  self->rate_hz = rate_hz;
  self->pace = 1;
  self->n_channels = n_channels;
  self->slot_frames = MAX (1, (gsize)(rate_hz * LEVEL_SLOT_MS / 1000));
  return self;
}

LonghandFeed *
longhand_feed_ref (LonghandFeed *self) {
  atomic_fetch_add_explicit (&self->n_refs, 1, memory_order_relaxed);
  return self;
}

void
longhand_feed_unref (LonghandFeed *self) {
  if (atomic_fetch_sub_explicit (&self->n_refs, 1, memory_order_acq_rel) > 1)
    return;
  longhand_ring_free (self->ring);
  g_free (self);
}

double
longhand_feed_get_rate_hz (LonghandFeed *self) {
  return self->rate_hz;
}

guint
longhand_feed_get_n_channels (LonghandFeed *self) {
  return self->n_channels;
}

LonghandRing *
longhand_feed_get_ring (LonghandFeed *self) {
  return self->ring;
}

double
longhand_feed_get_pace (LonghandFeed *self) {
  return self->pace;
}

void
longhand_feed_set_pace (LonghandFeed *self, double pace) {
  self->pace = pace;
}

static void
publish_level (LonghandFeed *self) {
  float level[2] = { 0, 0 };
  double energy = 0;
  guint64 packed;

  for (guint i = 0; i < LEVEL_SLOTS; i++) {
    level[0] = MAX (level[0], self->slots[i].peak);
    energy += self->slots[i].energy;
  }
  level[0] = MIN (level[0], 1.0f);
  level[1] = (float)MIN (sqrt (energy / (double)(self->slot_frames * LEVEL_SLOTS)), 1.0);
  memcpy (&packed, level, sizeof packed);
  atomic_store_explicit (&self->level, packed, memory_order_relaxed);
}

static void
measure (LonghandFeed *self, const float *frames, gsize n_frames) {
  guint64 n_silent = atomic_load_explicit (&self->n_silent, memory_order_relaxed);

  for (gsize i = 0; i < n_frames; i++) {
    float loudest = 0;

    for (guint c = 0; c < self->n_channels; c++) {
      const float sample = frames[i * self->n_channels + c];

      if (isfinite (sample))
        loudest = MAX (loudest, fabsf (sample));
    }
    n_silent = loudest > 0 ? 0 : n_silent + 1;
    self->slots[self->slot].peak = MAX (self->slots[self->slot].peak, loudest);
    self->slots[self->slot].energy += (double)loudest * loudest;
    if (++self->n_in_slot == self->slot_frames) {
      publish_level (self);
      self->slot = (self->slot + 1) % LEVEL_SLOTS;
      self->slots[self->slot].peak = 0;
      self->slots[self->slot].energy = 0;
      self->n_in_slot = 0;
    }
  }
  atomic_store_explicit (&self->n_silent, n_silent, memory_order_relaxed);
}

void
longhand_feed_write (LonghandFeed *self, const float *frames, gsize n_frames) {
  if (atomic_load_explicit (&self->closed, memory_order_relaxed))
    return;
  longhand_ring_write (self->ring, frames, n_frames);
  measure (self, frames, n_frames);
  atomic_fetch_add_explicit (&self->n_frames, n_frames, memory_order_relaxed);
}

void
longhand_feed_count_overrun (LonghandFeed *self) {
  atomic_fetch_add_explicit (&self->n_overruns, 1, memory_order_relaxed);
}

void
longhand_feed_close (LonghandFeed *self) {
  atomic_store_explicit (&self->closed, true, memory_order_relaxed);
}

guint64
longhand_feed_get_n_frames (LonghandFeed *self) {
  return atomic_load_explicit (&self->n_frames, memory_order_relaxed);
}

guint64
longhand_feed_get_n_dropped (LonghandFeed *self) {
  return longhand_ring_get_n_dropped (self->ring);
}

guint64
longhand_feed_get_n_overruns (LonghandFeed *self) {
  return atomic_load_explicit (&self->n_overruns, memory_order_relaxed);
}

guint64
longhand_feed_get_n_silent (LonghandFeed *self) {
  return atomic_load_explicit (&self->n_silent, memory_order_relaxed);
}

void
longhand_feed_get_level (LonghandFeed *self, double *peak, double *rms) {
  const guint64 packed = atomic_load_explicit (&self->level, memory_order_relaxed);
  float level[2];

  memcpy (level, &packed, sizeof packed);
  *peak = level[0];
  *rms = level[1];
}
