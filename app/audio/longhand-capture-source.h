/* Where live sound comes from: the microphones of this machine, or a recording. */
#pragma once

#include "audio/longhand-capture-feed.h"
#include "audio/longhand-capture.h"

G_BEGIN_DECLS

typedef enum {
  LONGHAND_SOURCE_OPENED,  /* sound is being written to the feed */
  LONGHAND_SOURCE_CLOSED,  /* nothing more will be written: as asked, at the end of a recording, or with an
                            * error  when the device was lost */
  LONGHAND_SOURCE_FAILED,  /* it could not be opened */
  LONGHAND_SOURCE_DEVICES, /* the list that was asked for */
} LonghandSourceEventType;

typedef struct {
  LonghandSourceEventType type;
  LonghandFeed *feed;     /* OPENED */
  LonghandDevice *device; /* OPENED: which one; NULL for a recording */
  GError *error;          /* FAILED; CLOSED when lost */
  GPtrArray *devices;     /* DEVICES: LonghandDevice, empty when there is none */
} LonghandSourceEvent;

LonghandSourceEvent *longhand_source_event_new (LonghandSourceEventType type); /* (transfer full) */
void longhand_source_event_free (LonghandSourceEvent *event);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LonghandSourceEvent, longhand_source_event_free)

/* (transfer full) event; on a thread of the source. */
typedef void (*LonghandSourceFn) (gpointer user, LonghandSourceEvent *event);

/* None of the first four waits for the device. Each start is answered by one OPENED or FAILED, and each
 * OPENED followed by one CLOSED, in bounded time after a stop whatever the device does; start is called again
 * only after that. */
typedef struct _LonghandSource LonghandSource;
struct _LonghandSource {
  void (*connect) (LonghandSource *self, LonghandSourceFn fn, gpointer user); /* once, first */
  void (*start) (LonghandSource *self, const char *device_id);                /* "": the default one */
  void (*stop) (LonghandSource *self);
  void (*refresh) (LonghandSource *self); /* answered by DEVICES */
  void (*free) (LonghandSource *self);    /* no event comes after it; at most some seconds */
};

/* The machine's microphones, by PortAudio. (transfer full) */
LonghandSource *longhand_capture_new (void);

G_END_DECLS
