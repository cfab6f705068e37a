/* What is on a clipboard, read before something else is put there: all its formats, one after the other, as
 * far as limits of size and time allow. Main thread. */
#pragma once

#include "automation/longhand-clip.h"

G_BEGIN_DECLS

#define LONGHAND_CLIPS_MAX_BYTES (32u << 20) /* all formats together */
#define LONGHAND_CLIPS_READ_MS 1000          /* for all of it, from a program that may hang */

/* A kind of clipboard: how one of its formats is opened, as GIO's functions are called and answer. */
typedef struct {
  void (*open_async) (gpointer clipboard, const char *type, GCancellable *cancellable,
                      GAsyncReadyCallback callback, gpointer user);
  /* (transfer full) */
  GInputStream *(*open_finish) (gpointer clipboard, GAsyncResult *result, GError **error);
} LonghandClipSource;

typedef struct _LonghandClipReader LonghandClipReader;

/* clips: LonghandClip, those that could be read. is_whole: that is all of them. The reader may be freed in
 * here. */
typedef void (*LonghandClipsFn) (gpointer user, GPtrArray *clips, gboolean is_whole);

/* Begins to read clipboard, a GObject to which a reference is kept, and calls done once from the main loop.
 * (transfer full) */
LonghandClipReader *longhand_clip_reader_new (const LonghandClipSource *source, gpointer clipboard,
                                              const char *const *types, LonghandClipsFn done, gpointer user);
/* Nobody is told any more. */
void longhand_clip_reader_free (LonghandClipReader *self);

G_END_DECLS
