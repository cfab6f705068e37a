/* A recording in place of a microphone: what comes through ring and pump is what is in the file. */
#include "audio/longhand-audio-file.h"
#include "audio/longhand-capture-file.h"
#include "audio/longhand-pump.h"
#include "longhand-error.h"

#include <glib/gstdio.h>
#include <math.h>
#include <sndfile.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#define RATE_HZ 16000

typedef struct {
  char *path;
  LonghandPumpQueue *queue;
  LonghandSource *source;
  LonghandPump *pump;
  LonghandFeed *feed;
  atomic_int n_closed;
  GError *error; /* of the close */
} Fixture;

static void
ignore_end (gpointer user) {
}

/* On threads of the source; the test looks at the fixture only when it is closed. */
static void
on_event (gpointer user, LonghandSourceEvent *event) {
  Fixture *f = user;

  if (event->type == LONGHAND_SOURCE_OPENED) {
    f->feed = longhand_feed_ref (event->feed);
    f->pump = longhand_pump_new (f->feed, NULL, f->queue, ignore_end, NULL, NULL);
    g_assert_nonnull (f->pump);
  } else {
    g_assert_cmpint (event->type, ==, LONGHAND_SOURCE_CLOSED);
    f->error = g_steal_pointer (&event->error);
    atomic_fetch_add (&f->n_closed, 1);
  }
  longhand_source_event_free (event);
}

static void
set_up (Fixture *f, gconstpointer data) {
  const int fd = g_file_open_tmp ("longhand-XXXXXX", &f->path, NULL);

  g_assert_cmpint (fd, >=, 0);
  g_close (fd, NULL);
  f->queue = longhand_pump_queue_new ();
}

static void
tear_down (Fixture *f, gconstpointer data) {
  if (f->source != NULL)
    f->source->free (f->source);
  longhand_pump_free (f->pump);
  g_clear_pointer (&f->feed, longhand_feed_unref);
  longhand_pump_queue_unref (f->queue);
  g_clear_error (&f->error);
  g_remove (f->path);
  g_free (f->path);
}

/* n_frames whose number can be told from their value, in every channel. */
static void
write_file (const char *path, int rate_hz, int n_channels, gsize n_frames) {
  SF_INFO info = { .samplerate = rate_hz, .channels = n_channels, .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT };
  SNDFILE *file = sf_open (path, SFM_WRITE, &info);
  g_autofree float *frames = g_new (float, n_frames *(gsize)n_channels);

  g_assert_nonnull (file);
  for (gsize i = 0; i < n_frames * (gsize)n_channels; i++)
    frames[i] = (float)sin ((double)(i / (gsize)n_channels));
  g_assert_cmpint (sf_writef_float (file, frames, (sf_count_t)n_frames), ==, (sf_count_t)n_frames);
  sf_close (file);
}

static void
open_file (Fixture *f, double pace, guint n_times) {
  g_autoptr (GError) error = NULL;

  f->source = longhand_capture_file_new (f->path, pace, n_times, &error);
  g_assert_no_error (error);
  f->source->connect (f->source, on_event, f);
}

/* Plays to the end, taking whatever comes; (transfer full) (element-type gfloat). */
static GArray *
play (Fixture *f) {
  GArray *heard = g_array_new (FALSE, FALSE, sizeof (float));
  gboolean end = FALSE;

  longhand_capture_file_set_queue (f->source, f->queue);
  f->source->start (f->source, "");
  while (!end) {
    float block[1000];
    const gsize n = longhand_pump_queue_pop (f->queue, block, G_N_ELEMENTS (block), &end);

    g_array_append_vals (heard, block, (guint)n);
    if (atomic_load (&f->n_closed) > 0)
      longhand_pump_stop (f->pump);
    if (n == 0 && !end)
      g_usleep (500);
  }
  g_assert_cmpint (atomic_load (&f->n_closed), ==, 1);
  g_assert_cmpuint (longhand_feed_get_n_dropped (f->feed), ==, 0);
  return heard;
}

static void
assert_rounds (const GArray *heard, gsize n_frames, guint n_times) {
  g_assert_cmpuint (heard->len, ==, n_frames * n_times);
  for (guint i = 0; i < heard->len; i++)
    if (g_array_index (heard, float, i) != (float)sin ((double)(i % n_frames)))
      g_error ("sample %u is another one", i);
}

static void
every_sample_arrives_once (Fixture *f, gconstpointer data) {
  g_autoptr (GArray) heard = NULL;

  write_file (f->path, RATE_HZ, 1, 100001);
  open_file (f, 0, 1);
  heard = play (f);
  g_assert_no_error (f->error);
  assert_rounds (heard, 100001, 1);
  g_assert_cmpfloat (longhand_capture_file_get_seconds (f->source), ==, 100001.0 / RATE_HZ);
}

static void
rounds_follow_without_a_gap (Fixture *f, gconstpointer data) {
  g_autoptr (GArray) heard = NULL;

  write_file (f->path, RATE_HZ, 1, 5003);
  open_file (f, 0, 7);
  heard = play (f);
  assert_rounds (heard, 5003, 7);
}

/* The clock decides: sound is there no sooner than its pace allows. */
static void
pace_is_kept_and_told (Fixture *f, gconstpointer data) {
  const gint64 begin_us = g_get_monotonic_time ();
  g_autoptr (GArray) heard = NULL;

  write_file (f->path, RATE_HZ, 1, 64000);
  open_file (f, 20, 1);
  heard = play (f);
  assert_rounds (heard, 64000, 1);
  g_assert_cmpint (g_get_monotonic_time () - begin_us, >=, 200000);
  g_assert_cmpfloat (longhand_feed_get_pace (f->feed), ==, 20);
}

