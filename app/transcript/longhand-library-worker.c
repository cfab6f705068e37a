#include "transcript/longhand-library-worker.h"

#include "longhand-error.h"

#include <glib/gi18n.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#define RETRY_US (2 * G_USEC_PER_SEC) /* between two attempts to save what could not be saved */

struct _LonghandLibraryWorker {
  atomic_uint n_refs; /* owner and thread */
  char *path;
  LonghandMailbox *mailbox;
  LonghandMailFn listed, failed;
  pthread_t thread;
  gboolean has_thread;

  pthread_mutex_t lock;
  pthread_cond_t pushed, done;
  /* --- guarded by lock --- */
  GQueue jobs;     /* owned LonghandLibraryJob, oldest first */
  guint n_open;    /* jobs that are not done */
  guint n_unsaved; /* sessions that could not be saved */
  gboolean is_closing, has_ended;

  /* --- the thread's own --- */
  LonghandLibraryStore *store; /* NULL: it cannot be opened */
  GHashTable *unsaved;         /* id -> LonghandSession, owned; newest version of what could not be saved */
  GQueue waiting;              /* owned LonghandLibraryJob: changes of sessions in unsaved, oldest first */
  GHashTable *removed;         /* ids since the last purge */
  char *words;                 /* of the last search */
  char *complaint;             /* the last one, until something is saved */
  guint n_carried_out;         /* jobs */
  gboolean is_stale;           /* the list that was posted last */
  gboolean is_over;            /* the last complaint, and nobody has been told yet */
};

static void
job_free (LonghandLibraryJob *job) {
  g_free (job->text);
  longhand_session_free (job->session);
  g_clear_object (&job->task);
  g_free (job);
}

static void
unref (LonghandLibraryWorker *self) {
  if (atomic_fetch_sub_explicit (&self->n_refs, 1, memory_order_acq_rel) > 1)
    return;
  longhand_mailbox_unref (self->mailbox);
  g_hash_table_unref (self->unsaved);
  g_queue_clear_full (&self->waiting, (GDestroyNotify)job_free);
  g_hash_table_unref (self->removed);
  g_free (self->words);
  g_free (self->complaint);
  g_free (self->path);
  pthread_mutex_destroy (&self->lock);
  pthread_cond_destroy (&self->pushed);
  pthread_cond_destroy (&self->done);
  g_free (self);
}

static void
list_free (gpointer data) {
  LonghandLibraryList *list = data;

  g_free (list->words);
  g_ptr_array_unref (list->summaries);
  g_free (list);
}

/* ---- the thread ---- */

/* Takes error. */
static void
complain (LonghandLibraryWorker *self, GError *error) {
  if (g_strcmp0 (self->complaint, error->message) == 0) {
    g_error_free (error);
    return;
  }
  g_free (self->complaint);
  self->complaint = g_strdup (error->message);
  longhand_mailbox_post (self->mailbox, self->failed, error, (GDestroyNotify)g_error_free);
}

static gboolean
open_store (LonghandLibraryWorker *self, GError **error) {
  GError *notice = NULL;

  if (self->store == NULL) {
    self->store = longhand_library_store_open (self->path, &notice, error);
    self->is_stale = TRUE;
  }
  if (notice != NULL)
    longhand_mailbox_post (self->mailbox, self->failed, notice, (GDestroyNotify)g_error_free);
  return self->store != NULL;
}

typedef gboolean (*StoreFn) (LonghandLibraryWorker *self, gpointer user, GError **error);

/* Once more with a new database when the old one turns out to be damaged. */
static gboolean
with_store (LonghandLibraryWorker *self, StoreFn fn, gpointer user, GError **error) {
  g_autoptr (GError) first = NULL;

  if (!open_store (self, error))
    return FALSE;
  if (fn (self, user, &first))
    return TRUE;
  if (!longhand_library_store_is_broken (self->store)) {
    g_propagate_error (error, g_steal_pointer (&first));
    return FALSE;
  }
  g_clear_pointer (&self->store, longhand_library_store_close);
  return open_store (self, error) && fn (self, user, error);
}

