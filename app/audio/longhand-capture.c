#include "audio/longhand-capture.h"

LonghandDevice *
longhand_device_copy (const LonghandDevice *device) {
  LonghandDevice *copy = g_new (LonghandDevice, 1);

  *copy = *device;
  copy->id = g_strdup (device->id);
  copy->name = g_strdup (device->name);
  return copy;
}

void
longhand_device_free (LonghandDevice *device) {
  if (device == NULL)
    return;
  g_free (device->id);
  g_free (device->name);
  g_free (device);
}