static void
other_rates_and_channels_become_16_khz_mono (Fixture *f, gconstpointer data) {
  g_autoptr (GArray) heard = NULL;
  g_autofree float *expected = NULL;
  g_autoptr (GError) error = NULL;
  gsize n;

  write_file (f->path, 44100, 2, 200000);
  open_file (f, 0, 1);
  g_assert_cmpfloat (longhand_capture_file_get_seconds (f->source), ==, 200000 / 44100.0);
  heard = play (f);
  expected = longhand_audio_file_load (f->path, &n, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (heard->data, heard->len * sizeof (float), expected, n * sizeof (float));
}

/* Without a pace the file waits for a recognizer that takes nothing: neither is sound dropped, nor does it
 * pile up. */
static void
sound_waits_for_room (Fixture *f, gconstpointer data) {
  gsize before, n = 0;

  write_file (f->path, RATE_HZ, 1, 60 * RATE_HZ);
  open_file (f, 0, 1);
  longhand_capture_file_set_queue (f->source, f->queue);
  f->source->start (f->source, "");
  do {
    before = n;
    g_usleep (100000);
    n = longhand_pump_queue_get_n_samples (f->queue);
  } while (n == 0 || n > before);
  g_assert_cmpuint (n, <=, 2 * RATE_HZ);
  g_assert_cmpint (atomic_load (&f->n_closed), ==, 0);
  g_assert_cmpuint (longhand_feed_get_n_dropped (f->feed), ==, 0);
}

static void
stop_closes_once_and_a_start_begins_anew (Fixture *f, gconstpointer data) {
  g_autoptr (GArray) heard = NULL;

  write_file (f->path, RATE_HZ, 1, 20000);
  open_file (f, 0.1, 1);
  f->source->start (f->source, "");
  f->source->stop (f->source);
  while (atomic_load (&f->n_closed) == 0)
    g_usleep (1000);
  f->source->stop (f->source);
  longhand_pump_free (g_steal_pointer (&f->pump));
  longhand_feed_unref (g_steal_pointer (&f->feed));
  f->source->free (g_steal_pointer (&f->source));
  g_assert_cmpint (atomic_load (&f->n_closed), ==, 1);

  atomic_store (&f->n_closed, 0);
  longhand_pump_queue_unref (f->queue);
  f->queue = longhand_pump_queue_new ();
  open_file (f, 100, 1);
  heard = play (f);
  assert_rounds (heard, 20000, 1);
}

/* What was there until then has been played. */
static void
damage_is_told_at_its_place (Fixture *f, gconstpointer data) {
  SF_INFO info = { .samplerate = RATE_HZ, .channels = 1, .format = SF_FORMAT_FLAC | SF_FORMAT_PCM_16 };
  SNDFILE *file = sf_open (f->path, SFM_WRITE, &info);
  g_autoptr (GArray) heard = NULL;
  g_autofree char *content = NULL;
  gsize len;

  g_assert_nonnull (file);
  for (guint i = 0; i < 200000; i++) {
    const float sample = (float)(0.5 * sin (i * 0.01 * (1 + i * 1e-5)));

    g_assert_cmpint (sf_writef_float (file, &sample, 1), ==, 1);
  }
  sf_close (file);
  g_assert_true (g_file_get_contents (f->path, &content, &len, NULL));
  memset (content + len / 2, 0x55, len / 4);
  g_assert_true (g_file_set_contents (f->path, content, (gssize)len, NULL));
  open_file (f, 0, 1);
  heard = play (f);
  g_assert_error (f->error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE);
  g_assert_nonnull (strstr (f->error->message, f->path));
  g_assert_cmpuint (heard->len, >, 0);
  g_assert_cmpuint (heard->len, <, 200000);
}

static void
what_cannot_be_played_is_said_before (Fixture *f, gconstpointer data) {
  g_autoptr (GError) empty = NULL;
  g_autoptr (GError) silent = NULL;
  g_autoptr (GError) missing = NULL;

  g_assert_null (longhand_capture_file_new (f->path, 1, 1, &empty));
  g_assert_error (empty, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE);
  write_file (f->path, RATE_HZ, 1, 0);
  g_assert_null (longhand_capture_file_new (f->path, 1, 1, &silent));
  g_assert_error (silent, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE);
  g_assert_nonnull (strstr (silent->message, "holds no sound"));
  g_remove (f->path);
  g_assert_null (longhand_capture_file_new (f->path, 1, 1, &missing));
  g_assert_error (missing, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE);
  g_assert_nonnull (strstr (missing->message, "There is no file"));
}

#define FIXTURE_ADD(path, fn) g_test_add (path, Fixture, NULL, set_up, fn, tear_down)

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  FIXTURE_ADD ("/capture-file/every-sample-arrives-once", every_sample_arrives_once);
  FIXTURE_ADD ("/capture-file/rounds-follow-without-a-gap", rounds_follow_without_a_gap);
  FIXTURE_ADD ("/capture-file/pace-is-kept-and-told", pace_is_kept_and_told);
  FIXTURE_ADD ("/capture-file/other-rates-and-channels-become-16-khz-mono",
               other_rates_and_channels_become_16_khz_mono);
  FIXTURE_ADD ("/capture-file/sound-waits-for-room", sound_waits_for_room);
  FIXTURE_ADD ("/capture-file/stop-closes-once-and-a-start-begins-anew",
               stop_closes_once_and_a_start_begins_anew);
  FIXTURE_ADD ("/capture-file/damage-is-told-at-its-place", damage_is_told_at_its_place);
  FIXTURE_ADD ("/capture-file/what-cannot-be-played-is-said-before", what_cannot_be_played_is_said_before);
  return g_test_run ();
}
