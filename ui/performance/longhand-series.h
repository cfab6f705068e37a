/* The last two minutes of a figure that is looked at every second, or of several that add up. Pure: no clock,
 * no memory of its own. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LONGHAND_SERIES_LENGTH 120
#define LONGHAND_SERIES_MAX_LAYERS 6

typedef struct {
  guint n_layers;
  guint n;     /* samples so far, at most LONGHAND_SERIES_LENGTH */
  guint begin; /* where the next one goes */
  double samples[LONGHAND_SERIES_LENGTH][LONGHAND_SERIES_MAX_LAYERS];
} LonghandSeries;

void longhand_series_init (LonghandSeries *self, guint n_layers); /* empty */

/* values: [n_layers]; NAN: not known, of the first one of all. TRUE: what a graph shows of the series is not
 * what it showed before. */
gboolean longhand_series_add (LonghandSeries *self, const double *values);

/* Before so many samples, 0 is the newest; age < n. [n_layers], until the next sample. */
const double *longhand_series_get (const LonghandSeries *self, guint age);
double longhand_series_get_sum (const LonghandSeries *self, guint age); /* NAN: not known */

/* Of the sums that are known; FALSE: none is. */
gboolean longhand_series_get_range (const LonghandSeries *self, double *lowest, double *highest);

/* The end of a scale for what is 0 < value: the next of 1, 2, 5, 10, ... by powers of ten. */
double longhand_series_round_up (double value);

G_END_DECLS
