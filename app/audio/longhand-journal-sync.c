#include "audio/longhand-journal-sync.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

char *
longhand_sync_dup_anchor (const char *folder) {
  g_autofree char *own = g_path_get_dirname (folder);
  char *anchor = g_path_get_dirname (own);

  while (!g_file_test (anchor, G_FILE_TEST_EXISTS)) {
    char *parent = g_path_get_dirname (anchor);

    g_free (anchor);
    anchor = parent;
  }
  return anchor;
}

/* File systems that know no sync, and folders that may not be read, are as they are. */
static int
errno_from (int result) {
  return result >= 0 || errno == EINVAL || errno == ENOSYS || errno == ENOTSUP || errno == EACCES ? 0 : errno;
}

static int
sync_folder (const char *folder) {
  const int fd = g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  int saved_errno;

  if (fd < 0)
    return errno_from (fd);
  saved_errno = errno_from (fsync (fd));
  close (fd);
  return saved_errno;
}

int
longhand_sync_names (const char *folder, const char *anchor) {
  g_autofree char *place = g_strdup (folder);
  int saved_errno;

  while ((saved_errno = sync_folder (place)) == 0 && strcmp (place, anchor) != 0) {
    char *parent = g_path_get_dirname (place);

    g_free (place);
    place = parent;
  }
  return saved_errno;
}

int
longhand_sync_content (int fd) {
  return errno_from (fdatasync (fd));
}

void
longhand_sync_left_behind (int fd, const char *path) {
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *anchor = longhand_sync_dup_anchor (folder);

  longhand_sync_content (fd);
  longhand_sync_names (folder, anchor);
}
