/* The sound system: its list of devices, and the one that is open. Everything here is bounded in time: the
 * sound system is asked by a program of its own (longhand-capture-process), which is killed when it hangs and
 * started again when it is needed next. A host belongs to one thread. */
#pragma once

#include "audio/longhand-capture-feed.h"
#include "audio/longhand-capture.h"

G_BEGIN_DECLS

typedef struct _LonghandHost LonghandHost;

LonghandHost *longhand_host_new (void); /* (transfer full) */
void longhand_host_free (LonghandHost *self);

/* Looks for devices anew, unless one is open: then the last list is given. (transfer full) (element-type
 * LonghandDevice), empty when there is none; NULL with LONGHAND_ERROR_FAILED. */
GPtrArray *longhand_host_list (LonghandHost *self, GError **error);

/* While none is open: opens and starts the device with this id, "" for the default one, at its own rate.
 * FALSE with LONGHAND_ERROR_NO_MICROPHONE, LONGHAND_ERROR_DEVICE_ABSENT, LONGHAND_ERROR_DEVICE_BUSY,
 * LONGHAND_ERROR_NO_MEMORY or LONGHAND_ERROR_FAILED. */
gboolean longhand_host_open (LonghandHost *self, const char *device_id, GError **error);

LonghandFeed *longhand_host_get_feed (LonghandHost *self);           /* (transfer none); NULL: none is open */
const LonghandDevice *longhand_host_get_device (LonghandHost *self); /* (transfer none); of what is open */
/* The device has ended by itself, or the program that listens to it. */
gboolean longhand_host_has_ended (LonghandHost *self);

/* Why what is open brings nothing any more: LONGHAND_ERROR_DEVICE_LOST; or LONGHAND_ERROR_DEVICE_BUSY, where
 * its driver has crashed before there was any sound, as it would each time. */
void longhand_host_set_end_error (LonghandHost *self, GError **error);

/* Closes the device, and its feed after all that it still brings. lost: at once; the device brings nothing
 * any more, and may let nobody close it. */
void longhand_host_close (LonghandHost *self, gboolean lost);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LonghandHost, longhand_host_free)

G_END_DECLS
