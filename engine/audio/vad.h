/* Voice activity by energy over an adaptive noise floor, with hysteresis. One function takes a frame, so that
 * a small network can take its place. */
#ifndef QUILL_AUDIO_VAD_H
#define QUILL_AUDIO_VAD_H

#include <stdbool.h>

#define QUILL_VAD_FRAME 512 /* samples: 32 ms */
#define QUILL_VAD_ONSET 2   /* loud frames in a row that begin speech */
#define QUILL_VAD_MEMORY 96 /* frames the noise floor looks back: 3 s */

struct quill_vad {
    float levels[QUILL_VAD_MEMORY]; /* dBFS of the last frames, a ring */
    unsigned next;                  /* where the next level goes */
    unsigned onset;                 /* loud frames in a row while silent */
    bool speech;
};
void quill_vad_init(struct quill_vad *vad);

/* Takes one frame of QUILL_VAD_FRAME finite samples; true while there is speech: from the QUILL_VAD_ONSET-th
 * loud frame in a row, until a frame falls below a lower threshold. Bridging pauses is the caller's business.
 * *level_db (may be NULL) gets the frame's level without its mean, in dBFS, at least -120. */
bool quill_vad_frame(struct quill_vad *vad, const float *samples, float *level_db);

#endif
