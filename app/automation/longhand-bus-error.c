#include "automation/longhand-bus-error.h"

#include "longhand-config.h"
#include "longhand-error.h"

#define NAME(name) APP_ID ".Error." name

static const GDBusErrorEntry entries[] = {
  { LONGHAND_ERROR_FAILED, NAME ("Failed") },
  { LONGHAND_ERROR_NO_MICROPHONE, NAME ("NoMicrophone") },
  { LONGHAND_ERROR_DEVICE_ABSENT, NAME ("MicrophoneAbsent") },
  { LONGHAND_ERROR_DEVICE_LOST, NAME ("MicrophoneLost") },
  { LONGHAND_ERROR_DEVICE_BUSY, NAME ("MicrophoneBusy") },
  { LONGHAND_ERROR_MODEL_MISSING, NAME ("ModelMissing") },
  { LONGHAND_ERROR_MODEL_BROKEN, NAME ("ModelBroken") },
  { LONGHAND_ERROR_MODEL_UNSUPPORTED, NAME ("ModelUnsupported") },
  { LONGHAND_ERROR_NO_MEMORY, NAME ("NoMemory") },
  { LONGHAND_ERROR_AUDIO_FILE, NAME ("AudioFile") },
  { LONGHAND_ERROR_WRITE, NAME ("Write") },
  { LONGHAND_ERROR_INVALID, NAME ("InvalidArgument") },
  { LONGHAND_ERROR_CANCELLED, NAME ("Cancelled") },
  { LONGHAND_ERROR_BUSY, NAME ("Busy") },
};

void
longhand_bus_error_register (void) {
  for (gsize i = 0; i < G_N_ELEMENTS (entries); i++)
    g_dbus_error_register_error (LONGHAND_ERROR, entries[i].error_code, entries[i].dbus_error_name);
}

const char *
longhand_bus_error_get_name (const GError *error) {
  for (gsize i = 0; i < G_N_ELEMENTS (entries); i++)
    if (g_error_matches (error, LONGHAND_ERROR, entries[i].error_code))
      return entries[i].dbus_error_name;
  return NAME ("Failed");
}
