#include "audio/longhand-journal.h"

#include "audio/longhand-journal-format.h"
#include "audio/longhand-journal-sync.h"
#include "audio/longhand-pump.h"
#include "longhand-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define SYNC_US (G_USEC_PER_SEC / 2)          /* from a write to the disk, which needs some time itself */
#define RETRY_US G_USEC_PER_SEC               /* between two attempts to write what could not be written */
#define SAMPLES_PER_RECORD 16384              /* at most */
#define PATIENCE_US G_USEC_PER_SEC            /* of those who wait for the disk */
#define MAX_WAITING_BYTES (32u * 1024 * 1024) /* beyond it sound is left out */

typedef struct {
  int fd; /* -1: none */
  char *path;
} File;

struct _LonghandJournal {
  atomic_uint n_refs;
  char *folder;
  LonghandJournalFn problem;
  gpointer user;
  pthread_t thread;

  pthread_mutex_t lock;
  pthread_cond_t changed; /* for the thread */
  pthread_cond_t settled; /* what waits is on the disk, or cannot be brought there */
  /* --- guarded by lock --- */
  GByteArray *waiting; /* what is not on the disk yet, the oldest byte first */
  guint n_written;     /* bytes of it that are in file */
  guint n_ahead;       /* bytes of it that are to be on the disk before others are written; 0: none */
  guint64 n_settled;   /* bytes that were waiting and are on the disk */
  File file;           /* the one that is being written */
  GArray *done;        /* File: taken up, and heard to the end; locked until the journal is closed */
  guint64 n_bytes;     /* in file */
  guint64 n_samples;   /* so far, of all files */
  guint64 n_texts;     /* and commands, likewise */
  char *anchor;        /* of longhand_sync_names; NULL: there has been no file yet */
  gboolean failing;    /* the last attempt to write failed */
  gboolean reported;   /* in this recording, or the one that has ended */
  gboolean ended;      /* sound that comes now is another recording's */
  gboolean hurry;      /* what is in file should be on the disk now */
  gboolean new_name;   /* folders may not have the file on the disk yet */
  gboolean closed;
  gint64 unsynced_us; /* since when there is something in file that may not be on the disk; 0: nothing */
  gint64 retry_us;    /* when failing: of the next attempt */
};

char *
longhand_journal_dup_folder (void) {
  return g_build_filename (g_get_user_data_dir (), "longhand", "sessions", NULL);
}

/* ---- problems ---- */

static GError *
error_from_errno (LonghandJournal *self, int saved_errno) {
  g_autofree char *place = g_filename_display_name (self->folder);

  switch (saved_errno) {
  case ENOSPC:
  case EDQUOT:
  case EFBIG:
    return g_error_new_literal (LONGHAND_ERROR, LONGHAND_ERROR_WRITE,
                                _ ("The disk is full, so this session is not being saved as you speak: make "
                                   "room, and it goes on by itself."));
  case EROFS:
  case EACCES:
  case EPERM:
    return g_error_new (LONGHAND_ERROR, LONGHAND_ERROR_WRITE,
                        _ ("“%s” is read-only, so this session is not being saved as you speak: make it "
                           "writable, and it goes on by itself."),
                        place);
  default:
    return g_error_new (LONGHAND_ERROR, LONGHAND_ERROR_WRITE,
                        _ ("This session is not being saved as you speak, because “%s” cannot be written to "
                           "(%s): export the text from time to time."),
                        place, g_strerror (saved_errno));
  }
}

static void
report (LonghandJournal *self, int saved_errno) {
  if (self->reported)
    return;
  self->reported = TRUE;
  self->problem (self->user, error_from_errno (self, saved_errno));
}

/* ---- file ---- */

static void
file_close (File *file) {
  if (file->fd >= 0)
    close (file->fd);
  file->fd = -1;
  g_clear_pointer (&file->path, g_free);
}

static void
file_remove (File *file) {
  if (file->fd >= 0)
    g_unlink (file->path);
  file_close (file);
}

