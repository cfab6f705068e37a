#include "automation/longhand-remote.h"

#include "automation/longhand-bus-error.h"
#include "automation/longhand-bus-dictation.h"
#include "longhand-config.h"
#include "longhand-error.h"

#include <glib/gi18n.h>
#include <string.h>

#define OBJECT_PATH "/io/github/longhand_app/Longhand"

static gboolean
call (LonghandBusDictation1 *proxy, const char *command, GError **error) {
  if (strcmp (command, "start") == 0)
    return longhand_bus_dictation1_call_start_sync (proxy, g_variant_new ("a{sv}", NULL), NULL, error);
  if (strcmp (command, "stop") == 0)
    return longhand_bus_dictation1_call_stop_sync (proxy, NULL, error);
  return longhand_bus_dictation1_call_toggle_sync (proxy, NULL, NULL, error);
}

LonghandRemoteResult
longhand_remote_run (const char *command, char **state, GError **error) {
  g_autoptr (GError) reason = NULL;
  g_autoptr (LonghandBusDictation1) proxy = longhand_bus_dictation1_proxy_new_for_bus_sync (
      G_BUS_TYPE_SESSION, G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START | G_DBUS_PROXY_FLAGS_DO_NOT_CONNECT_SIGNALS,
      APP_ID, OBJECT_PATH, NULL, &reason);
  g_autofree char *owner = NULL;

  longhand_bus_error_register ();
  if (proxy == NULL) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
                 _ ("The session bus cannot be reached (%s): run this within a desktop session."),
                 reason->message);
    return LONGHAND_REMOTE_FAILED;
  }
  owner = g_dbus_proxy_get_name_owner (G_DBUS_PROXY (proxy));
  if (owner == NULL)
    return LONGHAND_REMOTE_OFF;
  if (strcmp (command, "state") == 0) {
    *state = longhand_bus_dictation1_dup_state (proxy);
    return LONGHAND_REMOTE_DONE;
  }
  g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (proxy), G_MAXINT); /* the last words may come first */
  if (call (proxy, command, error))
    return LONGHAND_REMOTE_DONE;
  if (error != NULL)
    g_dbus_error_strip_remote_error (*error);
  return LONGHAND_REMOTE_FAILED;
}
