#include "longhand-error.h"

#include <errno.h>
#include <glib/gi18n.h>

G_DEFINE_QUARK (longhand - error - quark, longhand_error)

/* One sentence for each thing a person can do something about. */
void
longhand_set_error_from_write (GError **error, const char *place, int saved_errno) {
  const char *sentence;

  switch (saved_errno) {
  case EROFS:
  case EACCES:
  case EPERM:
    sentence = _ ("“%s” cannot be saved because that place is read-only: choose another folder.");
    break;
  case ENOENT:
  case ENOTDIR:
    sentence = _ ("“%s” cannot be saved because its folder does not exist: create it or choose another one.");
    break;
  case EISDIR:
    sentence = _ ("“%s” is a folder: choose a file name.");
    break;
  case ENOSPC:
  case EDQUOT:
  case EFBIG:
    sentence = _ ("“%s” cannot be saved because the disk is full: make room or choose another disk.");
    break;
  case ENAMETOOLONG:
    sentence = _ ("“%s” cannot be saved because the name is too long: choose a shorter one.");
    break;
  default:
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_WRITE,
                 _ ("“%s” cannot be saved (%s): choose another place."), place, g_strerror (saved_errno));
    return;
  }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_WRITE, sentence, place);
#pragma GCC diagnostic pop
}

void
longhand_set_error_from_document (GError **error, const char *reason) {
  g_set_error (
      error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
      _ ("There is not enough memory for a document (%s): close other programs, or choose plain text."),
      reason);
}
