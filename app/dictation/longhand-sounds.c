#include "dictation/longhand-sounds.h"

#include "dictation/longhand-mailbox.h"
#include "dictation/longhand-session-sound.h"
#include "longhand-error.h"

#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

#define CLOSE_TIMEOUT_US (5 * G_USEC_PER_SEC)
#define SILENCE 4096 /* samples written at once where sound is missing */

typedef enum {
  JOB_KEEP,
  JOB_REMOVE,
  JOB_CLEAR,
  JOB_EXPIRE,
  JOB_FIND,
  JOB_RETRY, /* what could not be kept */
  JOB_END,
} JobKind;

typedef struct {
  JobKind kind;
  LonghandSoundPiece piece; /* KEEP; of others only the id */
  gint64 before_us;         /* EXPIRE */
  GTask *task;              /* FIND; owned */
} Job;

/* Shared by the object and its thread, which outlives it while a disk hangs. */
typedef struct {
  char *folder; /* owned */
  LonghandMailbox *mailbox;
  GAsyncQueue *jobs; /* owned Job */

  GMutex lock;
  GCond done;
  /* --- guarded by lock --- */
  guint n_open;   /* jobs that are not done */
  guint n_unkept; /* pieces */

  /* --- the thread's own --- */
  GPtrArray *unkept; /* owned; Job, oldest first */
  char *complaint;   /* owned; the last one, until something is kept */
} Worker;

struct _LonghandSounds {
  GObject parent_instance;

  LonghandMailbox *mailbox; /* owned */
  Worker *worker;           /* owned; NULL once it is closed */
  GThread *thread;          /* NULL: the system allows none */
};

G_DEFINE_FINAL_TYPE (LonghandSounds, longhand_sounds, G_TYPE_OBJECT)

enum { KEPT, FAILED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
job_free (gpointer data) {
  Job *job = data;

  if (job->kind == JOB_KEEP)
    close (job->piece.fd);
  longhand_journal_unref (job->piece.journal);
  g_clear_object (&job->task);
  g_free (job);
}

static void
worker_clear (gpointer data) {
  Worker *self = data;

  g_ptr_array_unref (self->unkept);
  g_async_queue_unref (self->jobs);
  longhand_mailbox_unref (self->mailbox);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->done);
  g_free (self->complaint);
  g_free (self->folder);
}

static void
worker_unref (Worker *self) {
  g_atomic_rc_box_release_full (self, worker_clear);
}

/* ---- letters ---- */

static void
on_kept (gpointer owner, gpointer id) {
  g_signal_emit (owner, signals[KEPT], 0, *(gint64 *)id);
}

static void
on_failed (gpointer owner, gpointer error) {
  g_signal_emit (owner, signals[FAILED], 0, error);
}

/* Takes error. */
static void
complain (Worker *self, GError *error) {
  if (g_strcmp0 (self->complaint, error->message) == 0) {
    g_error_free (error);
    return;
  }
  g_free (self->complaint);
  self->complaint = g_strdup (error->message);
  longhand_mailbox_post (self->mailbox, on_failed, error, (GDestroyNotify)g_error_free);
}

/* ---- keeping ---- */

typedef struct {
  LonghandSoundWriter *writer; /* owned; NULL: there has been no sound yet */
  const char *folder;
  const LonghandSoundPiece *piece;
  gint64 next; /* sample to be written, in the file's time */
  GError *error;
} Copy;

static gboolean
write_silence (Copy *self, gint64 until) {
  static const gint16 silence[SILENCE];

  while (self->next < until) {
    const gsize n = (gsize)MIN (until - self->next, SILENCE);

    if (!longhand_sound_writer_write (self->writer, silence, n, &self->error))
      return FALSE;
    self->next += (gint64)n;
  }
  return TRUE;
}

/* Sound that overlaps with what came before is heard already. */
static gboolean
copy_sound (gpointer user, gint64 time, const gint16 *samples, gsize n) {
  Copy *self = user;
  const gsize n_heard = (gsize)CLAMP (self->next - time, 0, (gint64)n);

  if (self->writer == NULL) {
    self->next = self->piece->from_ms * LONGHAND_SOUND_PER_MS;
    self->writer
        = longhand_sound_writer_new (self->folder, self->piece->id, self->piece->start_ms, &self->error);
    return self->writer != NULL && copy_sound (self, time, samples, n);
  }
  if (!write_silence (self, time)
      || !longhand_sound_writer_write (self->writer, samples + n_heard, n - n_heard, &self->error))
    return FALSE;
  self->next += (gint64)(n - n_heard);
  return TRUE;
}

