/* Fetching a model: blocks, on a worker thread. Built with the network (longhand-transfer-soup.c) or without
 * (longhand-transfer-none.c). Nothing is asked of a server but the file, and a range of it: no name, no
 * cookie, no password. */
#pragma once

#include "models/longhand-catalogue.h"

G_BEGIN_DECLS

typedef enum {
  LONGHAND_TRANSFER_CONNECTING,
  LONGHAND_TRANSFER_RECEIVING,
  LONGHAND_TRANSFER_CHECKING, /* whether it is what it should be */
} LonghandTransferPhase;

/* Called now and then, on the worker. Bytes: those that are there, and of the whole, about until the server
 * has answered. */
typedef void (*LonghandTransferFn) (gpointer user, LonghandTransferPhase phase, guint64 received,
                                    guint64 total);

typedef struct {
  const LonghandCatalogueEntry *entry; /* borrowed */
  const char *base;                    /* borrowed; address of the mirror's folder */
  const char *folder;                  /* borrowed; where the file goes; exists */
  guint patience_s;                    /* without a byte, after which the server has gone silent */
  LonghandTransferFn progress;
  gpointer user;
} LonghandTransfer;

/* Whether this build knows how to. */
gboolean longhand_transfer_is_possible (void);

/* Goes on with what lies there from an earlier try, where the server lets it, and else begins again;
 * interrupted, it tries again as long as each try brings something. TRUE: the whole file is there, checked,
 * under its name. Errors, after which what has come stays there: LONGHAND_ERROR_DOWNLOAD, _WRITE (no room,
 * and how much is missing), _INVALID (base; another process fetches it), _CANCELLED. What came but is not the
 * model is removed: LONGHAND_ERROR_MODEL_BROKEN. */
gboolean longhand_transfer_run (const LonghandTransfer *self, GCancellable *cancellable, GError **error);

G_END_DECLS
