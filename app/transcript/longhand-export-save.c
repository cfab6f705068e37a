#include "transcript/longhand-export.h"

#include "longhand-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Errors of GLib's file functions name few of the reasons; the rest keep what GLib said. */
static int
errno_from_error (const GError *error) {
  static const struct {
    int file_code, io_code, value;
  } table[] = {
    { G_FILE_ERROR_ROFS, G_IO_ERROR_READ_ONLY, EROFS },
    { G_FILE_ERROR_ACCES, G_IO_ERROR_PERMISSION_DENIED, EACCES },
    { G_FILE_ERROR_PERM, G_IO_ERROR_PERMISSION_DENIED, EPERM },
    { G_FILE_ERROR_NOENT, G_IO_ERROR_NOT_FOUND, ENOENT },
    { G_FILE_ERROR_NOTDIR, G_IO_ERROR_NOT_DIRECTORY, ENOTDIR },
    { G_FILE_ERROR_ISDIR, G_IO_ERROR_IS_DIRECTORY, EISDIR },
    { G_FILE_ERROR_NOSPC, G_IO_ERROR_NO_SPACE, ENOSPC },
    { G_FILE_ERROR_NAMETOOLONG, G_IO_ERROR_FILENAME_TOO_LONG, ENAMETOOLONG },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_error_matches (error, G_FILE_ERROR, table[i].file_code)
        || g_error_matches (error, G_IO_ERROR, table[i].io_code))
      return table[i].value;
  return EIO;
}

static int
write_all (int fd, GBytes *content) {
  gsize left;
  const guint8 *at = g_bytes_get_data (content, &left);

  while (left > 0) {
    const ssize_t n = write (fd, at, left);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return errno;
    at += n;
    left -= (gsize)n;
  }
  return 0;
}

/* Devices and pipes have no content to keep, and a rename would put a file in their place. */
static int
write_stream (const char *path, GBytes *content) {
  const int fd = g_open (path, O_WRONLY | O_CLOEXEC | O_NOCTTY, 0);
  int saved_errno;

  if (fd < 0)
    return errno;
  saved_errno = write_all (fd, content);
  if (close (fd) != 0 && saved_errno == 0)
    saved_errno = errno;
  return saved_errno;
}

/* Which of them, -1: none, the shell has redirected to this file, as where that is called /dev/stdout. */
static int
find_standard (const GStatBuf *info) {
  GStatBuf standard;

  for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++)
    if (fstat (fd, &standard) == 0 && standard.st_dev == info->st_dev && standard.st_ino == info->st_ino)
      return fd;
  return -1;
}

/* Goes on where the shell wants it, behind what is there, and in the file that it has opened. */
static int
write_standard (int fd, GBytes *content) {
  if (fflush (fd == STDOUT_FILENO ? stdout : stderr) != 0)
    return errno;
  return write_all (fd, content);
}

static int
write_local (const char *path, GBytes *content) {
  /* A rename replaces a link itself, so the file behind it is the one to write. */
  g_autofree char *real = realpath (path, NULL);
  const char *target = real != NULL ? real : path;
  gsize length;
  const char *data = g_bytes_get_data (content, &length);
  GStatBuf info;
  int mode = 0666, standard;
  g_autoptr (GError) error = NULL;

  if (g_stat (target, &info) == 0) {
    if (S_ISDIR (info.st_mode))
      return EISDIR;
    if (!S_ISREG (info.st_mode))
      return write_stream (target, content);
    standard = find_standard (&info);
    if (standard >= 0)
      return write_standard (standard, content);
    if (g_access (target, W_OK) != 0)
      return errno;
    mode = info.st_mode & 0777;
  }
  if (g_file_set_contents_full (target, data, (gssize)length,
                                G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, mode, &error))
    return 0;
  return errno_from_error (error);
}

gboolean
longhand_export_save (GBytes *content, GFile *file, GError **error) {
  g_autofree char *path = g_file_get_path (file);
  g_autofree char *place = g_file_get_parse_name (file);
  int saved_errno = 0;

  if (path != NULL) {
    saved_errno = write_local (path, content);
  } else {
    gsize length;
    const char *data = g_bytes_get_data (content, &length);
    g_autoptr (GError) local_error = NULL;

    if (!g_file_replace_contents (file, data, length, NULL, FALSE, G_FILE_CREATE_NONE, NULL, NULL,
                                  &local_error))
      saved_errno = errno_from_error (local_error);
  }
  if (saved_errno == 0)
    return TRUE;
  longhand_set_error_from_write (error, place, saved_errno);
  return FALSE;
}
