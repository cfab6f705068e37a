/* Making of a LonghandModel; for the store. */
#pragma once

#include "models/longhand-model-store.h"

G_BEGIN_DECLS

/* Id and title come from the file's name. (transfer full) */
LonghandModel *longhand_model_new (const char *path, guint64 size, gboolean bundled);

G_END_DECLS
