#include "audio/vad.h"

#include <math.h>

#define WINDOW_FRAMES 16
#define ONSET_FRAMES 3 /* 96 ms: longer than a click, shorter than a word */
#define FIRST_FRAMES 8 /* 256 ms: enough to tell noise from speech */

#define BEGIN_DB 8 /* above the floor; noise swings by 2 to 5 dB about its mean */
#define STAY_DB 5
#define STEADY_DB 5 /* speech swings by more than this within FIRST_FRAMES */

#define LOWEST_LEVEL_DB -120.0f
#define HIGHEST_LEVEL_DB 120.0f
#define NO_SOUND_DB -90.0f      /* a microphone that is not on yet; rooms are louder */
#define LOWEST_FLOOR_DB -66.0f  /* below it the threshold would be that of digital silence */
#define ASSUMED_FLOOR_DB -50.0f /* at most this when a recording begins in the middle of speech */

/* 1 / (1 + 2 pi 120 Hz / 16 kHz): takes away hum, rumble and offset. */
#define HP_COEFFICIENT 0.955f

void quill_vad_init(struct quill_vad *vad)
{
    *vad = (struct quill_vad){
        .floor_db = ASSUMED_FLOOR_DB, .min = INFINITY, .first_low = INFINITY, .first_high = -INFINITY};
}

void quill_vad_end_speech(struct quill_vad *vad)
{
    vad->speech = false;
    vad->onset = 0;
}

static float level_of(struct quill_vad *vad, const float *samples)
{
    double power = 0;
    /* An offset of the sound card must not look like a bang at the beginning. */
    float x = vad->begun ? vad->hp_x : samples[0], y = vad->hp_y;

    vad->begun = true;
    for (int i = 0; i < QUILL_VAD_FRAME; i++) {
        y = HP_COEFFICIENT * (y + samples[i] - x);
        x = samples[i];
        power += (double)y * y;
    }
    /* Absurdly loud samples must not poison the filter for ever. */
    vad->hp_x = x;
    vad->hp_y = isfinite(y) ? y : 0;
    power /= QUILL_VAD_FRAME;
    return power > 1e-12 ? fminf(10 * (float)log10(power), HIGHEST_LEVEL_DB) : LOWEST_LEVEL_DB;
}

/* The quietest frame of the last seconds is noise: even fluent speech stops for a closure of the lips. */
static void follow_floor(struct quill_vad *vad, float level)
{
    const unsigned n_kept = vad->n_windows < QUILL_VAD_WINDOWS ? vad->n_windows : QUILL_VAD_WINDOWS;
    float quietest;

    vad->min = fminf(vad->min, level);
    quietest = vad->min;
    for (unsigned i = 0; i < n_kept; i++)
        quietest = fminf(quietest, vad->window_min[i]);
    if (++vad->n_in_window == WINDOW_FRAMES) {
        vad->window_min[vad->n_windows++ % QUILL_VAD_WINDOWS] = vad->min;
        vad->min = INFINITY;
        vad->n_in_window = 0;
    }

    if (!vad->floor_known) {
        vad->first_low = fminf(vad->first_low, level);
        vad->first_high = fmaxf(vad->first_high, level);
        vad->floor_known = vad->n_windows >= QUILL_VAD_WINDOWS ||
                           (vad->n_frames >= FIRST_FRAMES && vad->first_high - vad->first_low < STEADY_DB);
    }
    if (!vad->floor_known)
        quietest = fminf(quietest, ASSUMED_FLOOR_DB);
    vad->floor_db = fmaxf(quietest, LOWEST_FLOOR_DB);
}

bool quill_vad_frame(struct quill_vad *vad, const float *samples, float *level_db)
{
    const float level = level_of(vad, samples);

    if (level_db)
        *level_db = level;
    if (vad->n_frames == 0 && level < NO_SOUND_DB)
        return false;
    vad->n_frames++;
    follow_floor(vad, level);

    if (vad->speech) {
        if (level <= vad->floor_db + STAY_DB)
            quill_vad_end_speech(vad);
        return vad->speech;
    }
    vad->onset = level > vad->floor_db + BEGIN_DB ? vad->onset + 1 : 0;
    vad->speech = vad->onset >= ONSET_FRAMES && vad->n_frames >= FIRST_FRAMES;
    return vad->speech;
}
