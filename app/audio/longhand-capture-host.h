/* PortAudio's process-wide side: its list of devices, and streams. Everything here is bounded in time:
 * PortAudio is called on threads that are given up when it hangs, as it does with some devices that have
 * vanished. From any thread, one call at a time; the rest waits. Only this file's implementation includes
 * portaudio.h. */
#pragma once

#include "audio/longhand-capture-feed.h"
#include "audio/longhand-capture.h"

G_BEGIN_DECLS

/* Looks for devices anew, unless a stream is open or PortAudio hangs: then the last list is given.
 * (transfer full) (element-type LonghandDevice), empty when there is none; NULL with LONGHAND_ERROR_FAILED.
 */
GPtrArray *longhand_capture_host_list (GError **error);

typedef struct _LonghandHostStream LonghandHostStream;

/* Opens and starts the device with this id, "" for the default one, at its own rate. (transfer full); NULL
 * with LONGHAND_ERROR_NO_MICROPHONE, LONGHAND_ERROR_DEVICE_ABSENT, LONGHAND_ERROR_DEVICE_BUSY or
 * LONGHAND_ERROR_FAILED, the last at once for as long as PortAudio hangs. */
LonghandHostStream *longhand_capture_host_open (const char *device_id, GError **error);

LonghandFeed *longhand_capture_host_get_feed (LonghandHostStream *stream);           /* (transfer none) */
const LonghandDevice *longhand_capture_host_get_device (LonghandHostStream *stream); /* (transfer none) */
/* The device has ended by itself; and callbacks so far, which stand still when it is lost in another way. */
gboolean longhand_capture_host_is_finished (LonghandHostStream *stream);
guint longhand_capture_host_get_n_callbacks (LonghandHostStream *stream);

/* Takes the stream over and closes its feed. lost: waits for no sound that is still under way. */
void longhand_capture_host_close (LonghandHostStream *stream, gboolean lost);

G_END_DECLS
