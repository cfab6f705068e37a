/* Walks through the records of a session's file, whatever state it is in. Any thread. */
#pragma once

#include "audio/longhand-journal-format.h"

G_BEGIN_DECLS

/* at: where the payload lies in the file. FALSE ends the walk. */
typedef gboolean (*LonghandScanFn) (gpointer user, const LonghandRecord *record, const guint8 *payload,
                                    guint64 at);

/* Calls fn for each record that is whole, in order. Returns how many bytes were passed over. What cannot be
 * read from the disk counts as the end of the file. */
guint64 longhand_session_scan (int fd, LonghandScanFn fn, gpointer user);

G_END_DECLS
