/* The library's thread: does what it is told, one thing after the other, and posts what it finds. */
#pragma once

#include "dictation/longhand-mailbox.h"
#include "transcript/longhand-library-store.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _LonghandLibraryWorker LonghandLibraryWorker;

typedef enum {
  LONGHAND_LIBRARY_SAVE, /* session */
  LONGHAND_LIBRARY_SET_TITLE,
  LONGHAND_LIBRARY_SET_PINNED,
  LONGHAND_LIBRARY_SET_REMOVED,
  LONGHAND_LIBRARY_LEAVE,
  LONGHAND_LIBRARY_PURGE,
  LONGHAND_LIBRARY_CLEAR,
  LONGHAND_LIBRARY_SEARCH, /* text */
  LONGHAND_LIBRARY_LOAD,   /* task, which returns a LonghandSession */
  LONGHAND_LIBRARY_RETRY,  /* what could not be saved */
} LonghandLibraryKind;

typedef struct {
  LonghandLibraryKind kind;
  gint64 id;
  gboolean flag;
  char *text; /* owned, as are all below */
  LonghandSession *session;
  GTask *task;
} LonghandLibraryJob;

/* Posted whenever there is nothing left to do and the list may be another one. */
typedef struct {
  guint serial;         /* of the last job before it; the first has 1 */
  gboolean all_saved;   /* of what those before it were to save */
  gboolean is_over;     /* what was complained of: something has been saved since */
  char *words;          /* owned */
  GPtrArray *summaries; /* owned; LonghandSessionSummary */
} LonghandLibraryList;

/* listed gets a LonghandLibraryList, failed a GError. (transfer full) */
LonghandLibraryWorker *longhand_library_worker_new (const char *path, LonghandMailbox *mailbox,
                                                    LonghandMailFn listed, LonghandMailFn failed);
/* Owner's thread, as all below. Takes job, and what it owns. */
void longhand_library_worker_push (LonghandLibraryWorker *self, const LonghandLibraryJob *job);
/* Waits at most until deadline_us (monotonic). FALSE: something is not on the disk. */
gboolean longhand_library_worker_flush (LonghandLibraryWorker *self, gint64 deadline_us);
/* Ends the thread when it has done everything, or leaves it to that after deadline_us. */
gboolean longhand_library_worker_close (LonghandLibraryWorker *self, gint64 deadline_us);

G_END_DECLS
