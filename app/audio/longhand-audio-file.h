/* Sound files through libsndfile: wav flac ogg opus mp3. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The whole file as mono 16 kHz float32. (transfer full) g_free; *n_samples may be 0 for an empty recording.
 * Errors: LONGHAND_ERROR_AUDIO_FILE (missing, not sound, broken), LONGHAND_ERROR_NO_MEMORY. Any thread. */
float *longhand_audio_file_load (const char *path, gsize *n_samples, GError **error);

G_END_DECLS
