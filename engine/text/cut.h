/* Cuts what a window said into segments at its timestamps, and says where the next window begins
 * (openai/whisper transcribe.py). Pure. */
#ifndef QUILL_TEXT_CUT_H
#define QUILL_TEXT_CUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct quill_piece {
    size_t begin, end;        /* tokens[begin..end), timestamps included */
    int64_t start_ms, end_ms; /* from the window's beginning */
};

struct quill_cut {
    struct quill_piece *pieces; /* caller's buffer, [n_tokens + 1] */
    size_t n_pieces;
    size_t n_frames;  /* mel frames of 10 ms to move on by; >= 1 */
    bool is_complete; /* a single timestamp at the very end says that nothing follows */
};

/* tokens [n]: a window's hypothesis; n_frames: mel frames of sound in the window, >= 1.
 * Pairs of consecutive timestamps separate segments. What follows the last pair is unfinished: it is left to
 * the next window, which begins there; unless a single timestamp at the very end says that nothing follows.
 * Without any pair the window is one segment, up to its last timestamp if that is not 0.00. */
void quill_cut_window(const uint32_t *tokens, size_t n, uint32_t first_timestamp, size_t n_frames,
                      struct quill_cut *out);

#endif
