#include "models/longhand-part-file.h"

#include "audio/longhand-journal-sync.h"
#include "longhand-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define SUFFIX ".part"
#define COPY_SUFFIX ".import"
#define GROUP "part"
#define SPARE_BYTES (16 * 1024 * 1024) /* that a disk keeps: other programs want to write, too */
#define READ_BYTES (256 * 1024)

struct _LonghandPartFile {
  /* owned */
  char *path;
  char *part_path;
  char *info_path;
  char *address;
  char *etag;

  int fd;
  guint64 size;
};

guint64
longhand_part_file_look (const char *path) {
  g_autofree char *part_path = g_strconcat (path, SUFFIX, NULL);
  GStatBuf info;

  return g_stat (part_path, &info) == 0 && S_ISREG (info.st_mode) ? (guint64)info.st_size : 0;
}

static gboolean
fail_to_write (LonghandPartFile *self, int saved_errno, GError **error) {
  g_autofree char *name = g_filename_display_name (self->path);

  longhand_set_error_from_write (error, name, saved_errno);
  return FALSE;
}

/* ---- life ---- */

static void
read_info (LonghandPartFile *self) {
  g_autoptr (GKeyFile) info = g_key_file_new ();

  if (!g_key_file_load_from_file (info, self->info_path, G_KEY_FILE_NONE, NULL))
    return;
  self->address = g_key_file_get_string (info, GROUP, "address", NULL);
  self->etag = g_key_file_get_string (info, GROUP, "etag", NULL);
}

static gboolean
write_info (LonghandPartFile *self, GError **error) {
  g_autoptr (GKeyFile) info = g_key_file_new ();
  g_autoptr (GError) local = NULL;
  g_autofree char *text = NULL;
  gsize n;

  g_key_file_set_string (info, GROUP, "address", self->address);
  g_key_file_set_string (info, GROUP, "etag", self->etag);
  text = g_key_file_to_data (info, &n, NULL);
  /* Written in place of the old one: a torn one cannot be parsed, and then all begins again. */
  if (g_file_set_contents_full (self->info_path, text, (gssize)n, G_FILE_SET_CONTENTS_CONSISTENT, 0644,
                                &local))
    return TRUE;
  return fail_to_write (self, g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOSPC) ? ENOSPC : EIO,
                        error);
}

/* Locks what the name stands for: another process may have finished or discarded it in between. */
static gboolean
open_locked (LonghandPartFile *self, GError **error) {
  GStatBuf here, there;

  do {
    if (self->fd >= 0)
      close (self->fd);
    self->fd = g_open (self->part_path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (self->fd < 0)
      return fail_to_write (self, errno, error);
    if (flock (self->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
      g_autofree char *name = g_filename_display_name (self->path);

      g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                   _ ("“%s” is being fetched already, by another window or terminal: wait for that one."),
                   name);
      return FALSE;
    }
    if (fstat (self->fd, &here) != 0)
      return fail_to_write (self, errno, error);
  } while (g_stat (self->part_path, &there) != 0 || there.st_ino != here.st_ino);
  self->size = (guint64)here.st_size;
  return TRUE;
}

static LonghandPartFile *
open_part (const char *path, const char *suffix, GError **error) {
  LonghandPartFile *self = g_new0 (LonghandPartFile, 1);

  self->fd = -1;
  self->path = g_strdup (path);
  self->part_path = g_strconcat (path, suffix, NULL);
  self->info_path = g_strconcat (self->part_path, ".info", NULL);
  if (!open_locked (self, error)) {
    longhand_part_file_free (self);
    return NULL;
  }
  read_info (self);
  return self;
}

LonghandPartFile *
longhand_part_file_open (const char *path, GError **error) {
  return open_part (path, SUFFIX, error);
}

LonghandPartFile *
longhand_part_file_open_copy (const char *path, GError **error) {
  return open_part (path, COPY_SUFFIX, error);
}

void
longhand_part_file_free (LonghandPartFile *self) {
  if (self->fd >= 0)
    close (self->fd);
  g_free (self->path);
  g_free (self->part_path);
  g_free (self->info_path);
  g_free (self->address);
  g_free (self->etag);
  g_free (self);
}

const char *
longhand_part_file_get_path (LonghandPartFile *self) {
  return self->part_path;
}

guint64
longhand_part_file_get_size (LonghandPartFile *self) {
  return self->size;
}

const char *
longhand_part_file_get_address (LonghandPartFile *self) {
  return self->address;
}

const char *
longhand_part_file_get_etag (LonghandPartFile *self) {
  return self->etag;
}

/* ---- growing ---- */

gboolean
longhand_part_file_begin (LonghandPartFile *self, const char *address, const char *etag, GError **error) {
  if (ftruncate (self->fd, 0) != 0)
    return fail_to_write (self, errno, error);
  self->size = 0;
  g_free (self->address);
  g_free (self->etag);
  self->address = g_strdup (address);
  self->etag = g_strdup (etag);
  return write_info (self, error);
}

gboolean
longhand_part_file_append (LonghandPartFile *self, gconstpointer data, gsize n, GError **error) {
  const guint8 *bytes = data;

  while (n > 0) {
    const gssize written = write (self->fd, bytes, n);

    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return fail_to_write (self, errno, error);
    bytes += written;
    n -= (gsize)written;
    self->size += (guint64)written;
  }
  return TRUE;
}

char *
longhand_part_file_dup_checksum (LonghandPartFile *self, GCancellable *cancellable, GError **error) {
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA1);
  g_autofree guint8 *buffer = g_malloc (READ_BYTES);
  guint64 at = 0;

  while (at < self->size) {
    const gssize n = pread (self->fd, buffer, READ_BYTES, (off_t)at);

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0) {
      g_autofree char *name = g_filename_display_name (self->part_path);

      g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
                   _ ("“%s” cannot be read (%s): check the disk, and try again."), name,
                   g_strerror (n < 0 ? errno : EIO));
      return NULL;
    }
    if (g_cancellable_is_cancelled (cancellable)) {
      g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_CANCELLED, _ ("Stopped."));
      return NULL;
    }
    g_checksum_update (sum, buffer, n);
    at += (guint64)n;
  }
  return g_strdup (g_checksum_get_string (sum));
}

/* ---- the end ---- */

gboolean
longhand_part_file_finish (LonghandPartFile *self, GError **error) {
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autofree char *anchor = longhand_sync_dup_anchor (folder);
  int saved_errno = longhand_sync_content (self->fd);

  if (saved_errno == 0 && g_rename (self->part_path, self->path) != 0)
    saved_errno = errno;
  if (saved_errno != 0)
    return fail_to_write (self, saved_errno, error);
  g_unlink (self->info_path);
  longhand_sync_names (folder, anchor);
  return TRUE;
}

void
longhand_part_file_discard (LonghandPartFile *self) {
  g_unlink (self->part_path);
  g_unlink (self->info_path);
  self->size = 0;
}

/* ---- room ---- */

gboolean
longhand_part_file_check_room (const char *folder, const char *title, guint64 n, GError **error) {
  const guint64 needed = n + SPARE_BYTES;
  g_autofree char *missing_text = NULL, *place = NULL;
  struct statvfs info;
  guint64 room;

  if (statvfs (folder, &info) != 0)
    return TRUE;
  room = (guint64)info.f_bavail * info.f_frsize;
  if (room >= needed)
    return TRUE;
  missing_text = g_format_size (needed - room);
  place = g_filename_display_name (folder);
  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_WRITE,
               _ ("There is no room for “%s”: make %s more free on the disk of %s, and go on."), title,
               missing_text, place);
  return FALSE;
}
