/* join-sound PAUSE OUT FILE...: recordings of one rate, mono, in a row, with PAUSE seconds before the first
 * and behind each, as a 16-bit WAV file. All lies in the faint noise of a room, as a microphone has it:
 * nothing else tells where one recording begins. For benchmarks that need one recording where there are many.
 */
#include <sndfile.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define BLOCK 4096    /* samples */
#define NOISE 0.0009f /* largest value: -66 dBFS RMS */

/* The same noise each time: uniform, by a linear congruential generator. */
static int
write_in_room (SNDFILE *out, float *samples, sf_count_t n) {
  static uint32_t state = 1;

  for (sf_count_t i = 0; i < n; i++) {
    state = state * 1664525u + 1013904223u;
    samples[i] += (float)((double)state / UINT32_MAX * 2 - 1) * NOISE;
  }
  return sf_write_float (out, samples, n) == n ? 0 : -1;
}

static int
write_pause (SNDFILE *out, double samples) {
  for (; samples >= 1; samples -= BLOCK) {
    float block[BLOCK] = { 0 };

    if (write_in_room (out, block, samples < BLOCK ? (sf_count_t)samples : BLOCK) != 0)
      return -1;
  }
  return 0;
}

static int
copy (SNDFILE *out, const char *path, int rate_hz) {
  SF_INFO info = { 0 };
  SNDFILE *in = sf_open (path, SFM_READ, &info);
  float block[BLOCK];
  sf_count_t n;

  if (in == NULL || info.channels != 1 || info.samplerate != rate_hz) {
    fprintf (stderr, "join-sound: %s is not a mono recording at %d Hz\n", path, rate_hz);
    sf_close (in);
    return -1;
  }
  while ((n = sf_read_float (in, block, BLOCK)) > 0 && write_in_room (out, block, n) == 0)
    ;
  sf_close (in);
  return n == 0 ? 0 : -1;
}

int
main (int argc, char **argv) {
  SF_INFO info = { 0 };
  SNDFILE *first = argc > 3 ? sf_open (argv[3], SFM_READ, &info) : NULL;
  SNDFILE *out;
  double pause;
  int status;

  if (first == NULL) {
    fprintf (stderr, "Usage: join-sound PAUSE OUT FILE...\n");
    return 2;
  }
  sf_close (first);
  info.format = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
  out = sf_open (argv[2], SFM_WRITE, &info);
  if (out == NULL) {
    fprintf (stderr, "join-sound: %s cannot be written: %s\n", argv[2], sf_strerror (NULL));
    return 1;
  }
  pause = strtod (argv[1], NULL) * info.samplerate;
  status = write_pause (out, pause);
  for (int i = 3; i < argc && status == 0; i++)
    if ((status = copy (out, argv[i], info.samplerate)) == 0)
      status = write_pause (out, pause);
  if (sf_close (out) != 0 || status != 0) {
    fprintf (stderr, "join-sound: %s could not be completed\n", argv[2]);
    return 1;
  }
  return 0;
}
