#include "models/longhand-download.h"

#include "dictation/longhand-mailbox.h"
#include "longhand-error.h"
#include "models/longhand-part-file.h"
#include "models/longhand-transfer.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <math.h>

#define PATIENCE_S 30
#define NEWS_US 200000   /* between two letters to the main thread */
#define SPEED_MEMORY_S 3 /* time constant of the smoothed speed */

/* A run of the thread. */
typedef struct {
  const LonghandCatalogueEntry *entry; /* borrowed for good */
  char *folder, *base;                 /* owned */
  guint patience_s;
  LonghandMailbox *mailbox;  /* owned */
  GCancellable *cancellable; /* owned */
  gint discards;             /* atomic; what has come is to be removed */

  /* --- the thread's own --- */
  gint64 told_us;
  LonghandTransferPhase told_phase;
} Job;

/* A letter. */
typedef struct {
  gboolean is_end;
  GError *error; /* owned; at the end; NULL: all went well */
  LonghandTransferPhase phase;
  guint64 received, total;
  gint64 time_us;
} News;

struct _LonghandDownload {
  GObject parent_instance;

  const LonghandCatalogueEntry *entry; /* borrowed for good */

  /* owned */
  char *folder;
  char *path;
  LonghandMailbox *mailbox;
  GThread *thread; /* NULL: not under way */
  Job *job;        /* as long as there is a thread */
  GError *error;

  guint patience_s;
  LonghandDownloadState state;
  guint64 received, total;
  double speed;
  gint64 looked_us; /* when received was looked at for the speed; 0: not yet */
  guint64 looked_at;
};

G_DEFINE_FINAL_TYPE (LonghandDownload, longhand_download, G_TYPE_OBJECT)

static guint changed_signal;

/* ---- the thread ---- */

static void
job_free (Job *job) {
  g_free (job->folder);
  g_free (job->base);
  longhand_mailbox_unref (job->mailbox);
  g_object_unref (job->cancellable);
  g_free (job);
}

static void
news_free (News *news) {
  g_clear_error (&news->error);
  g_free (news);
}

static void take_news (gpointer owner, gpointer letter);

static void
post (Job *job, const News *news) {
  longhand_mailbox_post (job->mailbox, take_news, g_memdup2 (news, sizeof *news), (GDestroyNotify)news_free);
}

static void
on_progress (gpointer user, LonghandTransferPhase phase, guint64 received, guint64 total) {
  Job *job = user;
  const gint64 now_us = g_get_monotonic_time ();

  if (phase == job->told_phase && now_us - job->told_us < NEWS_US)
    return;
  job->told_phase = phase;
  job->told_us = now_us;
  post (job, &(News){ .phase = phase, .received = received, .total = total, .time_us = now_us });
}

static void
discard (const Job *job) {
  g_autofree char *name = longhand_catalogue_entry_dup_file_name (job->entry);
  g_autofree char *path = g_build_filename (job->folder, name, NULL);
  g_autoptr (LonghandPartFile) part = longhand_part_file_open (path, NULL);

  if (part != NULL)
    longhand_part_file_discard (part);
}

static gpointer
run (gpointer user) {
  Job *job = user;
  const LonghandTransfer transfer = { .entry = job->entry,
                                      .base = job->base,
                                      .folder = job->folder,
                                      .patience_s = job->patience_s,
                                      .progress = on_progress,
                                      .user = job };
  News news = { .is_end = TRUE };

  g_mkdir_with_parents (job->folder, 0755); /* a failure is told where the file is opened */
  if (!longhand_transfer_run (&transfer, job->cancellable, &news.error) && g_atomic_int_get (&job->discards))
    discard (job);
  post (job, &news);
  return NULL;
}

/* ---- news ---- */

static void
look_at_speed (LonghandDownload *self, const News *news) {
  const double seconds = (double)(news->time_us - self->looked_us) / G_USEC_PER_SEC;

  if (self->looked_us != 0 && news->received >= self->looked_at && seconds > 0)
    self->speed = longhand_download_smooth_speed (self->speed, news->received - self->looked_at, seconds);
  self->looked_us = news->time_us;
  self->looked_at = news->received;
}

