/* Weights that several threads recognise with: a file that is open already is not opened a second time. Any
 * thread. */
#pragma once

#include <glib.h>
#include <quill.h>

G_BEGIN_DECLS

typedef struct _LonghandSharedModel LonghandSharedModel;

/* Errors as longhand_engine_open_model, of which it waits for one that is going on. (transfer full) */
LonghandSharedModel *longhand_shared_model_open (const char *path, GError **error);
/* After everything that was made with the weights; NULL: no-op. */
void longhand_shared_model_close (LonghandSharedModel *self);

struct quill_model *longhand_shared_model_get (LonghandSharedModel *self); /* (transfer none) */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LonghandSharedModel, longhand_shared_model_close)

G_END_DECLS
