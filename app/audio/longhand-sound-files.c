#include "audio/longhand-sound-files.h"

#include "audio/longhand-journal-sync.h"
#include "longhand-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <sndfile.h>
#include <unistd.h>

#define SUFFIX ".flac"
#define UNFINISHED ".new-" /* what the names of parts begin with that are being written */

struct _LonghandSoundWriter {
  char *folder;    /* owned, as path and hidden; of all sessions */
  char *directory; /* owned; of this one */
  char *anchor;    /* owned; of longhand_sync_names */
  char *path, *hidden;
  int fd;
  int saved_errno; /* of the first write that failed; 0: none */
  SNDFILE *file;   /* owned; NULL: finished */
};

void
longhand_sound_part_free (gpointer data) {
  LonghandSoundPart *part = data;

  g_free (part->path);
  g_free (part);
}

char *
longhand_sound_files_dup_folder (const char *path) {
  g_autofree char *folder = g_path_get_dirname (path);

  return g_build_filename (folder, "sound", NULL);
}

static char *
dup_directory (const char *folder, gint64 id) {
  g_autofree char *name = g_strdup_printf ("%016" G_GINT64_MODIFIER "x", id);

  return g_build_filename (folder, name, NULL);
}

/* ---- what is there ---- */

typedef void (*EachFn) (const char *path, const char *name, gpointer user);

static void
for_each (const char *directory, EachFn fn, gpointer user) {
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (directory, name, NULL);

    fn (path, name, user);
  }
}

static gboolean
parse_name (const char *name, gint64 *start_ms) {
  char *end;

  *start_ms = g_ascii_strtoll (name, &end, 10);
  return end > name && strcmp (end, SUFFIX) == 0;
}

static void
add_part (const char *path, const char *name, gpointer parts) {
  SF_INFO info = { 0 };
  LonghandSoundPart *part;
  gint64 start_ms;
  SNDFILE *file;

  if (!parse_name (name, &start_ms))
    return;
  file = sf_open (path, SFM_READ, &info);
  if (file == NULL)
    return;
  sf_close (file);
  if (info.samplerate != LONGHAND_SOUND_RATE_HZ || info.channels != 1 || info.frames <= 0)
    return;
  part = g_new (LonghandSoundPart, 1);
  *part = (LonghandSoundPart){ g_strdup (path), start_ms, start_ms + info.frames / LONGHAND_SOUND_PER_MS };
  g_ptr_array_add (parts, part);
}

static int
compare_parts (gconstpointer a, gconstpointer b) {
  const LonghandSoundPart *first = *(LonghandSoundPart *const *)a, *second = *(LonghandSoundPart *const *)b;

  return first->start_ms < second->start_ms ? -1 : first->start_ms > second->start_ms;
}

GPtrArray *
longhand_sound_files_list (const char *folder, gint64 id) {
  GPtrArray *parts = g_ptr_array_new_with_free_func (longhand_sound_part_free);
  g_autofree char *directory = dup_directory (folder, id);

  for_each (directory, add_part, parts);
  g_ptr_array_sort (parts, compare_parts);
  return parts;
}

static void
remove_file (const char *path, const char *name, gpointer saved_errno) {
  if (g_unlink (path) != 0)
    *(int *)saved_errno = errno;
}

gboolean
longhand_sound_files_remove (const char *folder, gint64 id, GError **error) {
  g_autofree char *directory = dup_directory (folder, id);
  g_autofree char *name = g_filename_display_name (directory);
  int saved_errno = 0;

  for_each (directory, remove_file, &saved_errno);
  if (saved_errno == 0 && g_rmdir (directory) != 0 && errno != ENOENT)
    saved_errno = errno;
  if (saved_errno == 0)
    return TRUE;
  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_WRITE,
               _ ("The sound in “%s” cannot be deleted (%s): delete that folder yourself."), name,
               g_strerror (saved_errno));
  return FALSE;
}

static void
expire_file (const char *path, const char *name, gpointer before_us) {
  GStatBuf info;

  if (g_stat (path, &info) == 0 && (gint64)info.st_mtime * G_USEC_PER_SEC < *(const gint64 *)before_us)
    g_unlink (path);
}

/* A folder that is empty then goes, too. */
static void
expire_session (const char *path, const char *name, gpointer before_us) {
  for_each (path, expire_file, before_us);
  g_rmdir (path);
}

void
longhand_sound_files_expire (const char *folder, gint64 before_us) {
  for_each (folder, expire_session, &before_us);
}

static void
measure_file (const char *path, const char *name, gpointer n_bytes) {
  GStatBuf info;

  if (g_stat (path, &info) == 0)
    *(guint64 *)n_bytes += (guint64)info.st_size;
}

static void
measure_session (const char *path, const char *name, gpointer n_bytes) {
  for_each (path, measure_file, n_bytes);
}

guint64
longhand_sound_files_measure (const char *folder) {
  guint64 n_bytes = 0;

  for_each (folder, measure_session, &n_bytes);
  return n_bytes;
}

/* ---- writing ---- */