static gboolean
save_session (LonghandLibraryWorker *self, gpointer user, GError **error) {
  return longhand_library_store_save (self->store, user, error);
}

static gboolean change (LonghandLibraryWorker *self, gpointer user, GError **error);

/* What was to become of the session before it was there. */
static gboolean
catch_up (LonghandLibraryWorker *self, gint64 id, GError **error) {
  for (GList *l = self->waiting.head, *next; l != NULL; l = next) {
    LonghandLibraryJob *job = l->data;

    next = l->next;
    if (job->id != id)
      continue;
    if (!with_store (self, change, job, error))
      return FALSE;
    job_free (job);
    g_queue_delete_link (&self->waiting, l);
  }
  return TRUE;
}

static void
count_unsaved (LonghandLibraryWorker *self) {
  pthread_mutex_lock (&self->lock);
  self->n_unsaved = g_hash_table_size (self->unsaved);
  pthread_mutex_unlock (&self->lock);
}

/* Sessions that are still waiting to be saved go first, so that nothing overtakes them. */
static void
save_unsaved (LonghandLibraryWorker *self) {
  GHashTableIter iter;
  gpointer id, session;

  g_hash_table_iter_init (&iter, self->unsaved);
  while (g_hash_table_iter_next (&iter, &id, &session)) {
    GError *error = NULL;

    if (!with_store (self, save_session, session, &error) || !catch_up (self, *(const gint64 *)id, &error)) {
      complain (self, error);
      break; /* the others would fail likewise, and each may wait for another program */
    }
    g_hash_table_iter_remove (&iter);
    self->is_over |= self->complaint != NULL;
    g_clear_pointer (&self->complaint, g_free);
    self->is_stale = TRUE;
  }
  count_unsaved (self);
}

/* Its text is to be in the library, and so its sound stays. */
static gboolean
waits_to_be_saved (LonghandLibraryWorker *self, gint64 id) {
  const LonghandSession *session = g_hash_table_lookup (self->unsaved, &id);

  return session != NULL && !longhand_session_is_blank (session);
}

static gboolean
change (LonghandLibraryWorker *self, gpointer user, GError **error) {
  const LonghandLibraryJob *job = user;

  switch (job->kind) {
  case LONGHAND_LIBRARY_SET_TITLE:
    return longhand_library_store_set_title (self->store, job->id, job->text, error);
  case LONGHAND_LIBRARY_SET_PINNED:
    return longhand_library_store_set_pinned (self->store, job->id, job->flag, error);
  case LONGHAND_LIBRARY_SET_REMOVED:
    return longhand_library_store_set_removed (self->store, job->id, job->flag, error);
  case LONGHAND_LIBRARY_LEAVE:
    return waits_to_be_saved (self, job->id) || longhand_library_store_leave (self->store, job->id, error);
  case LONGHAND_LIBRARY_CLEAR:
    return longhand_library_store_clear (self->store, error);
  case LONGHAND_LIBRARY_PURGE:
  default:
    return longhand_library_store_purge (self->store, error);
  }
}

static void
drop_waiting (LonghandLibraryWorker *self, gint64 id) {
  for (GList *l = self->waiting.head, *next; l != NULL; l = next) {
    LonghandLibraryJob *job = l->data;

    next = l->next;
    if (job->id != id)
      continue;
    job_free (job);
    g_queue_delete_link (&self->waiting, l);
  }
}