/* "2026-11-26T14.03.22-x7Qp2a.session": in a list they stand in the order of time. (transfer full) */
static char *
name_for (const char *hidden) {
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *date = g_date_time_format (now, "%Y-%m-%dT%H.%M.%S");
  const char *unique = hidden + strlen (hidden) - 6;

  return g_strdup_printf ("%s-%s" LONGHAND_JOURNAL_SUFFIX, date, unique);
}

/* Returns errno or 0. */
static int
make_folder (LonghandJournal *self) {
  if (self->anchor == NULL)
    self->anchor = longhand_sync_dup_anchor (self->folder);
  return g_mkdir_with_parents (self->folder, 0700) == 0 ? 0 : errno;
}

/* The file gets its name when it is locked, so that nobody takes it for one that was left behind. Returns
 * errno or 0. */
static int
file_open (LonghandJournal *self) {
  g_autofree char *hidden = g_build_filename (self->folder, ".new-XXXXXX", NULL);
  g_autofree char *name = NULL;
  g_autofree char *path = NULL;
  int fd, saved_errno = make_folder (self);

  if (saved_errno != 0)
    return saved_errno;
  fd = mkostemp (hidden, O_CLOEXEC); /* 0600 */
  if (fd < 0)
    return errno;
  name = name_for (hidden);
  path = g_build_filename (self->folder, name, NULL);
  if (flock (fd, LOCK_EX | LOCK_NB) != 0 || g_rename (hidden, path) != 0) {
    saved_errno = errno;
    g_unlink (hidden);
    close (fd);
    return saved_errno;
  }
  self->file = (File){ fd, g_steal_pointer (&path) };
  self->n_bytes = 0;
  self->new_name = TRUE;
  self->hurry = TRUE;
  return 0;
}

/* Returns errno or 0. Whatever becomes of the others, bytes that were written stay so: in the file there is
 * always a beginning of what it should be. */
static int
write_waiting (LonghandJournal *self) {
  const guint end = self->n_ahead > 0 ? self->n_ahead : self->waiting->len;
  const int saved_errno = self->file.fd < 0 ? file_open (self) : 0;

  if (saved_errno != 0)
    return saved_errno;
  while (self->n_written < end) {
    const ssize_t n = pwrite (self->file.fd, self->waiting->data + self->n_written, end - self->n_written,
                              (off_t)self->n_bytes);

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return n < 0 ? errno : ENOSPC;
    self->n_bytes += (guint64)n;
    self->n_written += (guint)n;
    if (self->unsynced_us == 0)
      self->unsynced_us = g_get_monotonic_time ();
  }
  return 0;
}

static void
note_attempt (LonghandJournal *self, int saved_errno) {
  self->failing = saved_errno != 0;
  self->retry_us = g_get_monotonic_time () + RETRY_US;
  if (self->failing) {
    report (self, saved_errno);
    pthread_cond_broadcast (&self->settled);
  }
  pthread_cond_signal (&self->changed);
}

static void
try_to_write (LonghandJournal *self) {
  note_attempt (self, write_waiting (self));
}

/* When writing fails, the journal's thread tries again, and not whoever has something to append. */
static void
flush (LonghandJournal *self) {
  if (!self->failing)
    try_to_write (self);
}

/* ---- disk ---- */

/* The first n bytes are on the disk. */
static void
settle (LonghandJournal *self, guint n) {
  g_byte_array_remove_range (self->waiting, 0, n);
  self->n_written -= n;
  self->n_ahead -= MIN (n, self->n_ahead);
  self->new_name = FALSE;
  self->n_settled += n;
  pthread_cond_broadcast (&self->settled);
}

/* After a sync that failed nobody knows what of the file is on the disk, and the next one would not try it
 * again: it is to be written anew. */
static void
unwrite (LonghandJournal *self) {
  self->n_bytes -= self->n_written;
  self->n_written = 0;
  self->unsynced_us = 0;
}

