/* compare-levels: every function of a table of kernels against the portable level, on seeded random data. No
 * GLib, so that it can be built for a processor whose libraries are not there and run under an emulator.
 *
 * A comparison is one line of TAP. Within it any number of expectations may fail; the first few say how. */
#ifndef COMPARE_H
#define COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/kernels.h"

#define EPS 0x1p-23 /* the distance from 1 to the next float; a rounding is off by half of that at most */

typedef void compare_fn (const struct quill_kernels *kernels, const struct quill_kernels *portable);

/* Runs the comparison and prints its line; data begins with the same seed each time. */
void compare_run (const struct quill_kernels *kernels, const char *sentence, compare_fn *fn);
/* What is being compared from here on, said in front of a failure. */
void compare_case (const char *format, ...) __attribute__ ((format (printf, 1, 2)));

extern uint64_t compare_seed;
extern unsigned compare_n_run, compare_n_failed;

/* The parts. */
void compare_gemm (const struct quill_kernels *kernels);
void compare_dot (const struct quill_kernels *kernels);
void compare_vec (const struct quill_kernels *kernels);
void compare_peak (const struct quill_kernels *kernels);
void compare_weights (const struct quill_kernels *kernels);

/* |value - expected| <= tolerance, or the same infinity, or both NaN. */
void expect_near (double value, double expected, double tolerance);
/* The same bits, or both NaN. */
void expect_same (const float *value, const float *expected, size_t n);
void expect (bool truth, const char *what);

/* ---- data ------------------------------------------------------------------------------------------- */

/* The end of the memory is the end of a page that nobody may touch beyond; before it lies a pattern. */
void *memory_new (size_t bytes);
float *floats_new (size_t n);
/* Memory of that many bytes, whose beginning is 64-byte aligned: panels. */
void *panel_new (size_t bytes);
/* Looks at the patterns and releases all there is; the end of a comparison does so too. */
void memory_release (void);

uint64_t random_bits (void);
/* Below n > 0. */
size_t random_below (size_t n);
/* Uniform in [-1, 1). */
float random_float (void);
float *random_floats (size_t n);

/* n_rows rows of k weights, `stride` bytes apart, ending where the memory ends: random numbers quantized, or
 * (raw) bytes of any value with scales that are finite. k % block_len == 0. */
unsigned char *random_weights (enum quill_type type, size_t n_rows, size_t k, size_t stride, bool raw);

#endif