/* What the journal could not write so far may come yet. */
static gboolean
is_written (const LonghandSoundPiece *piece, GError **error) {
  if (piece->journal == NULL || longhand_journal_wait_for_file (piece->journal))
    return TRUE;
  g_set_error_literal (
      error, LONGHAND_ERROR, LONGHAND_ERROR_WRITE,
      _ ("The sound of this session could not be kept yet, because what you say cannot be "
         "written to the disk: it is kept with the next recording. Its text is not affected."));
  return FALSE;
}

static gboolean
keep_piece (Worker *self, const LonghandSoundPiece *piece, GError **error) {
  Copy copy = { .folder = self->folder, .piece = piece };
  g_autoptr (LonghandSoundWriter) writer = NULL;
  gboolean is_kept;

  if (!is_written (piece, error))
    return FALSE;
  is_kept = longhand_session_sound_read (piece->fd, piece->from_ms * LONGHAND_SOUND_PER_MS,
                                         piece->to_ms * LONGHAND_SOUND_PER_MS, copy_sound, &copy);
  writer = copy.writer;
  if (is_kept && writer != NULL)
    is_kept = longhand_sound_writer_finish (writer, &copy.error);
  if (!is_kept)
    g_propagate_error (error, copy.error);
  return is_kept;
}

static void
post_kept (Worker *self, gint64 id) {
  longhand_mailbox_post (self->mailbox, on_kept, g_memdup2 (&id, sizeof id), g_free);
}

static void
count_unkept (Worker *self) {
  g_mutex_lock (&self->lock);
  self->n_unkept = self->unkept->len;
  g_mutex_unlock (&self->lock);
}

/* The oldest first; what follows one that fails would fail likewise. */
static void
keep_all (Worker *self) {
  GError *error = NULL;

  while (self->unkept->len > 0) {
    const LonghandSoundPiece *piece = &((Job *)self->unkept->pdata[0])->piece;

    if (!keep_piece (self, piece, &error)) {
      complain (self, error);
      break;
    }
    g_clear_pointer (&self->complaint, g_free);
    post_kept (self, piece->id);
    g_ptr_array_remove_index (self->unkept, 0);
  }
  count_unkept (self);
}

static void
remove_session (Worker *self, gint64 id) {
  GError *error = NULL;

  for (guint i = self->unkept->len; i > 0; i--)
    if (((Job *)self->unkept->pdata[i - 1])->piece.id == id)
      g_ptr_array_remove_index (self->unkept, i - 1);
  count_unkept (self);
  if (!longhand_sound_files_remove (self->folder, id, &error))
    complain (self, error);
}

static void
remove_all (Worker *self) {
  g_ptr_array_set_size (self->unkept, 0);
  count_unkept (self);
  longhand_sound_files_expire (self->folder, G_MAXINT64);
}

/* Takes job. */
static void
carry_out (Worker *self, Job *job) {
  switch (job->kind) {
  case JOB_KEEP:
    g_ptr_array_add (self->unkept, job);
    keep_all (self);
    return;
  case JOB_RETRY:
    keep_all (self);
    break;
  case JOB_REMOVE:
    remove_session (self, job->piece.id);
    break;
  case JOB_CLEAR:
    remove_all (self);
    break;
  case JOB_EXPIRE:
    longhand_sound_files_expire (self->folder, job->before_us);
    break;
  case JOB_FIND:
    g_task_return_pointer (job->task, longhand_sound_files_list (self->folder, job->piece.id),
                           (GDestroyNotify)g_ptr_array_unref);
    break;
  case JOB_END:
    break;
  }
  job_free (job);
}

static gpointer
work (gpointer user) {
  Worker *self = user;
  gboolean is_over = FALSE;

  while (!is_over) {
    Job *job = g_async_queue_pop (self->jobs);

    is_over = job->kind == JOB_END;
    carry_out (self, job);
    g_mutex_lock (&self->lock);
    self->n_open--;
    g_cond_broadcast (&self->done);
    g_mutex_unlock (&self->lock);
  }
  worker_unref (self);
  return NULL;
}

/* ---- the owner's side ---- */

static void
push (LonghandSounds *self, Job job) {
  g_return_if_fail (self->worker != NULL);
  g_mutex_lock (&self->worker->lock);
  self->worker->n_open++;
  g_mutex_unlock (&self->worker->lock);
  g_async_queue_push (self->worker->jobs, g_memdup2 (&job, sizeof job));
}

void
longhand_sounds_keep (LonghandSounds *self, const LonghandSoundPiece *piece) {
  push (self, (Job){ .kind = JOB_KEEP, .piece = *piece });
}