/* Without the lock as long as the disk takes; the file stays open until the thread has ended. Names come
 * first: there are several, and what is written meanwhile need not wait for another turn. Returns errno or 0;
 * *n: so many of the bytes that wait are on the disk. */
static int
sync_without_lock (LonghandJournal *self, guint *n) {
  const int fd = self->file.fd;
  int saved_errno = 0;

  if (self->new_name) {
    pthread_mutex_unlock (&self->lock);
    saved_errno = longhand_sync_names (self->folder, self->anchor);
    pthread_mutex_lock (&self->lock);
  }
  if (saved_errno != 0)
    return saved_errno;
  *n = self->n_written;
  self->hurry = FALSE;
  self->unsynced_us = 0;
  pthread_mutex_unlock (&self->lock);
  saved_errno = longhand_sync_content (fd);
  pthread_mutex_lock (&self->lock);
  return saved_errno;
}

static void
bring_to_disk (LonghandJournal *self) {
  guint n;
  const int saved_errno = sync_without_lock (self, &n);

  if (saved_errno == 0) {
    settle (self, n);
    flush (self);
  } else {
    self->hurry = FALSE;
    unwrite (self);
    note_attempt (self, saved_errno);
  }
}

static gint64
sync_due_us (LonghandJournal *self) {
  if (self->unsynced_us == 0)
    return G_MAXINT64;
  return self->hurry ? 0 : self->unsynced_us + SYNC_US;
}

static void
wait_until (LonghandJournal *self, pthread_cond_t *event, gint64 due_us) {
  const struct timespec due
      = { .tv_sec = (time_t)(due_us / G_USEC_PER_SEC), .tv_nsec = (long)(due_us % G_USEC_PER_SEC) * 1000 };

  if (due_us == G_MAXINT64)
    pthread_cond_wait (event, &self->lock);
  else
    pthread_cond_timedwait (event, &self->lock, &due);
}

static void *
journal_thread (void *data) {
  LonghandJournal *self = data;

  pthread_mutex_lock (&self->lock);
  while (!self->closed) {
    const gint64 now_us = g_get_monotonic_time ();
    const gint64 sync_us = sync_due_us (self);
    const gint64 retry_us = self->failing ? self->retry_us : G_MAXINT64;

    if (sync_us <= now_us)
      bring_to_disk (self);
    else if (retry_us <= now_us)
      try_to_write (self);
    else
      wait_until (self, &self->changed, MIN (sync_us, retry_us));
  }
  pthread_mutex_unlock (&self->lock);
  return NULL;
}

/* ---- records ---- */

static void
add_session (LonghandJournal *self, guint64 first, gint64 offset_ms) {
  guint8 *payload = longhand_record_begin (self->waiting, 24);

  longhand_put_u32 (payload, LONGHAND_JOURNAL_VERSION);
  longhand_put_u32 (payload + 4, LONGHAND_PUMP_RATE_HZ);
  longhand_put_i64 (payload + 8, g_get_real_time ());
  longhand_put_i64 (payload + 16, (gint64)first);
  longhand_record_end (self->waiting, LONGHAND_RECORD_SESSION, offset_ms, 24);
}

/* What every file begins with, before the first record that goes into it. */
static void
begin_file (LonghandJournal *self) {
  if (self->file.fd >= 0 || self->waiting->len > 0)
    return;
  g_byte_array_append (self->waiting, (const guint8 *)LONGHAND_JOURNAL_MAGIC, LONGHAND_JOURNAL_MAGIC_BYTES);
  add_session (self, self->n_samples, 0);
}

static void
add_sound (LonghandJournal *self, const float *samples, gsize n) {
  const guint32 length = (guint32)(n * sizeof (gint16));

  if (self->waiting->len + length <= MAX_WAITING_BYTES) {
    longhand_sound_to_pcm (samples, n, longhand_record_begin (self->waiting, length));
    longhand_record_end (self->waiting, LONGHAND_RECORD_SOUND, (gint64)self->n_samples, length);
  }
  self->n_samples += n;
}

