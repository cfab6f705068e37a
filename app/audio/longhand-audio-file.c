#include "audio/longhand-audio-file.h"

#include "audio/longhand-audio-file-open.h"
#include "audio/longhand-pump-resampler.h"
#include "longhand-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <math.h>
#include <sndfile.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RATE_HZ 16000
#define BLOCK_FRAMES 4096
#define MAX_CHANNELS 64
#define MIN_RATE_HZ 1000
#define MAX_RATE_HZ 768000
/* 24 hours: beyond it the samples alone take more than 5 GiB. */
#define MAX_SAMPLES ((gsize)RATE_HZ * 60 * 60 * 24)

/* What has been read so far, growing by doubling; the length a header claims is never trusted. */
typedef struct {
  float *data;
  gsize n, capacity;
} Samples;

typedef struct {
  const char *name; /* for people; borrowed */
  SNDFILE *file;
  SF_INFO info;
  LonghandResampler *resampler;
  float *frames; /* [BLOCK_FRAMES, channels] */
  GArray *block; /* float; those frames at 16 kHz */
  gsize n_not_finite;
  gint64 resample_us;
  Samples out;
} Reader;

static gboolean
set_no_memory (GError **error, const char *name) {
  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_NO_MEMORY,
               _ ("There is not enough memory for the recording “%s”: cut it into shorter ones."), name);
  return FALSE;
}

static gboolean
reserve (Reader *self, gsize n_more, GError **error) {
  gsize capacity = MAX (self->out.capacity, (gsize)RATE_HZ);
  float *data;

  if (self->out.n + n_more > MAX_SAMPLES) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE,
                 _ ("“%s” is longer than 24 hours: cut it into shorter recordings."), self->name);
    return FALSE;
  }
  if (self->out.n + n_more <= self->out.capacity)
    return TRUE;
  while (capacity < self->out.n + n_more)
    capacity *= 2;
  data = g_try_realloc_n (self->out.data, capacity, sizeof *data);
  if (data == NULL)
    return set_no_memory (error, self->name);
  self->out.data = data;
  self->out.capacity = capacity;
  return TRUE;
}

/* Appends frames [n_frames, channels] as mono at 16 kHz; `last` takes what the resampler holds back. */
static gboolean
append (Reader *self, gsize n_frames, gboolean last, GError **error) {
  const gsize n_values = n_frames * (gsize)self->info.channels;
  gint64 begin_us;

  for (gsize i = 0; i < n_values; i++)
    self->n_not_finite += !isfinite (self->frames[i]);
  g_array_set_size (self->block, 0);
  begin_us = g_get_monotonic_time ();
  longhand_resampler_process (self->resampler, self->frames, n_frames, last, self->block);
  self->resample_us += g_get_monotonic_time () - begin_us;
  if (!reserve (self, self->block->len, error))
    return FALSE;
  if (self->block->len > 0)
    memcpy (self->out.data + self->out.n, self->block->data, self->block->len * sizeof (float));
  self->out.n += self->block->len;
  return TRUE;
}

static gboolean
prepare (Reader *self, GError **error) {
  self->frames = g_try_new (float, (gsize)BLOCK_FRAMES * self->info.channels);
  if (self->frames == NULL)
    return set_no_memory (error, self->name);
  self->block = g_array_new (FALSE, FALSE, sizeof (float));
  self->resampler = longhand_resampler_new (self->info.samplerate, (guint)self->info.channels, error);
  return self->resampler != NULL;
}

static gboolean
read_all (Reader *self, const char *path, GError **error) {
  sf_count_t n_read, n_total = 0;

  if (!prepare (self, error))
    return FALSE;
  do {
    n_read = sf_readf_float (self->file, self->frames, BLOCK_FRAMES);
    n_total += n_read;
    if (n_read > 0 && !append (self, (gsize)n_read, FALSE, error))
      return FALSE;
  } while (n_read == BLOCK_FRAMES); /* a short block ends it, and only its own error says whether well */
  return longhand_audio_file_check (self->file, path, &self->info, n_total, error)
         && append (self, 0, TRUE, error);
}

