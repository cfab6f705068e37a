/* Which pieces of a recording are recognised, as openai/whisper's clip_timestamps says it. */
#pragma once

#include <glib.h>
#include <quill.h>

G_BEGIN_DECLS

/* "START,END,START,END...", in seconds; the last end may be left out, and is the recording's then. (transfer
 * full) (element-type struct quill_clip), or NULL with LONGHAND_ERROR_INVALID. */
GArray *longhand_cli_clips_parse (const char *text, GError **error);

G_END_DECLS
