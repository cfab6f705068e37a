/* Making of a LonghandModel, and what its id says; for the store and the catalogue. */
#pragma once

#include "models/longhand-model-store.h"

G_BEGIN_DECLS

/* Id and title come from the file's name, its languages from its header, if it has one. (transfer full) */
LonghandModel *longhand_model_new (const char *path, guint64 size, gboolean bundled);

/* Title for people of the model with this id. (transfer full) */
char *longhand_model_dup_title_of (const char *id);
gboolean longhand_model_id_is_english_only (const char *id);

G_END_DECLS
