#include "dictation/longhand-session-sound.h"

#include "audio/longhand-pump.h"
#include "audio/longhand-scratch.h"
#include "dictation/longhand-session-scan.h"

#define PER_MS (LONGHAND_PUMP_RATE_HZ / 1000)
#define BLOCK ((gsize)1 << 15)    /* samples in a record, at most */
#define LARGEST ((gint64)1 << 50) /* of times and positions; beyond it a record makes no sense */

typedef struct {
  gint64 from, to; /* samples of the session */
  gint64 offset;   /* to add to numbers of samples */
  LonghandSessionSoundFn fn;
  gpointer user;
  gint16 *samples; /* owned; [LONGHAND_RECORD_MAX_BYTES / 2] */
  gboolean goes_on;
} Reading;

static void
read_sound (Reading *self, const LonghandRecord *record, const guint8 *payload) {
  const gint64 time = record->time + self->offset;
  const gint64 first = MAX (self->from, time);
  const gint64 end = MIN (self->to, time + record->length / 2);

  if (record->time < 0 || record->time > LARGEST || first >= end)
    return;
  for (gint64 i = first; i < end; i++)
    self->samples[i - first] = (gint16)(payload[2 * (i - time)] | payload[2 * (i - time) + 1] << 8);
  self->goes_on = self->fn (self->user, first, self->samples, (gsize)(end - first));
}

static gboolean
on_record (gpointer user, const LonghandRecord *record, const guint8 *payload, guint64 at) {
  Reading *self = user;

  if (record->type == LONGHAND_RECORD_SESSION && ABS (record->time) < LARGEST)
    self->offset = record->time * PER_MS;
  else if (record->type == LONGHAND_RECORD_SOUND)
    read_sound (self, record, payload);
  return self->goes_on;
}

gboolean
longhand_session_sound_read (int fd, gint64 from, gint64 to, LonghandSessionSoundFn fn, gpointer user) {
  g_autofree gint16 *samples = g_malloc (LONGHAND_RECORD_MAX_BYTES);
  Reading reading = { .from = from, .to = to, .fn = fn, .user = user, .samples = samples, .goes_on = TRUE };

  longhand_session_scan (fd, on_record, &reading);
  return reading.goes_on;
}

/* ---- writing ---- */

static gboolean
append_record (int fd, gint64 time, const float *samples, gsize n, const char *what, GError **error) {
  const guint32 length = (guint32)(2 * n);
  g_autoptr (GByteArray) record = g_byte_array_new ();

  longhand_sound_to_pcm (samples, n, longhand_record_begin (record, length));
  longhand_record_end (record, LONGHAND_RECORD_SOUND, time, length);
  return longhand_scratch_write (fd, record->data, record->len, what, error);
}

gboolean
longhand_session_sound_append (int fd, gint64 time, const float *samples, gsize n, const char *what,
                               GError **error) {
  for (gsize i = 0; i < n; i += BLOCK)
    if (!append_record (fd, time + (gint64)i, samples + i, MIN (n - i, BLOCK), what, error))
      return FALSE;
  return TRUE;
}
