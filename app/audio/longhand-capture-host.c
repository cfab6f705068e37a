#include "audio/longhand-capture-host.h"

#include "audio/longhand-capture-names.h"
#include "audio/longhand-capture-process.h"
#include "longhand-error.h"

#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

#define SCAN_TIMEOUT_MS 5000
#define OPEN_TIMEOUT_MS 4000
#define CLOSE_TIMEOUT_MS 1500

struct _LonghandHost {
  /* owned; NULL before the first need, and after an end */
  LonghandProcess *process;
  GPtrArray *devices; /* LonghandDevice; of the last scan by process, NULL: none */
  GArray *indices;    /* PortAudio's of each */

  /* owned; NULL: none is open */
  LonghandFeed *feed;
  LonghandDevice *device;
};

LonghandHost *
longhand_host_new (void) {
  return g_new0 (LonghandHost, 1);
}

void
longhand_host_free (LonghandHost *self) {
  if (self->feed != NULL)
    longhand_host_close (self, TRUE);
  longhand_process_end (self->process, FALSE);
  g_clear_pointer (&self->devices, g_ptr_array_unref);
  g_clear_pointer (&self->indices, g_array_unref);
  g_free (self);
}

/* ---- the program ---- */

static void
forget_devices (LonghandHost *self) {
  g_clear_pointer (&self->devices, g_ptr_array_unref);
  g_clear_pointer (&self->indices, g_array_unref);
}

/* Its indices mean nothing to the next one. */
static void
end_process (LonghandHost *self) {
  longhand_process_end (g_steal_pointer (&self->process), TRUE);
  forget_devices (self);
}

static gboolean
need_process (LonghandHost *self, GError **error) {
  if (self->process != NULL && !longhand_process_is_alive (self->process))
    end_process (self);
  if (self->process == NULL)
    self->process = longhand_process_start (error);
  return self->process != NULL;
}

/* The next answer, of which *fd may be NULL where no file is expected; FALSE: none comes, and the program has
 * been ended. */
static gboolean
hear (LonghandHost *self, LonghandWireMessage *answer, int *fd) {
  int came;
  const gboolean heard = longhand_process_hear (self->process, answer, &came);

  if (fd != NULL)
    *fd = came;
  else if (came >= 0)
    close (came);
  if (!heard)
    end_process (self);
  return heard;
}

/* ---- the list of devices ---- */

static gboolean
fail_unanswered (GError **error) {
  g_set_error (
      error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
      _ ("The sound system does not answer. Try again; restart the computer if that does not help."));
  return FALSE;
}

static void
take_devices (LonghandHost *self, const GArray *found) {
  g_autofree LonghandRawDevice *raw = g_new0 (LonghandRawDevice, found->len);
  g_autoptr (GArray) order = g_array_new (FALSE, FALSE, sizeof (int));

  for (guint i = 0; i < found->len; i++) {
    const LonghandWireMessage *device = &g_array_index (found, LonghandWireMessage, i);

    raw[i] = (LonghandRawDevice){ device->host_api, device->text, device->n_channels, device->rate_hz,
                                  device->is_default != 0 };
  }
  self->devices = longhand_capture_names_present (raw, found->len, order);
  self->indices = g_array_new (FALSE, FALSE, sizeof (gint32));
  for (guint i = 0; i < order->len; i++) {
    const guint at = (guint)g_array_index (order, int, i);

    g_array_append_val (self->indices, g_array_index (found, LonghandWireMessage, at).index);
  }
}

static gboolean
scan (LonghandHost *self, GError **error) {
  LonghandWireMessage message = { .type = LONGHAND_WIRE_SCAN };
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof message);

  if (!need_process (self, error))
    return FALSE;
  forget_devices (self);
  longhand_process_ask (self->process, &message, SCAN_TIMEOUT_MS);
  do {
    if (!hear (self, &message, NULL))
      return fail_unanswered (error);
    if (message.type == LONGHAND_WIRE_DEVICE)
      g_array_append_val (found, message);
  } while (message.type == LONGHAND_WIRE_DEVICE);
  if (message.type != LONGHAND_WIRE_SCANNED) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
                 _ ("The sound system cannot be used: %s. Check the sound settings of the system."),
                 message.text);
    return FALSE;
  }
  take_devices (self, found);
  return TRUE;
}

GPtrArray *
longhand_host_list (LonghandHost *self, GError **error) {
  GPtrArray *devices;

  if (self->feed == NULL && !scan (self, error))
    return NULL;
  devices = g_ptr_array_new_with_free_func ((GDestroyNotify)longhand_device_free);
  for (guint i = 0; self->devices != NULL && i < self->devices->len; i++)
    g_ptr_array_add (devices, longhand_device_copy (self->devices->pdata[i]));
  return devices;
}

/* ---- the device that is open ---- */

