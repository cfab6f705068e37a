#include "audio/longhand-ring.h"

#include <stdatomic.h>
#include <string.h>

#define CACHE_LINE 64

/* Frames are counted from the beginning of time; an index is the count modulo the capacity. Counts never wrap
 * in practice (64 bits), and a full ring differs from an empty one. Each count is written by one side only.
 */
typedef struct {
  _Alignas(CACHE_LINE) atomic_size_t n_written;
  atomic_uint_fast64_t n_dropped;
  _Alignas(CACHE_LINE) atomic_size_t n_read;
} Counts;

_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2 && ATOMIC_LONG_LOCK_FREE == 2 && ATOMIC_INT_LOCK_FREE == 2,
               "counts in shared memory cannot hide a lock");

struct _LonghandRing {
  Counts *counts; /* borrowed, as the frames behind them */
  float *frames;  /* [capacity, n_channels] */
  gsize capacity;
  guint n_channels;
};

static gsize
round_up (gsize min_frames) {
  gsize capacity = 1;

  while (capacity < min_frames)
    capacity *= 2;
  return capacity;
}

gsize
longhand_ring_get_n_bytes (gsize min_frames, guint n_channels) {
  return sizeof (Counts) + round_up (min_frames) * n_channels * sizeof (float);
}

LonghandRing *
longhand_ring_new (gpointer memory, gsize min_frames, guint n_channels) {
  LonghandRing *self = g_new0 (LonghandRing, 1);

  self->counts = memory;
  self->frames = (float *)(self->counts + 1);
  self->capacity = round_up (min_frames);
  self->n_channels = n_channels;
  return self;
}

void
longhand_ring_free (LonghandRing *self) {
  g_free (self);
}

/* What is between the two counts. More than fits is no count but what a program left behind that broke down
 * while it wrote: nothing of it can be believed. */
static gsize
between (const LonghandRing *self, gsize written, gsize read) {
  return written - read <= self->capacity ? written - read : 0;
}

gsize
longhand_ring_get_capacity (LonghandRing *self) {
  return self->capacity;
}

gsize
longhand_ring_write (LonghandRing *self, const float *frames, gsize n_frames) {
  const gsize written = atomic_load_explicit (&self->counts->n_written, memory_order_relaxed);
  const gsize read = atomic_load_explicit (&self->counts->n_read, memory_order_acquire);
  const gsize n = MIN (n_frames, self->capacity - between (self, written, read));
  const gsize at = written & (self->capacity - 1);
  const gsize n_first = MIN (n, self->capacity - at);
  const gsize frame_bytes = self->n_channels * sizeof (float);

  memcpy (self->frames + at * self->n_channels, frames, n_first * frame_bytes);
  memcpy (self->frames, frames + n_first * self->n_channels, (n - n_first) * frame_bytes);
  atomic_store_explicit (&self->counts->n_written, written + n, memory_order_release);
  if (n < n_frames)
    atomic_fetch_add_explicit (&self->counts->n_dropped, n_frames - n, memory_order_relaxed);
  return n;
}

gsize
longhand_ring_read (LonghandRing *self, float *frames, gsize n_frames) {
  const gsize read = atomic_load_explicit (&self->counts->n_read, memory_order_relaxed);
  const gsize written = atomic_load_explicit (&self->counts->n_written, memory_order_acquire);
  const gsize n = MIN (n_frames, between (self, written, read));
  const gsize at = read & (self->capacity - 1);
  const gsize n_first = MIN (n, self->capacity - at);
  const gsize frame_bytes = self->n_channels * sizeof (float);

  memcpy (frames, self->frames + at * self->n_channels, n_first * frame_bytes);
  memcpy (frames + n_first * self->n_channels, self->frames, (n - n_first) * frame_bytes);
  atomic_store_explicit (&self->counts->n_read, read + n, memory_order_release);
  return n;
}

gsize
longhand_ring_get_n_readable (LonghandRing *self) {
  const gsize read = atomic_load_explicit (&self->counts->n_read, memory_order_acquire);

  return between (self, atomic_load_explicit (&self->counts->n_written, memory_order_acquire), read);
}

guint64
longhand_ring_get_n_dropped (LonghandRing *self) {
  return atomic_load_explicit (&self->counts->n_dropped, memory_order_relaxed);
}
