#include "audio/longhand-ring.h"

#include <stdatomic.h>
#include <string.h>

#define CACHE_LINE 64

/* Frames are counted from the beginning of time; an index is the count modulo the capacity. Counts never wrap
 * in practice (64 bits), and a full ring differs from an empty one. Each count is written by one thread only.
 */
struct _LonghandRing {
  float *frames; /* owned; [capacity, n_channels] */
  gsize capacity;
  guint n_channels;
  _Alignas(CACHE_LINE) atomic_size_t n_written;
  atomic_uint_fast64_t n_dropped;
  _Alignas(CACHE_LINE) atomic_size_t n_read;
};

LonghandRing *
longhand_ring_new (gsize min_frames, guint n_channels) {
  LonghandRing *self = g_aligned_alloc0 (1, sizeof *self, CACHE_LINE);

  g_return_val_if_fail (n_channels > 0, NULL);
  self->capacity = 1;
  while (self->capacity < min_frames)
    self->capacity *= 2;
  self->n_channels = n_channels;
  self->frames = g_new0 (float, self->capacity *n_channels);
  return self;
}

void
longhand_ring_free (LonghandRing *self) {
  if (self == NULL)
    return;
  g_free (self->frames);
  g_aligned_free (self);
}

gsize
longhand_ring_get_capacity (LonghandRing *self) {
  return self->capacity;
}

gsize
longhand_ring_write (LonghandRing *self, const float *frames, gsize n_frames) {
  const gsize written = atomic_load_explicit (&self->n_written, memory_order_relaxed);
  const gsize read = atomic_load_explicit (&self->n_read, memory_order_acquire);
  const gsize n = MIN (n_frames, self->capacity - (written - read));
  const gsize at = written & (self->capacity - 1);
  const gsize n_first = MIN (n, self->capacity - at);
  const gsize frame_bytes = self->n_channels * sizeof (float);

  memcpy (self->frames + at * self->n_channels, frames, n_first * frame_bytes);
  memcpy (self->frames, frames + n_first * self->n_channels, (n - n_first) * frame_bytes);
  atomic_store_explicit (&self->n_written, written + n, memory_order_release);
  if (n < n_frames)
    atomic_fetch_add_explicit (&self->n_dropped, n_frames - n, memory_order_relaxed);
  return n;
}

gsize
longhand_ring_read (LonghandRing *self, float *frames, gsize n_frames) {
  const gsize read = atomic_load_explicit (&self->n_read, memory_order_relaxed);
  const gsize written = atomic_load_explicit (&self->n_written, memory_order_acquire);
  const gsize n = MIN (n_frames, written - read);
  const gsize at = read & (self->capacity - 1);
  const gsize n_first = MIN (n, self->capacity - at);
  const gsize frame_bytes = self->n_channels * sizeof (float);

  memcpy (frames, self->frames + at * self->n_channels, n_first * frame_bytes);
  memcpy (frames + n_first * self->n_channels, self->frames, (n - n_first) * frame_bytes);
  atomic_store_explicit (&self->n_read, read + n, memory_order_release);
  return n;
}

gsize
longhand_ring_get_n_readable (LonghandRing *self) {
  const gsize read = atomic_load_explicit (&self->n_read, memory_order_acquire);

  return atomic_load_explicit (&self->n_written, memory_order_acquire) - read;
}

guint64
longhand_ring_get_n_dropped (LonghandRing *self) {
  return atomic_load_explicit (&self->n_dropped, memory_order_relaxed);
}
