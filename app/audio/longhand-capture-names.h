/* From what a sound system calls its inputs to a list for a person. Pure. */
#pragma once

#include "audio/longhand-capture.h"

G_BEGIN_DECLS

typedef struct {
  const char *host_api; /* "ALSA" */
  const char *name;     /* "HDA Intel PCH: ALC257 Analog (hw:0,0)" */
  guint n_channels;     /* inputs; 0 for a device that only plays */
  double rate_hz;
  gboolean is_default;
} LonghandRawDevice;

/* The inputs worth offering: sound servers' first, then the rest as they come; ALSA's plumbing ("sysdefault",
 * "dmix") is left out unless it is the default. Numbers that change between starts (hw:0,0) are in neither id
 * nor name; equal names get a number. order (element int) gets each one's index in raw. (transfer full) */
GPtrArray *longhand_capture_names_present (const LonghandRawDevice *raw, gsize n, GArray *order);

G_END_DECLS
