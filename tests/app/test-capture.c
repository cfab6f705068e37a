/* Microphones through PortAudio, in its program. The devices are ALSA's "wavmic", which hears a sound file
 * and has a real device's limits and faults (tests/support/alsa-wavmic.c); each test is a process of its own,
 * whose only child is the program. Tests under /capture/server need virtual-mic around them.
 * Environment: LONGHAND_TEST_WAVMIC, the plugin's path; LONGHAND_TEST_WAV, 16 kHz mono speech;
 * LONGHAND_MICROPHONE, the program; LONGHAND_TEST_FAKE_MICROPHONE, one with faults. */
#include "audio/longhand-capture-source.h"
#include "audio/longhand-pump.h"
#include "longhand-error.h"

#include <glib/gstdio.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <sndfile.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Events of the control thread; not a GAsyncQueue, whose locks ThreadSanitizer does not see. */
typedef struct {
  pthread_mutex_t lock;
  pthread_cond_t came;
  GQueue waiting; /* guarded by lock; LonghandSourceEvent */
} Events;

static void
events_push (gpointer user, LonghandSourceEvent *event) {
  Events *self = user;

  pthread_mutex_lock (&self->lock);
  g_queue_push_tail (&self->waiting, event);
  pthread_cond_signal (&self->came);
  pthread_mutex_unlock (&self->lock);
}

static LonghandSourceEvent *
events_pop (Events *self) {
  LonghandSourceEvent *event;

  pthread_mutex_lock (&self->lock);
  while (g_queue_is_empty (&self->waiting))
    pthread_cond_wait (&self->came, &self->lock);
  event = g_queue_pop_head (&self->waiting);
  pthread_mutex_unlock (&self->lock);
  return event;
}

static Events *
events_new (void) {
  Events *self = g_new0 (Events, 1);

  pthread_mutex_init (&self->lock, NULL);
  pthread_cond_init (&self->came, NULL);
  return self;
}

typedef struct {
  LonghandSource *source;
  Events *events;
  LonghandPumpQueue *queue;
  LonghandPump *pump;
  LonghandFeed *feed; /* of the last recording */
} Listener;

static Listener
listen_to (const char *device_id) {
  Listener self = { longhand_capture_new (), events_new (), longhand_pump_queue_new (), NULL, NULL };

  self.source->connect (self.source, events_push, self.events);
  self.source->start (self.source, device_id);
  return self;
}

static void
ignore_end (gpointer user) {
}

static void
expect_opened (Listener *self) {
  g_autoptr (LonghandSourceEvent) event = events_pop (self->events);
  g_autoptr (GError) error = NULL;

  g_assert_no_error (event->error);
  g_assert_cmpint (event->type, ==, LONGHAND_SOURCE_OPENED);
  g_clear_pointer (&self->feed, longhand_feed_unref);
  self->feed = g_steal_pointer (&event->feed);
  self->pump = longhand_pump_new (self->feed, NULL, self->queue, ignore_end, NULL, &error);
  g_assert_no_error (error);
}

static void
hear_seconds (Listener *self, double seconds) {
  while (longhand_pump_queue_get_n_samples (self->queue) < seconds * LONGHAND_PUMP_RATE_HZ)
    g_usleep (10000);
}

/* A machine that stands still for longer than a device keeps sound has some of it lost. */
static gboolean
is_whole (Listener *self) {
  return longhand_feed_get_n_overruns (self->feed) == 0;
}

/* Or until some is lost. */
static void
hear_whole_seconds (Listener *self, double seconds) {
  while (longhand_pump_queue_get_n_samples (self->queue) < seconds * LONGHAND_PUMP_RATE_HZ && is_whole (self))
    g_usleep (10000);
}

/* The recording so far; *n its length. */
static float *
end_pump (Listener *self, gsize *n) {
  float *samples;
  gboolean end;

  g_clear_pointer (&self->pump, longhand_pump_free);
  *n = longhand_pump_queue_get_n_samples (self->queue);
  samples = g_new (float, *n);
  g_assert_cmpuint (longhand_pump_queue_pop (self->queue, samples, *n, &end), ==, *n);
  return samples;
}

static float *
stop (Listener *self, gsize *n) {
  g_autoptr (LonghandSourceEvent) event = NULL;

  self->source->stop (self->source);
  event = events_pop (self->events);
  g_assert_cmpint (event->type, ==, LONGHAND_SOURCE_CLOSED);
  g_assert_no_error (event->error);
  return end_pump (self, n);
}

