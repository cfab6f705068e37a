/* How recognition gets faster with threads: what is measured, and how it is kept. */
#include "fake-clocks.h"
#include "longhand-error.h"
#include "models/longhand-measuring.h"
#include "models/longhand-model-store.h"
#include "models/longhand-scaling.h"

#include <pthread.h>
#include <quill.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

static void
assert_plan (guint n_usable, const guint *expected, guint n) {
  guint threads[LONGHAND_SCALING_MAX];

  g_assert_cmpuint (longhand_scaling_plan (n_usable, threads), ==, n);
  for (guint i = 0; i < n; i++)
    g_assert_cmpuint (threads[i], ==, expected[i]);
}

static void
numbers_double_up_to_all (void) {
  const guint one[] = { 1 }, two[] = { 1, 2 }, six[] = { 1, 2, 4, 6 }, eight[] = { 1, 2, 4, 8 };
  const guint most[] = { 1, 2, 4, 8, 16, 32, 64, 128, 256 };

  assert_plan (0, one, 1);
  assert_plan (1, one, 1);
  assert_plan (2, two, 2);
  assert_plan (6, six, 4);
  assert_plan (8, eight, 4);
  assert_plan (256, most, 9);
  assert_plan (5000, most, 9); /* the engine takes no more */
}

static void
speed_up_is_by_one_thread (void) {
  const LonghandScaling scaling = { .n = 2, .points = { { 1, 60, 40, 100 }, { 4, 20, 20, 40 } } };

  g_assert_cmpfloat (longhand_scaling_get_speedup (&scaling, 0), ==, 1);
  g_assert_cmpfloat (longhand_scaling_get_speedup (&scaling, 1), ==, 2.5);
}

static LonghandModel *
find_model (void) {
  g_autoptr (LonghandModelStore) store = longhand_model_store_new ();
  g_autoptr (GError) error = NULL;
  LonghandModel *model = longhand_model_store_lookup (store, "longhand-mini.en-q5_K", &error);

  g_assert_no_error (error);
  return model;
}

/* ---- a machine with two processors (--wrap) ---- */

static guint order[64], n_runs;
static gint64 one_us = 800000, two_us = 500000; /* what a run takes */

guint __wrap_quill_usable_cpus (void);
guint
__wrap_quill_usable_cpus (void) {
  return 2;
}

void __real_longhand_measuring_read_clocks (LonghandMeasuringClocks *clocks);

enum quill_status __real_quill_transcriber_set_threads (struct quill_transcriber *transcriber, unsigned n,
                                                        struct quill_error *error);
enum quill_status __wrap_quill_transcriber_set_threads (struct quill_transcriber *transcriber, unsigned n,
                                                        struct quill_error *error);
enum quill_status
__wrap_quill_transcriber_set_threads (struct quill_transcriber *transcriber, unsigned n,
                                      struct quill_error *error) {
  g_assert_cmpuint (n_runs, <, G_N_ELEMENTS (order));
  order[n_runs++] = n;
  fake_clocks_step.wall_us = n == 1 ? one_us : two_us;
  return __real_quill_transcriber_set_threads (transcriber, n, error);
}

static void
note_progress (double done, gpointer user) {
  g_array_append_val ((GArray *)user, done);
}

static gboolean
measure (LonghandScaling *scaling, GArray *progress, GError **error) {
  g_autoptr (LonghandModel) model = find_model ();

  n_runs = 0;
  return longhand_scaling_measure (longhand_model_get_path (model), scaling,
                                   progress != NULL ? note_progress : NULL, progress, NULL, error);
}

