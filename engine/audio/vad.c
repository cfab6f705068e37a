#include "audio/vad.h"

#include <math.h>
#include <string.h>

#define WINDOW_FRAMES 16
#define MAX_ONSET 31   /* 1 s: what is undecided for longer is not the beginning of a word */
#define FIRST_FRAMES 8 /* 256 ms: enough to tell noise from speech */

/* Above the floor, which is noise at its quietest: noise swings by 2 to 5 dB about its mean. */
#define BEGIN_DB 5
#define STAY_DB 4
#define LOUD_DB 10  /* needs no evidence to be part of speech in progress: hisses and fading ends of words */
#define STEADY_DB 5 /* speech swings by more than this within FIRST_FRAMES */

#define NO_SOUND_DB -90.0f      /* a microphone that is not on yet; rooms are louder */
#define LOWEST_FLOOR_DB -80.0f  /* below it the threshold would be that of digital silence */
#define ASSUMED_FLOOR_DB -50.0f /* at most this when a recording begins in the middle of speech */

/* Evidence, in frames that are speech beyond doubt. The figures were chosen with tests/bench/bench-vad. */
#define SURE_FRAME 1.6f                  /* before speech: the rules and the network agree */
#define ENOUGH_EVIDENCE (2 * SURE_FRAME) /* two such frames begin it, three or more that are less clear */
#define MOST_EVIDENCE 4.5f /* what is known to be speech is forgotten half a second into something else */
#define QUIET_FRAME -0.5f
#define ABRUPT_FRAME -0.45f /* a click, or what is left of one */
#define DULL_FRAME -0.2f    /* noise that stays what it was */
#define TONAL_FRAME -0.8f   /* a note that is held */
#define HISS 0.7f           /* whispered and unvoiced: two of these are less than two voiced frames */
#define GLIDE 0.6f          /* a voice that moves in pitch alone */
#define LIKELY_FRAME 0.6f   /* what the network takes for speech, whatever the rules say */

/* What the network says. It learned from synthetic voices alone, so it may add to the evidence and keep
 * speech from beginning only while it is sure that there is none; it never ends speech. What it merely doubts
 * is recognised, and left out by text/guards.c in a way that the user can undo. */
#define LIKELY 0.8f       /* of a frame */
#define MEMORY 0.9f       /* of what it heard, this is left a frame later */
#define HARDLY_ANY 0.25f  /* frames lately: below this it is sure that nobody speaks */
#define UNLIKELY_ONSET 15 /* and speech that it has yet to hear began at most so many frames ago */

#define ABRUPT_DB -11.0f /* sustain below this */
#define FALL_DB 8        /* from one frame to the next: faster than a word fades */
#define VOICED 0.55f     /* periodicity */
#define PITCHED 0.4f     /* enough periodicity for a note of a chord */
#define STIFF 0.004f     /* pitch changes by less: a fifteenth of a semitone in 32 ms */
#define LEAP 0.15f       /* more than a voice's pitch moves in a frame: another octave, or chance */

void quill_vad_init(struct quill_vad *vad)
{
    *vad = (struct quill_vad){.floor_db = ASSUMED_FLOOR_DB, .first_low = INFINITY, .first_high = -INFINITY};
    quill_listener_init(&vad->listener);
    quill_net_init(&vad->net);
    for (int c = 0; c < QUILL_VAD_CHANNELS; c++)
        vad->min[c] = INFINITY;
}

void quill_vad_end_speech(struct quill_vad *vad)
{
    vad->speech = false;
    vad->onset = 0;
    vad->evidence = 0;
}

static float channel(const struct quill_features *f, int c)
{
    return c < QUILL_FEATURE_BANDS ? f->band_db[c] : f->level_db;
}

/* The quietest frame of the last seconds is noise: even fluent speech stops for a closure of the lips. */
static void follow_floor(struct quill_vad *vad, const struct quill_features *f)
{
    const unsigned n_kept = vad->n_windows < QUILL_VAD_WINDOWS ? vad->n_windows : QUILL_VAD_WINDOWS;

    for (int c = 0; c < QUILL_VAD_CHANNELS; c++) {
        vad->min[c] = fminf(vad->min[c], channel(f, c));
        vad->floor[c] = vad->min[c];
        for (unsigned i = 0; i < n_kept; i++)
            vad->floor[c] = fminf(vad->floor[c], vad->window_min[i][c]);
    }
    if (++vad->n_in_window == WINDOW_FRAMES) {
        memcpy(vad->window_min[vad->n_windows++ % QUILL_VAD_WINDOWS], vad->min, sizeof vad->min);
        for (int c = 0; c < QUILL_VAD_CHANNELS; c++)
            vad->min[c] = INFINITY;
        vad->n_in_window = 0;
    }

    if (!vad->floor_known) {
        vad->first_low = fminf(vad->first_low, f->level_db);
        vad->first_high = fmaxf(vad->first_high, f->level_db);
        vad->floor_known = vad->n_windows >= QUILL_VAD_WINDOWS ||
                           (vad->n_frames >= FIRST_FRAMES && vad->first_high - vad->first_low < STEADY_DB);
    }
    for (int c = 0; c < QUILL_VAD_CHANNELS; c++) {
        if (!vad->floor_known)
            vad->floor[c] = fminf(vad->floor[c], ASSUMED_FLOOR_DB);
        vad->floor[c] = fmaxf(vad->floor[c], LOWEST_FLOOR_DB);
    }
    vad->floor_db = vad->floor[QUILL_FEATURE_BANDS];
}

