#include "audio/longhand-pump-mixer.h"

#include <math.h>

#define BLOCK_MS 10
#define USED_DB 20 /* a channel this much quieter than the loudest one is not used: crosstalk, hum, hiss */

struct _LonghandMixer {
  guint n_channels;
  gsize block_frames;
  gsize n_in_block;
  double *energy;           /* owned; [n_channels], of the block so far */
  double *loudest;          /* owned; [n_channels], of the loudest block so far */
  float gain_from, gain_to; /* at the block's beginning and end */
};

LonghandMixer *
longhand_mixer_new (double rate_hz, guint n_channels) {
  LonghandMixer *self = g_new0 (LonghandMixer, 1);

  self->n_channels = n_channels;
  self->block_frames = MAX (1, (gsize)(rate_hz * BLOCK_MS / 1000));
  self->energy = g_new0 (double, n_channels);
  self->loudest = g_new0 (double, n_channels);
  self->gain_from = self->gain_to = 1.0f / (float)n_channels;
  return self;
}

void
longhand_mixer_free (LonghandMixer *self) {
  if (self == NULL)
    return;
  g_free (self->energy);
  g_free (self->loudest);
  g_free (self);
}

/* As many as carry sound; all when there was nothing but digital silence. */
static guint
count_used (LonghandMixer *self) {
  const double share = pow (10, -USED_DB / 10.0);
  double most = 0;
  guint n = 0;

  for (guint c = 0; c < self->n_channels; c++)
    most = MAX (most, self->loudest[c]);
  for (guint c = 0; c < self->n_channels; c++)
    n += self->loudest[c] >= share * most;
  return n;
}

static void
end_block (LonghandMixer *self) {
  for (guint c = 0; c < self->n_channels; c++) {
    self->loudest[c] = MAX (self->loudest[c], self->energy[c]);
    self->energy[c] = 0;
  }
  self->n_in_block = 0;
  self->gain_from = self->gain_to;
  self->gain_to = 1.0f / (float)count_used (self);
}

void
longhand_mixer_process (LonghandMixer *self, const float *frames, gsize n_frames, float *mono) {
  for (gsize i = 0; i < n_frames; i++, frames += self->n_channels) {
    const float part = (float)self->n_in_block / (float)self->block_frames;
    float sum = 0;

    for (guint c = 0; c < self->n_channels; c++) {
      const float sample = isfinite (frames[c]) ? frames[c] : 0;

      sum += sample;
      self->energy[c] += (double)sample * sample;
    }
    mono[i] = sum * (self->gain_from + part * (self->gain_to - self->gain_from));
    if (++self->n_in_block == self->block_frames)
      end_block (self);
  }
}
