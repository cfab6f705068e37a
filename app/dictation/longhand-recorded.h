/* The sound that was recorded since the program started, one recording after the other: how much of it there
 * is, when it was captured, what of it was lost, and whether any comes at all. Main thread. */
#pragma once

#include "dictation/longhand-live-figures.h"
#include "dictation/longhand-sound-watch.h"

G_BEGIN_DECLS

typedef struct _LonghandRecorded LonghandRecorded;

typedef struct {
  void (*lost) (gpointer user, const char *sentence); /* of sound; at most once in a recording */
  void (*silent) (gpointer user, gboolean silent);    /* it has changed; FALSE at first and at each end */
} LonghandRecordedFns;

LonghandRecorded *longhand_recorded_new (const LonghandRecordedFns *fns, gpointer user); /* (transfer full) */
void longhand_recorded_free (LonghandRecorded *self); /* tells nothing any more */

/* A recording's sound comes into feed, which it takes over. */
void longhand_recorded_open (LonghandRecorded *self, LonghandFeed *feed);
/* From now on losses and silence are told. */
void longhand_recorded_watch (LonghandRecorded *self);
/* Nothing more comes into the feed; no-op when none is open. */
void longhand_recorded_seal (LonghandRecorded *self);
/* The same, when it is not known whether that is so: the feed is let go, and counts no more. */
void longhand_recorded_drop (LonghandRecorded *self);
/* Sound of an earlier session comes in between; there are no latencies: nobody waits for text of what was
 * said back then. */
void longhand_recorded_add_earlier (LonghandRecorded *self, gint64 ms);

LonghandFeed *longhand_recorded_get_feed (LonghandRecorded *self); /* (transfer none); NULL: none is open */
gint64 longhand_recorded_get_elapsed_ms (LonghandRecorded *self);  /* recorded; what was dropped, too */
/* Of the sound up to ms, as in texts: dropped samples are no part of it, that of earlier sessions is. */
LonghandSoundClock longhand_recorded_get_clock (LonghandRecorded *self, gint64 ms);
LonghandSoundLosses longhand_recorded_get_losses (LonghandRecorded *self);
double longhand_recorded_get_waiting_s (LonghandRecorded *self); /* of sound in the feed that nobody took */

G_END_DECLS
