/* A small network that has heard synthetic speech, music and noise, and says how likely a frame is speech.
 * Its weights are made by train-vad.py. */
#ifndef QUILL_AUDIO_VAD_NET_H
#define QUILL_AUDIO_VAD_NET_H

#include "audio/features.h"

#define QUILL_NET_INPUTS (QUILL_SPECTRUM_HALVES * QUILL_SPECTRUM_BANDS + 5)
#define QUILL_NET_WIDTH 32
#define QUILL_NET_BLOCKS 5
#define QUILL_NET_DELAY 3 /* frames: what it says of a frame it says so much later */
/* Block b looks 2^b and 2 * 2^b frames back: 62 in all, two seconds. */
#define QUILL_NET_PAST (2 * ((1 << QUILL_NET_BLOCKS) - 1))

struct quill_net {
    unsigned n_frames;
    float past[QUILL_NET_PAST][QUILL_NET_WIDTH]; /* what came into the blocks, each in a ring of its own */
};

/* What the network is told of a frame, about -2 to 2 each: the spectrum's shape, how far the frame is above
 * the noise floor (dBFS), and the other features. */
void quill_net_inputs(const struct quill_features *f, float floor_db, float inputs[QUILL_NET_INPUTS]);

void quill_net_init(struct quill_net *net);

/* How likely there was speech QUILL_NET_DELAY frames ago, 0..1. */
float quill_net_frame(struct quill_net *net, const float inputs[QUILL_NET_INPUTS]);

#endif
