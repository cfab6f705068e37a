/* A recording in place of a microphone: the whole way from the ring on is the same. */
#pragma once

#include "audio/longhand-capture-source.h"
#include "audio/longhand-pump-queue.h"

G_BEGIN_DECLS

/* Plays the sound file at path n_times (1 or more) in a row, at its own rate and channels, after a start. It
 * closes by itself at the end; with LONGHAND_ERROR_AUDIO_FILE where the file turns out to be damaged.
 *   pace: seconds of sound in a second; 1 is real time. 0: as fast as it is taken from the ring and from the
 *   queue of longhand_capture_file_set_queue: then at most a second of sound waits there, and none is
 * dropped. Of the file only a block is in memory. (transfer full); NULL with LONGHAND_ERROR_AUDIO_FILE. */
LonghandSource *longhand_capture_file_new (const char *path, double pace, guint n_times, GError **error);

/* Before a start: what the pump that empties the ring fills; a reference is kept. */
void longhand_capture_file_set_queue (LonghandSource *source, LonghandPumpQueue *queue);

/* Length of what is played, once. */
double longhand_capture_file_get_seconds (LonghandSource *source);

G_END_DECLS
