/* The text of a recording as a session. */
#pragma once

#include "transcript/longhand-session.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* Begun now. A long pause ends a paragraph. (transfer full) */
LonghandSession *longhand_file_text_to_session (LonghandTranscript *transcript, gint64 duration_ms);

/* "Interview 3" of "/home/me/Interview 3.mp3", for people. (transfer full) */
char *longhand_file_text_dup_title (GFile *file);

G_END_DECLS
