/* How many threads there are when nobody asked for a number: the decisions, as pure functions of what was
 * read of the machine and of what was measured. model/calibrate.h measures. */
#ifndef QUILL_BASE_THREADS_H
#define QUILL_BASE_THREADS_H

#include "quill.h"

/* What may be best, ascending, without times: one thread for each fast core, for each core, for each CPU;
 * none of them more than the process may use. Returns how many there are, at least 1. */
unsigned quill_thread_candidates(const struct quill_cpus *cpus,
                                 struct quill_thread_candidate out[QUILL_MAX_THREAD_CANDIDATES]);

/* Whether the candidates are worth another round of measuring, after n_rounds that took elapsed_ms
 * altogether. */
bool quill_thread_rounds_go_on(unsigned n_rounds, double elapsed_ms);

/* The smallest number that is about as fast as the fastest, both kinds of step taken alike. Candidates whose
 * times make no sense do not count; 0 when no other is left. */
unsigned quill_thread_pick(const struct quill_thread_candidate *candidates, unsigned n);

/* One thread for each core, as far as the process may use so many: what is best where nothing was measured.
 */
unsigned quill_thread_guess(const struct quill_cpus *cpus);

#endif
