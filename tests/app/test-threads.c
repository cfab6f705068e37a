/* The sentence that says why there are as many threads. */
#include "longhand-engine-threads.h"

static void
every_reason_has_its_sentence (void) {
  static const struct {
    struct quill_thread_choice choice;
    const char *sentence;
  } rows[] = {
    { { .n_threads = 2, .reason = QUILL_THREADS_NO_CHOICE, .cpus = { .n_online = 2, .n_cores = 2 } },
      "2 threads, one for each processor." },
    { { .n_threads = 1, .reason = QUILL_THREADS_NO_CHOICE, .cpus = { .n_online = 1, .n_cores = 1 } },
      "1 thread, for the only processor." },
    { { .n_threads = 2,
        .reason = QUILL_THREADS_NO_CHOICE,
        .cpus = { .n_online = 8, .limit = QUILL_CPU_LIMIT_AFFINITY } },
      "2 threads, one for each processor that Longhand may use of 8 (affinity mask)." },
    { { .n_threads = 3,
        .reason = QUILL_THREADS_NO_CHOICE,
        .cpus = { .n_online = 8, .limit = QUILL_CPU_LIMIT_CGROUP } },
      "3 threads, which the quota of Longhand’s control group allows of 8 processors." },
    { { .n_threads = 4,
        .reason = QUILL_THREADS_MEASURED,
        .cpus = { .n_allowed = 8, .n_cores = 4, .n_fast_cores = 4 },
        .n_candidates = 2,
        .candidates = { { .n_threads = 4 }, { .n_threads = 8 } } },
      "4 threads: of 4 or 8 the fewest that were about as fast as the best when measured (8 processors on 4 "
      "cores)." },
    { { .n_threads = 24,
        .reason = QUILL_THREADS_MEASURED,
        .cpus = { .n_allowed = 32, .n_cores = 24, .n_fast_cores = 8 },
        .n_candidates = 3,
        .candidates = { { .n_threads = 8 }, { .n_threads = 24 }, { .n_threads = 32 } } },
      "24 threads: of 8 or 24 or 32 the fewest that were about as fast as the best when measured (32 "
      "processors on 24 "
      "cores, 8 of them fast)." },
    { { .n_threads = 1,
        .reason = QUILL_THREADS_MEASURED,
        .cpus = { .n_allowed = 2, .n_cores = 1, .n_fast_cores = 1 },
        .n_candidates = 2,
        .candidates = { { .n_threads = 1 }, { .n_threads = 2 } } },
      "1 thread: of 1 or 2 the fewest that were about as fast as the best when measured (2 processors on 1 "
      "core)." },
    { { .n_threads = 4, .reason = QUILL_THREADS_UNMEASURED, .cpus = { .n_allowed = 8, .n_cores = 4 } },
      "4 threads, one for each core: there was no memory to measure whether others are faster." },
    { { .n_threads = 4, .reason = QUILL_THREADS_ASKED }, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *sentence = longhand_engine_describe_threads (&rows[i].choice);

    g_assert_cmpstr (sentence, ==, rows[i].sentence);
  }
}

int
main (int argc, char **argv) {
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/threads/every-reason-has-its-sentence", every_reason_has_its_sentence);
  return g_test_run ();
}
