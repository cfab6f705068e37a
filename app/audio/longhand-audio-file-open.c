/* What is a sound file, and what is none: a sentence for each. */
#include "audio/longhand-audio-file-open.h"

#include "audio/longhand-scratch.h"
#include "longhand-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_CHANNELS 64
#define MIN_RATE_HZ 1000
#define MAX_RATE_HZ 768000
#define WAIT_MS 100 /* before it is asked again whether to go on */
#define CHUNK ((gsize)1 << 16)

/* ---- descriptors ---- */

/* Looks before libsndfile does, which has one sentence for everything. */
static gboolean
check_descriptor (int fd, const char *name, GError **error) {
  struct stat info;

  if (fstat (fd, &info) != 0 || !S_ISREG (info.st_mode)) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE,
                 S_ISDIR (info.st_mode)
                     ? _ ("“%s” is a folder: give a sound file in it.")
                     : _ ("“%s” is not a file: give a sound file (wav, flac, ogg, opus or mp3)."),
                 name);
    return FALSE;
  }
  if (info.st_size == 0) {
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE,
                 _ ("“%s” is empty: record or copy it again."), name);
    return FALSE;
  }
  return TRUE;
}

/* Returns a descriptor, or -1. */
static int
open_file (const char *path, const char *name, GError **error) {
  const int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

  if (fd < 0 && errno == ENOENT)
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE,
                 _ ("There is no file “%s”: check the path."), name);
  else if (fd < 0)
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE,
                 _ ("“%s” cannot be read (%s): check its permissions."), name, g_strerror (errno));
  return fd;
}

static gboolean
set_cancelled (GError **error) {
  g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_CANCELLED, _ ("Reading was cancelled."));
  return FALSE;
}

/* Copies all that comes out of a pipe into a file, because most formats want to be looked at out of turn. */
static gboolean
copy_stream (int from, int to, const LonghandAudioInput *input, const char *name, GError **error) {
  g_autofree char *chunk = g_malloc (CHUNK);
  struct pollfd wait = { .fd = from, .events = POLLIN };
  ssize_t n;

  do {
    if (input->is_cancelled != NULL && input->is_cancelled (input->user))
      return set_cancelled (error);
    n = 1;
    if (poll (&wait, 1, WAIT_MS) <= 0)
      continue;
    n = read (from, chunk, CHUNK);
    if (n < 0 && errno != EINTR && errno != EAGAIN) {
      g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE,
                   _ ("“%s” cannot be read (%s): check what writes to it."), name, g_strerror (errno));
      return FALSE;
    }
    if (n > 0 && !longhand_scratch_write (to, chunk, (gsize)n, name, error))
      return FALSE;
  } while (n != 0);
  return TRUE;
}

/* A file that standard input is redirected from serves as it is. */
static int
open_standard_input (const LonghandAudioInput *input, const char *name, GError **error) {
  struct stat info;
  int fd;

  if (isatty (STDIN_FILENO)) {
    g_set_error_literal (
        error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE,
        _ ("Standard input is the keyboard: send sound into it, as in “longhand-cli transcribe - < FILE”."));
    return -1;
  }
  if (fstat (STDIN_FILENO, &info) == 0 && S_ISREG (info.st_mode))
    return fcntl (STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
  fd = longhand_scratch_open (name, error);
  if (fd < 0)
    return -1;
  if (copy_stream (STDIN_FILENO, fd, input, name, error) && lseek (fd, 0, SEEK_SET) == 0)
    return fd;
  close (fd);
  return -1;
}

/* ---- sound ---- */

static SF_INFO
begin_info (const LonghandAudioInput *input) {
  if (input->raw_hz == 0)
    return (SF_INFO){ 0 };
  return (SF_INFO){ .samplerate = (int)input->raw_hz,
                    .channels = 1,
                    .format = SF_FORMAT_RAW | SF_FORMAT_PCM_16 | SF_ENDIAN_LITTLE };
}

static gboolean
check_info (const SF_INFO *info, const char *name, GError **error) {
  if (info->channels >= 1 && info->channels <= MAX_CHANNELS && info->samplerate >= MIN_RATE_HZ
      && info->samplerate <= MAX_RATE_HZ)
    return TRUE;
  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE,
               _ ("“%s” has %d channels at %d Hz, which is out of range: convert it to mono at 16000 Hz."),
               name, info->channels, info->samplerate);
  return FALSE;
}

/* ---- formats that are sound, but not for libsndfile ---- */

#define HEAD_BYTES 12