/* What was started, to Stop, and as often as it takes to have a recording of which nothing was lost: wavmic begins
 * anew each time. *n_due: as long as it must be at least; NULL: nobody wants to know. */
static float *
record_whole (Listener *self, double seconds, gsize *n_due, gsize *n) {
  for (;;) {
    g_autofree float *heard = NULL;
    gint64 opened_us;

    expect_opened (self);
    opened_us = g_get_monotonic_time ();
    hear_whole_seconds (self, seconds);
    if (n_due != NULL)
      *n_due = (gsize)((g_get_monotonic_time () - opened_us) * LONGHAND_PUMP_RATE_HZ / G_USEC_PER_SEC);
    heard = stop (self, n);
    if (is_whole (self))
      return g_steal_pointer (&heard);
    self->source->start (self->source, "");
  }
}

static void
listener_clear (Listener *self) {
  g_clear_pointer (&self->pump, longhand_pump_free);
  g_clear_pointer (&self->feed, longhand_feed_unref);
  self->source->free (self->source);
  g_queue_clear_full (&self->events->waiting, (GDestroyNotify)longhand_source_event_free);
  g_free (self->events);
  longhand_pump_queue_unref (self->queue);
}

/* It could not be opened. */
static void
expect_failed (Listener *self, LonghandError code, const char *words) {
  g_autoptr (LonghandSourceEvent) event = events_pop (self->events);

  g_assert_cmpint (event->type, ==, LONGHAND_SOURCE_FAILED);
  g_assert_error (event->error, LONGHAND_ERROR, (int)code);
  if (strstr (event->error->message, words) == NULL)
    g_error ("no “%s” in “%s”", words, event->error->message);
}

/* The recording up to the loss. */
static float *
expect_lost (Listener *self, gsize *n) {
  g_autoptr (LonghandSourceEvent) event = events_pop (self->events);

  g_assert_cmpint (event->type, ==, LONGHAND_SOURCE_CLOSED);
  g_assert_error (event->error, LONGHAND_ERROR, LONGHAND_ERROR_DEVICE_LOST);
  return end_pump (self, n);
}

/* From Record to Stop. */
static void
record_again (Listener *self, const char *device_id) {
  g_autofree float *heard = NULL;
  gsize n_heard;

  self->source->start (self->source, device_id);
  expect_opened (self);
  hear_seconds (self, 0.3);
  heard = stop (self, &n_heard);
}

static float *
read_wav (gsize *n) {
  SF_INFO info = { 0 };
  SNDFILE *file = sf_open (g_getenv ("LONGHAND_TEST_WAV"), SFM_READ, &info);
  float *samples;

  g_assert_nonnull (file);
  g_assert_cmpint (info.samplerate, ==, LONGHAND_PUMP_RATE_HZ);
  samples = g_new0 (float, info.frames);
  *n = (gsize)sf_readf_float (file, samples, info.frames);
  sf_close (file);
  return samples;
}

/* Where said[0 .. n) is in heard: as well as it can be found, how well (1: the same but for loudness) and how
 * loud. */
static void
find_sound (const float *heard, gsize n_heard, const float *said, gsize n, double *likeness,
            double *loudness) {
  double said_energy = 0;

  for (gsize i = 0; i < n; i++)
    said_energy += (double)said[i] * said[i];
  *likeness = -1;
  for (gsize at = 0; at + n <= n_heard; at++) {
    double dot = 0, energy = 1e-12;

    for (gsize i = 0; i < n; i++) {
      dot += (double)heard[at + i] * said[i];
      energy += (double)heard[at + i] * heard[at + i];
    }
    if (dot / sqrt (energy * said_energy) > *likeness) {
      *likeness = dot / sqrt (energy * said_energy);
      *loudness = dot / said_energy;
    }
  }
}

/* ---- devices of ALSA ---- */

#define CONFIG_NAME "asound.conf"
#define GONE_NAME "gone"

/* Makes ALSA know these devices only; $WAV and $GONE stand for the recording and a file that unplugs a
 * device, whose name is returned. */
static char *
use_devices (const char *config) {
  g_autoptr (GError) error = NULL;
  const char *dir = g_getenv ("LONGHAND_TEST_DIR"); /* in_process */
  g_autofree char *path = g_build_filename (dir, CONFIG_NAME, NULL);
  char *gone = g_build_filename (dir, GONE_NAME, NULL);
  g_autoptr (GString) text = g_string_new (config);

  if (*config != '\0')
    g_string_prepend (text, "pcm_type.wavmic { lib \"$LIB\" }\n");
  g_string_replace (text, "$LIB", g_getenv ("LONGHAND_TEST_WAVMIC"), 0);
  g_string_replace (text, "$WAV", g_getenv ("LONGHAND_TEST_WAV"), 0);
  g_string_replace (text, "$GONE", gone, 0);
  g_file_set_contents (path, text->str, -1, &error);
  g_assert_no_error (error);
  g_setenv ("ALSA_CONFIG_PATH", path, TRUE);
  return gone;
}

