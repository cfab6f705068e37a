#include "audio/longhand-audio-file.h"

#include "audio/longhand-audio-file-open.h"
#include "audio/longhand-pump-resampler.h"
#include "longhand-error.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define RATE_HZ 16000
#define BLOCK_FRAMES 4096
/* 24 hours: beyond it the samples alone take more than 5 GiB. */
#define MAX_SAMPLES ((gsize)RATE_HZ * 60 * 60 * 24)

/* Takes a block of n samples at 16 kHz. */
typedef gboolean (*TakeFn) (gpointer user, const float *samples, gsize n, GError **error);

typedef struct {
  const LonghandAudioInput *input; /* borrowed */
  char *name;                      /* for people; owned, as are all below */
  SNDFILE *file;
  SF_INFO info;
  LonghandResampler *resampler;
  LonghandEnhancer *enhancer;
  float *frames;            /* [BLOCK_FRAMES, channels] */
  GArray *block, *enhanced; /* float; those frames at 16 kHz, as they are and as they are handed on */
  gsize n_samples, n_not_finite;
  gint64 resample_us;
  TakeFn take;
  gpointer user; /* borrowed */
} Reader;

char *
longhand_audio_input_display_name (const LonghandAudioInput *input) {
  if (input->name != NULL)
    return g_strdup (input->name);
  return input->path != NULL ? g_filename_display_name (input->path) : g_strdup (_ ("standard input"));
}

static gboolean
set_no_memory (GError **error, const char *name) {
  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_NO_MEMORY,
               _ ("There is not enough memory for the recording “%s”: cut it into shorter ones."), name);
  return FALSE;
}

static gboolean
check_goes_on (const Reader *self, GError **error) {
  if (self->n_samples + self->block->len > MAX_SAMPLES) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE,
                 _ ("“%s” is longer than 24 hours: cut it into shorter recordings."), self->name);
    return FALSE;
  }
  if (self->input->is_cancelled != NULL && self->input->is_cancelled (self->input->user)) {
    g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_CANCELLED, _ ("Reading was cancelled."));
    return FALSE;
  }
  return TRUE;
}

/* Hands on frames [n_frames, channels] as mono at 16 kHz; `last` takes what the resampler holds back. */
static gboolean
hand_on (Reader *self, gsize n_frames, gboolean last, GError **error) {
  const gsize n_values = n_frames * (gsize)self->info.channels;
  gint64 begin_us;

  for (gsize i = 0; i < n_values; i++)
    self->n_not_finite += !isfinite (self->frames[i]);
  g_array_set_size (self->block, 0);
  begin_us = g_get_monotonic_time ();
  longhand_resampler_process (self->resampler, self->frames, n_frames, last, self->block);
  self->resample_us += g_get_monotonic_time () - begin_us;
  if (!check_goes_on (self, error))
    return FALSE;
  if (self->input->heard != NULL)
    self->input->heard (self->input->user, (const float *)(gpointer)self->block->data, self->block->len);
  self->n_samples += self->block->len;
  g_array_set_size (self->enhanced, 0);
  longhand_enhancer_process (self->enhancer, (const float *)(gpointer)self->block->data, self->block->len,
                             last, self->enhanced);
  return self->take (self->user, (const float *)(gpointer)self->enhanced->data, self->enhanced->len, error);
}

static gboolean
prepare (Reader *self, GError **error) {
  self->name = longhand_audio_input_display_name (self->input);
  self->file = longhand_audio_file_open_input (self->input, &self->info, error);
  if (self->file == NULL)
    return FALSE;
  self->frames = g_try_new (float, (gsize)BLOCK_FRAMES * self->info.channels);
  if (self->frames == NULL)
    return set_no_memory (error, self->name);
  self->block = g_array_new (FALSE, FALSE, sizeof (float));
  self->enhanced = g_array_new (FALSE, FALSE, sizeof (float));
  self->resampler = longhand_resampler_new (self->info.samplerate, (guint)self->info.channels, error);
  if (self->resampler == NULL)
    return FALSE;
  self->enhancer = longhand_enhancer_new (&self->input->enhancement, error);
  return self->enhancer != NULL;
}

