/* The sound in the file of a session: one that is still being spoken (audio/longhand-journal), or one that is
 * made for the sound alone. Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* n samples, the first of which is sample number time of the session. FALSE ends the walk. */
typedef gboolean (*LonghandSessionSoundFn) (gpointer user, gint64 time, const gint16 *samples, gsize n);

/* Calls fn for what the file has from sample number `from` to before `to`, 16 kHz mono, in its order. FALSE:
 * fn ended it. */
gboolean longhand_session_sound_read (int fd, gint64 from, gint64 to, LonghandSessionSoundFn fn,
                                      gpointer user);

/* Appends samples [n], the first of which is sample number time, to a file that has nothing else. what: whose
 * sound it is, for people. FALSE with LONGHAND_ERROR_WRITE. */
gboolean longhand_session_sound_append (int fd, gint64 time, const float *samples, gsize n, const char *what,
                                        GError **error);

G_END_DECLS
