/* Where sound is cut that has no pause in it. */
#ifndef QUILL_AUDIO_BOUNDARY_H
#define QUILL_AUDIO_BOUNDARY_H

#include <stddef.h>

/* Of the boundaries before frames `first` to n of level_db, [n], the one with the quietest neighbourhood, so
 * wide that a gap between words wins over a closure within one; of several the last. `first` >= 3, n >= first
 * + 3. */
size_t quill_quietest_boundary(const float *level_db, size_t first, size_t n);

#endif