static void
unplug (const char *gone) {
  g_autoptr (GError) error = NULL;

  g_file_set_contents (gone, "", 0, &error);
  g_assert_no_error (error);
}

/* ---- the microphone program ---- */

/* The field'th word behind the name, from 1, in the status of a process; NULL when there is no such process.
 */
static char *
dup_status (const char *pid, guint field) {
  g_autofree char *path = g_build_filename ("/proc", pid, "stat", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) words = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  words = g_strsplit (strrchr (text, ')'), " ", -1);
  return g_strdup (words[field]);
}

/* The only child of this process that has not ended; 0: there is none. */
static pid_t
find_child (void) {
  g_autoptr (GDir) processes = g_dir_open ("/proc", 0, NULL);
  g_autofree char *own = g_strdup_printf ("%d", (int)getpid ());
  pid_t child = 0;
  const char *pid;

  while ((pid = g_dir_read_name (processes)) != NULL) {
    g_autofree char *parent = g_ascii_isdigit (*pid) ? dup_status (pid, 2) : NULL;
    g_autofree char *state = parent != NULL ? dup_status (pid, 1) : NULL;

    if (state != NULL && *state != 'Z' && strcmp (parent, own) == 0) {
      g_assert_cmpint (child, ==, 0);
      child = atoi (pid);
    }
  }
  return child;
}

/* ---- devices as they should be ---- */

static void
right_rate_is_heard_bit_for_bit (void) {
  g_autofree char *gone = use_devices ("pcm.default { type wavmic file \"$WAV\" rate 16000 }");
  Listener listener = listen_to ("");
  g_autofree float *said = NULL;
  g_autofree float *heard = NULL;
  gsize n_said, n_heard;

  heard = record_whole (&listener, 3, NULL, &n_heard);
  said = read_wav (&n_said);
  g_assert_cmpuint (n_heard, >=, 3 * LONGHAND_PUMP_RATE_HZ);
  for (gsize i = 0; i < MIN (n_said, 3 * LONGHAND_PUMP_RATE_HZ); i++)
    if (fabsf (heard[i] - said[i]) > 2.0f / 32768) /* the device rounds to 16 bits */
      g_error ("sample %zu is %g instead of %g", i, (double)heard[i], (double)said[i]);
  listener_clear (&listener);
}

typedef struct {
  int rate_hz, n_channels;
  int only; /* channel, from 1, of the microphone; 0: all hear the same */
} Format;

/* A device that knows one rate and one channel count. Likeness 0.99 is a signal-to-noise ratio of 17 dB, of
 * which the device itself uses up most: it interpolates linearly from a file of 16 kHz. */
static void
formats_are_converted (gconstpointer data) {
  const Format *format = data;
  g_autofree char *config
      = g_strdup_printf ("pcm.default { type wavmic file \"$WAV\" rate %d channels %d only %d }",
                         format->rate_hz, format->n_channels, format->only);
  g_autofree char *gone = use_devices (config);
  Listener listener = listen_to ("");
  g_autofree float *said = NULL;
  g_autofree float *heard = NULL;
  gsize n_said, n_heard;
  double likeness, loudness;

  heard = record_whole (&listener, 1, NULL, &n_heard);
  said = read_wav (&n_said);
  find_sound (heard, n_heard, said + 8000, 4000, &likeness, &loudness);
  g_test_message ("likeness %g, loudness %g", likeness, loudness);
  g_assert_cmpfloat (likeness, >, 0.99);
  g_assert_cmpfloat_with_epsilon (loudness, 1, 0.05);
  listener_clear (&listener);
}

/* From the first sample of the device to the moment of Stop: the beginning of the first word and the end of
 * the last one. */
static void
nothing_is_missing_at_either_end (void) {
  g_autofree char *gone = use_devices ("pcm.default { type wavmic file \"$WAV\" rate 16000 }");
  Listener listener = listen_to ("");
  g_autofree float *said = NULL;
  g_autofree float *heard = NULL;
  gsize n_said, n_heard, n_due;

  heard = record_whole (&listener, 0.5, &n_due, &n_heard);
  said = read_wav (&n_said);
  g_assert_cmpuint (n_heard, >=, n_due);
  for (gsize i = 0; i < n_due; i++)
    g_assert_cmpfloat_with_epsilon (heard[i], said[i], 2.0f / 32768);
  listener_clear (&listener);
}