/* How far the loudest channel is above its floor. */
static float excess_of(const struct quill_vad *vad, const struct quill_features *f)
{
    float excess = -INFINITY;

    for (int c = 0; c < QUILL_VAD_CHANNELS; c++)
        excess = fmaxf(excess, channel(f, c) - vad->floor[c]);
    return excess;
}

/* How much the spectrum's shape has changed over two frames: the range of the bands' changes, dB. */
static float movement_of(const struct quill_vad *vad, const struct quill_features *f)
{
    float low = INFINITY, high = -INFINITY;

    for (int b = 0; b < QUILL_FEATURE_BANDS; b++) {
        const float now = fmaxf(f->band_db[b], vad->floor[b] + STAY_DB);
        const float then = fmaxf(vad->last[1].band_db[b], vad->floor[b] + STAY_DB);

        low = fminf(low, now - then);
        high = fmaxf(high, now - then);
    }
    return high - low;
}

static float ramp(float x, float from, float to)
{
    return fminf(fmaxf((x - from) / (to - from), 0), 1);
}

/* How much a loud frame speaks for speech, or against it. A voice and a whisper change their spectrum all the
 * time; clicks are over at once; notes are the same tone as 100 ms ago; noise is the same noise. */
static float weigh(const struct quill_vad *vad, const struct quill_features *f)
{
    const float movement = movement_of(vad, f);
    const float pitch_change = fabsf(f->pitch_hz / vad->last[0].pitch_hz - 1);
    const float glide = pitch_change < LEAP ? ramp(pitch_change, 0, 0.015f) : 0;
    const bool voiced = f->periodicity > VOICED, stiff = f->periodicity > PITCHED && pitch_change < STIFF;
    float moving, tonal;

    if (f->sustain_db < ABRUPT_DB || f->level_db < vad->last[0].level_db - FALL_DB)
        return ABRUPT_FRAME;
    if (voiced) {
        moving = fmaxf(ramp(movement, 1, 4.5f), GLIDE * glide);
        tonal = stiff ? 1 : ramp(f->steadiness, 0.5f, 0.85f);
    } else {
        moving = HISS * ramp(movement, 4, 5);
        tonal = stiff ? 1 : ramp(f->steadiness, 0.4f, 0.7f);
    }
    return moving * (1 - tonal) + TONAL_FRAME * tonal * (1 - ramp(movement, 2, 6)) +
           (moving > 0 ? 0 : DULL_FRAME);
}

static void add_evidence(struct quill_vad *vad, float evidence)
{
    vad->evidence = fminf(fmaxf(vad->evidence + evidence, 0), MOST_EVIDENCE);
}

/* Whether speech in progress has a part in this frame. Two frames must be above the floor: noise at its
 * loudest is so for one. */
static bool goes_on(const struct quill_vad *vad, float excess, float evidence)
{
    const float least = fminf(excess, excess_of(vad, &vad->last[0]));

    return least > (evidence > DULL_FRAME ? STAY_DB : LOUD_DB);
}

bool quill_vad_frame(struct quill_vad *vad, const float *samples, float *level_db)
{
    struct quill_features f;
    float inputs[QUILL_NET_INPUTS], excess, evidence = QUIET_FRAME;
    bool part;

    quill_listen(&vad->listener, samples, &f);
    if (level_db)
        *level_db = f.level_db;
    if (vad->n_frames == 0 && f.level_db < NO_SOUND_DB)
        return false;
    if (vad->n_frames++ == 0)
        vad->last[0] = vad->last[1] = f;
    follow_floor(vad, &f);
    quill_net_inputs(&f, vad->floor_db, inputs);
    vad->likely = quill_net_frame(&vad->net, inputs);
    vad->heard = MEMORY * vad->heard + vad->likely;
    excess = excess_of(vad, &f);
    if (excess > (vad->speech ? STAY_DB : BEGIN_DB))
        evidence = weigh(vad, &f);
    if (vad->likely > LIKELY)
        evidence = evidence > 0 && !vad->speech ? SURE_FRAME : fmaxf(evidence, LIKELY_FRAME);
    part = vad->speech && goes_on(vad, excess, evidence);
    add_evidence(vad, vad->speech && !part ? fminf(evidence, QUIET_FRAME) : evidence);
    vad->last[1] = vad->last[0];
    vad->last[0] = f;

    if (vad->speech) {
        if (vad->evidence <= 0)
            quill_vad_end_speech(vad);
        return vad->speech && part;
    }
    if (vad->evidence <= 0)
        vad->onset = 0;
    else if (vad->onset < (vad->heard < HARDLY_ANY ? UNLIKELY_ONSET : MAX_ONSET))
        vad->onset++;
    vad->speech =
        vad->evidence >= ENOUGH_EVIDENCE && vad->heard >= HARDLY_ANY && vad->n_frames >= FIRST_FRAMES;
    return vad->speech;
}
