/* A model of the catalogue on its way into the user's folder. Main thread; the work is done on a thread of
 * its own. Nothing is asked of any server before longhand_download_start. */
#pragma once

#include "models/longhand-catalogue.h"

G_BEGIN_DECLS

typedef enum {
  LONGHAND_DOWNLOAD_IDLE,   /* nothing is there */
  LONGHAND_DOWNLOAD_PAUSED, /* a part is there, maybe of an earlier run of the program */
  LONGHAND_DOWNLOAD_CONNECTING,
  LONGHAND_DOWNLOAD_RECEIVING,
  LONGHAND_DOWNLOAD_CHECKING,
  LONGHAND_DOWNLOAD_FAILED, /* see longhand_download_get_error; what has come may go on */
  LONGHAND_DOWNLOAD_DONE,   /* the file is there */
} LonghandDownloadState;

#define LONGHAND_TYPE_DOWNLOAD (longhand_download_get_type ())
G_DECLARE_FINAL_TYPE (LonghandDownload, longhand_download, LONGHAND, DOWNLOAD, GObject)

/* Signal "changed": anything of what the functions below say has, some times a second while bytes arrive. */

/* entry is borrowed for good. folder: where the file goes. patience_s: how long a server may be silent; 0:
 * the usual time. (transfer full) The last reference may be given up at any time: what has come stays. */
LonghandDownload *longhand_download_new (const LonghandCatalogueEntry *entry, const char *folder,
                                         guint patience_s);

/* Begins, or goes on. Not while it is under way. */
void longhand_download_start (LonghandDownload *self, const char *base);
/* Both take effect a moment later, when the thread has let go of the file. */
void longhand_download_pause (LonghandDownload *self);
void longhand_download_cancel (LonghandDownload *self); /* what has come is removed */

/* What is done is so no longer when its file is gone. */
void longhand_download_look (LonghandDownload *self);

const LonghandCatalogueEntry *longhand_download_get_entry (LonghandDownload *self);
LonghandDownloadState longhand_download_get_state (LonghandDownload *self);
gboolean longhand_download_is_under_way (LonghandDownload *self);
const GError *longhand_download_get_error (LonghandDownload *self); /* NULL unless FAILED */
/* What is said when it has come to its end. (transfer full); NULL: it has not, or a person ended it. */
char *longhand_download_dup_end (LonghandDownload *self);
guint64 longhand_download_get_received (LonghandDownload *self);    /* bytes that are there */
guint64 longhand_download_get_total (LonghandDownload *self);       /* about, until the server has said it */
double longhand_download_get_speed (LonghandDownload *self); /* bytes a second, smoothed; 0: not known */
double longhand_download_get_seconds_left (LonghandDownload *self); /* below 0: not known */

/* Speed that follows from a new look after seconds in which n bytes came; former: the one before, 0: none. */
double longhand_download_smooth_speed (double former, guint64 n, double seconds);

G_END_DECLS
