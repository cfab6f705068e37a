/* Recordings of any length in little memory: where their samples lie, and what happens when there is no room.
 */
#include "audio/longhand-audio-file.h"
#include "longhand-error.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#define LONG_S 1800 /* 115 MB as floats */
/* Half of that: sanitizers keep what was freed for a while. */
#define LITTLE_BYTES ((gsize)LONG_S * 16000 * sizeof (float) / 2)

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

/* Silence, but for the last sample, as 16-bit samples without a header. */
static void
write_raw (const char *path, gsize n) {
  FILE *file = g_fopen (path, "wb");

  g_assert_cmpint (fseek (file, (long)(2 * (n - 1)), SEEK_SET), ==, 0);
  g_assert_cmpuint (fwrite ((const char[]){ 0, 0x40 }, 2, 1, file), ==, 1);
  fclose (file);
}

static gsize
resident_bytes (void) {
  g_autofree char *statm = NULL;
  gsize n_pages;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &statm, NULL, NULL));
  g_assert_cmpint (sscanf (statm, "%*u %zu", &n_pages), ==, 1);
  return n_pages * (gsize)sysconf (_SC_PAGESIZE);
}

/* As recognition does, piece by piece; the most memory that was resident. */
static gsize
look_at_all (LonghandSamples *samples, const float *at, gsize n, double *sum) {
  gsize most = resident_bytes ();

  *sum = 0;
  for (gsize i = 0; i < n; i++) {
    *sum += at[i];
    if (i % (1 << 20) == 0) {
      most = MAX (most, resident_bytes ());
      longhand_samples_release (samples);
    }
  }
  return most;
}

static void
long_recording_takes_little_memory (Fixture *fixture, gconstpointer data) {
  const LonghandAudioInput input = { .path = fixture->path, .raw_hz = 16000 };
  const gsize before = resident_bytes ();
  g_autoptr (LonghandSamples) samples = NULL;
  g_autoptr (GError) error = NULL;
  const float *at;
  gsize n;
  double sum;

  write_raw (fixture->path, (gsize)LONG_S * 16000);
  samples = longhand_audio_file_read (&input, NULL, &error);
  g_assert_no_error (error);
  at = longhand_samples_seal (samples, &n, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, (gsize)LONG_S * 16000);
  g_assert_cmpuint (look_at_all (samples, at, n, &sum), <, before + LITTLE_BYTES);
  g_assert_cmpfloat (at[n - 1], ==, 0.5f);
  g_assert_cmpfloat (sum, ==, 0.5);
}

/* The block that no longer fits in memory, and those around it, are where they belong. */
static void
samples_are_the_same_in_memory_and_on_the_disk (void) {
  static const gsize counts[] = { 0, 1, LONGHAND_SAMPLES_IN_MEMORY, LONGHAND_SAMPLES_IN_MEMORY + 1,
                                  LONGHAND_SAMPLES_IN_MEMORY + 12345 };
  float block[4099];

  for (gsize c = 0; c < G_N_ELEMENTS (counts); c++) {
    g_autoptr (LonghandSamples) samples = longhand_samples_new ("talk");
    const float *at;
    gsize n = 0, n_found;

    while (n < counts[c]) {
      const gsize n_block = MIN (G_N_ELEMENTS (block), counts[c] - n);

      for (gsize i = 0; i < n_block; i++)
        block[i] = (float)(n + i);
      g_assert_true (longhand_samples_append (samples, block, n_block, NULL));
      n += n_block;
    }
    at = longhand_samples_seal (samples, &n_found, NULL);
    g_assert_nonnull (at);
    g_assert_cmpuint (n_found, ==, counts[c]);
    for (gsize i = 0; i < n_found; i++)
      g_assert_cmpfloat (at[i], ==, (float)i);
  }
}

static void
folder_without_room_is_told (Fixture *fixture, gconstpointer data) {
  const LonghandAudioInput input = { .path = fixture->path, .raw_hz = 16000 };
  g_autoptr (GError) error = NULL;

  write_raw (fixture->path, LONGHAND_SAMPLES_IN_MEMORY + 1);
  g_setenv ("TMPDIR", "/nonexistent", TRUE);
  g_assert_null (longhand_audio_file_read (&input, NULL, &error));
  g_unsetenv ("TMPDIR");
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_WRITE);
  g_assert_nonnull (strstr (error->message, fixture->path));
  g_assert_nonnull (strstr (error->message, "“/nonexistent”"));
  g_assert_nonnull (strstr (error->message, "TMPDIR"));
}

static gboolean
yes (gpointer user) {
  return TRUE;
}

static void
reading_can_be_cancelled (Fixture *fixture, gconstpointer data) {
  const LonghandAudioInput input = { .path = fixture->path, .raw_hz = 16000, .is_cancelled = yes };
  g_autoptr (GError) error = NULL;

  write_raw (fixture->path, 16000);
  g_assert_null (longhand_audio_file_read (&input, NULL, &error));
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_CANCELLED);
}

static void
raw_samples_have_the_rate_that_is_said (Fixture *fixture, gconstpointer data) {
  const LonghandAudioInput input = { .path = fixture->path, .raw_hz = 48000 };
  g_autoptr (LonghandSamples) samples = NULL;
  gsize n;

  write_raw (fixture->path, 48000);
  samples = longhand_audio_file_read (&input, NULL, NULL);
  g_assert_nonnull (longhand_samples_seal (samples, &n, NULL));
  g_assert_cmpuint (n, ==, 16000);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/samples/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("long-recording-takes-little-memory", long_recording_takes_little_memory);
  g_test_add_func ("/samples/are-the-same-in-memory-and-on-the-disk",
                   samples_are_the_same_in_memory_and_on_the_disk);
  ADD ("folder-without-room-is-told", folder_without_room_is_told);
  ADD ("reading-can-be-cancelled", reading_can_be_cancelled);
  ADD ("raw-samples-have-the-rate-that-is-said", raw_samples_have_the_rate_that_is_said);
  return g_test_run ();
}
