#include "performance/longhand-series.h"

#include <math.h>
#include <string.h>

void
longhand_series_init (LonghandSeries *self, guint n_layers) {
  g_assert (n_layers >= 1 && n_layers <= LONGHAND_SERIES_MAX_LAYERS);
  *self = (LonghandSeries){ .n_layers = n_layers };
}

static gboolean
are_same (const LonghandSeries *self, const double *a, const double *b) {
  if (isnan (a[0]) || isnan (b[0]))
    return isnan (a[0]) && isnan (b[0]);
  return memcmp (a, b, self->n_layers * sizeof (double)) == 0;
}

/* All samples are this one. */
static gboolean
is_flat_at (const LonghandSeries *self, const double *values) {
  for (guint age = 0; age < self->n; age++)
    if (!are_same (self, values, longhand_series_get (self, age)))
      return FALSE;
  return TRUE;
}

/* A full series of one value is a straight line that stays where it is, and nothing known is no line. */
gboolean
longhand_series_add (LonghandSeries *self, const double *values) {
  const gboolean is_still
      = is_flat_at (self, values) && (self->n == LONGHAND_SERIES_LENGTH || isnan (values[0]));

  memcpy (self->samples[self->begin], values, self->n_layers * sizeof (double));
  self->begin = (self->begin + 1) % LONGHAND_SERIES_LENGTH;
  self->n = MIN (self->n + 1, LONGHAND_SERIES_LENGTH);
  return !is_still;
}

const double *
longhand_series_get (const LonghandSeries *self, guint age) {
  g_assert (age < self->n);
  return self->samples[(self->begin + LONGHAND_SERIES_LENGTH - 1 - age) % LONGHAND_SERIES_LENGTH];
}

double
longhand_series_get_sum (const LonghandSeries *self, guint age) {
  const double *sample = longhand_series_get (self, age);
  double sum = 0;

  for (guint i = 0; i < self->n_layers; i++)
    sum += sample[i];
  return sum;
}

gboolean
longhand_series_get_range (const LonghandSeries *self, double *lowest, double *highest) {
  gboolean is_known = FALSE;

  for (guint age = 0; age < self->n; age++) {
    const double sum = longhand_series_get_sum (self, age);

    if (isnan (sum))
      continue;
    *lowest = is_known ? MIN (*lowest, sum) : sum;
    *highest = is_known ? MAX (*highest, sum) : sum;
    is_known = TRUE;
  }
  return is_known;
}

double
longhand_series_round_up (double value) {
  const double power = pow (10, floor (log10 (value)));

  const double steps[] = { 1, 2, 5 };

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    if (value <= steps[i] * power * (1 + 1e-9))
      return steps[i] * power;
  return 10 * power;
}
