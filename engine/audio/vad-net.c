#include "audio/vad-net.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#define WIDTH QUILL_NET_WIDTH
#define TAPS 3

#include "audio/vad-weights.h"

static float between(float x, float low, float high)
{
    return fminf(fmaxf(x, low), high);
}

void quill_net_inputs(const struct quill_features *f, float floor_db, float inputs[QUILL_NET_INPUTS])
{
    float *x = inputs;

    for (int h = 0; h < QUILL_SPECTRUM_HALVES; h++)
        for (int b = 0; b < QUILL_SPECTRUM_BANDS; b++)
            *x++ = between(f->spectrum_db[h][b] - f->level_db, -50, 10) / 20 + 1;
    *x++ = between(f->level_db - floor_db, -10, 50) / 20 - 1;
    *x++ = 2 * between(f->periodicity, 0, 1) - 1;
    *x++ = between(log2f(f->pitch_hz / 170), -2, 2);
    *x++ = 2 * between(f->steadiness, 0, 1) - 1;
    *x++ = between(f->sustain_db, -20, 0) / 10 + 1;
}

void quill_net_init(struct quill_net *net)
{
    *net = (struct quill_net){0};
}

/* sum[0..WIDTH) += x[0..n) * weights, which are [n][WIDTH]. */
static void multiply(const float *x, int n, const int8_t *weights, float *sum)
{
    for (int i = 0; i < n; i++)
        for (int o = 0; o < WIDTH; o++)
            sum[o] += x[i] * (float)weights[i * WIDTH + o];
}

/* out[o] = max(0, sum[o] * scale[o] + bias[o]) */
static void finish(const float *sum, const float *scale, const float *bias, float *out)
{
    for (int o = 0; o < WIDTH; o++)
        out[o] = fmaxf(0, sum[o] * scale[o] + bias[o]);
}

/* x becomes what comes out of the block: x and what it makes of x now, `step` frames ago and twice that ago.
 */
static void convolve(struct quill_net *net, int block, float *x)
{
    const unsigned step = 1u << block, length = 2 * step;
    float(*ring)[WIDTH] = net->past + 2 * (step - 1);
    float *oldest = ring[net->n_frames % length], *old = ring[(net->n_frames + step) % length];
    const int8_t *weights = block_weights + block * TAPS * WIDTH * WIDTH;
    float sum[WIDTH] = {0}, y[WIDTH];

    multiply(oldest, WIDTH, weights, sum);
    multiply(old, WIDTH, weights + WIDTH * WIDTH, sum);
    multiply(x, WIDTH, weights + 2 * WIDTH * WIDTH, sum);
    finish(sum, block_scale + block * WIDTH, block_bias + block * WIDTH, y);
    memcpy(oldest, x, WIDTH * sizeof *x);
    for (int o = 0; o < WIDTH; o++)
        x[o] += y[o];
}

float quill_net_frame(struct quill_net *net, const float inputs[QUILL_NET_INPUTS])
{
    float x[WIDTH], sum[WIDTH] = {0}, z = output_bias;

    multiply(inputs, QUILL_NET_INPUTS, input_weights, sum);
    finish(sum, input_scale, input_bias, x);
    for (int b = 0; b < QUILL_NET_BLOCKS; b++)
        convolve(net, b, x);
    net->n_frames++;
    for (int o = 0; o < WIDTH; o++)
        z += output_weights[o] * x[o];
    return 1 / (1 + expf(-z));
}
