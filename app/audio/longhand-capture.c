#include "audio/longhand-capture.h"

#include "audio/longhand-capture-host.h"
#include "audio/longhand-capture-source.h"
#include "longhand-error.h"

#include <glib/gi18n.h>
#include <pthread.h>
#include <time.h>

#define WATCH_PERIOD_MS 50
#define UNWATCHED_LIMIT_MS 250    /* nobody looked for so long: nothing can be said of the device */
#define DEVICE_DELAY_MS 200       /* sound that a device and a sound server may hold */
#define SILENT_LIMIT_MS 1000      /* no callback for so long: the device is lost */
#define FIRST_SOUND_LIMIT_MS 5000 /* headsets and sound servers may take a while to begin */

/* The control thread opens, watches and closes; it is the only one to use host, which lets nothing take for
 * ever, so this thread can always be joined. */
typedef struct {
  LonghandSource source;
  LonghandSourceFn fn;
  gpointer user;
  pthread_t thread;
  gboolean has_thread;

  pthread_mutex_t lock;
  pthread_cond_t asked;
  /* --- guarded by lock --- */
  char *start_id; /* owned; device to open, NULL when none is to be */
  gboolean stop, refresh, quit;

  /* --- the control thread's own --- */
  LonghandHost *host; /* owned */
  guint64 n_frames;   /* of what is open, at the last look */
  gint64 heard_us;    /* when that number last moved */
  gint64 looked_us;   /* when it was last looked at */
} LonghandCapture;

/* ---- devices ---- */

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

GPtrArray *
longhand_capture_list_devices (GError **error) {
  g_autoptr (LonghandHost) host = longhand_host_new ();
  g_autoptr (GPtrArray) devices = longhand_host_list (host, error);

  if (devices == NULL)
    return NULL;
  if (devices->len == 0) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_NO_MICROPHONE,
                 _ ("There is no microphone. Connect one, or check the sound settings, and try again."));
    return NULL;
  }
  return g_steal_pointer (&devices);
}

/* ---- events ---- */

LonghandSourceEvent *
longhand_source_event_new (LonghandSourceEventType type) {
  LonghandSourceEvent *event = g_new0 (LonghandSourceEvent, 1);

  event->type = type;
  return event;
}

void
longhand_source_event_free (LonghandSourceEvent *event) {
  g_clear_pointer (&event->feed, longhand_feed_unref);
  g_clear_pointer (&event->device, longhand_device_free);
  g_clear_error (&event->error);
  g_clear_pointer (&event->devices, g_ptr_array_unref);
  g_free (event);
}

/* ---- control thread ---- */

static gboolean
is_open (LonghandCapture *self) {
  return longhand_host_get_feed (self->host) != NULL;
}

static void
open_device (LonghandCapture *self, const char *id) {
  g_autoptr (LonghandSourceEvent) event = longhand_source_event_new (LONGHAND_SOURCE_OPENED);

  if (!longhand_host_open (self->host, id, &event->error)) {
    event->type = LONGHAND_SOURCE_FAILED;
  } else {
    event->feed = longhand_feed_ref (longhand_host_get_feed (self->host));
    event->device = longhand_device_copy (longhand_host_get_device (self->host));
    self->n_frames = 0;
    self->heard_us = self->looked_us = g_get_monotonic_time ();
  }
  self->fn (self->user, g_steal_pointer (&event));
}

/* Stopping throws away what the device holds but has not passed on, such as the end of the last word: that is
 * waited for first. */
static void
close_device (LonghandCapture *self) {
  g_usleep (DEVICE_DELAY_MS * 1000);
  longhand_host_close (self->host, FALSE);
  self->fn (self->user, longhand_source_event_new (LONGHAND_SOURCE_CLOSED));
}

static void
list_devices (LonghandCapture *self) {
  LonghandSourceEvent *event = longhand_source_event_new (LONGHAND_SOURCE_DEVICES);

  event->devices = longhand_host_list (self->host, NULL);
  if (event->devices == NULL)
    event->devices = g_ptr_array_new_with_free_func ((GDestroyNotify)longhand_device_free);
  self->fn (self->user, event);
}

/* A device that has gone either ends its stream or falls silent for ever, without any error. */
static gboolean
is_lost (LonghandCapture *self) {
  const guint64 n_frames = longhand_feed_get_n_frames (longhand_host_get_feed (self->host));
  const gint64 now_us = g_get_monotonic_time ();
  const gint64 unwatched_us = now_us - self->looked_us;
  const gint64 limit_ms = n_frames == 0 ? FIRST_SOUND_LIMIT_MS : SILENT_LIMIT_MS;

  if (longhand_host_has_ended (self->host))
    return TRUE;
  self->looked_us = now_us;
  if (n_frames != self->n_frames) {
    self->n_frames = n_frames;
    self->heard_us = now_us;
  } else if (unwatched_us > UNWATCHED_LIMIT_MS * 1000) {
    self->heard_us = now_us; /* the whole program stood still, not the device alone */
  }
  return now_us - self->heard_us > limit_ms * 1000;
}

