#include "audio/vad.h"

#include <math.h>

#define FLOOR_START -70.0f /* dBFS; taken for granted until frames say otherwise */
#define LEVEL_MIN -120.0f  /* digital silence */
#define ABOVE_ON 10.0f     /* dB over the noise floor that begin speech ... */
#define ABOVE_OFF 6.0f     /* ... and that keep it up */
#define ON_MIN -52.0f      /* a floor of digital silence must not make a rustle loud */
#define ON_MAX -26.0f      /* nor a noisy room normal speech inaudible */

void quill_vad_init(struct quill_vad *vad)
{
    *vad = (struct quill_vad){0};
    for (unsigned i = 0; i < QUILL_VAD_MEMORY; i++)
        vad->levels[i] = FLOOR_START;
}

/* A constant offset of the sound card is not sound, so the mean is taken out. */
static float frame_level(const float *samples)
{
    double sum = 0, squares = 0;
    for (unsigned i = 0; i < QUILL_VAD_FRAME; i++) {
        sum += (double)samples[i];
        squares += (double)samples[i] * (double)samples[i];
    }
    const double mean = sum / QUILL_VAD_FRAME;
    const double power = squares / QUILL_VAD_FRAME - mean * mean;
    return power > 1e-12 ? (float)(10.0 * log10(power)) : LEVEL_MIN;
}

/* Minimum statistics: speech leaves gaps, steady noise does not, so the lowest recent level is noise. */
static float noise_floor(const struct quill_vad *vad)
{
    float floor_db = vad->levels[0];
    for (unsigned i = 1; i < QUILL_VAD_MEMORY; i++)
        floor_db = fminf(floor_db, vad->levels[i]);
    return floor_db;
}

bool quill_vad_frame(struct quill_vad *vad, const float *samples, float *level_db)
{
    const float level = frame_level(samples);
    const float on = fminf(fmaxf(noise_floor(vad) + ABOVE_ON, ON_MIN), ON_MAX);
    const float threshold = vad->speech ? on - (ABOVE_ON - ABOVE_OFF) : on;

    vad->onset = level > threshold ? vad->onset + 1 : 0;
    vad->speech = vad->speech ? vad->onset > 0 : vad->onset >= QUILL_VAD_ONSET;
    vad->levels[vad->next] = level;
    vad->next = (vad->next + 1) % QUILL_VAD_MEMORY;
    if (level_db)
        *level_db = level;
    return vad->speech;
}
