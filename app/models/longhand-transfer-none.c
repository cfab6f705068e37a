/* A build without the network. */
#include "longhand-error.h"
#include "models/longhand-transfer.h"

#include <glib/gi18n.h>

gboolean
longhand_transfer_is_possible (void) {
  return FALSE;
}

gboolean
longhand_transfer_run (const LonghandTransfer *self, GCancellable *cancellable, GError **error) {
  g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_DOWNLOAD,
                       _ ("This build of Longhand has no network: import a model file instead."));
  return FALSE;
}
