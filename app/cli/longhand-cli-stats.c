#include "cli/longhand-cli-stats.h"

#include <math.h>
#include <string.h>

double
longhand_stats_percentile (const double *sorted, gsize n, double p) {
  const double rank = ceil (p * (double)n);

  return sorted[rank < 1 ? 0 : MIN ((gsize)rank, n) - 1];
}

double
longhand_stats_variation (const double *values, gsize n) {
  double sum = 0, squares = 0, mean;

  if (n < 2)
    return 0;
  for (gsize i = 0; i < n; i++)
    sum += values[i];
  mean = sum / (double)n;
  for (gsize i = 0; i < n; i++)
    squares += (values[i] - mean) * (values[i] - mean);
  return mean > 0 ? sqrt (squares / (double)(n - 1)) / mean : 0;
}

gboolean
longhand_stats_is_enough (const LonghandStopRule *rule, const double *values, gsize n) {
  if (n < rule->min_runs)
    return FALSE;
  return n >= rule->max_runs || longhand_stats_variation (values, n) < rule->max_variation;
}

/* With y = T(n) / T(1) and u = 1 - 1/n the law says y - 1/n = s u, a line through the origin; least squares
 * give s = sum u (y - 1/n) / sum u^2. The measurement with one thread (u = 0) only sets the scale. */
double
longhand_stats_fit_serial_share (const guint *threads, const double *ms, gsize n) {
  double above = 0, below = 0;

  for (gsize i = 1; i < n; i++) {
    const double inverse = 1.0 / threads[i], u = 1 - inverse;

    above += u * (ms[i] / ms[0] - inverse);
    below += u * u;
  }
  return below > 0 ? CLAMP (above / below, 0, 1) : 0;
}

double
longhand_stats_amdahl_speedup (double serial_share, guint threads) {
  return 1 / (serial_share + (1 - serial_share) / threads);
}

/* Reads digits and moves *at behind them. */
static gboolean
read_number (const char **at, guint64 max, guint *value) {
  char *end;
  guint64 number;

  if (!g_ascii_isdigit (**at))
    return FALSE;
  number = g_ascii_strtoull (*at, &end, 10);
  *at = end;
  *value = (guint)MIN (number, G_MAXUINT);
  return number <= max;
}

static gboolean
contains (const GArray *list, guint from, guint value) {
  for (guint i = from; i < list->len; i++)
    if (g_array_index (list, guint, i) == value)
      return TRUE;
  return FALSE;
}

gboolean
longhand_stats_parse_list (const char *text, guint min, guint max, GArray *out) {
  const guint before = out->len;

  for (;; text++) {
    guint value;

    if (!read_number (&text, max, &value) || value < min || contains (out, before, value))
      return FALSE;
    g_array_append_val (out, value);
    if (*text != ',')
      return *text == '\0';
  }
}

gboolean
longhand_stats_parse_range (const char *text, guint max, guint *from, guint *to) {
  if (!read_number (&text, max, from))
    return FALSE;
  *to = *from;
  if (*text == '-') {
    text++;
    if (!read_number (&text, max, to))
      return FALSE;
  }
  return *text == '\0' && 1 <= *from && *from <= *to;
}
