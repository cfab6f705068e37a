#include "model/model.h"

#include <string.h>

#include "model/pack-strips.h"
#include "model/plan.h"
#include "model/weights.h"

enum quill_status quill_model_open(struct quill_model **out, const char *path, struct quill_error *err)
{
    struct quill_model *model = quill_alloc_zero(sizeof *model);

    if (!model)
        return quill_fail(err, QUILL_ERR_NOMEM, "need %zu bytes to open the model", sizeof *model);
    enum quill_status status = quill_ggml_open(&model->file, path, err);
    if (status != QUILL_OK) {
        quill_free(model);
        return status;
    }
    model->hparams = model->file.hparams;
    status = quill_weights_load(model, err);
    if (status != QUILL_OK) {
        quill_model_close(&model);
        return status;
    }
    *out = model;
    return QUILL_OK;
}

void quill_model_close(struct quill_model **model)
{
    if (!model || !*model)
        return;
    quill_arena_close(&(*model)->strips);
    quill_strips_state_close(&(*model)->strips_state);
    quill_arena_close(&(*model)->arena);
    quill_free((*model)->encoder);
    quill_free((*model)->decoder);
    quill_ggml_close(&(*model)->file);
    quill_free(*model);
    *model = NULL;
}

void quill_token_products(const struct quill_decoder_block *block,
                          const struct quill_linear_layer *out[static QUILL_TOKEN_PRODUCTS])
{
    const struct quill_linear_layer *const products[QUILL_TOKEN_PRODUCTS] = {
        &block->self.query,  &block->self.key,  &block->self.value, &block->self.out,
        &block->cross.query, &block->cross.out, &block->mlp.up,     &block->mlp.down};

    memcpy(out, products, sizeof products);
}

void quill_model_release_encoder(const struct quill_model *model)
{
    quill_ggml_release(&model->file, model->encoder_begin, model->encoder_end);
}

/* Sizes of openai/whisper's family: encoder layers and width tell them apart. */
static const char *size_name(const struct quill_hparams *h)
{
    static const struct {
        uint32_t n_layer, n_state;
        const char *name;
    } sizes[] = {
        {4, 384, "tiny"}, {6, 512, "base"}, {12, 768, "small"}, {24, 1024, "medium"}, {32, 1280, "large"}};

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (h->n_audio_layer == sizes[i].n_layer && h->n_audio_state == sizes[i].n_state)
            return sizes[i].name;
    return "custom";
}

void quill_model_get_info(const struct quill_model *model, struct quill_model_info *info)
{
    const struct quill_hparams *h = &model->hparams;

    *info = (struct quill_model_info){
        .n_vocab = h->n_vocab,
        .n_audio_ctx = h->n_audio_ctx,
        .n_audio_state = h->n_audio_state,
        .n_audio_head = h->n_audio_head,
        .n_audio_layer = h->n_audio_layer,
        .n_text_ctx = h->n_text_ctx,
        .n_text_state = h->n_text_state,
        .n_text_head = h->n_text_head,
        .n_text_layer = h->n_text_layer,
        .n_mels = h->n_mels,
        .multilingual = quill_model_n_languages(model) > 0,
        .size = size_name(h),
        .weight_type = quill_type_traits(model->weight_type)->name,
        .file_bytes = model->file.map_bytes,
    };
}

/* openai/whisper tokenizer.py: 50257 text tokens and 1501 timestamps; multilingual vocabularies have one text
 * token more, and the languages between them. */
unsigned quill_model_n_languages(const struct quill_model *model)
{
    const uint32_t n_vocab = model->hparams.n_vocab;

    return n_vocab >= 51865 ? n_vocab - 51766 : 0;
}

const struct quill_gemm *quill_model_gemm(const struct quill_model *model,
                                          const struct quill_kernels *kernels)
{
    const enum quill_gemm_form forms[] = {
        [QUILL_PRECISION_FLOAT32] = QUILL_GEMM_F32,
        [QUILL_PRECISION_HALF] = QUILL_GEMM_I16,
        [QUILL_PRECISION_QUANTIZED] = kernels->coarse_form,
    };

    return &kernels->gemm[forms[model->precision]];
}

enum quill_type quill_model_activation_type(const struct quill_model *model)
{
    return model->precision == QUILL_PRECISION_FLOAT32 ? QUILL_F32 : QUILL_F16;
}

/* The longest row of weights. */
static size_t max_cols(const struct quill_hparams *h)
{
    const size_t wide = 4 * (size_t)h->n_audio_state, conv1 = 3 * (size_t)h->n_mels;

    return conv1 > wide ? conv1 : wide;
}

size_t quill_model_scratch_bytes(const struct quill_model *model, const struct quill_kernels *kernels)
{
    const struct quill_hparams *h = &model->hparams;
    const size_t n_keys = h->n_audio_ctx > h->n_text_ctx ? h->n_audio_ctx : h->n_text_ctx;

    return quill_compute_scratch_bytes(kernels, max_cols(h), n_keys, h->n_audio_state);
}

size_t quill_model_panels_bytes(const struct quill_model *model, const struct quill_kernels *kernels)
{
    return quill_compute_panels_bytes(kernels, max_cols(&model->hparams), QUILL_PANELS_BYTES);
}

size_t quill_model_work_bytes(const struct quill_model *model, const struct quill_kernels *kernels)
{
    const struct quill_gemm *gemm = quill_model_gemm(model, kernels);
    const struct quill_plan encoder =
        quill_plan_encoder(&model->hparams, gemm, quill_model_activation_type(model)).work;
    const struct quill_decoder_size one = {1, 1, 1}; /* of which the working memory does not depend */
    const struct quill_plan decoder = quill_plan_decoder(&model->hparams, gemm, model->cache, &one).work;

    if (encoder.overflow || decoder.overflow)
        return SIZE_MAX;
    return encoder.bytes > decoder.bytes ? encoder.bytes : decoder.bytes;
}