/* What was heard is passed on before the dead device is taken care of. */
static void
lose_device (LonghandCapture *self) {
  LonghandSourceEvent *event = longhand_source_event_new (LONGHAND_SOURCE_CLOSED);

  longhand_feed_close (longhand_host_get_feed (self->host));
  longhand_host_set_end_error (self->host, &event->error);
  self->fn (self->user, event);
  longhand_host_close (self->host, TRUE);
}

static struct timespec
next_look (void) {
  struct timespec t;

  clock_gettime (CLOCK_MONOTONIC, &t);
  t.tv_nsec += WATCH_PERIOD_MS * 1000000L;
  if (t.tv_nsec >= 1000000000L) {
    t.tv_sec++;
    t.tv_nsec -= 1000000000L;
  }
  return t;
}

static void *
control_thread (void *data) {
  LonghandCapture *self = data;
  gboolean quit = FALSE;

  self->host = longhand_host_new ();
  while (!quit) {
    g_autofree char *start_id = NULL;
    gboolean stop, refresh;

    pthread_mutex_lock (&self->lock);
    if (is_open (self)) {
      const struct timespec until = next_look ();

      while (!self->stop && !self->refresh && !self->quit
             && pthread_cond_timedwait (&self->asked, &self->lock, &until) == 0)
        ;
    } else {
      while (self->start_id == NULL && !self->refresh && !self->quit)
        pthread_cond_wait (&self->asked, &self->lock);
    }
    quit = self->quit;
    if (!is_open (self))
      start_id = g_steal_pointer (&self->start_id);
    stop = self->stop && is_open (self);
    refresh = self->refresh;
    self->refresh = FALSE;
    if (stop || start_id == NULL)
      self->stop = FALSE;
    pthread_mutex_unlock (&self->lock);

    if (quit)
      break;
    if (stop)
      close_device (self);
    else if (is_open (self) && is_lost (self))
      lose_device (self);
    if (start_id != NULL)
      open_device (self, start_id);
    if (refresh)
      list_devices (self);
  }
  g_clear_pointer (&self->host, longhand_host_free);
  return NULL;
}

/* ---- source ---- */

static void
capture_connect (LonghandSource *source, LonghandSourceFn fn, gpointer user) {
  LonghandCapture *self = (LonghandCapture *)source;

  self->fn = fn;
  self->user = user;
}

static void
ask (LonghandCapture *self) {
  if (!self->has_thread)
    self->has_thread = pthread_create (&self->thread, NULL, control_thread, self) == 0;
  pthread_cond_signal (&self->asked);
}

static void
capture_start (LonghandSource *source, const char *device_id) {
  LonghandCapture *self = (LonghandCapture *)source;

  pthread_mutex_lock (&self->lock);
  g_free (self->start_id);
  self->start_id = g_strdup (device_id);
  self->stop = FALSE; /* it may have been meant for a device that was lost meanwhile */
  ask (self);
  pthread_mutex_unlock (&self->lock);
  if (!self->has_thread) {
    LonghandSourceEvent *event = longhand_source_event_new (LONGHAND_SOURCE_FAILED);

    g_clear_pointer (&self->start_id, g_free);
    g_set_error (&event->error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
                 _ ("The system allows no more threads. Close other programs and try again."));
    self->fn (self->user, event);
  }
}

static void
capture_stop (LonghandSource *source) {
  LonghandCapture *self = (LonghandCapture *)source;

  pthread_mutex_lock (&self->lock);
  self->stop = TRUE;
  ask (self);
  pthread_mutex_unlock (&self->lock);
}

static void
capture_refresh (LonghandSource *source) {
  LonghandCapture *self = (LonghandCapture *)source;

  pthread_mutex_lock (&self->lock);
  self->refresh = TRUE;
  ask (self);
  pthread_mutex_unlock (&self->lock);
}

static void
capture_free (LonghandSource *source) {
  LonghandCapture *self = (LonghandCapture *)source;

  pthread_mutex_lock (&self->lock);
  self->quit = TRUE;
  pthread_cond_signal (&self->asked);
  pthread_mutex_unlock (&self->lock);
  if (self->has_thread)
    pthread_join (self->thread, NULL);
  pthread_cond_destroy (&self->asked);
  pthread_mutex_destroy (&self->lock);
  g_free (self->start_id);
  g_free (self);
}

LonghandSource *
longhand_capture_new (void) {
  LonghandCapture *self = g_new0 (LonghandCapture, 1);
  pthread_condattr_t attr;

  self->source = (LonghandSource){ .connect = capture_connect,
                                   .start = capture_start,
                                   .stop = capture_stop,
                                   .refresh = capture_refresh,
                                   .free = capture_free };
  pthread_mutex_init (&self->lock, NULL);
  pthread_condattr_init (&attr);
  pthread_condattr_setclock (&attr, CLOCK_MONOTONIC);
  pthread_cond_init (&self->asked, &attr);
  pthread_condattr_destroy (&attr);
  return &self->source;
}