static void
this_machine_can_be_measured (void) {
  g_autoptr (GArray) progress = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GError) error = NULL;
  LonghandScaling scaling;

  g_assert_true (measure (&scaling, progress, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (scaling.n, ==, 2);
  for (guint i = 0; i < scaling.n; i++) {
    g_assert_cmpuint (scaling.points[i].threads, ==, i + 1);
    g_assert_cmpfloat (scaling.points[i].encode_ms, >, 0);
    g_assert_cmpfloat (scaling.points[i].decode_ms, >, 0);
  }
  g_assert_cmpfloat (longhand_scaling_get_speedup (&scaling, 1), ==, 1.6);
  g_assert_cmpuint (progress->len, ==, n_runs - 1);
  for (guint i = 1; i < progress->len; i++) {
    g_assert_cmpfloat (g_array_index (progress, double, i), >=, g_array_index (progress, double, i - 1));
    g_assert_cmpfloat (g_array_index (progress, double, i), <=, 1);
  }
}

/* What else the machine does at one time is not to concern one number alone. */
static void
numbers_take_turns_after_a_run_that_does_not_count (void) {
  LonghandScaling scaling;

  g_assert_true (measure (&scaling, NULL, NULL));
  g_assert_cmpuint (n_runs, >=, 5);
  g_assert_cmpuint (order[0], ==, 2);
  for (guint i = 1; i < n_runs; i++)
    g_assert_cmpuint (order[i], ==, i % 2 == 1 ? 1 : 2);
}

static void
assert_busy (void) {
  g_autoptr (GError) error = NULL;
  LonghandScaling scaling;

  g_assert_false (measure (&scaling, NULL, &error));
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_BUSY);
  g_assert_nonnull (strstr (error->message, "measure again"));
}

static void
machine_that_others_use_is_not_believed (void) {
  fake_clocks_step.waited_us = 150000;
  assert_busy ();
  fake_clocks_step.waited_us = 0;
}

/* Where the kernel counts nothing, this tells. */
static void
two_threads_are_not_four_times_as_fast (void) {
  two_us = 200000;
  assert_busy ();
  two_us = 500000;
}

static void
some_waiting_is_usual (void) {
  const LonghandMeasuringClocks begin = { 1000, 500 }, end = { 101000, 10500 }, later = { 101000, 20500 };

  g_assert_false (longhand_measuring_was_disturbed (&begin, &end, 1));
  g_assert_true (longhand_measuring_was_disturbed (&begin, &later, 1));
  g_assert_false (longhand_measuring_was_disturbed (&begin, &later, 8));
}

/* ---- what the kernel counts ---- */

static atomic_bool is_over;

static void *
use_a_processor (void *user) {
  const int *cpu = user;
  cpu_set_t set;

  CPU_ZERO (&set);
  CPU_SET (*cpu, &set);
  g_assert_cmpint (pthread_setaffinity_np (pthread_self (), sizeof set, &set), ==, 0);
  while (!atomic_load (&is_over))
    ;
  return NULL;
}

/* Two threads on one processor wait for each other. */
static void
waiting_is_counted (void) {
  LonghandMeasuringClocks begin, now;
  pthread_t threads[2];
  int cpu = sched_getcpu ();

  g_assert_true (g_file_test ("/proc/self/schedstat", G_FILE_TEST_EXISTS));
  __real_longhand_measuring_read_clocks (&begin);
  for (guint i = 0; i < 2; i++)
    g_assert_cmpint (pthread_create (&threads[i], NULL, use_a_processor, &cpu), ==, 0);
  do
    __real_longhand_measuring_read_clocks (&now);
  while (now.waited_us - begin.waited_us < 20000);
  g_assert_true (longhand_measuring_was_disturbed (&begin, &now, 2));
  atomic_store (&is_over, true);
  for (guint i = 0; i < 2; i++)
    pthread_join (threads[i], NULL);
}

static gpointer
read_elsewhere (gpointer clocks) {
  __real_longhand_measuring_read_clocks (clocks);
  return NULL;
}

/* The main thread is not what is measured, unless it measures. */
static void
waiting_of_the_window_is_not_counted (void) {
  LonghandMeasuringClocks begin, here, elsewhere;
  cpu_set_t all, one;
  pthread_t thread;
  int cpu = sched_getcpu ();

  CPU_ZERO (&one);
  CPU_SET (cpu, &one);
  g_assert_cmpint (sched_getaffinity (0, sizeof all, &all), ==, 0);
  g_assert_cmpint (sched_setaffinity (0, sizeof one, &one), ==, 0);
  atomic_store (&is_over, false);
  g_assert_cmpint (pthread_create (&thread, NULL, use_a_processor, &cpu), ==, 0);
  __real_longhand_measuring_read_clocks (&begin);
  do
    __real_longhand_measuring_read_clocks (&here);
  while (here.waited_us - begin.waited_us < 400000);
  atomic_store (&is_over, true);
  pthread_join (thread, NULL);
  g_assert_cmpint (sched_setaffinity (0, sizeof all, &all), ==, 0);
  __real_longhand_measuring_read_clocks (&here);
  g_thread_join (g_thread_new ("clocks", read_elsewhere, &elsewhere));
  g_assert_cmpint (here.waited_us - elsewhere.waited_us, >, 50000);
}

