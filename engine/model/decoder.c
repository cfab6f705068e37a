#include "model/decoder.h"

#include <assert.h>

#include "model/plan.h"

struct quill_decoder {
    const struct quill_model *model; /* borrowed */
    struct quill_decoder_plan plan;
    struct quill_arena arena;                               /* owned */
    float *self_key, *self_value, *cross_key, *cross_value; /* into the arena; shapes in plan.h */
    float *stream, *narrow, *wide, *logits;
    size_t n_audio; /* cross-attention keys of the window; 0: not begun */
    size_t length;  /* tokens in the self-attention cache */
};

enum quill_status quill_decoder_open(struct quill_decoder **out, const struct quill_model *model,
                                     struct quill_error *err)
{
    struct quill_decoder *decoder = quill_alloc_zero(sizeof *decoder);

    if (!decoder)
        return quill_fail(err, QUILL_ERR_NOMEM, "need %zu bytes for the decoder", sizeof *decoder);
    decoder->model = model;
    decoder->plan = quill_plan_decoder(&model->hparams);
    const enum quill_status status =
        quill_arena_open(&decoder->arena, &decoder->plan.total, "the decoder", err);
    if (status != QUILL_OK) {
        quill_free(decoder);
        return status;
    }
    decoder->self_key = quill_arena_at(&decoder->arena, decoder->plan.self_key);
    decoder->self_value = quill_arena_at(&decoder->arena, decoder->plan.self_value);
    decoder->cross_key = quill_arena_at(&decoder->arena, decoder->plan.cross_key);
    decoder->cross_value = quill_arena_at(&decoder->arena, decoder->plan.cross_value);
    decoder->stream = quill_arena_at(&decoder->arena, decoder->plan.stream);
    decoder->narrow = quill_arena_at(&decoder->arena, decoder->plan.narrow);
    decoder->wide = quill_arena_at(&decoder->arena, decoder->plan.wide);
    decoder->logits = quill_arena_at(&decoder->arena, decoder->plan.logits);
    *out = decoder;
    return QUILL_OK;
}

void quill_decoder_close(struct quill_decoder **decoder)
{
    if (!decoder || !*decoder)
        return;
    quill_arena_close(&(*decoder)->arena);
    quill_free(*decoder);
    *decoder = NULL;
}

size_t quill_decoder_kv_bytes(const struct quill_decoder *decoder)
{
    const struct quill_decoder_plan *plan = &decoder->plan;

    return plan->self_key.bytes + plan->self_value.bytes + plan->cross_key.bytes + plan->cross_value.bytes;
}

size_t quill_decoder_working_bytes(const struct quill_decoder *decoder)
{
    return decoder->plan.total.bytes - quill_decoder_kv_bytes(decoder);
}

static enum quill_status cancelled(struct quill_error *err)
{
    return quill_fail(err, QUILL_ERR_CANCELLED, "recognition was cancelled");
}

enum quill_status quill_decoder_begin(struct quill_decoder *decoder, const struct quill_compute *compute,
                                      const float *encoder_output, size_t n_ctx,
                                      const struct quill_cancel *cancel, struct quill_error *err)
{
    const struct quill_hparams *h = &decoder->model->hparams;
    const size_t state = h->n_text_state;

    assert(n_ctx >= 1 && n_ctx <= h->n_audio_ctx);
    decoder->length = 0;
    decoder->n_audio = 0;
    for (uint32_t i = 0; i < h->n_text_layer; i++) {
        const struct quill_attention_layer *cross = &decoder->model->decoder[i].cross;
        const size_t layer = (size_t)i * h->n_audio_ctx * state;

        if (quill_cancelled(cancel))
            return cancelled(err);
        quill_linear(compute, &cross->key.w, NULL, encoder_output, state, n_ctx, decoder->cross_key + layer,
                     state, QUILL_STORE);
        quill_linear(compute, &cross->value.w, cross->value.bias, encoder_output, state, n_ctx,
                     decoder->cross_value + layer, state, QUILL_STORE);
    }
    decoder->n_audio = n_ctx;
    return QUILL_OK;
}

void quill_decoder_truncate(struct quill_decoder *decoder, size_t n)
{
    assert(n <= decoder->length);
    decoder->length = n;
}

size_t quill_decoder_length(const struct quill_decoder *decoder)
{
    return decoder->length;
}