/* The whole program stands still for longer than the device keeps sound. */
static void
sound_that_the_device_lost_is_counted (void) {
  g_autofree char *gone = use_devices ("pcm.default { type wavmic file \"$WAV\" rate 16000 }");
  Listener listener = listen_to ("");
  g_autofree char *wake = NULL;
  char *argv[] = { (char *)"/bin/sh", (char *)"-c", NULL, NULL };
  pid_t program;
  g_autofree float *heard = NULL;
  g_autoptr (GError) error = NULL;
  gsize n_heard;

  g_free (record_whole (&listener, 0.5, NULL, &n_heard)); /* and nothing is counted */
  listener.source->start (listener.source, "");
  expect_opened (&listener);
  program = find_child ();
  argv[2] = wake = g_strdup_printf ("sleep 3; kill -CONT %d %d", (int)program, (int)getpid ());
  g_spawn_async (NULL, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  kill (program, SIGSTOP);
  raise (SIGSTOP);
  hear_seconds (&listener, 1);
  g_assert_cmpuint (longhand_feed_get_n_overruns (listener.feed), >, 0);
  heard = stop (&listener, &n_heard);
  listener_clear (&listener);
}

/* Whoever follows the system gets what is the default at each recording. */
static void
default_that_changes_is_followed (void) {
  g_autofree char *gone = use_devices ("pcm.default { type wavmic file \"\" }");
  Listener listener = listen_to ("");
  g_autofree float *silence = NULL;
  g_autofree float *heard = NULL;
  g_autofree char *gone_again = NULL;
  g_autoptr (LonghandSourceEvent) event = NULL;
  gsize n_silence, n_heard;
  float peak = 0;

  expect_opened (&listener);
  hear_seconds (&listener, 0.5);
  silence = stop (&listener, &n_silence);
  for (gsize i = 0; i < n_silence; i++)
    g_assert_cmpfloat (silence[i], ==, 0);

  gone_again = use_devices ("pcm.default { type wavmic file \"$WAV\" rate 16000 }");
  listener.source->refresh (listener.source);
  event = events_pop (listener.events);
  g_assert_cmpint (event->type, ==, LONGHAND_SOURCE_DEVICES);
  listener.source->start (listener.source, "");
  expect_opened (&listener);
  hear_seconds (&listener, 0.5);
  heard = stop (&listener, &n_heard);
  for (gsize i = 0; i < n_heard; i++)
    peak = MAX (peak, fabsf (heard[i]));
  g_assert_cmpfloat (peak, >, 0.05);
  listener_clear (&listener);
}

static void
chosen_device_is_the_one_heard (void) {
  g_autofree char *gone = use_devices ("pcm.default { type wavmic file \"\" }\n"
                                       "pcm.\"Desk microphone\" { type wavmic file \"$WAV\" rate 16000 }");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) devices = longhand_capture_list_devices (&error);
  g_autofree float *heard = NULL;
  const LonghandDevice *desk;
  Listener listener;
  gsize n_heard;
  float peak = 0;

  g_assert_no_error (error);
  g_assert_cmpuint (devices->len, ==, 2);
  g_assert_cmpstr (((LonghandDevice *)devices->pdata[0])->name, ==, "Default microphone");
  g_assert_true (((LonghandDevice *)devices->pdata[0])->is_default);
  desk = devices->pdata[1];
  g_assert_cmpstr (desk->name, ==, "Desk microphone");
  listener = listen_to (desk->id);
  expect_opened (&listener);
  hear_seconds (&listener, 0.5);
  heard = stop (&listener, &n_heard);
  for (gsize i = 0; i < n_heard; i++)
    peak = MAX (peak, fabsf (heard[i]));
  g_assert_cmpfloat (peak, >, 0.05);
  listener_clear (&listener);
}

static void
recording_again_works (void) {
  g_autofree char *gone = use_devices ("pcm.default { type wavmic file \"$WAV\" }");
  Listener listener = listen_to ("");

  for (int i = 0; i < 3; i++) {
    g_autofree float *heard = NULL;
    gsize n_heard;

    if (i > 0)
      listener.source->start (listener.source, "");
    expect_opened (&listener);
    hear_seconds (&listener, 0.2);
    heard = stop (&listener, &n_heard);
  }
  listener_clear (&listener);
}

