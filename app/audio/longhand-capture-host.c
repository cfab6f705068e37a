#include "audio/longhand-capture-host.h"

#include "audio/longhand-capture-call.h"
#include "audio/longhand-capture-names.h"
#include "audio/longhand-capture-quiet.h"
#include "longhand-error.h"

#include <glib/gi18n.h>
#include <portaudio.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

/* Sound that the device keeps while this process does not get to run; a quarter of it is what comes at once.
 */
#define LATENCY_S 0.2

#define MAX_CHANNELS 24 /* of a device; more is what a sound server says of itself */

#define SCAN_TIMEOUT_MS 5000
#define OPEN_TIMEOUT_MS 4000
#define CLOSE_TIMEOUT_MS 1500

struct _LonghandHostStream {
  PaStream *pa;
  LonghandFeed *feed;     /* owned */
  LonghandDevice *device; /* owned; set when it is open */
  atomic_bool finished;
  atomic_uint n_callbacks;
  gboolean is_closed; /* PortAudio does not call back any more; of the thread that closes */
};

typedef struct {
  GPtrArray *devices; /* owned LonghandDevice */
  GArray *indices;    /* owned; PaDeviceIndex of each */
} Snapshot;

/* One call of PortAudio at a time: two would read each other's errors, which PortAudio 19 keeps in one
 * variable for the whole process. A failed Pa_OpenStream beside a thread that loops in PortAudio for ever, as
 * after raw ALSA devices were unplugged, may take that thread's "no error" for its own and abort the program.
 * So nothing is opened or looked for as long as a call that was given up has not returned. */
static pthread_mutex_t host_lock = PTHREAD_MUTEX_INITIALIZER;
/* --- guarded by host_lock --- */
static gboolean is_initialized;
static guint n_open;
static Snapshot *snapshot; /* owned */

static void
snapshot_free (Snapshot *self) {
  g_ptr_array_unref (self->devices);
  g_array_unref (self->indices);
  g_free (self);
}

static gboolean
fail_unanswered (GError **error) {
  g_set_error (
      error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
      _ ("The sound system does not answer. Restart Longhand, or the computer if that does not help."));
  return FALSE;
}

/* ---- the list of devices ---- */

typedef struct {
  gboolean terminate_first;
  PaError code;
  Snapshot *found; /* owned */
} Scan;

static Snapshot *
take_snapshot (void) {
  const int n = MAX (Pa_GetDeviceCount (), 0);
  const PaDeviceIndex default_index = Pa_GetDefaultInputDevice ();
  g_autofree LonghandRawDevice *raw = g_new0 (LonghandRawDevice, n);
  Snapshot *self = g_new0 (Snapshot, 1);

  for (int i = 0; i < n; i++) {
    const PaDeviceInfo *info = Pa_GetDeviceInfo (i);

    raw[i].host_api = Pa_GetHostApiInfo (info->hostApi)->name;
    raw[i].name = info->name;
    raw[i].n_channels = (guint)MAX (info->maxInputChannels, 0);
    raw[i].rate_hz = info->defaultSampleRate;
    raw[i].is_default = i == default_index;
  }
  self->indices = g_array_new (FALSE, FALSE, sizeof (int));
  self->devices = longhand_capture_names_present (raw, (gsize)n, self->indices);
  return self;
}

static void
scan_run (gpointer data) {
  Scan *scan = data;

  if (scan->terminate_first)
    Pa_Terminate ();
  scan->code = Pa_Initialize ();
  if (scan->code == paNoError)
    scan->found = take_snapshot ();
}

static void
scan_free (gpointer data) {
  Scan *scan = data;

  g_clear_pointer (&scan->found, snapshot_free);
  g_free (scan);
}

static gboolean
scan_devices (GError **error) {
  Scan *scan;

  if (snapshot != NULL && (n_open > 0 || longhand_call_get_n_stuck () > 0))
    return TRUE;
  if (longhand_call_get_n_stuck () > 0)
    return fail_unanswered (error);
  g_clear_pointer (&snapshot, snapshot_free);
  longhand_capture_quiet ();
  if (!longhand_capture_quiet_has_devices ()) {
    snapshot = g_new0 (Snapshot, 1);
    snapshot->devices = g_ptr_array_new_with_free_func ((GDestroyNotify)longhand_device_free);
    snapshot->indices = g_array_new (FALSE, FALSE, sizeof (int));
    return TRUE;
  }

  scan = g_new0 (Scan, 1);
  scan->terminate_first = is_initialized;
  is_initialized = FALSE;
  if (!longhand_call_bounded (scan_run, scan_free, scan, SCAN_TIMEOUT_MS))
    return fail_unanswered (error);
  is_initialized = scan->code == paNoError;
  snapshot = g_steal_pointer (&scan->found);
  if (!is_initialized)
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_FAILED,
                 _ ("The sound system cannot be used: %s. Check the sound settings of the system."),
                 Pa_GetErrorText (scan->code));
  scan_free (scan);
  return is_initialized;
}

