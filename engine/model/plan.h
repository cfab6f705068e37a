/* Every buffer of encoder and decoder, from the hyper-parameters alone: pure, overflow-checked, known before
 * anything is allocated. Spans are f32. */
#ifndef QUILL_MODEL_PLAN_H
#define QUILL_MODEL_PLAN_H

#include "base/arena.h"
#include "format/ggml.h"

struct quill_encoder_plan {
    struct quill_plan total;
    struct quill_span mel;    /* [2 * n_audio_ctx + 2, n_mels]: one row of padding at each end */
    struct quill_span output; /* [n_audio_ctx, n_audio_state]; the residual stream until the last norm */
    struct quill_span narrow; /* [n_audio_ctx, n_audio_state]: normed input, then attention output */
    struct quill_span wide;   /* [n_audio_ctx, 4 n_audio_state]: first convolution, query|key|value, hidden */
};

struct quill_decoder_plan {
    struct quill_plan total;
    struct quill_span self_key, self_value;   /* [n_text_layer, n_text_ctx, n_text_state] */
    struct quill_span cross_key, cross_value; /* [n_text_layer, n_audio_ctx, n_text_state] */
    struct quill_span stream;                 /* [n_text_ctx, n_text_state]; the residual stream */
    struct quill_span narrow; /* [n_text_ctx, n_text_state]: normed input, then attention output */
    struct quill_span wide;   /* [n_text_ctx, 4 n_text_state]: query, then the hidden layer */
    struct quill_span logits; /* [QUILL_DECODER_MAX_LOGITS, n_vocab] */
};

/* A size that does not fit makes total.overflow true, which quill_arena_open reports. */
struct quill_encoder_plan quill_plan_encoder(const struct quill_hparams *h);
struct quill_decoder_plan quill_plan_decoder(const struct quill_hparams *h);

#endif