static void
device_that_is_not_there_is_absent (void) {
  g_autofree char *gone = use_devices ("pcm.default { type wavmic file \"$WAV\" }");
  Listener listener = listen_to ("ALSA/Blue Snowball: USB Audio");

  expect_failed (&listener, LONGHAND_ERROR_DEVICE_ABSENT, "“Blue Snowball”");
  listener_clear (&listener);
}

static void
alsa_without_any_device_is_no_microphone (void) {
  g_autofree char *gone = use_devices ("");
  Listener listener = listen_to ("");
  g_autoptr (GError) error = NULL;

  expect_failed (&listener, LONGHAND_ERROR_NO_MICROPHONE, "There is no microphone.");
  g_assert_null (longhand_capture_list_devices (&error));
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_NO_MICROPHONE);
  listener_clear (&listener);
}

static void
listing_devices_prints_nothing (void) {
  g_autofree char *gone = use_devices ("pcm.default { type wavmic file \"$WAV\" }\n"
                                       "pcm.broken { type pulse server \"unix:/nowhere\" }");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) devices = longhand_capture_list_devices (&error);

  g_assert_no_error (error);
  g_assert_cmpuint (devices->len, ==, 1);
}

/* ---- devices that vanish ---- */

#define TWO_DEVICES                                                                                          \
  "pcm.default { type wavmic file \"$WAV\" rate 16000 gone \"$GONE\" }\n"                                    \
  "pcm.\"Desk microphone\" { type wavmic file \"$WAV\" rate 16000 }"

/* PortAudio 19.6 then loops for ever in its thread, prints without end, and hangs in Pa_AbortStream. */
static void
unplugged_device_is_lost_and_others_work (void) {
  g_autofree char *gone = use_devices (TWO_DEVICES);
  Listener listener = listen_to ("");
  g_autofree float *heard = NULL;
  gsize n_heard;

  expect_opened (&listener);
  hear_seconds (&listener, 0.5);
  unplug (gone);
  heard = expect_lost (&listener, &n_heard);
  g_assert_cmpuint (n_heard, >=, LONGHAND_PUMP_RATE_HZ / 2);

  listener.source->start (listener.source, "ALSA/default");
  expect_failed (&listener, LONGHAND_ERROR_DEVICE_ABSENT, "Default microphone");
  record_again (&listener, "ALSA/Desk microphone");
  listener_clear (&listener);
}

static void
device_that_is_plugged_in_again_is_heard (void) {
  g_autofree char *gone = use_devices (TWO_DEVICES);
  Listener listener = listen_to ("ALSA/default");

  for (int i = 0; i < 2; i++) {
    g_autofree float *heard = NULL;
    gsize n_heard;

    expect_opened (&listener);
    hear_seconds (&listener, 0.2);
    unplug (gone);
    heard = expect_lost (&listener, &n_heard);
    g_remove (gone);
    listener.source->start (listener.source, "ALSA/default");
  }
  expect_opened (&listener);
  listener_clear (&listener);
}

/* Nobody has noticed yet when Stop is pressed: PortAudio hangs in Pa_StopStream. */
static void
stop_after_the_plug_was_pulled_keeps_what_was_said (void) {
  g_autofree char *gone = use_devices (TWO_DEVICES);
  Listener listener = listen_to ("");
  g_autofree float *heard = NULL;
  gsize n_heard;

  expect_opened (&listener);
  hear_seconds (&listener, 0.5);
  unplug (gone);
  heard = stop (&listener, &n_heard);
  g_assert_cmpuint (n_heard, >=, LONGHAND_PUMP_RATE_HZ / 2);
  record_again (&listener, "ALSA/Desk microphone");
  listener_clear (&listener);
}

/* As a crash in a driver's plugin. */
static void
program_that_dies_loses_the_device_and_not_the_sound (void) {
  g_autofree char *gone = use_devices ("pcm.default { type wavmic file \"$WAV\" rate 16000 }");
  Listener listener = listen_to ("");
  g_autofree float *said = NULL;
  g_autofree float *heard = NULL;
  gsize n_said, n_heard;

  for (;;) {
    expect_opened (&listener);
    hear_whole_seconds (&listener, 0.5);
    kill (find_child (), SIGKILL);
    heard = expect_lost (&listener, &n_heard);
    if (is_whole (&listener))
      break;
    g_clear_pointer (&heard, g_free);
    listener.source->start (listener.source, "");
  }
  said = read_wav (&n_said);
  g_assert_cmpuint (n_heard, >=, LONGHAND_PUMP_RATE_HZ / 2);
  for (gsize i = 0; i < n_heard; i++)
    g_assert_cmpfloat_with_epsilon (heard[i], said[i], 2.0f / 32768);
  record_again (&listener, "");
  listener_clear (&listener);
}