static void
reader_clear (Reader *self) {
  g_clear_pointer (&self->file, sf_close);
  g_clear_pointer (&self->resampler, longhand_resampler_free);
  g_clear_pointer (&self->block, g_array_unref);
  g_free (self->frames);
  g_free (self->out.data);
}

/* Looks before libsndfile does, which has one sentence for everything. Returns a descriptor, or -1. */
static int
open_descriptor (const char *path, const char *name, GError **error) {
  const int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat info;

  if (fd < 0 && errno == ENOENT) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE,
                 _ ("There is no file “%s”: check the path."), name);
    return -1;
  }
  if (fd < 0) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE,
                 _ ("“%s” cannot be read (%s): check its permissions."), name, g_strerror (errno));
    return -1;
  }
  if (fstat (fd, &info) != 0 || !S_ISREG (info.st_mode)) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE,
                 S_ISDIR (info.st_mode)
                     ? _ ("“%s” is a folder: give a sound file in it.")
                     : _ ("“%s” is not a file: give a sound file (wav, flac, ogg, opus or mp3)."),
                 name);
    close (fd);
    return -1;
  }
  if (info.st_size == 0) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE,
                 _ ("“%s” is empty: record or copy it again."), name);
    close (fd);
    return -1;
  }
  return fd;
}

SNDFILE *
longhand_audio_file_open (const char *path, SF_INFO *info, GError **error) {
  g_autofree char *name = g_filename_display_name (path);
  const int fd = open_descriptor (path, name, error);
  SNDFILE *file;

  if (fd < 0)
    return NULL;
  *info = (SF_INFO){ 0 };
  file = sf_open_fd (fd, SFM_READ, info, SF_TRUE);
  if (file == NULL) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE,
                 _ ("“%s” is not a sound file that can be read: use wav, flac, ogg, opus or mp3."), name);
    return NULL;
  }
  if (info->channels < 1 || info->channels > MAX_CHANNELS || info->samplerate < MIN_RATE_HZ
      || info->samplerate > MAX_RATE_HZ) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE,
                 _ ("“%s” has %d channels at %d Hz, which is out of range: convert it to mono at 16000 Hz."),
                 name, info->channels, info->samplerate);
    sf_close (file);
    return NULL;
  }
  return file;
}

gboolean
longhand_audio_file_check (SNDFILE *file, const char *path, const SF_INFO *info, sf_count_t n_frames,
                           GError **error) {
  g_autofree char *name = NULL;

  if (sf_error (file) == SF_ERR_NO_ERROR)
    return TRUE;
  name = g_filename_display_name (path);
  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE,
               _ ("“%s” is damaged after %.1f seconds (%s): copy or record it again."), name,
               (double)n_frames / info->samplerate, sf_strerror (file));
  return FALSE;
}

float *
longhand_audio_file_load (const char *path, gsize *n_samples, gsize *n_not_finite, GError **error) {
  return longhand_audio_file_load_timed (path, n_samples, n_not_finite, NULL, error);
}

float *
longhand_audio_file_load_timed (const char *path, gsize *n_samples, gsize *n_not_finite, double *resample_ms,
                                GError **error) {
  g_autofree char *name = g_filename_display_name (path);
  Reader reader = { .name = name };
  float *samples = NULL;

  reader.file = longhand_audio_file_open (path, &reader.info, error);
  if (reader.file == NULL)
    return NULL;
  if (read_all (&reader, path, error) && reserve (&reader, 1, error)) {
    *n_samples = reader.out.n;
    if (n_not_finite != NULL)
      *n_not_finite = reader.n_not_finite;
    if (resample_ms != NULL)
      *resample_ms = (double)reader.resample_us / 1000;
    samples = g_steal_pointer (&reader.out.data);
  }
  reader_clear (&reader);
  return samples;
}
