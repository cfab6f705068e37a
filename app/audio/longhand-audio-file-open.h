/* Sound files that are read block by block. */
#pragma once

#include "audio/longhand-audio-file.h"

#include <sndfile.h>

G_BEGIN_DECLS

/* Rate and channels are in a range that can be resampled. sf_close; NULL with LONGHAND_ERROR_AUDIO_FILE; for
 * standard input also _WRITE and _CANCELLED. Any thread. */
SNDFILE *longhand_audio_file_open_input (const LonghandAudioInput *input, SF_INFO *info, GError **error);

/* The same for a file. */
SNDFILE *longhand_audio_file_open (const char *path, SF_INFO *info, GError **error);

/* After a read that gave fewer frames than were asked for, n_frames in all so far; name: for people. FALSE
 * with LONGHAND_ERROR_AUDIO_FILE unless that was the end of the file. */
gboolean longhand_audio_file_check (SNDFILE *file, const char *name, const SF_INFO *info, sf_count_t n_frames,
                                    GError **error);

G_END_DECLS
