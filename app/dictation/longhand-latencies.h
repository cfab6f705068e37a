/* Many latencies in little room: a session may last for hours, so they are counted by their length, not kept.
 * Pure; one thread at a time. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LONGHAND_LATENCY_STEP_MS 10
#define LONGHAND_LATENCY_N_STEPS 6000 /* a minute; longer ones are told apart only from shorter ones */

/* Zeroes: none yet. */
typedef struct {
  guint64 n;
  gint64 longest_us;
  guint32
      counts[LONGHAND_LATENCY_N_STEPS + 1]; /* by length, to the nearest step; the last: a minute or more */
} LonghandLatencies;

/* What is negative counts as 0. */
void longhand_latencies_add (LonghandLatencies *self, gint64 latency_us);

/* The smallest that at least the share p (0..1) of them does not exceed (nearest rank), in seconds, to the
 * nearest step; beyond a minute the longest of all. Negative when there are none. */
double longhand_latencies_get_percentile_s (const LonghandLatencies *self, double p);

G_END_DECLS
