/* The thread between microphone and recognizer: empties the ring every few milliseconds, brings the sound to
 * 16 kHz mono, writes it into the journal and then queues it. It never waits for the recognizer. */
#pragma once

#include "audio/longhand-capture-feed.h"
#include "audio/longhand-journal.h"
#include "audio/longhand-pump-queue.h"

G_BEGIN_DECLS

#define LONGHAND_PUMP_RATE_HZ 16000

typedef struct _LonghandPump LonghandPump;

/* Called on the pump's thread when the last sample and the recording's end are in the queue. */
typedef void (*LonghandPumpFn) (gpointer user);

/* Starts at once, with references to feed, journal (NULL: none) and queue. (transfer full); NULL with
 * LONGHAND_ERROR_INVALID, LONGHAND_ERROR_NO_MEMORY or LONGHAND_ERROR_FAILED. */
LonghandPump *longhand_pump_new (LonghandFeed *feed, LonghandJournal *journal, LonghandPumpQueue *queue,
                                 LonghandPumpFn ended, gpointer user, GError **error);

/* Nothing more will be written to the feed: the pump drains it to the last sample and ends. Does not wait. */
void longhand_pump_stop (LonghandPump *self);

/* Stops and joins: as long as draining takes, milliseconds. */
void longhand_pump_free (LonghandPump *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LonghandPump, longhand_pump_free)

G_END_DECLS
