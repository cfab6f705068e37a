/* The sound in the file of a session that is still being spoken (audio/longhand-journal). Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* n samples, the first of which is sample number time of the session. FALSE ends the walk. */
typedef gboolean (*LonghandSessionSoundFn) (gpointer user, gint64 time, const gint16 *samples, gsize n);

/* Calls fn for what the file has from sample number `from` to before `to`, 16 kHz mono, in its order. FALSE:
 * fn ended it. */
gboolean longhand_session_sound_read (int fd, gint64 from, gint64 to, LonghandSessionSoundFn fn,
                                      gpointer user);

G_END_DECLS
