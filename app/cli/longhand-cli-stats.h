/* The arithmetic behind “bench”: pure functions. Times are in milliseconds. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The smallest of n > 0 ascending values that at least the share p (0..1) of them does not exceed: nearest
 * rank. */
double longhand_stats_percentile (const double *sorted, gsize n, double p);

/* Coefficient of variation: standard deviation (of a sample: n - 1) by mean. 0 for fewer than two values. */
double longhand_stats_variation (const double *values, gsize n);

/* When to stop measuring. */
typedef struct {
  guint min_runs, max_runs;
  double max_variation; /* below it, min_runs are enough */
} LonghandStopRule;
gboolean longhand_stats_is_enough (const LonghandStopRule *rule, const double *values, gsize n);

/* Amdahl: with a share s of the work that does not run in parallel, n threads take T(n) = T(1) (s + (1 - s) /
 * n). The share that fits measured times best, 0..1; ms[0] is with one thread. 0 when all are. */
double longhand_stats_fit_serial_share (const guint *threads, const double *ms, gsize n);
double longhand_stats_amdahl_speedup (double serial_share, guint threads);

/* "1,2,4": numbers of min..max, each once, in this order, appended to out (guint). FALSE: it is something
 * else. */
gboolean longhand_stats_parse_list (const char *text, guint min, guint max, GArray *out);

/* "10-100", or "5" for "5-5"; 1 <= from <= to <= max. FALSE: it is something else. */
gboolean longhand_stats_parse_range (const char *text, guint max, guint *from, guint *to);

G_END_DECLS
