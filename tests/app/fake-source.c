#include "fake-source.h"

#include "longhand-error.h"

static void
fake_connect (LonghandSource *source, LonghandSourceFn fn, gpointer user) {
  FakeSource *self = (FakeSource *)source;

  self->fn = fn;
  self->user = user;
}

void
fake_source_open (FakeSource *self) {
  LonghandSourceEvent *event = longhand_source_event_new (LONGHAND_SOURCE_OPENED);

  g_assert_null (self->feed);
  self->feed = longhand_feed_new (self->rate_hz, self->n_channels);
  event->feed = longhand_feed_ref (self->feed);
  event->device = g_new0 (LonghandDevice, 1);
  event->device->id = g_strdup (*self->device_id != '\0' ? self->device_id : "fake/one");
  event->device->name = longhand_device_dup_title (event->device->id);
  self->fn (self->user, event);
}

static void
fake_start (LonghandSource *source, const char *device_id) {
  FakeSource *self = (FakeSource *)source;

  g_assert_null (self->feed);
  self->n_started++;
  g_free (self->device_id);
  self->device_id = g_strdup (device_id);
  if (self->error != NULL) {
    LonghandSourceEvent *event = longhand_source_event_new (LONGHAND_SOURCE_FAILED);

    event->error = g_steal_pointer (&self->error);
    self->fn (self->user, event);
  } else if (!self->hold) {
    fake_source_open (self);
  }
}

static void
close_with (FakeSource *self, GError *error) {
  LonghandSourceEvent *event = longhand_source_event_new (LONGHAND_SOURCE_CLOSED);

  event->error = error;
  g_clear_pointer (&self->feed, longhand_feed_unref);
  self->fn (self->user, event);
}

static void
fake_stop (LonghandSource *source) {
  FakeSource *self = (FakeSource *)source;

  if (self->feed != NULL)
    close_with (self, NULL);
}

static void
fake_refresh (LonghandSource *source) {
  FakeSource *self = (FakeSource *)source;
  LonghandSourceEvent *event = longhand_source_event_new (LONGHAND_SOURCE_DEVICES);

  self->n_refreshed++;
  event->devices = g_ptr_array_new_with_free_func ((GDestroyNotify)longhand_device_free);
  for (guint i = 0; i < self->devices->len; i++)
    g_ptr_array_add (event->devices, longhand_device_copy (self->devices->pdata[i]));
  self->fn (self->user, event);
}

static void
fake_free (LonghandSource *source) {
  FakeSource *self = (FakeSource *)source;

  g_clear_error (&self->error);
  g_clear_pointer (&self->feed, longhand_feed_unref);
  g_ptr_array_unref (self->devices);
  g_free (self->device_id);
  g_free (self);
}

GPtrArray *
fake_source_list (const char *const *names) {
  GPtrArray *devices = g_ptr_array_new_with_free_func ((GDestroyNotify)longhand_device_free);

  for (guint i = 0; names[i] != NULL; i++) {
    LonghandDevice *device = g_new0 (LonghandDevice, 1);

    device->id = g_strdup_printf ("fake/%s", names[i]);
    device->name = g_strdup (names[i]);
    device->is_default = i == 0;
    g_ptr_array_add (devices, device);
  }
  return devices;
}

void
fake_source_set_devices (FakeSource *self, const char *const *names) {
  if (self->devices != NULL)
    g_ptr_array_unref (self->devices);
  self->devices = fake_source_list (names);
}

FakeSource *
fake_source_new (void) {
  FakeSource *self = g_new0 (FakeSource, 1);

  self->source = (LonghandSource){ fake_connect, fake_start, fake_stop, fake_refresh, fake_free };
  self->rate_hz = 16000;
  self->n_channels = 1;
  fake_source_set_devices (self, (const char *const[]){ "one", NULL });
  return self;
}

void
fake_source_fail (FakeSource *self, GError *error) {
  g_clear_error (&self->error);
  self->error = error;
}

void
fake_source_speak (FakeSource *self, const float *frames, gsize n_frames) {
  longhand_feed_write (self->feed, frames, n_frames);
}

void
fake_source_lose (FakeSource *self) {
  close_with (self, g_error_new (LONGHAND_ERROR, LONGHAND_ERROR_DEVICE_LOST, "The microphone has gone."));
}
