/* A ring of sound frames between one writing and one reading thread, which may be of two processes. No locks
 * and, after it is made, no allocation: the writer may be a real-time callback. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _LonghandRing LonghandRing;

/* A ring lies in memory of this size. It holds at least min_frames frames of n_channels floats (rounded up to
 * a power of two frames). */
gsize longhand_ring_get_n_bytes (gsize min_frames, guint n_channels);

/* In memory that outlives it, at a multiple of 64 bytes and zero when the first handle to it is made: another
 * handle to the same memory is to the same ring. Whatever the memory is overwritten with, nothing outside it
 * is read or written. (transfer full) */
LonghandRing *longhand_ring_new (gpointer memory, gsize min_frames, guint n_channels);
void longhand_ring_free (LonghandRing *self);

gsize longhand_ring_get_capacity (LonghandRing *self); /* frames */

/* Writer. Takes as many of the n_frames interleaved frames as fit and returns how many; the rest, the newest,
 * is dropped and counted. */
gsize longhand_ring_write (LonghandRing *self, const float *frames, gsize n_frames);

/* Reader. Takes out up to n_frames frames, the oldest first; returns how many. */
gsize longhand_ring_read (LonghandRing *self, float *frames, gsize n_frames);

/* Frames that can be read now, and frames dropped so far. Any thread. */
gsize longhand_ring_get_n_readable (LonghandRing *self);
guint64 longhand_ring_get_n_dropped (LonghandRing *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LonghandRing, longhand_ring_free)

G_END_DECLS
