/* Sound files through libsndfile: wav flac ogg opus mp3. */
#pragma once

#include "audio/longhand-enhancer.h"
#include "audio/longhand-samples.h"

G_BEGIN_DECLS

/* What is to be read. */
typedef struct {
  const char
      *path; /* borrowed; NULL: standard input, which may be a pipe, and then lies on the disk at first */
  const char *name; /* for people; borrowed; NULL: the path */
  guint raw_hz;     /* not 0: no sound file, but samples of 16 bits, little-endian and signed, mono, of this
                     * rate */
  /* Where what is too long for memory goes, for a thread that may make no files; taken when it is read. NULL,
   * or -1: a file is made. */
  int *scratch_fd;
  LonghandEnhancement enhancement; /* of what is read */
  /* Is given all of it in turn, before it is enhanced; NULL: nobody. */
  void (*heard) (gpointer user, const float *samples, gsize n);
  gboolean (*is_cancelled) (gpointer user); /* asked several times a second; NULL: goes on to the end */
  gpointer user;                            /* borrowed */
} LonghandAudioInput;

/* What people call it. (transfer full) */
char *longhand_audio_input_display_name (const LonghandAudioInput *input);

/* All of it as mono 16 kHz float32. Samples that are no numbers count as silence; *n_not_finite (may be NULL)
 * says how many there were. A recording that breaks off gives what there is when its format has no way to
 * tell. (transfer full) Errors: LONGHAND_ERROR_AUDIO_FILE (missing, not sound, damaged, over 24 hours),
 * _NO_MEMORY, _WRITE (no room for a long one), _CANCELLED, _FAILED (cannot be
 * enhanced). Any thread. */
LonghandSamples *longhand_audio_file_read (const LonghandAudioInput *input, gsize *n_not_finite,
                                           GError **error);

/* The same, with all of it in memory. (transfer full) g_free; *n_samples may be 0 for an empty recording. */
float *longhand_audio_file_load (const char *path, gsize *n_samples, gsize *n_not_finite, GError **error);

/* The same; *resample_ms is how much of the time went into the way from the file's rate and channels. */
float *longhand_audio_file_load_timed (const char *path, gsize *n_samples, gsize *n_not_finite,
                                       double *resample_ms, GError **error);

/* Whether it can be opened as sound, and how long its header says that it is; 0 where it does not.
 * LONGHAND_ERROR_AUDIO_FILE, with the name without its folder. Any thread. */
gboolean longhand_audio_file_probe (const char *path, double *seconds, GError **error);

G_END_DECLS
