/* What a person does with model files: taking one in, and throwing one away. These block as long as the disk
 * does; any thread, but where it says otherwise. A store looks again after each:
 * longhand_model_store_refresh. */
#pragma once

#include "models/longhand-model-store.h"

G_BEGIN_DECLS

/* ---- taking in ---- */

/* Copies the model file path into the user's folder, where it appears when it is whole; what cannot be opened
 * as a model is not copied. *id (transfer full): that it has there. Errors: LONGHAND_ERROR_MODEL_MISSING,
 * _MODEL_BROKEN, _NO_MEMORY; _INVALID: one of that name is there; _WRITE, also when there is no room;
 * _CANCELLED. */
gboolean longhand_model_import (const char *path, char **id, GCancellable *cancellable, GError **error);

/* The same on a thread; main thread. finish: the id (transfer full). */
void longhand_model_import_async (const char *path, GCancellable *cancellable, GAsyncReadyCallback callback,
                                  gpointer user);
char *longhand_model_import_finish (GAsyncResult *result, GError **error);

/* ---- throwing away ---- */

/* It lies in the user's folder; bundled ones, and the system's, are not theirs to delete. */
gboolean longhand_model_is_deletable (LonghandModel *model);

/* In two steps, so that it can be undone in between: set aside, then purged or put back. Whoever uses the
 * model goes on using it. FALSE with LONGHAND_ERROR_INVALID (not deletable) or _WRITE. */
gboolean longhand_model_set_aside (LonghandModel *model, GError **error);
/* path: that of the model. */
gboolean longhand_model_put_back (const char *path, GError **error);
void longhand_model_purge (const char *path);
/* What a program left aside that did not live to purge it. */
void longhand_model_purge_all (void);

G_END_DECLS
