#include "cli/longhand-cli-jobs.h"

#include "longhand-engine-error.h"

#include <glib/gi18n.h>

typedef struct {
  LonghandCliJobs *jobs; /* borrowed */
  struct quill_transcriber *transcriber;
  gboolean is_own; /* the transcriber, and not the engine's */
  GThread *thread; /* NULL: not begun */
} Job;

struct _LonghandCliJobs {
  LonghandCliWork work;
  Job *jobs; /* owned; [n_jobs] */
  guint n_jobs, n_ended;
  int next;          /* atomic: recordings that somebody is at, or was */
  GAsyncQueue *news; /* owned; LonghandCliNews, owned; without a recording: a job has ended */
};

/* ---- news ---- */

void
longhand_cli_news_clear (LonghandCliNews *self) {
  g_clear_object (&self->heard);
}

static void
news_free (gpointer data) {
  longhand_cli_news_clear (data);
  g_free (data);
}

/* heard: (transfer full) */
static void
tell (LonghandCliJobs *self, LonghandCliRecording *recording, LonghandTranscript *heard) {
  const LonghandCliNews news = { recording, heard };

  g_async_queue_push (self->news, g_memdup2 (&news, sizeof news));
}

static void
tell_heard (LonghandCliRecording *recording, LonghandTranscript *heard, gpointer user) {
  tell (user, recording, heard);
}

guint
longhand_cli_jobs_share (guint n_threads, guint n_jobs, guint i) {
  return MAX (n_threads / n_jobs + (i < n_threads % n_jobs ? 1 : 0), 1);
}

/* ---- a job's thread ---- */

/* Loads those that can be, at the beginning of heard and of loaded; the others have their outcome. */
static guint
load (LonghandCliJobs *self, guint first, guint n, LonghandCliRecording **loaded,
      struct quill_recording *heard) {
  guint n_loaded = 0;

  for (guint i = first; i < first + n; i++) {
    LonghandCliRecording *recording = self->work.recordings[i];
    const gint64 begin_us = g_get_monotonic_time ();

    recording->on_heard = self->work.tells_heard ? tell_heard : NULL;
    recording->on_heard_user = self;
    if (longhand_cli_recording_load (recording, self->work.request, &heard[n_loaded])) {
      longhand_cli_trace_add (self->work.trace, "pipeline", "audio", begin_us);
      loaded[n_loaded++] = recording;
    } else {
      tell (self, recording, NULL);
    }
  }
  return n_loaded;
}

static void
recognise (Job *job, guint first, guint n) {
  LonghandCliJobs *self = job->jobs;
  struct quill_recording heard[QUILL_MAX_TOGETHER];
  LonghandCliRecording *loaded[QUILL_MAX_TOGETHER];
  const guint n_loaded = load (self, first, n, loaded, heard);
  const gint64 begin_us = g_get_monotonic_time ();

  quill_transcribe_together (job->transcriber, heard, n_loaded);
  longhand_cli_trace_add (self->work.trace, "pipeline", "recording", begin_us);
  if (self->work.trace != NULL)
    longhand_cli_trace_take (self->work.trace, job->transcriber);
  for (guint i = 0; i < n_loaded; i++) {
    longhand_cli_recording_take (loaded[i], self->work.request, self->work.engine->model_id, &heard[i]);
    tell (self, loaded[i], NULL);
  }
}

static gpointer
work (gpointer data) {
  Job *job = data;
  LonghandCliJobs *self = job->jobs;
  const guint n_together = self->work.n_together;

  while (!longhand_cli_interrupted ()) {
    const guint first = (guint)g_atomic_int_add (&self->next, (int)n_together);

    if (first >= self->work.n)
      break;
    recognise (job, first, MIN (n_together, self->work.n - first));
  }
  tell (self, NULL, NULL);
  return NULL;
}

/* ---- all of them ---- */

/* The engine's transcriber serves the first job. */
static gboolean
give_transcribers (LonghandCliJobs *self, const struct quill_settings *settings, GError **error) {
  struct quill_transcriber *first = self->work.engine->transcriber;
  const guint n_threads = quill_transcriber_n_threads (first);
  struct quill_error engine_error = { 0 };
  enum quill_status status = QUILL_OK;

  self->jobs[0].transcriber = first;
  if (self->n_jobs > 1)
    status = quill_transcriber_set_threads (first, longhand_cli_jobs_share (n_threads, self->n_jobs, 0),
                                            &engine_error);
  for (guint i = 1; i < self->n_jobs && status == QUILL_OK; i++) {
    struct quill_settings its_settings = *settings;

    its_settings.n_threads = longhand_cli_jobs_share (n_threads, self->n_jobs, i);
    status = quill_transcriber_open (&self->jobs[i].transcriber, self->work.engine->model, &its_settings,
                                     &engine_error);
    self->jobs[i].is_own = status == QUILL_OK;
  }
  if (status != QUILL_OK)
    longhand_set_error_from_engine (error, &engine_error);
  return status == QUILL_OK;
}

static gboolean
begin (LonghandCliJobs *self, GError **error) {
  for (guint i = 0; i < self->n_jobs; i++) {
    self->jobs[i].jobs = self;
    self->jobs[i].thread = g_thread_try_new ("recognition", work, &self->jobs[i], NULL);
    if (self->jobs[i].thread == NULL) {
      g_atomic_int_set (&self->next, (int)self->work.n);
      g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
                           _ ("The system allows no more threads. Close other programs and try again."));
      return FALSE;
    }
  }
  return TRUE;
}

LonghandCliJobs *
longhand_cli_jobs_start (const LonghandCliWork *todo, guint n_jobs, const struct quill_settings *settings,
                         GError **error) {
  g_autoptr (LonghandCliJobs) self = g_new0 (LonghandCliJobs, 1);
  const guint n_batches = (todo->n + todo->n_together - 1) / todo->n_together;

  self->work = *todo;
  self->n_jobs = MIN (MIN (n_jobs, n_batches), quill_transcriber_n_threads (todo->engine->transcriber));
  self->jobs = g_new0 (Job, self->n_jobs);
  self->news = g_async_queue_new_full (news_free);
  if (!give_transcribers (self, settings, error) || !begin (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
longhand_cli_jobs_free (LonghandCliJobs *self) {
  for (guint i = 0; i < self->n_jobs; i++) {
    if (self->jobs[i].thread != NULL)
      g_thread_join (self->jobs[i].thread);
    if (self->jobs[i].is_own)
      quill_transcriber_close (&self->jobs[i].transcriber);
  }
  g_free (self->jobs);
  g_async_queue_unref (self->news);
  g_free (self);
}

gboolean
longhand_cli_jobs_wait (LonghandCliJobs *self, guint64 wait_us, LonghandCliNews *news) {
  *news = (LonghandCliNews){ 0 };
  while (self->n_ended < self->n_jobs) {
    g_autofree LonghandCliNews *next
        = wait_us > 0 ? g_async_queue_timeout_pop (self->news, wait_us) : g_async_queue_pop (self->news);

    if (next != NULL)
      *news = *next;
    if (next == NULL || news->recording != NULL)
      return TRUE;
    self->n_ended++;
  }
  return FALSE;
}
