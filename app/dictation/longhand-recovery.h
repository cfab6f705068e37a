/* Sessions that were not closed: what a journal (audio/longhand-journal) left behind when its program was
 * killed or the power failed. Everything in them that is whole is found; what is torn or damaged is passed
 * over. Any thread; reading takes as long as the disk does. */
#pragma once

#include "dictation/longhand-dictation.h"

G_BEGIN_DECLS

typedef struct {
  char *path; /* owned, as are all below */
  int fd; /* for reading and, where that is allowed, writing; locked: nobody else takes the session. -1: it
           * has been given away */
  guint64 n_bytes;
  gint64 begun_us;   /* wall clock, microseconds since 1970 */
  GPtrArray *texts;  /* LonghandUtterance that nobody has dealt with, in order; times within the session */
  GPtrArray *said;   /* what texts come of, as longhand_composition_dup_texts takes it; more may be added */
  guint64 n_samples; /* of sound in the file, 16 kHz mono */
  guint64 n_rest;    /* samples that longhand_recovery_load_rest gives */
  gint64 rest_ms;    /* when they begin, within the session */
  gint64 begin_ms;   /* when the sound begins that nobody has dealt with, likewise */
  guint
      n_attempts; /* programs that took it up in vain: they ended without having heard anything of the rest */
  guint64 n_lost_bytes; /* torn or damaged, passed over */
  GArray *rest;         /* pieces of sound that no text covers */
} LonghandRecovery;

/* Paths of the unfinished sessions in folder, the oldest first; those of running programs are left out.
 * (transfer full) (element-type filename); empty when there is no folder. */
GPtrArray *longhand_recovery_find (const char *folder);

/* Takes and reads a session; one that was cut off in its first moments is empty. (transfer full); NULL with
 * LONGHAND_ERROR_AUDIO_FILE: nothing in it can be read; with LONGHAND_ERROR_FAILED: there is no such file, a
 * newer program made it, or another one has it. The file is left as it is. */
LonghandRecovery *longhand_recovery_open (const char *path, GError **error);
void longhand_recovery_free (LonghandRecovery *self);

/* Neither text nor sound that is waiting for it. */
gboolean longhand_recovery_is_empty (const LonghandRecovery *self);

/* All texts as one, a segment each. (transfer full); NULL: there are none. shift_ms is added to all times. */
LonghandUtterance *longhand_recovery_dup_utterance (const LonghandRecovery *self, gint64 shift_ms);

/* The sound behind the last text, 16 kHz mono; a second of silence stands for an end of a recording, at most
 * a second for sound that is missing. (transfer full) g_free; NULL with LONGHAND_ERROR_NO_MEMORY or _FAILED.
 */
float *longhand_recovery_load_rest (const LonghandRecovery *self, GError **error);

/* All sound from the beginning, block by block, with silence as above. write returns FALSE to end it. FALSE
 * when it did. */
typedef gboolean (*LonghandRecoveryFn) (gpointer user, const gint16 *samples, gsize n);
gboolean longhand_recovery_read_sound (const LonghandRecovery *self, LonghandRecoveryFn write, gpointer user);

/* The session is no longer needed. FALSE with LONGHAND_ERROR_WRITE. */
gboolean longhand_recovery_remove (LonghandRecovery *self, GError **error);

/* A session that cannot be dealt with is not offered again, but kept under another name. (transfer full):
 * what to say about it. */
GError *longhand_recovery_set_aside (const char *path, const GError *why);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LonghandRecovery, longhand_recovery_free)

G_END_DECLS
