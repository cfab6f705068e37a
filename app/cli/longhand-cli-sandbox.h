/* The whole process in the sandbox, for verbs that read models and recordings: they come from anywhere, and
 * what is to be written is known before. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Closes in the process, which has no other threads yet, having asked the settings; only the first call
 * counts. outputs: n files or folders that are to be written, existing or not; NULL ones are none. Sound that
 * is too long for memory may be put by, too. */
void longhand_cli_close_in (const char *const *outputs, gsize n);

G_END_DECLS
