/* What a microphone fills and the pump empties: a ring and the figures around it, in memory that two
 * processes may share. Another layout of that memory is another LONGHAND_WIRE_PROTOCOL. */
#pragma once

#include "audio/longhand-ring.h"

G_BEGIN_DECLS

/* The ring holds this much sound: the pump, which empties it every few milliseconds, may be held up that
 * long. */
#define LONGHAND_FEED_SECONDS 10

typedef struct _LonghandFeed LonghandFeed;

/* Of this process alone. (transfer full) */
LonghandFeed *longhand_feed_new (double rate_hz, guint n_channels);

/* *fd: a file in memory, of a size that nobody can change, in which longhand_feed_new_from_fd finds the same
 * feed, in another process, too; the caller closes it when it is passed on, and the feed stays. (transfer
 * full); NULL, and -1, when there is no memory for it. */
LonghandFeed *longhand_feed_new_shared (double rate_hz, guint n_channels, int *fd);

/* fd stays the caller's. The handles of two processes differ in what is set before sharing: the pace.
 * (transfer full); NULL when no such feed lies there, or it cannot be mapped. */
LonghandFeed *longhand_feed_new_from_fd (int fd, double rate_hz, guint n_channels);

LonghandFeed *longhand_feed_ref (LonghandFeed *self); /* any thread, as all below */
void longhand_feed_unref (LonghandFeed *self);

double longhand_feed_get_rate_hz (LonghandFeed *self);
guint longhand_feed_get_n_channels (LonghandFeed *self);
LonghandRing *longhand_feed_get_ring (LonghandFeed *self); /* (transfer none) */

/* Seconds of sound in a second: 1 unless set, before the feed is shared. 0: its sound keeps no time. */
double longhand_feed_get_pace (LonghandFeed *self);
void longhand_feed_set_pace (LonghandFeed *self, double pace);

/* The microphone's callback: copies interleaved frames into the ring and publishes the level. Takes bounded
 * time: no allocation, no lock, no system call. Does nothing after longhand_feed_close. */
void longhand_feed_write (LonghandFeed *self, const float *frames, gsize n_frames);

/* From now on the device is not listened to any more. */
void longhand_feed_close (LonghandFeed *self);
gboolean longhand_feed_is_closed (LonghandFeed *self);

/* The device has ended by itself: nothing more comes. */
void longhand_feed_end (LonghandFeed *self);
gboolean longhand_feed_has_ended (LonghandFeed *self);

/* As longhand_feed_write: the device has lost sound of unknown length before what is written next. */
void longhand_feed_count_overrun (LonghandFeed *self);

guint64 longhand_feed_get_n_frames (LonghandFeed *self);   /* offered so far, dropped ones too */
guint64 longhand_feed_get_n_dropped (LonghandFeed *self);  /* frames lost because the ring was full */
guint64 longhand_feed_get_n_overruns (LonghandFeed *self); /* times that the device lost sound */
/* Frames at the end of those offered in which every sample is exactly 0: what a muted device gives, and a
 * room never does. */
guint64 longhand_feed_get_n_silent (LonghandFeed *self);

/* Of each frame's loudest channel in the last 50 ms, linear, 0..1. */
void longhand_feed_get_level (LonghandFeed *self, double *peak, double *rms);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LonghandFeed, longhand_feed_unref)

G_END_DECLS
