#include "files/longhand-file-clock.h"

#define CERTAIN_US (G_USEC_PER_SEC / 2) /* before that a speed is a guess */

void
longhand_file_clock_begin (LonghandFileClock *self, gint64 now_us) {
  *self
      = (LonghandFileClock){ .looked_us = now_us, .all_ms = self->all_ms, .all_busy_us = self->all_busy_us };
}

void
longhand_file_clock_look (LonghandFileClock *self, gint64 now_us, gboolean is_held, gint64 done_ms) {
  if (!is_held)
    self->busy_us += now_us - self->looked_us;
  self->looked_us = now_us;
  if (done_ms <= self->noted_ms)
    return;
  self->noted_ms = done_ms;
  self->noted_us = self->busy_us;
}

void
longhand_file_clock_end (LonghandFileClock *self) {
  self->all_ms += self->noted_ms;
  self->all_busy_us += self->noted_us;
  self->noted_ms = self->noted_us = self->busy_us = 0;
}

double
longhand_file_clock_get_left_s (const LonghandFileClock *self, gint64 left_ms, gint64 more_ms) {
  const gint64 known_ms = self->all_ms + self->noted_ms;
  const gint64 known_us = self->all_busy_us + self->noted_us;
  /* Recordings go on in steps: since the last one, some of the next is done as well. */
  const gint64 since_us = self->busy_us - self->noted_us;
  double pace_us, left_us;

  if (known_ms <= 0 || known_us < CERTAIN_US)
    return -1;
  pace_us = (double)known_us / (double)known_ms;
  left_us = MAX ((double)left_ms * pace_us - (double)since_us, 0);
  return (left_us + (double)more_ms * pace_us) / G_USEC_PER_SEC;
}
