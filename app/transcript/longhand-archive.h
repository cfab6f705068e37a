/* Zip archives, in memory. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A file in one. */
typedef struct {
  const char *name; /* ASCII */
  const char *content;
  gboolean is_plain; /* as it is, not compressed */
} LonghandArchived;

/* The archive of the files, in this order. NULL with LONGHAND_ERROR_FAILED: memory ran out. (transfer full)
 */
GBytes *longhand_archive_pack (const LonghandArchived *files, gsize n_files, GError **error);

G_END_DECLS