/* stream[i] = embedding of tokens[i] + its position. */
static void embed(struct quill_decoder *decoder, const struct quill_compute *c, const uint32_t *tokens,
                  size_t n)
{
    const struct quill_matrix *table = &decoder->model->token_embedding;
    const struct quill_type_traits *traits = quill_type_traits(table->type);
    const size_t row_bytes = table->cols / traits->block_len * traits->block_bytes;

    for (size_t i = 0; i < n; i++) {
        assert(tokens[i] < table->rows);
        c->kernels.dequantize[table->type]((const unsigned char *)table->data + tokens[i] * row_bytes,
                                           decoder->stream + i * table->cols, table->cols);
    }
    c->kernels.add(decoder->stream, decoder->model->decoder_positions + decoder->length * table->cols,
                   n * table->cols);
}

/* stream += out(attention(query(norm(stream)), keys, values)) */
static void run_attention(struct quill_decoder *decoder, const struct quill_compute *c,
                          const struct quill_attention_layer *layer, const float *keys, const float *values,
                          size_t n_key, bool causal, size_t n)
{
    const size_t state = decoder->model->hparams.n_text_state, n_head = decoder->model->hparams.n_text_head;
    float *query = decoder->wide; /* [n, state] */

    quill_linear(c, &layer->query.w, layer->query.bias, decoder->narrow, state, n, query, state, QUILL_STORE);
    quill_attend(c, &(struct quill_attention){.q = query,
                                              .k = keys,
                                              .v = values,
                                              .out = decoder->narrow,
                                              .ldq = state,
                                              .ldk = state,
                                              .ldv = state,
                                              .ldo = state,
                                              .n_query = n,
                                              .n_key = n_key,
                                              .n_head = n_head,
                                              .head_dim = state / n_head,
                                              .causal = causal});
    quill_linear(c, &layer->out.w, layer->out.bias, decoder->narrow, state, n, decoder->stream, state,
                 QUILL_ADD);
}

static void run_block(struct quill_decoder *decoder, const struct quill_compute *c, size_t i, size_t n)
{
    const struct quill_hparams *h = &decoder->model->hparams;
    const struct quill_decoder_block *block = &decoder->model->decoder[i];
    const size_t state = h->n_text_state, length = decoder->length;
    float *x = decoder->stream, *narrow = decoder->narrow, *hidden = decoder->wide;
    float *self_key = decoder->self_key + i * h->n_text_ctx * state;
    float *self_value = decoder->self_value + i * h->n_text_ctx * state;

    quill_norm_rows(c, x, block->self.norm.gamma, block->self.norm.beta, narrow, n, state);
    quill_linear(c, &block->self.key.w, NULL, narrow, state, n, self_key + length * state, state,
                 QUILL_STORE);
    quill_linear(c, &block->self.value.w, block->self.value.bias, narrow, state, n,
                 self_value + length * state, state, QUILL_STORE);
    run_attention(decoder, c, &block->self, self_key, self_value, length + n, true, n);

    quill_norm_rows(c, x, block->cross.norm.gamma, block->cross.norm.beta, narrow, n, state);
    run_attention(decoder, c, &block->cross, decoder->cross_key + i * h->n_audio_ctx * state,
                  decoder->cross_value + i * h->n_audio_ctx * state, decoder->n_audio, false, n);

    quill_norm_rows(c, x, block->mlp.norm.gamma, block->mlp.norm.beta, narrow, n, state);
    quill_linear(c, &block->mlp.up.w, block->mlp.up.bias, narrow, state, n, hidden, 4 * state, QUILL_GELU);
    quill_linear(c, &block->mlp.down.w, block->mlp.down.bias, hidden, 4 * state, n, x, state, QUILL_ADD);
}

enum quill_status quill_decoder_feed(struct quill_decoder *decoder, const struct quill_compute *compute,
                                     const uint32_t *tokens, size_t n, size_t n_logits, const float **logits,
                                     const struct quill_cancel *cancel, struct quill_error *err)
{
    const struct quill_model *model = decoder->model;
    const size_t state = model->hparams.n_text_state, n_vocab = model->hparams.n_vocab;

    assert(decoder->n_audio && n >= 1 && n <= model->hparams.n_text_ctx - decoder->length);
    assert(n_logits <= n && n_logits <= QUILL_DECODER_MAX_LOGITS);
    embed(decoder, compute, tokens, n);
    for (uint32_t i = 0; i < model->hparams.n_text_layer; i++) {
        if (quill_cancelled(cancel))
            return cancelled(err);
        run_block(decoder, compute, i, n);
    }
    decoder->length += n;
    if (!n_logits)
        return QUILL_OK;
    quill_norm_rows(compute, decoder->stream + (n - n_logits) * state, model->decoder_norm.gamma,
                    model->decoder_norm.beta, decoder->narrow, n_logits, state);
    quill_linear(compute, &model->token_embedding, NULL, decoder->narrow, state, n_logits, decoder->logits,
                 n_vocab, QUILL_STORE);
    *logits = decoder->logits;
    return QUILL_OK;
}
