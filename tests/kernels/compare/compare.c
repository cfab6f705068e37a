#include "compare.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "quant/blocks.h"

#define PATTERN 0xa5
#define MAX_SAID 3

uint64_t compare_seed;
unsigned compare_n_run, compare_n_failed;

static char current[160];
static unsigned n_wrong;
static uint64_t random_state;

static struct memory {
  struct memory *next;
  unsigned char *map, *data;
  size_t map_bytes, bytes;
} * memories;

void
compare_case (const char *format, ...) {
  va_list args;

  va_start (args, format);
  vsnprintf (current, sizeof current, format, args);
  va_end (args);
}

static void
wrong (const char *format, ...) {
  va_list args;

  if (n_wrong++ >= MAX_SAID)
    return;
  printf ("# %s: ", current);
  va_start (args, format);
  vprintf (format, args);
  va_end (args);
  printf ("\n");
}

void
expect (bool truth, const char *what) {
  if (!truth)
    wrong ("not so: %s", what);
}

void
expect_near (double value, double expected, double tolerance) {
  if (value == expected || (isnan (value) && isnan (expected)))
    return;
  if (!(fabs (value - expected) <= tolerance))
    wrong ("%.9g is not within %.3g of %.9g", value, tolerance, expected);
}

void
expect_same (const float *value, const float *expected, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (memcmp (&value[i], &expected[i], sizeof *value) != 0 && !(isnan (value[i]) && isnan (expected[i]))) {
      wrong ("element %zu is %a and not %a", i, (double)value[i], (double)expected[i]);
      return;
    }
}

void
memory_release (void) {
  while (memories) {
    struct memory *m = memories;

    for (const unsigned char *p = m->map; p < m->data; p++)
      if (*p != PATTERN) {
        wrong ("%zu bytes: written %td bytes before them", m->bytes, m->data - p);
        break;
      }
    memories = m->next;
    munmap (m->map, m->map_bytes);
    free (m);
  }
}

static void *
memory_at (size_t bytes, size_t used) {
  const size_t page = (size_t)sysconf (_SC_PAGESIZE);
  struct memory *m = malloc (sizeof *m);
  void *map;

  used = (used + page - 1) / page * page + page;
  map = mmap (NULL, used + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (!m || map == MAP_FAILED || mprotect ((unsigned char *)map + used, page, PROT_NONE) != 0) {
    printf ("Bail out! no memory\n");
    exit (2);
  }
  memset (map, PATTERN, used);
  *m = (struct memory){ memories, map, (unsigned char *)map + used - bytes, used + page, bytes };
  memories = m;
  return m->data;
}

void *
memory_new (size_t bytes) {
  return memory_at (bytes, bytes);
}

float *
floats_new (size_t n) {
  return memory_new (n * sizeof (float));
}

/* Panels are read in whole vectors, so the guard begins where the next aligned piece would. */
void *
panel_new (size_t bytes) {
  return memory_new ((bytes + 63) / 64 * 64);
}

void
compare_run (const struct quill_kernels *kernels, const char *sentence, compare_fn *fn) {
  struct quill_kernels portable;

  quill_kernels_init (&portable, 0);
  random_state = compare_seed;
  n_wrong = 0;
  compare_case ("first case");
  fn (kernels, &portable);
  memory_release ();
  compare_n_run++;
  compare_n_failed += n_wrong > 0;
  if (n_wrong > MAX_SAID)
    printf ("# and %u more\n", n_wrong - MAX_SAID);
  printf ("%s %u - %s: %s\n", n_wrong ? "not ok" : "ok", compare_n_run, kernels->level, sentence);
  fflush (stdout);
}

/* SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014). */
uint64_t
random_bits (void) {
  uint64_t z = random_state += 0x9e3779b97f4a7c15;

  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

size_t
random_below (size_t n) {
  return (size_t)(random_bits () % n);
}

float
random_float (void) {
  return (float)(random_bits () >> 40) * 0x1p-23f - 1.0f;
}

float *
random_floats (size_t n) {
  float *x = floats_new (n);

  for (size_t i = 0; i < n; i++)
    x[i] = random_float ();
  return x;
}

/* Where the half floats of a block lie; the second is 0 where there is but one. */
static void
set_scales (enum quill_type type, unsigned char *block) {
  const size_t first = type == QUILL_Q6_K ? offsetof (struct quill_q6_k, d) : 0;
  const bool two = type == QUILL_Q4_1 || type == QUILL_Q5_1 || type == QUILL_Q4_K || type == QUILL_Q5_K;
  const uint16_t d = quill_f32_to_f16 (random_float ()), m = quill_f32_to_f16 (random_float ());

  memcpy (block + first, &d, sizeof d);
  if (two)
    memcpy (block + 2, &m, sizeof m);
}

unsigned char *
random_weights (enum quill_type type, size_t n_rows, size_t k, size_t stride, bool raw) {
  const struct quill_type_traits *traits = quill_type_traits (type);
  const size_t row_bytes = k / traits->block_len * traits->block_bytes;
  unsigned char *rows = memory_new ((n_rows - 1) * stride + row_bytes);
  float *values = malloc ((k + 1) * sizeof *values);

  for (size_t j = 0; j < n_rows; j++) {
    unsigned char *row = rows + j * stride;

    if (raw && type != QUILL_F32 && type != QUILL_F16) {
      for (size_t i = 0; i < row_bytes; i++)
        row[i] = (unsigned char)random_bits ();
      for (size_t i = 0; i < row_bytes; i += traits->block_bytes)
        set_scales (type, row + i);
    } else {
      for (size_t i = 0; i < k; i++)
        values[i] = random_float ();
      quill_quantize_row (type, values, row, k);
    }
  }
  free (values);
  return rows;
}
