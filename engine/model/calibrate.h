/* How fast numbers of threads are for a model on this machine, measured with its own weights. */
#ifndef QUILL_MODEL_CALIBRATE_H
#define QUILL_MODEL_CALIBRATE_H

#include "model/model.h"

/* Fills in the times of n <= QUILL_MAX_THREAD_CANDIDATES candidates: the least of several, taken in turns.
 * For some 40 ms, with memory and threads of its own. Errors: INVALID, NOMEM (memory or threads; no time is
 * filled in). */
enum quill_status quill_calibrate(struct quill_thread_candidate *candidates, unsigned n,
                                  const struct quill_model *model, const struct quill_kernels *kernels,
                                  struct quill_error *err);

#endif
