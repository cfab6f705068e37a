#include "longhand-engine-error.h"

#include "sandbox/longhand-sandbox.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <sys/stat.h>

static LonghandError
code_from_status (enum quill_status status) {
  switch (status) {
  case QUILL_ERR_INVALID:
    return LONGHAND_ERROR_INVALID;
  case QUILL_ERR_NOMEM:
    return LONGHAND_ERROR_NO_MEMORY;
  case QUILL_ERR_FORMAT:
    return LONGHAND_ERROR_MODEL_BROKEN;
  case QUILL_ERR_UNSUPPORTED:
    return LONGHAND_ERROR_MODEL_UNSUPPORTED;
  case QUILL_ERR_CANCELLED:
    return LONGHAND_ERROR_CANCELLED;
  case QUILL_OK:
  case QUILL_ERR_IO:
    break;
  }
  return LONGHAND_ERROR_FAILED;
}

void
longhand_set_error_from_engine (GError **error, const struct quill_error *engine_error) {
  const char *message = engine_error->message;

  /* The engine's sentences begin in lower case and have no full stop, so that they can be quoted. */
  g_set_error (error, LONGHAND_ERROR, code_from_status (engine_error->code), "%c%s.",
               g_ascii_toupper (*message), *message != '\0' ? message + 1 : "");
}

/* A file is not to blame for what is asked of it, but for what it is. */
static LonghandError
code_of_file (enum quill_status status) {
  switch (status) {
  case QUILL_ERR_IO:
    return LONGHAND_ERROR_MODEL_MISSING;
  case QUILL_ERR_UNSUPPORTED:
    return LONGHAND_ERROR_MODEL_BROKEN;
  case QUILL_OK:
  case QUILL_ERR_INVALID:
  case QUILL_ERR_NOMEM:
  case QUILL_ERR_FORMAT:
  case QUILL_ERR_CANCELLED:
    break;
  }
  return code_from_status (status);
}

/* Most of the engine's sentences begin with the file's path. */
static void
set_model_error (GError **error, const char *path, const struct quill_error *engine_error) {
  const LonghandError code = code_of_file (engine_error->code);
  g_autofree char *name = g_filename_display_name (path);

  if (engine_error->code == QUILL_ERR_NOMEM)
    g_set_error (error, LONGHAND_ERROR, code,
                 _ ("There is not enough memory for the model “%s” (%s): choose a smaller one."), name,
                 engine_error->message);
  else if (g_str_has_prefix (engine_error->message, path))
    g_set_error (error, LONGHAND_ERROR, code, "%s.", engine_error->message);
  else
    g_set_error (error, LONGHAND_ERROR, code, _ ("The model “%s” cannot be used: %s."), name,
                 engine_error->message);
}

/* A model that is being opened. */
typedef struct {
  const char *path;
  struct quill_model *model;
  struct quill_error error;
} Opening;

static void
open_inside (gpointer user) {
  Opening *opening = user;

  quill_model_open (&opening->model, opening->path, &opening->error);
}

struct quill_model *
longhand_engine_open_model (const char *path, GError **error) {
  g_autofree char *name = g_filename_display_name (path);
  Opening opening = { .path = path };
  struct stat info;

  if (stat (path, &info) != 0) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_MODEL_MISSING,
                 _ ("The model “%s” cannot be found: %s. Choose another model."), name, g_strerror (errno));
    return NULL;
  }
  if (!longhand_sandbox_run (open_inside, &opening, error))
    return NULL;
  if (opening.model == NULL)
    set_model_error (error, path, &opening.error);
  return opening.model;
}
