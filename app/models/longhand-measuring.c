#include "models/longhand-measuring.h"

#include "audio/longhand-audio-file.h"
#include "longhand-engine-error.h"
#include "models/longhand-model-store.h"
#include "models/longhand-shared-model.h"
#include "sandbox/longhand-sandbox.h"

static GMutex one_at_a_time;

typedef struct {
  const char *path;
  LonghandMeasuringFn fn;
  gpointer user;
  GCancellable *cancellable;
  GError **error;
  gboolean is_measured;
} Measuring;

bool
longhand_measuring_is_cancelled (void *user) {
  return g_cancellable_is_cancelled (user);
}

static gboolean
measure (const Measuring *self) {
  g_autofree char *sample = longhand_model_store_dup_sample_path ("sample.wav");
  g_autoptr (LonghandSharedModel) model = NULL;
  struct quill_error engine_error = { 0 };
  g_autofree float *samples = NULL;
  gsize n;

  samples = longhand_audio_file_load (sample, &n, NULL, self->error);
  if (samples == NULL)
    return FALSE;
  model = longhand_shared_model_open (self->path, self->error);
  if (model == NULL)
    return FALSE;
  if (self->fn (longhand_shared_model_get (model), samples, n, self->cancellable, self->user, &engine_error)
      == QUILL_OK)
    return TRUE;
  longhand_set_error_from_engine (self->error, &engine_error);
  return FALSE;
}

static void
measure_inside (gpointer user) {
  Measuring *self = user;

  self->is_measured = measure (self);
}

gboolean
longhand_measuring_run (const char *path, LonghandMeasuringFn fn, gpointer user, GCancellable *cancellable,
                        GError **error) {
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&one_at_a_time);
  Measuring measuring = { path, fn, user, cancellable, error, FALSE };

  return longhand_sandbox_run (measure_inside, &measuring, error) && measuring.is_measured;
}
