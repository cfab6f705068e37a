/* Log-mel window -> encoder output; and the cross-attention keys and values made from it. */
#ifndef QUILL_MODEL_ENCODER_H
#define QUILL_MODEL_ENCODER_H

#include "model/model.h"

/* Polled between layers; true stops the work with QUILL_ERR_CANCELLED. */
struct quill_cancel {
    bool (*fn)(void *user); /* may be NULL */
    void *user;
};
static inline bool quill_cancelled(const struct quill_cancel *cancel)
{
    return cancel && cancel->fn && cancel->fn(cancel->user);
}

struct quill_encoder;

/* Buffers for up to n_audio_ctx frames. Borrows the model. Every later struct quill_compute has these
 * kernels. Errors: NOMEM. */
enum quill_status quill_encoder_open(struct quill_encoder **out, const struct quill_model *model,
                                     const struct quill_kernels *kernels, struct quill_error *err);
void quill_encoder_close(struct quill_encoder **encoder);
size_t quill_encoder_mel_bytes(const struct quill_encoder *encoder);
size_t quill_encoder_output_bytes(const struct quill_encoder *encoder);

/* The mel input buffer to fill: [2 * n_ctx, n_mels], frame-major, finished values. (Row -1 and row 2 * n_ctx
 * of the padded convolution input are the encoder's business.) */
float *quill_encoder_mel(struct quill_encoder *encoder);

/* n_ctx: 1..n_audio_ctx. Errors: CANCELLED. */
enum quill_status quill_encoder_run(struct quill_encoder *encoder, const struct quill_compute *compute,
                                    size_t n_ctx, const struct quill_cancel *cancel, struct quill_error *err);

/* Output of the last run: [n_ctx, n_audio_state]. */
const float *quill_encoder_output(const struct quill_encoder *encoder);

/* Once the decoder has begun with the output: log-mel, output and working memory go back to the system until
 * the next window, so that they do not add to what decoding needs. */
void quill_encoder_release(struct quill_encoder *encoder, const struct quill_compute *compute);

#endif
