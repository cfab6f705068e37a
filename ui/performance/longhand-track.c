#include "performance/longhand-track.h"

#include <math.h>

#define RTF_SECONDS 10
#define LEAST_SOUND_S 3.0

void
longhand_track_init (LonghandTrack *self) {
  *self = (LonghandTrack){ 0 };
  longhand_series_init (&self->work, 2);
}

/* Another model begins at 0 again. What is finished after the last sound is no measure. */
static double
get_rtf (LonghandTrack *self, const LonghandStats *stats) {
  const double work[] = { stats->busy_s, stats->sound_s };
  const double *before;

  longhand_series_add (&self->work, work);
  before = longhand_series_get (&self->work, MIN (RTF_SECONDS, self->work.n - 1));
  if (work[1] - before[1] < LEAST_SOUND_S || work[0] < before[0])
    return NAN;
  return (work[0] - before[0]) / (work[1] - before[1]);
}

static double
get_cpu (LonghandTrack *self, const LonghandStats *stats, gint64 now_us, guint n_processors) {
  const gint64 since_us = now_us - self->at_us;
  const double cpu_s = stats->cpu_s - self->cpu_s;
  const gboolean is_first = self->at_us == 0;

  self->cpu_s = stats->cpu_s;
  self->at_us = now_us;
  if (is_first || since_us <= 0)
    return NAN;
  return MIN (1, cpu_s * G_USEC_PER_SEC / (double)since_us / n_processors);
}

guint64
longhand_track_get_other_bytes (const LonghandStats *stats) {
  const guint64 total = stats->memory[LONGHAND_N_MEMORY - 1].bytes;
  guint64 planned = 0;

  for (guint i = 0; i + 1 < LONGHAND_N_MEMORY; i++)
    planned += stats->memory[i].bytes;
  return total > planned ? total - planned : 0;
}

static void
split_memory (const LonghandStats *stats, double memory[LONGHAND_TRACK_N_MEMORY]) {
  for (guint i = 0; i + 1 < LONGHAND_TRACK_N_MEMORY; i++)
    memory[i] = (double)stats->memory[i].bytes;
  memory[LONGHAND_TRACK_N_MEMORY - 1] = (double)longhand_track_get_other_bytes (stats);
}

void
longhand_track_look (LonghandTrack *self, const LonghandStats *stats, gint64 now_us, guint n_processors,
                     LonghandTrackSample *sample) {
  sample->rtf = get_rtf (self, stats);
  sample->lag_s = stats->live.commit_lag_latest_s >= 0 ? stats->live.commit_lag_latest_s : NAN;
  sample->cpu = get_cpu (self, stats, now_us, n_processors);
  split_memory (stats, sample->memory);
}
