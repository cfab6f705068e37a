#include "audio/longhand-enhancer.h"

#include "audio/longhand-pump.h"
#include "longhand-error.h"

#include <glib/gi18n.h>
#include <math.h>
#include <speex/speex_preprocess.h>

#define FRAME (LONGHAND_PUMP_RATE_HZ / 50) /* samples; what comes out of the library is a frame late */
#define FULL_SCALE 32768.0f
#define RISE_DB_PER_S 3 /* slowly, so that noise taken for a voice does not drown the first words */

struct _LonghandEnhancer {
  SpeexPreprocessState *speex; /* owned; NULL: nothing is wanted */
  spx_int16_t frame[FRAME];
  guint n_in_frame;
  gsize n_held; /* samples that have not come out yet, with those in frame */
  gboolean has_begun;
};

static gboolean
set (LonghandEnhancer *self, int request, spx_int32_t value) {
  return speex_preprocess_ctl (self->speex, request, &value) == 0;
}

static gboolean
set_up (LonghandEnhancer *self, const LonghandEnhancement *wanted) {
  self->speex = speex_preprocess_state_init (FRAME, LONGHAND_PUMP_RATE_HZ);
  return self->speex != NULL && set (self, SPEEX_PREPROCESS_SET_DENOISE, wanted->noise_reduction)
         && (!wanted->automatic_gain
             || (set (self, SPEEX_PREPROCESS_SET_AGC, TRUE)
                 && set (self, SPEEX_PREPROCESS_SET_AGC_INCREMENT, RISE_DB_PER_S)));
}

LonghandEnhancer *
longhand_enhancer_new (const LonghandEnhancement *wanted, GError **error) {
  LonghandEnhancer *self = g_new0 (LonghandEnhancer, 1);

  if ((!wanted->noise_reduction && !wanted->automatic_gain) || set_up (self, wanted))
    return self;
  longhand_enhancer_free (self);
  g_set_error_literal (
      error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
      _ ("This system’s speexdsp can do no noise reduction or automatic gain: turn them off, "
         "or install one that is built for floating point."));
  return NULL;
}

void
longhand_enhancer_free (LonghandEnhancer *self) {
  if (self == NULL)
    return;
  g_clear_pointer (&self->speex, speex_preprocess_state_destroy);
  g_free (self);
}

static spx_int16_t
to_pcm (float sample) {
  return (spx_int16_t)lrintf (CLAMP (sample * FULL_SCALE, -FULL_SCALE, FULL_SCALE - 1));
}

/* Of the padding behind the last sample nothing comes out. */
static void
give_frame (LonghandEnhancer *self, GArray *out) {
  const guint n = (guint)MIN (self->n_held, FRAME);

  for (guint i = 0; i < n; i++) {
    const float sample = (float)self->frame[i] / FULL_SCALE;

    g_array_append_val (out, sample);
  }
  self->n_held -= n;
}

/* What comes out first stands before the first sample. */
static void
end_frame (LonghandEnhancer *self, GArray *out) {
  speex_preprocess_run (self->speex, self->frame);
  if (self->has_begun)
    give_frame (self, out);
  self->has_begun = TRUE;
  self->n_in_frame = 0;
}

static void
take (LonghandEnhancer *self, float sample, GArray *out) {
  self->frame[self->n_in_frame++] = to_pcm (sample);
  if (self->n_in_frame == FRAME)
    end_frame (self, out);
}

void
longhand_enhancer_process (LonghandEnhancer *self, const float *samples, gsize n, gboolean last,
                           GArray *out) {
  if (self->speex == NULL) {
    g_array_append_vals (out, samples, (guint)n);
    return;
  }
  for (gsize i = 0; i < n; i++) {
    self->n_held++;
    take (self, samples[i], out);
  }
  while (last && self->n_held > 0)
    take (self, 0, out);
}
