/* A quill_compute with a pool and scratch of exactly the size that it asks for, and the smallest panels. */
#ifndef RIG_H
#define RIG_H

#include "check.h"
#include "kernels/compute.h"

/* Chunks of the widest form that the panels hold: larger matrices take several slices. */
#define RIG_CHUNKS 2

struct rig {
  struct quill_compute compute;
  struct check_memory scratch, panels;
};

void rig_open (struct rig *rig, const struct check_level *level, unsigned n_threads, size_t max_cols,
               size_t max_keys, size_t max_state);
void rig_close (struct rig *rig);

/* Thread counts whose results must be the same bits as with one. */
#define RIG_N_POOLS 5
extern const unsigned rig_n_threads[RIG_N_POOLS];

#endif
