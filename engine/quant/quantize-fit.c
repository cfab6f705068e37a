/* Steps and mins of blocks by least squares: for several step widths around the plain one the numbers that
 * they give, and for those the factors with the smallest squared error, from the normal equations. */
#include "quant/quantize.h"

#define N_WIDTHS 9 /* step widths that are tried on each side of the plain one */
#define WIDTH_STEP 0.1f
#define LANES QUILL_FIT_LANES

void quill_fit_step_and_min(const float *x, size_t n, int n_steps, float highest, float *step, float *m)
{
    float low, high, y_lane[LANES] = {0}, yy_lane[LANES] = {0}, best = INFINITY;

    range(x, n, &low, &high);
    low = fminf(low, highest);
    *m = low;
    *step = (high - low) / (float)n_steps;
    if (!(high > low))
        return;
    for (size_t l = 0; l < n; l++) {
        const float y = x[l] - low;

        y_lane[l % LANES] += y;
        yy_lane[l % LANES] += y * y;
    }
    const float sy = sum_lanes(y_lane), syy = sum_lanes(yy_lane), count = (float)n;

    for (int w = -N_WIDTHS; w <= N_WIDTHS; w++) {
        const float id = ((float)n_steps + WIDTH_STEP * (float)w) / (high - low);
        float qy_lane[LANES] = {0};
        int q_sum = 0, qq_sum = 0;

        for (size_t l = 0; l < n; l += LANES)
            for (size_t i = 0; i < LANES; i++) {
                const float y = x[l + i] - low;
                const int q = nearest(y * id, (float)n_steps);

                q_sum += q;
                qq_sum += q * q;
                qy_lane[i] += (float)q * y;
            }
        /* Normal equations of y = s q + offset. */
        const float sq = (float)q_sum, sqq = (float)qq_sum, det = count * sqq - sq * sq;
        const float sqy = sum_lanes(qy_lane);
        float s, offset, error;

        if (!(det > 0))
            continue;
        s = (count * sqy - sq * sy) / det;
        offset = (sy - s * sq) / count;
        if (low + offset > highest) {
            offset = highest - low;
            s = (sqy - offset * sq) / sqq;
        }
        error =
            syy - 2 * s * sqy - 2 * offset * sy + s * s * sqq + 2 * s * offset * sq + count * offset * offset;
        if (s > 0 && error < best) {
            best = error;
            *step = s;
            *m = low + offset;
        }
    }
}

float quill_fit_step(const float *x, size_t n, int half)
{
    const float most = extreme(x, n), max = (float)(2 * half - 1);
    float best = 0, step = most / (float)-half;

    if (most == 0)
        return 0;
    for (int w = -N_WIDTHS; w <= N_WIDTHS; w++) {
        const float id = ((float)-half - WIDTH_STEP * (float)w) / most;
        float qx_lane[LANES] = {0};
        int qq_sum = 0;

        for (size_t l = 0; l < n; l += LANES)
            for (size_t i = 0; i < LANES; i++) {
                const int q = nearest(x[l + i] * id + (float)half, max) - half;

                qq_sum += q * q;
                qx_lane[i] += (float)q * x[l + i];
            }
        /* With the best step, sum qx / sum qq, the error is sum xx - (sum qx)^2 / sum qq. */
        const float sqx = sum_lanes(qx_lane), sqq = (float)qq_sum;

        if (sqq > 0 && sqx * sqx > best * sqq) {
            best = sqx * sqx / sqq;
            step = sqx / sqq;
        }
    }
    return step;
}