static gboolean
read_all (Reader *self, GError **error) {
  sf_count_t n_read, n_total = 0;

  if (!prepare (self, error))
    return FALSE;
  do {
    n_read = sf_readf_float (self->file, self->frames, BLOCK_FRAMES);
    n_total += n_read;
    if (n_read > 0 && !hand_on (self, (gsize)n_read, FALSE, error))
      return FALSE;
  } while (n_read == BLOCK_FRAMES); /* a short block ends it, and only its own error says whether well */
  return longhand_audio_file_check (self->file, self->name, &self->info, n_total, error)
         && hand_on (self, 0, TRUE, error);
}

static void
reader_clear (Reader *self) {
  g_clear_pointer (&self->file, sf_close);
  g_clear_pointer (&self->resampler, longhand_resampler_free);
  g_clear_pointer (&self->enhancer, longhand_enhancer_free);
  g_clear_pointer (&self->block, g_array_unref);
  g_clear_pointer (&self->enhanced, g_array_unref);
  g_free (self->frames);
  g_free (self->name);
}

/* ---- into memory ---- */

/* Grows by doubling; the length a header claims is never trusted. */
typedef struct {
  float *data;
  gsize n, capacity;
  const char *path;
} Memory;

static gboolean
reserve (Memory *self, gsize n, GError **error) {
  gsize capacity = MAX (self->capacity, (gsize)RATE_HZ);
  float *data;

  if (self->data != NULL && n <= self->capacity)
    return TRUE;
  while (capacity < n)
    capacity *= 2;
  data = g_try_realloc_n (self->data, capacity, sizeof *data);
  if (data == NULL) {
    g_autofree char *name = g_filename_display_name (self->path);

    return set_no_memory (error, name);
  }
  self->data = data;
  self->capacity = capacity;
  return TRUE;
}

static gboolean
take_into_memory (gpointer user, const float *samples, gsize n, GError **error) {
  Memory *self = user;

  if (!reserve (self, self->n + n, error))
    return FALSE;
  if (n > 0)
    memcpy (self->data + self->n, samples, n * sizeof *samples);
  self->n += n;
  return TRUE;
}

float *
longhand_audio_file_load (const char *path, gsize *n_samples, gsize *n_not_finite, GError **error) {
  return longhand_audio_file_load_timed (path, n_samples, n_not_finite, NULL, error);
}

float *
longhand_audio_file_load_timed (const char *path, gsize *n_samples, gsize *n_not_finite, double *resample_ms,
                                GError **error) {
  const LonghandAudioInput input = { .path = path };
  Memory memory = { .path = path };
  Reader reader = { .input = &input, .take = take_into_memory, .user = &memory };

  if (read_all (&reader, error)) {
    *n_samples = memory.n;
    if (n_not_finite != NULL)
      *n_not_finite = reader.n_not_finite;
    if (resample_ms != NULL)
      *resample_ms = (double)reader.resample_us / 1000;
  } else {
    g_clear_pointer (&memory.data, g_free);
  }
  reader_clear (&reader);
  return memory.data;
}

/* ---- into little memory ---- */

static gboolean
take_into_samples (gpointer user, const float *samples, gsize n, GError **error) {
  return longhand_samples_append (user, samples, n, error);
}

LonghandSamples *
longhand_audio_file_read (const LonghandAudioInput *input, gsize *n_not_finite, GError **error) {
  g_autofree char *name = longhand_audio_input_display_name (input);
  const int scratch_fd = input->scratch_fd != NULL ? *input->scratch_fd : -1;
  g_autoptr (LonghandSamples) samples = longhand_samples_new_with_scratch (name, scratch_fd);
  Reader reader = { .input = input, .take = take_into_samples, .user = samples };
  gboolean is_read;

  if (input->scratch_fd != NULL)
    *input->scratch_fd = -1;
  is_read = read_all (&reader, error);
  reader_clear (&reader);
  if (!is_read)
    return NULL;
  if (n_not_finite != NULL)
    *n_not_finite = reader.n_not_finite;
  return g_steal_pointer (&samples);
}
