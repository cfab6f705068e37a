#include "audio/features.h"

#include <math.h>
#include <string.h>

#define RATE_HZ 16000.0
#define PI 3.14159265358979323846
#define HIGHEST_DB 120.0f

/* 1 / (1 + 2 pi 120 Hz / 16 kHz): takes away hum, rumble and offset. */
#define HP_COEFFICIENT 0.955f

#define DECIMATION 4
#define LOW_FRAME (QUILL_FEATURE_FRAME / DECIMATION)
#define N_PIECES 8
#define N_LANES 8
#define PIECE (QUILL_FEATURE_FRAME / N_PIECES)

/* In samples of 4 kHz. */
#define PITCH_WINDOW 192
#define PITCH_FIRST 10 /* 400 Hz */
#define PITCH_LAST 57  /* 70 Hz */
#define STEADY_WINDOW 128
#define STEADY_FIRST 384 /* 96 ms */
#define STEADY_LAST 512

enum pass { LOW_PASS, HIGH_PASS };

/* Second-order section of a Butterworth filter by the bilinear transform (Bristow-Johnson's cookbook). */
static struct quill_biquad section(enum pass pass, double hz, double q)
{
    const double w = 2 * PI * hz / RATE_HZ, c = cos(w), alpha = sin(w) / (2 * q), a0 = 1 + alpha;
    const double edge = pass == LOW_PASS ? (1 - c) / 2 : (1 + c) / 2;
    return (struct quill_biquad){
        .b0 = edge / a0,
        .b1 = (pass == LOW_PASS ? 1 - c : -(1 + c)) / a0,
        .b2 = edge / a0,
        .a1 = -2 * c / a0,
        .a2 = (1 - alpha) / a0,
    };
}

static inline double step(struct quill_biquad *f, double x)
{
    const double y = f->b0 * x + f->z1;

    f->z1 = f->b1 * x - f->a1 * y + f->z2;
    f->z2 = f->b2 * x - f->a2 * y;
    return y;
}

/* Absurdly loud samples must not poison a filter for ever. */
static void heal(struct quill_biquad *f)
{
    if (!isfinite(f->z1) || !isfinite(f->z2))
        f->z1 = f->z2 = 0;
}

void quill_listener_init(struct quill_listener *listener)
{
    static const double split_hz[QUILL_FEATURE_BANDS - 1] = {500, 1500, 3500};
    static const double q4[2] = {0.54119610, 1.3065630}, q6[3] = {0.51763809, 0.70710678, 1.9318517};

    *listener = (struct quill_listener){0};
    for (int b = 0; b < QUILL_FEATURE_BANDS - 1; b++)
        for (int k = 0; k < 2; k++) {
            listener->low[b][k] = section(LOW_PASS, split_hz[b], q4[k]);
            listener->high[b][k] = section(HIGH_PASS, split_hz[b], q4[k]);
        }
    for (int k = 0; k < 3; k++)
        listener->decimate[k] = section(LOW_PASS, 1500, q6[k]);
    quill_spectrum_init(&listener->spectrum);
}

static void high_pass(struct quill_listener *l, const float *samples, float *out)
{
    /* An offset of the sound card must not look like a bang at the beginning. */
    float x = l->begun ? l->hp_x : samples[0], y = l->hp_y;

    l->begun = true;
    for (int i = 0; i < QUILL_FEATURE_FRAME; i++) {
        y = HP_COEFFICIENT * (y + samples[i] - x);
        x = samples[i];
        out[i] = y;
    }
    /* Absurdly loud samples must not poison the filter for ever. */
    l->hp_x = x;
    l->hp_y = isfinite(y) ? y : 0;
}

static double energy(const float *x, int n)
{
    double sum = 0;

    for (int i = 0; i < n; i++)
        sum += (double)x[i] * x[i];
    return sum;
}

static float db_of(double power)
{
    return power > 1e-12 ? fminf(10 * (float)log10(power), HIGHEST_DB) : QUILL_LOWEST_DB;
}

static float sustain_of(const float *x)
{
    double piece[N_PIECES];

    for (int i = 0; i < N_PIECES; i++) {
        const double e = energy(x + i * PIECE, PIECE);
        int k = i;

        for (; k > 0 && piece[k - 1] > e; k--)
            piece[k] = piece[k - 1];
        piece[k] = e;
    }
    return db_of((piece[N_PIECES / 2 - 1] + piece[N_PIECES / 2]) / 2 / PIECE) -
           db_of(piece[N_PIECES - 1] / PIECE);
}

