/* How many threads there are when nobody asks for a number: candidates, the choice among them by made-up
 * times, and that a transcriber measures when it has to, once. The machine and its speed are replaced through
 * the linker's --wrap. */
#include "base/threads.h"
#include "model/calibrate.h"
#include "tiny-model.h"

#include <math.h>

/* ---- a made-up machine ------------------------------------------------------------------------------------
 */

static struct quill_cpus machine;
static double product_ms, token_ms; /* of one thread; n threads take the n-th part of it */
static gboolean calibration_fails;
static unsigned n_calibrations;

void __wrap_quill_get_cpus (struct quill_cpus *out);
enum quill_status __wrap_quill_calibrate (struct quill_thread_candidate *candidates, unsigned n,
                                          const struct quill_model *model,
                                          const struct quill_kernels *kernels, struct quill_error *err);
enum quill_status __real_quill_calibrate (struct quill_thread_candidate *candidates, unsigned n,
                                          const struct quill_model *model,
                                          const struct quill_kernels *kernels, struct quill_error *err);

void
__wrap_quill_get_cpus (struct quill_cpus *out) {
  *out = machine;
}

enum quill_status
__wrap_quill_calibrate (struct quill_thread_candidate *candidates, unsigned n,
                        const struct quill_model *model, const struct quill_kernels *kernels,
                        struct quill_error *err) {
  n_calibrations++;
  if (calibration_fails)
    return quill_fail (err, QUILL_ERR_NOMEM, "no memory");
  for (unsigned i = 0; i < n; i++) {
    candidates[i].product_ms = product_ms / candidates[i].n_threads;
    candidates[i].token_ms = token_ms / candidates[i].n_threads;
  }
  return QUILL_OK;
}

static struct quill_cpus
cpus_of (unsigned n_allowed, unsigned n_usable, unsigned n_cores, unsigned n_fast_cores) {
  return (struct quill_cpus){ .n_online = n_allowed,
                              .n_allowed = n_allowed,
                              .n_usable = n_usable,
                              .n_cores = n_cores,
                              .n_fast_cores = n_fast_cores };
}

/* ---- candidates -------------------------------------------------------------------------------------------
 */

static void
candidates_are_fast_cores_cores_and_cpus (void) {
  static const struct {
    const char *name;
    unsigned n_allowed, n_usable, n_cores, n_fast_cores;
    unsigned n, counts[QUILL_MAX_THREAD_CANDIDATES];
    unsigned guess;
  } table[] = {
    { "two plain cores", 2, 2, 2, 2, 1, { 2 }, 2 },
    { "one CPU", 1, 1, 1, 1, 1, { 1 }, 1 },
    { "four cores with two threads each", 8, 8, 4, 4, 2, { 4, 8 }, 4 },
    { "8 performance cores with two threads each and 16 efficient ones",
      32,
      32,
      24,
      8,
      3,
      { 8, 24, 32 },
      24 },
    { "big and little cores", 8, 8, 8, 4, 2, { 4, 8 }, 8 },
    { "a quota of two on eight CPUs of four cores", 8, 2, 4, 4, 1, { 2 }, 2 },
    { "a quota of one and a half on one core's two threads", 2, 2, 1, 1, 2, { 1, 2 }, 1 },
    { "a quota of five on eight CPUs of four cores", 8, 5, 4, 4, 2, { 4, 5 }, 4 },
    { "a quota of ten on the hybrid", 32, 10, 24, 8, 2, { 8, 10 }, 10 },
    { "more CPUs than threads are possible",
      1024,
      1024,
      512,
      512,
      1,
      { QUILL_MAX_THREADS },
      QUILL_MAX_THREADS },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    const struct quill_cpus cpus
        = cpus_of (table[i].n_allowed, table[i].n_usable, table[i].n_cores, table[i].n_fast_cores);
    struct quill_thread_candidate candidates[QUILL_MAX_THREAD_CANDIDATES];

    g_test_message ("%s", table[i].name);
    g_assert_cmpuint (quill_thread_candidates (&cpus, candidates), ==, table[i].n);
    for (unsigned j = 0; j < table[i].n; j++) {
      g_assert_cmpuint (candidates[j].n_threads, ==, table[i].counts[j]);
      g_assert_cmpfloat (candidates[j].product_ms, ==, 0);
      g_assert_cmpfloat (candidates[j].token_ms, ==, 0);
    }
    g_assert_cmpuint (quill_thread_guess (&cpus), ==, table[i].guess);
  }
}

