#include "text/align.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum step { STEP_BOTH, STEP_TOKEN, STEP_FRAME };

size_t quill_attention_peak(const float *look, size_t n_frames)
{
    size_t peak = 0;

    for (size_t i = 1; i < n_frames; i++)
        if (look[i] > look[peak])
            peak = i;
    return peak;
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

/* Of the first token's paths each may begin anywhere, where it has gained nothing so far. */
static void begin_paths(const float *row, size_t n_frames, float *costs, uint8_t *steps)
{
    float cost = 0.0f;

    costs[0] = INFINITY;
    for (size_t j = 0; j < n_frames; j++) {
        const bool goes_on = j > 0 && cost < 0.0f;

        cost = (goes_on ? cost : 0.0f) - row[j];
        costs[j + 1] = cost;
        steps[j] = goes_on ? STEP_FRAME : STEP_BOTH;
    }
}

/* Where the cheapest path of the last token ends: costs is as long as the frames, and one. */
static size_t end_of(const float *costs, size_t n_frames)
{
    size_t end = 1;

    for (size_t j = 2; j <= n_frames; j++)
        if (costs[j] < costs[end])
            end = j;
    return end;
}

void quill_align(const float *attention, size_t n_rows, size_t n_frames, float *cost, uint8_t *steps,
                 uint16_t *begins)
{
    float *above = cost, *here = cost + n_frames + 1;

    begin_paths(attention, n_frames, above, steps);
    for (size_t i = 1; i < n_rows; i++) {
        float *const was_above = above;

        here[0] = INFINITY;
        extend_paths(attention + i * n_frames, n_frames, above, here, steps + i * n_frames);
        above = here;
        here = was_above;
    }

    size_t i = n_rows - 1, j = end_of(above, n_frames) - 1;
    begins[n_rows] = (uint16_t)(j + 1);
    for (;;) {
        const enum step step = (enum step)steps[i * n_frames + j];

        begins[i] = (uint16_t)j; /* of all its frames, the first comes last */
        if (i == 0 && step != STEP_FRAME)
            break;
        i -= i > 0 && (step != STEP_FRAME || j == 0);
        j -= j > 0 && step != STEP_TOKEN;
    }
}
