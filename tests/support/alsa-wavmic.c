/* alsa-wavmic: an ALSA input that hears a sound file, in real time, for tests without
 * a sound card or sound daemon; with the limits and faults of real ones.
 *
 *   cc -shared -fPIC -DPIC -o libasound_module_pcm_wavmic.so alsa-wavmic.c \
 *      $(pkg-config --cflags --libs alsa sndfile) -lm
 *
 *   # a file named by ALSA_CONFIG_PATH (of an absolute path): all that ALSA then has
 *   pcm_type.wavmic { lib "/BUILD/libasound_module_pcm_wavmic.so" }
 *   pcm.default { type wavmic file "/FILE.wav" }
 *   pcm."USB Mic" { type wavmic file "/B.wav" rate 44100 channels 2 gone "/tmp/gone" }
 *
 * file: its first channel is used; "" is silence. It starts with the first recording
 * and goes on while nothing records. rate (48000) and channels (1): the only ones that
 * the device takes. only (0: all): the one channel, from 1, that hears it. gone: while a file of that name
 * exists the device cannot be opened, and a recording meets what a pulled USB plug gives (-ENODEV;
 * PortAudio 19.6 then loops for ever in its thread, floods stderr, and Pa_AbortStream() hangs: its issue
 * 1037). A device's name holds no ":". Packages: libasound2-dev libsndfile1-dev.
 */
#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <math.h>
#include <sndfile.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

typedef struct {
  snd_pcm_ioplug_t io;
  float *sound;            /* the file, one channel */
  long length, rate;       /* its frames, and frames a second */
  long only;               /* channel, from 1; 0: all */
  double begun, started;   /* the first recording's time, and this one's */
  snd_pcm_sframes_t given; /* frames handed out since started */
  char *gone;
} Mic;

