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
  LonghandDevice device = { (char *)"fake/one", (char *)"Fake microphone", TRUE, 1, 16000 };

  event->devices = g_ptr_array_new_with_free_func ((GDestroyNotify)longhand_device_free);
  g_ptr_array_add (event->devices, longhand_device_copy (&device));
  self->fn (self->user, event);
}

static void
fake_free (LonghandSource *source) {
  FakeSource *self = (FakeSource *)source;

  g_clear_error (&self->error);
  g_clear_pointer (&self->feed, longhand_feed_unref);
  g_free (self->device_id);
  g_free (self);
}

FakeSource *
fake_source_new (void) {
  FakeSource *self = g_new0 (FakeSource, 1);

  self->source = (LonghandSource){ fake_connect, fake_start, fake_stop, fake_refresh, fake_free };
  self->rate_hz = 16000;
  self->n_channels = 1;
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