static void
measuring_can_be_stopped (void) {
  g_autoptr (LonghandModel) model = find_model ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL, missing = NULL;
  LonghandScaling scaling;

  g_cancellable_cancel (cancellable);
  g_assert_false (
      longhand_scaling_measure (longhand_model_get_path (model), &scaling, NULL, NULL, cancellable, &error));
  g_assert_error (error, LONGHAND_ERROR, LONGHAND_ERROR_CANCELLED);
  g_assert_false (longhand_scaling_measure ("/nowhere/ggml-none.bin", &scaling, NULL, NULL, NULL, &missing));
  g_assert_error (missing, LONGHAND_ERROR, LONGHAND_ERROR_MODEL_MISSING);
}

/* ---- keeping ---- */

static gboolean
read_back (const LonghandScaling *scaling, LonghandScaling *again, char **id) {
  g_autoptr (GVariant) kept = g_variant_ref_sink (longhand_scaling_to_variant (scaling, "some-model"));

  return longhand_scaling_from_variant (kept, again, id);
}

static void
what_was_measured_can_be_kept (void) {
  const LonghandScaling scaling = { .n = 2, .points = { { 1, 60, 40, 101 }, { 4, 20, 21, 42 } } };
  g_autofree char *id = NULL;
  LonghandScaling again;

  g_assert_true (read_back (&scaling, &again, &id));
  g_assert_cmpstr (id, ==, "some-model");
  g_assert_cmpuint (again.n, ==, 2);
  g_assert_cmpuint (again.points[1].threads, ==, 4);
  g_assert_cmpfloat (again.points[1].encode_ms, ==, 20);
  g_assert_cmpfloat (again.points[1].decode_ms, ==, 21);
  g_assert_cmpfloat (again.points[1].total_ms, ==, 42);
}

/* Settings are anybody's to write. */
static void
what_nobody_measured_is_none (void) {
  const LonghandScaling none[] = {
    { .n = 0 },
    { .n = 1, .points = { { 2, 1, 1, 2 } } },                 /* not from one thread on */
    { .n = 2, .points = { { 1, 1, 1, 2 }, { 1, 1, 1, 2 } } }, /* not in order */
    { .n = 2, .points = { { 1, 1, 1, 2 }, { 2, 1, 1, 0 } } }, /* in no time */
    { .n = 1, .points = { { 1, 1, 1, -2 } } },
    { .n = 2, .points = { { 1, 60, 40, 100 }, { 2, 12, 12, 24.4 } } }, /* 4.1 times as fast with two */
  };

  for (guint i = 0; i < G_N_ELEMENTS (none); i++) {
    char *id = NULL;
    LonghandScaling again;

    g_assert_false (read_back (&none[i], &again, &id));
    g_assert_null (id);
    g_assert_cmpuint (again.n, ==, 0);
  }
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scaling/numbers-double-up-to-all", numbers_double_up_to_all);
  g_test_add_func ("/scaling/speed-up-is-by-one-thread", speed_up_is_by_one_thread);
  g_test_add_func ("/scaling/this-machine-can-be-measured", this_machine_can_be_measured);
  g_test_add_func ("/scaling/numbers-take-turns-after-a-run-that-does-not-count",
                   numbers_take_turns_after_a_run_that_does_not_count);
  g_test_add_func ("/scaling/machine-that-others-use-is-not-believed",
                   machine_that_others_use_is_not_believed);
  g_test_add_func ("/scaling/two-threads-are-not-four-times-as-fast", two_threads_are_not_four_times_as_fast);
  g_test_add_func ("/scaling/some-waiting-is-usual", some_waiting_is_usual);
  g_test_add_func ("/scaling/waiting-is-counted", waiting_is_counted);
  g_test_add_func ("/scaling/waiting-of-the-window-is-not-counted", waiting_of_the_window_is_not_counted);
  g_test_add_func ("/scaling/measuring-can-be-stopped", measuring_can_be_stopped);
  g_test_add_func ("/scaling/what-was-measured-can-be-kept", what_was_measured_can_be_kept);
  g_test_add_func ("/scaling/what-nobody-measured-is-none", what_nobody_measured_is_none);
  return g_test_run ();
}
