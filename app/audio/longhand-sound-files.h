/* The sound of sessions as it is kept: a folder for each session, and in it a FLAC file for each part, named
 * after when the part begins in the session's time. What lies there is all that is known of it. 16 kHz mono,
 * 16 bits. Every call takes as long as the disk does; any thread, but one at a time for a session. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LONGHAND_SOUND_RATE_HZ 16000
#define LONGHAND_SOUND_PER_MS (LONGHAND_SOUND_RATE_HZ / 1000)

typedef struct {
  char *path;              /* owned */
  gint64 start_ms, end_ms; /* in the session */
} LonghandSoundPart;
void longhand_sound_part_free (gpointer part);

/* Where sound lies for the library whose database is at path. (transfer full) */
char *longhand_sound_files_dup_folder (const char *path);

/* What is there of a session, by time; what cannot be read as sound is left out. (transfer full)
 * (element-type LonghandSoundPart); empty when there is nothing. */
GPtrArray *longhand_sound_files_list (const char *folder, gint64 id);

/* All of a session. FALSE with LONGHAND_ERROR_WRITE when something of it stays. */
gboolean longhand_sound_files_remove (const char *folder, gint64 id, GError **error);
/* Parts of all sessions that were kept before then, microseconds since 1970, as far as they can be removed.
 */
void longhand_sound_files_expire (const char *folder, gint64 before_us);
/* Bytes of all sessions. */
guint64 longhand_sound_files_measure (const char *folder);

/* A part that is being written. It is not there before longhand_sound_writer_finish. */
typedef struct _LonghandSoundWriter LonghandSoundWriter;

/* Takes the place of a part that begins at the same time. (transfer full); NULL with LONGHAND_ERROR_WRITE. */
LonghandSoundWriter *longhand_sound_writer_new (const char *folder, gint64 id, gint64 start_ms,
                                                GError **error);
gboolean longhand_sound_writer_write (LonghandSoundWriter *self, const gint16 *samples, gsize n,
                                      GError **error);
/* TRUE: it is on the disk, under its name. */
gboolean longhand_sound_writer_finish (LonghandSoundWriter *self, GError **error);
void longhand_sound_writer_free (LonghandSoundWriter *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LonghandSoundWriter, longhand_sound_writer_free)

G_END_DECLS
