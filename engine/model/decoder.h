/* Tokens -> logits, with a key/value cache, over the cross-attention keys and values of one window. */
#ifndef QUILL_MODEL_DECODER_H
#define QUILL_MODEL_DECODER_H

#include "model/encoder.h"

struct quill_decoder;

/* Borrows the model. Every later struct quill_compute has these kernels. Errors: NOMEM. */
enum quill_status quill_decoder_open(struct quill_decoder **out, const struct quill_model *model,
                                     const struct quill_kernels *kernels, struct quill_error *err);
void quill_decoder_close(struct quill_decoder **decoder);
size_t quill_decoder_logits_bytes(const struct quill_decoder *decoder);
size_t quill_decoder_kv_bytes(const struct quill_decoder *decoder); /* self and cross */

/* Computes cross-attention keys/values once per window from encoder output [n_ctx, n_audio_state] and empties
 * the self-attention cache. After CANCELLED, begin again before feeding. Errors: CANCELLED. */
enum quill_status quill_decoder_begin(struct quill_decoder *decoder, const struct quill_compute *compute,
                                      const float *encoder_output, size_t n_ctx,
                                      const struct quill_cancel *cancel, struct quill_error *err);

/* Forgets the tokens at positions >= n (n <= length). */
void quill_decoder_truncate(struct quill_decoder *decoder, size_t n);
size_t quill_decoder_length(const struct quill_decoder *decoder);

/* Feeds n >= 1 tokens (prompts and drafts in one batch, with the same result to the bit as one by one) at the
 * next positions and leaves logits of the last n_logits of them: logits [n_logits, n_vocab], valid until the next call; untouched when n_logits is 0.
 * length + n <= n_text_ctx, n_logits <= QUILL_DECODER_MAX_LOGITS, tokens < n_vocab. A cancelled call leaves
 * the length as it was. Errors: CANCELLED. */
#define QUILL_DECODER_MAX_LOGITS 8
enum quill_status quill_decoder_feed(struct quill_decoder *decoder, const struct quill_compute *compute,
                                     const uint32_t *tokens, size_t n, size_t n_logits, const float **logits,
                                     const struct quill_cancel *cancel, struct quill_error *err);

#endif
