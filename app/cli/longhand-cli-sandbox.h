/* The whole process in the sandbox, for verbs that read models and recordings: they come from anywhere, and
 * what is to be written is known before. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Closes in the process, which has no other threads yet; only the first call counts. outputs: n files or
 * folders that are to be written, existing or not; NULL ones are none. Sound that is too long for memory may
 * be put by, too. */
void longhand_cli_close_in (const char *const *outputs, gsize n);

/* What the settings say. They are asked once, and at the latest before the process is closed in: what keeps
 * them may be reached by a socket. The model that is chosen (transfer none); NULL: none is, or settings are
 * not installed. */
const char *longhand_cli_get_model_of_settings (void);
/* Whether the window takes commands; FALSE where settings are not installed. */
gboolean longhand_cli_get_commands_of_settings (void);

G_END_DECLS
