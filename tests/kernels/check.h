/* What the kernel tests share: the levels of this machine, random numbers from GLib's seeded generator (the
 * seed is printed; --seed repeats a run), and memory that ends where reading or writing is forbidden. */
#ifndef CHECK_H
#define CHECK_H

#include <glib.h>
#include <stdbool.h>

#include "kernels/kernels.h"

struct check_level {
  const char *name; /* also the start of its tests' paths */
  uint32_t mask;
  struct quill_kernels kernels;
};

/* Every level that this machine has, "c" first. */
#define CHECK_MAX_LEVELS 3
size_t check_levels (struct check_level levels[CHECK_MAX_LEVELS]);
/* Whether a level multiplies otherwise than the one below it, whose tests else have told all there is. */
bool check_form_is_new (const struct check_level *level, enum quill_gemm_form form);

/* One test per level: "/kernels/<family>/<level>/<sentence>". */
void check_add (const char *family, const char *sentence, void (*test) (const struct check_level *level));

/* What memory that nobody has written yet holds in every byte. */
#define CHECK_PATTERN 0xa5

/* `bytes` bytes whose end is the end of a page that nobody may touch beyond; before them lies a pattern. */
struct check_memory {
  void *data;
  unsigned char *map;
  size_t bytes, map_bytes;
};
struct check_memory check_memory_new (size_t bytes);
void check_memory_intact (const struct check_memory *memory); /* nothing was written before data */
void check_memory_free (struct check_memory *memory);

/* The same for n floats. Addresses are multiples of 4 bytes, aligned to nothing more unless n says so. */
float *check_floats (struct check_memory *memory, size_t n);
/* Uniform in [-1, 1). */
void check_fill (float *x, size_t n);

/* n blocks of a quantized type: any bytes, and half floats of any sign within `largest` as scales. */
void check_blocks (enum quill_type type, void *blocks, size_t n, float largest);
/* The quantized types, one after the other. */
#define CHECK_N_QUANTIZED 8
extern const enum quill_type check_quantized[CHECK_N_QUANTIZED];

/* A sum of `k` products against its exact value. The partial sums of products with random signs stay around
 * sqrt(k) max|a| max|b| and each of the k (or 2k, unfused) roundings is half an eps of one, so k eps bounds
 * them with a wide margin; eps = 2^-23. */
void check_sum (float value, double expected, size_t k, double max_a, double max_b);

/* |value - expected| <= tolerance; equal infinities are equal. */
void check_near (float value, double expected, double tolerance);

#endif
