/* Any rate and channel count in, mono at LONGHAND_PUMP_RATE_HZ out, as a stream: cutting the sound
 * differently gives the same samples. Channels are mixed by longhand-pump-mixer. One thread at a time. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _LonghandResampler LonghandResampler;

/* (transfer full); NULL with LONGHAND_ERROR_INVALID for a rate below 1 kHz or above 1 MHz, or no channels;
 * LONGHAND_ERROR_NO_MEMORY. */
LonghandResampler *longhand_resampler_new (double rate_hz, guint n_channels, GError **error);
void longhand_resampler_free (LonghandResampler *self);

/* Takes n_frames interleaved frames and appends what comes out to out (element float); not finite samples
 * count as silence. last: no more frames follow; what the filter still holds comes out as well. */
void longhand_resampler_process (LonghandResampler *self, const float *frames, gsize n_frames, gboolean last,
                                 GArray *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LonghandResampler, longhand_resampler_free)

G_END_DECLS
