/* The samples of a recording of any length, of which only some are in memory at a time: those of a long one
 * lie in a file without a name, and in the address space as pages that come when they are looked at. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Up to here, four minutes at 16 kHz, they lie in memory. */
#define LONGHAND_SAMPLES_IN_MEMORY ((gsize)1 << 22)

typedef struct _LonghandSamples LonghandSamples;

/* name: of the recording, for people; copied. (transfer full) Belongs to one thread at a time. */
LonghandSamples *longhand_samples_new (const char *name);
/* The same, with a scratch file where they go when there are many, for a thread that may not make one. fd is
 * taken; -1: there is none, and one is made. */
LonghandSamples *longhand_samples_new_with_scratch (const char *name, int fd);
void longhand_samples_free (LonghandSamples *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LonghandSamples, longhand_samples_free)

/* Errors: LONGHAND_ERROR_NO_MEMORY, and _WRITE where they do not fit on the disk. */
gboolean longhand_samples_append (LonghandSamples *self, const float *samples, gsize n, GError **error);

/* All of them, [*n]; never NULL. None can be appended from then on. (transfer none); NULL with
 * LONGHAND_ERROR_NO_MEMORY. */
const float *longhand_samples_seal (LonghandSamples *self, gsize *n, GError **error);

/* Gives back the memory of those that have been looked at; they come again when they are wanted. While other
 * threads look at them, too. */
void longhand_samples_release (LonghandSamples *self);

G_END_DECLS
