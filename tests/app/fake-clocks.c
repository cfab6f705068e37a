#include "fake-clocks.h"

#include "models/longhand-measuring.h"

FakeClocksStep fake_clocks_step = { 400000, 0 };

static LonghandMeasuringClocks now;

void __wrap_longhand_measuring_read_clocks (LonghandMeasuringClocks *clocks);
void
__wrap_longhand_measuring_read_clocks (LonghandMeasuringClocks *clocks) {
  now.wall_us += fake_clocks_step.wall_us;
  now.waited_us += fake_clocks_step.waited_us;
  *clocks = now;
}
