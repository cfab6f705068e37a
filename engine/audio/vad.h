/* Voice activity by energy over an adaptive noise floor, with hysteresis. One function takes a frame, so that
 * a small network can take its place. */
#ifndef QUILL_AUDIO_VAD_H
#define QUILL_AUDIO_VAD_H

#include <stdbool.h>

#define QUILL_VAD_FRAME 512 /* samples: 32 ms */

struct quill_vad {
    float floor_db;    /* running estimate of the noise floor, dBFS */
    unsigned n_frames; /* seen so far */
    unsigned onset;    /* loud frames in a row while silent */
    bool speech;
};
void quill_vad_init(struct quill_vad *vad);

/* Takes one frame of QUILL_VAD_FRAME samples; true while there is speech. level_db (may be NULL) gets the
 * frame's RMS in dBFS, at least -120. */
bool quill_vad_frame(struct quill_vad *vad, const float *samples, float *level_db);

#endif
