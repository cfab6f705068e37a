/* The decoder's weights in strips (kernels/strips.h): made when somebody first decodes, or measures how many
 * threads are best, by all of that somebody's threads: until then they would only take up memory beside the
 * encoder. */
#ifndef QUILL_MODEL_PACK_STRIPS_H
#define QUILL_MODEL_PACK_STRIPS_H

#include "kernels/compute.h"

struct quill_model;

/* Whether that has happened. */
struct quill_strips_state;
enum quill_status quill_strips_state_open(struct quill_strips_state **out, struct quill_error *err);
void quill_strips_state_close(struct quill_strips_state **state);

/* Before quill_dot_linear with this model: packs them unless that has been done, or the kernels do not
 * multiply any. Any thread; waits for another one that is at it. */
void quill_model_pack_strips(const struct quill_model *model, const struct quill_compute *compute);

#endif
