/* Clocks for measurements of this machine, so that they do not depend on what else it does (--wrap of
 * longhand_measuring_read_clocks): from one look to the next, so much time passes. */
#pragma once

#include <glib.h>

typedef struct {
  gint64 wall_us, waited_us;
} FakeClocksStep;

/* Belongs to the thread that measures, while one does. */
extern FakeClocksStep fake_clocks_step;
