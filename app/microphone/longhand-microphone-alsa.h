/* What PortAudio 19.6 needs to be kept from on Linux. */
#pragma once

#include <glib.h>

/* FALSE when ALSA's configuration defines no device at all: then not even a card can be opened, and PortAudio
 * ends the process by an assertion. */
gboolean longhand_microphone_alsa_has_devices (void);
