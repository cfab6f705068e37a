/* Every buffer of encoder and decoder, from the hyper-parameters and the way of computing (see struct
 * quill_model) alone: pure, overflow-checked, known before anything is allocated. `own` is what an encoder or
 * decoder keeps; `work` is used while it runs and lent to it (quill_compute.work). Spans are f32 unless said
 * otherwise; "packed" means rows in the form of the struct quill_gemm. */
#ifndef QUILL_MODEL_PLAN_H
#define QUILL_MODEL_PLAN_H

#include "base/arena.h"
#include "format/ggml.h"
#include "kernels/compute.h"

/* The convolutions take this many output frames at a time, so that what lies between them stays small. */
#define QUILL_STEM_FRAMES 504

struct quill_encoder_plan {
    struct quill_plan own;
    struct quill_span mel;    /* [2 * n_audio_ctx + 2, n_mels]: one row of padding at each end */
    struct quill_span output; /* [n_audio_ctx, n_audio_state]; the residual stream until the last norm */

    struct quill_plan work; /* three layouts over the same memory: stem, attention, feed-forward */
    struct quill_span conv1_in, frames, conv2_in; /* packed [2 f + 1, 3 n_mels]; [2 f + 1, n_audio_state];
                                                   * packed [f, 3 n_audio_state]; f = QUILL_STEM_FRAMES */
    struct quill_span narrow; /* packed [n_audio_ctx, n_audio_state]: normed input, then attention output */
    struct quill_span qkv;    /* [n_audio_ctx, 3, n_audio_state] f32 or f16 */
    struct quill_span panels; /* quill_attend_panels_bytes */
    struct quill_span hidden; /* packed [n_audio_ctx, 4 n_audio_state] */
};

/* How much is decoded together. One of each is what a single recording takes. */
struct quill_decoder_size {
    size_t n_sequences; /* at least 1 */
    size_t n_windows;   /* whose cross-attention keys and values are kept at a time; at least 1 */
    size_t n_logits;    /* rows of logits that a feed may ask for; at least 1 */
};

/* Keys and values of all layers: [n_pages, n_text_layer, 2, n_text_head, page_len] rows and scales (struct
 * quill_cache). */
struct quill_cache_plan {
    struct quill_span rows, scales;
    size_t page_len, n_pages;
};

struct quill_decoder_plan {
    struct quill_plan own;
    struct quill_cache_plan self;  /* pages that sequences share: as many as all of them together may have */
    struct quill_cache_plan cross; /* a page is a window: n_audio_ctx positions */
    struct quill_span pages;       /* struct quill_page [self.n_pages] */
    struct quill_span sequences;   /* struct quill_sequence [n_sequences] */
    struct quill_span tables;      /* uint32_t [n_sequences, quill_page_count(n_text_ctx)] */
    struct quill_span windows;     /* size_t [n_windows]: the frames in each */
    struct quill_span logits;      /* [n_logits, n_vocab] */

    struct quill_plan work;    /* two layouts over the same memory: begin, feed */
    struct quill_span encoded; /* packed [n_audio_ctx, n_audio_state] */
    struct quill_span column;  /* [n_audio_ctx, n_text_state]: keys or values of one layer */
    struct quill_span stream;  /* [n_text_ctx, n_text_state]; the residual stream */
    struct quill_span narrow;  /* [n_text_ctx, n_text_state]: normed input, then attention output */
    struct quill_span wide;    /* [n_text_ctx, 4 n_text_state]: query, then the hidden layer */
    struct quill_span rows;    /* working memory of quill_dot_linear for the widest layer */
    struct quill_span views;   /* struct quill_cache_view [2, n_text_ctx]: of self- and cross-attention */
};

/* A size that does not fit makes own.overflow or work.overflow true, which quill_arena_open reports. */
struct quill_encoder_plan quill_plan_encoder(const struct quill_hparams *h, const struct quill_gemm *gemm,
                                             enum quill_type activations);
struct quill_decoder_plan quill_plan_decoder(const struct quill_hparams *h, const struct quill_gemm *gemm,
                                             enum quill_cache_form form,
                                             const struct quill_decoder_size *size);

#endif
