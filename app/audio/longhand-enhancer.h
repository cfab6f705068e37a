/* Sound made easier to hear before words are looked for in it: steady noise lowered, a voice brought to a
 * usual level, by speexdsp's preprocessor. A stream of 16 kHz mono; cutting the sound differently gives the
 * same samples. One thread at a time. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What is done; zeroes: nothing. */
typedef struct {
  gboolean noise_reduction;
  gboolean automatic_gain;
} LonghandEnhancement;

typedef struct _LonghandEnhancer LonghandEnhancer;

/* (transfer full); NULL with LONGHAND_ERROR_FAILED: the library was built without what is wanted. */
LonghandEnhancer *longhand_enhancer_new (const LonghandEnhancement *wanted, GError **error);
void longhand_enhancer_free (LonghandEnhancer *self);

/* Takes n finite samples and appends what comes out to out (element float). Sample for sample that is what
 * went in, up to 40 ms behind it; where nothing is wanted the samples themselves, at once. last: no more
 * follow, and what is still held comes out as well. */
void longhand_enhancer_process (LonghandEnhancer *self, const float *samples, gsize n, gboolean last,
                                GArray *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LonghandEnhancer, longhand_enhancer_free)

G_END_DECLS
