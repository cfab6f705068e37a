/* How much of the disk Longhand takes on this computer, under the folder that all of it lies in. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Bytes of the disk. */
typedef struct {
  guint64 texts;  /* the library of sessions, and damaged ones that were put aside */
  guint64 sound;  /* of sessions, and what is kept for recovery */
  guint64 models; /* that were downloaded or imported */
} LonghandStorage;

/* (transfer full) */
char *longhand_storage_dup_folder (void);

/* On a thread; main thread. What cannot be looked at counts as nothing. The only error is
 * G_IO_ERROR_CANCELLED.
 */
void longhand_storage_measure_async (const char *folder, GCancellable *cancellable,
                                     GAsyncReadyCallback callback, gpointer user);
gboolean longhand_storage_measure_finish (GAsyncResult *result, LonghandStorage *storage, GError **error);

/* Damaged libraries and sessions that were kept under another name go. */
void longhand_storage_remove_put_aside (const char *folder);

G_END_DECLS