static void
take_progress (LonghandDownload *self, const News *news) {
  static const LonghandDownloadState states[] = {
    [LONGHAND_TRANSFER_CONNECTING] = LONGHAND_DOWNLOAD_CONNECTING,
    [LONGHAND_TRANSFER_RECEIVING] = LONGHAND_DOWNLOAD_RECEIVING,
    [LONGHAND_TRANSFER_CHECKING] = LONGHAND_DOWNLOAD_CHECKING,
  };

  self->state = states[news->phase];
  self->received = news->received;
  self->total = news->total;
  if (news->phase == LONGHAND_TRANSFER_RECEIVING)
    look_at_speed (self, news);
}

static void
join (LonghandDownload *self) {
  g_clear_pointer (&self->thread, g_thread_join);
  g_clear_pointer (&self->job, job_free);
}

static LonghandDownloadState
state_at_rest (LonghandDownload *self) {
  self->received = longhand_part_file_look (self->path);
  return self->received > 0 ? LONGHAND_DOWNLOAD_PAUSED : LONGHAND_DOWNLOAD_IDLE;
}

static void
take_end (LonghandDownload *self, News *news) {
  join (self);
  self->speed = 0;
  if (news->error == NULL) {
    self->state = LONGHAND_DOWNLOAD_DONE;
    self->total = self->received;
  } else {
    self->state = state_at_rest (self);
    if (!g_error_matches (news->error, LONGHAND_ERROR, LONGHAND_ERROR_CANCELLED)) {
      self->state = LONGHAND_DOWNLOAD_FAILED;
      self->error = g_steal_pointer (&news->error);
    }
  }
}

static void
take_news (gpointer owner, gpointer letter) {
  LonghandDownload *self = owner;
  News *news = letter;

  if (news->is_end)
    take_end (self, news);
  else
    take_progress (self, news);
  g_signal_emit (self, changed_signal, 0);
}

/* ---- life ---- */

static void
longhand_download_dispose (GObject *object) {
  LonghandDownload *self = LONGHAND_DOWNLOAD (object);

  if (self->mailbox != NULL)
    longhand_mailbox_close (self->mailbox);
  longhand_download_pause (self);
  join (self);
  g_clear_pointer (&self->mailbox, longhand_mailbox_unref);
  G_OBJECT_CLASS (longhand_download_parent_class)->dispose (object);
}

static void
longhand_download_finalize (GObject *object) {
  LonghandDownload *self = LONGHAND_DOWNLOAD (object);

  g_free (self->folder);
  g_free (self->path);
  g_clear_error (&self->error);
  G_OBJECT_CLASS (longhand_download_parent_class)->finalize (object);
}

static void
longhand_download_class_init (LonghandDownloadClass *klass) {
  G_OBJECT_CLASS (klass)->dispose = longhand_download_dispose;
  G_OBJECT_CLASS (klass)->finalize = longhand_download_finalize;
  changed_signal = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
}

static void
longhand_download_init (LonghandDownload *self) {
  self->mailbox = longhand_mailbox_new (G_OBJECT (self));
}

LonghandDownload *
longhand_download_new (const LonghandCatalogueEntry *entry, const char *folder, guint patience_s) {
  LonghandDownload *self = g_object_new (LONGHAND_TYPE_DOWNLOAD, NULL);
  g_autofree char *name = longhand_catalogue_entry_dup_file_name (entry);

  self->entry = entry;
  self->folder = g_strdup (folder);
  self->path = g_build_filename (folder, name, NULL);
  self->patience_s = patience_s > 0 ? patience_s : PATIENCE_S;
  self->total = entry->size;
  self->state = state_at_rest (self);
  return self;
}

/* ---- what a person does ---- */

