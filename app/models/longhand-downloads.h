/* All downloads of the program: those under way, and those that may go on. Main thread. */
#pragma once

#include "models/longhand-download.h"
#include "models/longhand-model-store.h"

G_BEGIN_DECLS

#define LONGHAND_TYPE_DOWNLOADS (longhand_downloads_get_type ())
G_DECLARE_FINAL_TYPE (LonghandDownloads, longhand_downloads, LONGHAND, DOWNLOADS, GObject)

/* Signal "changed" (const char *id): as that of the download of this model. */

/* They go into the user's folder; when one is done, store looks again. (transfer full) */
LonghandDownloads *longhand_downloads_new (LonghandModelStore *store);

/* (transfer none): always the same for a model; NULL when the catalogue has no such. */
LonghandDownload *longhand_downloads_get (LonghandDownloads *self, const char *id);

/* One that is under way. (transfer none); NULL: none is. */
LonghandDownload *longhand_downloads_find_under_way (LonghandDownloads *self);

G_END_DECLS
