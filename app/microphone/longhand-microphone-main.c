/* longhand-microphone: PortAudio in a process of its own, on behalf of Longhand, which starts it, asks it
 * over a socket (longhand-capture-wire), and takes its sound from memory that both see
 * (longhand-capture-feed). It may hang or crash in PortAudio or in a driver's plugin: then it is killed and
 * started again. It ends with Longhand. Only this folder includes portaudio.h. */
#include "longhand-microphone-alsa.h"

#include "audio/longhand-capture-feed.h"
#include "audio/longhand-capture-wire.h"

#include <portaudio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Sound that the device keeps while this process does not get to run; a quarter of it is what comes at once.
 */
#define LATENCY_S 0.2

#define MAX_CHANNELS 24 /* of a device; more is what a sound server says of itself */

typedef struct {
  PaStream *pa; /* NULL: none is open */
  LonghandFeed *feed;
  int fd; /* in which the feed lies; -1 when it has been passed on */
  double rate_hz;
  int n_channels;
  gboolean plays; /* rather than records */
} Stream;

typedef struct {
  gboolean is_initialized; /* PortAudio */
  Stream stream;
} Microphone;

static gboolean
say (LonghandWireMessage message) {
  return longhand_wire_send (LONGHAND_WIRE_FD, &message, -1);
}

static gboolean
say_failed (PaError code) {
  LonghandWireMessage message = { .type = LONGHAND_WIRE_FAILED };

  if (code == paDeviceUnavailable)
    message.type = LONGHAND_WIRE_UNAVAILABLE;
  else if (code == paInsufficientMemory)
    message.type = LONGHAND_WIRE_NO_MEMORY;
  g_strlcpy (message.text, Pa_GetErrorText (code), sizeof message.text);
  return say (message);
}

/* ---- the list of devices ---- */

static gboolean
say_device (PaDeviceIndex index, const PaDeviceInfo *info) {
  LonghandWireMessage message = {
    .type = LONGHAND_WIRE_DEVICE,
    .index = index,
    .n_channels = (guint)MAX (info->maxInputChannels, 0),
    .rate_hz = info->defaultSampleRate,
    .is_default = index == Pa_GetDefaultInputDevice (),
  };

  g_strlcpy (message.host_api, Pa_GetHostApiInfo (info->hostApi)->name, sizeof message.host_api);
  g_strlcpy (message.text, info->name, sizeof message.text);
  return say (message);
}

/* PortAudio finds out what has come and gone only by starting over. */
static void
restart_portaudio (Microphone *self, PaError *code) {
  if (self->is_initialized)
    Pa_Terminate ();
  *code = Pa_Initialize ();
  self->is_initialized = *code == paNoError;
}

static gboolean
answer_scan (Microphone *self) {
  PaError code;

  if (!longhand_microphone_alsa_has_devices ())
    return say ((LonghandWireMessage){ .type = LONGHAND_WIRE_SCANNED });
  restart_portaudio (self, &code);
  if (code != paNoError)
    return say_failed (code);
  for (PaDeviceIndex i = 0; i < Pa_GetDeviceCount (); i++)
    if (!say_device (i, Pa_GetDeviceInfo (i)))
      return FALSE;
  return say ((LonghandWireMessage){ .type = LONGHAND_WIRE_SCANNED });
}

/* ---- the stream ---- */

/* On PortAudio's real-time thread. */
static int
on_sound (const void *input, void *output, unsigned long n_frames, const PaStreamCallbackTimeInfo *time,
          PaStreamCallbackFlags flags, void *user) {
  LonghandFeed *feed = user;

  if (flags & paInputOverflow)
    longhand_feed_count_overrun (feed);
  if (input != NULL)
    longhand_feed_write (feed, input, n_frames);
  return paContinue;
}

/* The same for what is played: Longhand writes, this reads, and ends behind the last frame. */
static int
on_sound_wanted (const void *input, void *output, unsigned long n_frames,
                 const PaStreamCallbackTimeInfo *time, PaStreamCallbackFlags flags, void *user) {
  LonghandFeed *feed = user;
  const gboolean is_all = longhand_feed_is_closed (feed); /* before looking for the rest */
  const guint n_channels = longhand_feed_get_n_channels (feed);
  const gsize n = longhand_ring_read (longhand_feed_get_ring (feed), output, n_frames);

  memset ((float *)output + n * n_channels, 0, (n_frames - n) * n_channels * sizeof (float));
  return is_all && n == 0 ? paComplete : paContinue;
}

static void
on_finished (void *user) {
  longhand_feed_end (user);
}

static void
stream_clear (Stream *self) {
  if (self->pa != NULL)
    Pa_CloseStream (self->pa);
  g_clear_pointer (&self->feed, longhand_feed_unref);
  if (self->fd >= 0)
    close (self->fd);
  *self = (Stream){ .fd = -1 };
}