/* ---- the choice -------------------------------------------------------------------------------------------
 */

static void
the_smallest_of_the_fast_is_taken (void) {
  static const struct {
    const char *name;
    struct quill_thread_candidate candidates[QUILL_MAX_THREAD_CANDIDATES];
    unsigned n, best;
  } table[] = {
    { "siblings do not help", { { 4, 2.0, 1.0 }, { 8, 2.0, 1.0 } }, 2, 4 },
    { "siblings help a little", { { 4, 2.0, 1.0 }, { 8, 1.94, 0.97 } }, 2, 4 },
    { "siblings pay", { { 4, 2.0, 1.0 }, { 8, 1.8, 0.9 } }, 2, 8 },
    { "siblings help products and harm tokens", { { 4, 2.0, 1.0 }, { 8, 1.8, 1.2 } }, 2, 4 },
    { "siblings harm", { { 4, 2.0, 1.0 }, { 8, 2.5, 1.5 } }, 2, 4 },
    { "efficient cores pay, siblings do not",
      { { 8, 3.0, 1.0 }, { 24, 1.8, 0.9 }, { 32, 1.8, 0.9 } },
      3,
      24 },
    { "efficient cores hold the others up", { { 8, 3.0, 1.0 }, { 24, 3.3, 1.6 }, { 32, 3.1, 1.5 } }, 3, 8 },
    { "all CPUs are best", { { 8, 3.0, 1.0 }, { 24, 2.0, 1.0 }, { 32, 1.5, 0.8 } }, 3, 32 },
    { "tokens count as much as products", { { 2, 100.0, 0.01 }, { 4, 98.0, 0.02 } }, 2, 2 },
    { "one that was not measured", { { 4, 0, 0 }, { 8, 2.0, 1.0 } }, 2, 8 },
    { "half measured", { { 4, 0.1, 0 }, { 8, 2.0, 1.0 } }, 2, 8 },
    { "no number", { { 4, NAN, 1.0 }, { 8, 2.0, 1.0 } }, 2, 8 },
    { "a clock that went back", { { 4, 2.0, 1.0 }, { 8, -1.0, 1.0 } }, 2, 4 },
    { "nothing makes sense", { { 4, 0, 0 }, { 8, NAN, NAN } }, 2, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_test_message ("%s", table[i].name);
    g_assert_cmpuint (quill_thread_pick (table[i].candidates, table[i].n), ==, table[i].best);
  }
}

static void
measuring_ends_in_time (void) {
  g_assert_true (quill_thread_rounds_go_on (0, 0));
  g_assert_true (quill_thread_rounds_go_on (2, 1000)); /* one that wakes threads, and two that count */
  g_assert_false (quill_thread_rounds_go_on (3, 1000));
  g_assert_true (quill_thread_rounds_go_on (3, 29)); /* a fourth will end in time */
  g_assert_false (quill_thread_rounds_go_on (3, 31));
  g_assert_true (quill_thread_rounds_go_on (8, 0.1));
  g_assert_false (quill_thread_rounds_go_on (9, 0.1));
}

/* ---- measuring --------------------------------------------------------------------------------------------
 */

static struct quill_model *
small_model (enum quill_type type) {
  const struct tiny_spec spec = { .hparams = { .n_vocab = 51864,
                                               .n_audio_ctx = 100,
                                               .n_audio_state = 64,
                                               .n_audio_head = 2,
                                               .n_audio_layer = 1,
                                               .n_text_ctx = 32,
                                               .n_text_state = 64,
                                               .n_text_head = 2,
                                               .n_text_layer = 2,
                                               .n_mels = 80 },
                                  .type = type };
  struct quill_model *model = NULL;

  g_assert_cmpint (tiny_open (&model, &spec, NULL), ==, QUILL_OK);
  return model;
}

static void
every_type_of_weights_is_measured_with_every_candidate (void) {
  static const enum quill_type types[] = { QUILL_F32, QUILL_F16, QUILL_Q5_1, QUILL_Q8_0 };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++) {
    struct quill_model *model = small_model (types[i]);
    struct quill_thread_candidate candidates[]
        = { { .n_threads = 1 }, { .n_threads = 2 }, { .n_threads = 5 } };
    struct quill_kernels kernels;

    quill_kernels_init (&kernels, ~0u);
    g_assert_cmpint (__real_quill_calibrate (candidates, 3, model, &kernels, NULL), ==, QUILL_OK);
    for (unsigned j = 0; j < 3; j++) {
      g_test_message ("%u threads: %.4f ms, %.4f ms", candidates[j].n_threads, candidates[j].product_ms,
                      candidates[j].token_ms);
      g_assert_cmpfloat (candidates[j].product_ms, >, 0);
      g_assert_cmpfloat (candidates[j].token_ms, >, 0);
    }
    quill_model_close (&model);
  }
}

