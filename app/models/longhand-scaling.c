#include "models/longhand-scaling.h"

#include "models/longhand-measuring.h"

#define MAX_RUNS 5
#define ENOUGH_US (G_USEC_PER_SEC * 3 / 4) /* of measuring one number of threads: no further run */
#define N_FRAMES 512                       /* of the encoder: what dictation looks at, at least */

guint
longhand_scaling_plan (guint n_usable, guint threads[LONGHAND_SCALING_MAX]) {
  const guint all = CLAMP (n_usable, 1, QUILL_MAX_THREADS);
  guint n = 0;

  for (guint i = 1; i < all; i *= 2)
    threads[n++] = i;
  threads[n++] = all;
  return n;
}

double
longhand_scaling_get_speedup (const LonghandScaling *self, guint i) {
  return self->points[0].total_ms / self->points[i].total_ms;
}

/* ---- measuring ---- */

typedef struct {
  LonghandScaling *scaling;
  LonghandScalingProgressFn progress;
  gpointer user;
} Measurement;

static void
note_run (LonghandScalingPoint *point, const struct quill_timings *timings) {
  if (point->total_ms > 0 && point->total_ms <= timings->total_ms)
    return;
  point->encode_ms = timings->encode_ms;
  point->decode_ms = timings->prompt_ms + timings->decode_ms;
  point->total_ms = timings->total_ms;
}

static enum quill_status
measure_point (struct quill_transcriber *transcriber, const float *samples, gsize n,
               GCancellable *cancellable, LonghandScalingPoint *point, struct quill_error *error) {
  const gint64 begin_us = g_get_monotonic_time ();
  enum quill_status status = quill_transcriber_set_threads (transcriber, point->threads, error);
  struct quill_params params;

  quill_params_init (&params);
  params.audio_ctx = N_FRAMES;
  params.temperature_increment = 0;
  params.cancelled = longhand_measuring_is_cancelled;
  params.user = cancellable;
  for (guint i = 0; i < MAX_RUNS && status == QUILL_OK && g_get_monotonic_time () - begin_us < ENOUGH_US;
       i++) {
    struct quill_result *result = NULL;

    status = quill_transcribe (transcriber, samples, n, &params, &result, error);
    if (status == QUILL_OK)
      note_run (point, &result->timings);
    quill_result_free (&result);
  }
  return status;
}

static enum quill_status
measure (const struct quill_model *model, const float *samples, gsize n, GCancellable *cancellable,
         gpointer user, struct quill_error *error) {
  const Measurement *self = user;
  guint threads[LONGHAND_SCALING_MAX];
  const guint n_points = longhand_scaling_plan (quill_usable_cpus (), threads);
  struct quill_transcriber *transcriber = NULL;
  struct quill_settings settings;
  enum quill_status status;

  quill_settings_init (&settings);
  settings.n_threads = 1;
  status = quill_transcriber_open (&transcriber, model, &settings, error);
  for (guint i = 0; i < n_points && status == QUILL_OK; i++) {
    if (self->progress != NULL)
      self->progress ((double)i / n_points, self->user);
    self->scaling->points[i] = (LonghandScalingPoint){ .threads = threads[i] };
    status = measure_point (transcriber, samples, n, cancellable, &self->scaling->points[i], error);
  }
  self->scaling->n = n_points;
  quill_transcriber_close (&transcriber);
  return status;
}

gboolean
longhand_scaling_measure (const char *path, LonghandScaling *scaling, LonghandScalingProgressFn progress,
                          gpointer user, GCancellable *cancellable, GError **error) {
  Measurement measurement = { scaling, progress, user };

  return longhand_measuring_run (path, measure, &measurement, cancellable, error);
}

/* ---- on a thread ---- */

typedef struct {
  char *path; /* owned */
  LonghandScalingProgressFn progress;
  gpointer user; /* the caller's, until its callback was called */
} Job;

static void
job_free (gpointer data) {
  Job *job = data;

  g_free (job->path);
  g_free (job);
}

/* On its way to the main thread. */
typedef struct {
  GTask *task; /* owned */
  double done;
} Progress;

static void
progress_free (gpointer data) {
  Progress *progress = data;

  g_object_unref (progress->task);
  g_free (progress);
}

/* Before the task's own callback: it was posted before, with the same priority. */
static gboolean
deliver_progress (gpointer data) {
  const Progress *progress = data;
  const Job *job = g_task_get_task_data (progress->task);

  job->progress (progress->done, job->user);
  return G_SOURCE_REMOVE;
}

static void
post_progress (double done, gpointer task) {
  Progress *progress = g_new (Progress, 1);

  *progress = (Progress){ g_object_ref (task), done };
  g_idle_add_full (G_PRIORITY_DEFAULT, deliver_progress, progress, progress_free);
}

static void
measure_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable) {
  const Job *job = data;
  g_autofree LonghandScaling *scaling = g_new0 (LonghandScaling, 1);
  GError *error = NULL;

  if (longhand_scaling_measure (job->path, scaling, job->progress != NULL ? post_progress : NULL, task,
                                cancellable, &error))
    g_task_return_pointer (task, g_steal_pointer (&scaling), g_free);
  else
    g_task_return_error (task, error);
}

void
longhand_scaling_measure_async (const char *path, LonghandScalingProgressFn progress,
                                GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user) {
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user);
  Job *job = g_new (Job, 1);

  *job = (Job){ g_strdup (path), progress, user };
  g_task_set_task_data (task, job, job_free);
  g_task_run_in_thread (task, measure_in_thread);
}

gboolean
longhand_scaling_measure_finish (GAsyncResult *result, LonghandScaling *scaling, GError **error) {
  g_autofree LonghandScaling *measured = g_task_propagate_pointer (G_TASK (result), error);

  if (measured == NULL)
    return FALSE;
  *scaling = *measured;
  return TRUE;
}

/* ---- keeping ---- */

GVariant *
longhand_scaling_to_variant (const LonghandScaling *self, const char *model_id) {
  GVariantBuilder points;

  g_variant_builder_init (&points, G_VARIANT_TYPE ("a(uddd)"));
  for (guint i = 0; i < self->n; i++) {
    const LonghandScalingPoint *point = &self->points[i];

    g_variant_builder_add (&points, "(uddd)", point->threads, point->encode_ms, point->decode_ms,
                           point->total_ms);
  }
  return g_variant_new ("(sa(uddd))", model_id, &points);
}

static gboolean
is_plausible (const LonghandScaling *self) {
  for (guint i = 0; i < self->n; i++)
    if (self->points[i].threads <= (i > 0 ? self->points[i - 1].threads : 0)
        || !(self->points[i].total_ms > 0))
      return FALSE;
  return self->n > 0 && self->points[0].threads == 1;
}

gboolean
longhand_scaling_from_variant (GVariant *variant, LonghandScaling *self, char **model_id) {
  g_autoptr (GVariantIter) points = NULL;
  g_autofree char *id = NULL;
  LonghandScalingPoint point;

  *self = (LonghandScaling){ 0 };
  g_variant_get (variant, "(sa(uddd))", &id, &points);
  while (self->n < LONGHAND_SCALING_MAX
         && g_variant_iter_loop (points, "(uddd)", &point.threads, &point.encode_ms, &point.decode_ms,
                                 &point.total_ms))
    self->points[self->n++] = point;
  if (!is_plausible (self)) {
    self->n = 0;
    return FALSE;
  }
  *model_id = g_steal_pointer (&id);
  return TRUE;
}
