#include "dictation/longhand-latencies.h"

#include <math.h>

#define STEP_US (LONGHAND_LATENCY_STEP_MS * 1000)

void
longhand_latencies_add (LonghandLatencies *self, gint64 latency_us) {
  const gint64 us = MAX (latency_us, 0);

  self->counts[MIN ((us + STEP_US / 2) / STEP_US, LONGHAND_LATENCY_N_STEPS)]++;
  self->longest_us = MAX (self->longest_us, us);
  self->n++;
}

double
longhand_latencies_get_percentile_s (const LonghandLatencies *self, double p) {
  const guint64 rank = MAX ((guint64)ceil (p * (double)self->n), 1);
  guint64 n_not_longer = 0;

  if (self->n == 0)
    return -1;
  for (guint i = 0; i < LONGHAND_LATENCY_N_STEPS; i++) {
    n_not_longer += self->counts[i];
    if (n_not_longer >= rank)
      return i * (LONGHAND_LATENCY_STEP_MS / 1000.0);
  }
  return (double)self->longest_us / G_USEC_PER_SEC;
}
