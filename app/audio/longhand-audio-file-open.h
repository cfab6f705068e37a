/* Sound files that are read block by block. */
#pragma once

#include <glib.h>
#include <sndfile.h>

G_BEGIN_DECLS

/* Rate and channels are in a range that can be resampled. sf_close; NULL with LONGHAND_ERROR_AUDIO_FILE. Any
 * thread. */
SNDFILE *longhand_audio_file_open (const char *path, SF_INFO *info, GError **error);

/* LONGHAND_ERROR_AUDIO_FILE when the last read did not end at the end of the file; n_frames: read before. */
gboolean longhand_audio_file_check (SNDFILE *file, const char *path, const SF_INFO *info, sf_count_t n_frames,
                                    GError **error);

G_END_DECLS
