#include "longhand-storage.h"

#include <glib/gstdio.h>
#include <string.h>

#define BLOCK_BYTES 512 /* of st_blocks, whatever the file system's are */

#define LIBRARY_PREFIX "library.sqlite"
#define DAMAGED_PREFIX LIBRARY_PREFIX ".damaged-"
#define BROKEN_SUFFIX ".broken"

char *
longhand_storage_dup_folder (void) {
  return g_build_filename (g_get_user_data_dir (), "longhand", NULL);
}

/* ---- measuring ---- */

/* Of a file, or of all that is in a folder, which counts for nothing itself; links are not followed. */
static guint64
measure (const char *path) {
  g_autoptr (GDir) dir = NULL;
  const char *name;
  GStatBuf info;
  guint64 bytes;

  if (g_lstat (path, &info) != 0)
    return 0;
  bytes = S_ISDIR (info.st_mode) ? 0 : (guint64)info.st_blocks * BLOCK_BYTES;
  dir = S_ISDIR (info.st_mode) ? g_dir_open (path, 0, NULL) : NULL;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *child = g_build_filename (path, name, NULL);

    bytes += measure (child);
  }
  return bytes;
}

static void
measure_all (GTask *task, gpointer source, gpointer folder, GCancellable *cancellable) {
  LonghandStorage *storage = g_new0 (LonghandStorage, 1);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL && !g_cancellable_is_cancelled (cancellable)) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    const guint64 bytes = measure (path);

    if (g_str_has_prefix (name, LIBRARY_PREFIX))
      storage->texts += bytes;
    else if (strcmp (name, "models") == 0)
      storage->models += bytes;
    else
      storage->sound += bytes;
  }
  g_task_return_pointer (task, storage, g_free);
}

void
longhand_storage_measure_async (const char *folder, GCancellable *cancellable, GAsyncReadyCallback callback,
                                gpointer user) {
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user);

  g_task_set_source_tag (task, longhand_storage_measure_async);
  g_task_set_task_data (task, g_strdup (folder), g_free);
  g_task_run_in_thread (task, measure_all);
}

gboolean
longhand_storage_measure_finish (GAsyncResult *result, LonghandStorage *storage, GError **error) {
  g_autofree LonghandStorage *measured = g_task_propagate_pointer (G_TASK (result), error);

  if (measured != NULL)
    *storage = *measured;
  return measured != NULL;
}

/* ---- removing ---- */

static void
remove_named (const char *folder, const char *prefix, const char *suffix) {
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);

    if (g_str_has_prefix (name, prefix) && g_str_has_suffix (name, suffix))
      g_unlink (path);
  }
}

void
longhand_storage_remove_put_aside (const char *folder) {
  g_autofree char *sessions = g_build_filename (folder, "sessions", NULL);

  remove_named (folder, DAMAGED_PREFIX, "");
  remove_named (sessions, "", BROKEN_SUFFIX);
}
