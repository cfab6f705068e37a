#include "rig.h"

const unsigned rig_n_threads[RIG_N_POOLS] = { 1, 2, 3, 5, 8 };

void
rig_open (struct rig *rig, const struct check_level *level, unsigned n_threads, size_t max_cols,
          size_t max_keys, size_t max_state) {
  const size_t bytes = quill_compute_scratch_bytes (&level->kernels, max_cols, max_keys, max_state);

  g_assert_cmpuint (bytes % QUILL_ALIGN, ==, 0);
  const size_t panels_bytes = RIG_CHUNKS * quill_compute_panels_bytes (&level->kernels, max_cols, 0);
  rig->panels = check_memory_new (panels_bytes);
  rig->scratch = check_memory_new (n_threads * bytes);
  rig->compute = (struct quill_compute){
    .kernels = level->kernels,
    .scratch = rig->scratch.data,
    .scratch_bytes = bytes,
    .panels = rig->panels.data,
    .panels_bytes = panels_bytes,
  };
  g_assert_cmpint (quill_pool_open (&rig->compute.pool, n_threads, NULL), ==, QUILL_OK);
}

void
rig_close (struct rig *rig) {
  quill_pool_close (&rig->compute.pool);
  check_memory_intact (&rig->scratch);
  check_memory_intact (&rig->panels);
  check_memory_free (&rig->scratch);
  check_memory_free (&rig->panels);
}
