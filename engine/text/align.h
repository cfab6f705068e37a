/* Tokens -> when they were spoken, from cross-attention (openai/whisper timing.py, dtw). */
#ifndef QUILL_TEXT_ALIGN_H
#define QUILL_TEXT_ALIGN_H

#include <stddef.h>
#include <stdint.h>

/* Frame with the most attention. n_frames >= 1. */
size_t quill_attention_peak(const float *look, size_t n_frames);

/* Aligns n_rows >= 1 tokens, each with a row of attention to n_frames >= 1 frames (quill_alignment_add):
 * begins[i] is the frame where the i-th begins, on the path of most attention that goes forward only (dynamic
 * time warping), and begins[n_rows] the one behind the last. Unlike OpenAI's, the path begins where the first
 * token is looked at and ends where the last one is no more, not at the window's ends: pauses there belong to
 * no word, and do not draw the words to them.
 *
 * attention: [n_rows, n_frames]; begins: [n_rows + 1]; cost: scratch [2 * (n_frames + 1)]; steps: scratch
 * [n_rows * n_frames]. */
void quill_align(const float *attention, size_t n_rows, size_t n_frames, float *cost, uint8_t *steps,
                 uint16_t *begins);

#endif