static const struct {
  gsize offset;
  const char *bytes;
} foreign_heads[] = {
  { 4, "ftyp" },                         /* MP4: m4a, mp4, mov, 3gp */
  { 0, "\x1a\x45\xdf\xa3" },             /* Matroska: webm, mka, mkv */
  { 0, "\x30\x26\xb2\x75\x8e\x66\xcf" }, /* ASF: wma, wmv */
  { 0, "#!AMR" },
  { 0, "wvpk" },
  { 0, "MAC " },
};

/* Of what begins with this: a name may say anything. */
static gboolean
is_foreign (const guint8 head[HEAD_BYTES]) {
  if (head[0] == 0xff && (head[1] & 0xf6) == 0xf0) /* a frame of AAC by itself */
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (foreign_heads); i++)
    if (memcmp (head + foreign_heads[i].offset, foreign_heads[i].bytes, strlen (foreign_heads[i].bytes)) == 0)
      return TRUE;
  return FALSE;
}

/* (transfer full) */
static char *
dup_flac_name (const char *name) {
  const char *ending = strrchr (name, '.');
  const gsize stem = ending != NULL && ending > name && strchr (ending, '/') == NULL ? (gsize)(ending - name)
                                                                                     : strlen (name);

  return g_strdup_printf ("%.*s.flac", (int)stem, name);
}

static void
set_foreign (const LonghandAudioInput *input, const char *name, GError **error) {
  g_autofree char *flac = dup_flac_name (name);
  g_autofree char *from = g_shell_quote (name), *to = g_shell_quote (flac);

  if (input->path == NULL)
    g_set_error_literal (error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE,
                         _ ("What comes on standard input is sound in a format that cannot be read: convert "
                            "it first, for example with “ffmpeg -i - -f flac -”."));
  else
    g_set_error (
        error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE,
        /* Translators: the name of a file, the same for a terminal, and that of a new file, likewise */
        _ ("“%s” is in a format that cannot be read: convert it to FLAC or Opus, for example with "
           "“ffmpeg -i %s %s”."),
        name, from, to);
}

/* Which of them libsndfile knows depends on how it was built, so it is asked first. */
static void
set_not_sound (const LonghandAudioInput *input, const guint8 head[HEAD_BYTES], const char *name,
               GError **error) {
  if (is_foreign (head))
    set_foreign (input, name, error);
  else
    g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE,
                 _ ("“%s” is not a sound file that can be read: use wav, flac, ogg, opus or mp3."), name);
}

SNDFILE *
longhand_audio_file_open_input (const LonghandAudioInput *input, SF_INFO *info, GError **error) {
  g_autofree char *name = longhand_audio_input_display_name (input);
  const int fd
      = input->path == NULL ? open_standard_input (input, name, error) : open_file (input->path, name, error);
  guint8 head[HEAD_BYTES] = { 0 };
  SNDFILE *file;

  if (fd < 0)
    return NULL;
  if (!check_descriptor (fd, name, error)) {
    close (fd);
    return NULL;
  }
  *info = begin_info (input);
  (void)!pread (fd, head, HEAD_BYTES, 0); /* what is shorter is no sound */
  file = sf_open_fd (fd, SFM_READ, info, SF_TRUE);
  if (file == NULL) {
    set_not_sound (input, head, name, error);
    return NULL;
  }
  if (!check_info (info, name, error))
    g_clear_pointer (&file, sf_close);
  return file;
}

SNDFILE *
longhand_audio_file_open (const char *path, SF_INFO *info, GError **error) {
  return longhand_audio_file_open_input (&(LonghandAudioInput){ .path = path }, info, error);
}

gboolean
longhand_audio_file_probe (const char *path, double *seconds, GError **error) {
  g_autofree char *name = g_filename_display_basename (path);
  const LonghandAudioInput input = { .path = path, .name = name };
  SF_INFO info;
  SNDFILE *file = longhand_audio_file_open_input (&input, &info, error);

  if (file == NULL)
    return FALSE;
  *seconds = info.frames > 0 && info.frames < SF_COUNT_MAX ? (double)info.frames / info.samplerate : 0;
  sf_close (file);
  return TRUE;
}

gboolean
longhand_audio_file_check (SNDFILE *file, const char *name, const SF_INFO *info, sf_count_t n_frames,
                           GError **error) {
  if (sf_error (file) == SF_ERR_NO_ERROR)
    return TRUE;
  g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE,
               _ ("“%s” is damaged after %.1f seconds (%s): copy or record it again."), name,
               (double)n_frames / info->samplerate, sf_strerror (file));
  return FALSE;
}
