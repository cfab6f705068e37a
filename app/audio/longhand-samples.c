#include "audio/longhand-samples.h"

#include "audio/longhand-scratch.h"
#include "longhand-error.h"

#include <glib/gi18n.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define FIRST_CAPACITY ((gsize)1 << 14)

struct _LonghandSamples {
  char *name; /* owned, as are all below */
  gsize n;
  float *memory; /* [capacity]; NULL: they lie in the file */
  gsize capacity;
  int fd;         /* -1: they lie in memory */
  int scratch_fd; /* where they may go; -1: a file is made for them */
  float *map;     /* [n]; of the file, once sealed */
};

LonghandSamples *
longhand_samples_new (const char *name) {
  return longhand_samples_new_with_scratch (name, -1);
}

LonghandSamples *
longhand_samples_new_with_scratch (const char *name, int fd) {
  LonghandSamples *self = g_new0 (LonghandSamples, 1);

  self->name = g_strdup (name);
  self->fd = -1;
  self->scratch_fd = fd;
  return self;
}

void
longhand_samples_free (LonghandSamples *self) {
  if (self == NULL)
    return;
  if (self->map != NULL)
    munmap (self->map, self->n * sizeof (float));
  if (self->fd >= 0)
    close (self->fd);
  if (self->scratch_fd >= 0)
    close (self->scratch_fd);
  g_free (self->memory);
  g_free (self->name);
  g_free (self);
}

static gboolean
set_no_memory (const LonghandSamples *self, GError **error) {
  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_NO_MEMORY,
               _ ("There is not enough memory for the recording “%s”: cut it into shorter ones."),
               self->name);
  return FALSE;
}

static gboolean
reserve (LonghandSamples *self, gsize n, GError **error) {
  gsize capacity = MAX (self->capacity, FIRST_CAPACITY);
  float *memory;

  if (self->memory != NULL && n <= self->capacity)
    return TRUE;
  while (capacity < n)
    capacity *= 2;
  memory = g_try_realloc_n (self->memory, capacity, sizeof *memory);
  if (memory == NULL)
    return set_no_memory (self, error);
  self->memory = memory;
  self->capacity = capacity;
  return TRUE;
}

static gboolean
move_to_file (LonghandSamples *self, GError **error) {
  self->fd = self->scratch_fd >= 0 ? self->scratch_fd : longhand_scratch_open (self->name, error);
  self->scratch_fd = -1;
  if (self->fd < 0
      || !longhand_scratch_write (self->fd, self->memory, self->n * sizeof (float), self->name, error))
    return FALSE;
  g_clear_pointer (&self->memory, g_free);
  return TRUE;
}

gboolean
longhand_samples_append (LonghandSamples *self, const float *samples, gsize n, GError **error) {
  g_return_val_if_fail (self->map == NULL, FALSE);
  if (n == 0)
    return TRUE;
  if (self->fd < 0 && self->n + n > LONGHAND_SAMPLES_IN_MEMORY && !move_to_file (self, error))
    return FALSE;
  if (self->fd >= 0) {
    if (!longhand_scratch_write (self->fd, samples, n * sizeof *samples, self->name, error))
      return FALSE;
  } else {
    if (!reserve (self, self->n + n, error))
      return FALSE;
    memcpy (self->memory + self->n, samples, n * sizeof *samples);
  }
  self->n += n;
  return TRUE;
}

const float *
longhand_samples_seal (LonghandSamples *self, gsize *n, GError **error) {
  if (self->fd < 0) {
    if (!reserve (self, self->n, error))
      return NULL;
  } else if (self->map == NULL) {
    void *map = mmap (NULL, self->n * sizeof (float), PROT_READ, MAP_SHARED, self->fd, 0);

    if (map == MAP_FAILED) {
      set_no_memory (self, error);
      return NULL;
    }
    self->map = map;
  }
  *n = self->n;
  return self->map != NULL ? self->map : self->memory;
}

void
longhand_samples_release (LonghandSamples *self) {
  if (self->map != NULL)
    madvise (self->map, self->n * sizeof (float), MADV_DONTNEED);
}