/* What was removed for good is not to come back by being saved late. */
static void
follow_removal (LonghandLibraryWorker *self, const LonghandLibraryJob *job) {
  GHashTableIter iter;
  gpointer id;

  if (job->kind == LONGHAND_LIBRARY_SET_REMOVED && job->flag) {
    g_hash_table_add (self->removed, g_memdup2 (&job->id, sizeof job->id));
  } else if (job->kind == LONGHAND_LIBRARY_SET_REMOVED) {
    g_hash_table_remove (self->removed, &job->id);
  } else if (job->kind == LONGHAND_LIBRARY_PURGE) {
    g_hash_table_iter_init (&iter, self->removed);
    while (g_hash_table_iter_next (&iter, &id, NULL)) {
      g_hash_table_remove (self->unsaved, id);
      drop_waiting (self, *(const gint64 *)id);
    }
    g_hash_table_remove_all (self->removed);
    count_unsaved (self);
  } else if (job->kind == LONGHAND_LIBRARY_CLEAR) {
    g_hash_table_remove_all (self->unsaved);
    g_queue_clear_full (&self->waiting, (GDestroyNotify)job_free);
    g_hash_table_remove_all (self->removed);
    count_unsaved (self);
  }
}

/* What is about a session that waits to be saved waits with it. TRUE: until then there is nothing to do. */
static gboolean
put_off (LonghandLibraryWorker *self, LonghandLibraryJob *job) {
  const gboolean is_about_one = job->kind == LONGHAND_LIBRARY_SET_TITLE
                                || job->kind == LONGHAND_LIBRARY_SET_PINNED
                                || job->kind == LONGHAND_LIBRARY_SET_REMOVED;

  if (!is_about_one || !g_hash_table_contains (self->unsaved, &job->id))
    return FALSE;
  g_queue_push_tail (&self->waiting, g_memdup2 (job, sizeof *job));
  job->text = NULL;
  return job->kind != LONGHAND_LIBRARY_SET_REMOVED; /* an older version of it goes, or comes, at once */
}

static void
change_library (LonghandLibraryWorker *self, LonghandLibraryJob *job) {
  GError *error = NULL;

  follow_removal (self, job);
  if (!put_off (self, job) && !with_store (self, change, job, &error))
    complain (self, error);
  self->is_stale = TRUE;
}

typedef struct {
  gint64 id;
  LonghandSession *session;
} Load;

static gboolean
load (LonghandLibraryWorker *self, gpointer user, GError **error) {
  Load *wanted = user;
  g_autoptr (GError) own = NULL;

  wanted->session = longhand_library_store_load (self->store, wanted->id, &own);
  if (own == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&own));
  return FALSE;
}

static void
load_session (LonghandLibraryWorker *self, const LonghandLibraryJob *job) {
  const LonghandSession *unsaved = g_hash_table_lookup (self->unsaved, &job->id);
  Load wanted = { job->id, NULL };
  GError *error = NULL;

  if (unsaved != NULL && !g_hash_table_contains (self->removed, &job->id)) /* newer than what is on disk */
    g_task_return_pointer (job->task, longhand_session_copy (unsaved), (GDestroyNotify)longhand_session_free);
  else if (with_store (self, load, &wanted, &error))
    g_task_return_pointer (job->task, wanted.session, (GDestroyNotify)longhand_session_free);
  else
    g_task_return_error (job->task, error);
}

static void
carry_out (LonghandLibraryWorker *self, LonghandLibraryJob *job) {
  if (job->kind == LONGHAND_LIBRARY_SAVE)
    g_hash_table_replace (self->unsaved, g_memdup2 (&job->session->id, sizeof job->session->id),
                          job->session);
  if (job->kind != LONGHAND_LIBRARY_PURGE && job->kind != LONGHAND_LIBRARY_CLEAR)
    save_unsaved (self);
  switch (job->kind) {
  case LONGHAND_LIBRARY_SAVE:
    job->session = NULL;
    break;
  case LONGHAND_LIBRARY_SEARCH:
    g_free (self->words);
    self->words = g_steal_pointer (&job->text);
    self->is_stale = TRUE;
    break;
  case LONGHAND_LIBRARY_LOAD:
    load_session (self, job);
    break;
  case LONGHAND_LIBRARY_SET_TITLE:
  case LONGHAND_LIBRARY_SET_PINNED:
  case LONGHAND_LIBRARY_SET_REMOVED:
  case LONGHAND_LIBRARY_LEAVE:
  case LONGHAND_LIBRARY_PURGE:
  case LONGHAND_LIBRARY_CLEAR:
    change_library (self, job);
    break;
  case LONGHAND_LIBRARY_RETRY:
  default:
    break;
  }
}

