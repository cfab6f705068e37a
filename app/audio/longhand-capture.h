/* Microphones and the sound from one of them, by PortAudio, which runs in a program of its own
 * (app/microphone): its callback only copies into a ring that both processes see, counts what did not fit and
 * publishes peak and RMS. That program is asked, watched and, when a device that has vanished makes it hang
 * or crash, replaced on a private control thread; no function here blocks the caller for longer than a frame.
 */
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

/* Lists input devices. Blocks for as long as PortAudio takes (about 0.1 s; at most some seconds): command
 * line, or a worker. (transfer full) (element-type LonghandDevice); NULL with LONGHAND_ERROR_NO_MICROPHONE
 * when there is none, or LONGHAND_ERROR_FAILED. */
GPtrArray *longhand_capture_list_devices (GError **error);

G_END_DECLS
