#include "audio/longhand-sound-reader.h"

#include "longhand-error.h"

#include <glib/gi18n.h>
#include <sndfile.h>
#include <string.h>

struct _LonghandSoundReader {
  GBytes *samples;  /* owned; NULL: parts are read */
  GPtrArray *parts; /* owned */
  guint part;       /* the one that is read, or will be next */
  SNDFILE *file;    /* owned; of that; NULL: it has not been begun */
  gint64 next, end; /* samples of the session */
};

LonghandSoundReader *
longhand_sound_reader_new (GPtrArray *parts, gint64 from_ms, gint64 to_ms) {
  LonghandSoundReader *self = g_new0 (LonghandSoundReader, 1);
  const LonghandSoundPart *last = parts->len > 0 ? parts->pdata[parts->len - 1] : NULL;

  self->parts = g_ptr_array_ref (parts);
  self->next = from_ms * LONGHAND_SOUND_PER_MS;
  self->end = last != NULL ? MIN (to_ms, last->end_ms) * LONGHAND_SOUND_PER_MS : self->next;
  return self;
}

LonghandSoundReader *
longhand_sound_reader_new_for_samples (GBytes *samples) {
  LonghandSoundReader *self = g_new0 (LonghandSoundReader, 1);

  self->parts = g_ptr_array_new ();
  self->samples = g_bytes_ref (samples);
  self->end = (gint64)(g_bytes_get_size (samples) / sizeof (float));
  return self;
}

void
longhand_sound_reader_free (LonghandSoundReader *self) {
  g_clear_pointer (&self->file, sf_close);
  g_clear_pointer (&self->samples, g_bytes_unref);
  g_ptr_array_unref (self->parts);
  g_free (self);
}

/* The part that the next sample is in or before; NULL: there is none. */
static const LonghandSoundPart *
find_part (LonghandSoundReader *self) {
  while (self->part < self->parts->len) {
    const LonghandSoundPart *part = self->parts->pdata[self->part];

    if (self->next < part->end_ms * LONGHAND_SOUND_PER_MS)
      return part;
    g_clear_pointer (&self->file, sf_close);
    self->part++;
  }
  return NULL;
}

static gboolean
open_part (LonghandSoundReader *self, const LonghandSoundPart *part) {
  SF_INFO info = { 0 };

  if (self->file != NULL)
    return TRUE;
  self->file = sf_open (part->path, SFM_READ, &info);
  return self->file != NULL
         && sf_seek (self->file, self->next - part->start_ms * LONGHAND_SOUND_PER_MS, SEEK_SET) >= 0;
}

/* n samples, which are there. */
static gsize
copy_some (LonghandSoundReader *self, float *samples, gsize n) {
  const float *all = g_bytes_get_data (self->samples, NULL);

  memcpy (samples, all + self->next, n * sizeof *samples);
  self->next += (gint64)n;
  return n;
}

/* Up to n samples of one part, or of the silence before it. */
static gsize
read_some (LonghandSoundReader *self, float *samples, gsize n) {
  const LonghandSoundPart *part = find_part (self);
  const gint64 start = part != NULL ? part->start_ms * LONGHAND_SOUND_PER_MS : self->end;
  const gint64 left = (self->next < start ? start : part->end_ms * LONGHAND_SOUND_PER_MS) - self->next;

  n = (gsize)MIN ((gint64)n, left);
  if (self->next < start)
    memset (samples, 0, n * sizeof *samples);
  else if (!open_part (self, part) || sf_readf_float (self->file, samples, (sf_count_t)n) < (sf_count_t)n)
    return 0;
  self->next += (gint64)n;
  return n;
}

gboolean
longhand_sound_reader_read (LonghandSoundReader *self, float *samples, gsize n, gsize *n_read,
                            GError **error) {
  n = (gsize)CLAMP (self->end - self->next, 0, (gint64)n);
  for (*n_read = 0; *n_read < n;) {
    const gsize n_now = self->samples != NULL ? copy_some (self, samples + *n_read, n - *n_read)
                                              : read_some (self, samples + *n_read, n - *n_read);

    if (n_now == 0) {
      g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE,
                           _ ("The sound of this session is not there any more, or damaged. Its text is not "
                              "affected."));
      return FALSE;
    }
    *n_read += n_now;
  }
  return TRUE;
}