/* One pass for all filters: each waits for its own last sample, not for the others. */
static void split(struct quill_listener *l, const float *x, float *band_db)
{
    double power[QUILL_FEATURE_BANDS] = {0};
    float *low = l->past + QUILL_FEATURE_PAST - LOW_FRAME;

    memmove(l->past, l->past + LOW_FRAME, (QUILL_FEATURE_PAST - LOW_FRAME) * sizeof *l->past);
    for (int i = 0; i < QUILL_FEATURE_FRAME; i++) {
        double rest = x[i];
        const double slow = step(&l->decimate[2], step(&l->decimate[1], step(&l->decimate[0], rest)));

        if (i % DECIMATION == 0)
            low[i / DECIMATION] = (float)slow;
        for (int b = 0; b < QUILL_FEATURE_BANDS - 1; b++) {
            const double part = step(&l->low[b][1], step(&l->low[b][0], rest));

            power[b] += part * part;
            rest = step(&l->high[b][1], step(&l->high[b][0], rest));
        }
        power[QUILL_FEATURE_BANDS - 1] += rest * rest;
    }
    for (int b = 0; b < QUILL_FEATURE_BANDS; b++)
        band_db[b] = db_of(power[b] / QUILL_FEATURE_FRAME);
    for (int k = 0; k < 3; k++)
        heal(&l->decimate[k]);
    for (int b = 0; b < QUILL_FEATURE_BANDS - 1; b++)
        for (int k = 0; k < 2; k++) {
            heal(&l->low[b][k]);
            heal(&l->high[b][k]);
        }
}

/* The sum of x[i] y[i], in lanes that a compiler can put into one register; n % N_LANES == 0. */
static float product(const float *x, const float *y, int n)
{
    float lane[N_LANES] = {0}, sum = 0;

    for (int i = 0; i < n; i += N_LANES)
        for (int k = 0; k < N_LANES; k++)
            lane[k] += x[i + k] * y[i + k];
    for (int k = 0; k < N_LANES; k++)
        sum += lane[k];
    return sum;
}

/* Correlation coefficient of the latest n low samples with those `lag` before them. */
static float correlation(const struct quill_listener *l, int n, int lag)
{
    const float *x = l->past + QUILL_FEATURE_PAST - n;

    return product(x, x - lag, n) / sqrtf(product(x, x, n) * product(x - lag, x - lag, n) + 1e-20f);
}

/* The lag in first..last where the correlation has its highest peak, which *best gets; 0 and first: none. The
 * slope that leads down from lag 0 is none: slow sound is like itself a moment ago without being periodic. */
static int best_lag(const struct quill_listener *l, int n, int first, int last, float *best)
{
    const float *x = l->past + QUILL_FEATURE_PAST - n;
    const double own = energy(x, n);
    double other = energy(x - first, n);
    float before = correlation(l, n, first - 1);
    int lag = first;

    *best = 0;
    for (int k = first; k <= last; k++) {
        const float r = product(x, x - k, n) / (float)sqrt(own * fmax(other, 0) + 1e-20);

        if (r > *best && r > before) {
            *best = r;
            lag = k;
        }
        before = r;
        other += (double)x[-k - 1] * x[-k - 1] - (double)x[n - 1 - k] * x[n - 1 - k];
    }
    return lag;
}

/* The top of the parabola through the correlations at lag - 1, lag and lag + 1. */
static float between_lags(const struct quill_listener *l, int n, int lag, float r)
{
    const float before = correlation(l, n, lag - 1), behind = correlation(l, n, lag + 1);
    const float bend = before - 2 * r + behind;

    return bend < 0 ? (float)lag + fmaxf(-0.5f, fminf(0.5f, 0.5f * (before - behind) / bend)) : (float)lag;
}

void quill_listen(struct quill_listener *l, const float *samples, struct quill_features *out)
{
    float x[QUILL_FEATURE_FRAME], power[QUILL_SPECTRUM_HALVES][QUILL_SPECTRUM_BANDS];
    int lag;

    high_pass(l, samples, x);
    out->level_db = db_of(energy(x, QUILL_FEATURE_FRAME) / QUILL_FEATURE_FRAME);
    out->sustain_db = sustain_of(x);
    split(l, x, out->band_db);
    lag = best_lag(l, PITCH_WINDOW, PITCH_FIRST, PITCH_LAST, &out->periodicity);
    out->pitch_hz = (float)RATE_HZ / DECIMATION / between_lags(l, PITCH_WINDOW, lag, out->periodicity);
    best_lag(l, STEADY_WINDOW, STEADY_FIRST, STEADY_LAST, &out->steadiness);
    quill_spectrum_frame(&l->spectrum, x, power);
    for (int h = 0; h < QUILL_SPECTRUM_HALVES; h++)
        for (int b = 0; b < QUILL_SPECTRUM_BANDS; b++)
            out->spectrum_db[h][b] = db_of(power[h][b]);
}
