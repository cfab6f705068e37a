/* A processor that has everything, for kernels whose instructions are emulated. */
#include "quill.h"

uint32_t
quill_cpu_flags (void) {
  return ~0u;
}
