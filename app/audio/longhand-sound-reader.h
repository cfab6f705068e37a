/* Reads the kept sound of a session, or samples, as if it were one recording. One thread at a time. */
#pragma once

#include "audio/longhand-sound-files.h"

G_BEGIN_DECLS

typedef struct _LonghandSoundReader LonghandSoundReader;

/* From from_ms to before to_ms, or the end of the last part (element-type LonghandSoundPart, by time);
 * between parts there is silence. A reference to parts is taken. (transfer full) */
LonghandSoundReader *longhand_sound_reader_new (GPtrArray *parts, gint64 from_ms, gint64 to_ms);
/* All of these, float, of LONGHAND_SOUND_RATE_HZ; a reference is taken. (transfer full) */
LonghandSoundReader *longhand_sound_reader_new_for_samples (GBytes *samples);
/* samples[n]: the next ones; *n_read: how many there were, fewer only at the end. FALSE with
 * LONGHAND_ERROR_AUDIO_FILE: a part is gone, or damaged. */
gboolean longhand_sound_reader_read (LonghandSoundReader *self, float *samples, gsize n, gsize *n_read,
                                     GError **error);
void longhand_sound_reader_free (LonghandSoundReader *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LonghandSoundReader, longhand_sound_reader_free)

G_END_DECLS