static void
failing_allocations_of_measuring_are_told (void) {
  struct quill_model *model = small_model (QUILL_Q8_0);
  struct quill_kernels kernels;
  unsigned n = 0;

  quill_kernels_init (&kernels, ~0u);
  for (enum quill_status status = QUILL_ERR_NOMEM; status != QUILL_OK;) {
    struct quill_thread_candidate candidates[] = { { .n_threads = 1 }, { .n_threads = 2 } };
    struct quill_error err = { 0 };

    quill_alloc_fail_at (++n);
    status = __real_quill_calibrate (candidates, 2, model, &kernels, &err);
    quill_alloc_fail_at (0);
    if (status == QUILL_OK)
      break;
    g_assert_cmpint (status, ==, QUILL_ERR_NOMEM);
    g_assert_cmpint (err.code, ==, QUILL_ERR_NOMEM);
    g_assert_cmpfloat (candidates[0].product_ms, ==, 0);
  }
  g_assert_cmpuint (n, >, 5); /* an arena, two pools of two pieces each */
  quill_model_close (&model);
}

/* ---- the transcriber --------------------------------------------------------------------------------------
 */

typedef struct {
  struct quill_model *model;
  struct quill_transcriber *transcriber;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data) {
  f->model = small_model (QUILL_Q8_0);
  f->transcriber = NULL;
  machine = cpus_of (4, 4, 2, 2);
  product_ms = token_ms = 1;
  calibration_fails = FALSE;
  n_calibrations = 0;
}

static void
tear_down (Fixture *f, gconstpointer data) {
  quill_transcriber_close (&f->transcriber);
  quill_model_close (&f->model);
}

static struct quill_thread_choice
open_with (Fixture *f, unsigned n_threads) {
  const struct quill_settings settings = { .n_threads = n_threads, .cpu_mask = ~0u };
  struct quill_thread_choice choice;

  g_assert_cmpint (quill_transcriber_open (&f->transcriber, f->model, &settings, NULL), ==, QUILL_OK);
  quill_transcriber_get_thread_choice (f->transcriber, &choice);
  g_assert_cmpuint (quill_transcriber_n_threads (f->transcriber), ==, choice.n_threads);
  return choice;
}

static void
a_plain_machine_is_not_measured (Fixture *f, gconstpointer data) {
  struct quill_thread_choice choice;

  machine = cpus_of (3, 3, 3, 3);
  choice = open_with (f, 0);
  g_assert_cmpuint (n_calibrations, ==, 0);
  g_assert_cmpuint (choice.n_threads, ==, 3);
  g_assert_cmpint (choice.reason, ==, QUILL_THREADS_NO_CHOICE);
  g_assert_cmpuint (choice.n_candidates, ==, 1);
  g_assert_cmpuint (choice.cpus.n_allowed, ==, 3);
}

static void
what_is_measured_decides (Fixture *f, gconstpointer data) {
  struct quill_thread_choice choice = open_with (f, 0);

  g_assert_cmpuint (n_calibrations, ==, 1);
  g_assert_cmpuint (choice.n_threads, ==, 4);
  g_assert_cmpint (choice.reason, ==, QUILL_THREADS_MEASURED);
  g_assert_cmpuint (choice.n_candidates, ==, 2);
  g_assert_cmpfloat (choice.candidates[0].product_ms, ==, 0.5);
  g_assert_cmpfloat (choice.candidates[1].token_ms, ==, 0.25);
}

