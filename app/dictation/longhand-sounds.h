/* The sound of sessions, kept beside the library in the background (audio/longhand-sound-files). Main thread;
 * a worker of its own does one thing after the other in the order of the calls, so that nothing here blocks
 * but flush and close.
 *
 * Signals:
 *   "kept" (gint64 id)          there is more sound of this session
 *   "failed" (const GError *)   a sentence to show: something could not be kept, and is tried again with the
 *                               next sound and at a flush. Only after something was kept in between is the
 *                               same one said again */
#pragma once

#include "audio/longhand-journal.h"
#include "audio/longhand-sound-files.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_SOUNDS (longhand_sounds_get_type ())
G_DECLARE_FINAL_TYPE (LonghandSounds, longhand_sounds, LONGHAND, SOUNDS, GObject)

LonghandSounds *longhand_sounds_new (const char *folder); /* (transfer full) */

/* A part of a session. */
typedef struct {
  gint64 id;                /* of the session */
  gint64 start_ms;          /* where it begins in that */
  gint64 from_ms, to_ms;    /* in the time of the file that it is in */
  int fd;                   /* owned; that file, to be read */
  LonghandJournal *journal; /* owned; which writes the file; NULL: all is in it */
} LonghandSoundPiece;

/* Keeps the piece, and takes what it owns. What the file does not have is silence. */
void longhand_sounds_keep (LonghandSounds *self, const LonghandSoundPiece *piece);
/* What is kept, or still to be kept, of a session goes. */
void longhand_sounds_remove (LonghandSounds *self, gint64 id);
void longhand_sounds_clear (LonghandSounds *self); /* likewise, of all sessions */
/* So does all that was kept before then, microseconds since 1970. */
void longhand_sounds_expire (LonghandSounds *self, gint64 before_us);

/* (transfer full) (element-type LonghandSoundPart) by time; never NULL. */
void longhand_sounds_find_async (LonghandSounds *self, gint64 id, GAsyncReadyCallback callback,
                                 gpointer user);
GPtrArray *longhand_sounds_find_finish (LonghandSounds *self, GAsyncResult *result);

/* Waits, at most as long as told, until everything so far is done. FALSE: some sound is not kept. */
gboolean longhand_sounds_flush (LonghandSounds *self, gint64 timeout_us);

G_END_DECLS