GPtrArray *
longhand_capture_host_list (GError **error) {
  GPtrArray *devices = NULL;

  pthread_mutex_lock (&host_lock);
  if (scan_devices (error)) {
    devices = g_ptr_array_new_with_free_func ((GDestroyNotify)longhand_device_free);
    for (guint i = 0; i < snapshot->devices->len; i++)
      g_ptr_array_add (devices, longhand_device_copy (snapshot->devices->pdata[i]));
  }
  pthread_mutex_unlock (&host_lock);
  return devices;
}

/* ---- streams ---- */

/* On PortAudio's real-time thread. */
static int
stream_callback (const void *input, void *output, unsigned long n_frames,
                 const PaStreamCallbackTimeInfo *time, PaStreamCallbackFlags flags, void *user) {
  LonghandHostStream *stream = user;

  if (flags & paInputOverflow)
    longhand_feed_count_overrun (stream->feed);
  if (input != NULL)
    longhand_feed_write (stream->feed, input, n_frames);
  atomic_fetch_add_explicit (&stream->n_callbacks, 1, memory_order_relaxed);
  return paContinue;
}

static void
stream_finished (void *user) {
  LonghandHostStream *stream = user;

  atomic_store_explicit (&stream->finished, true, memory_order_relaxed);
}

static void
stream_free (LonghandHostStream *stream) {
  longhand_feed_unref (stream->feed);
  longhand_device_free (stream->device);
  g_free (stream);
}

typedef struct {
  PaDeviceIndex index;
  PaError code;
  LonghandHostStream *stream; /* owned */
} Open;

static PaError
open_with (Open *open, const PaDeviceInfo *info, int n_channels, double rate_hz) {
  const PaStreamParameters parameters = {
    .device = open->index,
    .channelCount = n_channels,
    .sampleFormat = paFloat32,
    .suggestedLatency = MAX (info->defaultHighInputLatency, LATENCY_S),
  };
  LonghandHostStream *stream = g_new0 (LonghandHostStream, 1);
  PaError code;

  stream->feed = longhand_feed_new (rate_hz, (guint)n_channels);
  code = Pa_OpenStream (&stream->pa, &parameters, NULL, rate_hz, paFramesPerBufferUnspecified,
                        paClipOff | paDitherOff, stream_callback, stream);
  if (code != paNoError) {
    stream_free (stream);
    return code;
  }
  Pa_SetStreamFinishedCallback (stream->pa, stream_finished);
  code = Pa_StartStream (stream->pa);
  if (code != paNoError) {
    Pa_CloseStream (stream->pa);
    stream_free (stream);
    return code;
  }
  open->stream = stream;
  return paNoError;
}

/* All channels of a device, because the microphone may be on any of its inputs and PortAudio gives the first
 * ones only. Sound servers and converters claim any number; two are enough there: one side of a stereo
 * microphone alone may be silent. The rest is for devices that know one count, or one rate, only. */
static void
open_run (gpointer data) {
  Open *open = data;
  const PaDeviceInfo *info = Pa_GetDeviceInfo (open->index);
  const int n_max = info->maxInputChannels;
  const int channels[] = { n_max <= MAX_CHANNELS ? n_max : 2, MIN (n_max, 2), n_max, 1 };
  const double rates_hz[] = { info->defaultSampleRate, 48000, 44100, 16000 };

  for (guint r = 0; r < G_N_ELEMENTS (rates_hz); r++) {
    for (guint c = 0; c < G_N_ELEMENTS (channels); c++) {
      open->code = open_with (open, info, channels[c], rates_hz[r]);
      if (open->code != paInvalidChannelCount)
        break;
    }
    if (open->code != paInvalidSampleRate)
      break;
  }
}

static void
close_run (gpointer data) {
  LonghandHostStream *stream = data;

  Pa_StopStream (stream->pa);
  Pa_CloseStream (stream->pa);
  stream->is_closed = TRUE;
}

static void
abort_run (gpointer data) {
  LonghandHostStream *stream = data;

  Pa_AbortStream (stream->pa);
  Pa_CloseStream (stream->pa);
  stream->is_closed = TRUE;
}

/* A stream that could not even be told to stop goes on calling back, so it is not freed. */
static void
close_abandoned (gpointer data) {
  LonghandHostStream *stream = data;

  if (stream->is_closed)
    stream_free (stream);
}

