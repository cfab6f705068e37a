/* What PortAudio 19.6 needs done for it on Linux before it is initialised. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Keeps ALSA and JACK from printing, each time devices are listed, about the ones that are not there. Their
 * own switches are used: standard error stays everybody's. */
void longhand_capture_quiet (void);

/* FALSE when ALSA's configuration defines no device at all: then not even a card can be opened, and PortAudio
 * ends the process by an assertion. */
gboolean longhand_capture_quiet_has_devices (void);

G_END_DECLS
