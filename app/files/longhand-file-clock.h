/* How long recordings that are being recognised still take. Pure; one thread at a time. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Zeroes: nothing is known yet. Sound is in milliseconds of the recording. */
typedef struct {
  gint64 busy_us;     /* spent on this recording; while it was held does not count */
  gint64 looked_us;   /* at the clock last */
  gint64 noted_ms;    /* done when there was more last */
  gint64 noted_us;    /* of busy_us, then */
  gint64 all_ms;      /* of recordings before this one */
  gint64 all_busy_us; /* spent on them */
} LonghandFileClock;

/* A recording is begun at now_us (monotonic); what is known of the speed stays. */
void longhand_file_clock_begin (LonghandFileClock *self, gint64 now_us);
/* done_ms of it are done; is_held: the time since the last look was not its own. */
void longhand_file_clock_look (LonghandFileClock *self, gint64 now_us, gboolean is_held, gint64 done_ms);
/* It is over, and what was done of it counts for the next. */
void longhand_file_clock_end (LonghandFileClock *self);

/* Seconds that left_ms more of this recording, and then more_ms of others, take; negative: nobody knows. */
double longhand_file_clock_get_left_s (const LonghandFileClock *self, gint64 left_ms, gint64 more_ms);

G_END_DECLS
