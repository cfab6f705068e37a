/* What else a word may have been, found in its sound. */
#pragma once

#include "audio/longhand-sound-files.h"
#include "dictation/longhand-choices.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* Strings and parts are shared or copied. */
typedef struct {
  const char *model_path;
  LonghandSettings *settings; /* language */
  GPtrArray *parts;           /* LonghandSoundPart */
  gint64 from_ms, to_ms;      /* what was said around it, in the session's time */
  gint64 start_ms, end_ms;    /* the word */
  const char *word;           /* as it stands, which is no alternative to itself */
} LonghandWordQuestion;

/* On a thread of its own. Main thread. */
void longhand_alternatives_find_async (const LonghandWordQuestion *question, GCancellable *cancellable,
                                       GAsyncReadyCallback callback, gpointer user);
/* (transfer full) (element-type LonghandAlternative) likeliest first, may be empty; NULL with an error, which
 * is LONGHAND_ERROR_CANCELLED as asked. */
GArray *longhand_alternatives_find_finish (GAsyncResult *result, GError **error);

struct quill_result;
/* Of the word that was heard from start_ms to end_ms in result, those that are worth choosing instead of
 * word. (transfer full) (element-type LonghandAlternative) */
GArray *longhand_alternatives_collect (const struct quill_result *result, gint64 start_ms, gint64 end_ms,
                                       const char *word);

G_END_DECLS
