/* The engine's status codes as errors of the application. Apart from longhand-error.h, so that ui need not
 * know the engine. */
#pragma once

#include "longhand-error.h"

#include <quill.h>

G_BEGIN_DECLS

/* Sets *error (which may be NULL) from a failed engine call; the engine's sentence is kept. A missing file is
 * not told from an unreadable one here: look before opening, as longhand_model_store_find does. */
void longhand_set_error_from_engine (GError **error, const struct quill_error *engine_error);

/* Opens a model file; the sentence of a failure names the file and says what to do. The file, which may come
 * from anywhere, is read by a thread in the sandbox.
 * Errors: LONGHAND_ERROR_MODEL_MISSING, _MODEL_BROKEN, _NO_MEMORY, _FAILED. Any thread. */
struct quill_model *longhand_engine_open_model (const char *path, GError **error);

G_END_DECLS
