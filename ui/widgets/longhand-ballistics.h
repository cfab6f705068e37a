/* How a bar follows a level: it rises at once and falls slowly; where people want no motion it stands still
 * for a while, at the highest level since it last did. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LONGHAND_BALLISTICS_REST_US (G_USEC_PER_SEC / 4)

typedef struct {
  double shown;   /* of the scale */
  double highest; /* since shown_us, which is when it was moved last; without motion */
  gint64 shown_us;
} LonghandBallistics;

/* The level at now_us. fall: how much lower the bar may be than it was. */
void longhand_ballistics_follow (LonghandBallistics *self, double level, double fall, gint64 now_us,
                                 gboolean moves);

G_END_DECLS
