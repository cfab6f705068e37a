#include "dictation/longhand-microphones.h"

#include <gio/gio.h>
#include <string.h>

#define POLL_S 3
#define SETTLE_MS 500 /* a device that is plugged in shows several files, and gets its permissions later */

struct _LonghandMicrophones {
  LonghandSource *source; /* borrowed */
  GPtrArray *devices;     /* owned LonghandDevice */
  GFileMonitor *monitor;  /* owned; NULL when the system has none */
  guint n_watchers;
  guint poll_id, settle_id; /* sources; 0: none */
  gboolean busy, due;       /* due: to be asked for when not busy any more */
};

void
longhand_microphones_refresh (LonghandMicrophones *self) {
  self->due = self->busy;
  if (!self->busy)
    self->source->refresh (self->source);
}

static gboolean
on_poll (gpointer user) {
  LonghandMicrophones *self = user;

  if (!self->busy)
    longhand_microphones_refresh (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_settled (gpointer user) {
  LonghandMicrophones *self = user;

  self->settle_id = 0;
  longhand_microphones_refresh (self);
  return G_SOURCE_REMOVE;
}

static void
on_folder_changed (LonghandMicrophones *self) {
  if (self->settle_id == 0)
    self->settle_id = g_timeout_add (SETTLE_MS, on_settled, self);
}

LonghandMicrophones *
longhand_microphones_new (LonghandSource *source, const char *folder) {
  LonghandMicrophones *self = g_new0 (LonghandMicrophones, 1);
  g_autoptr (GFile) file = g_file_new_for_path (folder);

  self->source = source;
  self->devices = g_ptr_array_new_with_free_func ((GDestroyNotify)longhand_device_free);
  self->monitor = g_file_monitor_directory (file, G_FILE_MONITOR_NONE, NULL, NULL);
  if (self->monitor != NULL)
    g_signal_connect_swapped (self->monitor, "changed", G_CALLBACK (on_folder_changed), self);
  return self;
}

void
longhand_microphones_stop (LonghandMicrophones *self) {
  if (self->monitor != NULL)
    g_signal_handlers_disconnect_by_data (self->monitor, self);
  g_clear_object (&self->monitor);
  g_clear_handle_id (&self->poll_id, g_source_remove);
  g_clear_handle_id (&self->settle_id, g_source_remove);
}

void
longhand_microphones_free (LonghandMicrophones *self) {
  if (self == NULL)
    return;
  longhand_microphones_stop (self);
  g_ptr_array_unref (self->devices);
  g_free (self);
}

void
longhand_microphones_set_busy (LonghandMicrophones *self, gboolean busy) {
  self->busy = busy;
  if (!busy && self->due)
    longhand_microphones_refresh (self);
}

void
longhand_microphones_watch (LonghandMicrophones *self, gboolean watch) {
  self->n_watchers += watch ? 1 : -1;
  if (self->n_watchers == 0) {
    g_clear_handle_id (&self->poll_id, g_source_remove);
  } else if (self->poll_id == 0) {
    self->poll_id = g_timeout_add_seconds (POLL_S, on_poll, self);
  }
}

static gboolean
is_same (const LonghandDevice *a, const LonghandDevice *b) {
  return strcmp (a->id, b->id) == 0 && strcmp (a->name, b->name) == 0 && a->is_default == b->is_default;
}

gboolean
longhand_microphones_take (LonghandMicrophones *self, GPtrArray *devices) {
  gboolean differs = devices->len != self->devices->len;

  for (guint i = 0; i < devices->len && !differs; i++)
    differs = !is_same (devices->pdata[i], self->devices->pdata[i]);
  g_ptr_array_unref (self->devices);
  self->devices = devices;
  return differs;
}

GPtrArray *
longhand_microphones_get_list (LonghandMicrophones *self) {
  return self->devices;
}

const LonghandDevice *
longhand_microphones_find (LonghandMicrophones *self, const char *id) {
  for (guint i = 0; i < self->devices->len; i++) {
    const LonghandDevice *device = self->devices->pdata[i];

    if (*id == '\0' ? device->is_default : strcmp (device->id, id) == 0)
      return device;
  }
  return NULL;
}

const LonghandDevice *
longhand_microphones_find_other (LonghandMicrophones *self, const char *id) {
  const LonghandDevice *other = longhand_microphones_find (self, "");

  if (*id == '\0')
    return NULL;
  if (other != NULL && strcmp (other->id, id) != 0)
    return other;
  for (guint i = 0; i < self->devices->len; i++) {
    other = self->devices->pdata[i];
    if (strcmp (other->id, id) != 0)
      return other;
  }
  return NULL;
}
