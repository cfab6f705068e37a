/* Sound files of many kinds, whole and broken; each test makes its own. */
#include "audio/longhand-audio-file.h"
#include "audio/longhand-audio-file-open.h"
#include "longhand-error.h"

#include <glib/gstdio.h>
#include <math.h>
#include <sndfile.h>
#include <string.h>

#define TONE_HZ 440.0

typedef struct {
  char *path;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data) {
  const int fd = g_file_open_tmp ("longhand-XXXXXX", &fixture->path, NULL);

  g_assert_cmpint (fd, >=, 0);
  g_close (fd, NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data) {
  g_remove (fixture->path);
  g_free (fixture->path);
}

/* n_frames of a tone of amplitude 0.5 in every channel */
static void
write_tone (const char *path, int format, int rate_hz, int n_channels, sf_count_t n_frames) {
  SF_INFO info = { .samplerate = rate_hz, .channels = n_channels, .format = format };
  SNDFILE *file = sf_open (path, SFM_WRITE, &info);
  g_autofree float *frame = g_new (float, n_channels);

  g_assert_nonnull (file);
  for (sf_count_t i = 0; i < n_frames; i++) {
    for (int c = 0; c < n_channels; c++)
      frame[c] = (float)(0.5 * sin (2 * G_PI * TONE_HZ * (double)i / rate_hz));
    g_assert_cmpint (sf_writef_float (file, frame, 1), ==, 1);
  }
  sf_close (file);
}

/* Power of samples [from, from + n) at the tone's frequency, as amplitude. */
static double
tone_amplitude (const float *samples, gsize from, gsize n) {
  double re = 0, im = 0;

  for (gsize i = from; i < from + n; i++) {
    re += samples[i] * cos (2 * G_PI * TONE_HZ * (double)i / 16000);
    im += samples[i] * sin (2 * G_PI * TONE_HZ * (double)i / 16000);
  }
  return 2 * sqrt (re * re + im * im) / (double)n;
}

static void
assert_load_fails (const char *path, const char *part) {
  g_autoptr (GError) error = NULL;
  gsize n = 12345;

  g_assert_null (longhand_audio_file_load (path, &n, NULL, &error));
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE);
  g_assert_nonnull (strstr (error->message, path));
  g_assert_nonnull (strstr (error->message, part));
  g_assert_cmpuint (n, ==, 12345);
}

