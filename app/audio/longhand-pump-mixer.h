/* Many channels in, one out, as a stream: cutting the sound differently gives the same samples. One thread at
 * a time.
 *
 * The mean alone makes a microphone on one input of four 12 dB too quiet, and choosing one channel loses
 * whoever speaks into another. So all channels are added up, always, and the sum is divided by the number of
 * those that carry about as much sound as the loudest: two microphones that hear the same voice give their
 * mean, one among dead inputs comes through as it is. Nothing is left out of the sum, so that a wrong guess
 * costs loudness only. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _LonghandMixer LonghandMixer;

LonghandMixer *longhand_mixer_new (double rate_hz, guint n_channels); /* (transfer full); n_channels >= 1 */
void longhand_mixer_free (LonghandMixer *self);

/* Takes n_frames interleaved frames, gives as many samples; samples that are not finite count as silence. It
 * starts with the mean; what a block of 10 ms tells about the channels counts from the next one on, into
 * which loudness glides. */
void longhand_mixer_process (LonghandMixer *self, const float *frames, gsize n_frames, float *mono);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LonghandMixer, longhand_mixer_free)

G_END_DECLS
