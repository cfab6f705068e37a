#include "widgets/longhand-ballistics.h"

void
longhand_ballistics_follow (LonghandBallistics *self, double level, double fall, gint64 now_us,
                            gboolean moves) {
  if (moves) {
    self->shown = MAX (level, self->shown - fall);
    return;
  }
  self->highest = MAX (self->highest, level);
  if (now_us - self->shown_us < LONGHAND_BALLISTICS_REST_US)
    return;
  self->shown = self->highest;
  self->highest = 0;
  self->shown_us = now_us;
}
