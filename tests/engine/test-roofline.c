/* The measured roofs: sane on every level and for several threads; nothing leaks when memory runs out. */
#include <glib.h>

#include "base/arena.h"
#include "quill.h"

static void
assert_sane (const struct quill_peaks *peaks) {
  g_test_message ("%u threads: %.1f GOP/s in floats, %.1f in integers, %.1f GB/s", peaks->n_threads,
                  peaks->float_gops, peaks->integer_gops, peaks->read_gbs);
  g_assert_cmpfloat (peaks->float_gops, >, 0.01);
  g_assert_cmpfloat (peaks->float_gops, <, 1e6);
  g_assert_cmpfloat (peaks->integer_gops, >, 0.01);
  g_assert_cmpfloat (peaks->integer_gops, <, 1e6);
  g_assert_cmpfloat (peaks->read_gbs, >, 0.01);
  g_assert_cmpfloat (peaks->read_gbs, <, 1e5);
  g_assert_cmpuint (peaks->n_instructions, >=, 2);
  g_assert_cmpuint (peaks->n_instructions, <=, QUILL_MAX_INSTRUCTION_PEAKS);
  for (unsigned i = 0; i < peaks->n_instructions; i++) {
    g_test_message ("%s: %.1f GOP/s", peaks->instructions[i].name, peaks->instructions[i].gops);
    g_assert_cmpfloat (peaks->instructions[i].gops, >, 0.01);
    g_assert_cmpfloat (peaks->instructions[i].gops, <, 1e6);
  }
}

static void
every_level_has_its_peaks (void) {
  struct quill_kernel_level levels[32];
  const unsigned n = MIN (quill_kernel_levels (levels, 32), 32);
  for (unsigned i = 0; i < n; i++) {
    struct quill_peaks peaks = { 0 };
    struct quill_error err = { 0 };
    g_assert_cmpint (quill_measure_peaks (&peaks, 1, levels[i].mask, &err), ==, QUILL_OK);
    g_test_message ("%s", levels[i].name);
    g_assert_cmpuint (peaks.n_threads, ==, 1);
    assert_sane (&peaks);
  }
}

static void
several_threads_are_measured_together (void) {
  struct quill_peaks peaks = { 0 };
  g_assert_cmpint (quill_measure_peaks (&peaks, 3, ~0u, NULL), ==, QUILL_OK);
  g_assert_cmpuint (peaks.n_threads, ==, 3);
  assert_sane (&peaks);
  g_assert_cmpint (quill_measure_peaks (&peaks, 0, ~0u, NULL), ==, QUILL_OK);
  g_assert_cmpuint (peaks.n_threads, ==, quill_usable_cpus ());
}

static void
failures_are_told_and_leave_the_outcome_alone (void) {
  struct quill_peaks peaks = { .float_gops = 7 };
  struct quill_error err = { 0 };
  g_assert_cmpint (quill_measure_peaks (&peaks, QUILL_MAX_THREADS + 1, ~0u, &err), ==, QUILL_ERR_INVALID);
  unsigned long n = 1;
  for (enum quill_status status = QUILL_ERR_NOMEM; status != QUILL_OK; n++) {
    g_assert_cmpfloat (peaks.float_gops, ==, 7);
    quill_alloc_fail_at (n);
    status = quill_measure_peaks (&peaks, 1, 0, &err);
    quill_alloc_fail_at (0);
    g_assert_true (status == QUILL_OK || status == QUILL_ERR_NOMEM);
  }
  g_assert_cmpuint (n, >=, 5);
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/roofline/every-level-has-its-peaks", every_level_has_its_peaks);
  g_test_add_func ("/roofline/several-threads-are-measured-together", several_threads_are_measured_together);
  g_test_add_func ("/roofline/failures-are-told-and-leave-the-outcome-alone",
                   failures_are_told_and_leave_the_outcome_alone);
  return g_test_run ();
}
