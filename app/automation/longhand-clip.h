/* What is on a clipboard, in one of its formats. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct {
  char *type; /* owned; a MIME type */
  GBytes *bytes;
} LonghandClip;

LonghandClip *longhand_clip_new (const char *type, GBytes *bytes); /* refs bytes. (transfer full) */
void longhand_clip_free (LonghandClip *clip);
GPtrArray *longhand_clips_new (void); /* of LonghandClip, which it frees. (transfer full) */

G_END_DECLS
