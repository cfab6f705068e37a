/* A microphone whose sound, and whose fate, the test decides, on its own thread. */
#pragma once

#include "audio/longhand-capture-source.h"

G_BEGIN_DECLS

typedef struct {
  LonghandSource source;
  double rate_hz; /* of the next stream */
  guint n_channels;
  gboolean hold;      /* a start is not answered until fake_source_open */
  GError *error;      /* owned; answer to the next start, if any */
  guint n_started;    /* starts so far */
  guint n_refreshed;  /* lists asked for so far */
  GPtrArray *devices; /* owned LonghandDevice: what is listed; "one" at first */
  char *device_id;    /* owned; of the last one */
  LonghandFeed *feed; /* owned; NULL when closed */
  LonghandSourceFn fn;
  gpointer user;
} FakeSource;

FakeSource *fake_source_new (void); /* freed by the one who gets its source */
/* Devices of these names, with the ids "fake/NAME"; the first is the default. (transfer full) */
GPtrArray *fake_source_list (const char *const *names);
void fake_source_set_devices (FakeSource *self, const char *const *names);
void fake_source_open (FakeSource *self);
void fake_source_fail (FakeSource *self, GError *error); /* (transfer full) error */
/* [n_frames, n_channels], as fast as they are taken. */
void fake_source_speak (FakeSource *self, const float *frames, gsize n_frames);
void fake_source_lose (FakeSource *self);

G_END_DECLS
