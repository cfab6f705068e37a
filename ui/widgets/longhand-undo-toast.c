#include "widgets/longhand-undo-toast.h"

#include <glib/gi18n.h>

#define TIMEOUT_S 15 /* for those who read slowly, or with their ears */

AdwToast *
longhand_undo_toast_new (const char *message, const char *action, GVariant *target) {
  g_autofree char *title = g_markup_escape_text (message, -1);
  AdwToast *toast = adw_toast_new (title);

  adw_toast_set_timeout (toast, TIMEOUT_S);
  adw_toast_set_button_label (toast, _ ("_Undo"));
  adw_toast_set_action_name (toast, action);
  adw_toast_set_action_target_value (toast, target);
  return toast;
}