const char *
longhand_journal_make_folder (LonghandJournal *self) {
  pthread_mutex_lock (&self->lock);
  make_folder (self);
  pthread_mutex_unlock (&self->lock);
  return self->folder;
}

void
longhand_journal_append_sound (LonghandJournal *self, const float *samples, gsize n) {
  if (self == NULL || n == 0)
    return;
  pthread_mutex_lock (&self->lock);
  if (!self->closed) {
    self->reported = self->reported && !self->ended;
    self->ended = FALSE;
    begin_file (self);
    for (gsize at = 0; at < n; at += SAMPLES_PER_RECORD)
      add_sound (self, samples + at, MIN (n - at, SAMPLES_PER_RECORD));
    flush (self);
  }
  pthread_mutex_unlock (&self->lock);
}

/* Something that was said: head[0..n_head), then text. */
static guint64
append_said (LonghandJournal *self, LonghandRecordType type, gint64 start_ms, const guint8 *head,
             guint32 n_head, const char *text) {
  const gsize n = MIN (strlen (text), LONGHAND_RECORD_MAX_BYTES - n_head);
  const guint32 length = (guint32)n + n_head;
  guint64 n_texts;

  if (self == NULL)
    return 0;
  pthread_mutex_lock (&self->lock);
  n_texts = ++self->n_texts;
  if (!self->closed) {
    guint8 *payload;

    begin_file (self);
    payload = longhand_record_begin (self->waiting, length);
    memcpy (payload, head, n_head);
    memcpy (payload + n_head, text, n);
    longhand_record_end (self->waiting, type, start_ms, length);
    self->hurry = TRUE;
    flush (self);
  }
  pthread_mutex_unlock (&self->lock);
  return n_texts;
}

guint64
longhand_journal_append_text (LonghandJournal *self, gint64 start_ms, gint64 end_ms, const char *text) {
  guint8 head[8];

  longhand_put_i64 (head, end_ms);
  return append_said (self, LONGHAND_RECORD_TEXT, start_ms, head, sizeof head, text);
}

guint64
longhand_journal_append_command (LonghandJournal *self, gint64 start_ms, gint64 end_ms, guint32 command,
                                 const char *written) {
  guint8 head[12];

  longhand_put_i64 (head, end_ms);
  longhand_put_u32 (head + 8, command);
  return append_said (self, LONGHAND_RECORD_COMMAND, start_ms, head, sizeof head, written);
}

/* Only into a file that there is, or will be as soon as it can be made. FALSE: there is none. */
static gboolean
add_mark (LonghandJournal *self, LonghandRecordType type, guint64 time) {
  if (self->file.fd < 0 && self->waiting->len == 0)
    return FALSE;
  longhand_record_begin (self->waiting, 0);
  longhand_record_end (self->waiting, type, (gint64)time, 0);
  return TRUE;
}

static void
append_mark (LonghandJournal *self, LonghandRecordType type, guint64 time) {
  if (self->closed || !add_mark (self, type, time))
    return;
  self->hurry = TRUE;
  flush (self);
}

void
longhand_journal_append_end (LonghandJournal *self) {
  if (self == NULL)
    return;
  pthread_mutex_lock (&self->lock);
  append_mark (self, LONGHAND_RECORD_END, 0);
  self->ended = TRUE;
  pthread_mutex_unlock (&self->lock);
}

void
longhand_journal_append_heard (LonghandJournal *self, guint64 n_samples) {
  if (self == NULL)
    return;
  pthread_mutex_lock (&self->lock);
  append_mark (self, LONGHAND_RECORD_HEARD, n_samples);
  pthread_mutex_unlock (&self->lock);
}

static guint64
count_behind (LonghandJournal *self, guint64 n_texts) {
  return self->n_texts - MIN (n_texts, self->n_texts);
}

/* They were heard to the end. */
static void
remove_done (LonghandJournal *self) {
  for (guint i = 0; i < self->done->len; i++)
    file_remove (&g_array_index (self->done, File, i));
  g_array_set_size (self->done, 0);
}

