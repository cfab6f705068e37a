/* The running program, asked from another process over the session bus. Waits; any thread. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
  LONGHAND_REMOTE_DONE,
  LONGHAND_REMOTE_FAILED, /* error says why */
  LONGHAND_REMOTE_OFF,    /* it is not running; it is not started for this */
} LonghandRemoteResult;

/* command: "start", "stop", "toggle" or "state"; *state (may be NULL) is set by the latter to what data/dbus
 * describes. (transfer full) */
LonghandRemoteResult longhand_remote_run (const char *command, char **state, GError **error);

G_END_DECLS
