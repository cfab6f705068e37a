/* One error domain; every message is a sentence a person can act on, translated, ready to be shown. */
#pragma once

#include <glib.h>

#define LONGHAND_ERROR (longhand_error_quark ())
GQuark longhand_error_quark (void);

typedef enum {
  LONGHAND_ERROR_FAILED,
  LONGHAND_ERROR_NO_MICROPHONE, /* no input device at all */
  LONGHAND_ERROR_DEVICE_ABSENT, /* the chosen one is not connected */
  LONGHAND_ERROR_DEVICE_LOST,   /* it vanished while recording; what was said is kept */
  LONGHAND_ERROR_DEVICE_BUSY,   /* it cannot be opened */
  LONGHAND_ERROR_MODEL_MISSING,
  LONGHAND_ERROR_MODEL_BROKEN,      /* not a model, truncated, of a form that is not known */
  LONGHAND_ERROR_MODEL_UNSUPPORTED, /* language, translation */
  LONGHAND_ERROR_NO_MEMORY,
  LONGHAND_ERROR_AUDIO_FILE, /* not a sound file, or a broken one */
  LONGHAND_ERROR_WRITE,      /* cannot be saved there: read-only, disk full */
  LONGHAND_ERROR_INVALID,    /* a setting or argument out of range */
  LONGHAND_ERROR_CANCELLED,
  LONGHAND_ERROR_BUSY,     /* somebody else dictates, or has the processors */
  LONGHAND_ERROR_DOWNLOAD, /* the server cannot be reached, or does not send it */
} LonghandError;

/* Sets *error (which may be NULL) to LONGHAND_ERROR_WRITE: place, as it is shown, could not be written
 * because of saved_errno. */
void longhand_set_error_from_write (GError **error, const char *place, int saved_errno);

/* Sets *error (which may be NULL) to LONGHAND_ERROR_FAILED: what is no plain text could not be put together,
 * for reason, which is that memory ran out. */
void longhand_set_error_from_document (GError **error, const char *reason);
