#include "text/align.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#define MEDIAN_REACH 3   /* frames on either side */
#define HARDLY_ANY 0.01f /* of the most that a frame's attention deviates */

enum step { STEP_BOTH, STEP_TOKEN, STEP_FRAME };

size_t quill_attention_peak(const float *look, size_t n_frames)
{
    size_t peak = 0;

    for (size_t i = 1; i < n_frames; i++)
        if (look[i] > look[peak])
            peak = i;
    return peak;
}

/* Of a frame's attention over the tokens. */
static float deviation(const float *attention, size_t stride, size_t n_rows, float *mean)
{
    float sum = 0.0f, squares = 0.0f;

    for (size_t i = 0; i < n_rows; i++)
        sum += attention[i * stride];
    *mean = sum / (float)n_rows;
    for (size_t i = 0; i < n_rows; i++) {
        const float from_mean = attention[i * stride] - *mean;
        squares += from_mean * from_mean;
    }
    return sqrtf(squares / (float)n_rows);
}

/* Each frame's attention, over the tokens: mean 0 and variance 1, but for frames that hardly any token looks
 * at. These are not blown up to what the others are: in a pause around a single word there are many of them,
 * and what they say is noise. */
static void normalise(float *attention, size_t stride, size_t n_rows, size_t n_frames)
{
    float most = 1e-12f, mean;

    for (size_t j = 0; j < n_frames; j++)
        most = fmaxf(most, deviation(attention + j, stride, n_rows, &mean));
    for (size_t j = 0; j < n_frames; j++) {
        const float scale = 1.0f / (deviation(attention + j, stride, n_rows, &mean) + HARDLY_ANY * most);

        for (size_t i = 0; i < n_rows; i++)
            attention[i * stride + j] = (attention[i * stride + j] - mean) * scale;
    }
}

static float median_of(float *x, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const float v = x[i];
        size_t j = i;

        for (; j > 0 && x[j - 1] > v; j--)
            x[j] = x[j - 1];
        x[j] = v;
    }
    return x[n / 2];
}

/* Beyond its ends the row is mirrored. */
static float mirrored(const float *row, size_t n, ptrdiff_t i)
{
    if (i < 0)
        i = -i;
    if (i >= (ptrdiff_t)n)
        i = 2 * (ptrdiff_t)n - 2 - i;
    return row[i];
}

static void smooth(float *row, size_t n, float *copy)
{
    float window[2 * MEDIAN_REACH + 1];

    if (n <= MEDIAN_REACH)
        return;
    memcpy(copy, row, n * sizeof *row);
    for (size_t i = 0; i < n; i++) {
        for (ptrdiff_t k = -MEDIAN_REACH; k <= MEDIAN_REACH; k++)
            window[k + MEDIAN_REACH] = mirrored(copy, n, (ptrdiff_t)i + k);
        row[i] = median_of(window, 2 * MEDIAN_REACH + 1);
    }
}

/* One row of the path's costs; above is the row of the token before, both begin with the column before frame
 * 0. */
static void extend_paths(const float *row, size_t n_frames, const float *above, float *costs, uint8_t *steps)
{
    for (size_t j = 0; j < n_frames; j++) {
        const float both = above[j], token = above[j + 1], frame = costs[j];
        enum step step = STEP_FRAME;
        float least = frame;

        if (both < token && both < frame) {
            step = STEP_BOTH;
            least = both;
        } else if (token < both && token < frame) {
            step = STEP_TOKEN;
            least = token;
        }
        costs[j + 1] = least - row[j];
        steps[j] = (uint8_t)step;
    }
}

void quill_align(float *attention, size_t stride, size_t n_rows, size_t n_frames, float *cost, uint8_t *steps,
                 uint16_t *begins)
{
    float *above = cost, *here = cost + n_frames + 1;

    normalise(attention, stride, n_rows, n_frames);
    for (size_t i = 0; i < n_rows; i++)
        smooth(attention + i * stride, n_frames, cost);
    for (size_t j = 0; j <= n_frames; j++)
        above[j] = j == 0 ? 0.0f : INFINITY;
    for (size_t i = 0; i < n_rows; i++) {
        float *const was_above = above;

        here[0] = INFINITY;
        extend_paths(attention + i * stride, n_frames, above, here, steps + i * n_frames);
        above = here;
        here = was_above;
    }

    size_t i = n_rows - 1, j = n_frames - 1;
    for (;;) {
        const enum step step = (enum step)steps[i * n_frames + j];

        begins[i] = (uint16_t)j; /* of all its frames, the first comes last */
        if (i == 0 && j == 0)
            break;
        const bool token_back = i > 0 && (step != STEP_FRAME || j == 0);
        const bool frame_back = j > 0 && (step != STEP_TOKEN || i == 0);
        i -= token_back;
        j -= frame_back;
    }
}