static PaError
stream_start (Stream *self, PaDeviceIndex index) {
  const PaDeviceInfo *info = Pa_GetDeviceInfo (index);
  const PaStreamParameters parameters = {
    .device = index,
    .channelCount = self->n_channels,
    .sampleFormat = paFloat32,
    .suggestedLatency
    = self->plays ? info->defaultHighOutputLatency : MAX (info->defaultHighInputLatency, LATENCY_S),
  };
  PaError code;

  self->feed = longhand_feed_new_shared (self->rate_hz, (guint)self->n_channels, &self->fd);
  if (self->feed == NULL)
    return paInsufficientMemory;
  code = Pa_OpenStream (&self->pa, self->plays ? NULL : &parameters, self->plays ? &parameters : NULL,
                        self->rate_hz, paFramesPerBufferUnspecified, paClipOff | paDitherOff,
                        self->plays ? on_sound_wanted : on_sound, self->feed);
  if (code != paNoError) {
    self->pa = NULL;
    return code;
  }
  Pa_SetStreamFinishedCallback (self->pa, on_finished);
  return Pa_StartStream (self->pa);
}

static PaError
try_format (Stream *self, PaDeviceIndex index, gboolean plays, int n_channels, double rate_hz) {
  PaError code;

  *self = (Stream){ .fd = -1, .rate_hz = rate_hz, .n_channels = n_channels, .plays = plays };
  code = stream_start (self, index);
  if (code != paNoError)
    stream_clear (self);
  return code;
}

/* All channels of a device, because the microphone may be on any of its inputs and PortAudio gives the first
 * ones only. Sound servers and converters claim any number; two are enough there: one side of a stereo
 * microphone alone may be silent. The rest is for devices that know one count, or one rate, only. */
static PaError
open_device (Stream *self, PaDeviceIndex index) {
  const PaDeviceInfo *info = Pa_GetDeviceInfo (index);
  const int n_max = info->maxInputChannels;
  const int channels[] = { n_max <= MAX_CHANNELS ? n_max : 2, MIN (n_max, 2), n_max, 1 };
  const double rates_hz[] = { info->defaultSampleRate, 48000, 44100, 16000 };
  PaError code = paInvalidDevice;

  for (guint r = 0; r < G_N_ELEMENTS (rates_hz); r++) {
    for (guint c = 0; c < G_N_ELEMENTS (channels); c++) {
      code = try_format (self, index, FALSE, channels[c], rates_hz[r]);
      if (code != paInvalidChannelCount)
        break;
    }
    if (code != paInvalidSampleRate)
      break;
  }
  return code;
}

/* At the rate that the sound has, if the device can do that. */
static PaError
open_to_play (Stream *self, double rate_hz) {
  const PaDeviceIndex index = Pa_GetDefaultOutputDevice ();
  const double rates_hz[]
      = { rate_hz, index != paNoDevice ? Pa_GetDeviceInfo (index)->defaultSampleRate : 0, 48000, 44100 };
  PaError code = paDeviceUnavailable;

  for (guint r = 0; index != paNoDevice && r < G_N_ELEMENTS (rates_hz); r++) {
    code = try_format (self, index, TRUE, 1, rates_hz[r]);
    if (code == paInvalidChannelCount)
      code = try_format (self, index, TRUE, 2, rates_hz[r]);
    if (code != paInvalidSampleRate)
      break;
  }
  return code;
}

/* code: of what was opened. */
static gboolean
say_opened (Microphone *self, PaError code) {
  LonghandWireMessage message = { .type = LONGHAND_WIRE_OPENED,
                                  .rate_hz = self->stream.rate_hz,
                                  .n_channels = (guint)self->stream.n_channels };
  gboolean is_said;

  if (code != paNoError)
    return say_failed (code);
  is_said = longhand_wire_send (LONGHAND_WIRE_FD, &message, self->stream.fd);
  close (self->stream.fd);
  self->stream.fd = -1;
  return is_said;
}

static gboolean
answer_open (Microphone *self, PaDeviceIndex index) {
  return say_opened (self, open_device (&self->stream, index));
}

static gboolean
answer_play (Microphone *self, double rate_hz) {
  PaError code;

  if (!longhand_microphone_alsa_has_devices ())
    return say_failed (paDeviceUnavailable);
  restart_portaudio (self, &code);
  return code == paNoError ? say_opened (self, open_to_play (&self->stream, rate_hz)) : say_failed (code);
}

static gboolean
answer_close (Microphone *self) {
  Pa_StopStream (self->stream.pa);
  stream_clear (&self->stream);
  return say ((LonghandWireMessage){ .type = LONGHAND_WIRE_CLOSED });
}

/* ---- */

/* FALSE: Longhand has gone, or nothing that it says is understood. */
static gboolean
answer (Microphone *self, const LonghandWireMessage *question) {
  switch ((LonghandWireType)question->type) {
  case LONGHAND_WIRE_SCAN:
    return answer_scan (self);
  case LONGHAND_WIRE_OPEN:
    return answer_open (self, question->index);
  case LONGHAND_WIRE_CLOSE:
    return answer_close (self);
  case LONGHAND_WIRE_PLAY:
    return answer_play (self, question->rate_hz);
  default:
    return FALSE;
  }
}

int
main (void) {
  Microphone self = { .stream.fd = -1 };
  LonghandWireMessage question;
  int fd;

  /* Whatever hangs in PortAudio must not outlive Longhand. */
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (!say ((LonghandWireMessage){ .type = LONGHAND_WIRE_HELLO })) {
    fputs ("longhand-microphone: Longhand starts this program when it needs it.\n", stderr);
    return 2;
  }
  while (longhand_wire_receive (LONGHAND_WIRE_FD, G_MAXINT64, &question, &fd) == LONGHAND_WIRE_CAME
         && answer (&self, &question))
    ;
  stream_clear (&self.stream);
  if (self.is_initialized)
    Pa_Terminate ();
  return 0;
}
