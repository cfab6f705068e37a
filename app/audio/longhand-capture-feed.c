#include "audio/longhand-capture-feed.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEVEL_SLOTS 5
#define LEVEL_SLOT_MS 10
#define MAX_RATE_HZ 1e6
#define MAX_CHANNELS 65536

/* What both sides of a feed see; the ring lies behind it. */
typedef struct {
  _Alignas(64) atomic_uint_fast64_t n_frames;
  atomic_uint_fast64_t n_overruns, n_silent;
  atomic_uint_fast64_t level; /* two floats, peak and RMS, that belong together */
  atomic_bool closed, ended;
} Figures;

struct _LonghandFeed {
  atomic_uint n_refs;
  Figures *figures;   /* owned memory of n_bytes */
  LonghandRing *ring; /* owned; in the same memory */
  gsize n_bytes;
  double rate_hz, pace;
  guint n_channels;

  /* --- the writing thread's own: the last slots of 10 ms each --- */
  struct {
    float peak;
    double energy;
  } slots[LEVEL_SLOTS];
  guint slot;
  gsize slot_frames, n_in_slot;
};

static gsize
min_frames (double rate_hz) {
  return (gsize)(rate_hz * LONGHAND_FEED_SECONDS);
}

static gsize
bytes_for (double rate_hz, guint n_channels) {
  return sizeof (Figures) + longhand_ring_get_n_bytes (min_frames (rate_hz), n_channels);
}

/* fd: a file of zeros, or one that a feed lies in already; -1: memory of this process alone. NULL: there is
 * no room for it. */
static LonghandFeed *
feed_in (int fd, double rate_hz, guint n_channels) {
  const gsize n_bytes = bytes_for (rate_hz, n_channels);
  const int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
  void *memory = mmap (NULL, n_bytes, PROT_READ | PROT_WRITE, flags, fd, 0);
  LonghandFeed *self;

  if (memory == MAP_FAILED)
    return NULL;
  self = g_new0 (LonghandFeed, 1);
  atomic_init (&self->n_refs, 1);
  self->figures = memory;
  self->n_bytes = n_bytes;
  self->ring = longhand_ring_new (self->figures + 1, min_frames (rate_hz), n_channels);
  self->rate_hz = rate_hz;
  self->pace = 1;
  self->n_channels = n_channels;
  self->slot_frames = MAX (1, (gsize)(rate_hz * LEVEL_SLOT_MS / 1000));
  return self;
}

LonghandFeed *
longhand_feed_new (double rate_hz, guint n_channels) {
  LonghandFeed *self = feed_in (-1, rate_hz, n_channels);

  if (self == NULL)
    g_error ("no memory for %d seconds of sound: %s", LONGHAND_FEED_SECONDS, g_strerror (errno));
  return self;
}

LonghandFeed *
longhand_feed_new_shared (double rate_hz, guint n_channels, int *fd) {
  LonghandFeed *self = NULL;

  *fd = memfd_create ("longhand-sound", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (*fd >= 0 && ftruncate (*fd, (off_t)bytes_for (rate_hz, n_channels)) == 0
      && fcntl (*fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
    self = feed_in (*fd, rate_hz, n_channels);
  if (self == NULL && *fd >= 0) {
    close (*fd);
    *fd = -1;
  }
  return self;
}

LonghandFeed *
longhand_feed_new_from_fd (int fd, double rate_hz, guint n_channels) {
  struct stat info;

  if (!(rate_hz > 0 && rate_hz <= MAX_RATE_HZ) || n_channels == 0 || n_channels > MAX_CHANNELS
      || (fcntl (fd, F_GET_SEALS) & F_SEAL_SHRINK) == 0 || fstat (fd, &info) != 0
      || (guint64)info.st_size != bytes_for (rate_hz, n_channels))
    return NULL;
  return feed_in (fd, rate_hz, n_channels);
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
  munmap (self->figures, self->n_bytes);
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
  atomic_store_explicit (&self->figures->level, packed, memory_order_relaxed);
}

static void
measure (LonghandFeed *self, const float *frames, gsize n_frames) {
  guint64 n_silent = atomic_load_explicit (&self->figures->n_silent, memory_order_relaxed);

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
  atomic_store_explicit (&self->figures->n_silent, n_silent, memory_order_relaxed);
}

void
longhand_feed_write (LonghandFeed *self, const float *frames, gsize n_frames) {
  if (atomic_load_explicit (&self->figures->closed, memory_order_relaxed))
    return;
  longhand_ring_write (self->ring, frames, n_frames);
  measure (self, frames, n_frames);
  atomic_fetch_add_explicit (&self->figures->n_frames, n_frames, memory_order_relaxed);
}

void
longhand_feed_count_overrun (LonghandFeed *self) {
  atomic_fetch_add_explicit (&self->figures->n_overruns, 1, memory_order_relaxed);
}

void
longhand_feed_close (LonghandFeed *self) {
  atomic_store_explicit (&self->figures->closed, true, memory_order_release);
}

gboolean
longhand_feed_is_closed (LonghandFeed *self) {
  return atomic_load_explicit (&self->figures->closed, memory_order_acquire);
}

void
longhand_feed_end (LonghandFeed *self) {
  atomic_store_explicit (&self->figures->ended, true, memory_order_relaxed);
}

gboolean
longhand_feed_has_ended (LonghandFeed *self) {
  return atomic_load_explicit (&self->figures->ended, memory_order_relaxed);
}

guint64
longhand_feed_get_n_frames (LonghandFeed *self) {
  return atomic_load_explicit (&self->figures->n_frames, memory_order_relaxed);
}

guint64
longhand_feed_get_n_dropped (LonghandFeed *self) {
  return longhand_ring_get_n_dropped (self->ring);
}

guint64
longhand_feed_get_n_overruns (LonghandFeed *self) {
  return atomic_load_explicit (&self->figures->n_overruns, memory_order_relaxed);
}

guint64
longhand_feed_get_n_silent (LonghandFeed *self) {
  return atomic_load_explicit (&self->figures->n_silent, memory_order_relaxed);
}

void
longhand_feed_get_level (LonghandFeed *self, double *peak, double *rms) {
  const guint64 packed = atomic_load_explicit (&self->figures->level, memory_order_relaxed);
  float level[2];

  memcpy (level, &packed, sizeof packed);
  *peak = level[0];
  *rms = level[1];
}
