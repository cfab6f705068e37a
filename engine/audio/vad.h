/* Voice activity: loudness over an adaptive noise floor opens the question; rules about what the sound is
 * like and a small network decide it. One function takes a frame. */
#ifndef QUILL_AUDIO_VAD_H
#define QUILL_AUDIO_VAD_H

#include "audio/features.h"
#include "audio/vad-net.h"

#include <stdbool.h>

#define QUILL_VAD_FRAME QUILL_FEATURE_FRAME /* samples: 32 ms */
#define QUILL_VAD_WINDOWS 8 /* of 16 frames: the last 4 s, whose quietest frame is the noise floor */
#define QUILL_VAD_CHANNELS (QUILL_FEATURE_BANDS + 1) /* the bands, and all of them together */

struct quill_vad {
    float floor_db; /* running estimate of the noise floor, dBFS */
    unsigned
        onset; /* frames since the sound began for which speech was declared, the declaring one included */
    bool speech;
    float likely; /* how likely the network found speech QUILL_NET_DELAY frames ago; 0..1 */

    /* --- the business of vad.c --- */
    struct quill_listener listener;
    struct quill_net net;
    struct quill_features last[2];                           /* of the two frames before */
    unsigned n_frames;                                       /* seen since there was any sound at all */
    float window_min[QUILL_VAD_WINDOWS][QUILL_VAD_CHANNELS]; /* quietest frame of each window */
    float min[QUILL_VAD_CHANNELS];                           /* and of the one in progress */
    float floor[QUILL_VAD_CHANNELS];
    unsigned n_windows, n_in_window; /* complete ones so far; frames of the one in progress */
    float first_low, first_high;     /* range of all levels so far */
    bool floor_known;                /* the floor was heard, not assumed */
    float evidence;                  /* that there is speech, in frames; 0: none */
    float heard;                     /* by the network, lately, in frames */
};
void quill_vad_init(struct quill_vad *vad);

/* Takes one frame of QUILL_VAD_FRAME finite samples; true while there is speech. level_db (may be NULL) gets
 * the frame's level without what lies below 120 Hz, in dBFS, at least -120. Speech is declared when enough
 * was heard to tell it from clicks, music and noise: most often within 200 ms, never within the first quarter
 * of a second of sound; `onset` then says where it began. */
bool quill_vad_frame(struct quill_vad *vad, const float *samples, float *level_db);

/* Speech so far is over; what is known of the noise stays. */
void quill_vad_end_speech(struct quill_vad *vad);

#endif