static void
program_that_dies_unused_is_started_again (void) {
  g_autofree char *gone = use_devices ("pcm.default { type wavmic file \"$WAV\" }");
  Listener listener = listen_to ("");
  g_autofree float *heard = NULL;
  gsize n_heard;

  expect_opened (&listener);
  heard = stop (&listener, &n_heard);
  kill (find_child (), SIGKILL);
  while (find_child () != 0)
    g_usleep (1000);
  record_again (&listener, "");
  listener_clear (&listener);
}

/* While it runs, one is enough; when nothing listens any more, there is none. */
static void
program_is_kept_and_ended_with_its_source (void) {
  g_autofree char *gone = use_devices ("pcm.default { type wavmic file \"$WAV\" }");
  Listener listener = listen_to ("");
  g_autofree float *heard = NULL;
  gsize n_heard;
  pid_t program;

  expect_opened (&listener);
  program = find_child ();
  heard = stop (&listener, &n_heard);
  record_again (&listener, "");
  g_assert_cmpint (find_child (), ==, program);
  listener_clear (&listener);
  g_assert_cmpint (find_child (), ==, 0);
}

/* In a child: records, then waits to be killed; tells the microphone program's process id. */
static void
record_until_killed (const char *gone, int tell) {
  Listener listener = listen_to ("");
  pid_t program;

  expect_opened (&listener);
  hear_seconds (&listener, 0.2);
  program = find_child ();
  if (gone != NULL) {
    unplug (gone);
    listener.source->stop (listener.source);
    g_usleep (G_USEC_PER_SEC / 2);
  }
  g_assert_cmpint (write (tell, &program, sizeof program), ==, sizeof program);
  for (;;)
    pause ();
}

/* hangs: PortAudio does, in the call to stop. */
static void
program_ends_with_longhand (gconstpointer hangs) {
  g_autofree char *gone = use_devices (TWO_DEVICES);
  pid_t longhand, program;
  int ends[2];

  g_assert_cmpint (prctl (PR_SET_CHILD_SUBREAPER, 1), ==, 0);
  g_assert_cmpint (pipe (ends), ==, 0);
  longhand = fork ();
  if (longhand == 0)
    record_until_killed (hangs != NULL ? gone : NULL, ends[1]);
  g_assert_cmpint (read (ends[0], &program, sizeof program), ==, sizeof program);
  g_assert_cmpint (program, >, 0);
  kill (longhand, SIGKILL);
  g_assert_cmpint (waitpid (longhand, NULL, 0), ==, longhand);
  g_assert_cmpint (waitpid (program, NULL, 0), ==, program);
}

static void
ignore_signal (int number) {
}

/* Ctrl+C goes to all processes of the terminal's group. */
static void
interrupt_is_for_longhand_alone (void) {
  g_autofree char *gone = use_devices ("pcm.default { type wavmic file \"$WAV\" }");
  Listener listener = listen_to ("");
  g_autofree float *heard = NULL;
  gsize n_heard;

  g_assert_cmpint (setpgid (0, 0), ==, 0);
  signal (SIGINT, ignore_signal);
  expect_opened (&listener);
  hear_seconds (&listener, 0.2);
  kill (0, SIGINT);
  heard = stop (&listener, &n_heard);
  listener_clear (&listener);
}

/* ---- programs that do not do what they should ---- */

/* Recording fails with a sentence, in bounded time; then it works with the real program. */
static void
fail_and_recover (const char *program, LonghandError code, const char *words) {
  g_autofree char *gone = use_devices ("pcm.default { type wavmic file \"$WAV\" }");
  g_autofree char *real = g_strdup (g_getenv ("LONGHAND_MICROPHONE"));
  Listener listener;

  g_setenv ("LONGHAND_MICROPHONE", program, TRUE);
  listener = listen_to ("");
  expect_failed (&listener, code, words);
  g_assert_cmpint (find_child (), ==, 0);
  g_setenv ("LONGHAND_MICROPHONE", real, TRUE);
  record_again (&listener, "");
  listener_clear (&listener);
}

static void
missing_program_is_named (void) {
  fail_and_recover ("/nowhere/longhand-microphone", LONGHAND_ERROR_FAILED,
                    "“/nowhere/longhand-microphone” is missing: install");
}

static void
program_that_cannot_be_started_is_named (void) {
  fail_and_recover ("/dev/null", LONGHAND_ERROR_FAILED, "“/dev/null” cannot be started");
}

