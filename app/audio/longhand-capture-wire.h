/* What Longhand and its microphone program (app/microphone) say to each other: one question at a time, over a
 * socket that keeps messages whole. Sound does not go this way: it lies in memory that both see. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Goes up with each change of the messages or of the memory behind LonghandFeed. */
#define LONGHAND_WIRE_PROTOCOL 2

#define LONGHAND_WIRE_FD 3 /* the microphone program's end */

typedef enum {
  /* Of the microphone program: HELLO once, when it has started; the others in answer. */
  LONGHAND_WIRE_HELLO,
  LONGHAND_WIRE_DEVICE, /* to SCAN, one for each device: all fields; text is its name */
  LONGHAND_WIRE_SCANNED,
  LONGHAND_WIRE_OPENED, /* to OPEN or PLAY: n_channels, rate_hz, and the file of the feed that is being
                           written */
  LONGHAND_WIRE_CLOSED,
  LONGHAND_WIRE_UNAVAILABLE, /* to OPEN: the device is in use or has gone */
  LONGHAND_WIRE_NO_MEMORY,   /* to SCAN or OPEN, as the next; text says why in PortAudio's words */
  LONGHAND_WIRE_FAILED,
  /* Of Longhand. */
  LONGHAND_WIRE_SCAN,
  LONGHAND_WIRE_OPEN,  /* index, of the last scan's; not while a device is open */
  LONGHAND_WIRE_CLOSE, /* the device that is open */
  LONGHAND_WIRE_PLAY,  /* rate_hz, if that is possible: what is written to the feed is heard from the default
                        * device, until the feed is closed; not while a device is open */
} LonghandWireType;

typedef struct {
  guint32 protocol; /* LONGHAND_WIRE_PROTOCOL, set by longhand_wire_send */
  guint32 type;     /* LonghandWireType */
  guint32 n_channels;
  guint32 is_default;
  gint32 index; /* PortAudio's of the device */
  double rate_hz;
  char host_api[64];
  char text[512];
} LonghandWireMessage;

/* What came of waiting for a message. */
typedef enum {
  LONGHAND_WIRE_CAME,
  LONGHAND_WIRE_LATE,    /* not in time */
  LONGHAND_WIRE_ENDED,   /* the other process has ended */
  LONGHAND_WIRE_FOREIGN, /* the other process speaks another protocol */
} LonghandWireResult;

/* fd: what goes with OPENED and stays the caller's; else -1. FALSE: the other process has ended. */
gboolean longhand_wire_send (int socket, LonghandWireMessage *message, int fd);

/* Waits until deadline_us of g_get_monotonic_time, for ever when it is G_MAXINT64. message's texts end with a
 * zero whatever came. *fd: what came with it, the caller's to close, or -1. */
LonghandWireResult longhand_wire_receive (int socket, gint64 deadline_us, LonghandWireMessage *message,
                                          int *fd);

G_END_DECLS
