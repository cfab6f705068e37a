/* The bare instruction of armv8.2-a+dotprod. */
#include <arm_neon.h>

#include "kernels/peak-loop.h"

PEAK_LOOP(run_i8, int32x4_t, int32_t, int8x16_t, int8_t, vdotq_s32)

void quill_kernels_peak_dotprod(struct quill_kernels *out)
{
    out->peak[QUILL_PEAK_I8] = PEAK("sdot", run_i8, int8x16_t, int8_t);
}
