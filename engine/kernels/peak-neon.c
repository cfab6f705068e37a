/* Bare instructions of NEON. */
#include <arm_neon.h>

#include "kernels/peak-loop.h"

PEAK_LOOP(run_f32, float32x4_t, float, float32x4_t, float, vfmaq_f32)
PEAK_LOOP(run_i16, int32x4_t, int32_t, int16x4_t, int16_t, vmlal_s16)

void quill_kernels_peak_neon(struct quill_kernels *out)
{
    out->peak[QUILL_PEAK_F32] = PEAK("fmla", run_f32, float32x4_t, float);
    out->peak[QUILL_PEAK_I16] = PEAK("smlal", run_i16, int16x4_t, int16_t);
}