typedef struct {
  const char *fault;
  LonghandError code;
  const char *words;
} Fault;

static void
program_with_a_fault_is_replaced (gconstpointer data) {
  const Fault *fault = data;

  g_setenv ("LONGHAND_TEST_FAULT", fault->fault, TRUE);
  fail_and_recover (g_getenv ("LONGHAND_TEST_FAKE_MICROPHONE"), fault->code, fault->words);
}

/* It is not at fault, and stays; but it does not end by itself either. */
static void
program_without_memory_says_so (void) {
  Listener listener;

  g_setenv ("LONGHAND_TEST_FAULT", "has-no-memory", TRUE);
  g_setenv ("LONGHAND_MICROPHONE", g_getenv ("LONGHAND_TEST_FAKE_MICROPHONE"), TRUE);
  listener = listen_to ("");
  expect_failed (&listener, LONGHAND_ERROR_NO_MEMORY, "not enough memory");
  g_assert_cmpint (find_child (), !=, 0);
  listener_clear (&listener);
  g_assert_cmpint (find_child (), ==, 0);
}

/* Recording does not go on: it would crash again. */
static void
program_that_dies_before_any_sound_does_not_answer (void) {
  g_autoptr (LonghandSourceEvent) event = NULL;
  g_autofree float *heard = NULL;
  Listener listener;
  gsize n_heard;

  g_setenv ("LONGHAND_TEST_FAULT", "crashes-before-any-sound", TRUE);
  g_setenv ("LONGHAND_MICROPHONE", g_getenv ("LONGHAND_TEST_FAKE_MICROPHONE"), TRUE);
  listener = listen_to ("");
  expect_opened (&listener);
  event = events_pop (listener.events);
  g_assert_cmpint (event->type, ==, LONGHAND_SOURCE_CLOSED);
  g_assert_error (event->error, LONGHAND_ERROR, LONGHAND_ERROR_DEVICE_BUSY);
  heard = end_pump (&listener, &n_heard);
  g_assert_cmpuint (n_heard, ==, 0);
  listener_clear (&listener);
}

/* ---- devices of a sound server ---- */

static void
server_is_heard (void) {
  Listener listener = listen_to ("");
  g_autofree float *said = NULL;
  g_autofree float *heard = NULL;
  gsize n_said, n_heard;
  double likeness, loudness;

  expect_opened (&listener);
  hear_seconds (&listener, 3);
  heard = stop (&listener, &n_heard);
  said = read_wav (&n_said);
  find_sound (heard, n_heard, said + 16000, 4000, &likeness, &loudness);
  g_test_message ("likeness %g", likeness);
  g_assert_cmpfloat (likeness, >, 0.99);
  listener_clear (&listener);
}

static void
server_without_a_microphone (void) {
  Listener listener = listen_to ("");

  expect_failed (&listener, LONGHAND_ERROR_NO_MICROPHONE, "There is no microphone.");
  listener_clear (&listener);
}

static void
server_device_is_lost (void) {
  Listener listener = listen_to ("");
  g_autofree float *heard = NULL;
  g_autoptr (GError) error = NULL;
  gsize n_heard;

  expect_opened (&listener);
  hear_seconds (&listener, 0.5);
  g_spawn_command_line_sync ("pactl unload-module module-null-sink", NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  heard = expect_lost (&listener, &n_heard);
  g_assert_cmpuint (n_heard, >=, LONGHAND_PUMP_RATE_HZ / 2);
  listener_clear (&listener);
}

/* ---- */

typedef struct {
  GTestDataFunc run;
  gconstpointer data;
} Case;

static void
remove_in (const char *dir, const char *name) {
  g_autofree char *path = g_build_filename (dir, name, NULL);

  g_remove (path);
}

static void
in_process (gconstpointer data) {
  const Case *test = data;

  if (!g_test_subprocess ()) {
    g_autoptr (GError) error = NULL;
    g_autofree char *dir = g_dir_make_tmp ("longhand-capture-XXXXXX", &error);

    g_assert_no_error (error);
    g_setenv ("LONGHAND_TEST_DIR", dir, TRUE);
    g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDOUT);
    remove_in (dir, CONFIG_NAME);
    remove_in (dir, GONE_NAME);
    g_rmdir (dir);
    g_test_trap_assert_passed ();
    g_test_trap_assert_stderr ("");
    return;
  }
  test->run (test->data);
}

static void
run_plain (gconstpointer data) {
  ((void (*) (void))data) ();
}

static void
add_case (const char *path, GTestDataFunc run, gconstpointer data) {
  Case *test = g_new (Case, 1);

  *test = (Case){ run, data };
  g_test_add_data_func_full (path, test, in_process, g_free);
}

