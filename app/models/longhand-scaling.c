#include "models/longhand-scaling.h"

#include "models/longhand-measuring.h"

#define MIN_ROUNDS 2
#define MAX_ROUNDS 6
#define ENOUGH_US (G_USEC_PER_SEC * 3 / 4) /* of measuring, for each number of threads: no further round */
#define MAX_EFFICIENCY 1.05                /* what is more than so much of a thread's work is a mistake */
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

gboolean
longhand_scaling_is_possible (const LonghandScaling *self) {
  for (guint i = 0; i < self->n; i++)
    if (longhand_scaling_get_speedup (self, i) > MAX_EFFICIENCY * self->points[i].threads)
      return FALSE;
  return TRUE;
}

/* ---- measuring ---- */

typedef struct {
  LonghandScaling *scaling;
  gboolean is_disturbed[LONGHAND_SCALING_MAX]; /* of points: no run was not */
  LonghandScalingProgressFn progress;
  gpointer user;

  /* all borrowed, while it is being measured */
  struct quill_transcriber *transcriber;
  const float *samples; /* [n_samples] */
  gsize n_samples;
  GCancellable *cancellable;
  gint64 begin_us;
  guint n_runs;
} Measurement;

static void
note_run (Measurement *self, guint i, const struct quill_timings *timings,
          const LonghandMeasuringClocks *begin, const LonghandMeasuringClocks *end) {
  LonghandScalingPoint *point = &self->scaling->points[i];
  const double total_ms = (double)(end->wall_us - begin->wall_us) / 1000;
  const gboolean is_disturbed = longhand_measuring_was_disturbed (begin, end, point->threads);
  const gboolean is_first = point->total_ms <= 0;

  self->n_runs++;
  if (!is_first
      && (is_disturbed > self->is_disturbed[i]
          || (is_disturbed == self->is_disturbed[i] && total_ms >= point->total_ms)))
    return;
  self->is_disturbed[i] = is_disturbed;
  point->encode_ms = timings->encode_ms;
  point->decode_ms = timings->prompt_ms + timings->decode_ms;
  point->total_ms = total_ms;
}

/* i: the point it is for; counts: it is noted there. */
static enum quill_status
run (Measurement *self, guint i, gboolean counts, struct quill_error *error) {
  enum quill_status status
      = quill_transcriber_set_threads (self->transcriber, self->scaling->points[i].threads, error);
  LonghandMeasuringClocks begin, end;
  struct quill_result *result = NULL;
  struct quill_params params;

  if (status != QUILL_OK)
    return status;
  quill_params_init (&params);
  params.audio_ctx = N_FRAMES;
  params.temperature_increment = 0;
  params.cancelled = longhand_measuring_is_cancelled;
  params.user = self->cancellable;
  longhand_measuring_read_clocks (&begin);
  status = quill_transcribe (self->transcriber, self->samples, self->n_samples, &params, &result, error);
  longhand_measuring_read_clocks (&end);
  if (self->begin_us == 0)
    self->begin_us = end.wall_us;
  if (status == QUILL_OK && counts)
    note_run (self, i, &result->timings, &begin, &end);
  quill_result_free (&result);
  return status;
}

/* How much of what there is at least: of the runs, and of the time. */
static double
get_done (const Measurement *self) {
  const double n = self->scaling->n;
  LonghandMeasuringClocks now;

  longhand_measuring_read_clocks (&now);
  return MIN (self->n_runs / (n * MIN_ROUNDS), (double)(now.wall_us - self->begin_us) / (n * ENOUGH_US));
}

/* One number after the other each time, so that what else the machine does, and its temperature, concern them
 * all. */
static enum quill_status
run_rounds (Measurement *self, struct quill_error *error) {
  const guint n = self->scaling->n;
  enum quill_status status = run (self, n - 1, FALSE, error); /* warms up */

  for (guint round = 0; round < MAX_ROUNDS && status == QUILL_OK && get_done (self) < 1; round++)
    for (guint i = 0; i < n && status == QUILL_OK; i++) {
      if (self->progress != NULL)
        self->progress (MIN (get_done (self), 1), self->user);
      status = run (self, i, TRUE, error);
    }
  return status;
}

static enum quill_status
measure (const struct quill_model *model, const float *samples, gsize n, GCancellable *cancellable,
         gpointer user, struct quill_error *error) {
  Measurement *self = user;
  guint threads[LONGHAND_SCALING_MAX];
  struct quill_settings settings;
  enum quill_status status;

  self->samples = samples;
  self->n_samples = n;
  self->cancellable = cancellable;
  self->scaling->n = longhand_scaling_plan (quill_usable_cpus (), threads);
  for (guint i = 0; i < self->scaling->n; i++)
    self->scaling->points[i] = (LonghandScalingPoint){ .threads = threads[i] };
  quill_settings_init (&settings);
  settings.n_threads = 1;
  status = quill_transcriber_open (&self->transcriber, model, &settings, error);
  if (status == QUILL_OK)
    status = run_rounds (self, error);
  quill_transcriber_close (&self->transcriber);
  return status;
}

static gboolean
is_reliable (const Measurement *self) {
  for (guint i = 0; i < self->scaling->n; i++)
    if (self->is_disturbed[i])
      return FALSE;
  return longhand_scaling_is_possible (self->scaling);
}

gboolean
longhand_scaling_measure (const char *path, LonghandScaling *scaling, LonghandScalingProgressFn progress,
                          gpointer user, GCancellable *cancellable, GError **error) {
  Measurement measurement = { .scaling = scaling, .progress = progress, .user = user };

  if (!longhand_measuring_run (path, measure, &measurement, cancellable, error))
    return FALSE;
  if (is_reliable (&measurement))
    return TRUE;
  longhand_measuring_set_disturbed (error);
  return FALSE;
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
  return self->n > 0 && self->points[0].threads == 1 && longhand_scaling_is_possible (self);
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
