#include "model/decoder.h"

#include <assert.h>

#include "model/plan.h"
#include "model/work.h"

struct quill_decoder {
    const struct quill_model *model; /* borrowed */
    struct quill_decoder_plan plan;
    struct quill_arena arena; /* owned; shapes in plan.h */
    float *logits;
    size_t n_audio; /* cross-attention keys of the window; 0: not begun */
    size_t length;  /* tokens in the self-attention cache */
};

enum quill_status quill_decoder_open(struct quill_decoder **out, const struct quill_model *model,
                                     const struct quill_kernels *kernels, struct quill_error *err)
{
    struct quill_decoder *decoder = quill_alloc_zero(sizeof *decoder);

    if (!decoder)
        return quill_fail(err, QUILL_ERR_NOMEM, "need %zu bytes for the decoder", sizeof *decoder);
    decoder->model = model;
    decoder->plan = quill_plan_decoder(&model->hparams, quill_model_gemm(model, kernels), model->cache);
    const enum quill_status status =
        quill_arena_open(&decoder->arena, &decoder->plan.own, "the decoder", err);
    if (status != QUILL_OK) {
        quill_free(decoder);
        return status;
    }
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

    return plan->self.rows.bytes + plan->self.scales.bytes + plan->cross.rows.bytes + plan->cross.scales.bytes;
}

size_t quill_decoder_logits_bytes(const struct quill_decoder *decoder)
{
    return decoder->plan.logits.bytes;
}

/* The keys or values of one layer. */
static struct quill_cache layer_cache(const struct quill_decoder *decoder, const struct quill_cache_plan *plan,
                                      size_t capacity, size_t layer, bool values)
{
    const struct quill_model *model = decoder->model;
    struct quill_cache cache = {.form = model->cache,
                                .capacity = capacity,
                                .n_head = model->hparams.n_text_head,
                                .head_dim = model->hparams.n_text_state / model->hparams.n_text_head};
    const size_t first = (2 * layer + values) * cache.n_head * capacity;

    cache.rows = (unsigned char *)quill_arena_at(&decoder->arena, plan->rows) +
                 first * quill_cache_row_bytes(cache.form, cache.head_dim);
    cache.scales = (float *)quill_arena_at(&decoder->arena, plan->scales) +
                   (quill_cache_scale_bytes(cache.form) ? first : 0);
    return cache;
}

static void *work_at(const struct quill_compute *c, struct quill_span span)
{
    return c->work + span.offset;
}

static enum quill_status cancelled(struct quill_error *err)
{
    return quill_fail(err, QUILL_ERR_CANCELLED, "recognition was cancelled");
}