void
longhand_journal_append_dealt_with (LonghandJournal *self, guint64 n_texts) {
  if (self == NULL)
    return;
  pthread_mutex_lock (&self->lock);
  append_mark (self, LONGHAND_RECORD_DEALT_WITH, count_behind (self, n_texts));
  remove_done (self);
  pthread_mutex_unlock (&self->lock);
}

void
longhand_journal_append_edited (LonghandJournal *self, guint64 n_texts, gboolean undone) {
  if (self == NULL)
    return;
  pthread_mutex_lock (&self->lock);
  append_mark (self, undone ? LONGHAND_RECORD_UNDONE : LONGHAND_RECORD_EDITED, count_behind (self, n_texts));
  pthread_mutex_unlock (&self->lock);
}

/* ---- life ---- */

LonghandJournal *
longhand_journal_new (const char *folder, LonghandJournalFn problem, gpointer user, GError **error) {
  LonghandJournal *self = g_new0 (LonghandJournal, 1);
  pthread_condattr_t attr;

  /* A limit on the size of files is a full disk, and no reason to end. */
  signal (SIGXFSZ, SIG_IGN);
  atomic_init (&self->n_refs, 1);
  self->folder = g_strdup (folder);
  self->problem = problem;
  self->user = user;
  self->waiting = g_byte_array_new ();
  self->file.fd = -1;
  self->done = g_array_new (FALSE, FALSE, sizeof (File));
  pthread_mutex_init (&self->lock, NULL);
  pthread_condattr_init (&attr);
  pthread_condattr_setclock (&attr, CLOCK_MONOTONIC);
  pthread_cond_init (&self->changed, &attr);
  pthread_cond_init (&self->settled, &attr);
  pthread_condattr_destroy (&attr);
  if (pthread_create (&self->thread, NULL, journal_thread, self) != 0) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
                 _ ("The system allows no more threads. Close other programs and try again."));
    self->closed = TRUE;
    longhand_journal_unref (self);
    return NULL;
  }
  return self;
}

LonghandJournal *
longhand_journal_ref (LonghandJournal *self) {
  atomic_fetch_add_explicit (&self->n_refs, 1, memory_order_relaxed);
  return self;
}

/* Nothing is appended any more; FALSE when that was so already. */
static gboolean
end_thread (LonghandJournal *self) {
  pthread_mutex_lock (&self->lock);
  if (self->closed) {
    pthread_mutex_unlock (&self->lock);
    return FALSE;
  }
  self->closed = TRUE;
  pthread_cond_signal (&self->changed);
  pthread_cond_broadcast (&self->settled);
  pthread_mutex_unlock (&self->lock);
  pthread_join (self->thread, NULL);
  return TRUE;
}

static gboolean
write_and_sync (LonghandJournal *self) {
  const gboolean is_written = write_waiting (self) == 0;

  if (self->file.fd < 0)
    return FALSE;
  if ((self->new_name && longhand_sync_names (self->folder, self->anchor) != 0)
      || longhand_sync_content (self->file.fd) != 0) {
    unwrite (self);
    return FALSE;
  }
  settle (self, self->n_written);
  return is_written;
}

/* After the thread has ended. What still waits gets a last chance, and one more. */
static void
leave_file (LonghandJournal *self) {
  guint n_failures = 0;

  while (self->waiting->len > 0 && n_failures < 2)
    n_failures += !write_and_sync (self);
  file_close (&self->file);
}

void
longhand_journal_close (LonghandJournal *self, guint64 n_texts, gboolean all_heard) {
  if (self == NULL || !end_thread (self))
    return;
  pthread_mutex_lock (&self->lock); /* others may still wait for the disk */
  if (all_heard) {
    file_remove (&self->file);
  } else {
    add_mark (self, LONGHAND_RECORD_DEALT_WITH, count_behind (self, n_texts));
    add_mark (self, LONGHAND_RECORD_CLOSED, 0);
    leave_file (self);
  }
  remove_done (self);
  pthread_mutex_unlock (&self->lock);
}