static gboolean
list (LonghandLibraryWorker *self, gpointer user, GError **error) {
  GPtrArray **summaries = user;

  *summaries = longhand_library_store_list (self->store, self->words, error);
  return *summaries != NULL;
}

/* Without a database there is nothing in it. */
static void
post_list (LonghandLibraryWorker *self) {
  LonghandLibraryList *letter = g_new0 (LonghandLibraryList, 1);
  GError *error = NULL;

  if (!with_store (self, list, &letter->summaries, &error)) {
    complain (self, error);
    letter->summaries = g_ptr_array_new ();
  }
  letter->words = g_strdup (self->words);
  letter->serial = self->n_carried_out;
  letter->all_saved = g_hash_table_size (self->unsaved) == 0;
  letter->is_over = self->is_over;
  self->is_stale = self->is_over = FALSE;
  longhand_mailbox_post (self->mailbox, self->listed, letter, list_free);
}

static struct timespec
timespec_of (gint64 us) {
  return (struct timespec){ .tv_sec = us / G_USEC_PER_SEC, .tv_nsec = us % G_USEC_PER_SEC * 1000 };
}

/* The next job; NULL: there will be none, or *is_late: none for so long that what could not be saved is worth
 * another attempt. */
static LonghandLibraryJob *
wait_for_job (LonghandLibraryWorker *self, gboolean *is_late) {
  const struct timespec retry = timespec_of (g_get_monotonic_time () + RETRY_US);
  LonghandLibraryJob *job;

  *is_late = FALSE;
  pthread_mutex_lock (&self->lock);
  while (g_queue_is_empty (&self->jobs) && !self->is_closing && !*is_late) {
    if (self->n_unsaved == 0)
      pthread_cond_wait (&self->pushed, &self->lock);
    else
      *is_late = pthread_cond_timedwait (&self->pushed, &self->lock, &retry) == ETIMEDOUT;
  }
  job = g_queue_pop_head (&self->jobs);
  pthread_mutex_unlock (&self->lock);
  return job;
}

/* While nothing is asked for: a disk may have room again. */
static void
try_again (LonghandLibraryWorker *self) {
  save_unsaved (self);
  if (self->is_stale)
    post_list (self);
}

/* Whether there is nothing else to do than what is being done. */
static gboolean
is_last (LonghandLibraryWorker *self) {
  gboolean last;

  pthread_mutex_lock (&self->lock);
  last = self->n_open == 1;
  pthread_mutex_unlock (&self->lock);
  return last;
}

static void
note_done (LonghandLibraryWorker *self) {
  pthread_mutex_lock (&self->lock);
  self->n_open--;
  pthread_cond_broadcast (&self->done);
  pthread_mutex_unlock (&self->lock);
}

static gpointer
end (LonghandLibraryWorker *self) {
  g_clear_pointer (&self->store, longhand_library_store_close);
  pthread_mutex_lock (&self->lock);
  self->has_ended = TRUE;
  pthread_cond_broadcast (&self->done);
  pthread_mutex_unlock (&self->lock);
  unref (self);
  return NULL;
}

static void
do_job (LonghandLibraryWorker *self, LonghandLibraryJob *job) {
  carry_out (self, job);
  self->n_carried_out++;
  job_free (job);
  if (self->is_stale && is_last (self))
    post_list (self);
  note_done (self);
}

static void *
work (void *user) {
  LonghandLibraryWorker *self = user;
  LonghandLibraryJob *job;
  GError *error = NULL;
  gboolean is_late;

  if (!open_store (self, &error))
    complain (self, error);
  while ((job = wait_for_job (self, &is_late)) != NULL || is_late) {
    if (job != NULL)
      do_job (self, job);
    else
      try_again (self);
  }
  return end (self);
}

