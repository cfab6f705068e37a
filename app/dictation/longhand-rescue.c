#include "dictation/longhand-rescue.h"

#include "longhand-error.h"

#include <gio/gio.h>
#include <string.h>

typedef struct {
  char *folder, *after; /* owned */
  LonghandMailbox *mailbox;
  LonghandMailFn fn;
} Job;

static void
job_free (gpointer data) {
  Job *job = data;

  g_free (job->folder);
  g_free (job->after);
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
  longhand_mailbox_post (job->mailbox, job->fn, rescued, (GDestroyNotify)longhand_rescued_free);
}

void
longhand_rescue_next (const char *folder, const char *after, LonghandMailbox *mailbox, LonghandMailFn fn) {
  g_autoptr (GTask) task = g_task_new (NULL, NULL, NULL, NULL);
  Job *job = g_new0 (Job, 1);

  job->folder = g_strdup (folder);
  job->after = g_strdup (after);
  job->mailbox = longhand_mailbox_ref (mailbox);
  job->fn = fn;
  g_task_set_task_data (task, job, job_free);
  g_task_run_in_thread (task, rescue);
}
