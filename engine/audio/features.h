/* What a frame of sound is like: how loud, where in the spectrum, how sudden, how periodic. */
#ifndef QUILL_AUDIO_FEATURES_H
#define QUILL_AUDIO_FEATURES_H

#include "audio/spectrum.h"

#include <stdbool.h>

#define QUILL_FEATURE_FRAME 512 /* samples: 32 ms */
#define QUILL_FEATURE_BANDS 4   /* 120 to 500, to 1500, to 3500 and to 8000 Hz */
#define QUILL_FEATURE_PAST 768  /* low samples of 4 kHz that are remembered: six frames */
#define QUILL_LOWEST_DB -120.0f

struct quill_biquad {
    double b0, b1, b2, a1, a2;
    double z1, z2;
};

/* What is remembered from frame to frame; the business of features.c. */
struct quill_listener {
    bool begun;                                           /* hp_x holds a sample */
    float hp_x, hp_y;                                     /* high-pass filter: last input and output */
    struct quill_biquad high[QUILL_FEATURE_BANDS - 1][2]; /* split off what is above a band */
    struct quill_biquad low[QUILL_FEATURE_BANDS - 1][2];
    struct quill_biquad decimate[3];
    float past[QUILL_FEATURE_PAST];
    struct quill_spectrum spectrum;
};

struct quill_features {
    float level_db;                     /* RMS without what lies below 120 Hz, dBFS; at least -120 */
    float band_db[QUILL_FEATURE_BANDS]; /* the same of the bands */
    float sustain_db;  /* how far the median of eight pieces of 4 ms lies below the loudest; <= 0 */
    float periodicity; /* best correlation with what was 2.5 to 14 ms ago, below 1.5 kHz; 0..1 */
    float pitch_hz;    /* where that was */
    float steadiness;  /* best correlation with what was 96 to 128 ms ago; 0..1 */
    float spectrum_db[QUILL_SPECTRUM_HALVES][QUILL_SPECTRUM_BANDS]; /* at least -120 */
};

void quill_listener_init(struct quill_listener *listener);
/* samples: [QUILL_FEATURE_FRAME], finite. */
void quill_listen(struct quill_listener *listener, const float *samples, struct quill_features *out);

#endif
