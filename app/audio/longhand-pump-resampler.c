#include "audio/longhand-pump-resampler.h"

#include "audio/longhand-pump-mixer.h"
#include "audio/longhand-pump.h"
#include "longhand-error.h"

#include <glib/gi18n.h>
#include <samplerate.h>

#define BLOCK 1024 /* frames */

struct _LonghandResampler {
  double ratio;
  guint n_channels;
  LonghandMixer *mixer; /* owned */
  SRC_STATE *src;       /* owned; NULL when the rate is right already */
};

LonghandResampler *
longhand_resampler_new (double rate_hz, guint n_channels, GError **error) {
  LonghandResampler *self;
  int code = 0;

  if (!(rate_hz >= 1000 && rate_hz <= 1e6) || n_channels == 0) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                 _ ("The microphone gives %u channels at %.0f Hz, which cannot be used. Choose another one."),
                 n_channels, rate_hz);
    return NULL;
  }
  self = g_new0 (LonghandResampler, 1);
  self->ratio = LONGHAND_PUMP_RATE_HZ / rate_hz;
  self->n_channels = n_channels;
  self->mixer = longhand_mixer_new (rate_hz, n_channels);
  if (rate_hz != LONGHAND_PUMP_RATE_HZ) {
    self->src = src_new (SRC_SINC_MEDIUM_QUALITY, 1, &code);
    if (self->src == NULL) {
      g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_NO_MEMORY,
                   _ ("The sound cannot be converted: %s. Close other programs and try again."),
                   src_strerror (code));
      longhand_resampler_free (self);
      return NULL;
    }
  }
  return self;
}

void
longhand_resampler_free (LonghandResampler *self) {
  if (self == NULL)
    return;
  longhand_mixer_free (self->mixer);
  g_clear_pointer (&self->src, src_delete);
  g_free (self);
}

/* Feeds one block to the filter until it is taken and, at the end, until nothing more comes out. */
static void
convert (LonghandResampler *self, const float *mono, gsize n, gboolean last, GArray *out) {
  float converted[BLOCK];
  SRC_DATA data = {
    .data_in = mono,
    .input_frames = (long)n,
    .data_out = converted,
    .output_frames = BLOCK,
    .end_of_input = last,
    .src_ratio = self->ratio,
  };

  do {
    if (src_process (self->src, &data) != 0)
      return;
    g_array_append_vals (out, converted, (guint)data.output_frames_gen);
    data.data_in += data.input_frames_used;
    data.input_frames -= data.input_frames_used;
  } while (data.input_frames > 0 || data.output_frames_gen > 0);
}

void
longhand_resampler_process (LonghandResampler *self, const float *frames, gsize n_frames, gboolean last,
                            GArray *out) {
  float mono[BLOCK];

  do {
    const gsize n = MIN (n_frames, BLOCK);

    longhand_mixer_process (self->mixer, frames, n, mono);
    frames += n * self->n_channels;
    n_frames -= n;
    if (self->src == NULL)
      g_array_append_vals (out, mono, (guint)n);
    else
      convert (self, mono, n, last && n_frames == 0, out);
  } while (n_frames > 0);
}