static void
every_format_gives_the_tone (Fixture *fixture, gconstpointer data) {
  static const struct {
    int format, rate_hz, n_channels;
  } rows[] = {
    { SF_FORMAT_WAV | SF_FORMAT_PCM_16, 16000, 1 },          { SF_FORMAT_WAV | SF_FORMAT_FLOAT, 44100, 2 },
    { SF_FORMAT_WAV | SF_FORMAT_PCM_24, 8000, 6 },           { SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 48000, 2 },
    { SF_FORMAT_OGG | SF_FORMAT_VORBIS, 22050, 1 },          { SF_FORMAT_OGG | SF_FORMAT_OPUS, 48000, 2 },
    { SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 44100, 2 }, { SF_FORMAT_WAV | SF_FORMAT_PCM_16, 192000, 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree float *samples = NULL;
    gsize n = 0, n_not_finite = 1;

    write_tone (fixture->path, rows[i].format, rows[i].rate_hz, rows[i].n_channels, rows[i].rate_hz);
    samples = longhand_audio_file_load (fixture->path, &n, &n_not_finite, &error);
    g_assert_no_error (error);
    g_test_message ("format 0x%x at %d Hz: %" G_GSIZE_FORMAT " samples", (unsigned)rows[i].format,
                    rows[i].rate_hz, n);
    /* One second; MP3 pads to whole frames of 1152 at both ends. */
    g_assert_cmpuint (n, >=, 15990);
    g_assert_cmpuint (n, <=, 16000 + 2 * 1152);
    g_assert_cmpuint (n_not_finite, ==, 0);
    g_assert_cmpfloat (tone_amplitude (samples, 4000, 8000), >, 0.45);
    g_assert_cmpfloat (tone_amplitude (samples, 4000, 8000), <, 0.55);
  }
}

static void
sixteen_khz_mono_is_bit_exact (Fixture *fixture, gconstpointer data) {
  SF_INFO info = { .samplerate = 16000, .channels = 1, .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT };
  SNDFILE *file = sf_open (fixture->path, SFM_WRITE, &info);
  float samples[10000];
  g_autofree float *loaded = NULL;
  gsize n = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    samples[i] = sinf ((float)(i * i));
  g_assert_cmpint (sf_write_float (file, samples, G_N_ELEMENTS (samples)), ==, G_N_ELEMENTS (samples));
  sf_close (file);
  loaded = longhand_audio_file_load (fixture->path, &n, NULL, NULL);
  g_assert_cmpmem (loaded, n * sizeof *loaded, samples, sizeof samples);
}

static void
channels_are_averaged (Fixture *fixture, gconstpointer data) {
  SF_INFO info = { .samplerate = 16000, .channels = 2, .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT };
  SNDFILE *file = sf_open (fixture->path, SFM_WRITE, &info);
  const float frames[] = { 1, 0, 0.5f, -0.5f, -1, -0.5f };
  const float expected[] = { 0.5f, 0, -0.75f };
  g_autofree float *loaded = NULL;
  gsize n = 0;

  sf_writef_float (file, frames, 3);
  sf_close (file);
  loaded = longhand_audio_file_load (fixture->path, &n, NULL, NULL);
  g_assert_cmpmem (loaded, n * sizeof *loaded, expected, sizeof expected);
}

static void
empty_recording_has_no_samples (Fixture *fixture, gconstpointer data) {
  g_autoptr (GError) error = NULL;
  g_autofree float *samples = NULL;
  gsize n = 1;

  write_tone (fixture->path, SF_FORMAT_WAV | SF_FORMAT_PCM_16, 44100, 1, 0);
  samples = longhand_audio_file_load (fixture->path, &n, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (samples);
  g_assert_cmpuint (n, ==, 0);
}

static void
samples_that_are_no_numbers_are_silence_and_counted (Fixture *fixture, gconstpointer data) {
  SF_INFO info = { .samplerate = 48000, .channels = 1, .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT };
  SNDFILE *file = sf_open (fixture->path, SFM_WRITE, &info);
  g_autofree float *frames = g_new (float, 48000);
  g_autofree float *loaded = NULL;
  gsize n = 0, n_not_finite = 0;

  for (gsize i = 0; i < 48000; i++)
    frames[i] = i % 100 == 0 ? NAN : i % 100 == 50 ? INFINITY : 0.25f;
  sf_writef_float (file, frames, 48000);
  sf_close (file);
  loaded = longhand_audio_file_load (fixture->path, &n, &n_not_finite, NULL);
  g_assert_cmpuint (n_not_finite, ==, 960);
  for (gsize i = 0; i < n; i++)
    g_assert_true (isfinite (loaded[i]));
  g_assert_cmpfloat (fabsf (loaded[n / 2]), <, 1);
}

static void
recording_that_breaks_off_gives_what_there_is (Fixture *fixture, gconstpointer data) {
  g_autofree char *content = NULL;
  g_autofree float *samples = NULL;
  gsize length, n = 0;

  write_tone (fixture->path, SF_FORMAT_WAV | SF_FORMAT_PCM_16, 16000, 1, 16000);
  g_assert_true (g_file_get_contents (fixture->path, &content, &length, NULL));
  g_assert_true (g_file_set_contents (fixture->path, content, (gssize)length - 16000, NULL));
  samples = longhand_audio_file_load (fixture->path, &n, NULL, NULL);
  g_assert_cmpuint (n, ==, 8000);
}

static void
file_cut_in_its_header_is_no_sound (Fixture *fixture, gconstpointer data) {
  g_autofree char *content = NULL;
  gsize length;

  write_tone (fixture->path, SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 16000, 1, 16000);
  g_assert_true (g_file_get_contents (fixture->path, &content, &length, NULL));
  g_assert_true (g_file_set_contents (fixture->path, content, 20, NULL));
  assert_load_fails (fixture->path, "not a sound file");
}

static void
text_is_no_sound (Fixture *fixture, gconstpointer data) {
  g_assert_true (g_file_set_contents (fixture->path, "Dear diary, today I spoke to a computer.\n", -1, NULL));
  assert_load_fails (fixture->path, "wav, flac, ogg, opus or mp3");
}

/* What libsndfile has no decoder for is known by how it begins, whatever it is called. */
static void
sound_of_other_programs_is_to_be_converted (Fixture *fixture, gconstpointer data) {
  static const struct {
    const char *begin;
    gsize n;
  } files[] = {
    { "\0\0\0\x20"
      "ftypM4A \0\0\0\0",
      16 },
    { "\xff\xf1\x50\x80\x2e\x7f\xfc\x21", 8 },
    { "\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\0\xaa", 12 },
    { "\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81", 12 },
    { "#!AMR-WB\n\x04", 10 },
  };
  g_autofree char *dir = g_path_get_dirname (fixture->path);
  g_autofree char *path = g_build_filename (dir, "Anna's talk.2.m4a", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++) {
    const LonghandAudioInput input = { .path = path, .name = "Anna's talk.2.m4a" };
    g_autoptr (GError) error = NULL;
    SF_INFO info;

    g_assert_true (g_file_set_contents (path, files[i].begin, (gssize)files[i].n, NULL));
    g_assert_null (longhand_audio_file_open_input (&input, &info, &error));
    g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_AUDIO_FILE);
    g_assert_cmpstr (
        error->message, ==,
        "“Anna's talk.2.m4a” is in a format that cannot be read: convert it to FLAC or Opus, for "
        "example with “ffmpeg -i 'Anna'\\''s talk.2.m4a' 'Anna'\\''s talk.2.flac'”.");
  }
  g_assert_cmpint (g_unlink (path), ==, 0);
}

static void
missing_empty_folder_and_device_are_told_apart (Fixture *fixture, gconstpointer data) {
  g_assert_true (g_file_set_contents (fixture->path, "", 0, NULL));
  assert_load_fails (fixture->path, "is empty");
  g_remove (fixture->path);
  assert_load_fails (fixture->path, "There is no file");
  assert_load_fails (g_get_tmp_dir (), "is a folder");
  assert_load_fails ("/dev/zero", "is not a file");
}

/* Wherever it falls among the blocks that are read. */
static void
damaged_recording_is_told (Fixture *fixture, gconstpointer data) {
  for (gsize i = 0; i < 8; i++) {
    g_autofree char *content = NULL;
    gsize len;

    write_tone (fixture->path, SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 16000, 1, 200000);
    g_assert_true (g_file_get_contents (fixture->path, &content, &len, NULL));
    memset (content + len * (4 + i) / 16, 0x55, len / 4);
    g_assert_true (g_file_set_contents (fixture->path, content, (gssize)len, NULL));
    assert_load_fails (fixture->path, "is damaged after ");
  }
}

/* Also one that is too long for memory, and comes through it in pieces. */
static void
recording_is_enhanced_as_a_whole (Fixture *fixture, gconstpointer data) {
  const LonghandAudioInput input = { .path = fixture->path, .enhancement = { TRUE, TRUE } };
  const gsize n = LONGHAND_SAMPLES_IN_MEMORY + 12345;
  g_autofree float *raw = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (LonghandSamples) samples = NULL;
  g_autoptr (LonghandEnhancer) enhancer = longhand_enhancer_new (&input.enhancement, &error);
  g_autoptr (GArray) expected = g_array_new (FALSE, FALSE, sizeof (float));
  const float *enhanced;
  gsize n_raw, n_enhanced;

  g_assert_no_error (error);
  write_tone (fixture->path, SF_FORMAT_WAV | SF_FORMAT_PCM_16, 16000, 1, (sf_count_t)n);
  raw = longhand_audio_file_load (fixture->path, &n_raw, NULL, &error);
  g_assert_no_error (error);
  longhand_enhancer_process (enhancer, raw, n_raw, TRUE, expected);
  samples = longhand_audio_file_read (&input, NULL, &error);
  g_assert_no_error (error);
  enhanced = longhand_samples_seal (samples, &n_enhanced, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (enhanced, n_enhanced * sizeof (float), expected->data, n * sizeof (float));
  g_assert_cmpint (memcmp (enhanced, raw, n * sizeof (float)), !=, 0);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/audio-file/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("every-format-gives-the-tone", every_format_gives_the_tone);
  ADD ("sixteen-khz-mono-is-bit-exact", sixteen_khz_mono_is_bit_exact);
  ADD ("channels-are-averaged", channels_are_averaged);
  ADD ("empty-recording-has-no-samples", empty_recording_has_no_samples);
  ADD ("samples-that-are-no-numbers-are-silence-and-counted",
       samples_that_are_no_numbers_are_silence_and_counted);
  ADD ("recording-that-breaks-off-gives-what-there-is", recording_that_breaks_off_gives_what_there_is);
  ADD ("file-cut-in-its-header-is-no-sound", file_cut_in_its_header_is_no_sound);
  ADD ("text-is-no-sound", text_is_no_sound);
  ADD ("sound-of-other-programs-is-to-be-converted", sound_of_other_programs_is_to_be_converted);
  ADD ("missing-empty-folder-and-device-are-told-apart", missing_empty_folder_and_device_are_told_apart);
  ADD ("recording-is-enhanced-as-a-whole", recording_is_enhanced_as_a_whole);
  ADD ("damaged-recording-is-told", damaged_recording_is_told);
  return g_test_run ();
}
