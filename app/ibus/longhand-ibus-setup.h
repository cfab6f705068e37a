/* Longhand among the input methods that people choose from: GNOME's input sources, or those of IBus itself.
 * From a process without engines; waits. */
#pragma once

#include <ibus.h>

G_BEGIN_DECLS

/* Puts it there behind the others, or takes it away; no matter when it is, or is not. FALSE: error (of
 * LONGHAND_ERROR) says why. */
gboolean longhand_ibus_setup_add (IBusBus *bus, GError **error);
gboolean longhand_ibus_setup_remove (IBusBus *bus, GError **error);

/* *is_there, and a translated sentence about it. (transfer none); NULL: error says why it cannot be had. */
const char *longhand_ibus_setup_describe (IBusBus *bus, gboolean *is_there, GError **error);

G_END_DECLS