static void
an_explicit_number_is_taken_unmeasured (Fixture *f, gconstpointer data) {
  struct quill_thread_choice choice = open_with (f, 3);

  g_assert_cmpuint (n_calibrations, ==, 0);
  g_assert_cmpuint (choice.n_threads, ==, 3);
  g_assert_cmpint (choice.reason, ==, QUILL_THREADS_ASKED);
  g_assert_cmpuint (choice.n_candidates, ==, 0);
}

static void
one_measurement_is_enough_for_a_transcriber (Fixture *f, gconstpointer data) {
  static const unsigned asked[] = { 0, 2, 0 }, expected[] = { 4, 2, 4 };
  struct quill_thread_choice choice;

  open_with (f, 1);
  for (gsize i = 0; i < G_N_ELEMENTS (asked); i++) {
    g_assert_cmpint (quill_transcriber_set_threads (f->transcriber, asked[i], NULL), ==, QUILL_OK);
    quill_transcriber_get_thread_choice (f->transcriber, &choice);
    g_assert_cmpuint (choice.n_threads, ==, expected[i]);
    g_assert_cmpuint (quill_transcriber_n_threads (f->transcriber), ==, expected[i]);
    g_assert_cmpint (choice.reason, ==, asked[i] ? QUILL_THREADS_ASKED : QUILL_THREADS_MEASURED);
  }
  g_assert_cmpuint (n_calibrations, ==, 1);
}

static void
a_refused_number_leaves_the_choice_alone (Fixture *f, gconstpointer data) {
  struct quill_thread_choice choice = open_with (f, 2);

  g_assert_cmpint (quill_transcriber_set_threads (f->transcriber, QUILL_MAX_THREADS + 1, NULL), ==,
                   QUILL_ERR_INVALID);
  quill_alloc_fail_at (1);
  g_assert_cmpint (quill_transcriber_set_threads (f->transcriber, 0, NULL), ==, QUILL_ERR_NOMEM);
  quill_alloc_fail_at (0);
  quill_transcriber_get_thread_choice (f->transcriber, &choice);
  g_assert_cmpuint (choice.n_threads, ==, 2);
  g_assert_cmpint (choice.reason, ==, QUILL_THREADS_ASKED);
}

static void
cores_are_taken_where_nothing_can_be_measured (Fixture *f, gconstpointer data) {
  struct quill_thread_choice choice;

  calibration_fails = TRUE;
  choice = open_with (f, 0);
  g_assert_cmpuint (choice.n_threads, ==, 2);
  g_assert_cmpint (choice.reason, ==, QUILL_THREADS_UNMEASURED);
  quill_transcriber_close (&f->transcriber);
  calibration_fails = FALSE;
  product_ms = NAN;
  choice = open_with (f, 0);
  g_assert_cmpuint (choice.n_threads, ==, 2);
  g_assert_cmpint (choice.reason, ==, QUILL_THREADS_UNMEASURED);
}

#define CASE(name, fn) g_test_add ("/thread-choice/" name, Fixture, NULL, set_up, fn, tear_down)

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/thread-choice/candidates-are-fast-cores-cores-and-cpus",
                   candidates_are_fast_cores_cores_and_cpus);
  g_test_add_func ("/thread-choice/the-smallest-of-the-fast-is-taken", the_smallest_of_the_fast_is_taken);
  g_test_add_func ("/thread-choice/measuring-ends-in-time", measuring_ends_in_time);
  g_test_add_func ("/thread-choice/every-type-of-weights-is-measured-with-every-candidate",
                   every_type_of_weights_is_measured_with_every_candidate);
  g_test_add_func ("/thread-choice/failing-allocations-of-measuring-are-told",
                   failing_allocations_of_measuring_are_told);
  CASE ("a-plain-machine-is-not-measured", a_plain_machine_is_not_measured);
  CASE ("what-is-measured-decides", what_is_measured_decides);
  CASE ("an-explicit-number-is-taken-unmeasured", an_explicit_number_is_taken_unmeasured);
  CASE ("one-measurement-is-enough-for-a-transcriber", one_measurement_is_enough_for_a_transcriber);
  CASE ("a-refused-number-leaves-the-choice-alone", a_refused_number_leaves_the_choice_alone);
  CASE ("cores-are-taken-where-nothing-can-be-measured", cores_are_taken_where_nothing_can_be_measured);
  return g_test_run ();
}
