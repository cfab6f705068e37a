/* LONGHAND_ERROR under names that a script can match, io.github.longhand_app.Longhand.Error.*, as
 * data/dbus describes them. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* From here on GDBus translates between codes and names, both ways. Any thread; again is no-op. */
void longhand_bus_error_register (void);

/* The name of any error; those of other domains are Failed. Static. */
const char *longhand_bus_error_get_name (const GError *error);

G_END_DECLS
