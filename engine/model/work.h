/* How much there is to do: additions and multiplications of a step's products, and the weights and caches it
 * reads from memory. Told to the recorder of times, so that they become a speed. Activations and vectors are
 * not counted: they stay in the caches. NULL for trace: nothing happens. */
#ifndef QUILL_MODEL_WORK_H
#define QUILL_MODEL_WORK_H

#include "model/model.h"

/* Encoder over n_ctx frames. */
void quill_work_encoder(const struct quill_model *model, size_t n_ctx, struct quill_trace *trace);
/* Keys and values of the decoder's cross-attention. */
void quill_work_begin(const struct quill_model *model, size_t n_ctx, struct quill_trace *trace);

/* Tokens fed to the decoder at once. */
struct quill_feed_work {
    size_t n_tokens, n_logits;
    size_t self_pairs, cross_pairs; /* of a token and a position that it sees */
    size_t self_keys, cross_keys;   /* positions that are read, once for each sequence */
};
void quill_work_feed(const struct quill_model *model, const struct quill_feed_work *feed,
                     struct quill_trace *trace);

#endif
