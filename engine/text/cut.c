#include "text/cut.h"

#define STEP_MS 20
#define FRAME_MS 10
#define STEP_FRAMES 2

/* A model may name times of the 30 s that it knows also where it was shown fewer. */
static int64_t time_ms(uint32_t token, uint32_t first_timestamp, size_t n_frames)
{
    const int64_t ms = token >= first_timestamp ? (int64_t)(token - first_timestamp) * STEP_MS : 0;
    const int64_t end_ms = (int64_t)n_frames * FRAME_MS;

    return ms < end_ms ? ms : end_ms;
}

void quill_cut_window(const uint32_t *tokens, size_t n, uint32_t first_timestamp, size_t n_frames,
                      struct quill_cut *out)
{
    const bool single_ending = n >= 2 && tokens[n - 2] < first_timestamp && tokens[n - 1] >= first_timestamp;
    size_t begin = 0;
    out->n_pieces = 0;
    out->is_complete = single_ending;
    for (size_t i = 1; i <= n; i++) {
        const bool pair = i < n && tokens[i - 1] >= first_timestamp && tokens[i] >= first_timestamp;
        const bool ends_last = i == n && single_ending && out->n_pieces > 0;
        if (!pair && !ends_last)
            continue;
        out->pieces[out->n_pieces++] = (struct quill_piece){
            .begin = begin,
            .end = i,
            .start_ms = time_ms(tokens[begin], first_timestamp, n_frames),
            .end_ms = time_ms(tokens[i - 1], first_timestamp, n_frames),
        };
        begin = i;
    }

    out->n_frames = n_frames;
    if (out->n_pieces > 0) {
        const size_t spoken = (size_t)(tokens[begin - 1] - first_timestamp) * STEP_FRAMES;
        if (!single_ending && spoken > 0 && spoken < n_frames)
            out->n_frames = spoken;
        return;
    }
    int64_t end_ms = (int64_t)n_frames * FRAME_MS;
    for (size_t i = n; i-- > 0;) {
        if (tokens[i] >= first_timestamp) {
            if (tokens[i] > first_timestamp)
                end_ms = time_ms(tokens[i], first_timestamp, n_frames);
            break;
        }
    }
    out->pieces[out->n_pieces++] =
        (struct quill_piece){.begin = 0, .end = n, .start_ms = 0, .end_ms = end_ms};
}
