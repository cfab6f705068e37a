/* Voice activity by energy over an adaptive noise floor, with hysteresis. One function takes a frame, so that
 * a small network can take its place. */
#ifndef QUILL_AUDIO_VAD_H
#define QUILL_AUDIO_VAD_H

#include <stdbool.h>

#define QUILL_VAD_FRAME 512 /* samples: 32 ms */
#define QUILL_VAD_WINDOWS 8 /* of 16 frames: the last 4 s, whose quietest frame is the noise floor */

struct quill_vad {
    float floor_db; /* running estimate of the noise floor, dBFS */
    unsigned onset; /* loud frames in a row before speech was declared, the declaring one included */
    bool speech;

    /* --- the business of vad.c --- */
    unsigned n_frames; /* seen since there was any sound at all */
    bool begun;        /* hp_x holds a sample */
    float hp_x, hp_y;                         /* high-pass filter: last input and output */
    float window_min[QUILL_VAD_WINDOWS], min; /* quietest frame of each window, and of the one in progress */
    unsigned n_windows, n_in_window;          /* complete ones so far; frames of the one in progress */
    float first_low, first_high;              /* range of all levels so far */
    bool floor_known;                         /* the floor was heard, not assumed */
};
void quill_vad_init(struct quill_vad *vad);

/* Takes one frame of QUILL_VAD_FRAME finite samples; true while there is speech. level_db (may be NULL) gets
 * the frame's level without what lies below 120 Hz, in dBFS, at least -120. Speech is declared at the third
 * loud frame in a row (see onset) and not within the first quarter of a second of sound. */
bool quill_vad_frame(struct quill_vad *vad, const float *samples, float *level_db);

/* Speech so far is over; what is known of the noise stays. */
void quill_vad_end_speech(struct quill_vad *vad);

#endif