static double
now (void) {
  struct timespec t;
  clock_gettime (CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static int
is_gone (Mic *mic) {
  return mic->gone && access (mic->gone, F_OK) == 0;
}

static int
mic_prepare (snd_pcm_ioplug_t *io) {
  Mic *mic = io->private_data;
  mic->given = 0;
  return is_gone (mic) ? -ENODEV : 0;
}

static int
mic_start (snd_pcm_ioplug_t *io) {
  Mic *mic = io->private_data;
  struct itimerspec tick = { { 0, 5000000 }, { 0, 5000000 } };
  if (is_gone (mic))
    return -ENODEV;
  mic->started = now ();
  if (mic->begun == 0)
    mic->begun = mic->started;
  return timerfd_settime (io->poll_fd, 0, &tick, NULL);
}

static int
mic_stop (snd_pcm_ioplug_t *io) {
  struct itimerspec off = { 0 };
  return timerfd_settime (io->poll_fd, 0, &off, NULL);
}

/* frames that the device has recorded since it was started */
static snd_pcm_sframes_t
recorded (Mic *mic) {
  return (now () - mic->started) * mic->io.rate;
}

static snd_pcm_sframes_t
mic_pointer (snd_pcm_ioplug_t *io) {
  Mic *mic = io->private_data;
  snd_pcm_sframes_t frames = recorded (mic);
  if (is_gone (mic)) {
    snd_pcm_ioplug_set_state (io, SND_PCM_STATE_DISCONNECTED);
    return -ENODEV;
  }
  if (frames - mic->given > (snd_pcm_sframes_t)io->buffer_size)
    return -EPIPE;
  return frames % io->buffer_size;
}

static snd_pcm_sframes_t
mic_transfer (snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas, snd_pcm_uframes_t offset,
              snd_pcm_uframes_t size) {
  Mic *mic = io->private_data;
  for (snd_pcm_uframes_t i = 0; i < size; i++, mic->given++) {
    double at = (mic->started - mic->begun + (double)mic->given / io->rate) * mic->rate;
    long n = at;
    double part = at - n, a = n < mic->length ? mic->sound[n] : 0;
    double b = n + 1 < mic->length ? mic->sound[n + 1] : 0;
    short value = lrint ((a + (b - a) * part) * 32767);
    for (unsigned c = 0; c < io->channels; c++) {
      unsigned bit = areas[c].first + (offset + i) * areas[c].step;
      *(short *)((char *)areas[c].addr + bit / 8) = mic->only == 0 || mic->only == c + 1 ? value : 0;
    }
  }
  return size;
}

static int
mic_revents (snd_pcm_ioplug_t *io, struct pollfd *fds, unsigned n, unsigned short *revents) {
  Mic *mic = io->private_data;
  unsigned long long ticks;
  (void)fds;
  (void)n;
  if (read (io->poll_fd, &ticks, sizeof ticks) < 0 && errno != EAGAIN)
    return -errno;
  if (is_gone (mic))
    *revents = POLLERR | POLLIN;
  else
    *revents = recorded (mic) - mic->given >= (snd_pcm_sframes_t)io->period_size ? POLLIN : 0;
  return 0;
}

static int
mic_close (snd_pcm_ioplug_t *io) {
  Mic *mic = io->private_data;
  close (io->poll_fd);
  free (mic->sound);
  free (mic->gone);
  free (mic);
  return 0;
}

static const snd_pcm_ioplug_callback_t callbacks = {
  .start = mic_start,
  .stop = mic_stop,
  .pointer = mic_pointer,
  .transfer = mic_transfer,
  .prepare = mic_prepare,
  .close = mic_close,
  .poll_revents = mic_revents,
};

static int
read_sound (Mic *mic, const char *file) {
  SF_INFO info = { 0 };
  SNDFILE *f = sf_open (file, SFM_READ, &info);
  float *all;
  if (!f) {
    SNDERR ("wavmic: %s: %s", file, sf_strerror (NULL));
    return -ENOENT;
  }
  all = calloc (info.frames + 1, sizeof (float) * info.channels);
  mic->length = sf_readf_float (f, all, info.frames);
  mic->rate = info.samplerate;
  for (long i = 0; i < mic->length; i++)
    all[i] = all[i * info.channels];
  mic->sound = all;
  sf_close (f);
  return 0;
}

SND_PCM_PLUGIN_DEFINE_FUNC (wavmic) {
  static const unsigned access[] = { SND_PCM_ACCESS_MMAP_INTERLEAVED, SND_PCM_ACCESS_RW_INTERLEAVED };
  static const unsigned format[] = { SND_PCM_FORMAT_S16 };
  const char *file = "", *gone = NULL;
  long rate = 48000, channels = 1, only = 0;
  snd_config_iterator_t i, next;
  Mic *mic;
  int err = 0;
  (void)root;

  snd_config_for_each (i, next, conf) {
    snd_config_t *n = snd_config_iterator_entry (i);
    const char *id;
    snd_config_get_id (n, &id);
    if (!strcmp (id, "file"))
      err = snd_config_get_string (n, &file);
    else if (!strcmp (id, "gone"))
      err = snd_config_get_string (n, &gone);
    else if (!strcmp (id, "rate"))
      err = snd_config_get_integer (n, &rate);
    else if (!strcmp (id, "channels"))
      err = snd_config_get_integer (n, &channels);
    else if (!strcmp (id, "only"))
      err = snd_config_get_integer (n, &only);
    else if (strcmp (id, "type") && strcmp (id, "comment") && strcmp (id, "hint"))
      err = -EINVAL;
    if (err < 0) {
      SNDERR ("wavmic: %s", id);
      return err;
    }
  }
  if (stream != SND_PCM_STREAM_CAPTURE)
    return -EINVAL;
  mic = calloc (1, sizeof *mic);
  mic->gone = gone ? strdup (gone) : NULL;
  mic->rate = rate;
  mic->only = only;
  err = is_gone (mic) ? -ENODEV : *file ? read_sound (mic, file) : 0;
  mic->io.version = SND_PCM_IOPLUG_VERSION;
  mic->io.name = "a sound file as microphone";
  mic->io.callback = &callbacks;
  mic->io.private_data = mic;
  mic->io.mmap_rw = 1;
  mic->io.poll_fd = timerfd_create (CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  mic->io.poll_events = POLLIN;
  if (err >= 0)
    err = snd_pcm_ioplug_create (&mic->io, name, stream, mode);
  if (err < 0) {
    mic_close (&mic->io);
    return err;
  }
  snd_pcm_ioplug_set_param_list (&mic->io, SND_PCM_IOPLUG_HW_ACCESS, 2, access);
  snd_pcm_ioplug_set_param_list (&mic->io, SND_PCM_IOPLUG_HW_FORMAT, 1, format);
  snd_pcm_ioplug_set_param_minmax (&mic->io, SND_PCM_IOPLUG_HW_CHANNELS, channels, channels);
  snd_pcm_ioplug_set_param_minmax (&mic->io, SND_PCM_IOPLUG_HW_RATE, rate, rate);
  snd_pcm_ioplug_set_param_minmax (&mic->io, SND_PCM_IOPLUG_HW_PERIOD_BYTES, 128, 1 << 18);
  snd_pcm_ioplug_set_param_minmax (&mic->io, SND_PCM_IOPLUG_HW_BUFFER_BYTES, 512, 1 << 20);
  snd_pcm_ioplug_set_param_minmax (&mic->io, SND_PCM_IOPLUG_HW_PERIODS, 2, 1024);
  *pcmp = mic->io.pcm;
  return 0;
}

SND_PCM_PLUGIN_SYMBOL (wavmic);
