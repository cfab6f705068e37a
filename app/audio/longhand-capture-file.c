#include "audio/longhand-capture-file.h"

#include "audio/longhand-audio-file-open.h"
#include "audio/longhand-pump.h"
#include "longhand-error.h"

#include <glib/gi18n.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>

#define PERIOD_MS 10 /* as a microphone's callback */
#define WAIT_MS 1    /* for room */
#define BLOCK 4096   /* frames */
#define AHEAD_S 1.0  /* sound that may wait in ring and queue without a pace */

typedef struct {
  LonghandSource source;
  LonghandSourceFn fn;
  gpointer user;
  pthread_t thread;
  gboolean has_thread;
  atomic_bool stop;

  /* owned */
  char *name; /* for people */
  SNDFILE *file;
  LonghandPumpQueue *queue; /* NULL: only the ring counts */
  LonghandFeed *feed;       /* NULL before the start */
  float *frames;            /* [BLOCK, channels] */

  SF_INFO info;
  double pace;
  guint n_times;

  /* --- the playing thread's own --- */
  guint n_played;    /* times that the file was played to its end */
  sf_count_t n_read; /* of the frames of the time being */
  guint64 n_written; /* frames */
  gint64 begin_us;
} LonghandCaptureFile;

/* ---- playing ---- */

static void
sleep_ms (long ms) {
  const struct timespec t = { .tv_nsec = ms * 1000000L };

  nanosleep (&t, NULL);
}

/* Sound that is on its way. */
static double
waiting_s (LonghandCaptureFile *self) {
  const double in_ring
      = (double)longhand_ring_get_n_readable (longhand_feed_get_ring (self->feed)) / self->info.samplerate;

  return in_ring
         + (self->queue != NULL
                ? (double)longhand_pump_queue_get_n_samples (self->queue) / LONGHAND_PUMP_RATE_HZ
                : 0);
}

/* Frames to be written now. */
static gsize
n_due (LonghandCaptureFile *self) {
  double frames;

  if (self->pace > 0)
    frames = (double)(g_get_monotonic_time () - self->begin_us) / G_USEC_PER_SEC * self->info.samplerate
                 * self->pace
             - (double)self->n_written;
  else
    frames = (AHEAD_S - waiting_s (self)) * self->info.samplerate;
  return (gsize)CLAMP (frames, 0, BLOCK);
}

/* From the end to the beginning; FALSE after the last time, or with error. */
static gboolean
begin_again (LonghandCaptureFile *self, GError **error) {
  if (++self->n_played == self->n_times)
    return FALSE;
  self->n_read = 0;
  return sf_seek (self->file, 0, SEEK_SET) == 0
         || longhand_audio_file_check (self->file, self->name, &self->info, 0, error);
}

/* FALSE at the end of the last time, or with error. */
static gboolean
play_block (LonghandCaptureFile *self, gsize n_frames, GError **error) {
  const sf_count_t n = sf_readf_float (self->file, self->frames, (sf_count_t)n_frames);

  longhand_feed_write (self->feed, self->frames, (gsize)n);
  self->n_read += n;
  self->n_written += (guint64)n;
  if (n == (sf_count_t)n_frames)
    return TRUE;
  return longhand_audio_file_check (self->file, self->name, &self->info, self->n_read, error)
         && begin_again (self, error);
}

static void *
play_thread (void *data) {
  LonghandCaptureFile *self = data;
  LonghandSourceEvent *event = longhand_source_event_new (LONGHAND_SOURCE_CLOSED);
  gboolean goes_on = TRUE;

  self->begin_us = g_get_monotonic_time ();
  while (goes_on && !atomic_load_explicit (&self->stop, memory_order_relaxed)) {
    const gsize n = n_due (self);

    if (n > 0)
      goes_on = play_block (self, n, &event->error);
    if (n < BLOCK && goes_on)
      sleep_ms (self->pace > 0 ? PERIOD_MS : WAIT_MS);
  }
  self->fn (self->user, event);
  return NULL;
}

/* ---- source ---- */

static void
file_connect (LonghandSource *source, LonghandSourceFn fn, gpointer user) {
  LonghandCaptureFile *self = (LonghandCaptureFile *)source;

  self->fn = fn;
  self->user = user;
}