/* Its place in the list; -1: it is not there. */
static int
find_device (LonghandHost *self, const char *id) {
  for (guint i = 0; self->devices != NULL && i < self->devices->len; i++) {
    const LonghandDevice *device = self->devices->pdata[i];

    if (*id == '\0' ? device->is_default : strcmp (id, device->id) == 0)
      return (int)i;
  }
  return -1;
}

static void
set_unanswered (const LonghandDevice *device, GError **error) {
  g_set_error (
      error, LONGHAND_ERROR, LONGHAND_ERROR_DEVICE_BUSY,
      _ ("The microphone “%s” does not answer. Unplug it and plug it in again, or choose another one."),
      device->name);
}

/* type: why. details: in PortAudio's words. */
static gboolean
fail_to_open (const LonghandDevice *device, guint32 type, const char *details, GError **error) {
  if (type == LONGHAND_WIRE_UNAVAILABLE)
    g_set_error (
        error, LONGHAND_ERROR, LONGHAND_ERROR_DEVICE_BUSY,
        _ ("The microphone “%s” is in use or not connected. Close the program that uses it, or choose "
           "another one."),
        device->name);
  else if (type == LONGHAND_WIRE_NO_MEMORY)
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_NO_MEMORY,
                 _ ("There is not enough memory to record: close other programs and try again."));
  else
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_DEVICE_BUSY,
                 _ ("The microphone “%s” cannot be opened: %s. Check its connection, or choose another one."),
                 device->name, details);
  return FALSE;
}

/* A driver that hangs or crashes takes the program along: what is not there any more is not asked again. */
static gboolean
try_open (LonghandHost *self, int at, GError **error) {
  g_autoptr (LonghandDevice) device = longhand_device_copy (self->devices->pdata[at]);
  LonghandWireMessage message
      = { .type = LONGHAND_WIRE_OPEN, .index = g_array_index (self->indices, gint32, at) };
  int fd;

  longhand_process_ask (self->process, &message, OPEN_TIMEOUT_MS);
  if (!hear (self, &message, &fd)) {
    set_unanswered (device, error);
    return FALSE;
  }
  if (message.type != LONGHAND_WIRE_OPENED)
    return fail_to_open (device, message.type, message.text, error);
  self->feed = longhand_feed_new_from_fd (fd, message.rate_hz, message.n_channels);
  if (fd >= 0)
    close (fd);
  if (self->feed == NULL) {
    end_process (self); /* the device is open there */
    return fail_to_open (device, LONGHAND_WIRE_NO_MEMORY, NULL, error);
  }
  self->device = g_steal_pointer (&device);
  return TRUE;
}

static gboolean
fail_absent (const char *id, GError **error) {
  g_autofree char *title = longhand_device_dup_title (id);

  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_DEVICE_ABSENT,
               _ ("“%s” is not connected. Recording begins when it is, or with another microphone."), title);
  return FALSE;
}

gboolean
longhand_host_open (LonghandHost *self, const char *device_id, GError **error) {
  g_autoptr (GError) first_error = NULL;
  int at;

  if (!need_process (self, error))
    return FALSE;
  /* The list may be old: when it does not lead to an open device, look again before giving up. */
  at = find_device (self, device_id);
  if (at >= 0 && try_open (self, at, &first_error))
    return TRUE;
  if (at >= 0 && self->process == NULL) {
    g_propagate_error (error, g_steal_pointer (&first_error));
    return FALSE;
  }
  if (!scan (self, error))
    return FALSE;
  if (self->devices->len == 0 && *device_id == '\0') {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_NO_MICROPHONE,
                 _ ("There is no microphone. Connect one, or check the sound settings, and try again."));
    return FALSE;
  }
  at = find_device (self, device_id);
  return at >= 0 ? try_open (self, at, error) : fail_absent (device_id, error);
}

LonghandFeed *
longhand_host_get_feed (LonghandHost *self) {
  return self->feed;
}

const LonghandDevice *
longhand_host_get_device (LonghandHost *self) {
  return self->device;
}

gboolean
longhand_host_has_ended (LonghandHost *self) {
  return longhand_feed_has_ended (self->feed) || !longhand_process_is_alive (self->process);
}

void
longhand_host_set_end_error (LonghandHost *self, GError **error) {
  if (longhand_feed_get_n_frames (self->feed) == 0 && !longhand_process_is_alive (self->process))
    set_unanswered (self->device, error);
  else
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_DEVICE_LOST,
                 _ ("“%s” has gone. What was said is kept, and recording goes on when it is back."),
                 self->device->name);
}

void
longhand_host_close (LonghandHost *self, gboolean lost) {
  LonghandWireMessage message = { .type = LONGHAND_WIRE_CLOSE };

  if (lost) {
    end_process (self);
  } else {
    longhand_process_ask (self->process, &message, CLOSE_TIMEOUT_MS);
    hear (self, &message, NULL);
  }
  longhand_feed_close (self->feed);
  g_clear_pointer (&self->feed, longhand_feed_unref);
  g_clear_pointer (&self->device, longhand_device_free);
}
