/* Microphones and the stream from one of them, by PortAudio. The callback only copies into the ring, counts
 * what did not fit and publishes peak and RMS. PortAudio's own calls happen on a private control thread,
 * because some hosts hang in them when a device has vanished; no function here blocks the caller for longer
 * than a frame. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

typedef struct {
  char *id;   /* stable between runs: host api and device name */
  char *name; /* as a person knows it */
  gboolean is_default;
  guint n_channels; /* offered by the device */
  double rate_hz;   /* the device's own */
} LonghandDevice;

LonghandDevice *longhand_device_copy (const LonghandDevice *device);
void longhand_device_free (LonghandDevice *device);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LonghandDevice, longhand_device_free)

/* A device's name made up from its id, for one that is not there. (transfer full) */
char *longhand_device_dup_title (const char *id);

/* Lists input devices. Blocks for as long as PortAudio takes (up to 0.2 s): command line, or a worker.
 * (transfer full) (element-type LonghandDevice); NULL with LONGHAND_ERROR_NO_MICROPHONE when there is none.
 */
GPtrArray *longhand_capture_list_devices (GError **error);

G_END_DECLS