void
longhand_sounds_remove (LonghandSounds *self, gint64 id) {
  push (self, (Job){ .kind = JOB_REMOVE, .piece = { .id = id } });
}

void
longhand_sounds_clear (LonghandSounds *self) {
  push (self, (Job){ .kind = JOB_CLEAR });
}

void
longhand_sounds_expire (LonghandSounds *self, gint64 before_us) {
  push (self, (Job){ .kind = JOB_EXPIRE, .before_us = before_us });
}

void
longhand_sounds_find_async (LonghandSounds *self, gint64 id, GAsyncReadyCallback callback, gpointer user) {
  GTask *task = g_task_new (self, NULL, callback, user);

  g_task_set_source_tag (task, longhand_sounds_find_async);
  push (self, (Job){ .kind = JOB_FIND, .piece = { .id = id }, .task = task });
}

GPtrArray *
longhand_sounds_find_finish (LonghandSounds *self, GAsyncResult *result) {
  return g_task_propagate_pointer (G_TASK (result), NULL);
}

/* Whether nothing is open any more. */
static gboolean
wait_for_all (Worker *self, gint64 deadline_us, gboolean *all_kept) {
  gboolean is_done;

  g_mutex_lock (&self->lock);
  while (self->n_open > 0 && g_cond_wait_until (&self->done, &self->lock, deadline_us))
    ;
  is_done = self->n_open == 0;
  *all_kept = is_done && self->n_unkept == 0;
  g_mutex_unlock (&self->lock);
  return is_done;
}

gboolean
longhand_sounds_flush (LonghandSounds *self, gint64 timeout_us) {
  gboolean all_kept;

  if (self->thread == NULL)
    return FALSE;
  push (self, (Job){ .kind = JOB_RETRY });
  wait_for_all (self->worker, g_get_monotonic_time () + timeout_us, &all_kept);
  return all_kept;
}

static void
close_worker (LonghandSounds *self) {
  gboolean all_kept;

  if (self->worker == NULL)
    return;
  longhand_mailbox_close (self->mailbox);
  if (self->thread != NULL) {
    push (self, (Job){ .kind = JOB_END });
    if (wait_for_all (self->worker, g_get_monotonic_time () + CLOSE_TIMEOUT_US, &all_kept))
      g_thread_join (g_steal_pointer (&self->thread));
    else
      g_clear_pointer (&self->thread, g_thread_unref);
  }
  g_clear_pointer (&self->worker, worker_unref);
}

/* ---- object ---- */

static void
longhand_sounds_dispose (GObject *object) {
  close_worker (LONGHAND_SOUNDS (object));
  G_OBJECT_CLASS (longhand_sounds_parent_class)->dispose (object);
}

static void
longhand_sounds_finalize (GObject *object) {
  longhand_mailbox_unref (LONGHAND_SOUNDS (object)->mailbox);
  G_OBJECT_CLASS (longhand_sounds_parent_class)->finalize (object);
}

static void
longhand_sounds_class_init (LonghandSoundsClass *klass) {
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = longhand_sounds_dispose;
  object_class->finalize = longhand_sounds_finalize;
  signals[KEPT] = g_signal_new ("kept", LONGHAND_TYPE_SOUNDS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, G_TYPE_INT64);
  signals[FAILED] = g_signal_new ("failed", LONGHAND_TYPE_SOUNDS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
longhand_sounds_init (LonghandSounds *self) {
  self->mailbox = longhand_mailbox_new (G_OBJECT (self));
}

LonghandSounds *
longhand_sounds_new (const char *folder) {
  LonghandSounds *self = g_object_new (LONGHAND_TYPE_SOUNDS, NULL);
  Worker *worker = g_atomic_rc_box_new0 (Worker);

  worker->folder = g_strdup (folder);
  worker->mailbox = longhand_mailbox_ref (self->mailbox);
  worker->jobs = g_async_queue_new_full (job_free);
  worker->unkept = g_ptr_array_new_with_free_func (job_free);
  g_mutex_init (&worker->lock);
  g_cond_init (&worker->done);
  self->worker = worker;
  self->thread = g_thread_try_new ("sounds", work, g_atomic_rc_box_acquire (worker), NULL);
  if (self->thread == NULL) {
    worker_unref (worker);
    complain (worker, g_error_new_literal (LONGHAND_ERROR, LONGHAND_ERROR_NO_MEMORY,
                                           _ ("Sound is not being kept because the system allows no more "
                                              "threads: close other programs and start Longhand again.")));
  }
  return self;
}