static gboolean
fail (LonghandSoundWriter *self, int saved_errno, GError **error) {
  g_autofree char *place = g_filename_display_name (self->folder);

  switch (saved_errno) {
  case ENOSPC:
  case EDQUOT:
  case EFBIG:
    g_set_error_literal (
        error, LONGHAND_ERROR, LONGHAND_ERROR_WRITE,
        _ ("The sound of this session could not be kept because the disk is full: make room, "
           "and it is kept with the next recording. Its text is not affected."));
    return FALSE;
  default:
    g_set_error (
        error, LONGHAND_ERROR, LONGHAND_ERROR_WRITE,
        _ ("The sound of this session could not be kept because “%s” cannot be written to (%s): make "
           "that place writable. Its text is not affected."),
        place, g_strerror (saved_errno));
    return FALSE;
  }
}

/* The file as libsndfile sees it, so that the first failure is known by its errno. */
static sf_count_t
get_length (void *user) {
  const LonghandSoundWriter *self = user;
  const off_t at = lseek (self->fd, 0, SEEK_CUR);
  const off_t length = lseek (self->fd, 0, SEEK_END);

  lseek (self->fd, at, SEEK_SET);
  return length;
}

static sf_count_t
seek_to (sf_count_t offset, int whence, void *user) {
  return lseek (((LonghandSoundWriter *)user)->fd, offset, whence);
}

static sf_count_t
read_some (void *bytes, sf_count_t n, void *user) {
  return read (((LonghandSoundWriter *)user)->fd, bytes, (size_t)n);
}

static sf_count_t
write_all (const void *bytes, sf_count_t n, void *user) {
  LonghandSoundWriter *self = user;
  sf_count_t n_written = 0;

  while (n_written < n) {
    const ssize_t n_now = write (self->fd, (const guint8 *)bytes + n_written, (size_t)(n - n_written));

    if (n_now < 0 && errno == EINTR)
      continue;
    if (n_now <= 0) {
      if (self->saved_errno == 0)
        self->saved_errno = n_now < 0 ? errno : ENOSPC;
      break;
    }
    n_written += n_now;
  }
  return n_written;
}

static sf_count_t
get_place (void *user) {
  return lseek (((LonghandSoundWriter *)user)->fd, 0, SEEK_CUR);
}

static gboolean
open_file (LonghandSoundWriter *self) {
  static SF_VIRTUAL_IO io = {
    .get_filelen = get_length, .seek = seek_to, .read = read_some, .write = write_all, .tell = get_place
  };
  SF_INFO info
      = { .samplerate = LONGHAND_SOUND_RATE_HZ, .channels = 1, .format = SF_FORMAT_FLAC | SF_FORMAT_PCM_16 };

  self->anchor = longhand_sync_dup_anchor (self->directory);
  if (g_mkdir_with_parents (self->directory, 0700) != 0)
    return FALSE;
  self->fd = mkostemp (self->hidden, O_CLOEXEC); /* 0600 */
  if (self->fd < 0)
    return FALSE;
  self->file = sf_open_virtual (&io, SFM_WRITE, &info, self);
  if (self->file == NULL)
    errno = self->saved_errno != 0 ? self->saved_errno : ENOMEM;
  return self->file != NULL;
}

LonghandSoundWriter *
longhand_sound_writer_new (const char *folder, gint64 id, gint64 start_ms, GError **error) {
  g_autoptr (LonghandSoundWriter) self = g_new0 (LonghandSoundWriter, 1);
  g_autofree char *name = g_strdup_printf ("%" G_GINT64_FORMAT SUFFIX, start_ms);

  self->folder = g_strdup (folder);
  self->directory = dup_directory (folder, id);
  self->path = g_build_filename (self->directory, name, NULL);
  self->hidden = g_build_filename (self->directory, UNFINISHED "XXXXXX", NULL);
  self->fd = -1;
  if (open_file (self))
    return g_steal_pointer (&self);
  fail (self, errno, error);
  return NULL;
}

gboolean
longhand_sound_writer_write (LonghandSoundWriter *self, const gint16 *samples, gsize n, GError **error) {
  const sf_count_t n_written = sf_writef_short (self->file, samples, (sf_count_t)n);

  if (n_written == (sf_count_t)n && self->saved_errno == 0)
    return TRUE;
  return fail (self, self->saved_errno != 0 ? self->saved_errno : EIO, error);
}

gboolean
longhand_sound_writer_finish (LonghandSoundWriter *self, GError **error) {
  int saved_errno;

  sf_close (g_steal_pointer (&self->file));
  saved_errno = self->saved_errno;
  if (saved_errno == 0)
    saved_errno = longhand_sync_content (self->fd);
  if (saved_errno == 0 && g_rename (self->hidden, self->path) != 0)
    saved_errno = errno;
  if (saved_errno != 0)
    return fail (self, saved_errno, error);
  g_clear_pointer (&self->hidden, g_free);
  saved_errno = longhand_sync_names (self->directory, self->anchor);
  return saved_errno == 0 || fail (self, saved_errno, error);
}

void
longhand_sound_writer_free (LonghandSoundWriter *self) {
  if (self == NULL)
    return;
  if (self->file != NULL)
    sf_close (self->file);
  if (self->fd >= 0) {
    close (self->fd);
    if (self->hidden != NULL)
      g_unlink (self->hidden);
  }
  g_rmdir (self->directory); /* unless something is in it */
  g_free (self->anchor);
  g_free (self->hidden);
  g_free (self->path);
  g_free (self->directory);
  g_free (self->folder);
  g_free (self);
}