void
longhand_download_start (LonghandDownload *self, const char *base) {
  g_return_if_fail (LONGHAND_IS_DOWNLOAD (self) && self->thread == NULL);

  g_clear_error (&self->error);
  self->looked_us = 0;
  self->state = LONGHAND_DOWNLOAD_CONNECTING;
  self->job = g_new0 (Job, 1);
  *self->job = (Job){ .entry = self->entry,
                      .folder = g_strdup (self->folder),
                      .base = g_strdup (base),
                      .patience_s = self->patience_s,
                      .mailbox = longhand_mailbox_ref (self->mailbox),
                      .cancellable = g_cancellable_new () };
  self->thread = g_thread_new ("download", run, self->job);
  g_signal_emit (self, changed_signal, 0);
}

void
longhand_download_pause (LonghandDownload *self) {
  g_return_if_fail (LONGHAND_IS_DOWNLOAD (self));
  if (self->job != NULL)
    g_cancellable_cancel (self->job->cancellable);
}

void
longhand_download_cancel (LonghandDownload *self) {
  g_return_if_fail (LONGHAND_IS_DOWNLOAD (self));
  if (self->thread != NULL) {
    g_atomic_int_set (&self->job->discards, TRUE);
    longhand_download_pause (self);
    return;
  }
  discard (&(Job){ .entry = self->entry, .folder = self->folder });
  g_clear_error (&self->error);
  self->state = state_at_rest (self);
  g_signal_emit (self, changed_signal, 0);
}

/* ---- what there is to see ---- */

void
longhand_download_look (LonghandDownload *self) {
  g_return_if_fail (LONGHAND_IS_DOWNLOAD (self));
  if (self->state != LONGHAND_DOWNLOAD_DONE || g_file_test (self->path, G_FILE_TEST_EXISTS))
    return;
  self->state = state_at_rest (self);
  self->total = self->entry->size;
}

const LonghandCatalogueEntry *
longhand_download_get_entry (LonghandDownload *self) {
  g_return_val_if_fail (LONGHAND_IS_DOWNLOAD (self), NULL);
  return self->entry;
}

LonghandDownloadState
longhand_download_get_state (LonghandDownload *self) {
  g_return_val_if_fail (LONGHAND_IS_DOWNLOAD (self), LONGHAND_DOWNLOAD_IDLE);
  return self->state;
}

gboolean
longhand_download_is_under_way (LonghandDownload *self) {
  g_return_val_if_fail (LONGHAND_IS_DOWNLOAD (self), FALSE);
  return self->thread != NULL;
}

const GError *
longhand_download_get_error (LonghandDownload *self) {
  g_return_val_if_fail (LONGHAND_IS_DOWNLOAD (self), NULL);
  return self->error;
}

char *
longhand_download_dup_end (LonghandDownload *self) {
  g_return_val_if_fail (LONGHAND_IS_DOWNLOAD (self), NULL);
  if (self->state == LONGHAND_DOWNLOAD_DONE)
    return g_strdup_printf (_ ("“%s” is installed"), self->entry->title);
  if (self->error != NULL)
    return g_strdup_printf (_ ("“%s” was not installed"), self->entry->title);
  return NULL;
}

guint64
longhand_download_get_received (LonghandDownload *self) {
  g_return_val_if_fail (LONGHAND_IS_DOWNLOAD (self), 0);
  return self->received;
}

guint64
longhand_download_get_total (LonghandDownload *self) {
  g_return_val_if_fail (LONGHAND_IS_DOWNLOAD (self), 0);
  return self->total;
}

double
longhand_download_get_speed (LonghandDownload *self) {
  g_return_val_if_fail (LONGHAND_IS_DOWNLOAD (self), 0);
  return self->speed;
}

double
longhand_download_get_seconds_left (LonghandDownload *self) {
  g_return_val_if_fail (LONGHAND_IS_DOWNLOAD (self), -1);
  if (self->speed <= 0 || self->total < self->received)
    return -1;
  return (double)(self->total - self->received) / self->speed;
}

double
longhand_download_smooth_speed (double former, guint64 n, double seconds) {
  const double now = (double)n / seconds, weight = 1 - exp (-seconds / SPEED_MEMORY_S);

  return former > 0 ? former + weight * (now - former) : now;
}