int
main (int argc, char **argv) {
  static const Format formats[] = {
    { 44100, 1, 0 }, { 48000, 1, 0 }, { 16000, 2, 0 }, { 44100, 2, 0 }, { 48000, 2, 0 },
    { 48000, 4, 0 }, { 16000, 8, 0 }, { 44100, 2, 2 }, { 48000, 4, 3 }, { 16000, 8, 1 },
  };
  const struct {
    const char *path;
    void (*run) (void);
  } plain[] = {
    { "/capture/alsa/right-rate-is-heard-bit-for-bit", right_rate_is_heard_bit_for_bit },
    { "/capture/alsa/nothing-is-missing-at-either-end", nothing_is_missing_at_either_end },
    { "/capture/alsa/sound-that-the-device-lost-is-counted", sound_that_the_device_lost_is_counted },
    { "/capture/alsa/default-that-changes-is-followed", default_that_changes_is_followed },
    { "/capture/alsa/chosen-device-is-the-one-heard", chosen_device_is_the_one_heard },
    { "/capture/alsa/recording-again-works", recording_again_works },
    { "/capture/alsa/device-that-is-not-there-is-absent", device_that_is_not_there_is_absent },
    { "/capture/alsa/unplugged-device-is-lost-and-others-work", unplugged_device_is_lost_and_others_work },
    { "/capture/alsa/device-that-is-plugged-in-again-is-heard", device_that_is_plugged_in_again_is_heard },
    { "/capture/alsa/stop-after-the-plug-was-pulled-keeps-what-was-said",
      stop_after_the_plug_was_pulled_keeps_what_was_said },
    { "/capture/alsa/without-any-device-is-no-microphone", alsa_without_any_device_is_no_microphone },
    { "/capture/alsa/listing-devices-prints-nothing", listing_devices_prints_nothing },
    { "/capture/program/that-dies-loses-the-device-and-not-the-sound",
      program_that_dies_loses_the_device_and_not_the_sound },
    { "/capture/program/that-dies-unused-is-started-again", program_that_dies_unused_is_started_again },
    { "/capture/program/is-kept-and-ended-with-its-source", program_is_kept_and_ended_with_its_source },
    { "/capture/program/is-not-interrupted-with-longhand", interrupt_is_for_longhand_alone },
    { "/capture/program/that-is-missing-is-named", missing_program_is_named },
    { "/capture/program/that-cannot-be-started-is-named", program_that_cannot_be_started_is_named },
    { "/capture/program/without-memory-says-so", program_without_memory_says_so },
    { "/capture/program/that-dies-before-any-sound-does-not-answer",
      program_that_dies_before_any_sound_does_not_answer },
  };
  static const Fault faults[] = {
    { "says-nothing", LONGHAND_ERROR_FAILED, "does not answer" },
    { "is-of-another-version", LONGHAND_ERROR_FAILED, "is of another version: restart Longhand" },
    { "hangs-in-scan", LONGHAND_ERROR_FAILED, "The sound system does not answer. Try again" },
    { "hangs-in-open", LONGHAND_ERROR_DEVICE_BUSY, "“Broken” does not answer" },
    { "crashes-in-open", LONGHAND_ERROR_DEVICE_BUSY, "“Broken” does not answer" },
    { "opens-without-memory", LONGHAND_ERROR_NO_MEMORY, "not enough memory" },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (plain); i++)
    add_case (plain[i].path, run_plain, plain[i].run);
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_autofree char *path = g_strdup_printf ("/capture/alsa/%d-Hz-with-%d-channels-%s-is-converted",
                                             formats[i].rate_hz, formats[i].n_channels,
                                             formats[i].only > 0 ? "of-which-one-is-in-use" : "all-in-use");

    add_case (path, formats_are_converted, &formats[i]);
  }
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++) {
    g_autofree char *path = g_strdup_printf ("/capture/program/that-%s-is-replaced", faults[i].fault);

    add_case (path, program_with_a_fault_is_replaced, &faults[i]);
  }
  add_case ("/capture/program/ends-with-longhand", program_ends_with_longhand, NULL);
  add_case ("/capture/program/that-hangs-ends-with-longhand", program_ends_with_longhand, "");
  g_test_add_func ("/capture/server/is-heard", server_is_heard);
  g_test_add_func ("/capture/server/without-a-microphone", server_without_a_microphone);
  g_test_add_func ("/capture/server/device-is-lost", server_device_is_lost);
  return g_test_run ();
}