/* ---- the owner ---- */

static void
init_cond (pthread_cond_t *cond) {
  pthread_condattr_t attr;

  pthread_condattr_init (&attr);
  pthread_condattr_setclock (&attr, CLOCK_MONOTONIC);
  pthread_cond_init (cond, &attr);
  pthread_condattr_destroy (&attr);
}

/* Without a thread nothing is kept, and every flush says so. */
static void
begin (LonghandLibraryWorker *self) {
  atomic_fetch_add_explicit (&self->n_refs, 1, memory_order_relaxed);
  self->has_thread = pthread_create (&self->thread, NULL, work, self) == 0;
  if (self->has_thread)
    return;
  unref (self);
  complain (self, g_error_new_literal (LONGHAND_ERROR, LONGHAND_ERROR_NO_MEMORY,
                                       _ ("Sessions are not being kept because the system allows no more "
                                          "threads: close other programs and start Longhand again.")));
}

LonghandLibraryWorker *
longhand_library_worker_new (const char *path, LonghandMailbox *mailbox, LonghandMailFn listed,
                             LonghandMailFn failed) {
  LonghandLibraryWorker *self = g_new0 (LonghandLibraryWorker, 1);

  atomic_init (&self->n_refs, 1);
  self->path = g_strdup (path);
  self->mailbox = longhand_mailbox_ref (mailbox);
  self->listed = listed;
  self->failed = failed;
  self->words = g_strdup ("");
  self->unsaved
      = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify)longhand_session_free);
  self->removed = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  pthread_mutex_init (&self->lock, NULL);
  init_cond (&self->pushed);
  init_cond (&self->done);
  g_queue_init (&self->jobs);
  g_queue_init (&self->waiting);
  begin (self);
  return self;
}

void
longhand_library_worker_push (LonghandLibraryWorker *self, const LonghandLibraryJob *job) {
  pthread_mutex_lock (&self->lock);
  g_queue_push_tail (&self->jobs, g_memdup2 (job, sizeof *job));
  self->n_open++;
  pthread_cond_signal (&self->pushed);
  pthread_mutex_unlock (&self->lock);
}

gboolean
longhand_library_worker_flush (LonghandLibraryWorker *self, gint64 deadline_us) {
  const LonghandLibraryJob retry = { .kind = LONGHAND_LIBRARY_RETRY };
  const struct timespec deadline = timespec_of (deadline_us);
  gboolean all_saved;

  if (!self->has_thread)
    return FALSE;
  longhand_library_worker_push (self, &retry);
  pthread_mutex_lock (&self->lock);
  while (self->n_open > 0 && pthread_cond_timedwait (&self->done, &self->lock, &deadline) == 0)
    ;
  all_saved = self->n_open == 0 && self->n_unsaved == 0;
  pthread_mutex_unlock (&self->lock);
  return all_saved;
}

gboolean
longhand_library_worker_close (LonghandLibraryWorker *self, gint64 deadline_us) {
  const struct timespec deadline = timespec_of (deadline_us);
  const gboolean all_saved = longhand_library_worker_flush (self, deadline_us);
  gboolean has_ended;

  pthread_mutex_lock (&self->lock);
  self->is_closing = TRUE;
  pthread_cond_signal (&self->pushed);
  while (self->has_thread && !self->has_ended
         && pthread_cond_timedwait (&self->done, &self->lock, &deadline) == 0)
    ;
  has_ended = self->has_ended;
  pthread_mutex_unlock (&self->lock);
  if (has_ended)
    pthread_join (self->thread, NULL);
  else if (self->has_thread)
    pthread_detach (self->thread);
  else
    g_queue_clear_full (&self->jobs, (GDestroyNotify)job_free);
  unref (self);
  return all_saved;
}