static void
open_free (gpointer data) {
  Open *open = data;

  if (open->stream != NULL) {
    abort_run (open->stream);
    stream_free (open->stream);
  }
  g_free (open);
}

static gboolean
find_device (const char *id, PaDeviceIndex *index, const LonghandDevice **found) {
  for (guint i = 0; snapshot != NULL && i < snapshot->devices->len; i++) {
    const LonghandDevice *device = snapshot->devices->pdata[i];

    if (*id == '\0' ? device->is_default : strcmp (id, device->id) == 0) {
      *index = g_array_index (snapshot->indices, int, i);
      *found = device;
      return TRUE;
    }
  }
  return FALSE;
}

static LonghandHostStream *
try_open (PaDeviceIndex index, const LonghandDevice *device, GError **error) {
  Open *open = g_new0 (Open, 1);
  LonghandHostStream *stream;

  open->index = index;
  if (!longhand_call_bounded (open_run, open_free, open, OPEN_TIMEOUT_MS)) {
    g_set_error (
        error, LONGHAND_ERROR, LONGHAND_ERROR_DEVICE_BUSY,
        _ ("The microphone “%s” does not answer. Unplug it and plug it in again, or choose another one."),
        device->name);
    return NULL;
  }
  stream = g_steal_pointer (&open->stream);
  if (stream != NULL)
    stream->device = longhand_device_copy (device);
  else if (open->code == paDeviceUnavailable)
    g_set_error (
        error, LONGHAND_ERROR, LONGHAND_ERROR_DEVICE_BUSY,
        _ ("The microphone “%s” is in use or not connected. Close the program that uses it, or choose "
           "another one."),
        device->name);
  else
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_DEVICE_BUSY,
                 _ ("The microphone “%s” cannot be opened: %s. Check its connection, or choose another one."),
                 device->name, Pa_GetErrorText (open->code));
  open_free (open);
  return stream;
}

static void
fail_absent (const char *id, GError **error) {
  g_autofree char *title = longhand_device_dup_title (id);

  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_DEVICE_ABSENT,
               _ ("“%s” is not connected. Recording begins when it is, or with another microphone."), title);
}

static LonghandHostStream *
open_locked (const char *id, GError **error) {
  g_autoptr (GError) first_error = NULL;
  LonghandHostStream *stream = NULL;
  PaDeviceIndex index;
  const LonghandDevice *device;

  if (longhand_call_get_n_stuck () > 0) {
    fail_unanswered (error);
    return NULL;
  }
  /* The list may be old: when it does not lead to an open device, look again before giving up. */
  if (find_device (id, &index, &device)) {
    stream = try_open (index, device, &first_error);
    if (stream != NULL)
      return stream;
    if (longhand_call_get_n_stuck () > 0) {
      g_propagate_error (error, g_steal_pointer (&first_error));
      return NULL;
    }
  }
  if (!scan_devices (error))
    return NULL;
  if (snapshot->devices->len == 0 && *id == '\0')
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_NO_MICROPHONE,
                 _ ("There is no microphone. Connect one, or check the sound settings, and try again."));
  else if (!find_device (id, &index, &device))
    fail_absent (id, error);
  else
    stream = try_open (index, device, error);
  return stream;
}

LonghandHostStream *
longhand_capture_host_open (const char *device_id, GError **error) {
  LonghandHostStream *stream;

  pthread_mutex_lock (&host_lock);
  stream = open_locked (device_id, error);
  if (stream != NULL)
    n_open++;
  pthread_mutex_unlock (&host_lock);
  return stream;
}

const LonghandDevice *
longhand_capture_host_get_device (LonghandHostStream *stream) {
  return stream->device;
}

LonghandFeed *
longhand_capture_host_get_feed (LonghandHostStream *stream) {
  return stream->feed;
}

gboolean
longhand_capture_host_is_finished (LonghandHostStream *stream) {
  return atomic_load_explicit (&stream->finished, memory_order_relaxed);
}

guint
longhand_capture_host_get_n_callbacks (LonghandHostStream *stream) {
  return atomic_load_explicit (&stream->n_callbacks, memory_order_relaxed);
}

void
longhand_capture_host_close (LonghandHostStream *stream, gboolean lost) {
  g_autoptr (LonghandFeed) feed = longhand_feed_ref (stream->feed);

  pthread_mutex_lock (&host_lock);
  if (lost)
    longhand_feed_close (feed);
  if (longhand_call_bounded (lost ? abort_run : close_run, close_abandoned, stream, CLOSE_TIMEOUT_MS))
    stream_free (stream);
  longhand_feed_close (feed);
  n_open--;
  pthread_mutex_unlock (&host_lock);
}
