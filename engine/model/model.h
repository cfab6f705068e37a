/* Weights of a Whisper model, checked and ready: what encoder and decoder read. Immutable after open,
 * but for what is in strips. */
#ifndef QUILL_MODEL_MODEL_H
#define QUILL_MODEL_MODEL_H

#include "format/ggml.h"
#include "kernels/compute.h"

/* Names in files: openai/whisper model.py. Vectors are f32 in the model's arena, [n]. */
struct quill_norm {
    const float *gamma, *beta;
};
struct quill_linear_layer {
    struct quill_matrix w;
    const float *bias; /* NULL: none */
};
struct quill_attention_layer {
    struct quill_norm norm;                           /* before it */
    struct quill_linear_layer query, key, value, out; /* key has no bias */
};
struct quill_mlp_layer {
    struct quill_norm norm;
    struct quill_linear_layer up, down; /* [4n, n], [n, 4n] */
};
struct quill_encoder_block {
    struct quill_attention_layer self;
    struct quill_mlp_layer mlp;
};
struct quill_decoder_block {
    struct quill_attention_layer self, cross;
    struct quill_mlp_layer mlp;
};

/* What a token passes by in a layer of the decoder: all but the keys and values of the cross-attention, which
 * see whole windows. */
#define QUILL_TOKEN_PRODUCTS 8
void quill_token_products(const struct quill_decoder_block *block,
                          const struct quill_linear_layer *out[static QUILL_TOKEN_PRODUCTS]);

/* What products may lose: no more than the weights have lost already, as float32, half floats or quantized.
 */
enum quill_precision { QUILL_PRECISION_FLOAT32, QUILL_PRECISION_HALF, QUILL_PRECISION_QUANTIZED };

struct quill_model {
    struct quill_ggml file;    /* owned */
    struct quill_arena arena;  /* owned: vectors, re-ordered convolutions */
    struct quill_arena strips; /* owned: weights of the decoder in strips; see model/pack-strips.h */
    struct quill_strips_state *strips_state; /* owned */
    struct quill_hparams hparams;            /* copy of file.hparams */
    enum quill_type weight_type;             /* of most weights */
    enum quill_precision precision;
    enum quill_cache_form cache; /* of keys and values: what the weights are, if they are floats; else int8 */
    const float *mel_filters;    /* [n_mels, 201], aligned copy */

    /* Convolutions as linear layers over overlapping rows of [frames + 2, channels]: weights re-ordered to
     * [out, tap, in], so that row t of the input starts at t * stride * channels. */
    struct quill_linear_layer conv1, conv2;
    struct quill_matrix encoder_positions; /* [n_audio_ctx, n_audio_state] */
    struct quill_encoder_block *encoder;   /* owned; [n_audio_layer] */
    struct quill_norm encoder_norm;

    struct quill_matrix token_embedding;   /* [n_vocab, n_text_state]; also the output projection */
    struct quill_matrix decoder_positions; /* [n_text_ctx, n_text_state] */
    struct quill_decoder_block *decoder;   /* owned; [n_text_layer] */
    struct quill_norm decoder_norm;

    size_t weight_bytes, embedding_bytes;    /* for quill_memory */
    const void *encoder_begin, *encoder_end; /* where the encoder's matrices lie in the file's map */
};

/* The encoder is done with a window, and decoding takes ten times as long: lets go of its weights' pages.
 * Other encoders of the model may run meanwhile. */
void quill_model_release_encoder(const struct quill_model *model);

/* How the model multiplies, by its precision: where weights are rounded to bytes or less, so may be what they
 * are multiplied with. And the type that lies between products: float32, or else half floats. */
const struct quill_gemm *quill_model_gemm(const struct quill_model *model,
                                          const struct quill_kernels *kernels);
enum quill_type quill_model_activation_type(const struct quill_model *model);

/* Scratch that one worker needs (quill_compute.scratch_bytes) for every step of this model, panels of all
 * workers, and working memory (quill_compute.work), which encoder and decoder use in turn (SIZE_MAX: more
 * than a size can say). */
size_t quill_model_scratch_bytes(const struct quill_model *model, const struct quill_kernels *kernels);
size_t quill_model_panels_bytes(const struct quill_model *model, const struct quill_kernels *kernels);
size_t quill_model_work_bytes(const struct quill_model *model, const struct quill_kernels *kernels);

#endif
