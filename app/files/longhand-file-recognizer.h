/* Who recognises the queue's files: the model that is chosen for dictation, or a test. Main thread. */
#pragma once

#include "files/longhand-file-run.h"
#include "longhand-settings.h"
#include "models/longhand-model-store.h"

G_BEGIN_DECLS

/* One recording at a time. */
typedef struct _LonghandFileRecognizer LonghandFileRecognizer;
struct _LonghandFileRecognizer {
  /* done is posted to mailbox with a LonghandFileOutcome of that serial. FALSE: it cannot be begun, and
   * nothing is posted. */
  gboolean (*begin) (LonghandFileRecognizer *self, const char *path, guint serial, LonghandMailbox *mailbox,
                     LonghandMailFn done, GError **error);
  /* The rest is about the one that was begun last; no-ops when there is none. */
  void (*cancel) (LonghandFileRecognizer *self);
  void (*set_held) (LonghandFileRecognizer *self, gboolean held); /* of those that follow, too */
  void (*get_progress) (LonghandFileRecognizer *self, gint64 *done_ms, gint64 *total_ms);
  void (*end) (LonghandFileRecognizer *self); /* its outcome is here: it is let go */
  void (*free) (LonghandFileRecognizer *self);
};

/* (transfer full) */
LonghandFileRecognizer *longhand_file_recognizer_new (LonghandSettings *settings, LonghandModelStore *store);

G_END_DECLS
