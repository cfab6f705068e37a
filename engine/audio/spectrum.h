/* The spectrum of a frame in bands of equal width in mel, of both its halves. */
#ifndef QUILL_AUDIO_SPECTRUM_H
#define QUILL_AUDIO_SPECTRUM_H

#define QUILL_SPECTRUM_FRAME 512 /* samples */
#define QUILL_SPECTRUM_HALVES 2
#define QUILL_SPECTRUM_BANDS 20 /* from 93 to 7750 Hz */

/* The business of spectrum.c. */
struct quill_spectrum {
    float cosine[QUILL_SPECTRUM_FRAME];                       /* of a whole turn */
    float past[QUILL_SPECTRUM_FRAME / QUILL_SPECTRUM_HALVES]; /* the second half of the frame before */
    unsigned char edge[QUILL_SPECTRUM_BANDS + 1];             /* bins */
};

void quill_spectrum_init(struct quill_spectrum *spectrum);

/* samples: [QUILL_SPECTRUM_FRAME], of 16 kHz. power[h]: of the window of a frame's length that ends with half
 * h, whose rim counts little; a full-scale sine in a band has about 0.2. */
void quill_spectrum_frame(struct quill_spectrum *spectrum, const float *samples,
                          float power[QUILL_SPECTRUM_HALVES][QUILL_SPECTRUM_BANDS]);

#endif