void
longhand_journal_unref (LonghandJournal *self) {
  if (self == NULL || atomic_fetch_sub_explicit (&self->n_refs, 1, memory_order_acq_rel) > 1)
    return;
  if (end_thread (self))
    leave_file (self);
  for (guint i = 0; i < self->done->len; i++)
    file_close (&g_array_index (self->done, File, i));
  g_array_unref (self->done);
  g_byte_array_unref (self->waiting);
  pthread_cond_destroy (&self->changed);
  pthread_cond_destroy (&self->settled);
  pthread_mutex_destroy (&self->lock);
  g_free (self->anchor);
  g_free (self->folder);
  g_free (self);
}

gboolean
longhand_journal_wait_for_disk (LonghandJournal *self) {
  const gint64 deadline_us = g_get_monotonic_time () + PATIENCE_US;
  guint64 n_wanted;
  gboolean is_settled;

  if (self == NULL)
    return FALSE;
  pthread_mutex_lock (&self->lock);
  n_wanted = self->n_settled + self->waiting->len;
  self->hurry |= self->waiting->len > 0;
  pthread_cond_signal (&self->changed);
  while (self->n_settled < n_wanted && !self->failing && !self->closed
         && g_get_monotonic_time () < deadline_us)
    wait_until (self, &self->settled, deadline_us);
  is_settled = self->n_settled >= n_wanted;
  pthread_mutex_unlock (&self->lock);
  return is_settled;
}

gboolean
longhand_journal_wait_for_file (LonghandJournal *self) {
  const gint64 deadline_us = g_get_monotonic_time () + PATIENCE_US;
  gboolean is_written;

  pthread_mutex_lock (&self->lock);
  self->hurry = TRUE;
  pthread_cond_signal (&self->changed);
  while (self->n_written < self->waiting->len && !self->failing && !self->closed
         && g_get_monotonic_time () < deadline_us)
    wait_until (self, &self->settled, deadline_us);
  is_written = self->n_written == self->waiting->len;
  pthread_mutex_unlock (&self->lock);
  return is_written;
}

/* What is written behind the mark makes no sense without it. */
gboolean
longhand_journal_resume (LonghandJournal *self, int fd, const char *path, guint64 n_bytes, guint64 n_rest,
                         gint64 offset_ms) {
  gboolean can_resume;

  if (self == NULL)
    return FALSE;
  pthread_mutex_lock (&self->lock);
  can_resume = !self->closed && self->waiting->len == 0;
  if (can_resume) {
    if (self->file.fd >= 0)
      g_array_append_val (self->done, self->file);
    self->file = (File){ fd, g_strdup (path) };
    self->n_bytes = n_bytes;
    add_session (self, self->n_samples, offset_ms);
    self->n_ahead = self->waiting->len;
    self->n_samples += n_rest;
    self->hurry = TRUE;
    flush (self);
  }
  pthread_mutex_unlock (&self->lock);
  return can_resume;
}

guint64
longhand_journal_get_n_samples (LonghandJournal *self) {
  guint64 n_samples;

  if (self == NULL)
    return 0;
  pthread_mutex_lock (&self->lock);
  n_samples = self->n_samples;
  pthread_mutex_unlock (&self->lock);
  return n_samples;
}

int
longhand_journal_dup_file (LonghandJournal *self) {
  int fd = -1;

  if (self == NULL)
    return -1;
  pthread_mutex_lock (&self->lock);
  if (self->file.fd >= 0)
    fd = fcntl (self->file.fd, F_DUPFD_CLOEXEC, 0);
  pthread_mutex_unlock (&self->lock);
  return fd;
}

guint64
longhand_journal_get_n_texts (LonghandJournal *self) {
  guint64 n_texts;

  if (self == NULL)
    return 0;
  pthread_mutex_lock (&self->lock);
  n_texts = self->n_texts;
  pthread_mutex_unlock (&self->lock);
  return n_texts;
}
