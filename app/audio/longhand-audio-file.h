/* Sound files through libsndfile: wav flac ogg opus mp3. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The whole file as mono 16 kHz float32. (transfer full) g_free; *n_samples may be 0 for an empty recording.
 * Samples that are no numbers count as silence; *n_not_finite (may be NULL) says how many there were. A
 * recording that breaks off gives what there is when its format has no way to tell. Errors:
 * LONGHAND_ERROR_AUDIO_FILE (missing, not sound, damaged, over 24 hours), LONGHAND_ERROR_NO_MEMORY. Any
 * thread. */
float *longhand_audio_file_load (const char *path, gsize *n_samples, gsize *n_not_finite, GError **error);

/* The same; *resample_ms is how much of the time went into the way from the file's rate and channels. */
float *longhand_audio_file_load_timed (const char *path, gsize *n_samples, gsize *n_not_finite,
                                       double *resample_ms, GError **error);

G_END_DECLS
