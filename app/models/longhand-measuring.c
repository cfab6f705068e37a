#include "models/longhand-measuring.h"

#include "audio/longhand-audio-file.h"
#include "longhand-engine-error.h"
#include "longhand-error.h"
#include "models/longhand-model-store.h"
#include "models/longhand-shared-model.h"
#include "sandbox/longhand-sandbox.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define THREADS_FOLDER "/proc/self/task"
#define NS_PER_US 1000
/* Of the time: what any disturbs one little, and what the rest of a desktop takes from each thread. */
#define MAX_WAITED 0.1
#define MAX_WAITED_OF_THREAD 0.02

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

/* ---- being disturbed ---- */

/* FALSE: it has ended, or nobody counts. */
static gboolean
read_thread (const char *thread, gint64 *worked_us, gint64 *waited_us) {
  g_autofree char *path = g_build_filename (THREADS_FOLDER, thread, "schedstat", NULL);
  g_autofree char *text = NULL;
  unsigned long long worked_ns, waited_ns;

  if (!g_file_get_contents (path, &text, NULL, NULL)
      || sscanf (text, "%llu %llu", &worked_ns, &waited_ns) != 2)
    return FALSE;
  *worked_us = (gint64)(worked_ns / NS_PER_US);
  *waited_us = (gint64)(waited_ns / NS_PER_US);
  return TRUE;
}

/* A window that is drawn meanwhile may wait for the engine as long as it likes, and what the engine waits for
 * it is no other program's doing. */
void
longhand_measuring_read_clocks (LonghandMeasuringClocks *clocks) {
  g_autoptr (GDir) threads = g_dir_open (THREADS_FOLDER, 0, NULL);
  g_autofree char *main_thread = g_strdup_printf ("%d", (int)getpid ());
  const gboolean is_on_main_thread = gettid () == getpid ();
  const char *thread;

  *clocks = (LonghandMeasuringClocks){ 0 };
  while (threads != NULL && (thread = g_dir_read_name (threads)) != NULL) {
    gint64 worked_us, waited_us;

    if (!read_thread (thread, &worked_us, &waited_us))
      continue;
    clocks->waited_us += is_on_main_thread || strcmp (thread, main_thread) != 0 ? waited_us : -worked_us;
  }
  clocks->wall_us = g_get_monotonic_time ();
}

gboolean
longhand_measuring_was_disturbed (const LonghandMeasuringClocks *begin, const LonghandMeasuringClocks *end,
                                  guint threads) {
  const double most = MAX_WAITED + MAX_WAITED_OF_THREAD * threads;

  return (double)(end->waited_us - begin->waited_us) > most * (double)(end->wall_us - begin->wall_us);
}

void
longhand_measuring_set_disturbed (GError **error) {
  g_set_error_literal (
      error, LONGHAND_ERROR, LONGHAND_ERROR_BUSY,
      _ ("The machine was busy with something else: wait for that to end, and measure again."));
}

/* ---- measuring ---- */

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
