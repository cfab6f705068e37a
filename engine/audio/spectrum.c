#include "audio/spectrum.h"

#include <math.h>
#include <string.h>

#define RATE_HZ 16000.0
#define PI 3.14159265358979323846
#define N QUILL_SPECTRUM_FRAME
#define HALF (N / 2)
#define N_BITS 9
#define LOWEST_HZ 93.75 /* whole bins */
#define HIGHEST_HZ 7750.0

static double mel_of(double hz)
{
    return 1127 * log(1 + hz / 700);
}

void quill_spectrum_init(struct quill_spectrum *s)
{
    const double low = mel_of(LOWEST_HZ), high = mel_of(HIGHEST_HZ);

    *s = (struct quill_spectrum){0};
    for (int i = 0; i < N; i++)
        s->cosine[i] = (float)cos(2 * PI * i / N);
    for (int b = 0; b <= QUILL_SPECTRUM_BANDS; b++) {
        const double mel = low + (high - low) * b / QUILL_SPECTRUM_BANDS;

        s->edge[b] = (unsigned char)lround(700 * (exp(mel / 1127) - 1) * N / RATE_HZ);
    }
}

static unsigned reversed(unsigned i)
{
    unsigned r = 0;

    for (int bit = 0; bit < N_BITS; bit++)
        r |= (i >> bit & 1) << (N_BITS - 1 - bit);
    return r;
}

/* Cooley and Tukey's, radix 2, of what is in bit-reversed order. */
static void transform(const struct quill_spectrum *s, float *re, float *im)
{
    for (unsigned len = 2; len <= N; len *= 2)
        for (unsigned from = 0; from < N; from += len)
            for (unsigned k = 0; k < len / 2; k++) {
                const unsigned a = from + k, b = a + len / 2, turn = k * (N / len);
                const float c = s->cosine[turn], d = s->cosine[turn + N / 4]; /* cos, -sin */
                const float x = c * re[b] - d * im[b], y = c * im[b] + d * re[b];

                re[b] = re[a] - x;
                im[b] = im[a] - y;
                re[a] += x;
                im[a] += y;
            }
}

/* Both windows in one transform: one is the real part, the other the imaginary. */
void quill_spectrum_frame(struct quill_spectrum *s, const float *samples,
                          float power[QUILL_SPECTRUM_HALVES][QUILL_SPECTRUM_BANDS])
{
    float re[N], im[N];

    for (unsigned i = 0; i < N; i++) {
        const float hann = (0.5f - 0.5f * s->cosine[i]) / N;
        const unsigned to = reversed(i);

        re[to] = hann * (i < HALF ? s->past[i] : samples[i - HALF]);
        im[to] = hann * samples[i];
    }
    memcpy(s->past, samples + HALF, sizeof s->past);
    transform(s, re, im);
    for (int b = 0; b < QUILL_SPECTRUM_BANDS; b++) {
        float first = 0, second = 0;

        for (int k = s->edge[b]; k < s->edge[b + 1]; k++) {
            const float even_re = re[k] + re[N - k], odd_re = re[k] - re[N - k];
            const float even_im = im[k] + im[N - k], odd_im = im[k] - im[N - k];

            first += even_re * even_re + odd_im * odd_im;
            second += odd_re * odd_re + even_im * even_im;
        }
        power[0][b] = first;
        power[1][b] = second;
    }
}