static void
join (LonghandCaptureFile *self) {
  if (self->has_thread)
    pthread_join (self->thread, NULL);
  self->has_thread = FALSE;
  g_clear_pointer (&self->feed, longhand_feed_unref);
}

/* Each start plays from the beginning. */
static void
rewind_file (LonghandCaptureFile *self) {
  sf_seek (self->file, 0, SEEK_SET);
  self->n_played = 0;
  self->n_read = 0;
  self->n_written = 0;
  atomic_store_explicit (&self->stop, false, memory_order_relaxed);
}

/* OPENED goes before whatever the thread has to tell. */
static void
file_start (LonghandSource *source, const char *device_id) {
  LonghandCaptureFile *self = (LonghandCaptureFile *)source;
  LonghandSourceEvent *event = longhand_source_event_new (LONGHAND_SOURCE_OPENED);

  join (self);
  rewind_file (self);
  self->feed = longhand_feed_new (self->info.samplerate, (guint)self->info.channels);
  longhand_feed_set_pace (self->feed, self->pace);
  event->feed = longhand_feed_ref (self->feed);
  self->fn (self->user, event);
  self->has_thread = pthread_create (&self->thread, NULL, play_thread, self) == 0;
  if (!self->has_thread) {
    event = longhand_source_event_new (LONGHAND_SOURCE_CLOSED);
    g_set_error (&event->error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
                 _ ("The system allows no more threads. Close other programs and try again."));
    self->fn (self->user, event);
  }
}

static void
file_stop (LonghandSource *source) {
  LonghandCaptureFile *self = (LonghandCaptureFile *)source;

  atomic_store_explicit (&self->stop, true, memory_order_relaxed);
}

static void
file_refresh (LonghandSource *source) {
  LonghandCaptureFile *self = (LonghandCaptureFile *)source;
  LonghandSourceEvent *event = longhand_source_event_new (LONGHAND_SOURCE_DEVICES);

  event->devices = g_ptr_array_new_with_free_func ((GDestroyNotify)longhand_device_free);
  self->fn (self->user, event);
}

static void
file_free (LonghandSource *source) {
  LonghandCaptureFile *self = (LonghandCaptureFile *)source;

  file_stop (source);
  join (self);
  g_clear_pointer (&self->queue, longhand_pump_queue_unref);
  g_clear_pointer (&self->file, sf_close);
  g_free (self->frames);
  g_free (self->name);
  g_free (self);
}

/* Looks at what the header says. */
static gboolean
check_length (const SF_INFO *info, const char *path, GError **error) {
  g_autofree char *name = g_filename_display_name (path);

  if (info->frames > 0 && info->frames < SF_COUNT_MAX)
    return TRUE;
  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE,
               info->frames > 0 ? _ ("“%s” breaks off, and its length is not known: copy or record it again.")
                                : _ ("“%s” holds no sound: check how it was recorded."),
               name);
  return FALSE;
}

LonghandSource *
longhand_capture_file_new (const char *path, double pace, guint n_times, GError **error) {
  LonghandCaptureFile *self;
  SF_INFO info;
  SNDFILE *file = longhand_audio_file_open (path, &info, error);

  if (file == NULL)
    return NULL;
  if (!check_length (&info, path, error)) {
    sf_close (file);
    return NULL;
  }
  self = g_new0 (LonghandCaptureFile, 1);
  self->source = (LonghandSource){ .connect = file_connect,
                                   .start = file_start,
                                   .stop = file_stop,
                                   .refresh = file_refresh,
                                   .free = file_free };
  self->name = g_filename_display_name (path);
  self->file = file;
  self->info = info;
  self->frames = g_new (float, (gsize)BLOCK *(gsize)info.channels);
  self->pace = pace;
  self->n_times = n_times;
  return &self->source;
}

void
longhand_capture_file_set_queue (LonghandSource *source, LonghandPumpQueue *queue) {
  LonghandCaptureFile *self = (LonghandCaptureFile *)source;

  self->queue = longhand_pump_queue_ref (queue);
}

double
longhand_capture_file_get_seconds (LonghandSource *source) {
  LonghandCaptureFile *self = (LonghandCaptureFile *)source;

  return (double)self->info.frames / self->info.samplerate;
}
