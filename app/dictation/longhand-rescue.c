#include "dictation/longhand-rescue.h"

#include "audio/longhand-journal-sync.h"
#include "longhand-error.h"

#include <gio/gio.h>
#include <string.h>

/* All is owned, and may be NULL. */
typedef struct {
  char *folder, *after;
  LonghandRecovery *recovery;
  LonghandJournal *journal;
  GError *why;
  LonghandMailbox *mailbox;
  LonghandMailFn fn;
} Job;

static void
job_free (gpointer data) {
  Job *job = data;

  g_free (job->folder);
  g_free (job->after);
  g_clear_pointer (&job->recovery, longhand_recovery_free);
  longhand_journal_unref (job->journal);
  g_clear_error (&job->why);
  longhand_mailbox_unref (job->mailbox);
  g_free (job);
}

void
longhand_rescued_free (LonghandRescued *self) {
  g_free (self->path);
  g_clear_pointer (&self->recovery, longhand_recovery_free);
  g_free (self->rest);
  g_clear_error (&self->error);
  g_free (self);
}

/* (transfer full) */
static char *
first_after (const char *folder, const char *after) {
  g_autoptr (GPtrArray) paths = longhand_recovery_find (folder);

  for (guint i = 0; i < paths->len; i++)
    if (after == NULL || strcmp (paths->pdata[i], after) > 0)
      return g_strdup (paths->pdata[i]);
  return NULL;
}

static void
read_session (LonghandRescued *self) {
  g_autoptr (GError) error = NULL;

  self->recovery = longhand_recovery_open (self->path, &error);
  if (self->recovery == NULL) {
    self->error = g_error_matches (error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE)
                      ? longhand_recovery_set_aside (self->path, error)
                      : g_steal_pointer (&error);
    return;
  }
  longhand_sync_left_behind (self->recovery->fd, self->path);
  self->rest = longhand_recovery_load_rest (self->recovery, &self->error);
  if (self->error != NULL)
    g_clear_pointer (&self->recovery, longhand_recovery_free);
}

static void
rescue (GTask *task, gpointer source, gpointer data, GCancellable *cancellable) {
  const Job *job = data;
  LonghandRescued *rescued = g_new0 (LonghandRescued, 1);

  rescued->path = first_after (job->folder, job->after);
  if (rescued->path != NULL)
    read_session (rescued);
  if (rescued->recovery != NULL)
    longhand_journal_wait_for_disk (job->journal);
  longhand_mailbox_post (job->mailbox, job->fn, rescued, (GDestroyNotify)longhand_rescued_free);
}

/* The session is unlocked before anybody is told. */
static void
set_aside (GTask *task, gpointer source, gpointer data, GCancellable *cancellable) {
  Job *job = data;
  GError *said = longhand_journal_wait_for_disk (job->journal)
                     ? longhand_recovery_set_aside (job->recovery->path, job->why)
                     : g_error_copy (job->why);

  g_clear_pointer (&job->recovery, longhand_recovery_free);
  longhand_mailbox_post (job->mailbox, job->fn, said, (GDestroyNotify)g_error_free);
}

static void
run_job (Job *job, LonghandMailbox *mailbox, LonghandMailFn fn, GTaskThreadFunc run) {
  g_autoptr (GTask) task = g_task_new (NULL, NULL, NULL, NULL);

  job->mailbox = longhand_mailbox_ref (mailbox);
  job->fn = fn;
  g_task_set_task_data (task, job, job_free);
  g_task_run_in_thread (task, run);
}

void
longhand_rescue_next (const char *folder, const char *after, LonghandJournal *journal,
                      LonghandMailbox *mailbox, LonghandMailFn fn) {
  Job *job = g_new0 (Job, 1);

  job->folder = g_strdup (folder);
  job->after = g_strdup (after);
  job->journal = journal != NULL ? longhand_journal_ref (journal) : NULL;
  run_job (job, mailbox, fn, rescue);
}

void
longhand_rescue_set_aside (LonghandRecovery *recovery, LonghandJournal *journal, const GError *why,
                           LonghandMailbox *mailbox, LonghandMailFn fn) {
  Job *job = g_new0 (Job, 1);

  job->recovery = recovery;
  job->journal = journal != NULL ? longhand_journal_ref (journal) : NULL;
  job->why = g_error_copy (why);
  run_job (job, mailbox, fn, set_aside);
}