enum quill_status quill_decoder_begin(struct quill_decoder *decoder, const struct quill_compute *compute,
                                      const float *encoder_output, size_t n_ctx,
                                      const struct quill_cancel *cancel, struct quill_error *err)
{
    const struct quill_model *model = decoder->model;
    const struct quill_hparams *h = &model->hparams;
    const struct quill_gemm *gemm = quill_model_gemm(model, &compute->kernels);
    void *encoded = work_at(compute, decoder->plan.encoded);
    float *column = work_at(compute, decoder->plan.column);
    const struct quill_target target = {column, h->n_text_state * sizeof(float), QUILL_STORE_F32, false};

    assert(n_ctx >= 1 && n_ctx <= h->n_audio_ctx);
    decoder->length = 0;
    decoder->n_audio = 0;
    quill_trace_mark(compute->trace);
    quill_pack_rows(compute, gemm, encoder_output, h->n_audio_state * sizeof(float), n_ctx, h->n_audio_state,
                    encoded);
    for (uint32_t i = 0; i < h->n_text_layer; i++) {
        const struct quill_linear_layer *parts[] = {&model->decoder[i].cross.key, &model->decoder[i].cross.value};

        if (quill_cancelled(cancel))
            return cancelled(err);
        for (size_t part = 0; part < 2; part++) {
            const struct quill_cache cache =
                layer_cache(decoder, &decoder->plan.cross, h->n_audio_ctx, i, part == 1);

            quill_gemm_linear(compute, gemm, &parts[part]->w, parts[part]->bias, encoded, n_ctx, &target);
            quill_cache_store(compute, &cache, column, 0, n_ctx);
        }
    }
    decoder->n_audio = n_ctx;
    quill_trace_lap(compute->trace, QUILL_TRACE_CROSS_CACHE);
    quill_work_begin(model, n_ctx, compute->trace);
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

/* What the layers of one feed work on; into compute.work, shapes in plan.h. */
struct feed {
    const struct quill_compute *c;
    float *stream, *narrow, *wide;
    void *rows;
    size_t n;
};

/* stream[i] = embedding of tokens[i] + its position. */
static void embed(const struct quill_decoder *decoder, const struct feed *f, const uint32_t *tokens)
{
    const struct quill_model *model = decoder->model;
    const struct quill_kernels *kernels = &f->c->kernels;
    const size_t state = model->hparams.n_text_state;

    for (size_t i = 0; i < f->n; i++) {
        assert(tokens[i] < model->hparams.n_vocab);
        quill_matrix_row(kernels, &model->token_embedding, tokens[i], f->stream + i * state);
    }
    quill_trace_lap(f->c->trace, QUILL_TRACE_TOKEN_EMBEDDING);
    for (size_t i = 0; i < f->n; i++) {
        quill_matrix_row(kernels, &model->decoder_positions, decoder->length + i, f->narrow);
        kernels->add(f->stream + i * state, f->narrow, state);
    }
    quill_trace_lap(f->c->trace, QUILL_TRACE_POSITIONS);
}

static void product(const struct feed *f, const struct quill_linear_layer *layer, const float *x,
                    struct quill_target target)
{
    quill_dot_linear(f->c, &layer->w, layer->bias, x, f->n, f->rows, &target);
}

static struct quill_target floats(float *y, size_t width, enum quill_store store)
{
    return (struct quill_target){y, width * sizeof *y, store, false};
}

/* stream += out(attention(query(narrow), keys, values)) */
static void run_attention(const struct quill_decoder *decoder, const struct feed *f,
                          const struct quill_attention_layer *layer, const struct quill_cache *keys,
                          const struct quill_cache *values, size_t n_key, bool causal)
{
    const size_t state = decoder->model->hparams.n_text_state;

    product(f, &layer->query, f->narrow, floats(f->wide, state, QUILL_STORE_F32));
    quill_attend_cache(f->c, &(struct quill_cache_attention){.q = f->wide,
                                                             .k = keys,
                                                             .v = values,
                                                             .out = f->narrow,
                                                             .n_query = f->n,
                                                             .n_key = n_key,
                                                             .causal = causal});
    product(f, &layer->out, f->narrow, floats(f->stream, state, QUILL_STORE_ADD));
}

/* The cache gets layer(narrow) at the next positions. */
static void extend(const struct quill_decoder *decoder, const struct feed *f, const struct quill_linear_layer *layer,
                   const struct quill_cache *cache)
{
    product(f, layer, f->narrow, floats(f->wide, layer->w.rows, QUILL_STORE_F32));
    quill_cache_store(f->c, cache, f->wide, decoder->length, f->n);
}

static void run_block(const struct quill_decoder *decoder, const struct feed *f, size_t i)
{
    const struct quill_hparams *h = &decoder->model->hparams;
    const struct quill_decoder_block *block = &decoder->model->decoder[i];
    const struct quill_decoder_plan *plan = &decoder->plan;
    const size_t state = h->n_text_state;
    const struct quill_cache self_keys = layer_cache(decoder, &plan->self, h->n_text_ctx, i, false),
                             self_values = layer_cache(decoder, &plan->self, h->n_text_ctx, i, true),
                             cross_keys = layer_cache(decoder, &plan->cross, h->n_audio_ctx, i, false),
                             cross_values = layer_cache(decoder, &plan->cross, h->n_audio_ctx, i, true);
    struct quill_target hidden = floats(f->wide, 4 * state, QUILL_STORE_F32);

    quill_norm_rows(f->c, f->stream, block->self.norm.gamma, block->self.norm.beta, f->narrow, f->n, state);
    quill_trace_lap(f->c->trace, QUILL_TRACE_LAYER_NORM);
    extend(decoder, f, &block->self.key, &self_keys);
    extend(decoder, f, &block->self.value, &self_values);
    run_attention(decoder, f, &block->self, &self_keys, &self_values, decoder->length + f->n, true);
    quill_trace_lap(f->c->trace, QUILL_TRACE_SELF_ATTENTION);

    quill_norm_rows(f->c, f->stream, block->cross.norm.gamma, block->cross.norm.beta, f->narrow, f->n, state);
    quill_trace_lap(f->c->trace, QUILL_TRACE_LAYER_NORM);
    run_attention(decoder, f, &block->cross, &cross_keys, &cross_values, decoder->n_audio, false);
    quill_trace_lap(f->c->trace, QUILL_TRACE_CROSS_ATTENTION);

    quill_norm_rows(f->c, f->stream, block->mlp.norm.gamma, block->mlp.norm.beta, f->narrow, f->n, state);
    quill_trace_lap(f->c->trace, QUILL_TRACE_LAYER_NORM);
    hidden.gelu = true;
    product(f, &block->mlp.up, f->narrow, hidden);
    product(f, &block->mlp.down, f->wide, floats(f->stream, state, QUILL_STORE_ADD));
    quill_trace_lap(f->c->trace, QUILL_TRACE_FEED_FORWARD);
}

enum quill_status quill_decoder_feed(struct quill_decoder *decoder, const struct quill_compute *compute,
                                     const uint32_t *tokens, size_t n, size_t n_logits, const float **logits,
                                     const struct quill_cancel *cancel, struct quill_error *err)
{
    const struct quill_model *model = decoder->model;
    const size_t state = model->hparams.n_text_state, n_vocab = model->hparams.n_vocab;
    const struct feed f = {compute,
                           work_at(compute, decoder->plan.stream),
                           work_at(compute, decoder->plan.narrow),
                           work_at(compute, decoder->plan.wide),
                           work_at(compute, decoder->plan.rows),
                           n};

    assert(decoder->n_audio && n >= 1 && n <= model->hparams.n_text_ctx - decoder->length);
    assert(n_logits <= n && n_logits <= QUILL_DECODER_MAX_LOGITS);
    quill_trace_mark(compute->trace);
    embed(decoder, &f, tokens);
    for (uint32_t i = 0; i < model->hparams.n_text_layer; i++) {
        if (quill_cancelled(cancel))
            return cancelled(err);
        run_block(decoder, &f, i);
    }
    quill_work_feed(model, n, n_logits, decoder->length, decoder->n_audio, compute->trace);
    decoder->length += n;
    if (!n_logits)
        return QUILL_OK;
    quill_norm_rows(compute, f.stream + (n - n_logits) * state, model->decoder_norm.gamma,
                    model->decoder_norm.beta, f.narrow, n_logits, state);
    quill_trace_lap(compute->trace, QUILL_TRACE_LAYER_NORM);
    const struct quill_target target = floats(decoder->logits, n_vocab, QUILL_STORE_F32);
    quill_dot_linear(compute, &model->token_embedding, NULL, f.narrow, n_logits, f.rows, &target);
    quill_trace_lap(compute->trace, QUILL_TRACE_VOCABULARY);
    *logits = decoder->logits;
    return QUILL_OK;
}
