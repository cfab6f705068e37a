/* What a microphone fills and the pump empties: a ring and the figures around it. Shared by reference,
 * because the threads of a sound system may outlive everybody's interest in them. */
#pragma once

#include "audio/longhand-ring.h"

G_BEGIN_DECLS

/* The ring holds this much sound: the pump, which empties it every few milliseconds, may be held up that
 * long. */
#define LONGHAND_FEED_SECONDS 10

typedef struct _LonghandFeed LonghandFeed;

LonghandFeed *longhand_feed_new (double rate_hz, guint n_channels); /* (transfer full) */
LonghandFeed *longhand_feed_ref (LonghandFeed *self);               /* any thread, as all below */
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

/* Likewise: the device has lost sound of unknown length before what is written next. */
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
