/* The quiet sounds by which people hear that recording begins, and that it has ended: two short notes,
 * upwards or downwards. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  LONGHAND_TONE_BEGIN,
  LONGHAND_TONE_END,
} LonghandTone;

/* Mono samples, float, of LONGHAND_SOUND_RATE_HZ. (transfer full) */
GBytes *longhand_tone_new (LonghandTone tone);

G_END_DECLS
